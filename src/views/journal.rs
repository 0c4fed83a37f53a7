//! The journal: who did what, when, with what outcome; newest first.
//!
//! ```text
//!   time            who       what       to                    outcome
//!   today 10:32:11  ada       restarted  zammad-1              done in 10.8s
//! ```
use chrono::{DateTime, FixedOffset, TimeDelta};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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
        let words = format!(" {} the journal: {failure}", theme.symbols.bad);
        let bottom = row(area, usize::from(area.height.saturating_sub(1)));
        Line::of(theme, words, Key::StateBad).draw(buf, bottom);
        area.height = area.height.saturating_sub(1);
    }
    if book.table.rows.is_empty() {
        let filtered = format!(
            "Nothing matches /{}; {} clears it.",
            book.filter,
            hints::key_of(state, "app.escape")
        );
        let words = match (book.filter.is_empty(), book.loaded) {
            (false, _) => filtered.as_str(),
            (true, false) if book.failure.is_none() => "reading the journal…",
            (true, _) => {
                "Nothing was done yet. Restarts, stops, shells and the rest are written down here, with their outcome."
            }
        };
        notice::draw(theme, area, buf, &[(words, Key::Dim)]);
        return;
    }
    let (who, to) = match area.width {
        0..60 => (0, 16),
        60..100 => (9, 22),
        _ => (12, 34),
    };
    let titles = format!(
        "{}{}{}{}outcome",
        text::pad_right("time", 16),
        text::pad_right("who", who),
        text::pad_right("what", 13),
        text::pad_right("to", to)
    );
    list::draw(&book.table, theme, area, buf, &titles, |id| match id {
        RowId::Entry(id) => Some(line(book.get(id)?, state, theme, who, to)),
        _ => None,
    });
}

fn line(entry: &Entry, state: &State, theme: &Theme, who: usize, to: usize) -> Line {
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
    let line = Line::of(theme, text::pad_right(&when(entry.at, state), 16), Key::Dim).and(
        theme,
        cell(&entry.user, who),
        Key::Dim,
    );
    if entry.phase == Phase::Note {
        // Its own words take the room of all the rest.
        let text: Vec<&str> = entry.params.iter().map(|(_, text)| text.as_str()).collect();
        return line.and(theme, text.join(" "), Key::Text);
    }
    let line = line.and(theme, cell(&done(entry), 13), Key::Text).and(
        theme,
        cell(&target, to),
        Key::Strong,
    );
    let (words, key) = outcome(entry, state);
    let line = line.and(theme, words, key);
    match (&entry.error, entry.params.is_empty()) {
        (Some(error), _) => line.and(theme, format!("  {error}"), Key::Text),
        (None, false) => {
            let params: Vec<String> = entry
                .params
                .iter()
                .map(|(k, v)| format!("{k} {v}"))
                .collect();
            line.and(theme, format!("  {}", params.join(" · ")), Key::Dim)
        }
        (None, true) => line,
    }
}

/// `10:32:11` today, else with its day.
fn when(at: DateTime<FixedOffset>, state: &State) -> String {
    let offset = TimeDelta::seconds(i64::from(state.prefs.utc_offset));
    let (local, today) = (at.to_utc() + offset, state.now + offset);
    if local.date_naive() == today.date_naive() {
        format!("today {}", local.format("%H:%M:%S"))
    } else {
        local.format("%d %b %H:%M").to_string()
    }
}

/// The act in words: `restarted`, `opened a shell`.
fn done(entry: &Entry) -> String {
    let verb = entry.action.rsplit('.').next().unwrap_or(&entry.action);
    let word = match verb {
        "start" => "started",
        "stop" => "stopped",
        "restart" => "restarted",
        "kill" => "killed",
        "pause" => "paused",
        "unpause" => "unpaused",
        "remove" => "removed",
        "rename" => "renamed",
        "shell" | "exec" => "shell",
        "attach" => "attached",
        "reveal" => "saw secrets",
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
    let took = entry.duration_ms.map_or_else(String::new, |ms| {
        let span = if ms < 60_000 {
            format!("{}.{}s", ms / 1000, ms % 1000 / 100)
        } else {
            text::duration(TimeDelta::milliseconds(
                i64::try_from(ms).unwrap_or(i64::MAX),
            ))
        };
        format!(" in {span}")
    });
    match (entry.phase, entry.outcome) {
        (Phase::Intent, _) if is_under_way(entry, state) => {
            ("under way".to_owned(), Key::StateBusy)
        }
        (Phase::Intent, _) => ("no outcome".to_owned(), Key::StateBusy),
        (Phase::Note, None) => ("noted".to_owned(), Key::Dim),
        (Phase::Observed, _) => ("seen".to_owned(), Key::Dim),
        (_, Some(Outcome::Success)) => (format!("done{took}"), Key::StateOk),
        (_, Some(Outcome::Failure)) => (format!("failed{took}"), Key::StateBad),
        (_, Some(Outcome::Cancelled)) => ("cancelled".to_owned(), Key::StateOff),
        (_, Some(Outcome::Unknown) | None) => ("outcome unknown".to_owned(), Key::StateBusy),
    }
}
