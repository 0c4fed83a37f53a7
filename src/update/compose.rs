//! What compose says: of a stack's files, and how its commands ended.
use crate::actions;
use crate::effect::{Effects, Job, Verb};
use crate::model::compose::Checked;
use crate::model::{Key, Outline, Unread};
use crate::msg::Failure;
use crate::state::{Output, Pending, State};

use super::reply::told;

/// Takes what compose makes of a stack's files; goes on to the question where one waits for it.
pub(super) fn checked(
    state: &mut State,
    key: &Key,
    answer: Result<Box<Checked>, Failure>,
) -> Effects {
    if let Some(here) = state.may_ask(&Pending::Plan(key.clone())) {
        state.toasts.over();
        match &answer {
            Ok(checked) if here => actions::stack::plan(state, key, checked),
            Ok(_) => {
                let words = say!("the plan of {name} is there: U", name = key.id);
                state.toasts.ok(words, state.now);
            }
            Err(failure) => {
                let words = format!("{}: {}", key.id, told(failure));
                state.toasts.bad(words, state.now);
            }
        }
    }
    state.compose.insert(key.clone(), answer);
    state.shelves.stacks.listing.stale = true;
    Effects::new()
}

/// Takes what a stack's files ask for: rows and hints may stand on it.
pub(super) fn outlined(state: &mut State, key: Key, read: Result<Outline, Unread>) -> Effects {
    if state.outlines.put(key.clone(), read) {
        state.containers.stale = true;
        super::shelf::read_again(state, &key);
    }
    Effects::new()
}

/// A job that has output is over.
pub(super) fn ended(state: &mut State, job: &Job, ok: bool, words: &str) {
    if let Some(output) = output(state, job) {
        output.settle();
        output.ended = Some((ok, words.to_owned()));
    }
}

/// A job that has output has failed: the whole reason and the way out stay readable below its lines, unless compose has told
/// its own there.
pub(super) fn failed(state: &mut State, job: &Job, failure: &Failure) {
    let is_compose = matches!(job.verb, Verb::Compose(_));
    let told_below =
        output(state, job).is_some_and(|output| !is_compose || output.lines.is_empty());
    if !told_below {
        ended(state, job, false, failure.what.as_str());
        return;
    }
    let cancelled = output(state, job).is_some_and(|output| output.cancelled);
    let word = if cancelled {
        say!("ended" as "cancelled")
    } else {
        say!("failed" as "outcome")
    };
    ended(state, job, false, word);
    if let Some(output) = output(state, job) {
        let told = [failure.what.as_str(), &failure.said, &failure.advice].into_iter();
        let told = told.filter(|words| !words.is_empty());
        output.push(told.map(str::to_owned).collect());
    }
}

fn output<'a>(state: &'a mut State, job: &Job) -> Option<&'a mut Output> {
    let output = state.outputs.get_mut(&job.key);
    output.filter(|output| output.job == job.id)
}
