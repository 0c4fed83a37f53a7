//! What only images take: a pull, a push, and the question to the registry whether it has a newer one.
pub mod archive;
mod transfer;

use std::collections::BTreeSet;

use crate::columns::image::freshness;
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::image::registry;
use crate::model::{Image, Key, Kind};
use crate::state::fresh::Round;
use crate::state::{
    Choice, Confirm, Field, Layer, Menu, MenuItem, PromptKind, Scope, State, ViewId, Weight,
};

use super::item::one_of;
use super::{Action, Danger, container, space, table};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 3,
        unavailable: none_has_a_name,
        ..Action::harmless(
            Scope::Item,
            "image.check",
            "check update",
            "Ask the registries whether they have a newer image under its names; of all marked ones.",
            &["U"],
            check,
        )
    },
    Action {
        footer: 3,
        danger: Danger::Changes,
        unavailable: none_has_a_name,
        ..Action::harmless(
            Scope::Item,
            "image.pull",
            "pull",
            "Fetch what the registry has under its name now, asking which of several; of all marked ones.",
            &["p"],
            pull,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: archive::no_engine,
        ..Action::harmless(
            Scope::Item,
            "image.pull_named",
            "pull another",
            "Fetch an image by its name.",
            &["P"],
            pull_named,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: no_name,
        ..Action::harmless(
            Scope::Item,
            "image.push",
            "push",
            "Send the image to the registry that its name leads to, after a question.",
            &[">"],
            push,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: |s| one_of(s, Kind::Image, say!("only images are saved")),
        ..Action::harmless(
            Scope::Item,
            "image.save",
            "save to a file",
            "Write the image, or all marked ones, into a file of this machine.",
            &["s"],
            archive::save,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: archive::no_engine,
        ..Action::harmless(
            Scope::Item,
            "image.load",
            "load a file",
            "Take the images out of a file of this machine.",
            &["L"],
            archive::load,
        )
    },
    Action {
        footer: 2,
        unavailable: transfer::nothing_told,
        ..Action::harmless(
            Scope::Item,
            "image.output",
            "output",
            "Show what its pull, push, save or load tells; else what is under way, or was last.",
            &["l"],
            transfer::show,
        )
    },
    Action {
        footer: 1,
        unavailable: transfer::nothing_moves,
        ..Action::harmless(
            Scope::Item,
            "image.cancel",
            "cancel",
            "End its pull, push, save or load, else what else is under way, asking which of several.",
            &["x"],
            transfer::cancel,
        )
    },
];

/// Why it cannot be asked for at a registry.
fn no_name(state: &State) -> Option<String> {
    one_of(state, Kind::Image, say!("only images are pulled")).or_else(|| {
        let image = state.shelves.images.things.get(&state.subject()?)?;
        let nameless = image.is_dangling();
        nameless.then(|| say!("it has no name to ask a registry for").to_owned())
    })
}

/// The chosen images that have names, with all of those.
fn named(state: &State) -> Vec<&Image> {
    let images = &state.shelves.images.things;
    let chosen = chosen(state).into_iter();
    let found = chosen.filter_map(|key| images.get(&key));
    found.filter(|image| !image.is_dangling()).collect()
}

/// Fetches all names of the marked images; of one image, asks which.
fn pull(state: &mut State) -> Effects {
    let images = named(state);
    if let [one] = images.as_slice()
        && one.tags.len() > 1
    {
        let menu = which_to_pull(state, one);
        state.offer(menu);
        return Effects::new();
    }
    let job = |image: &&Image| {
        let images = image.tags.clone();
        (image.key.clone(), Verb::Pull { images })
    };
    let jobs: Vec<(Key, Verb)> = images.iter().map(job).collect();
    let nameless = chosen(state).len() - jobs.len();
    if nameless > 0 {
        let words = say_n!(
            nameless,
            "{n} image has no name to pull it by",
            "{n} images have no name to pull them by"
        );
        state.toasts.bad(words, state.now);
    }
    container::start_jobs(state, &jobs)
}

fn which_to_pull(state: &State, image: &Image) -> Menu {
    let fresh = state.fresh.get(&image.key);
    let item = |label: &str, hint: &'static str, images: &[String]| {
        let images = images.to_vec();
        let choice = Choice::Do(image.key.clone(), Verb::Pull { images });
        MenuItem::new(label, hint, choice)
    };
    let one = |tag: &String| {
        let answer = fresh.and_then(|fresh| fresh.of(tag));
        let hint = answer.map_or("", |answer| freshness(answer).0);
        item(tag, hint, std::slice::from_ref(tag))
    };
    let all = item(say!("all its names"), "", &image.tags).key('a');
    let items = image.tags.iter().map(one).chain([all]);
    Menu::new(say!("Pull which name?"), items)
}

/// Which name to take away from an image that has several: it stays under the others.
pub(super) fn which_to_remove(image: &Image) -> Option<Menu> {
    if image.tags.len() < 2 {
        return None;
    }
    let one = |tag: &String| {
        let (names, force) = (vec![tag.clone()], false);
        let choice = Choice::Do(image.key.clone(), Verb::RemoveImage { names, force });
        MenuItem::new(tag, say!("this name alone: the image stays"), choice)
    };
    let all = Choice::Remove(image.key.clone());
    let hint = say!("lost: it must be pulled or built again");
    let all = MenuItem::new(say!("all its names"), hint, all).key('a');
    let items = image.tags.iter().map(one).chain([all]);
    Some(Menu::new(say!("Remove which name?"), items))
}

fn pull_named(state: &mut State) -> Effects {
    let Some(host) = space::host(state) else {
        return Effects::new();
    };
    let kind = PromptKind::Pull(host);
    table::type_line(state, kind, say!("pull image"), String::new())
}

/// Asks which of its names is pushed, where it has several, and whether.
fn push(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let images = &state.shelves.images.things;
    let tags = images.get(&key).map(|image| image.tags.clone());
    match tags.unwrap_or_default().as_slice() {
        [] => Effects::new(),
        [tag] => ask_to_push(state, &key, tag),
        tags => {
            let item = |tag: &String| {
                let choice = Choice::Push(key.clone(), tag.clone());
                MenuItem::new(tag, "", choice)
            };
            let items = tags.iter().map(item);
            state.offer(Menu::new(say!("push which name?"), items));
            Effects::new()
        }
    }
}

/// Asks before others see it.
pub fn ask_to_push(state: &mut State, key: &Key, image: &str) -> Effects {
    let verb = Verb::Push {
        image: image.to_owned(),
    };
    state.layers.push(Layer::Confirm(Confirm {
        title: say!("Push {image}{host}?", image, host = state.on_host(key.host)),
        lines: vec![
            Weight::Plain.of(say!("to {registry}", registry = registry(image))),
            Weight::Bad.of(say!("what the registry has under this name is replaced")),
        ],
        jobs: vec![(key.clone(), verb)],
        yes: say!("push").to_owned(),
        must_type: String::new(),
        field: Field::default(),
        opened: state.now,
        switches: Vec::new(),
        ..Confirm::default()
    }));
    Effects::new()
}

/// The marked images, else the chosen one.
pub(super) fn chosen(state: &State) -> Vec<Key> {
    match state.view() {
        ViewId::Images => state.shelves.images.listing.targets(),
        _ => state.subject().into_iter().collect(),
    }
}

fn none_has_a_name(state: &State) -> Option<String> {
    let why = no_name(state)?;
    named(state).is_empty().then_some(why)
}

fn check(state: &mut State) -> Effects {
    let ask = |image: &&Image| {
        Effect::Fetch(Fetch::Freshness {
            names: image.tags.clone(),
            digests: image.digests.clone(),
            key: image.key.clone(),
        })
    };
    let images = named(state);
    let asked = images.iter().map(ask).collect();
    let keys: BTreeSet<_> = images.iter().map(|image| image.key.clone()).collect();
    for key in &keys {
        // What they are now is to be told in the place of how something failed.
        state.jobs.seen_of(key);
    }
    let all = chosen(state).len();
    if all > 1 {
        let n = keys.len();
        let words = say_n!(n, "asking for {n} image", "asking for {n} images");
        state.toasts.begun(words, state.now);
        state.round = Some(Round::new(keys, all - n));
    }
    asked
}
