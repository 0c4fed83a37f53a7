//! The lines of one reading that are older than what is held: bounded, and where they may be cut. Knows records only.
use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::effect::LogPage;
use crate::model::{LogRecord, LogStream};

/// Lines asked for beyond those wanted: the first ones may be torn, and the cut is made where no two streams overlap.
pub(super) const SLACK: usize = 64;
/// Bytes of one page at most; fewer lines come then.
const BYTES: usize = 32 << 20;

/// How a reading finds what is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By time: the engine ends a little after the oldest line held.
    Until,
    /// By place: to the newest line. For a clock that was set back, where time says nothing of place.
    Walk,
}

/// Tells whether a larger tail brought more: the first line, and the number of older ones.
type Mark = (Option<LogRecord>, u64);

#[derive(Debug)]
pub(super) struct Page {
    way: Way,
    before: DateTime<Utc>,
    at_before: u64,
    newer: u64,
    keep: usize,
    first: Option<LogRecord>,
    /// Older lines, and until [`Page::settle`] those at `before`.
    lines: VecDeque<LogRecord>,
    bytes: usize,
    /// Lines that there was no room for.
    passed: u64,
    /// Lines at `before`.
    equal: u64,
    /// Lines since the last one at `before`, and as many of them as may still turn out to be older.
    after: u64,
    pending: VecDeque<LogRecord>,
    /// Stamp of the newest line; one without a stamp goes with it.
    last: Option<DateTime<Utc>>,
}

impl Page {
    pub(super) fn new(wanted: &LogPage, way: Way) -> Self {
        Self {
            // Without a line that is held there is no place, only a time.
            way: if wanted.at_before == 0 {
                Way::Until
            } else {
                way
            },
            before: wanted.before,
            at_before: u64::from(wanted.at_before),
            newer: wanted.newer,
            keep: wanted.lines as usize + 2 * SLACK + wanted.at_before as usize,
            first: None,
            lines: VecDeque::new(),
            bytes: 0,
            passed: 0,
            equal: 0,
            after: 0,
            pending: VecDeque::new(),
            last: None,
        }
    }

    /// Takes the next line of the log.
    pub(super) fn take(&mut self, record: LogRecord) {
        if self.first.is_none() {
            self.first = Some(record.clone());
        }
        self.last = record.at.or(self.last);
        let at = self.last;
        if at == Some(self.before) {
            while let Some(earlier) = self.pending.pop_front() {
                self.push(earlier);
            }
            self.equal += 1;
            self.after = 0;
            self.push(record);
        } else if self.way == Way::Walk && self.equal > 0 {
            self.after += 1;
            if self.pending.len() < self.keep {
                self.pending.push_back(record);
            }
        } else if self.way == Way::Walk || at < Some(self.before) {
            self.push(record);
        }
    }

    fn push(&mut self, record: LogRecord) {
        self.bytes += record.bytes.len();
        self.lines.push_back(record);
        while self.lines.len() > self.keep || self.bytes > BYTES && self.lines.len() > 1 {
            if let Some(old) = self.lines.pop_front() {
                self.bytes -= old.bytes.len();
                self.passed += 1;
            }
        }
    }

    /// The reading is over: what is held is taken off.
    pub(super) fn settle(&mut self) {
        self.pending.clear();
        let held = self.equal.min(self.at_before);
        let equal = self.lines.iter().enumerate().rev();
        let equal = equal.filter(|(_, record)| record.at == Some(self.before));
        let places: Vec<usize> = equal.map(|(n, _)| n).take(held as usize).collect();
        match (self.way, places.last()) {
            (Way::Until, _) => {
                for place in places {
                    self.lines.remove(place);
                }
            }
            // What is held is not to be seen: nothing can be said of the others' place.
            (Way::Walk, None) => self.lines.clear(),
            (Way::Walk, Some(first)) => {
                let found = self.after + (self.lines.len() - first) as u64;
                self.lines.truncate(*first);
                // Lines that are held, too, though the log has them further up.
                for _ in found..self.newer {
                    if self.lines.back().is_none_or(|r| r.at < Some(self.before)) {
                        break;
                    }
                    self.lines.pop_back();
                }
            }
        }
    }

    /// The lines that are held came, too: the tail reached over them.
    pub(super) fn met(&self) -> bool {
        if self.at_before == 0 {
            self.first.is_some()
        } else {
            self.equal >= self.at_before
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn mark(&self) -> Mark {
        (self.first.clone(), self.passed + self.lines.len() as u64)
    }

    /// At least half of the lines wanted, or no room for more.
    pub(super) fn is_enough(&self, wanted: u32) -> bool {
        let usable = self.lines.len() - self.clean();
        usable > 0 && (self.passed > 0 || usable >= (wanted / 2) as usize)
    }

    /// All lines: the log begins with the first.
    pub(super) fn all(self) -> Vec<LogRecord> {
        self.lines.into()
    }

    /// The lines from the first place on where the page can be cut.
    pub(super) fn cut(mut self) -> Vec<LogRecord> {
        let clean = self.clean();
        self.lines.drain(..clean);
        self.lines.into()
    }

    /// How many lines to leave to the next page: those that may have lost their beginning, and more until no line left
    /// out is later than one given.
    fn clean(&self) -> usize {
        let begin = if self.passed > 0 { 0 } else { self.torn() };
        let mut least = vec![None; self.lines.len()];
        let mut so_far = DateTime::<Utc>::MAX_UTC;
        for (slot, record) in least.iter_mut().zip(&self.lines).rev() {
            so_far = record.at.map_or(so_far, |at| so_far.min(at));
            *slot = Some(so_far);
        }
        let mut most = self.lines.iter().take(begin).filter_map(|r| r.at).max();
        let end = (begin + SLACK).min(self.lines.len() / 2);
        for cut in begin..=end {
            if most <= least.get(cut).copied().flatten() {
                return cut;
            }
            most = most.max(self.lines.get(cut).and_then(|r| r.at));
        }
        begin
    }

    /// The lines up to the last one that may have begun before the reading did: the first of each stream.
    fn torn(&self) -> usize {
        let head = || self.lines.iter().take(SLACK);
        [LogStream::Stdout, LogStream::Stderr, LogStream::Tty]
            .into_iter()
            .filter_map(|stream| head().position(|record| record.stream == stream))
            .max()
            .map_or(0, |last| last + 1)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
