//! The lines of one block, unpacked: their text joined, each with a newline, and their facts. Knows no other block.
use super::facts::{self, Facts};
use super::line::NewLine;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    pub(super) text: Vec<u8>,
    pub(super) facts: Facts,
}

impl Lines {
    pub(super) fn with_room(bytes: usize) -> Self {
        Self {
            text: Vec::with_capacity(bytes),
            facts: Facts::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.facts.len()
    }

    pub(super) fn bytes(&self, slot: usize) -> &[u8] {
        let range = self.facts.start(slot)..self.facts.end(slot);
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn line(&self, slot: usize) -> NewLine<'_> {
        NewLine {
            bytes: self.bytes(slot),
            at: self.facts.at(slot),
            source: self.facts.source(slot),
            kind: self.facts.kind(slot),
            level: self.facts.level(slot),
            continues: self.facts.continues(slot),
            cut_from: self.facts.cut_from(slot),
        }
    }

    /// Adds a line; returns its marks.
    pub(super) fn push(&mut self, line: NewLine<'_>, id: u64) -> u8 {
        let marks = facts::marks(&line);
        self.facts.push(&line, marks, id);
        self.text.extend_from_slice(line.bytes);
        self.text.push(b'\n');
        marks
    }

    pub(super) fn insert(&mut self, slot: usize, line: NewLine<'_>, id: u64) {
        let start = self.facts.start(slot);
        self.facts.insert(slot, &line, id);
        self.text.extend_from_slice(line.bytes);
        self.text.push(b'\n');
        self.text[start..].rotate_right(line.bytes.len() + 1);
    }

    /// The same lines with other bytes in one of them.
    pub(super) fn rewritten(&self, slot: usize, bytes: &[u8]) -> Self {
        let mut out = Self::with_room(self.text.len() + bytes.len());
        for one in 0..self.len() {
            let line = self.line(one);
            let bytes = if one == slot { bytes } else { line.bytes };
            out.push(NewLine { bytes, ..line }, self.facts.id(one));
        }
        out
    }

    /// Whether a line of `bytes` belongs into the next block: a block ends when it is full, but not inside a group
    /// before it is four times full.
    pub(super) fn ends_before(&self, bytes: usize, continues: bool, block: usize) -> bool {
        let held = self.text.len();
        held > 0 && held + bytes + 1 > block && !(continues && held < block * 4)
    }

    /// In two near the middle, the second beginning with a line that continues nothing; `None` when it cannot be.
    pub(super) fn halves(&self) -> Option<(Self, Self)> {
        let middle = self
            .facts
            .ends()
            .partition_point(|end| (*end as usize) < self.text.len() / 2);
        let fits = |slot: &usize| !self.facts.continues(*slot);
        let cut = (middle.max(1)..self.len())
            .find(fits)
            .or_else(|| (1..middle.min(self.len())).rev().find(fits))?;
        let mut parts = [
            Self::with_room(self.facts.start(cut)),
            Self::with_room(self.text.len() - self.facts.start(cut)),
        ];
        for slot in 0..self.len() {
            parts[usize::from(slot >= cut)].push(self.line(slot), self.facts.id(slot));
        }
        let [first, second] = parts;
        Some((first, second))
    }

    /// Bytes of memory.
    pub(super) fn weight(&self) -> usize {
        self.text.capacity() + self.facts.weight()
    }
}
