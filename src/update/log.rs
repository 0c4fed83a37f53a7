//! What the log view takes in: lines, what happened to their containers, older pages; and what it does while it waits.
use chrono::{DateTime, TimeDelta, Utc};

use crate::effect::{Effect, Effects, LogPage, LogQuery, Save};
use crate::layout;
use crate::model::event::run_begins;
use crate::model::{Container, EngineEvent, HostId, Key};
use crate::msg::{Failure, LogMsg, OlderLogs, SaveMsg};
use crate::state::Death;
use crate::state::{Choice, Goal, LogBook, Menu, Past, Sought, State, ViewId};
use crate::text;

use super::reply::told;

/// Bytes of lines looked at between two frames: about two milliseconds.
const SLICE: usize = 2 << 20;
/// Two out-of-memory events within so long are one.
const TOLD_TWICE: TimeDelta = TimeDelta::seconds(10);
/// Lines of one page for a reader who goes up.
const PAGE: u32 = 1_000;
/// Lines of one page for a search: more and more, because the engine reads all that is newer once more for each.
const LONG_PAGES: (u64, u64) = (10_000, 100_000);

pub(super) fn logs(state: &mut State, query: &LogQuery, msg: LogMsg) {
    let now = state.now;
    let container = state.world.container(&query.key);
    let name = container.map(|c| source_name(state, c));
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    let known = book.sources.iter().find(|s| s.key == query.key);
    let Some(name) = known.map(|s| s.name.clone()).or(name) else {
        return;
    };
    let number = book.source(&query.key, &name);
    if let LogMsg::Lines(records) = msg {
        book.push(&query.key, &name, &records, now);
        return;
    }
    let Some(source) = book.sources.get_mut(number) else {
        return;
    };
    match msg {
        LogMsg::Lines(_) => {}
        LogMsg::CaughtUp => source.caught_up = true,
        LogMsg::Ended => source.ended = true,
        LogMsg::Failed(failure) => source.failure = Some(failure),
    }
}

/// What to call a container in the log view: with its host's name where it reads from several.
fn source_name(state: &State, container: &Container) -> String {
    let host = container.key.host;
    let hosts = state.logs.iter().flat_map(|book| book.target.hosts());
    let mixed = hosts.into_iter().any(|other| other != host);
    if mixed {
        format!("{}/{}", state.world.label(host), container.short_name())
    } else {
        container.short_name().to_owned()
    }
}

/// Times of a day in the user's zone, by its seconds east of UTC.
struct Clock(i32);

impl Clock {
    fn at(&self, time: DateTime<Utc>) -> String {
        let offset = TimeDelta::seconds(i64::from(self.0));
        (time + offset).format("%H:%M:%S").to_string()
    }
}

/// How a run ended.
struct How {
    code: i64,
    oom: bool,
    words: Option<String>,
}

impl How {
    fn of(death: &Death) -> Self {
        Self::exit(death.exit_code.unwrap_or(0), death.oom)
    }

    fn exit(code: i64, oom: bool) -> Self {
        let words = if oom {
            Some(say!("out of memory").to_owned())
        } else {
            text::exit_words(code, false)
        };
        Self { code, oom, words }
    }

    fn died(&self, name: &str, at: &str) -> String {
        let code = self.code;
        if let Some(words) = &self.words {
            say!(
                "{name} died {at} · exit {code} · {words}",
                name,
                at,
                code,
                words
            )
        } else {
            say!("{name} died {at} · exit {code}", name, at, code)
        }
    }

    fn restarted(&self, name: &str, at: &str) -> String {
        let code = self.code;
        if let Some(words) = &self.words {
            say!(
                "{name} restarted {at} · exit {code} · {words}",
                name,
                at,
                code,
                words
            )
        } else {
            say!("{name} restarted {at} · exit {code}", name, at, code)
        }
    }
}

fn ran_out(name: &str, at: &str) -> String {
    say!("{name} ran out of memory {at}", name, at)
}

/// The last that is told of this source is that it ran out of memory, not long ago: some engines tell it twice.
fn has_run_out(
    book: &mut LogBook,
    key: &Key,
    name: &str,
    clock: &Clock,
    at: DateTime<Utc>,
) -> bool {
    book.retell(key, false, |text, then| {
        let same = text == ran_out(name, &clock.at(then)) && at - then < TOLD_TWICE;
        same.then(|| text.to_owned())
    })
}

/// Tells in an open log what happened to its source.
pub(super) fn separator(state: &mut State, key: &Key, event: &EngineEvent) {
    let Some(book) = state.logs.as_ref().filter(|book| book.told) else {
        // What is heard before its past is there is told with it.
        return;
    };
    // What the engine tells of the time before belongs to lines that are not held.
    if book.times().is_some_and(|(oldest, _)| event.at < oldest) {
        return;
    }
    let known = book.sources.iter().find(|s| s.key == *key);
    let name = match (known, state.world.container(key)) {
        (Some(source), _) => source.name.clone(),
        (None, Some(container)) if book.target.includes(container) => source_name(state, container),
        _ => return,
    };
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    let clock = Clock(state.prefs.utc_offset);
    let at = clock.at(event.at);
    let deaths = state.world.host(key.host).and_then(|h| h.deaths.get(key));
    let mut place = event.at;
    let death_at = |at| deaths.and_then(|all| all.iter().find(|death| death.at == at));
    let told = match event.action.as_str() {
        "start" => {
            let again = |text: &str, then| {
                let how = How::of(death_at(then)?);
                let same = text == how.died(&name, &clock.at(then));
                same.then(|| how.restarted(&name, &at))
            };
            if book.retell(key, true, again) {
                return;
            }
            let before = deaths.into_iter().flatten().map(|death| death.at);
            place = run_begins(event.at, before.filter(|died| *died <= event.at).max());
            say!("{name} started {at}", name, at)
        }
        "die" => {
            let how = death_at(event.at)
                .map_or_else(|| How::exit(event.exit_code().unwrap_or(0), false), How::of);
            let died = how.died(&name, &at);
            let killed = |text: &str, then| {
                let same = how.oom && text == ran_out(&name, &clock.at(then));
                same.then(|| died.clone())
            };
            if book.retell(key, false, killed) {
                return;
            }
            died
        }
        "oom" => {
            let mut fatal = deaths.into_iter().flatten().filter(|death| death.oom);
            let told = fatal.any(|death| (death.at - event.at).abs() < TOLD_TWICE);
            if told || has_run_out(book, key, &name, &clock, event.at) {
                return;
            }
            ran_out(&name, &at)
        }
        "destroy" | "remove" => say!("{name} removed {at}", name, at),
        "pause" => say!("{name} paused {at}", name, at),
        "unpause" => say!("{name} unpaused {at}", name, at),
        action => match action.strip_prefix("health_status: ") {
            Some("healthy") => say!("{name} healthy {at}", name, at),
            Some("unhealthy") => say!("{name} unhealthy {at}", name, at),
            Some(health) => format!("{name} {health} {at}"),
            None => return,
        },
    };
    let run = event.action == "start";
    book.separate(key, &name, place, &told, run);
}

/// Tells in a log view, once its past is there, what happened to its containers since the oldest line held, as far as
/// it is known.
fn tell_past(state: &mut State) {
    let Some(book) = state.logs.as_mut().filter(|b| !b.told && b.caught_up()) else {
        return;
    };
    book.told = true;
    let Some((oldest, _)) = book.times() else {
        return;
    };
    let of_time =
        |(_, event): &(HostId, &EngineEvent)| event.kind == "container" && event.at >= oldest;
    let newest = state.events.newest().filter(of_time);
    let mut events: Vec<_> = newest.map(|(host, event)| (host, event.clone())).collect();
    events.reverse();
    for (host, event) in &events {
        separator(state, &Key::container(*host, &event.id), event);
    }
}

pub(super) fn older(state: &mut State, page: &LogPage, answer: Result<OlderLogs, Failure>) {
    let Some(book) = state.logs.as_mut().filter(|b| b.past == Past::Asked) else {
        return;
    };
    match answer {
        Ok(older) => {
            // A page without a line brings nobody further, whatever it says.
            let beginning = older.beginning || older.records.is_empty();
            book.push_older(&page.key, &older.records, beginning);
        }
        Err(failure) => {
            book.past = Past::Failed;
            book.goal = None;
            let why = say!("older lines: {why}", why = told(&failure));
            state.toasts.bad(why, state.now);
        }
    }
}

/// Nothing else waits: looks at lines that wait.
pub(super) fn idle(state: &mut State) {
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    book.work(SLICE);
    if let Some(Sought::Found(index)) = book.resume_seek() {
        layout::show_hit(state, index);
    }
}

/// What is to be done for the reader's place: older lines are asked for, or what they were asked for is there.
pub(super) fn pursue(state: &mut State) -> Effects {
    if state.view() != ViewId::Logs {
        return Effects::new();
    }
    tell_past(state);
    reach_goal(state);
    let Some(book) = state.logs.as_mut() else {
        return Effects::new();
    };
    let wanted = book.wants_older || book.goal.is_some();
    if wanted {
        book.find_oldest();
    }
    match book.past {
        Past::Open | Past::Failed if wanted && (book.apart || book.caught_up()) => {}
        Past::Beginning | Past::Full | Past::Asked => {
            book.wants_older = false;
            return Effects::new();
        }
        _ => return Effects::new(),
    }
    book.wants_older = false;
    let Some(page) = next_page(book) else {
        book.past = Past::Beginning;
        return Effects::new();
    };
    book.past = Past::Asked;
    vec![Effect::FetchOlder(page)]
}

/// The page that is missing first: of the source of which the least is known.
fn next_page(book: &LogBook) -> Option<LogPage> {
    let sources = book.sources.iter().filter(|source| !source.is_whole());
    let latest = sources.max_by_key(|source| source.oldest)?;
    let (before, at_before) = latest.oldest?;
    Some(LogPage {
        key: latest.key.clone(),
        before,
        at_before,
        newer: latest.lines,
        lines: match book.goal {
            Some(_) => (book.fetched / 2).clamp(LONG_PAGES.0, LONG_PAGES.1) as u32,
            None => PAGE,
        },
    })
}

fn reach_goal(state: &mut State) {
    let now = state.now;
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    let Some(goal) = book.goal.filter(|_| book.past != Past::Asked) else {
        return;
    };
    let over = matches!(book.past, Past::Beginning | Past::Full);
    let reached = match goal {
        Goal::Hit => match book.seek(false) {
            Sought::Found(index) => Some(index),
            Sought::Later => return,
            Sought::Nothing => None,
        },
        Goal::Time(at) => {
            let there = book.times().is_some_and(|(first, _)| first <= at);
            (there || over).then(|| book.at_time(at)).flatten()
        }
        // Whoever has moved on does not wait for it.
        Goal::Beginning if !book.is_where_it_went_up() => {
            book.goal = None;
            return;
        }
        Goal::Beginning if over => {
            book.goal = None;
            if book.past == Past::Full {
                let why = say!("no room for older lines: logs.buffer_mib is how much");
                state.toasts.bad(why, now);
            }
            layout::scroll_logs(state, isize::MIN);
            return;
        }
        Goal::Beginning => None,
    };
    match reached {
        Some(index) => {
            book.goal = None;
            layout::show_hit(state, index);
        }
        None if over => {
            book.goal = None;
            let why = if book.past == Past::Full {
                say!("no hit in what there is room for: logs.buffer_mib is how much")
            } else {
                say!("no hit back to the beginning of the log")
            };
            state.toasts.bad(why, now);
        }
        None => {}
    }
}

pub(super) fn saving(state: &mut State, save: Save, msg: SaveMsg) {
    let now = state.now;
    if let Some(book) = state.logs.as_mut() {
        book.saving = match msg {
            SaveMsg::Progress { done, all } => Some((done, all)),
            _ => None,
        };
    }
    let path = save.path.display();
    match msg {
        SaveMsg::Progress { .. } => {}
        SaveMsg::Done { lines, bytes } => {
            let words = say_n!(
                lines,
                "saved {n} line, {size}, to {path}",
                "saved {n} lines, {size}, to {path}",
                size = text::bytes(bytes),
                path,
            );
            state.toasts.ok(words, now);
        }
        SaveMsg::Failed(why) => state
            .toasts
            .bad(say!("cannot save to {path}: {why}", path, why), now),
        SaveMsg::Exists => ask_to_replace(state, save),
    }
}

fn ask_to_replace(state: &mut State, save: Save) {
    let over = Save {
        replace: true,
        ..save.clone()
    };
    let path = save.path.clone();
    let other = Choice::SaveElsewhere(Box::new(save));
    state.offer(Menu::taken(&path, other, Choice::Replace(Box::new(over))));
}
