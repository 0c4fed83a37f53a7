//! A drawn frame as text for a person and for a snapshot: the characters, then who coloured what.
#![allow(dead_code, reason = "each test binary uses its own part")]
use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use stacktui::msg::Msg;
use stacktui::state::State;
use stacktui::theme::{Depth, KEYS, Theme};
use stacktui::views;

use super::world;

/// The first of the probe's colours.
const FIRST: usize = 100;

/// A theme in which every key has a colour of its own, so that a cell tells its key.
pub fn probe(ascii: bool) -> Theme {
    let mut theme = Theme::builtin(false, Depth::True, ascii);
    for (n, doc) in KEYS.iter().enumerate() {
        let color = FIRST + n;
        let on = if doc.dark.contains("on ") {
            format!(" on {color}")
        } else {
            String::new()
        };
        let spec = if doc.id == "selected" {
            format!("on {color}")
        } else {
            format!("{color}{on}")
        };
        theme.set(doc.id, &spec).expect("a style");
    }
    theme
}

/// Resizes the state and draws it.
pub fn draw(state: &mut State, width: u16, height: u16, theme: &Theme) -> Buffer {
    world::send(state, Msg::Resize { width, height });
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    views::draw(state, theme, &mut buf);
    buf
}

/// The characters alone, without blanks at the ends of rows.
pub fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        let mut row = String::new();
        let mut skip = 0;
        for x in buf.area.left()..buf.area.right() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buf[(x, y)].symbol();
            skip = stacktui::text::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

fn name(color: Color) -> Option<&'static str> {
    match color {
        Color::Indexed(n) => KEYS
            .get(usize::from(n).checked_sub(FIRST)?)
            .map(|doc| doc.id),
        _ => None,
    }
}

/// The label of the cell behind this one.
fn next_label(buf: &Buffer, x: u16, y: u16) -> String {
    let cell = &buf[(x + 1, y)];
    let fg = if cell.symbol().trim().is_empty() {
        ""
    } else {
        name(cell.fg).unwrap_or("?")
    };
    match name(cell.bg) {
        Some(bg) if bg != fg => format!("{fg}/{bg}"),
        _ => fg.to_owned(),
    }
}

/// The text, then for each row which theme keys coloured which columns. A cell with a colour of no key fails, unless
/// `foreign` colours are expected.
pub fn snapshot(buf: &Buffer, foreign: bool) -> String {
    let mut out = text(buf);
    out.push_str("----\n");
    for y in buf.area.top()..buf.area.bottom() {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in buf.area.left()..buf.area.right() {
            let cell = &buf[(x, y)];
            let blank = cell.symbol().trim().is_empty();
            let fg = name(cell.fg);
            let bg = name(cell.bg);
            if !foreign {
                assert!(
                    fg.is_some() || blank,
                    "no theme key at {x},{y}: {:?} in\n{}",
                    cell.fg,
                    text(buf)
                );
                assert!(
                    bg.is_some() || cell.bg == Color::Reset,
                    "no theme key under {x},{y}: {:?}",
                    cell.bg
                );
            }
            let fg = if blank { "" } else { fg.unwrap_or("?") };
            let label = match bg {
                Some(bg) if bg != fg => format!("{fg}/{bg}"),
                _ => fg.to_owned(),
            };
            match runs.last_mut() {
                // A blank between two pieces of one style divides them no further.
                Some((_, end, last))
                    if blank
                        && last.split_once('/').map(|l| l.1) == bg
                        && x == *end + 1
                        && x + 1 < buf.area.right()
                        && *last == next_label(buf, x, y) =>
                {
                    *end = x;
                }
                Some((_, end, last)) if *last == label => *end = x,
                _ => runs.push((x, x, label)),
            }
        }
        runs.retain(|(_, _, label)| !label.is_empty());
        if !runs.is_empty() {
            let _ = write!(out, "{y:>2}");
            for (start, end, label) in runs {
                let _ = write!(out, " {start}-{end}:{label}");
            }
            out.push('\n');
        }
    }
    out
}

/// The frame as a terminal would be sent it, to be looked at.
pub fn ansi(buf: &Buffer) -> String {
    let mut out = String::new();
    let color = |base: u8, color: Color| match color {
        Color::Indexed(n) => format!(";{base};5;{n}"),
        Color::Rgb(r, g, b) => format!(";{base};2;{r};{g};{b}"),
        _ => String::new(),
    };
    for y in buf.area.top()..buf.area.bottom() {
        let mut skip = 0;
        for x in buf.area.left()..buf.area.right() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let cell = &buf[(x, y)];
            let flag = |m: Modifier, code: &str| {
                if cell.modifier.contains(m) {
                    format!(";{code}")
                } else {
                    String::new()
                }
            };
            let _ = write!(
                out,
                "\x1b[0{}{}{}{}{}{}m{}",
                flag(Modifier::BOLD, "1"),
                flag(Modifier::DIM, "2"),
                flag(Modifier::UNDERLINED, "4"),
                flag(Modifier::REVERSED, "7"),
                color(38, cell.fg),
                color(48, cell.bg),
                cell.symbol()
            );
            skip = stacktui::text::width(cell.symbol()).saturating_sub(1);
        }
        out.push_str("\x1b[0m\n");
    }
    out
}
