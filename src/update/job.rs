//! How jobs go: their steps, their outcomes, and those that waited for others.
use chrono::{DateTime, TimeDelta, Utc};

use crate::effect::{Effect, Effects, Job, JobId, Verb, aside};
use crate::lang::Words;
use crate::model::{Container, Key, Kind};
use crate::msg::{Failure, FailureKind, JobMsg};
use crate::state::jobs::{Ended, Said, Wait};
use crate::state::order::is_there;
use crate::state::{Awaited, Death, RowId, State};
use crate::text;

/// What took less than this many milliseconds was done at once: no figure is worth reading.
const AT_ONCE: u64 = 100;

/// A container whose start was answered is waited for on its row so long, in seconds, and a thing that was made in its list.
const APPEARS: i64 = 5;

/// Columns of a row that a reason may take: one that is longer tells its innermost cause alone.
const REASON: usize = 60;

fn seconds(ms: u64) -> String {
    format!(
        "{}{}{} s",
        ms / 1000,
        say!("." as "decimal point"),
        ms % 1000 / 100
    )
}

pub(super) fn job(state: &mut State, msg: JobMsg) -> Effects {
    match msg {
        JobMsg::Started { id, stop_timeout } => {
            if let Some(running) = state.jobs.running.get_mut(&id) {
                running.job.stop_timeout = stop_timeout;
                running.sent = true;
                running.started = state.now;
            }
        }
        JobMsg::Step { id, words, also } => {
            if let Some(running) = state.jobs.running.get_mut(&id) {
                running.step = words;
                running.also = also;
            }
        }
        JobMsg::Output { id, lines } => {
            let mut outputs = state.outputs.values_mut();
            if let Some(output) = outputs.find(|output| output.job == id) {
                output.push(lines);
            }
        }
        JobMsg::Transfer { id, lines } => {
            let mut outputs = state.outputs.values_mut();
            let output = outputs.find(|output| output.job == id);
            let words = output.map(|output| output.note(&lines));
            let words = words.filter(|words| !words.is_empty());
            if let (Some(running), Some(words)) = (state.jobs.running.get_mut(&id), words) {
                running.step = words;
            }
        }
        JobMsg::Done {
            id,
            took_ms,
            already,
            became,
        } => return done(state, id, took_ms, already, became.as_ref()),
        JobMsg::Failed { id, failure, .. } => failed(state, id, &failure),
    }
    Effects::new()
}

fn name_of(state: &State, job: &Job) -> String {
    let host = state.on_host(job.key.host);
    match &job.verb {
        Verb::Pull { .. } | Verb::Push { .. } | Verb::Load { .. } | Verb::RemoveImage { .. } => {
            return format!("{}{host}", job.about());
        }
        Verb::Connect { container } | Verb::Disconnect { container } => {
            let member = Key::container(job.key.host, container);
            let known = state.world.container(&member).map(Container::short_name);
            let member = known.unwrap_or(member.short());
            return format!("{member}, {}{host}", job.target.name);
        }
        _ => {}
    }
    let container = state.world.container(&job.key);
    // The old one of a recreate has the name of what is set aside, which nobody asked for.
    let container = container.filter(|c| c.name != aside(&job.key, &job.target.name));
    let name = container.map_or(job.target.name.as_str(), |c| c.short_name());
    format!("{name}{host}")
}

/// How it ended, as its row tells it. An image that keeps a name is still there: what was done was done to that one.
fn on_row(state: &State, job: &Job, text: &str) -> String {
    let image = state.shelves.images.things.get(&job.key);
    match &job.verb {
        Verb::RemoveImage { names, .. } if image.is_some_and(|i| i.tags.len() > names.len()) => {
            say!("{name} {text}" as "outcome", name = job.about(), text)
        }
        _ => text.to_owned(),
    }
}

fn done(
    state: &mut State,
    id: JobId,
    took_ms: u64,
    already: bool,
    became: Option<&Key>,
) -> Effects {
    state.containers.stale = true;
    let Some(running) = state.jobs.running.get(&id) else {
        return Effects::new();
    };
    let verb = &running.job.verb;
    if let Some(death) = ended_again(state, id) {
        failed(state, id, &at_once(&death));
        return Effects::new();
    }
    let text = if already {
        say!("was {done} already", done = verb.done())
    } else if took_ms < AT_ONCE {
        verb.done().to_owned()
    } else {
        say!(
            "{done} in {time}",
            done = verb.done(),
            time = seconds(took_ms)
        )
    };
    let ended = Ended {
        at: state.now,
        ok: true,
        text: on_row(state, &running.job, &text),
        marked: state.containers.marked.contains(&running.job.key),
    };
    let Some(done) = state.jobs.finish(id, ended) else {
        return Effects::new();
    };
    let name = name_of(state, &done.job);
    super::compose::ended(state, &done.job, true, &text);
    super::mail::done(state, &done.job, Ok(took_ms));
    let words = say!("{name} {text}" as "outcome", name, text);
    state.toasts.ok(words, state.now);
    state.containers.marked.remove(&done.job.key);
    state.shelves.unmark(&done.job.key);
    unmark_stack(state, &done.job);
    await_made(state, &done.job);
    if let Some(new) = became {
        follow(state, &done.job.key, new);
    }
    super::space::after(state, &done.job)
}

/// What ends of itself so soon after its start was started in vain.
const IN_VAIN: TimeDelta = TimeDelta::seconds(3);

fn at_once(death: &Death) -> Failure {
    let code = death.exit_code.unwrap_or_default();
    Failure {
        what: Words::ours(|| {
            say!(
                "it was started, and ended at once: {code}",
                code = text::exit_code(code, death.oom)
            )
        }),
        ..Failure::default()
    }
}

/// The newest death of a container, where it came of itself and right after its newest start.
fn in_vain<'a>(state: &'a State, key: &Key) -> Option<(&'a Death, DateTime<Utc>)> {
    let host = state.world.host(key.host)?;
    let (death, start) = (host.deaths.get(key)?.back()?, host.start_of(key)?);
    let soon = death.at > start && death.at - start < IN_VAIN;
    (soon && death.failed() && !death.asked).then_some((death, start))
}

/// The death of what a job has started, which came before its answer: to be started alone is not what was asked for.
fn ended_again(state: &State, id: JobId) -> Option<Death> {
    let running = state.jobs.running.get(&id)?;
    if !matches!(running.job.verb, Verb::Start | Verb::Restart { .. }) {
        return None;
    }
    let (death, start) = in_vain(state, &running.job.key)?;
    (start >= running.started).then(|| death.clone())
}

/// The same, where it came after the answer: what is told of it is taken back.
pub(super) fn died(state: &mut State, key: &Key) {
    let ended = state.jobs.ended.get(key).filter(|ended| ended.ok);
    let (Some(ended), Some((death, start))) = (ended, in_vain(state, key)) else {
        return;
    };
    // The engine answers a start once it is done.
    if (ended.at - start).abs() > IN_VAIN {
        return;
    }
    let why = at_once(death).what.to_string();
    if ended.marked {
        state.containers.marked.insert(key.clone());
    }
    let name = state
        .world
        .container(key)
        .map(|c| c.short_name().to_owned());
    let host = state.on_host(key.host);
    if let Some(ended) = state.jobs.ended.get_mut(key) {
        ended.ok = false;
        ended.text.clone_from(&why);
    }
    let name = name.unwrap_or_default();
    state.toasts.bad(format!("{name}{host}: {why}"), state.now);
}

fn failed(state: &mut State, id: JobId, failure: &Failure) {
    state.containers.stale = true;
    let Some(running) = state.jobs.running.get(&id) else {
        return;
    };
    let is_taken = failure.kind == FailureKind::Conflict;
    let asks = is_taken && matches!(running.job.verb, Verb::Save { .. });
    let verb = running.job.verb.title();
    let why = text::short_ids(failure.what.as_str());
    // A row is short: what went wrong comes first there.
    let cause = text::cause(failure.what.as_str(), REASON);
    let output = state.outputs.get(&running.job.key);
    let wished = output.is_some_and(|output| output.job == id && output.cancelled);
    let (text, on_row) = if wished {
        // It was asked to end, and says so itself.
        (why.clone().into_owned(), cause.into_owned())
    } else {
        let on_row = say!("{why} · {verb} failed", why = cause, verb);
        (say!("{verb} failed: {why}", verb, why), on_row)
    };
    let ended = Ended {
        at: state.now,
        ok: false,
        text: on_row,
        marked: false,
    };
    if let Some(done) = state.jobs.finish(id, ended) {
        if !failure.said.is_empty() {
            let said = Said {
                at: state.now,
                why: why.into_owned(),
                lines: failure.said.lines().map(str::to_owned).collect(),
            };
            state.jobs.keep_said(done.job.key.clone(), said);
        }
        super::compose::failed(state, &done.job, failure);
        super::mail::done(state, &done.job, Err(failure.what.as_str()));
        if asks {
            // A question is no failure.
            state.jobs.ended.remove(&done.job.key);
            crate::actions::image::archive::ask_to_replace(state, &done.job);
            return;
        }
        let name = name_of(state, &done.job);
        let mut words = say!("{name}: {text}", name, text);
        for more in [&failure.said, &failure.advice] {
            if !more.is_empty() {
                words.push_str(" · ");
                words.push_str(&more.replace('\n', " / "));
            }
        }
        if wished {
            state.toasts.ok(words, state.now);
        } else {
            state.toasts.bad(words, state.now);
        }
    }
}

/// Whether what is waited for is there; `None`: not yet.
fn fulfilled(state: &State, wait: &Wait) -> Option<Result<(), String>> {
    let name = || {
        let container = state.world.container(&wait.key);
        container.map_or_else(|| wait.key.short(), |c| c.short_name())
    };
    if state.jobs.of(&wait.key).is_some() {
        return None;
    }
    let ended = state.jobs.ended.get(&wait.key);
    if ended.is_some_and(|ended| !ended.ok) {
        return Some(if wait.strict {
            Err(say!("not sent, as {name} failed", name = name()))
        } else {
            Ok(())
        });
    }
    let Some(container) = state.world.container(&wait.key) else {
        return Some(Ok(()));
    };
    let fresh = ended.is_some_and(|ended| (state.now - ended.at).num_seconds() < APPEARS);
    let code = container.exit_code.unwrap_or(0);
    is_there(
        name(),
        wait.until,
        &container.state,
        container.health,
        code,
        fresh,
    )
}

/// Sends jobs that have waited for others, or gives them up.
pub(super) fn release(state: &mut State) -> Effects {
    let mut effects = Effects::new();
    loop {
        let waiting = state
            .jobs
            .running
            .iter()
            .filter(|(_, job)| !job.waits.is_empty());
        let found = waiting.into_iter().find_map(|(id, job)| {
            let verdicts: Vec<_> = job
                .waits
                .iter()
                .map(|wait| fulfilled(state, wait))
                .collect();
            let failed = verdicts
                .iter()
                .flatten()
                .find_map(|verdict| verdict.clone().err());
            let ready = verdicts.iter().all(Option::is_some);
            (failed.is_some() || ready).then_some((*id, failed))
        });
        let Some((id, failure)) = found else {
            return effects;
        };
        if let Some(why) = failure {
            let failure = Failure {
                what: Words::as_is(why),
                ..Failure::default()
            };
            failed(state, id, &failure);
        } else if let Some(running) = state.jobs.running.get_mut(&id) {
            running.waits.clear();
            running.step.clear();
            running.sent = false;
            running.started = state.now;
            effects.push(Effect::Run(running.job.clone()));
        }
    }
}

/// The cursor is to go to what was made.
fn await_made(state: &mut State, job: &Job) {
    let Some((_, name)) = job.verb.makes() else {
        return;
    };
    let listing = match job.key.kind {
        Kind::Volume => &mut state.shelves.volumes.listing,
        _ => &mut state.shelves.networks.listing,
    };
    listing.awaited = Some(Awaited {
        host: job.key.host,
        name: name.to_owned(),
        until: state.now + TimeDelta::seconds(APPEARS),
    });
    listing.stale = true;
}

/// What was about the old container is about the one that is in its place: the cursor, open screens, the outcome.
fn follow(state: &mut State, old: &Key, new: &Key) {
    if let Some(ended) = state.jobs.ended.remove(old) {
        state.jobs.ended.insert(new.clone(), ended);
    }
    let table = &mut state.containers.table;
    if table.selected == Some(RowId::Container(old.clone())) {
        let height = crate::layout::list_height(state);
        let new = RowId::Container(new.clone());
        state.containers.table.select_id(&new, height);
    }
    state.nav.replace(old, new);
}

/// A stack stays marked until all that was asked for its containers is done, and while any of it has failed.
fn unmark_stack(state: &mut State, done: &Job) {
    let Some(project) = &done.target.project else {
        return;
    };
    let stack = Key::stack(done.key.host, project);
    let left = |key: &Key| {
        state.jobs.of(key).is_some() || state.jobs.ended.get(key).is_some_and(|ended| !ended.ok)
    };
    if !state.world.members(&stack).any(|c| left(&c.key)) {
        state.shelves.unmark(&stack);
    }
}
