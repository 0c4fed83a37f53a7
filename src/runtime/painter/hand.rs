//! The terminal's cursor and pen as we left them: moves and writes in the fewest bytes. Knows no frame.
use ratatui::buffer::{Cell, CellWidth};
use ratatui::style::Modifier;

use super::links::{END, Links};
use super::pen::{self, Pen};
use crate::text::is_safe_symbol;
use crate::widgets::link;

/// Modifiers that show on a space.
const SHOW_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// Drawn where a symbol is refused.
const REFUSED: &str = "?";

/// What is drawn for a cell with `room` columns left in its row, and how many columns that takes: never more than two,
/// never beyond the row, and never a symbol that is more than a picture.
pub(super) fn glyph(cell: &Cell, room: usize) -> (&str, u16) {
    let symbol = cell.symbol();
    if let [byte] = symbol.as_bytes() {
        let plain = matches!(byte, 0x20..=0x7e);
        return (if plain { symbol } else { REFUSED }, 1);
    }
    if symbol.is_empty() {
        return (" ", 1);
    }
    if !is_safe_symbol(symbol) {
        return (REFUSED, 1);
    }
    match symbol.cell_width() {
        1 => (symbol, 1),
        2 if room >= 2 => (symbol, 2),
        2 => (" ", 1),
        _ => (REFUSED, 1),
    }
}

/// A space on which nothing shows but its background.
pub(super) fn blank(cell: &Cell) -> bool {
    matches!(cell.symbol(), " " | "") && !cell.modifier.intersects(SHOW_ON_BLANK)
}

/// The number of the link that a cell belongs to.
pub(super) fn linked(cell: &Cell) -> Option<u32> {
    link::number(cell)
}

#[derive(Debug)]
pub(super) struct Hand {
    /// Where the next symbol lands. A column equal to the width: behind the last symbol of a row, where terminals
    /// disagree on what relative moves do. None: unknown.
    at: Option<(u16, u16)>,
    /// None: unknown.
    pen: Option<Pen>,
    /// The link that is open: within a frame only.
    link: Option<u32>,
    pub(super) links: Links,
    width: u16,
}

impl Hand {
    /// Bytes of erasing the rest of a row, with a change of pen.
    pub(super) const ERASE_COST: usize = 6;

    pub(super) fn new(width: u16) -> Self {
        Self {
            at: None,
            pen: None,
            link: None,
            links: Links::default(),
            width,
        }
    }

    /// The screen has another width; where the cursor is and how it draws is unknown.
    pub(super) fn resize(&mut self, width: u16) {
        self.at = None;
        self.pen = None;
        self.width = width;
    }

    pub(super) const fn at(&self) -> Option<(u16, u16)> {
        self.at
    }

    /// Nothing on the screen; all is known afterwards.
    pub(super) fn clear(&mut self, out: &mut Vec<u8>) {
        // Somebody else may have left one open.
        if self.links.any() {
            out.extend_from_slice(END);
        }
        out.extend_from_slice(b"\x1b[m\x1b[H\x1b[2J");
        self.at = Some((0, 0));
        self.pen = Some(Pen::default());
    }

    /// Rows `top..bottom` move by `by`, down where it is positive; what comes in is empty. By line feeds at the bottom
    /// and their reverse at the top, which every terminal knows.
    pub(super) fn scroll(&mut self, top: u16, bottom: u16, by: i16, out: &mut Vec<u8>) {
        self.plain(out);
        out.extend_from_slice(b"\x1b[");
        push_number(u32::from(top) + 1, out);
        out.push(b';');
        push_number(u32::from(bottom), out);
        out.push(b'r');
        let times = usize::from(by.unsigned_abs());
        if by < 0 {
            jump(0, bottom - 1, out);
            out.extend(std::iter::repeat_n(b'\n', times));
        } else {
            jump(0, top, out);
            out.extend(std::iter::repeat_n(*b"\x1bM", times).flatten());
        }
        out.extend_from_slice(b"\x1b[r");
        self.at = None;
    }

    /// Terminals differ in which attributes an emptied place takes: none may be on.
    fn plain(&mut self, out: &mut Vec<u8>) {
        self.unlink(out);
        if self.pen.is_none_or(|pen| !pen.erases_plainly()) {
            pen::change(self.pen, Pen::default(), out);
            self.pen = Some(Pen::default());
        }
    }

    /// Nothing from here to the end of the row.
    pub(super) fn erase_row(&mut self, out: &mut Vec<u8>) {
        self.plain(out);
        out.extend_from_slice(b"\x1b[K");
    }

    /// What is written next is no link.
    pub(super) fn unlink(&mut self, out: &mut Vec<u8>) {
        if self.link.take().is_some() {
            out.extend_from_slice(END);
        }
    }

    /// What is written next belongs to the cell's link, if it has one.
    fn relink(&mut self, cell: &Cell, out: &mut Vec<u8>) {
        let wanted = linked(cell);
        match wanted {
            _ if wanted == self.link => {}
            Some(number) => self.links.begin(number, out),
            None => out.extend_from_slice(END),
        }
        self.link = wanted;
    }

    /// Whether this cell costs one byte here, with the pen as it is.
    pub(super) fn writes_at_once(&self, cell: &Cell) -> bool {
        matches!(cell.symbol().as_bytes(), [0x20..=0x7e])
            && self.suits(cell)
            && self.link == linked(cell)
    }

    fn suits(&self, cell: &Cell) -> bool {
        self.pen.is_some_and(|pen| {
            if blank(cell) {
                pen.bg == cell.bg && !pen.modifier.intersects(SHOW_ON_BLANK)
            } else {
                pen == Pen::of(cell)
            }
        })
    }

    /// Writes one symbol of that many columns, in the cell's style.
    pub(super) fn put(&mut self, symbol: &str, columns: u16, cell: &Cell, out: &mut Vec<u8>) {
        if !self.suits(cell) {
            let to = Pen::of(cell);
            pen::change(self.pen, to, out);
            self.pen = Some(to);
        }
        self.relink(cell, out);
        out.extend_from_slice(symbol.as_bytes());
        let mut chars = symbol.chars();
        let trusted = chars.next() != Some('\u{fffd}') && chars.next().is_none();
        // Terminals disagree on how wide a cluster of several characters is: after one, the place is given anew.
        self.at = self.at.filter(|_| trusted);
        if let Some((x, _)) = &mut self.at {
            *x = x.saturating_add(columns).min(self.width);
        }
    }

    /// Moves to a cell.
    pub(super) fn go(&mut self, x: u16, y: u16, out: &mut Vec<u8>) {
        if self.at == Some((x, y)) {
            return;
        }
        let start = out.len();
        jump(x, y, out);
        let jumped = out.len();
        if let Some(from) = self.at
            && step(from, (x, y), self.width, out)
        {
            keep_shorter(start, jumped, out);
        }
        self.at = Some((x, y));
    }
}

/// Of the two ways `start..middle` and `middle..` to say a thing, keeps the shorter, the first if they are equal.
pub(super) fn keep_shorter(start: usize, middle: usize, out: &mut Vec<u8>) {
    let end = out.len();
    if end - middle < middle - start {
        out.copy_within(middle..end, start);
        out.truncate(start + end - middle);
    } else {
        out.truncate(middle);
    }
}

fn jump(x: u16, y: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    if (x, y) != (0, 0) {
        push_number(u32::from(y) + 1, out);
    }
    if x > 0 {
        out.push(b';');
        push_number(u32::from(x) + 1, out);
    }
    out.push(b'H');
}

/// Down by line feeds, then along the row. Line feeds keep the column, as output is not translated in raw mode, and
/// never scroll, as the row is on the screen. Nothing, when the way is too long or leads up.
fn step(from: (u16, u16), to: (u16, u16), width: u16, out: &mut Vec<u8>) -> bool {
    const DOWN: u16 = 6;
    let Some(down) = to.1.checked_sub(from.1).filter(|down| *down <= DOWN) else {
        return false;
    };
    let pending = from.0 >= width;
    if pending {
        out.push(b'\r');
    }
    out.extend(std::iter::repeat_n(b'\n', usize::from(down)));
    along(if pending { 0 } else { from.0 }, to.0, out);
    true
}

fn along(from: u16, to: u16, out: &mut Vec<u8>) {
    if let Some(right) = to.checked_sub(from) {
        relative(right, b'C', out);
        return;
    }
    let left = from - to;
    if left <= 3 {
        out.extend(std::iter::repeat_n(b'\x08', usize::from(left)));
        return;
    }
    let start = out.len();
    out.push(b'\r');
    relative(to, b'C', out);
    let middle = out.len();
    relative(left, b'D', out);
    keep_shorter(start, middle, out);
}

fn relative(count: u16, command: u8, out: &mut Vec<u8>) {
    if count == 0 {
        return;
    }
    out.extend_from_slice(b"\x1b[");
    if count > 1 {
        push_number(u32::from(count), out);
    }
    out.push(command);
}

/// Decimal, without a detour over a string.
pub(super) fn push_number(number: u32, out: &mut Vec<u8>) {
    if number >= 10 {
        push_number(number / 10, out);
    }
    out.push(b'0' + (number % 10) as u8);
}
