//! The only writer of state: a message in, effects out. No I/O, no clock.
mod browse;
mod compose;
mod host;
mod input;
mod job;
mod layer;
mod log;
mod log_prompt;
mod mail;
mod mouse;
mod past;
mod prompt;
mod reply;
mod route;
mod rows;
mod scroll;
mod shelf;
mod space;
mod stack_file;
mod survey;
mod wanted;

use chrono::{FixedOffset, Offset, Utc};

use crate::effect::Effects;
use crate::layout::list_height;
use crate::msg::{Envelope, Msg};
use crate::state::{State, ViewId};

pub use route::machine;
pub use rows::refresh_containers;

/// Takes one message.
pub fn update(state: &mut State, envelope: Envelope) -> Effects {
    state.now = state.now.max(envelope.at);
    let now = state.now;
    state.toasts.expire(now);
    state.jobs.expire(now);
    let mut effects = match envelope.msg {
        Msg::Key(chord) => input::key(state, chord),
        Msg::Paste(text) => input::paste(state, &text),
        Msg::Mouse(mouse) => mouse::mouse(state, mouse),
        Msg::Resize { width, height } => {
            resized(state, (width, height));
            Effects::new()
        }
        Msg::Focus(on) => {
            state.focused = on;
            Effects::new()
        }
        Msg::Host(id, msg) => host::host(state, id, msg),
        Msg::Logs(query, msg) => {
            log::logs(state, &query, msg);
            Effects::new()
        }
        Msg::OlderLogs(page, answer) => {
            log::older(state, &page, answer);
            Effects::new()
        }
        Msg::Saving(save, msg) => {
            log::saving(state, save, msg);
            Effects::new()
        }
        Msg::Idle => {
            log::idle(state);
            Effects::new()
        }
        Msg::Volume(key, msg) => {
            browse::told(state, &key, msg);
            Effects::new()
        }
        Msg::Details(key, answer) => reply::details(state, &key, answer),
        Msg::About(key, answer) => reply::about(state, &key, answer),
        Msg::Processes(key, answer) => reply::processes(state, &key, answer),
        Msg::RunLine(key, answer) => reply::run_line(state, &key, answer),
        Msg::LastWords(key, at, answer) => past::last_words(state, &key, at, answer),
        Msg::Resources(host, kind, answer) => {
            shelf::resources(state, host, kind, answer);
            Effects::new()
        }
        Msg::Freshness(key, answers) => reply::freshness(state, key, answers),
        Msg::Proxy(key, answer) => route::seen(state, key, answer),
        Msg::RouteChecked(key, answer) => route::checked(state, key, answer),
        Msg::Space(host, answer) => space::answered(state, host, answer),
        Msg::Compose(key, answer) => compose::checked(state, &key, answer),
        Msg::Files(key, files, elsewhere) => stack_file::read(state, key, files, elsewhere),
        Msg::Edited(key, file, ended) => stack_file::edited(state, key, file, ended),
        Msg::Proposal(key, answer) => stack_file::proposed(state, key, answer),
        msg @ (Msg::Mail(..) | Msg::Letter(..) | Msg::MailSenders(..)) => mail::take(state, msg),
        Msg::Job(msg) => job::job(state, msg),
        Msg::Shell(key, end) => reply::shell(state, &key, end),
        Msg::Journal(entries) => reply::journal(state, Ok(entries)),
        Msg::JournalFailed(why) => reply::journal(state, Err(why)),
        Msg::Journalled(written) => reply::journalled(state, written),
        Msg::Cost(cost) => {
            state.cost = Some(*cost);
            Effects::new()
        }
        Msg::Said { ok, text } => {
            said(state, ok, text);
            Effects::new()
        }
        Msg::Tick => {
            host::tell_loops(state);
            Effects::new()
        }
    };
    effects.extend(follow(state));
    effects
}

/// What follows from the state as it is now, whatever came.
fn follow(state: &mut State) -> Effects {
    let mut effects = job::release(state);
    mail::settle(state);
    settle(state);
    scroll::settle(state);
    effects.extend(log::pursue(state));
    effects.extend(mail::fitted(state));
    effects
}

fn said(state: &mut State, ok: bool, text: String) {
    if ok {
        state.toasts.ok(text, state.now);
    } else {
        state.toasts.bad(text, state.now);
    }
}

/// Every list has another height.
fn resized(state: &mut State, size: (u16, u16)) {
    state.size = size;
    state.containers.stale = true;
    state.shelves.touch();
    state.events.stale = true;
    state.journal.stale = true;
}

/// Takes rows anew where what they stand on has changed.
fn settle(state: &mut State) {
    let height = list_height(state);
    match state.view() {
        ViewId::Events if state.events.stale => {
            state.events.refresh(height);
            state.events.stale = false;
        }
        ViewId::Journal if state.journal.stale => {
            let zone = FixedOffset::east_opt(state.prefs.utc_offset).unwrap_or(Utc.fix());
            state
                .journal
                .refresh(height, state.now.with_timezone(&zone));
            state.journal.stale = false;
        }
        ViewId::Inspect => settle_inspect(state, height),
        _ => {}
    }
    route::derive(state);
    shelf::settle(state);
    if state.containers.stale {
        refresh_containers(state);
        state.containers.stale = false;
    }
    if let Some(book) = state.logs.as_mut()
        && book.follow
    {
        book.unread = 0;
    }
    browse::settle(state);
    if !state.nav.has(ViewId::Logs) {
        state.logs = None;
    }
}

fn settle_inspect(state: &mut State, height: usize) {
    let Some(sheet) = state.subject().and_then(|key| state.sheets.get_mut(&key)) else {
        return;
    };
    if sheet.inspect.stale {
        // Taken out, so that the document can be read beside it.
        let mut inspect = std::mem::take(&mut sheet.inspect);
        if let Some(document) = sheet.document() {
            inspect.refresh(document, sheet.revealed, height);
            inspect.stale = false;
        }
        sheet.inspect = inspect;
    }
}

/// Runs an action by name, if it can run; else says why.
pub(crate) fn perform(state: &mut State, id: &str) -> Effects {
    let Some(action) = crate::actions::find(id) else {
        return Effects::new();
    };
    if let Some(reason) = crate::actions::unavailable(state, action) {
        state.toasts.bad(
            say!("{name}: {text}", name = action.title(), text = reason),
            state.now,
        );
        return Effects::new();
    }
    (action.run)(state)
}

/// Starts the verbs a question or menu was about, on the things as they are now.
pub(crate) fn start_all(
    state: &mut State,
    jobs: &[(crate::model::Key, crate::effect::Verb)],
) -> Effects {
    let up = |state: &State, key: &crate::model::Key| {
        let host = state.world.host(key.host);
        host.is_some_and(|host| host.link.is_up())
    };
    // The link may have gone while the question stood there.
    let (sent, kept): (Vec<_>, Vec<_>) = jobs.iter().partition(|(key, _)| up(state, key));
    if !kept.is_empty() {
        let why = crate::lang::say(crate::actions::container::NO_LINK);
        state.toasts.bad(why, state.now);
    }
    let asked = sent.len();
    let sent: Vec<_> = sent.into_iter().cloned().collect();
    let before = state.jobs.running.len();
    let effects = crate::actions::container::start_jobs(state, &sent);
    let gone = (before + asked).saturating_sub(state.jobs.running.len());
    if gone > 0 {
        state
            .toasts
            .bad(say!("gone meanwhile: nothing was done to it"), state.now);
    }
    effects
}
