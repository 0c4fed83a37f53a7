//! What is done at once, and how a job is begun.
use crate::effect::{Effect, Effects, Job, Verb};
use crate::model::{Container, Health, Key, RunState, Target};
use crate::state::{Output, State};

use super::ask::{ask, listed, losses, names};
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
    let (target, before) = match state.world.container(key) {
        Some(container) => (target_of(container), state_words(container)),
        None => crate::actions::item::target_of(state, key)?,
    };
    let known = state
        .sheet(key)
        .and_then(|s| s.details.as_ref())
        .map(|d| d.stop_timeout);
    let job = Job {
        id: state.jobs.next_id(),
        key: key.clone(),
        verb: verb.clone(),
        target,
        before,
        stop_timeout: known.unwrap_or(10),
    };
    state.jobs.start(job.clone(), state.now);
    if verb.has_output() {
        let output = Output::new(job.id, verb.command(&job.target.name));
        state.outputs.insert(key.clone(), output);
        crate::actions::stack::show(state, key);
    }
    Some(Effect::Run(job))
}

/// Does it to these at once, or asks first when the settings, a label or the verb's own habit say so.
fn act(state: &mut State, keys: &[Key], verb: &Verb, habit: Habit) -> Effects {
    let list: Vec<&Container> = keys
        .iter()
        .filter_map(|key| state.world.container(key))
        .collect();
    if list.is_empty() {
        return Effects::new();
    }
    let guarded = habit != Habit::Harmless
        && list
            .iter()
            .any(|c| c.is_protected() || state.prefs.protects(&c.name));
    let asks = state.prefs.asks(shown_action(verb));
    if !guarded && !asks.unwrap_or(habit == Habit::Asks) {
        return keys
            .iter()
            .filter_map(|key| start_job(state, key, verb))
            .collect();
    }
    let mut lines = listed(state, &list);
    if *verb == (Verb::Stop { timeout: None }) {
        lines.extend(losses(&list));
    }
    if guarded {
        lines.push("protected by its label or by your settings".to_owned());
    }
    let mut title = format!("{verb} {}?", names(&list));
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let layer = ask(state, &list, verb, title, lines);
    state.layers.push(layer);
    Effects::new()
}

/// How a verb is begun when nothing is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Takes nothing away: done at once even to what is protected.
    Harmless,
    AtOnce,
    Asks,
}

/// The action that stands for a verb in the settings: one key pauses and unpauses.
fn shown_action(verb: &Verb) -> &'static str {
    match verb {
        Verb::Unpause => Verb::Pause.action(),
        other => other.action(),
    }
}

fn keys_of(state: &State, wants: impl Fn(&Container) -> bool) -> Vec<Key> {
    targets(state)
        .into_iter()
        .filter(|c| wants(c))
        .map(|c| c.key.clone())
        .collect()
}

pub(super) fn start(state: &mut State) -> Effects {
    let keys = keys_of(state, |c| !has_process(c));
    act(state, &keys, &Verb::Start, Habit::Harmless)
}

pub(super) fn stop(state: &mut State) -> Effects {
    let keys = keys_of(state, |_| true);
    act(state, &keys, &Verb::Stop { timeout: None }, Habit::Asks)
}

pub(super) fn restart(state: &mut State) -> Effects {
    let keys = keys_of(state, |c| {
        let running = state.jobs.of(&c.key);
        !running.is_some_and(|r| r.job.verb.waits_for_stop())
    });
    act(
        state,
        &keys,
        &Verb::Restart { timeout: None },
        Habit::AtOnce,
    )
}

pub(super) fn pause(state: &mut State) -> Effects {
    let is_paused = |c: &Container| c.state == RunState::Paused;
    let running = keys_of(state, |c| has_process(c) && !is_paused(c));
    if running.is_empty() {
        let paused = keys_of(state, is_paused);
        return act(state, &paused, &Verb::Unpause, Habit::Harmless);
    }
    act(state, &running, &Verb::Pause, Habit::AtOnce)
}
