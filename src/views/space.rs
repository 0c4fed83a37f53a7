//! Where the room on an engine's disk went, and what of it can be had back.
//!
//! ```text
//!  tickets-01  41.3GiB in all, 12.4GiB can be freed  asked 12s ago
//!  Taken
//!    images       34, 12 in use   8.10GiB  ████████████▒▒▒▒▒▒
//!    volumes       9, 8 in use    31.2GiB  ██████████████████████████
//!  Can be freed  p removes
//!    images no container uses   22  3.20GiB
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::space::{free, items};
use crate::lang;
use crate::layout::LIST_OFFSET;
use crate::model::space::{Freed, Part, Prune, Space};
use crate::model::{HostId, Key as Id};
use crate::state::State;
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::pen::below;
use crate::widgets::{Line, page};

use super::section::Section;
use super::{hints, notice};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    let book = state.space.get(&key.host);
    let body = below(area, LIST_OFFSET);
    let space = match book.and_then(|book| book.answer.as_ref()) {
        Some(Ok(space)) => space,
        Some(Err(failure)) => {
            let said = [
                (failure.what.as_str(), Key::StateBad),
                (failure.advice.as_str(), Key::Text),
            ];
            return notice::draw(theme, body, buf, &said);
        }
        None => {
            let asked = book.and_then(|book| book.asked).unwrap_or(state.now);
            let waited = (state.now - asked).num_seconds();
            let words = say!(
                "The engine looks through its images and volumes: {waited}s. Large ones take minutes.",
                waited
            );
            return notice::draw(theme, body, buf, &[(&words, Key::Dim)]);
        }
    };
    head(state, theme, &key, space).draw(buf, area);
    let lines = lines(state, theme, key.host, space, area.width);
    let scroll = state.sheet(&key).map_or(0, |sheet| sheet.scroll);
    page::draw(&lines, scroll, body, buf);
}

/// How many rows there are in all, below the first line: for where scrolling ends.
pub fn line_count(state: &State, key: &Id, width: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let book = state.space.get(&key.host);
    match book.and_then(|book| book.answer.as_ref()) {
        Some(Ok(space)) => lines(state, &theme, key.host, space, width).len(),
        _ => 0,
    }
}

/// What all prunes together would give; what one takes with another is counted once.
fn all_free(space: &Space) -> Freed {
    let parts = space.parts();
    let free = parts.iter().map(|(_, part)| part.free);
    free.fold(Freed::default(), Freed::and)
}

fn head(state: &State, theme: &Theme, key: &Id, space: &Space) -> Line {
    let book = state.space.get(&key.host);
    let asking = book.and_then(|book| book.asked);
    let when = asking.map_or_else(
        || say!("  asked {ago}", ago = text::ago(space.at, state.now)),
        |at| say!("  asking again {s}s", s = (state.now - at).num_seconds()),
    );
    let free = all_free(space).short();
    let free = match free.as_str() {
        "" => String::new(),
        size => say!(", {size} can be freed", size),
    };
    let all = say!("  {size} in all", size = text::bytes(space.bytes()));
    Line::of(theme, format!(" {}", key.id), Key::Strong)
        .and(theme, format!("{all}{free}"), Key::Text)
        .and(theme, when, Key::Dim)
}

fn lines(state: &State, theme: &Theme, host: HostId, space: &Space, width: u16) -> Vec<Line> {
    let width = usize::from(width.saturating_sub(2)).max(12);
    let mut taken = Section::new(theme, width, say!("Taken"));
    let most = space.parts().iter().map(|(_, part)| part.bytes).max();
    let bar = width.saturating_sub(TITLE + COUNT + SIZE + 4).min(60);
    for (name, part) in space.parts() {
        taken.line(taken_line(theme, name, part, most.unwrap_or(0), bar));
    }
    let mut lines = taken.finish();
    let mut section = Section::new(theme, width, say!("Can be freed"));
    let found = Prune::ALL.map(|what| (what, items(state, host, what).len()));
    if found.iter().all(|(_, count)| *count == 0) {
        section.note(say!("everything is in use"), Key::StateOk);
    } else {
        let key = hints::key_of(state, "space.prune");
        section.note(say!("{key} removes", key), Key::Dim);
    }
    for (what, count) in found.into_iter().filter(|(_, count)| *count > 0) {
        let size = free(state, host, what).short();
        let title =
            text::truncate(lang::say(what.title()), width.saturating_sub(22).max(8)).into_owned();
        section.line(
            Line::of(
                theme,
                text::pad_right(&title, 40.min(width.saturating_sub(20))),
                Key::Text,
            )
            .and(theme, text::pad_left(&count.to_string(), 6), Key::Dim)
            .and(theme, text::pad_left(&size, 10), Key::Strong),
        );
    }
    lines.extend(section.finish());
    lines
}

const TITLE: usize = 13;
const COUNT: usize = 18;
const NARROW: usize = 11;
const SIZE: usize = 9;

/// A part with its bar: what is in use, then what is not.
fn taken_line(theme: &Theme, name: &'static str, part: Part, most: u64, bar: usize) -> Line {
    let (all, n) = (part.count, part.active);
    // Without room for a bar there is little for words.
    let (count, wide) = if bar == 0 {
        (say!("{n} of {all}", n, all), NARROW)
    } else {
        (say!("{all}, {n} in use", all, n), COUNT)
    };
    let cells = |bytes: u64| {
        let share = bytes as f64 / most.max(1) as f64;
        (share * bar as f64).round() as usize
    };
    let (all, unused) = (cells(part.bytes), cells(part.free.least));
    Line::of(
        theme,
        text::pad_right(lang::say(name), TITLE),
        Key::FieldName,
    )
    .and(theme, text::pad_right(&count, wide), Key::Dim)
    .and(
        theme,
        text::pad_left(&text::bytes(part.bytes), SIZE),
        Key::Text,
    )
    .and(theme, "  ", Key::Text)
    .and(
        theme,
        "█".repeat(all.saturating_sub(unused)),
        Key::ChartMemory,
    )
    .and(theme, "▒".repeat(unused.min(all)), Key::StateBusy)
}
