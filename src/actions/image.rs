//! What only images take: a pull, and the question to the registry whether it has a newer one.
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::{Key, Kind};
use crate::state::{PromptKind, Scope, State, ViewId};

use super::item::one_of;
use super::{Action, Danger, container, table};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        unavailable: nothing_to_check,
        ..Action::harmless(
            Scope::Item,
            "image.check",
            "check update",
            "Ask the registry whether it has a newer image of this name; of all marked ones.",
            &["U"],
            check,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: no_name,
        ..Action::harmless(
            Scope::Item,
            "image.pull",
            "pull",
            "Fetch the image that the registry has under this name now.",
            &["p"],
            pull,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: |s| one_of(s, Kind::Image, say!("only images are pulled")),
        ..Action::harmless(
            Scope::Item,
            "image.pull_named",
            "pull another",
            "Fetch an image by its name.",
            &["P"],
            pull_named,
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

fn pull(state: &mut State) -> Effects {
    let found = state.subject().and_then(|key| {
        let image = state.shelves.images.things.get(&key)?.tags.first()?.clone();
        Some((key, Verb::Pull { image }))
    });
    let Some((key, verb)) = found else {
        return Effects::new();
    };
    container::start_jobs(state, &[(key, verb)])
}

fn pull_named(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let kind = PromptKind::Pull(key.host);
    table::type_line(state, kind, say!("pull image"), String::new())
}

/// The marked images, else the chosen one.
fn chosen(state: &State) -> Vec<Key> {
    match state.view() {
        ViewId::Images => state.shelves.images.listing.targets(),
        _ => state.subject().into_iter().collect(),
    }
}

fn nothing_to_check(state: &State) -> Option<String> {
    let has_name = |key: &Key| {
        let image = state.shelves.images.things.get(key);
        image.is_some_and(|image| !image.is_dangling())
    };
    let why = no_name(state)?;
    (!chosen(state).iter().any(has_name)).then_some(why)
}

fn check(state: &mut State) -> Effects {
    let keys = chosen(state);
    let shelf = &state.shelves.images;
    let ask = |key: Key| {
        let image = shelf.things.get(&key)?;
        Some(Effect::Fetch(Fetch::Freshness {
            name: image.tags.first()?.clone(),
            digests: image.digests.clone(),
            key,
        }))
    };
    keys.into_iter().filter_map(ask).collect()
}
