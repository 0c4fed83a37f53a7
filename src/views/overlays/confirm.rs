//! A question before something is done: what is hit, what is lost, and Cancel under the cursor.
//!
//! ```text
//! ╭ Remove zammad-db-1? ─────────────────────────╮
//! │ zammad-db-1 (running, healthy)               │  what is hit, which scrolls: 1-8 of 34
//! │ no longer reachable: port 5432               │
//! │                                              │
//! │ v [x] remove its volumes                     │
//! │ type zammad-db-1 to confirm: zammad▏         │
//! │                                              │
//! │ c docker rm --force --volumes zammad-db-1    │
//! │ ▌ Cancel       y remove                      │
//! ╰──────────────────────────────────────────────╯
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout;
use crate::state::{Confirm, Weight};
use crate::text;
use crate::theme::{Key, Theme};
use crate::views::list::select;
use crate::widgets::{Line, pen, window};

use super::equivalent::Equivalent;

/// Columns before a switch's words: its key and its box.
const SWITCH: usize = 6;

/// Rows that what is hit may take.
const THINGS: u16 = 10;

/// Rows that a command may take.
const COMMAND: u16 = 4;

fn width(confirm: &Confirm) -> usize {
    let things = confirm.things.iter().map(|words| text::width(words));
    let lines = confirm.lines.iter().map(|(words, _)| text::width(words));
    let lines = lines.chain(things).max().unwrap_or(0);
    let typed = text::width(&label(confirm)) + text::width(&confirm.must_type) + 2;
    let switches = confirm.switches.iter();
    let switches = switches.map(|(_, words, _)| text::width(words) + SWITCH);
    lines
        .max(switches.max().unwrap_or(0))
        .max(typed)
        .max(text::width(&confirm.title) + 4)
        .clamp(40, 70)
}

fn label(confirm: &Confirm) -> String {
    say!("type {name} to confirm: ", name = confirm.must_type)
}

/// What is hit, where it is a list: one thing is a line like others, and never cut.
fn listed(confirm: &Confirm) -> &[String] {
    match confirm.things.as_slice() {
        [_] => &[],
        things => things,
    }
}

/// The wrapped lines above the switches. Where there is no room for all, what is lost has it first.
fn told(confirm: &Confirm, width: usize, rows: usize) -> Vec<(&str, Weight)> {
    let one = confirm.things.first().filter(|_| confirm.things.len() == 1);
    let one = one.map(|words| (words.as_str(), Weight::Plain));
    let lines = confirm.lines.iter();
    let lines = lines.map(|(words, weight)| (words.as_str(), *weight));
    let wrapped = one.into_iter().chain(lines).flat_map(|(words, weight)| {
        let parts = text::wrap_words(words, width).into_iter();
        parts.map(move |part| (part, weight))
    });
    let mut wrapped: Vec<_> = wrapped.collect();
    if wrapped.len() > rows {
        let head = one.map_or(0, |(words, _)| text::wrap_words(words, width).len());
        if let Some(rest) = wrapped.get_mut(head..) {
            rest.sort_by_key(|(_, weight)| *weight != Weight::Bad);
        }
        wrapped.truncate(rows);
    }
    wrapped
}

/// Where its parts are.
struct Frame {
    window: Rect,
    /// Rows of what is hit, with the one that counts them where not all are there.
    things: u16,
    /// Rows of what comes of it, and of the switches with the blank before them.
    told: u16,
    switches: u16,
}

impl Frame {
    /// The row of the typed text below the top of the room in the window.
    fn typed(&self) -> u16 {
        self.things + self.told + self.switches
    }

    /// How many of the things are on screen.
    fn shown(&self, confirm: &Confirm) -> usize {
        let rows = usize::from(self.things);
        if listed(confirm).len() > rows {
            rows.saturating_sub(1)
        } else {
            rows
        }
    }
}

/// Where scrolling what is hit ends.
pub fn last_scroll(size: (u16, u16), confirm: &Confirm, command: &Equivalent) -> usize {
    let shown = frame(size, confirm, command).shown(confirm);
    listed(confirm).len().saturating_sub(shown)
}

/// What is lost has room before what is hit, of which two rows stay.
fn frame(size: (u16, u16), confirm: &Confirm, command: &Equivalent) -> Frame {
    let own = width(confirm);
    let width = own
        .max(command.width().min(70))
        .min(usize::from(size.0.saturating_sub(4)).max(1));
    let switches = confirm.switches.len() as u16;
    let typed = u16::from(!confirm.must_type.is_empty());
    let blank = u16::from(switches + typed > 0);
    let commands = command.rows(width, COMMAND);
    let below = switches + typed + blank + commands + u16::from(commands > 0);
    let room = size.1.saturating_sub(4 + below);
    let all = listed(confirm).len().min(usize::from(THINGS)) as u16;
    let most = room.saturating_sub(all.min(2));
    let told = told(confirm, width, usize::from(most)).len() as u16;
    let things = all.min(room.saturating_sub(told));
    let height = things + told + below + 2;
    Frame {
        window: layout::window(size, width as u16, height),
        things,
        told,
        switches: blank + switches,
    }
}

/// Where the text cursor stands while the name is typed.
pub fn cursor(size: (u16, u16), confirm: &Confirm, command: &Equivalent) -> Option<(u16, u16)> {
    if confirm.must_type.is_empty() {
        return None;
    }
    let frame = frame(size, confirm, command);
    let area = frame.window;
    let x =
        area.x + 2 + (text::width(&label(confirm)) + text::width(&confirm.field.split().0)) as u16;
    let y = area.y + 1 + frame.typed();
    Some((x.min(area.right().saturating_sub(2)), y))
}

pub fn draw(confirm: &Confirm, command: &Equivalent, theme: &Theme, buf: &mut Buffer) {
    let size = (buf.area.width, buf.area.height);
    let frame = frame(size, confirm, command);
    let inner = window::open(buf, theme, frame.window, &confirm.title);
    things(confirm, &frame, theme, inner, buf);
    let typed_at = frame.typed();
    let switches = confirm.switches.len() as u16;
    let first_switch = typed_at.saturating_sub(switches);
    let above = usize::from(frame.things);
    let width = usize::from(inner.width).max(1);
    let lines = told(confirm, width, usize::from(frame.told));
    for (y, (part, weight)) in lines.iter().enumerate() {
        let key = match weight {
            Weight::Bad => Key::Danger,
            Weight::Plain | Weight::Change => Key::Text,
        };
        pen::write(buf, pen::row(inner, above + y), part, theme.style(key));
    }
    for (n, (key, words, on)) in confirm.switches.iter().enumerate() {
        let place = pen::row(inner, usize::from(first_switch) + n);
        let style = if *on { Key::Danger } else { Key::Dim };
        Line::of(theme, format!("{key} "), Key::HintKey)
            .and(theme, if *on { "[x] " } else { "[ ] " }, style)
            .and(
                theme,
                words.clone(),
                if *on { Key::Strong } else { Key::Text },
            )
            .draw(buf, place);
    }
    let typing = !confirm.must_type.is_empty();
    if typing {
        Line::of(theme, label(confirm), Key::Text)
            .and(theme, confirm.field.text(), Key::Strong)
            .draw(buf, pen::row(inner, usize::from(typed_at)));
    }
    let rows = command.rows(usize::from(inner.width), COMMAND);
    let first = inner.height.saturating_sub(rows + 2);
    let place = Rect::new(inner.x, inner.y + first, inner.width, rows);
    command.draw(theme, place, buf);
    buttons(
        confirm,
        theme,
        typing,
        pen::row(inner, usize::from(inner.height.saturating_sub(1))),
        buf,
    );
}

/// What is hit, and which of it is on screen where that is not all.
fn things(confirm: &Confirm, frame: &Frame, theme: &Theme, inner: Rect, buf: &mut Buffer) {
    let list = listed(confirm);
    let (all, shown) = (list.len(), frame.shown(confirm));
    let top = confirm.scroll.min(all - shown.min(all));
    let width = usize::from(inner.width);
    for (y, words) in list.iter().skip(top).take(shown).enumerate() {
        let words = text::truncate(words, width);
        pen::write(buf, pen::row(inner, y), &words, theme.style(Key::Text));
    }
    if all > shown && frame.things > 0 {
        let (from, to) = (top + 1, top + shown);
        let words = say!("{from}-{to} of {all}, ↑ ↓ scroll", from, to, all);
        pen::write(buf, pen::row(inner, shown), &words, theme.style(Key::Dim));
    }
}

fn buttons(confirm: &Confirm, theme: &Theme, typing: bool, place: Rect, buf: &mut Buffer) {
    let (cancel, yes) = if typing {
        ("Esc", "Enter")
    } else {
        ("Esc", "y")
    };
    let ready = !typing || confirm.field.text() == confirm.must_type;
    let word = Line::of(theme, say!("  Cancel "), Key::Strong);
    let cancel = word.and(theme, format!("{cancel} "), Key::HintKey);
    let act = if ready { Key::Danger } else { Key::Faint };
    let act = Line::of(theme, format!("  {} ", confirm.yes), act).and(
        theme,
        format!("{yes} "),
        Key::HintKey,
    );
    // Both must be seen: where there is no room, the keys say it alone.
    let room = usize::from(place.width);
    let (cancel, gap) = if cancel.width() + 3 + act.width() > room {
        (Line::of(theme, " Esc ", Key::HintKey), 1)
    } else {
        (cancel, 3)
    };
    let left = Rect::new(
        place.x,
        place.y,
        (cancel.width() as u16).min(place.width),
        place.height,
    );
    let right = pen::indent(place, left.width + gap);
    let right = Rect::new(
        right.x,
        right.y,
        (act.width() as u16).min(right.width),
        right.height,
    );
    cancel.draw(buf, left);
    act.draw(buf, right);
    select(
        theme,
        if confirm.on_yes || (typing && ready) {
            right
        } else {
            left
        },
        buf,
    );
}
