//! Log lines by the million: in blocks of about 64 KiB, the newest raw, older ones compressed, the oldest dropped when a
//! budget of bytes is reached. The bytes of a line come out as they went in.
//!
//! ```text
//!  dropped │ packed │ packed │ … │ packed │ raw │ raw │ … │ raw ◄─ push
//!          ▲ prepend                       └──── hot ────┘
//! ```
//!
//! - Order is by time, lines of one *lane* (source and kind) never change places: see [`LogStore::push`].
//! - A line is reached by its index (the oldest held is 0) or by its id, which stays when indices move.
//! - [`Sift`] is what a filter shows of the lines and [`Search`] where a pattern is found in them. Both are kept up with
//!   `follow` after each change of the store, and do the rest of their work in slices.
//!
//! Must not know: what is on screen, colours, the engine. Reads no clock, starts no thread.
mod apart;
mod bits;
mod block;
mod cache;
mod excerpt;
mod facts;
mod find;
mod line;
mod lines;
mod matcher;
mod need;
mod place;
mod plain;
mod prepend;
mod press;
mod pressed;
mod search;
mod sieve;
mod sift;
mod sketch;
mod spelling;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

pub use bits::Bits;
pub use block::{Block, BlockId};
use cache::Cache;
pub use excerpt::Excerpt;
pub use line::{Kind, LineView, NewLine};
use lines::Lines;
pub use matcher::Matcher;
pub use search::Search;
pub use sieve::{Sieve, Streams};
pub use sift::{Progress, Sift};

/// The longest line that is held, in bytes; of a longer one the rest is cut and its true length told.
pub const LINE_CAP: usize = 16 << 20;

/// How much a store may hold, in bytes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All of it. The newest block is held even when it alone is more.
    pub budget: usize,
    /// The newest text that stays uncompressed.
    pub hot: usize,
    /// Text of one block: what is packed, unpacked, scanned and dropped at a time.
    pub block: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(64 << 20)
    }
}

impl Limits {
    /// Fit for a budget of so many bytes: a sixteenth of it hot, 4 MiB at most, in blocks of 64 KiB at most.
    pub fn of(budget: usize) -> Self {
        Self {
            budget,
            hot: (budget / 16).min(4 << 20),
            block: (budget / 32).clamp(256, 64 << 10),
        }
    }

    /// Bytes for what was unpacked of late.
    fn cache(&self) -> usize {
        (self.budget / 16).min(1 << 20)
    }
}

#[derive(Debug, Clone)]
struct Slot {
    /// Number of the first line, counted so that it does not change when lines in front come or go.
    start: i64,
    /// Bytes of memory as last counted.
    weight: usize,
    block: Block,
}

/// See the head of this file. A clone shares the blocks and costs a few bytes for each.
#[derive(Debug)]
pub struct LogStore {
    limits: Limits,
    slots: VecDeque<Slot>,
    /// So many of the oldest blocks are packed.
    packed: usize,
    /// Bytes of memory of all slots.
    weight: usize,
    /// Bytes of text of the raw blocks.
    hot: usize,
    /// Bytes of all text.
    text: u64,
    dropped: u64,
    next_line: u64,
    next_block: u64,
    revision: u64,
    cache: Mutex<Cache>,
}

impl Clone for LogStore {
    fn clone(&self) -> Self {
        Self {
            slots: self.slots.clone(),
            cache: Mutex::default(),
            ..*self
        }
    }
}

impl Default for LogStore {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl LogStore {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            slots: VecDeque::new(),
            packed: 0,
            weight: 0,
            hot: 0,
            text: 0,
            dropped: 0,
            next_line: 0,
            next_block: 0,
            revision: 0,
            cache: Mutex::default(),
        }
    }

    /// Lines held.
    pub fn len(&self) -> usize {
        let first = self.slots.front().map_or(0, |slot| slot.start);
        self.slots
            .back()
            .map_or(0, |slot| (slot.start - first) as usize + slot.block.lines())
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Bytes of memory the lines take.
    pub fn bytes_held(&self) -> usize {
        self.weight
            + self
                .cache
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .weight()
    }

    /// Bytes of the lines held as they came, a newline each included.
    pub fn bytes_true(&self) -> u64 {
        self.text
    }

    /// Lines dropped at the old end for the budget.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Changes whenever a line comes, goes or is rewritten.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Changes the budget; what is too much goes at once.
    pub fn set_budget(&mut self, budget: usize) {
        self.limits.budget = budget;
        self.revision += 1;
        self.cache = Mutex::default();
        self.evict();
    }

    /// Bytes of memory left before the oldest lines go.
    pub fn room(&self) -> usize {
        let kept = self.limits.cache() + self.limits.block * 2;
        self.limits.budget.saturating_sub(self.weight + kept)
    }

    /// Lets lines go: all. What comes next has ids of its own.
    pub fn clear(&mut self) {
        *self = Self {
            next_line: self.next_line,
            next_block: self.next_block,
            revision: self.revision + 1,
            ..Self::new(self.limits)
        };
    }

    /// Drops the newest lines, a block at a time, until there is room for so many bytes, but none before the line `keep`.
    /// Returns how many went.
    pub fn shed_newest(&mut self, bytes: usize, keep: usize) -> usize {
        let first = self.slots.front().map_or(0, |slot| slot.start);
        let mut lines = 0;
        while self.room() < bytes {
            let begins = self.slots.back().map_or(0, |slot| slot.start - first) as usize;
            if begins <= keep {
                break;
            }
            let Some(slot) = self.slots.pop_back() else {
                break;
            };
            self.forget(&slot, slot.block.raw().is_some());
            lines += slot.block.lines();
            self.packed = self.packed.min(self.slots.len());
            self.revision += 1;
        }
        lines
    }

    /// The line at an index; 0 is the oldest held.
    pub fn line(&self, index: usize) -> Option<LineView> {
        let (at, slot) = self.locate(index)?;
        let block = &self.slots.get(at)?.block;
        match block.raw() {
            Some(lines) => LineView::new(lines.clone(), slot),
            None => self
                .cache
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .line(block, slot, self.limits.cache()),
        }
    }

    /// The lines of a range in their order, each block unpacked once: for saving and copying.
    pub fn lines(&self, range: Range<usize>) -> impl Iterator<Item = LineView> + '_ {
        let end = range.end.min(self.len());
        let mut index = range.start;
        std::iter::from_fn(move || {
            let (at, first) = self.locate(index).filter(|_| index < end)?;
            let block = &self.slots.get(at)?.block;
            let lines = block.open().lines();
            let last = block.lines().min(first + (end - index));
            index += last - first;
            Some((first..last).filter_map(move |slot| LineView::new(lines.clone(), slot)))
        })
        .flatten()
    }

    /// Index of the line with this id.
    pub fn index_of(&self, id: u64) -> Option<usize> {
        let first = self.slots.front()?.start;
        self.slots
            .iter()
            .filter(|slot| (slot.block.sum.ids.0..=slot.block.sum.ids.1).contains(&id))
            .find_map(|slot| {
                let found = slot.block.open().facts().slot_of(id)?;
                Some((slot.start - first) as usize + found)
            })
    }

    /// Index of the first line of this time or later; `None` when all are earlier.
    pub fn index_at_time(&self, at: DateTime<Utc>) -> Option<usize> {
        let at = facts::nanos(at);
        let first = self.slots.front()?.start;
        let slot = self.slots.iter().find(|slot| slot.block.sum.at.1 >= at)?;
        let open = slot.block.open();
        let facts = open.facts();
        let found = (0..facts.len()).find(|line| facts.nanos(*line).is_some_and(|t| t >= at))?;
        Some((slot.start - first) as usize + found)
    }

    /// Earliest and latest time of the lines held.
    pub fn times(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let sums = || self.slots.iter().map(|slot| slot.block.sum.at);
        let first = sums().map(|at| at.0).min()?;
        let last = sums().map(|at| at.1).max()?;
        let time = DateTime::from_timestamp_nanos;
        (first <= last).then(|| (time(first), time(last)))
    }

    /// Puts other bytes into the line with this id, which stays where it is. Returns whether it is held.
    pub fn rewrite(&mut self, id: u64, bytes: &[u8]) -> bool {
        let Some((at, slot)) = self.index_of(id).and_then(|index| self.locate(index)) else {
            return false;
        };
        let lines = self.slots[at].block.open().lines();
        self.put(at, vec![lines.rewritten(slot, bytes)]);
        self.evict();
        true
    }

    /// The blocks from the oldest on, for scans.
    pub(crate) fn blocks(&self) -> impl DoubleEndedIterator<Item = &Block> + ExactSizeIterator {
        self.slots.iter().map(|slot| &slot.block)
    }

    pub(crate) fn block(&self, at: usize) -> Option<&Block> {
        self.slots.get(at).map(|slot| &slot.block)
    }

    /// Block and line in it.
    fn locate(&self, index: usize) -> Option<(usize, usize)> {
        let number = self
            .slots
            .front()?
            .start
            .checked_add_unsigned(index as u64)?;
        let at = self
            .slots
            .partition_point(|slot| slot.start <= number)
            .checked_sub(1)?;
        let slot = self.slots.get(at)?;
        let line = (number - slot.start) as usize;
        (line < slot.block.lines()).then_some((at, line))
    }

    fn fresh_block(&mut self) -> BlockId {
        self.next_block += 1;
        BlockId(self.next_block)
    }

    fn fresh_line(&mut self) -> u64 {
        self.next_line += 1;
        self.next_line - 1
    }

    /// Puts one or more blocks of lines into the place of a block; packed when it was.
    fn put(&mut self, at: usize, parts: Vec<Lines>) {
        let Some(old) = self.slots.remove(at) else {
            return;
        };
        let raw = old.block.raw().is_some();
        self.forget(&old, raw);
        let mut start = old.start;
        let mut added = 0;
        for (n, lines) in parts.into_iter().enumerate() {
            let mut block = Block::new(self.fresh_block(), lines);
            if at < self.packed {
                block.pack();
            }
            let slot = Slot {
                start,
                weight: block.weight(),
                block,
            };
            start += slot.block.lines() as i64;
            self.count(&slot);
            self.slots.insert(at + n, slot);
            added += 1;
        }
        if at < self.packed {
            self.packed = self.packed + added - 1;
        }
        for slot in self.slots.range_mut(at + added..) {
            slot.start = start;
            start += slot.block.lines() as i64;
        }
        self.revision += 1;
    }

    fn count(&mut self, slot: &Slot) {
        self.weight += slot.weight;
        self.text += slot.block.sum.bytes as u64;
        if slot.block.raw().is_some() {
            self.hot += slot.block.sum.bytes;
        }
    }

    fn forget(&mut self, slot: &Slot, raw: bool) {
        self.weight -= slot.weight;
        self.text -= slot.block.sum.bytes as u64;
        if raw {
            self.hot -= slot.block.sum.bytes;
        }
    }

    /// Packs the oldest raw blocks while there is more hot text than there may be.
    fn cool(&mut self) {
        while self.hot > self.limits.hot && self.packed + 1 < self.slots.len() {
            let slot = &mut self.slots[self.packed];
            slot.block.pack();
            let weight = slot.block.weight();
            self.weight = self.weight - slot.weight + weight;
            slot.weight = weight;
            if slot.block.raw().is_none() {
                self.hot -= slot.block.sum.bytes;
            }
            self.packed += 1;
        }
    }

    /// Drops the oldest blocks while more is held than may be; the newest block stays. Returns how many lines went.
    fn evict(&mut self) -> usize {
        let most = self.limits.budget.saturating_sub(self.limits.cache());
        let mut lines = 0;
        while self.weight > most && self.slots.len() > 1 {
            let Some(old) = self.slots.pop_front() else {
                break;
            };
            self.forget(&old, old.block.raw().is_some());
            self.packed = self.packed.saturating_sub(1);
            lines += old.block.lines();
            self.revision += 1;
        }
        self.dropped += lines as u64;
        lines
    }
}
