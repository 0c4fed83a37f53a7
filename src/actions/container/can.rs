//! Whether something can be done to the containers that are chosen, and why not.
use crate::lang;
use crate::model::{Container, RunState};
use crate::state::State;

/// Why nothing can be done while the link is down.
pub const NO_LINK: &str =
    key!("the engine does not answer: nothing is sent until the link is back");

pub(super) fn has_process(container: &Container) -> bool {
    container.state.is_live()
}

/// In the order of their names, which is how a question lists them.
pub(super) fn targets(state: &State) -> Vec<&Container> {
    let keys = state.targets();
    let mut found: Vec<&Container> = keys
        .iter()
        .filter_map(|key| state.world.container(key))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

pub(super) fn first(state: &State) -> Option<&Container> {
    targets(state).first().copied()
}

pub(super) fn some(state: &State) -> Option<String> {
    let keys = state.targets();
    let Some(key) = keys.first() else {
        let why = match state.nav.current().key {
            Some(_) if state.service().is_some() => {
                say!("no container of it is there: U makes it")
            }
            Some(_) => say!("the container is gone"),
            None => say!("no container is chosen"),
        };
        return Some(why.to_owned());
    };
    let up = state
        .world
        .host(key.host)
        .is_some_and(|host| host.link.is_up());
    (!up).then(|| lang::say(NO_LINK).to_owned())
}

pub(super) fn one(state: &State) -> Option<String> {
    some(state).or_else(|| {
        (state.targets().len() != 1).then(|| say!("choose one container for this").to_owned())
    })
}

pub(super) fn one_running(state: &State) -> Option<String> {
    one(state).or_else(|| {
        let container = first(state)?;
        match container.state {
            RunState::Running | RunState::Stopping => None,
            RunState::Paused => Some(say!("paused: p lets it go on").to_owned()),
            _ => Some(say!("{state}: u starts it", state = container.state.said())),
        }
    })
}

pub(super) fn all_are(state: &State, what: fn(&Container) -> bool, why: &str) -> Option<String> {
    some(state).or_else(|| {
        targets(state)
            .iter()
            .all(|c| what(c))
            .then(|| why.to_owned())
    })
}

pub(super) fn restart_unavailable(state: &State) -> Option<String> {
    some(state).or_else(|| {
        let busy = |c: &&Container| {
            state
                .jobs
                .of(&c.key)
                .is_some_and(|r| r.job.verb.waits_for_stop())
        };
        targets(state)
            .iter()
            .all(busy)
            .then(|| say!("already on its way: K kills it now").to_owned())
    })
}
