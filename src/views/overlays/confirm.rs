//! A question before something is done: what is hit, what is lost, and Cancel under the cursor.
//!
//! ```text
//! ╭ Remove zammad-db-1? ─────────────────────────╮
//! │ zammad-db-1 (running, healthy)               │
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

/// Rows that a command may take.
const COMMAND: u16 = 4;

fn width(confirm: &Confirm) -> usize {
    let lines = confirm
        .lines
        .iter()
        .map(|(words, _)| text::width(words))
        .max()
        .unwrap_or(0);
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

/// The wrapped lines above the switches.
fn told(confirm: &Confirm, width: usize) -> Vec<(&str, Weight)> {
    let lines = confirm.lines.iter();
    lines
        .flat_map(|(words, weight)| {
            let parts = text::wrap_words(words, width).into_iter();
            parts.map(|part| (part, *weight))
        })
        .collect()
}

/// The window, the room in it, and the row of the typed text below the top of that room.
fn frame(size: (u16, u16), confirm: &Confirm, command: &Equivalent) -> (Rect, u16) {
    let own = width(confirm);
    let width = own
        .max(command.width().min(70))
        .min(usize::from(size.0.saturating_sub(4)).max(1));
    let switches = confirm.switches.len() as u16;
    let typed = u16::from(!confirm.must_type.is_empty());
    let blank = u16::from(switches + typed > 0);
    let commands = command.rows(width, COMMAND);
    let below = switches + typed + blank + commands + u16::from(commands > 0);
    let told = (told(confirm, width).len() as u16).min(size.1.saturating_sub(4 + below));
    let height = told + blank + switches + typed + commands + 1 + u16::from(commands > 0) + 1;
    (
        layout::window(size, width as u16, height),
        told + blank + switches,
    )
}

/// Where the text cursor stands while the name is typed.
pub fn cursor(size: (u16, u16), confirm: &Confirm, command: &Equivalent) -> Option<(u16, u16)> {
    if confirm.must_type.is_empty() {
        return None;
    }
    let (area, y) = frame(size, confirm, command);
    let x =
        area.x + 2 + (text::width(&label(confirm)) + text::width(&confirm.field.split().0)) as u16;
    Some((x.min(area.right().saturating_sub(2)), area.y + 1 + y))
}

pub fn draw(confirm: &Confirm, command: &Equivalent, theme: &Theme, buf: &mut Buffer) {
    let size = (buf.area.width, buf.area.height);
    let (area, typed_at) = frame(size, confirm, command);
    let inner = window::open(buf, theme, area, &confirm.title);
    let switches = confirm.switches.len() as u16;
    let first_switch = typed_at.saturating_sub(switches);
    for (y, (part, weight)) in told(confirm, usize::from(inner.width).max(1))
        .iter()
        .enumerate()
        .take(usize::from(first_switch))
    {
        let key = match weight {
            Weight::Bad => Key::Danger,
            Weight::Plain | Weight::Change => Key::Text,
        };
        pen::write(buf, pen::row(inner, y), part, theme.style(key));
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
