//! A few choices in a window, each with its key, or with its box when it is a switch.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout;
use crate::state::{Choice, Menu, MenuItem};
use crate::text;
use crate::theme::{Key, Theme};
use crate::views::list::select;
use crate::widgets::{Line, pen, window};

use super::equivalent::Equivalent;

/// Items that are on screen, however long the sentence above them is.
const LEAST: usize = 3;

pub fn draw(menu: &Menu, command: &Equivalent, theme: &Theme, buf: &mut Buffer) {
    let size = (buf.area.width, buf.area.height);
    let labels = menu
        .items
        .iter()
        .map(|i| text::width(&i.label))
        .max()
        .unwrap_or(0);
    let signs =
        |i: &MenuItem| 2 + 3 * usize::from(i.key.is_some()) + 4 * usize::from(i.on.is_some());
    let widest = menu
        .items
        .iter()
        .map(|i| signs(i) + labels + 2 + text::width(&i.hint) + 1)
        .max()
        .unwrap_or(0);
    let width = widest
        .max(text::width(&menu.title) + 4)
        .max(text::width(&menu.note))
        .max(command.width())
        .min(76)
        .min(usize::from(size.0.saturating_sub(4)));
    // On a low screen a sentence gives way to what is chosen from.
    let rows = usize::from(size.1.saturating_sub(if size.1 < 20 { 4 } else { 8 })).max(3);
    let mut notes = if menu.note.is_empty() {
        Vec::new()
    } else {
        text::wrap_words(&menu.note, width)
    };
    if notes.len() + 1 + menu.items.len().min(LEAST) > rows {
        notes.clear();
    }
    let above = if notes.is_empty() { 0 } else { notes.len() + 1 };
    // A row apart from the choices.
    let below = if command.is_empty() { 0 } else { 2 };
    let area = layout::window(
        size,
        width as u16,
        (menu.items.len() + above).min(rows) as u16 + below,
    );
    let mut inner = window::open(buf, theme, area, &menu.title);
    let below = below.min(inner.height.saturating_sub(1));
    if below > 0 {
        let y = inner.bottom() - 1;
        command.draw(theme, Rect::new(inner.x, y, inner.width, 1), buf);
    }
    inner.height -= below;
    for (y, note) in notes.iter().enumerate() {
        pen::write(buf, pen::row(inner, y), note, theme.style(Key::Dim));
    }
    let above = (above as u16).min(inner.height.saturating_sub(1));
    let list = Rect::new(inner.x, inner.y + above, inner.width, inner.height - above);
    let height = usize::from(list.height).max(1);
    let shown = menu.shown();
    let at = shown.iter().position(|index| *index == menu.selected);
    let top = at.map_or(0, |at| (at + 1).saturating_sub(height));
    for (y, index) in shown.iter().skip(top).take(height).enumerate() {
        let place = pen::row(list, y);
        if let Some(item) = menu.items.get(*index) {
            line(item, theme, labels).draw(buf, place);
        }
        if *index == menu.selected {
            select(theme, place, buf);
        }
    }
    foot(menu, shown.len(), area, theme, buf);
}

/// On the lower edge of a long menu: what is typed to find an item, and how many there are.
fn foot(menu: &Menu, shown: usize, area: Rect, theme: &Theme, buf: &mut Buffer) {
    if !menu.is_long() || area.height < 2 {
        return;
    }
    let all = menu.items.len();
    let words = if let Some(field) = &menu.search {
        let typed = field.text();
        say!(" /{typed}  {shown} of {all} ", typed, shown, all)
    } else {
        say!(" {all} in all, / finds ", all)
    };
    let place = Rect::new(area.x, area.bottom() - 1, area.width.saturating_sub(2), 1);
    Line::of(theme, words, Key::Dim).draw_right(buf, place);
}

fn line(item: &MenuItem, theme: &Theme, labels: usize) -> Line {
    let mut line = Line::of(theme, "  ", Key::Text);
    if let Some(key) = item.key {
        line = line.and(theme, format!("{key}  "), Key::HintKey);
    }
    if let Some(on) = item.on {
        line = line.and(
            theme,
            if on { "[x] " } else { "[ ] " },
            if on { Key::Accent } else { Key::Dim },
        );
    }
    let label = text::pad_right(&item.label, labels + 2);
    match item.choice {
        Choice::Source { colour, .. } => line.push(&label, theme.source(colour)),
        _ => line = line.and(theme, label, Key::Text),
    }
    line.and(theme, item.hint.clone(), Key::Dim)
}
