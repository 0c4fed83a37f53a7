//! The files of stacks as they are read, the editor that was left, and what another text would do.
use crate::actions;
use crate::effect::Effects;
use crate::model::Key;
use crate::model::stack_file::{Edited, FileOf, Proposal, Source, StackFile};
use crate::msg::Failure;
use crate::state::stack_file::Change;
use crate::state::{Place, State, ViewId};

use super::reply::told;

pub(super) fn read(
    state: &mut State,
    key: Key,
    files: Vec<StackFile>,
    elsewhere: Option<String>,
) -> Effects {
    let book = state.files.entry(key).or_default();
    book.take(files, elsewhere);
    Effects::new()
}

pub(super) fn edited(
    state: &mut State,
    key: Key,
    file: Box<FileOf>,
    ended: Result<Edited, Failure>,
) -> Effects {
    state.handed_over = false;
    match ended {
        Ok(Edited::Changed) => actions::stack_file::propose(state, key, file, Source::Draft),
        Ok(Edited::Unchanged) => {
            actions::stack_file::close(state, &key);
            state
                .toasts
                .ok(say!("unchanged: there is nothing to write"), state.now);
            Effects::new()
        }
        Err(failure) => {
            state.toasts.bad(told(&failure), state.now);
            Effects::new()
        }
    }
}

pub(super) fn proposed(
    state: &mut State,
    key: Key,
    answer: Result<Box<Proposal>, Failure>,
) -> Effects {
    state.toasts.over();
    match answer {
        Ok(proposal) => {
            let book = state.files.entry(key.clone()).or_default();
            book.change = Some(Change::new(*proposal));
            // Who went elsewhere meanwhile stays there.
            let place = state.nav.current();
            if place.view == ViewId::StackFiles && place.key.as_ref() == Some(&key) {
                state.nav.open(Place {
                    view: ViewId::Proposal,
                    key: Some(key),
                });
            }
        }
        Err(failure) => state.toasts.bad(told(&failure), state.now),
    }
    Effects::new()
}
