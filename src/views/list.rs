//! Rows of a plain table on screen: which are visible, where the cursor is. Knows no row's content.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::Column;
use crate::layout::LIST_OFFSET;
use crate::state::{RowId, Table};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::{below, indent, row};
use crate::widgets::{Line, Pen};

/// Draws a line of titles and the rows that are on screen, each by `line`.
pub fn draw(
    table: &Table,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
    titles: &str,
    line: impl Fn(&RowId) -> Option<Line>,
) {
    Line::of(theme, titles, Key::ColumnTitle).draw(buf, indent(row(area, 0), 2));
    let list = below(area, LIST_OFFSET);
    let visible = table
        .rows
        .iter()
        .enumerate()
        .skip(table.top)
        .take(usize::from(list.height));
    for (y, (index, id)) in visible.enumerate() {
        let place = row(list, y);
        if let Some(line) = line(id) {
            line.draw(buf, indent(place, 2));
        }
        if table.index() == Some(index) {
            select(theme, place, buf);
        }
    }
}

/// Draws below a list, under a rule, what more there is to say of the row under the cursor.
pub fn foot(theme: &Theme, area: Rect, buf: &mut Buffer, told: &[(String, Key)]) {
    let rule = theme
        .symbols
        .rule
        .to_string()
        .repeat(usize::from(area.width));
    Line::of(theme, rule, Key::Faint).draw(buf, row(area, 0));
    let width = usize::from(area.width.saturating_sub(2));
    let lines = told.iter().flat_map(|(words, key)| {
        let wrapped = text::wrap_words(words, width);
        wrapped.into_iter().map(|line| (line, *key))
    });
    for (index, (words, key)) in lines.take(usize::from(area.height - 1)).enumerate() {
        Line::of(theme, format!(" {words}"), key).draw(buf, row(area, index + 1));
    }
}

/// Marks the row under the cursor: the whole row's ground and a bar at its edge.
pub fn select(theme: &Theme, place: Rect, buf: &mut Buffer) {
    let place = place.intersection(buf.area);
    Pen::new(buf, place).write(theme.symbols.cursor, theme.style(Key::Cursor));
    buf.set_style(place, theme.style(Key::Selected));
}

/// Whether the column's order runs down (the greatest first) as it is now.
pub fn arrow<R>(theme: &Theme, column: &Column<R>, reverse: bool) -> &'static str {
    let down = column.right || column.id == "trend";
    if down == reverse {
        theme.symbols.up
    } else {
        theme.symbols.down
    }
}
