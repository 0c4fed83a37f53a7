//! Where the room on the disk went, and what of it is had back.
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::lang;
use crate::model::space::{Freed, Item, Prune};
use crate::model::{HostId, Key, Kind};
use crate::state::{Choice, Confirm, Field, Layer, Menu, MenuItem, Scope, State, ViewId, Weight};
use crate::text;

use super::container::NO_LINK;
use super::{Action, Danger, container};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        unavailable: no_link,
        ..Action::harmless(
            Scope::Global,
            "view.space",
            "space",
            "Show where the room on the engine's disk went; the engine looks through its volumes for it.",
            &["F"],
            open,
        )
    },
    Action {
        footer: 1,
        danger: Danger::Destroys,
        unavailable: not_known,
        ..Action::harmless(
            Scope::View(ViewId::Space),
            "space.prune",
            "free",
            "Remove what nothing uses, after showing what that is and how much room it gives.",
            &["p"],
            menu,
        )
    },
    Action {
        footer: 2,
        unavailable: no_link,
        ..Action::harmless(
            Scope::View(ViewId::Space),
            "space.again",
            "ask again",
            "Ask the engine anew.",
            &["r"],
            |state| {
                let host = state.subject().map(|key| key.host);
                host.map_or_else(Effects::new, |host| look(state, host))
            },
        )
    },
];

/// The host that the screen is about, else the first one.
pub(super) fn host(state: &State) -> Option<HostId> {
    let subject = state.subject().map(|key| key.host);
    let first = || state.scope().next().map(|host| host.id);
    subject.or(state.only).or_else(first)
}

pub(super) fn no_link(state: &State) -> Option<String> {
    let up = host(state).and_then(|id| state.world.host(id));
    let up = up.is_some_and(|host| host.link.is_up());
    (!up).then(|| lang::say(NO_LINK).to_owned())
}

fn not_known(state: &State) -> Option<String> {
    let known = host(state).and_then(|id| state.space.get(&id));
    match known {
        Some(book) if book.answer.as_ref().is_some_and(Result::is_ok) => no_link(state),
        _ => Some(say!("it is not known yet what could be removed").to_owned()),
    }
}

/// What names an engine as a thing that something is done to.
pub fn key_of(state: &State, id: HostId) -> Key {
    let label = state.world.host(id).map_or("", |host| host.label.as_str());
    Key::new(id, Kind::Host, label)
}

fn open(state: &mut State) -> Effects {
    let Some(id) = host(state) else {
        return Effects::new();
    };
    let key = key_of(state, id);
    container::open_on(state, ViewId::Space, &key);
    look(state, id)
}

/// Asks the engine, unless it is at it.
pub fn look(state: &mut State, id: HostId) -> Effects {
    let book = state.space.entry(id).or_default();
    if book.asked.is_some() {
        return Effects::new();
    }
    book.asked = Some(state.now);
    vec![Effect::Fetch(Fetch::Space(id))]
}

/// What would be removed; networks come from their list.
pub fn items(state: &State, id: HostId, what: Prune) -> Vec<Item> {
    if what != Prune::Networks {
        let answer = state.space.get(&id).and_then(|book| book.answer.as_ref());
        return answer
            .and_then(|answer| answer.as_ref().ok())
            .map_or_else(Vec::new, |space| space.items(what).to_vec());
    }
    let uses = &state.shelves.uses;
    let networks = state.shelves.networks.things.values();
    networks
        .filter(|network| network.key.host == id && !network.is_built_in())
        .filter(|network| uses.of_key(&network.key).is_empty())
        .map(|network| Item {
            name: network.name.clone(),
            bytes: None,
        })
        .collect()
}

/// What would be had back.
pub fn free(state: &State, id: HostId, what: Prune) -> Freed {
    let answer = state.space.get(&id).and_then(|book| book.answer.as_ref());
    let space = answer.and_then(|answer| answer.as_ref().ok());
    space.map_or_else(Freed::default, |space| space.free(what))
}

fn menu(state: &mut State) -> Effects {
    let Some(id) = host(state) else {
        return Effects::new();
    };
    let rows: Vec<MenuItem> = Prune::ALL
        .into_iter()
        .filter_map(|what| {
            let count = items(state, id, what).len();
            let hint = match free(state, id, what).short().as_str() {
                "" => count.to_string(),
                size => format!("{count}, {size}"),
            };
            let title = lang::say(what.title());
            (count > 0).then(|| MenuItem::new(title, hint, Choice::Prune(id, what)))
        })
        .collect();
    if rows.is_empty() {
        let words = say!("everything is in use: there is nothing to free");
        state.toasts.ok(words, state.now);
        return Effects::new();
    }
    state.offer(Menu::new(say!("Free what?"), rows));
    Effects::new()
}

fn question(what: Prune, n: usize, host: &str) -> String {
    match what {
        Prune::Containers => say_n!(
            n,
            "Remove {n} container that does not run{host}?",
            "Remove {n} containers that do not run{host}?",
            host
        ),
        Prune::DanglingImages => say_n!(
            n,
            "Remove {n} image without a name{host}?",
            "Remove {n} images without a name{host}?",
            host
        ),
        Prune::UnusedImages => say_n!(
            n,
            "Remove {n} image no container uses{host}?",
            "Remove {n} images no container uses{host}?",
            host
        ),
        Prune::AnonymousVolumes => say_n!(
            n,
            "Remove {n} anonymous volume no container mounts{host}?",
            "Remove {n} anonymous volumes no container mounts{host}?",
            host
        ),
        Prune::UnusedVolumes => say_n!(
            n,
            "Remove {n} volume no container mounts{host}?",
            "Remove {n} volumes no container mounts{host}?",
            host
        ),
        Prune::Networks => say_n!(
            n,
            "Remove {n} network without a container{host}?",
            "Remove {n} networks without a container{host}?",
            host
        ),
        Prune::BuildCache => say_n!(
            n,
            "Remove {n} entry of the build cache{host}?",
            "Remove {n} entries of the build cache{host}?",
            host
        ),
    }
}

/// Asks before it is removed, with what it is and what it gives.
pub fn ask(state: &mut State, id: HostId, what: Prune) -> Effects {
    let all = items(state, id, what);
    let free = free(state, id, what);
    let is_whole = free.most == Some(free.least);
    let things = all.iter().map(|item| match item.bytes.map(text::bytes) {
        Some(size) if is_whole => format!("{} ({size})", item.name),
        // Layers that it shares are not among them.
        Some(size) => say!("{name} ({size} of its own)", name = item.name, size),
        None => item.name.clone(),
    });
    let mut lines = vec![Weight::Bad.of(what.loss())];
    let free = free.words();
    if !free.is_empty() {
        lines.push(Weight::Plain.of(free));
    }
    let must_type = if what.is_final() {
        all.len().to_string()
    } else {
        String::new()
    };
    let key = key_of(state, id);
    state.layers.push(Layer::Confirm(Confirm {
        title: question(what, all.len(), &state.on_host(id)),
        things: things.collect(),
        lines,
        jobs: vec![(key, Verb::Prune(what))],
        yes: say!("remove").to_owned(),
        must_type,
        field: Field::default(),
        opened: state.now,
        switches: Vec::new(),
        ..Confirm::default()
    }));
    Effects::new()
}
