//! Where a line goes: nearly always the end; a late one to its place in time. Knows blocks, not why a line is late.
use super::block::Block;
use super::facts::nanos;
use super::line::NewLine;
use super::lines::Lines;
use super::{LINE_CAP, LogStore, Slot};

impl LogStore {
    /// Takes a line; returns its id.
    ///
    /// It goes to its place in time: behind the last line that is not later. A line without a time goes to the end. Lines
    /// of one lane (source and kind) keep the order they come in, whatever their clock does.
    pub fn push(&mut self, line: NewLine<'_>) -> u64 {
        let line = capped(line);
        let id = self.fresh_line();
        self.revision += 1;
        match self.place(&line) {
            None => self.append(line, id),
            Some((at, slot)) => self.insert(at, slot, line, id),
        }
        id
    }

    /// The block and the line in it before which a line goes; `None` for the end.
    fn place(&self, line: &NewLine<'_>) -> Option<(usize, usize)> {
        let at = nanos(line.at?);
        let own = (line.source, line.kind);
        let last = self.slots.len().checked_sub(1)?;
        // A line without a time at the very end stays there: what comes goes behind it.
        let newest = self.slots.get(last)?.block.newest()?;
        if newest <= at {
            return None;
        }
        for (n, slot) in self.slots.iter().enumerate().rev() {
            let sum = &slot.block.sum;
            if sum.at.0 > at && !sum.may_have_lane(own) {
                continue;
            }
            let open = slot.block.open();
            let facts = open.facts();
            let stays = |slot: &usize| {
                facts.lane(*slot) == own || facts.nanos(*slot).is_some_and(|t| t <= at)
            };
            if let Some(found) = (0..facts.len()).rev().find(stays) {
                let end = n == last && found + 1 == facts.len();
                return (!end).then_some((n, found + 1));
            }
        }
        Some((0, 0))
    }

    fn append(&mut self, line: NewLine<'_>, id: u64) {
        let block = self.limits.block;
        let tail = self.slots.back().and_then(|slot| slot.block.raw());
        if tail.is_none_or(|tail| tail.ends_before(line.bytes.len(), line.continues, block)) {
            self.open_block(line.bytes.len());
        }
        let Some(tail) = self.slots.back_mut() else {
            return;
        };
        let bytes = line.bytes.len() + 1;
        tail.block.push(line, id);
        self.hot += bytes;
        self.text += bytes as u64;
        // The room of a block is counted when it is opened; it is counted anew when it may have grown beyond.
        let lines = tail.block.lines();
        if (lines - 1).is_power_of_two() || lines == 1 || tail.block.sum.bytes > block {
            self.weigh(self.slots.len() - 1);
            self.evict();
        }
    }

    fn open_block(&mut self, first: usize) {
        let start = self.slots.back().map_or(0, |slot| {
            slot.start
                .saturating_add_unsigned(slot.block.lines() as u64)
        });
        if let Some(last) = self.slots.len().checked_sub(1) {
            self.weigh(last);
        }
        let lines = Lines::with_room(self.limits.block.max(first + 1));
        let block = Block::new(self.fresh_block(), lines);
        let weight = block.weight();
        self.weight += weight;
        self.slots.push_back(Slot {
            start,
            weight,
            block,
        });
        self.cool();
        self.evict();
    }

    /// Counts the memory of a block anew.
    fn weigh(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            let weight = slot.block.weight();
            self.weight = self.weight - slot.weight + weight;
            slot.weight = weight;
        }
    }

    /// Inserts a late line: in place while its block is raw, else into a copy.
    fn insert(&mut self, at: usize, slot: usize, line: NewLine<'_>, id: u64) {
        let name = self.fresh_block();
        let bytes = line.bytes.len() + 1;
        let fits = |one: &Slot| one.block.sum.bytes + bytes <= self.limits.block * 2;
        let raw = match self.slots.get_mut(at) {
            Some(one) if fits(one) => one.block.insert(slot, line, id, name),
            _ => false,
        };
        if !raw {
            return self.insert_copy(at, slot, line, id);
        }
        self.hot += bytes;
        self.text += bytes as u64;
        for later in self.slots.range_mut(at + 1..) {
            later.start += 1;
        }
        self.weigh(at);
        self.cool();
        self.evict();
    }

    /// A block that grows to twice its size becomes two.
    fn insert_copy(&mut self, at: usize, slot: usize, line: NewLine<'_>, id: u64) {
        let Some(old) = self.slots.get(at) else {
            return self.append(line, id);
        };
        let shared = old.block.open().lines();
        let mut lines = Lines::with_room(
            self.limits
                .block
                .max(shared.text.len() + line.bytes.len() + 1),
        );
        lines.text.extend_from_slice(&shared.text);
        lines.facts = shared.facts.clone();
        drop(shared);
        lines.insert(slot, line, id);
        let parts = if lines.text.len() > self.limits.block * 2 {
            match lines.halves() {
                Some((first, second)) => vec![first, second],
                None => vec![lines],
            }
        } else {
            vec![lines]
        };
        self.put(at, parts);
        self.cool();
        self.evict();
    }
}

/// At most [`LINE_CAP`] bytes of a line, its true length kept.
pub(super) fn capped(line: NewLine<'_>) -> NewLine<'_> {
    if line.bytes.len() <= LINE_CAP {
        return line;
    }
    NewLine {
        bytes: &line.bytes[..LINE_CAP],
        cut_from: line.cut_from.or(Some(line.bytes.len() as u64)),
        ..line
    }
}
