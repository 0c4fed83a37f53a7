//! A window over the screen: cleared, bordered, titled. Knows nothing of what stands in it.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text;
use crate::theme::{Key, Theme};

use super::pen::{Pen, row};

/// Blanks an area so that nothing of what was there shines through.
pub fn clear(buf: &mut Buffer, area: Rect) {
    let area = area.intersection(buf.area);
    // A wide character that reaches into the area from its left would tear the border.
    if area.x > buf.area.x {
        for y in area.y..area.bottom() {
            if let Some(cell) = buf.cell_mut((area.x - 1, y))
                && text::width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
        }
    }
}

/// Draws the frame of a window and returns the room within, one column free at both sides.
pub fn open(buf: &mut Buffer, theme: &Theme, area: Rect, title: &str) -> Rect {
    clear(buf, area);
    if !has_border(area) {
        return area;
    }
    let border = theme.style(Key::Border);
    let [top_left, top_right, bottom_left, bottom_right, across, down] = theme.symbols.corners;
    let span = usize::from(area.width - 2);
    let edge = |left: &str, right: &str| format!("{left}{}{right}", across.repeat(span));
    Pen::new(buf, area).write(&edge(top_left, top_right), border);
    let last = usize::from(area.height - 1);
    Pen::new(buf, row(area, last)).write(&edge(bottom_left, bottom_right), border);
    for y in 1..last {
        let line = row(area, y);
        Pen::new(buf, line).write(down, border);
        Pen::new(buf, line).skip(area.width - 1).write(down, border);
    }
    if !title.is_empty() {
        let room = Rect::new(area.x + 2, area.y, area.width - 4, 1);
        let shown = text::truncate(title, usize::from(room.width.saturating_sub(2)));
        Pen::new(buf, room).write(&format!(" {shown} "), theme.style(Key::Title));
    }
    inside(area)
}

fn has_border(area: Rect) -> bool {
    area.width >= 4 && area.height >= 3
}

/// The room within a window: all of it when it is too small for a border.
pub fn inside(area: Rect) -> Rect {
    if !has_border(area) {
        return area;
    }
    Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2)
}
