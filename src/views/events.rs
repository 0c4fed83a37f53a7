//! The engine's events as they come, newest at the bottom.
//!
//! ```text
//!   time      kind       name                  event
//!   10:32:11  container  zammad-1              die  killed (SIGKILL)
//!   10:32:40  container  grafana-1             restart ▸ 6 more  terminated (SIGTERM)
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{EngineEvent, HostId};
use crate::state::{RowId, State};
use crate::text;
use crate::theme::{Key, Symbols, Theme};
use crate::widgets::Line;

use super::happened::{clock, folded, meaning, told};
use super::{hints, list, notice};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let book = &state.events;
    if book.table.rows.is_empty() {
        let filtered = say!(
            "Nothing matches /{filter}; {key} clears it.",
            filter = book.filter,
            key = hints::key_of(state, "app.escape")
        );
        let words = if book.filter.is_empty() {
            say!("No event yet. What the engine does appears here as it happens.")
        } else {
            &filtered
        };
        notice::draw(theme, area, buf, &[(words, Key::Dim)]);
        return;
    }
    let (kind, name) = widths(area.width);
    let host = if state.mixes_hosts() { 12 } else { 0 };
    let titles = format!(
        "{}  {}{}{}{}",
        text::pad_right(say!("time"), 8),
        text::pad_right(if host > 0 { say!("host") } else { "" }, host),
        text::pad_right(if kind > 0 { say!("kind") } else { "" }, kind),
        text::pad_right(say!("name"), name),
        say!("event")
    );
    list::draw(&book.table, theme, area, buf, &titles, |id| match id {
        RowId::Event(number) => {
            let (of, event) = book.get(*number)?;
            let event = (*number, of, event);
            Some(line(event, state, theme, [host, kind, name]))
        }
        _ => None,
    });
}

/// Columns of kind and name, their gaps included.
fn widths(width: u16) -> (usize, usize) {
    match width {
        0..60 => (0, 18),
        60..100 => (11, 24),
        _ => (11, 34),
    }
}

fn line(
    (number, host, event): (u64, HostId, &EngineEvent),
    state: &State,
    theme: &Theme,
    [on, kind, name]: [usize; 3],
) -> Line {
    let cell = |words: &str, width: usize| match width {
        0 => String::new(),
        _ => text::pad_right(&text::truncate_middle(words, width - 2), width),
    };
    let known = state
        .world
        .container(&crate::model::Key::container(host, &event.id));
    let shown = match known {
        Some(c) if text::width(&event.name) + 2 > name => c.short_name(),
        _ => &event.name,
    };
    let parts = number_of_parts(state, number);
    Line::of(
        theme,
        format!("{}  ", clock(event.at, state.prefs.utc_offset)),
        Key::Dim,
    )
    .and(theme, cell(state.world.label(host), on), Key::Dim)
    .and(theme, cell(&event.kind, kind), Key::Dim)
    .and(theme, cell(shown, name), Key::Text)
    .and(theme, event.action.clone(), meaning(event))
    .and(theme, parts, Key::Dim)
    .and(theme, told(event), Key::Dim)
}

/// What the last event of an act stands for: ` ▸ 6 more`, and how the process ended meanwhile.
fn number_of_parts(state: &State, number: u64) -> String {
    let Some((parts, open)) = state.events.parts(number) else {
        return String::new();
    };
    let symbols = Symbols::UNICODE;
    if open {
        return format!(" {}", symbols.open);
    }
    let events = parts.iter().filter_map(|part| state.events.get(*part));
    let events: Vec<&EngineEvent> = events.map(|(_, event)| event).collect();
    format!(" {}{}", symbols.folded, folded(&events))
}
