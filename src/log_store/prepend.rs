//! Older lines put before those that are held: a page fetched for a reader who goes back. Knows blocks, not where pages
//! come from.
use std::collections::HashMap;

use super::block::Block;
use super::facts::nanos;
use super::line::{Kind, NewLine};
use super::lines::Lines;
use super::place::capped;
use super::{LogStore, Slot};

/// Blocks being filled.
struct Fill {
    block: usize,
    done: Vec<Lines>,
    open: Lines,
}

impl Fill {
    fn add(&mut self, line: NewLine<'_>, id: u64) {
        if self
            .open
            .ends_before(line.bytes.len(), line.continues, self.block)
        {
            let full = std::mem::replace(&mut self.open, Lines::with_room(self.block));
            self.done.push(full);
        }
        self.open.push(line, id);
    }
}

impl LogStore {
    /// Takes a page of lines older than those held of their sources, in the order they are to be shown.
    ///
    /// They go in front, but lines held that are earlier than a line of the page stay before it (up to the first that has
    /// no time). Lines of one lane
    /// (source and kind) keep their order: all of the page before all held. Returns how many of the oldest lines went
    /// again because the budget is reached: greater than 0 means that there is no room for more history.
    pub fn prepend(&mut self, page: &[NewLine<'_>]) -> usize {
        if page.is_empty() {
            return 0;
        }
        let mut fill = Fill {
            block: self.limits.block,
            done: Vec::new(),
            open: Lines::with_room(self.limits.block),
        };
        let opened = self.merge(page, &mut fill);
        let mut blocks = fill.done;
        blocks.push(fill.open);
        self.replace_front(opened, blocks);
        let dropped = self.dropped;
        let gone = self.evict();
        // Lines that went back where they came from are not lost.
        self.dropped = dropped + gone.saturating_sub(page.len()) as u64;
        gone
    }

    /// Merges the page with as many of the oldest blocks as it reaches into; returns how many.
    fn merge(&mut self, page: &[NewLine<'_>], fill: &mut Fill) -> usize {
        let mut ahead: HashMap<(u16, Kind), usize> = HashMap::new();
        for line in page {
            *ahead.entry((line.source, line.kind)).or_default() += 1;
        }
        let mut rest = page.iter();
        let mut next = rest.next();
        let mut opened = 0;
        while let Some(slot) = self.slots.get(opened) {
            let block: Block = slot.block.clone();
            if next.is_none() && !block.open().facts().continues(0) {
                break;
            }
            let in_front =
                |line: &NewLine<'_>| line.at.is_none_or(|at| block.sum.at.0 >= nanos(at));
            if next.is_some_and(in_front) && rest.as_slice().iter().all(in_front) {
                while let Some(line) = next {
                    let id = self.fresh_line();
                    fill.add(capped(*line), id);
                    next = rest.next();
                }
                continue;
            }
            opened += 1;
            let held = block.open().lines();
            for n in 0..held.len() {
                while let Some(line) = next {
                    let free = ahead.get(&held.facts.lane(n)).is_none_or(|left| *left == 0);
                    let times = held.facts.nanos(n).zip(line.at);
                    if free && times.is_some_and(|(held, at)| held < nanos(at)) {
                        break;
                    }
                    if let Some(left) = ahead.get_mut(&(line.source, line.kind)) {
                        *left -= 1;
                    }
                    let id = self.fresh_line();
                    fill.add(capped(*line), id);
                    next = rest.next();
                }
                fill.add(held.line(n), held.facts.id(n));
            }
        }
        while let Some(line) = next {
            let id = self.fresh_line();
            fill.add(capped(*line), id);
            next = rest.next();
        }
        opened
    }

    /// Puts blocks into the place of the oldest ones.
    fn replace_front(&mut self, old: usize, blocks: Vec<Lines>) {
        for _ in 0..old {
            if let Some(slot) = self.slots.pop_front() {
                self.forget(&slot, slot.block.raw().is_some());
                self.packed = self.packed.saturating_sub(1);
            }
        }
        // All in front of a block that stays is cold; where none stays, `cool` decides.
        let cold = !self.slots.is_empty();
        let mut start = self.slots.front().map_or(0, |slot| slot.start);
        let hot = self.slots.is_empty();
        for lines in blocks.into_iter().rev() {
            let mut block = Block::new(self.fresh_block(), lines);
            if cold {
                block.pack();
                self.packed += 1;
            }
            start -= block.lines() as i64;
            let slot = Slot {
                start,
                weight: block.weight(),
                block,
            };
            self.count(&slot);
            self.slots.push_front(slot);
        }
        if hot {
            self.cool();
        }
        self.revision += 1;
    }
}
