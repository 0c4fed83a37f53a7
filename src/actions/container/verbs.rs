//! What is done at once, and how a job is begun.
use std::collections::BTreeMap;

use crate::effect::{Effect, Effects, Job, JobId, Verb};
use crate::model::{Container, Health, Key, RunState, Target};
use crate::state::jobs::Wait;
use crate::state::{Output, State, Told, Weight, order};

use super::ask::{ask, losses};
use super::can::{has_process, targets};
use super::several::{in_order, is_whole_stack, names};

/// The state of a container in words, for the journal: `running, unhealthy`.
pub fn state_words(container: &Container) -> String {
    match container.health {
        Some(health) => format!("{}, {}", container.state.word(), Health::word(health)),
        None => container.state.word().to_owned(),
    }
}

/// The same as it is shown.
pub fn shown_state(container: &Container) -> String {
    let state = container.state.said();
    match container.health {
        Some(health) => format!("{state}, {}", health.said()),
        None => state.to_owned(),
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

/// What the journal calls a thing that is not there before it is made.
fn made(verb: &Verb) -> Option<Target> {
    let (kind, name) = match verb {
        Verb::Pull { images } => ("image", images.first()?.as_str()),
        verb => verb.makes()?,
    };
    Some(Target {
        kind: kind.to_owned(),
        name: name.to_owned(),
        ..Target::default()
    })
}

/// Starts a job and gives its effect; what it tells is opened.
pub fn start_job(state: &mut State, key: &Key, verb: &Verb) -> Option<Effect> {
    let effect = begin(state, key, verb)?;
    if verb.has_output() {
        crate::actions::output::show(state, key);
    }
    Some(effect)
}

fn begin(state: &mut State, key: &Key, verb: &Verb) -> Option<Effect> {
    let (target, before) = match state.world.container(key) {
        Some(container) => (target_of(container), state_words(container)),
        None => match (crate::actions::item::target_of(state, key), made(verb)) {
            (Some(there), _) => there,
            (None, made) => (made?, "not there".to_owned()),
        },
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
        let output = Output::new(job.id, job.about(), verb.command(&job.target.name));
        state.outputs.insert(key.clone(), output);
        if verb.writes_file() {
            crate::actions::stack_file::close(state, key);
        }
    }
    Some(Effect::Run(job))
}

/// Starts several jobs. What is needed by others goes first, or stops last: those that wait are sent later.
pub fn start_jobs(state: &mut State, jobs: &[(Key, Verb)]) -> Effects {
    let containers = jobs
        .iter()
        .filter_map(|(key, _)| state.world.container(key));
    let list: Vec<&Container> = containers.collect();
    let mut waits = match jobs {
        [(_, verb), _, ..] if jobs.iter().all(|(_, other)| other == verb) => {
            order::waits(&list, verb, &state.outlines)
        }
        _ => BTreeMap::new(),
    };
    let mut effects = Effects::new();
    // Of several none is opened: each is told on its row.
    let start = if jobs.len() == 1 { start_job } else { begin };
    for (key, verb) in jobs {
        let Some(effect) = start(state, key, verb) else {
            continue;
        };
        match (waits.remove(key), &effect) {
            (Some(list), Effect::Run(job)) => hold(state, job.id, list),
            _ => effects.push(effect),
        }
    }
    effects
}

fn hold(state: &mut State, id: JobId, waits: Vec<Wait>) {
    let name = |wait: &Wait| {
        state
            .world
            .container(&wait.key)
            .map(|c| c.short_name().to_owned())
    };
    let names: Vec<String> = waits.iter().filter_map(name).collect();
    let step = match names.as_slice() {
        [one] => say!("after {one}", one),
        many => say_n!(many.len(), "after {n} other", "after {n} others"),
    };
    if let Some(running) = state.jobs.running.get_mut(&id) {
        running.step = step;
        running.waits = waits;
    }
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
    let order = in_order(state, &list, verb);
    if !guarded && !asks.unwrap_or(habit == Habit::Asks) {
        tell_order(state, order);
        let jobs: Vec<_> = keys.iter().map(|key| (key.clone(), verb.clone())).collect();
        return start_jobs(state, &jobs);
    }
    let mut lines = order;
    if *verb == (Verb::Stop { timeout: None }) {
        lines.extend(losses(&list));
    }
    if guarded {
        let words = say!("protected by its label or by your settings");
        lines.push(Weight::Bad.of(words));
    }
    let mut title = say!(
        "{verb} {names}?",
        verb = verb.title(),
        names = names(state, &list)
    );
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let layer = ask(state, &list, verb, title, lines);
    state.layers.push(layer);
    Effects::new()
}

/// What a question would have told, where none is asked.
fn tell_order(state: &mut State, order: Vec<Told>) {
    for (words, weight) in order {
        match weight {
            Weight::Plain => state.toasts.ok(words, state.now),
            Weight::Change | Weight::Bad => state.toasts.bad(words, state.now),
        }
    }
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
    let whole = is_whole_stack(state);
    let keys = keys_of(state, |c| !(has_process(c) || whole && c.is_one_off()));
    act(state, &keys, &Verb::Start, Habit::Harmless)
}

pub(super) fn stop(state: &mut State) -> Effects {
    let whole = is_whole_stack(state);
    let ends = |c: &Container| has_process(c) || c.state == RunState::Restarting;
    let keys = keys_of(state, |c| !whole || ends(c));
    act(state, &keys, &Verb::Stop { timeout: None }, Habit::Asks)
}

/// Why a container is left as it is when its whole stack is restarted.
fn left_alone(container: &Container) -> Option<&'static str> {
    match container.state {
        _ if container.is_one_off() => Some(say!("a one-off")),
        RunState::Paused => Some(say!("paused")),
        RunState::Created => Some(say!("never started")),
        RunState::Exited if container.exit_code == Some(0) => Some(say!("ended well")),
        _ => None,
    }
}

pub(super) fn restart(state: &mut State) -> Effects {
    let whole = is_whole_stack(state);
    let keys = keys_of(state, |c| {
        let running = state.jobs.of(&c.key);
        let busy = running.is_some_and(|r| r.job.verb.waits_for_stop());
        !(busy || whole && left_alone(c).is_some())
    });
    let left = targets(state).into_iter().filter(|_| whole);
    let left: Vec<String> = left
        .filter_map(|c| Some(format!("{} ({})", c.short_name(), left_alone(c)?)))
        .collect();
    if !left.is_empty() {
        let words = say!("left as they are: {names}", names = left.join(", "));
        state.toasts.ok(words, state.now);
    }
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
