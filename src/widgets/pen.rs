//! A pen that writes on one row and never past its end or off the screen. Knows nothing of what it writes.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;

/// Writes from left to right on the first row of an area.
#[derive(Debug)]
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Pen<'a> {
    pub fn new(buf: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buf.area);
        let end = if area.height == 0 {
            area.x
        } else {
            area.right()
        };
        Self {
            buf,
            x: area.x,
            y: area.y,
            end,
        }
    }

    /// Columns left to write on.
    pub fn left(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// The column the next text begins on.
    pub fn x(&self) -> u16 {
        self.x
    }

    /// Writes what fits; a text cut short ends in an ellipsis.
    pub fn write(&mut self, words: &str, style: Style) -> &mut Self {
        let left = self.left();
        if left == 0 || words.is_empty() {
            return self;
        }
        let shown = text::truncate(words, usize::from(left));
        let (x, _) = self
            .buf
            .set_stringn(self.x, self.y, &shown, usize::from(left), style);
        self.x = if shown.len() == words.len() {
            x
        } else {
            self.end
        };
        self
    }

    /// Leaves columns as they are.
    pub fn skip(&mut self, columns: u16) -> &mut Self {
        self.x = self.x.saturating_add(columns).min(self.end);
        self
    }
}

/// Writes a text on the row of an area.
pub fn write(buf: &mut Buffer, area: Rect, words: &str, style: Style) {
    Pen::new(buf, area).write(words, style);
}

/// One row of an area, counted from its top; empty when it is below the bottom.
pub fn row(area: Rect, offset: usize) -> Rect {
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    if offset >= area.height {
        return Rect::new(area.x, area.bottom(), area.width, 0);
    }
    Rect::new(area.x, area.y + offset, area.width, 1)
}

/// An area without its first rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect::new(area.x, area.y + rows, area.width, area.height - rows)
}

/// An area without its first columns.
pub fn indent(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect::new(area.x + columns, area.y, area.width - columns, area.height)
}
