//! What compose says: of a stack's files, and how its commands ended.
use crate::actions;
use crate::effect::{Effects, Job};
use crate::model::Key;
use crate::model::compose::Checked;
use crate::msg::Failure;
use crate::state::{Pending, State};

use super::reply::told;

/// Takes what compose makes of a stack's files; goes on to the question where one waits for it.
pub(super) fn checked(
    state: &mut State,
    key: &Key,
    answer: Result<Box<Checked>, Failure>,
) -> Effects {
    if state.pending == Some(Pending::Plan(key.clone())) {
        state.pending = None;
        match &answer {
            Ok(checked) => actions::stack::plan(state, key, checked),
            Err(failure) => {
                let words = format!("{}: {}", key.id, told(failure));
                state.toasts.bad(words, state.now);
            }
        }
    }
    state.compose.insert(key.clone(), answer);
    Effects::new()
}

/// A job that has output is over.
pub(super) fn ended(state: &mut State, job: &Job, ok: bool, words: &str) {
    if let Some(output) = state.outputs.get_mut(&job.key)
        && output.job == job.id
    {
        output.ended = Some((ok, words.to_owned()));
    }
}
