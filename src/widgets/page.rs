//! Lines of a page below its head. Knows nothing of what they say.
use std::borrow::Borrow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Line;
use super::pen::{indent, row};

/// Draws lines, a column from the edge, as many as there are rows; the others are not looked at.
pub fn fill(lines: impl IntoIterator<Item = impl Borrow<Line>>, area: Rect, buf: &mut Buffer) {
    for (y, line) in (0..usize::from(area.height)).zip(lines) {
        line.borrow().draw(buf, indent(row(area, y), 1));
    }
}

/// Draws lines from this one on; the last one stays at the foot.
pub fn draw(lines: &[Line], scroll: usize, area: Rect, buf: &mut Buffer) {
    let last = lines.len().saturating_sub(usize::from(area.height));
    fill(lines.iter().skip(scroll.min(last)), area, buf);
}
