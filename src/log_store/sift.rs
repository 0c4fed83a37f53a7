//! The lines that a sieve shows, kept up with the store: a new line costs itself, a changed block its own scan, and
//! what is not scanned yet is scanned outward from where the reader is, in slices. Knows blocks and the sieve, not what
//! the lines are for.
mod context;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use super::LogStore;
use super::bits::Bits;
use super::block::BlockId;
use super::sieve::{Found, Sieve, scan};

/// How far a sift is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Lines looked at.
    pub scanned: usize,
    /// Of so many.
    pub lines: usize,
    /// Lines shown among those looked at.
    pub shown: usize,
}

impl Progress {
    /// All lines have been looked at.
    pub fn is_done(self) -> bool {
        self.scanned == self.lines
    }
}

/// One block of the store.
#[derive(Debug, Clone)]
struct Row {
    id: BlockId,
    lines: usize,
    /// Lines looked at; `None` before the first look.
    scanned: Option<usize>,
    /// Lines that pass.
    hits: Bits,
    /// Those of them that are separators.
    separators: Bits,
    /// Lines shown, with context; empty and unused when there is none.
    wide: Bits,
}

impl Row {
    fn is_done(&self) -> bool {
        self.scanned.is_some_and(|n| n >= self.lines)
    }

    /// Lines that pass for what they say, which alone have a context.
    fn told(&self) -> Bits {
        let mut told = self.hits.clone();
        told.and_not(&self.separators);
        told
    }
}

/// A view of the store through a sieve. After any change of the store and before any question, [`Sift::follow`] must be
/// called: answers are about the store as it was then.
///
/// Dropping it, or putting another in its place, cancels what is left to do.
#[derive(Debug, Clone)]
pub struct Sift {
    sieve: Arc<Sieve>,
    rows: VecDeque<Row>,
    revision: Option<u64>,
    /// Lines and shown lines before each row, and of all at the end.
    sums: Vec<(usize, usize)>,
    /// Lines looked at.
    scanned: usize,
}

impl Sift {
    /// Nothing is looked at before the first [`Sift::work`].
    pub fn new(sieve: Sieve) -> Self {
        Self {
            sieve: Arc::new(sieve),
            rows: VecDeque::new(),
            revision: None,
            sums: vec![(0, 0)],
            scanned: 0,
        }
    }

    pub fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Keeps up with the store: forgets what is gone, looks at lines that came behind lines looked at, and again at
    /// blocks that were changed. What was never looked at is left to [`Sift::work`].
    pub fn follow(&mut self, store: &LogStore) {
        if self.revision == Some(store.revision()) {
            return;
        }
        self.revision = Some(store.revision());
        let (mut touched, changed) = self.line_up(store);
        for at in 0..self.rows.len() {
            let row = &self.rows[at];
            if row.is_done() {
                continue;
            }
            if row.scanned.is_none() && !touched.contains(&at) {
                continue;
            }
            self.scan(store, at);
            if !touched.contains(&at) {
                touched.push(at);
            }
        }
        touched.extend(changed);
        self.settle(&touched);
    }

    /// Looks at blocks not looked at yet, the nearest to the line `around` first, until about `bytes` of text have been
    /// read; at least one block. 1 MiB takes about a millisecond.
    pub fn work(&mut self, store: &LogStore, around: usize, bytes: usize) -> Progress {
        self.follow(store);
        let mut touched = Vec::new();
        let mut read = 0;
        for at in self.outward(around) {
            if read >= bytes {
                break;
            }
            if !self.rows[at].is_done() {
                self.scan(store, at);
                read += store
                    .block(at)
                    .map_or(0, |block| self.sieve.bytes_to_read(block));
                touched.push(at);
            }
        }
        self.settle(&touched);
        self.progress()
    }

    pub fn progress(&self) -> Progress {
        let (lines, shown) = self.sums.last().copied().unwrap_or_default();
        Progress {
            scanned: self.scanned,
            lines,
            shown,
        }
    }

    /// Lines shown, as far as is known.
    pub fn count(&self) -> usize {
        self.progress().shown
    }

    /// Index of the line that is shown as number `nth`, from 0.
    pub fn line_of(&self, nth: usize) -> Option<usize> {
        let at = self
            .sums
            .partition_point(|(_, shown)| *shown <= nth)
            .checked_sub(1)?;
        let (lines, shown) = *self.sums.get(at)?;
        Some(lines + self.shown(self.rows.get(at)?).select(nth - shown)?)
    }

    /// How many lines are shown before this one: the number, from 0, by which it is shown if it is.
    pub fn rank(&self, line: usize) -> usize {
        match self.row_of(line) {
            Some((at, within)) => self.sums[at].1 + self.shown(&self.rows[at]).rank(within),
            None => self.count(),
        }
    }

    pub fn is_shown(&self, line: usize) -> bool {
        self.row_of(line)
            .is_some_and(|(at, within)| self.shown(&self.rows[at]).get(within))
    }

    /// Whether the line passes for itself, not only as context of another.
    pub fn is_hit(&self, line: usize) -> bool {
        self.row_of(line)
            .is_some_and(|(at, within)| self.rows[at].hits.get(within))
    }

    /// Whether the line has been looked at.
    pub fn is_known(&self, line: usize) -> bool {
        self.row_of(line)
            .is_some_and(|(at, within)| self.rows[at].scanned.is_some_and(|n| within < n))
    }

    /// A line of the range that has not been looked at: the first, or the last when not `forward`.
    pub fn unknown(&self, lines: Range<usize>, forward: bool) -> Option<usize> {
        let unknown = |at: usize| {
            let row = self.rows.get(at)?;
            let (first, known) = (self.sums[at].0, row.scanned.unwrap_or(0));
            let (from, to) = (first + known, first + row.lines);
            let (from, to) = (from.max(lines.start), to.min(lines.end));
            (from < to).then_some(if forward { from } else { to - 1 })
        };
        if lines.is_empty() {
            return None;
        }
        let (first, _) = self.row_of(lines.start)?;
        let last = self
            .row_of(lines.end - 1)
            .map_or(self.rows.len().saturating_sub(1), |(at, _)| at);
        let mut rows = first..=last;
        if forward {
            rows.find_map(unknown)
        } else {
            rows.rev().find_map(unknown)
        }
    }

    /// The first line shown at `line` or behind.
    pub fn next(&self, line: usize) -> Option<usize> {
        self.line_of(self.rank(line))
    }

    /// The last line shown before `line`.
    pub fn previous(&self, line: usize) -> Option<usize> {
        self.line_of(self.rank(line).checked_sub(1)?)
    }

    /// For each block from the oldest on, lines and lines shown: the heat bar beside a long log.
    pub fn heat(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.rows
            .iter()
            .map(|row| (row.lines, self.shown(row).count()))
    }

    pub(super) fn set_sieve(&mut self, sieve: Sieve, keep_empty: bool) {
        self.sieve = Arc::new(sieve);
        for row in &mut self.rows {
            if !(keep_empty && row.is_done() && row.hits.count() == 0) {
                row.scanned = None;
                row.hits = Bits::none(row.lines);
                row.separators = Bits::default();
            }
        }
        let all: Vec<usize> = (0..self.rows.len()).collect();
        self.settle(&all);
    }

    /// Row and place in it.
    pub(super) fn row_of(&self, line: usize) -> Option<(usize, usize)> {
        let at = self
            .sums
            .partition_point(|(lines, _)| *lines <= line)
            .checked_sub(1)?;
        (at < self.rows.len()).then(|| (at, line - self.sums[at].0))
    }

    /// What is shown of each block.
    pub(super) fn blocks(&self) -> impl ExactSizeIterator<Item = &Bits> {
        self.rows.iter().map(|row| self.shown(row))
    }

    fn shown<'a>(&self, row: &'a Row) -> &'a Bits {
        if self.sieve.context == 0 {
            &row.hits
        } else {
            &row.wide
        }
    }

    /// Makes the rows those of the store's blocks. Returns the rows to look at, for they are new behind rows looked at or
    /// stand for rows that were; then those whose neighbours are others than before.
    fn line_up(&mut self, store: &LogStore) -> (Vec<usize>, Vec<usize>) {
        let fresh = |at: usize| {
            store.block(at).map(|block| Row {
                id: block.id(),
                lines: 0,
                scanned: None,
                hits: Bits::default(),
                separators: Bits::default(),
                wide: Bits::default(),
            })
        };
        let blocks = store.blocks().len();
        let mut changed = Vec::new();
        if let Some(first) = store.block(0)
            && let Some(gone) = self.rows.iter().position(|row| row.id == first.id())
        {
            self.rows.drain(..gone);
            changed.extend((gone > 0).then_some(0));
        }
        let same = |(row, block): &(&Row, &super::Block)| row.id == block.id();
        let front = self
            .rows
            .iter()
            .zip(store.blocks())
            .take_while(same)
            .count();
        let most = self.rows.len().min(blocks) - front;
        let back = self.rows.iter().rev().zip(store.blocks().rev());
        let back = back.take(most).take_while(same).count();
        let mut touched = Vec::new();
        if front + back < self.rows.len().max(blocks) {
            let tail = self.rows.split_off(self.rows.len() - back);
            let old: Vec<Row> = self.rows.drain(front..).collect();
            // New ones in the place of none are looked at when they come behind what was.
            let behind = old.is_empty() && front > 0 && back == 0;
            let known = if behind {
                self.rows[front - 1].scanned.is_some()
            } else {
                !old.is_empty() && old.iter().all(|row| row.scanned.is_some())
            };
            let mut old: HashMap<BlockId, Row> = old.into_iter().map(|row| (row.id, row)).collect();
            for at in front..blocks - back {
                let kept = store.block(at).and_then(|block| old.remove(&block.id()));
                if kept.is_none() && known {
                    touched.push(at);
                }
                self.rows.extend(kept.or_else(|| fresh(at)));
            }
            self.rows.extend(tail);
            changed.extend(front..(blocks - back + 1).min(blocks));
        }
        for (row, block) in self.rows.iter_mut().zip(store.blocks()) {
            if row.lines != block.lines() {
                row.lines = block.lines();
                row.hits.resize(row.lines);
            }
        }
        (touched, changed)
    }

    fn scan(&mut self, store: &LogStore, at: usize) {
        let (Some(row), Some(block)) = (self.rows.get(at), store.block(at)) else {
            return;
        };
        let found = scan(block, &self.sieve, row.scanned.unwrap_or(0).min(row.lines));
        self.take(at, &found);
    }

    fn take(&mut self, at: usize, found: &Found) {
        if let Some(row) = self.rows.get_mut(at) {
            row.hits.replace_from(found.from, &found.bits);
            row.separators.replace_from(found.from, &found.separators);
            row.scanned = Some(row.hits.len());
            row.hits.resize(row.lines);
        }
    }

    /// Rows from the one with this line outward.
    fn outward(&self, line: usize) -> impl Iterator<Item = usize> + use<> {
        let rows = self.rows.len();
        let middle = self
            .row_of(line)
            .map_or(rows.saturating_sub(1), |(at, _)| at);
        let up = (0..middle).rev();
        let down = middle..rows;
        let both = up.clone().map(Some).chain(std::iter::repeat(None));
        let down = down.map(Some).chain(std::iter::repeat(None));
        down.zip(both)
            .take(rows)
            .flat_map(|(down, up)| [down, up])
            .flatten()
    }

    /// Counts anew after rows have changed.
    fn settle(&mut self, touched: &[usize]) {
        if self.sieve.context > 0 {
            context::widen(&mut self.rows, self.sieve.context, touched);
        }
        let mut sums = std::mem::take(&mut self.sums);
        sums.clear();
        let (mut lines, mut shown) = (0, 0);
        self.scanned = 0;
        for row in &self.rows {
            sums.push((lines, shown));
            lines += row.lines;
            shown += self.shown(row).count();
            self.scanned += row.scanned.unwrap_or(0);
        }
        sums.push((lines, shown));
        self.sums = sums;
    }
}
