//! What may be done to an image, a volume or a network.
use crate::effect::Effects;
use crate::state::{Scope, State, ViewId};

use super::{Action, container};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[Action {
    footer: 4,
    unavailable: some,
    ..Action::harmless(
        Scope::Item,
        "item.inspect",
        "inspect",
        "Show the engine's whole answer as a tree that folds and can be searched.",
        &["i"],
        inspect,
    )
}];

/// Nothing is chosen.
fn some(state: &State) -> Option<String> {
    let none = state.subject().is_none();
    none.then(|| "nothing is chosen".to_owned())
}

fn inspect(state: &mut State) -> Effects {
    if let Some(key) = state.subject() {
        container::open_on(state, ViewId::Inspect, &key);
    }
    Effects::new()
}
