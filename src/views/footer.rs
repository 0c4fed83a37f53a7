//! The last line: the keys that apply here and now, or the line being typed.
//!
//! ```text
//!  l logs  r restart  e shell  s stop  enter open  / filter                                  ? help
//!  /zam▏                                                                                  12 of 40
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::wanted::{network_options, volume_options};
use crate::state::{Layer, LogBook, Prompt, PromptKind, State, ViewId};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::{indent, row};
use crate::widgets::{Line, Pen, window};

use super::hints;
use super::overlays::equivalent::Equivalent;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    match state.layer() {
        Some(Layer::Prompt(prompt)) => typed(state, theme, prompt, area, buf),
        _ => keys(state, theme, area, buf),
    }
}

fn keys(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let hint = |line: Line, key: &str, word: &str| {
        line.and(theme, key, Key::HintKey)
            .and(theme, format!(" {word}"), Key::HintWord)
    };
    let help = hint(Line::new(), &hints::key_of(state, "app.help"), say!("help"));
    let area = indent(area, 1);
    let mut left = usize::from(area.width).saturating_sub(help.width() + 1);
    let mut pen = Pen::new(buf, area);
    for (key, word) in hints::footer(state) {
        let line = hint(Line::new(), &key, word);
        let wide = line.width() + 2;
        if wide > left {
            break;
        }
        left -= wide;
        for (words, style) in &line.pieces {
            pen.write(words, *style);
        }
        pen.skip(2);
    }
    let area = Rect::new(area.x, area.y, area.width.saturating_sub(1), area.height);
    help.draw_right(buf, area);
}

/// What stands before the typed text.
fn label(prompt: &Prompt) -> String {
    match prompt.kind {
        PromptKind::Filter | PromptKind::Search => "/".to_owned(),
        PromptKind::LogFilter { keep: true, .. } => "&".to_owned(),
        PromptKind::LogFilter { keep: false, .. } => "|".to_owned(),
        _ => {
            let title = text::truncate(&prompt.title, 40);
            format!("{} ", say!("{title}:", title))
        }
    }
}

/// The part of the typed text that fits, with the cursor's column in it.
fn window(prompt: &Prompt, room: usize) -> (String, usize) {
    let (before, after) = prompt.field.split();
    let width = text::width(&before);
    if width < room {
        return (text::truncate(&(before + &after), room).into_owned(), width);
    }
    let shown = text::truncate_start(&before, room.saturating_sub(1)).into_owned();
    let width = text::width(&shown);
    (shown, width)
}

/// Columns that the note on the right may take.
const NOTE: usize = 28;

/// Rows above the line that what is wrong may take.
const ABOVE: usize = 3;
/// Columns of the typed text that stay beside what is wrong with it.
const TYPED: usize = 8;

/// What is wrong with the typed text, where it must be read above the line because it is longer than half of it, or leaves
/// nothing of it.
fn above(prompt: &Prompt, width: u16) -> Option<&str> {
    let complaint = prompt.complaint.as_deref()?;
    let (all, note) = (usize::from(width), text::width(complaint) + 6);
    let long = note > all / 2 || text::width(&label(prompt)) + note + TYPED > all;
    long.then_some(complaint)
}

/// Whether a number or options stand beside the typed text; else a hint, which goes first where there is little room.
fn has_count(prompt: &Prompt) -> bool {
    matches!(
        prompt.kind,
        PromptKind::Filter
            | PromptKind::Search
            | PromptKind::LogFilter { .. }
            | PromptKind::NewNetwork(_)
            | PromptKind::NewVolume(_)
    )
}

/// What is wrong with the typed text must be read whole, and the text gives way to it up to the half of the line.
fn room(prompt: &Prompt, area: Rect) -> usize {
    let all = usize::from(area.width);
    let note = match &prompt.complaint {
        Some(complaint) if above(prompt, area.width).is_none() => text::width(complaint) + 6,
        _ if has_count(prompt) => NOTE.min(all / 3),
        _ if NOTE <= all / 3 => NOTE,
        _ => 0,
    };
    all.saturating_sub(1 + text::width(&label(prompt)) + note)
}

/// Where the cursor of the typed line stands.
pub fn cursor(prompt: &Prompt, area: Rect) -> Option<(u16, u16)> {
    let (_, column) = window(prompt, room(prompt, area));
    let x = 1 + text::width(&label(prompt)) + column;
    let x = area
        .x
        .saturating_add(x as u16)
        .min(area.right().saturating_sub(1));
    (area.height > 0).then_some((x, area.y))
}

fn typed(state: &State, theme: &Theme, prompt: &Prompt, area: Rect, buf: &mut Buffer) {
    let (shown, _) = window(prompt, room(prompt, area));
    let mut line = Line::of(theme, " ", Key::Text).and(theme, label(prompt), Key::Accent);
    let style = theme.style(Key::Strong);
    line.push(
        shown,
        if prompt.field.is_selected() {
            style.patch(theme.style(Key::Selected))
        } else {
            style
        },
    );
    line.draw(buf, area);
    let rest = indent(area, (line.width() as u16).saturating_add(2));
    let rest = Rect::new(rest.x, rest.y, rest.width.saturating_sub(1), rest.height);
    if let Some(complaint) = above(prompt, area.width) {
        wrong(theme, complaint, area, buf);
        return;
    }
    if let Some(layer) = state.layer().filter(|_| prompt.complaint.is_none()) {
        let command = Equivalent::of(state, layer);
        let width = usize::from(area.width).saturating_sub(2);
        let height = command.rows(width, ABOVE as u16).min(area.y);
        let place = Rect::new(area.x, area.y - height, area.width, height);
        window::clear(buf, place);
        command.draw(theme, indent(place, 1), buf);
    }
    let note = match &prompt.complaint {
        Some(complaint) => Line::of(
            theme,
            format!("{} {complaint}", theme.symbols.bad),
            Key::StateBad,
        ),
        None => Line::of(
            theme,
            options(prompt, usize::from(rest.width)).unwrap_or_else(|| count(state, prompt)),
            Key::Dim,
        ),
    };
    if note.width() <= usize::from(rest.width) {
        note.draw_right(buf, rest);
    }
}

/// What is wrong with the typed text, in rows above the line.
fn wrong(theme: &Theme, complaint: &str, line: Rect, buf: &mut Buffer) {
    let words = format!("{} {complaint}", theme.symbols.bad);
    let rows = text::wrap_words(&words, usize::from(line.width).saturating_sub(2));
    let height = rows.len().min(ABOVE).min(usize::from(line.y)) as u16;
    let place = Rect::new(line.x, line.y - height, line.width, height);
    window::clear(buf, place);
    for (y, words) in rows.into_iter().take(usize::from(height)).enumerate() {
        Line::of(theme, words, Key::StateBad).draw(buf, indent(row(place, y), 1));
    }
}

/// A part and the whole.
fn of(n: usize, all: usize) -> String {
    say!("{n} of {all}", n, all)
}

/// What may still be typed, as far as there is room for it.
fn options(prompt: &Prompt, room: usize) -> Option<String> {
    let known: Vec<&str> = match prompt.kind {
        PromptKind::NewNetwork(_) => network_options().collect(),
        PromptKind::NewVolume(_) => volume_options().collect(),
        _ => return None,
    };
    let typed = prompt.field.text();
    let first = Some(say!("NAME")).filter(|_| typed.trim().is_empty());
    let left = known.into_iter().filter(|name| !typed.contains(name));
    let mut shown = String::new();
    for word in first.into_iter().chain(left) {
        if text::width(&shown) + text::width(word) + 1 > room {
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    Some(shown)
}

/// How much is left of what is filtered, or found by what is searched.
fn count(state: &State, prompt: &Prompt) -> String {
    match (&prompt.kind, state.view()) {
        (PromptKind::Filter, ViewId::Containers) => {
            let all = state.world.count();
            of(all.saturating_sub(state.containers.hidden), all)
        }
        (PromptKind::Filter, view) if view.is_listing() => {
            let listing = crate::columns::listed::listing(state);
            let (shown, hidden) = listing.map_or((0, 0), |l| (l.table.rows.len(), l.hidden));
            of(shown, shown + hidden)
        }
        (PromptKind::Filter, ViewId::Events) => {
            of(state.events.table.rows.len(), state.events.len())
        }
        (PromptKind::Filter, ViewId::Journal) => {
            of(state.journal.table.rows.len(), state.journal.len())
        }
        (PromptKind::Search, ViewId::Logs) => {
            let hits = state.logs.as_ref().and_then(LogBook::hit_count);
            hits.map_or_else(String::new, |(at, of, _)| say!("{at}/{of} lines", at, of))
        }
        (PromptKind::LogFilter { .. }, _) => state.logs.as_ref().map_or_else(String::new, |book| {
            say!("{n} of {all} lines", n = book.shown(), all = book.len())
        }),
        (PromptKind::Search, ViewId::Letter) => {
            let key = state.subject();
            let opened = key.and_then(|key| state.mail.opened.get(&key));
            let hits = opened.map(|opened| opened.find.count().1);
            hits.map_or_else(String::new, |n| say_n!(n, "{n} found", "{n} found"))
        }
        (PromptKind::Search, ViewId::Inspect) => {
            let hits = state
                .subject()
                .and_then(|key| state.sheet(&key).map(|s| s.inspect.hits.len()));
            hits.map_or_else(String::new, |n| say_n!(n, "{n} found", "{n} found"))
        }
        _ => say!("Enter does it, Esc leaves").to_owned(),
    }
}
