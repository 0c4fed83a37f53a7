//! Buffer to bytes: only what changed, in as few bytes as are safe. Pure; knows cells and escape sequences, nothing of
//! who writes them. The second wall too: no symbol that could be a command reaches the terminal from here.
mod hand;
mod links;
mod pen;
mod scroll;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use hand::{Hand, blank, glyph, linked};
use pen::Pen;
use scroll::Scroller;

/// A frame longer than this, in bytes, is marked so that the terminal shows it at once.
const SYNCHRONIZE: usize = 200;
const SYNCHRONIZE_ON: &[u8] = b"\x1b[?2026h";
const SYNCHRONIZE_OFF: &[u8] = b"\x1b[?2026l";

/// Keeps what the terminal shows and says what must be sent to show something else.
#[derive(Debug)]
pub struct Painter {
    previous: Buffer,
    /// What the terminal shows is unknown: the next paint clears it.
    stale: bool,
    /// Where the cursor is shown; none: it is hidden.
    pub cursor: Option<(u16, u16)>,
    /// Where the terminal shows it now.
    shown: Option<(u16, u16)>,
    hand: Hand,
    scroller: Scroller,
}

impl Painter {
    /// For a terminal of this size, of whose contents nothing is known. Its cursor is hidden.
    pub fn new(area: Rect) -> Self {
        Self {
            previous: Buffer::empty(area),
            stale: true,
            cursor: None,
            shown: None,
            hand: Hand::new(area.width),
            scroller: Scroller::default(),
        }
    }

    /// Whether the terminal takes addresses as links.
    pub fn take_links(&mut self, on: bool) {
        self.hand.links.on = on;
    }

    /// Makes links of what stands for addresses in `next`, before it is painted: numbers of the view's become the painter's.
    pub fn link<'a>(&mut self, next: &mut Buffer, address: impl Fn(u32) -> Option<&'a str>) {
        if !self.hand.links.number(next, address) {
            self.stale = true;
        }
    }

    /// The terminal has another size, and shows who knows what.
    pub fn resize(&mut self, area: Rect) {
        self.previous.resize(area);
        self.hand.resize(area.width);
        self.stale = true;
    }

    /// The next paint repaints all, with the cursor taken for hidden: somebody else had the terminal.
    pub fn invalidate(&mut self) {
        self.stale = true;
        self.shown = None;
    }

    /// Appends what makes the terminal show `next`: nothing, when it does. A buffer of another size counts as
    /// [`resize`](Self::resize).
    pub fn paint(&mut self, next: &Buffer, out: &mut Vec<u8>) {
        self.paint_part(next, &[], usize::MAX, out);
    }

    /// The same by whole rows, until they took `limit` bytes; those marked in `first` before the others. True: the terminal
    /// shows all of it; else the next part, of this buffer or of another, goes on from what it shows.
    pub fn paint_part(
        &mut self,
        next: &Buffer,
        first: &[bool],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> bool {
        if next.area != self.previous.area {
            self.resize(next.area);
        }
        let start = out.len();
        if self.stale {
            self.stale = false;
            self.previous.reset();
            self.hand.clear(out);
        } else {
            let (prev, hand) = (&mut self.previous, &mut self.hand);
            self.scroller.apply(prev, next, hand, out);
        }
        let whole = self.paint_rows(next, first, limit, out);
        // Whoever writes next, a shell or another program, writes no link.
        self.hand.unlink(out);
        self.show_cursor(start, out);
        if out.len() - start > SYNCHRONIZE {
            out.splice(start..start, SYNCHRONIZE_ON.iter().copied());
            out.extend_from_slice(SYNCHRONIZE_OFF);
        }
        whole
    }

    fn paint_rows(
        &mut self,
        next: &Buffer,
        first: &[bool],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> bool {
        let width = usize::from(next.area.width);
        let is_first = |y: &u16| first.get(usize::from(*y)).copied().unwrap_or(false);
        let rows = 0..next.area.height;
        let others = rows.clone().filter(|y| !is_first(y));
        let start = out.len();
        for y in rows.filter(&is_first).chain(others) {
            let at = usize::from(y) * width;
            let prev = self.previous.content.get_mut(at..at + width);
            let (Some(prev), Some(next)) = (prev, next.content.get(at..at + width)) else {
                continue;
            };
            if prev != next {
                if out.len() - start >= limit {
                    return false;
                }
                Row::new(prev, next, y).paint(&mut self.hand, out);
            }
        }
        true
    }

    fn show_cursor(&mut self, start: usize, out: &mut Vec<u8>) {
        let area = self.previous.area;
        let wanted = self
            .cursor
            .filter(|(x, y)| *x < area.width && *y < area.height);
        if let Some((x, y)) = wanted
            && (out.len() > start || self.shown != wanted)
        {
            self.hand.go(x, y, out);
        }
        match (self.shown, wanted) {
            (None, Some(_)) => out.extend_from_slice(b"\x1b[?25h"),
            (Some(_), None) => out.extend_from_slice(b"\x1b[?25l"),
            _ => {}
        }
        self.shown = wanted;
    }
}

/// One row on its way from `prev` to `next`, left to right.
struct Row<'a> {
    prev: &'a mut [Cell],
    next: &'a [Cell],
    y: u16,
    /// Where the previous glyph that covers the place we are at ends, and where it began.
    covered: (usize, usize),
    /// Up to here the terminal's cells are broken: a wide glyph lost one half.
    broken: usize,
}

impl<'a> Row<'a> {
    fn new(prev: &'a mut [Cell], next: &'a [Cell], y: u16) -> Self {
        Self {
            prev,
            next,
            y,
            covered: (0, 0),
            broken: 0,
        }
    }

    fn paint(mut self, hand: &mut Hand, out: &mut Vec<u8>) {
        let width = self.next.len();
        let tail = width
            - self
                .next
                .iter()
                .rev()
                .take_while(|cell| erased(cell))
                .count();
        let mut x = 0;
        while let Some(cell) = self.next.get(x) {
            let (symbol, columns) = glyph(cell, width - x);
            if self.changed(x, cell) {
                if x >= tail && self.erase(x, hand, out) {
                    return;
                }
                self.reach(x, hand, out);
                hand.put(symbol, columns, cell, out);
                self.keep(x, columns);
            }
            x += usize::from(columns);
        }
    }

    /// Whether the terminal shows something else than `cell` at `x`.
    fn changed(&mut self, x: usize, cell: &Cell) -> bool {
        self.cover(x);
        x < self.broken
            || self.covered.1 != x
            || self.prev.get(x).is_none_or(|prev| !same(prev, cell))
    }

    /// Follows the previous glyphs until one covers `x`.
    fn cover(&mut self, x: usize) {
        while self.covered.0 <= x
            && let Some(prev) = self.prev.get(self.covered.0)
        {
            let at = self.covered.0;
            let (_, columns) = glyph(prev, self.prev.len() - at);
            self.covered = (at + usize::from(columns), at);
        }
    }

    /// Notes what has been drawn at `x`, and what that broke.
    fn keep(&mut self, x: usize, columns: u16) {
        let end = x + usize::from(columns);
        self.cover(end - 1);
        self.broken = self.broken.max(self.covered.0);
        if let (Some(prev), Some(next)) = (self.prev.get_mut(x), self.next.get(x)) {
            prev.clone_from(next);
        }
        // What a wide glyph hides counts no more.
        for hidden in self.prev.get_mut(x + 1..end).unwrap_or_default() {
            hidden.reset();
        }
    }

    /// Brings the hand to `x`: by writing again what lies between, where that is shorter than a jump.
    fn reach(&self, x: usize, hand: &mut Hand, out: &mut Vec<u8>) {
        const SHORT: usize = 3;
        if let Some((at, y)) = hand.at()
            && y == self.y
            && let Some(between) = self.next.get(usize::from(at)..x)
            && between.len() <= SHORT
            && between.iter().all(|cell| hand.writes_at_once(cell))
        {
            for cell in between {
                hand.put(cell.symbol(), 1, cell, out);
            }
        }
        hand.go(x as u16, self.y, out);
    }

    /// Erases from `x` to the end of the row, if that is shorter than writing the spaces that changed.
    fn erase(&mut self, x: usize, hand: &mut Hand, out: &mut Vec<u8>) -> bool {
        let mut rest = self.prev.iter().zip(self.next).skip(x);
        let last = rest
            .rposition(|(prev, next)| !same(prev, next))
            .unwrap_or(0);
        if last < Hand::ERASE_COST {
            return false;
        }
        hand.go(x as u16, self.y, out);
        hand.erase_row(out);
        for (prev, next) in self.prev.iter_mut().zip(self.next).skip(x) {
            prev.clone_from(next);
        }
        true
    }
}

/// What an erased place looks like.
fn erased(cell: &Cell) -> bool {
    blank(cell) && cell.bg == ratatui::style::Color::Reset && linked(cell).is_none()
}

/// Whether two cells look the same. Nobody sees the foreground of a blank.
fn same(a: &Cell, b: &Cell) -> bool {
    if linked(a) != linked(b) {
        false
    } else if blank(a) && blank(b) {
        a.bg == b.bg
    } else {
        a.symbol() == b.symbol() && Pen::of(a) == Pen::of(b)
    }
}

#[cfg(test)]
mod tests;
