//! What long jobs tell: opening it, ending the job, copying its command.
use crate::effect::{Effect, Effects};
use crate::model::Key;
use crate::state::{Output, Place, Scope, State, ViewId};

use super::Action;

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 1,
        unavailable: |s| {
            let runs = of_subject(s).is_some_and(|output| output.runs() && !output.cancelled);
            (!runs).then(|| say!("nothing runs here").to_owned())
        },
        ..Action::harmless(
            Scope::View(ViewId::Output),
            "output.cancel",
            "cancel",
            "End what runs, first as Ctrl-C does; what was done until then stays.",
            &["x"],
            |s| s.subject().map_or_else(Effects::new, |key| cancel(s, &key)),
        )
    },
    Action {
        footer: 2,
        unavailable: |s| {
            let command = of_subject(s).is_some_and(|output| !output.command.is_empty());
            (!command).then(|| say!("no one command does this").to_owned())
        },
        ..Action::harmless(
            Scope::View(ViewId::Output),
            "output.copy",
            "copy command",
            "Copy the command that runs, or has run.",
            &["y"],
            |s| {
                let command = of_subject(s).map(|output| Effect::Copy(output.command.clone()));
                command.into_iter().collect()
            },
        )
    },
];

/// What the last job told of the thing that is chosen.
pub(super) fn of_subject(state: &State) -> Option<&Output> {
    state.outputs.get(&state.subject()?)
}

/// Opens the lines of a thing's last job: they come by themselves.
pub fn show(state: &mut State, key: &Key) -> Effects {
    state.nav.open(Place {
        view: ViewId::Output,
        key: Some(key.clone()),
    });
    Effects::new()
}

/// Ends the job that tells lines of this thing, if it runs.
pub fn cancel(state: &mut State, key: &Key) -> Effects {
    let output = state.outputs.get_mut(key);
    let Some(output) = output.filter(|output| output.runs() && !output.cancelled) else {
        return Effects::new();
    };
    output.cancelled = true;
    vec![Effect::Cancel(output.job)]
}
