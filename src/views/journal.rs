//! The journal: who did what, when, with what outcome; newest first.
//!
//! ```text
//!   time            who       what                             outcome
//!   today 10:32:11  ada       restarted zammad-1               done in 10.8s  unhealthy -> starting
//! ```
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::entry::{head, outcome, target};
use crate::layout;
use crate::model::journal::words;
use crate::model::{Entry, Phase};
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
        0..60 => (6, 0, 25),
        60..100 => (16, 9, 34),
        _ => (16, 12, 46),
    };
    let (time, who, what) = columns;
    let titles = format!(
        "{}{}{}{}",
        text::pad_right(say!("time"), time),
        text::pad_right(if who > 0 { say!("who") } else { "" }, who),
        text::pad_right(say!("what"), what),
        say!("outcome")
    );
    list::draw(&book.table, theme, area, buf, &titles, |id| match id {
        RowId::Entry(id) => Some(line(book.get(id)?, state, theme, columns)),
        _ => None,
    });
}

/// An entry, with columns for the time, who and what.
fn line(entry: &Entry, state: &State, theme: &Theme, columns: (usize, usize, usize)) -> Line {
    let (time, who, what) = columns;
    let cell = |words: &str, width: usize| match width {
        0 => String::new(),
        _ => text::pad_right(&text::truncate_middle(words, width - 1), width),
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
    let act = words::act(entry);
    let target = target(entry, state);
    let room = what.saturating_sub(text::width(&act) + 2);
    let target = text::truncate_middle(&target, room);
    let blank = what.saturating_sub(text::width(&act) + 1 + text::width(&target));
    let line = line
        .and(theme, format!("{act} "), Key::Text)
        .and(theme, target, Key::Strong)
        .and(theme, " ".repeat(blank), Key::Text);
    let (words, key) = outcome(entry, state);
    let line = line.and(theme, words, key);
    match more(entry) {
        Some((words, key)) => line.and(theme, format!("  {words}"), key),
        None => line,
    }
}

/// The words of a note.
fn note(entry: &Entry) -> Option<String> {
    (entry.phase == Phase::Note).then(|| entry.asked())
}

/// Why it failed, else what it changed, else what was asked beyond the verb.
fn more(entry: &Entry) -> Option<(String, Key)> {
    if let Some(error) = &entry.error {
        return Some((error.clone(), Key::Text));
    }
    let asked = || Some(entry.asked()).filter(|asked| !asked.is_empty());
    let told = entry.change().or_else(asked);
    told.map(|words| (words, Key::Dim))
}

/// The whole of an entry whose row is cut: who did it to what, how it ended, and why.
fn told(entry: &Entry, state: &State) -> Vec<(String, Key)> {
    if let Some(note) = note(entry) {
        return vec![(entry.user.clone(), Key::Strong), (note, Key::Text)];
    }
    let (how, key) = outcome(entry, state);
    let why = more(entry).map_or_else(String::new, |(words, _)| format!("  {words}"));
    vec![
        (head(entry, state), Key::Strong),
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
