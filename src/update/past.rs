//! What is asked of the engine about past runs before it forgets them: their last lines, and inspects of what looks as if it
//! had died of late. Must not know how it is shown.
use chrono::{DateTime, TimeDelta, Utc};

use crate::effect::{Effect, Effects, Fetch};
use crate::model::{Container, Details, EngineEvent, HostId, Key, Run, RunState};
use crate::msg::Failure;
use crate::state::world::Words;
use crate::state::{Host, State, ViewId};

/// Up for less than this, it may be one that dies again and again.
const YOUNG: TimeDelta = TimeDelta::minutes(2);
/// Containers that are inspected unasked when a list comes.
const LOOKED_INTO: usize = 16;

/// Those whose past the list does not tell: what the policy starts again may do so for days, of which the engine's events
/// tell the last minutes.
pub(super) fn doubtful(host: &Host, now: DateTime<Utc>) -> Effects {
    let again = |c: &&Container| match c.state {
        // Never up, or not yet: an inspect says why.
        RunState::Restarting | RunState::Created => true,
        RunState::Running => c.since.is_some_and(|since| {
            now - since < YOUNG && c.created.is_some_and(|created| since - created > YOUNG)
        }),
        _ => false,
    };
    // The list has forgotten what those are called that were made from a name which is another image's by now.
    let behind = |c: &&Container| c.state.is_live() && c.has_nameless_image();
    let behind = host.containers().filter(|c| behind(c) && !again(c));
    let found = host.containers().filter(again).take(LOOKED_INTO);
    let found = found.chain(behind.take(LOOKED_INTO));
    let inspect = |c: &Container| Effect::Fetch(Fetch::Details(c.key.clone()));
    found.map(inspect).collect()
}

/// One that could not be started has nothing to die of: its networks let it go again, which is all that the engine tells. It
/// is asked why once it is in the list.
pub(super) fn left_network(state: &mut State, id: HostId, event: &EngineEvent) -> Effects {
    let left = event.kind == "network" && event.action == "disconnect";
    let container = event.attribute("container").filter(|_| left);
    let (Some(container), Some(host)) = (container, state.world.hosts.get_mut(&id)) else {
        return Effects::new();
    };
    let key = Key::container(id, container);
    match host.container(&key) {
        Some(c) if c.state == RunState::Created => vec![Effect::Fetch(Fetch::Details(key))],
        Some(_) => Effects::new(),
        None => {
            host.unplug(key);
            Effects::new()
        }
    }
}

/// Those of the changed ones that left a network before they were in the list, and were never up.
pub(super) fn unplugged(host: &mut Host, changed: &[Key]) -> Effects {
    let mut effects = Effects::new();
    for key in changed {
        let created = host.container(key).map(|c| &c.state) == Some(&RunState::Created);
        if host.plug(key) && created {
            effects.push(Effect::Fetch(Fetch::Details(key.clone())));
        }
    }
    effects
}

/// The engine forgets what a run said once the next one has said enough: its last lines are taken at once.
pub(super) fn died(state: &mut State, key: &Key) -> Effects {
    if is_looked_at(state, key) {
        return look(state, key);
    }
    let now = state.now;
    let host = state.world.hosts.get_mut(&key.host);
    let run = host.and_then(|host| host.wants_words(key, now));
    run.map(|run| ask(key, run)).into_iter().collect()
}

/// An inspect came: it tells of a death that the events did not, and who looks is told what each run said last.
pub(super) fn inspected(state: &mut State, details: &Details) -> Effects {
    let now = state.now;
    if let Some(host) = state.world.hosts.get_mut(&details.key.host) {
        let before = host.generation();
        host.inspected(details, now);
        if host.generation() != before {
            state.containers.changed();
        }
    }
    if is_looked_at(state, &details.key) {
        return look(state, &details.key);
    }
    Effects::new()
}

pub(super) fn last_words(
    state: &mut State,
    key: &Key,
    at: DateTime<Utc>,
    answer: Result<Vec<String>, Failure>,
) -> Effects {
    let words = answer.map_or_else(
        |failure| Words::Refused(failure.what.to_string()),
        Words::Told,
    );
    if let Some(host) = state.world.hosts.get_mut(&key.host) {
        host.last_words(key, at, words);
    }
    Effects::new()
}

fn is_looked_at(state: &State, key: &Key) -> bool {
    state.view() == ViewId::Details && state.subject().as_ref() == Some(key)
}

fn look(state: &mut State, key: &Key) -> Effects {
    let host = state.world.hosts.get_mut(&key.host);
    let runs = host.map(|host| host.words_looked_for(key));
    runs.into_iter()
        .flatten()
        .map(|run| ask(key, run))
        .collect()
}

fn ask(key: &Key, run: Run) -> Effect {
    Effect::Fetch(Fetch::LastWords {
        key: key.clone(),
        run,
    })
}
