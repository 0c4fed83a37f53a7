//! Answers to where the room on the disk went.
use crate::effect::{Effects, Job, Verb};
use crate::model::space::Space;
use crate::model::{HostId, Key, Kind};
use crate::msg::Failure;
use crate::state::State;

pub(super) fn answered(
    state: &mut State,
    id: HostId,
    answer: Result<Box<Space>, Failure>,
) -> Effects {
    let book = state.space.entry(id).or_default();
    book.asked = None;
    book.answer = Some(answer);
    sizes(state, id);
    Effects::new()
}

/// The list of volumes says no sizes; those that are known are kept beside it.
pub(super) fn sizes(state: &mut State, id: HostId) {
    let book = state.space.get(&id);
    let Some(Ok(space)) = book.and_then(|book| book.answer.as_ref()) else {
        return;
    };
    let shelf = &mut state.shelves.volumes;
    for (name, bytes) in &space.volume_sizes {
        let key = Key::new(id, Kind::Volume, name);
        if let Some(volume) = shelf.things.get_mut(&key) {
            volume.size = volume.size.or(Some(*bytes));
        }
    }
    shelf.listing.stale = true;
}

/// After something was removed the picture is another.
pub(super) fn after(state: &mut State, job: &Job) -> Effects {
    match job.verb {
        Verb::Prune(_) => crate::actions::space::look(state, job.key.host),
        _ => Effects::new(),
    }
}
