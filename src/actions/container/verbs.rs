//! What is done at once, and how a job is begun.
use crate::effect::{Effect, Effects, Job, Verb};
use crate::model::{Container, Health, Key, RunState, Target};
use crate::state::State;

use super::ask::{ask, listed, names};
use super::can::{has_process, targets};

/// The state of a container in words, for the journal: `running, unhealthy`.
pub fn state_words(container: &Container) -> String {
    match container.health {
        Some(health) => format!("{}, {}", container.state.word(), Health::word(health)),
        None => container.state.word().to_owned(),
    }
}

/// What the journal calls a container.
pub fn target_of(container: &Container) -> Target {
    let text = |t: Option<&str>| t.map(str::to_owned);
    Target {
        kind: "container".to_owned(),
        id: container.key.short().to_owned(),
        name: container.name.clone(),
        project: text(container.stack()),
        service: text(container.service()),
        image: Some(container.image.clone()),
    }
}

/// Starts a job and gives its effect.
pub fn start_job(state: &mut State, key: &Key, verb: &Verb) -> Option<Effect> {
    let container = state.world.container(key)?;
    let known = state
        .sheet(key)
        .and_then(|s| s.details.as_ref())
        .map(|d| d.stop_timeout);
    let job = Job {
        id: state.jobs.next_id(),
        key: key.clone(),
        verb: verb.clone(),
        target: target_of(container),
        before: state_words(container),
        stop_timeout: known.unwrap_or(10),
    };
    state.jobs.start(job.clone(), state.now);
    Some(Effect::Run(job))
}

pub(super) fn run_on(state: &mut State, wants: fn(&Container) -> bool, verb: &Verb) -> Effects {
    let keys: Vec<Key> = targets(state)
        .into_iter()
        .filter(|c| wants(c))
        .map(|c| c.key.clone())
        .collect();
    keys.iter()
        .filter_map(|key| start_job(state, key, verb))
        .collect()
}

pub(super) fn restart(state: &mut State) -> Effects {
    let verb = Verb::Restart { timeout: None };
    let list = targets(state);
    let protected: Vec<&Container> = list
        .iter()
        .copied()
        .filter(|c| {
            state.prefs.confirm_restart || c.is_protected() || state.prefs.protects(&c.name)
        })
        .collect();
    if !protected.is_empty() {
        let mut lines = listed(&list);
        lines.push("protected by its label or by your settings".to_owned());
        let layer = ask(state, &verb, format!("Restart {}?", names(&list)), lines);
        state.layers.push(layer);
        return Effects::new();
    }
    let keys: Vec<Key> = list
        .iter()
        .filter(|c| {
            !state
                .jobs
                .of(&c.key)
                .is_some_and(|r| r.job.verb.waits_for_stop())
        })
        .map(|c| c.key.clone())
        .collect();
    keys.iter()
        .filter_map(|key| start_job(state, key, &verb))
        .collect()
}

pub(super) fn pause(state: &mut State) -> Effects {
    let keys: Vec<(Key, bool)> = targets(state)
        .into_iter()
        .filter(|c| has_process(c))
        .map(|c| (c.key.clone(), c.state == RunState::Paused))
        .collect();
    let all_paused = keys.iter().all(|(_, paused)| *paused);
    let verb = if all_paused {
        Verb::Unpause
    } else {
        Verb::Pause
    };
    keys.iter()
        .filter(|(_, paused)| *paused == all_paused)
        .filter_map(|(key, _)| start_job(state, key, &verb))
        .collect()
}
