//! The journal: who did what, when, with what outcome; newest first.
//!
//! ```text
//!   time            who       what       to                    outcome
//!   today 10:32:11  ada       restarted  zammad-1              done in 10.8s
//! ```
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout;
use crate::model::{Entry, Outcome, Phase};
use crate::state::{RowId, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::row;

use super::{hints, list, notice};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let book = &state.journal;
    let mut area = area;
    if let Some(failure) = book.unwritten.as_ref().or(book.failure.as_ref()) {
        let words = say!("the journal: {failure}", failure);
        let words = format!(" {} {words}", theme.symbols.bad);
        let bottom = row(area, usize::from(area.height.saturating_sub(1)));
        Line::of(theme, words, Key::StateBad).draw(buf, bottom);
        area.height = area.height.saturating_sub(1);
    }
    if book.table.rows.is_empty() {
        let filtered = say!(
            "Nothing matches /{filter}; {key} clears it.",
            filter = book.filter,
            key = hints::key_of(state, "app.escape")
        );
        let words = match (book.filter.is_empty(), book.loaded) {
            (false, _) => filtered.as_str(),
            (true, false) if book.failure.is_none() => say!("reading the journal…"),
            (true, _) => {
                say!(
                    "Nothing was done yet. Restarts, stops, shells and the rest are written down here, with their outcome."
                )
            }
        };
        notice::draw(theme, area, buf, &[(words, Key::Dim)]);
        return;
    }
    let foot = layout::journal_foot(area.width, area.height);
    let below = Rect::new(area.x, area.bottom() - foot, area.width, foot);
    area.height -= foot;
    if let Some(RowId::Entry(id)) = book.table.selected.as_ref().filter(|_| foot > 0)
        && let Some(entry) = book.get(id)
    {
        list::foot(theme, below, buf, &told(entry, state));
    }
    let columns = match area.width {
        0..60 => (6, 0, 12),
        60..100 => (16, 9, 22),
        _ => (16, 12, 34),
    };
    let (time, who, to) = columns;
    let titles = format!(
        "{}{}{}{}{}",
        text::pad_right(say!("time"), time),
        text::pad_right(if who > 0 { say!("who") } else { "" }, who),
        text::pad_right(say!("what"), 13),
        text::pad_right(say!("to" as "an act"), to),
        say!("outcome")
    );
    list::draw(&book.table, theme, area, buf, &titles, |id| match id {
        RowId::Entry(id) => Some(line(book.get(id)?, state, theme, columns)),
        _ => None,
    });
}

/// An entry, with columns for the time, who and to what.
fn line(entry: &Entry, state: &State, theme: &Theme, columns: (usize, usize, usize)) -> Line {
    let (time, who, to) = columns;
    let cell = |words: &str, width: usize| match width {
        0 => String::new(),
        _ => text::pad_right(&text::truncate_middle(words, width - 1), width),
    };
    let target = entry.target.as_ref().map_or("", |t| t.name.as_str());
    let target = if state.world.several() && !target.is_empty() {
        format!("{}/{target}", state.world.label_of(&entry.host))
    } else {
        target.to_owned()
    };
    let when = match time {
        0..16 => when_briefly(entry.at, state),
        _ => when(entry.at, state),
    };
    let line = Line::of(theme, text::pad_right(&when, time), Key::Dim).and(
        theme,
        cell(&entry.user, who),
        Key::Dim,
    );
    if let Some(note) = note(entry) {
        // Its own words take the room of all the rest.
        return line.and(theme, note, Key::Text);
    }
    let line = line.and(theme, cell(&done(entry), 13), Key::Text).and(
        theme,
        cell(&target, to),
        Key::Strong,
    );
    let (words, key) = outcome(entry, state);
    let line = line.and(theme, words, key);
    match more(entry) {
        Some((words, key)) => line.and(theme, format!("  {words}"), key),
        None => line,
    }
}

/// The words of a note.
fn note(entry: &Entry) -> Option<String> {
    let words = entry.params.iter().map(|(_, text)| text.as_str());
    (entry.phase == Phase::Note).then(|| words.collect::<Vec<_>>().join(" "))
}

/// Why it failed, else what was asked beyond the verb.
fn more(entry: &Entry) -> Option<(String, Key)> {
    if let Some(error) = &entry.error {
        return Some((error.clone(), Key::Text));
    }
    let params = entry.params.iter().map(|(k, v)| format!("{k} {v}"));
    let params: Vec<String> = params.collect();
    (!params.is_empty()).then(|| (params.join(" · "), Key::Dim))
}

/// The whole of an entry whose row is cut: who did it to what, how it ended, and why.
fn told(entry: &Entry, state: &State) -> Vec<(String, Key)> {
    if let Some(note) = note(entry) {
        return vec![(entry.user.clone(), Key::Strong), (note, Key::Text)];
    }
    let target = entry.target.as_ref().map_or("", |t| t.name.as_str());
    let words = [entry.user.as_str(), &done(entry), target].join(" ");
    let (how, key) = outcome(entry, state);
    let why = more(entry).map_or_else(String::new, |(words, _)| format!("  {words}"));
    vec![
        (words.trim().to_owned(), Key::Strong),
        (format!("{how}{why}"), key),
    ]
}

/// When it was and what is now, as clocks here tell it.
fn local(at: DateTime<FixedOffset>, state: &State) -> (DateTime<Utc>, DateTime<Utc>) {
    let offset = TimeDelta::seconds(i64::from(state.prefs.utc_offset));
    (at.to_utc() + offset, state.now + offset)
}

/// `10:32` today, else its day: `11-28`.
fn when_briefly(at: DateTime<FixedOffset>, state: &State) -> String {
    let (local, today) = local(at, state);
    let is_today = local.date_naive() == today.date_naive();
    local
        .format(if is_today { "%H:%M" } else { "%m-%d" })
        .to_string()
}

/// `10:32:11` today, else with its day.
fn when(at: DateTime<FixedOffset>, state: &State) -> String {
    let (local, today) = local(at, state);
    if local.date_naive() == today.date_naive() {
        say!("today {time}", time = local.format("%H:%M:%S"))
    } else {
        text::day_and_time(local)
    }
}

/// The act in words: `restarted`, `opened a shell`.
fn done(entry: &Entry) -> String {
    let verb = entry.action.rsplit('.').next().unwrap_or(&entry.action);
    let word = match verb {
        "start" => say!("started" as "act"),
        "stop" => say!("stopped" as "act"),
        "restart" => say!("restarted" as "act"),
        "kill" => say!("killed" as "act"),
        "pause" => say!("paused" as "act"),
        "unpause" => say!("unpaused" as "act"),
        "remove" => say!("removed" as "act"),
        "rename" => say!("renamed" as "act"),
        "shell" | "exec" => say!("shell"),
        "attach" => say!("attached" as "act"),
        "reveal" => say!("saw secrets" as "act"),
        other => other,
    };
    word.to_owned()
}

/// Whether what is written down as begun is a job that still runs here.
fn is_under_way(entry: &Entry, state: &State) -> bool {
    let jobs = state.jobs.running.values();
    entry.target.as_ref().is_some_and(|target| {
        !target.id.is_empty()
            && jobs
                .map(|r| &r.job.key.id)
                .any(|id| id.starts_with(&target.id))
    })
}

fn outcome(entry: &Entry, state: &State) -> (String, Key) {
    let took = entry.duration_ms.map(|ms| {
        if ms < 60_000 {
            format!("{}s", text::decimal((ms / 100) as f64 / 10.0, 1))
        } else {
            text::duration(TimeDelta::milliseconds(
                i64::try_from(ms).unwrap_or(i64::MAX),
            ))
        }
    });
    let done = |took| say!("done in {took}", took);
    let failed = |took| say!("failed in {took}", took);
    match (entry.phase, entry.outcome) {
        (Phase::Intent, _) if is_under_way(entry, state) => {
            (say!("under way").to_owned(), Key::StateBusy)
        }
        (Phase::Intent, _) => (say!("no outcome").to_owned(), Key::StateBusy),
        (Phase::Note, None) => (say!("noted").to_owned(), Key::Dim),
        (Phase::Observed, _) => (say!("seen" as "outcome").to_owned(), Key::Dim),
        (_, Some(Outcome::Success)) => (
            took.map_or_else(|| say!("done" as "outcome").to_owned(), done),
            Key::StateOk,
        ),
        (_, Some(Outcome::Failure)) => (
            took.map_or_else(|| say!("failed" as "outcome").to_owned(), failed),
            Key::StateBad,
        ),
        (_, Some(Outcome::Cancelled)) => (say!("cancelled" as "outcome").to_owned(), Key::StateOff),
        (_, Some(Outcome::Unknown) | None) => (say!("outcome unknown").to_owned(), Key::StateBusy),
    }
}
