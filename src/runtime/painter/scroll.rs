//! Rows that moved up or down as a block are moved by the terminal, not sent again: a log that grows by a line costs a
//! line. Only a guess at what is cheap: the painter compares cell by cell afterwards.
use std::hash::{Hash, Hasher};

use ratatui::buffer::{Buffer, Cell};

use super::hand::{Hand, blank};
use super::same;

/// Fewer rows than this are not worth a look.
const ROWS: usize = 4;
/// A move must spare at least so many cells.
const SPARED: usize = 40;

/// The places where hashes of rows are kept between frames.
#[derive(Debug, Default)]
pub(super) struct Scroller {
    prev: Vec<u64>,
    next: Vec<u64>,
}

/// Rows `top..bottom` move by `by`: down where it is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Move {
    top: usize,
    bottom: usize,
    by: isize,
}

impl Scroller {
    /// Moves rows on the terminal and in `prev` where that makes it more like `next`.
    pub(super) fn apply(
        &mut self,
        prev: &mut Buffer,
        next: &Buffer,
        hand: &mut Hand,
        out: &mut Vec<u8>,
    ) {
        let width = usize::from(next.area.width);
        if width == 0 || next.content.len() != prev.content.len() {
            return;
        }
        let rows = prev.content.chunks(width).zip(next.content.chunks(width));
        if rows.filter(|(prev, next)| prev != next).count() < ROWS {
            return;
        }
        hash(&prev.content, width, &mut self.prev);
        hash(&next.content, width, &mut self.next);
        let Some(best) = longest(&self.prev, &self.next) else {
            return;
        };
        let before = differing(&prev.content, &next.content, width, best, 0);
        let after = differing(&prev.content, &next.content, width, best, best.by);
        if before < after + SPARED {
            return;
        }
        hand.scroll(best.top as u16, best.bottom as u16, best.by as i16, out);
        let (from, to) = (best.top * width, best.bottom * width);
        let Some(cells) = prev.content.get_mut(from..to) else {
            return;
        };
        let shift = best.by.unsigned_abs() * width;
        let fresh = if best.by < 0 {
            cells.rotate_left(shift);
            cells.len() - shift..cells.len()
        } else {
            cells.rotate_right(shift);
            0..shift
        };
        for cell in cells.get_mut(fresh).unwrap_or_default() {
            cell.reset();
        }
    }
}

/// The move after which most neighbouring rows are where they belong.
fn longest(prev: &[u64], next: &[u64]) -> Option<Move> {
    let height = prev.len().min(next.len());
    let mut best: Option<(usize, Move)> = None;
    for by in (1..height.saturating_sub(ROWS)).flat_map(|by| [by.cast_signed(), -by.cast_signed()])
    {
        let mut run = 0;
        for y in 0..height {
            let belongs = y
                .checked_add_signed(-by)
                .and_then(|from| prev.get(from))
                .is_some_and(|from| next.get(y) == Some(from));
            // Rows that are right where they are count for nothing: mostly empty ones.
            let moved = belongs && prev.get(y) != next.get(y);
            run = if belongs { run + usize::from(moved) } else { 0 };
            if run >= ROWS - 1 && best.is_none_or(|(most, _)| run > most) {
                let first = first_of_run(prev, next, y, by);
                let shift = by.unsigned_abs();
                let (top, bottom) = if by < 0 {
                    (first, y + 1 + shift)
                } else {
                    (first - shift, y + 1)
                };
                best = Some((run, Move { top, bottom, by }));
            }
        }
    }
    best.map(|(_, best)| best)
}

/// Where the run of moved rows that ends with `last` begins.
fn first_of_run(prev: &[u64], next: &[u64], last: usize, by: isize) -> usize {
    (0..=last)
        .rev()
        .take_while(|y| {
            y.checked_add_signed(-by)
                .and_then(|from| prev.get(from))
                .is_some_and(|from| next.get(*y) == Some(from))
        })
        .last()
        .unwrap_or(last)
}

/// How many cells of the region would have to be drawn after its rows moved by `by`.
fn differing(prev: &[Cell], next: &[Cell], width: usize, region: Move, by: isize) -> usize {
    (region.top..region.bottom)
        .map(|y| {
            let from = y
                .checked_add_signed(-by)
                .filter(|from| (region.top..region.bottom).contains(from));
            let from = from.and_then(|from| row(prev, width, from));
            let to = row(next, width, y).unwrap_or_default();
            match from {
                Some(from) => from.iter().zip(to).filter(|(a, b)| !same(a, b)).count(),
                None => to.iter().filter(|cell| !blank(cell)).count(),
            }
        })
        .sum()
}

fn row(cells: &[Cell], width: usize, y: usize) -> Option<&[Cell]> {
    cells.get(y * width..(y + 1) * width)
}

fn hash(cells: &[Cell], width: usize, rows: &mut Vec<u64>) {
    rows.clear();
    rows.extend(cells.chunks(width).map(|row| {
        let mut hasher = Mix(0);
        for cell in row {
            if blank(cell) {
                cell.bg.hash(&mut hasher);
            } else {
                hasher.write(cell.symbol().as_bytes());
                (cell.fg, cell.bg, cell.modifier).hash(&mut hasher);
            }
        }
        hasher.finish()
    }));
}

/// A quick hash: a collision costs bytes, nothing else.
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(value.into());
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.cast_unsigned() as u64);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
