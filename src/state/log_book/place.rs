//! Where the reader is in a log view, what is marked and selected there, and the ways to go. Knows no screen.
use chrono::{DateTime, Utc};

use super::{Filters, LogBook, Past};
use crate::log_store::LineView;
use crate::text::Level;

/// The first line on screen, by its id; the index is where it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Anchor {
    id: Option<u64>,
    index: usize,
    /// Rows of it that are above the screen.
    row: usize,
}

/// What the reader comes back to with Esc.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    anchor: Anchor,
    follow: bool,
    filters: Filters,
}

/// A line to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogMark {
    pub at: DateTime<Utc>,
    pub id: u64,
}

/// Lines selected, from the one it began with to the one under the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    pub from: u64,
    pub to: u64,
}

impl LogBook {
    /// Index of the first line on screen, whether it is shown or not.
    pub fn top(&self) -> usize {
        let Some(id) = self.anchor.id else {
            return 0;
        };
        let same = |line: &LineView| line.id() == id;
        if self.line(self.anchor.index).is_some_and(|l| same(&l)) {
            return self.anchor.index;
        }
        // A line that was dropped was among the oldest.
        self.store.index_of(id).unwrap_or(0)
    }

    /// The reader went to the start of what is held.
    pub fn went_up(&mut self) {
        self.top_then = self.anchor.id;
    }

    /// The reader went to the start of what was held then, and has not moved since.
    pub fn is_where_it_went_up(&self) -> bool {
        !self.follow && self.top_then.is_some() && self.top_then == self.anchor.id
    }

    /// Rows of the first line that are above the screen.
    pub fn top_row(&self) -> usize {
        self.anchor.row
    }

    /// Puts a line at the top of the screen, without its first rows.
    pub fn set_top(&mut self, index: usize, row: usize) {
        let index = index.min(self.len().saturating_sub(1));
        self.anchor = Anchor {
            id: self.line(index).map(|line| line.id()),
            index,
            row,
        };
    }

    /// Stays with the newest line. Where it was let go for older ones, all is read anew.
    pub fn go_to_end(&mut self) {
        if self.apart {
            self.apart = false;
            self.store.clear();
            self.dropped = Some(0);
            for source in &mut self.sources {
                source.reset();
            }
            self.past = Past::Open;
            self.told = false;
            self.keep_up();
            self.settle_anchor();
        }
        self.follow = true;
        self.unread = 0;
    }

    /// Remembers place and filters, to come back to when what is begun now is given up.
    pub fn hold(&mut self) {
        self.held = Some(Hold {
            anchor: self.anchor,
            follow: self.follow,
            filters: self.filters.clone(),
        });
    }

    /// Goes back to the place that was remembered.
    pub fn return_to_hold(&mut self) {
        if let Some(hold) = &self.held {
            (self.anchor, self.follow) = (hold.anchor, hold.follow);
            self.settle_anchor();
        }
    }

    /// The filters that were remembered; those of now where there are none.
    pub fn held_filters(&self) -> Filters {
        let held = self.held.as_ref().map(|hold| &hold.filters);
        held.unwrap_or(&self.filters).clone()
    }

    pub fn drop_hold(&mut self) {
        self.held = None;
    }

    pub(super) fn settle_anchor(&mut self) {
        let top = self.top();
        if self.line(top).map(|line| line.id()) == self.anchor.id {
            self.anchor.index = top;
        } else {
            self.set_top(top, 0);
        }
    }

    /// The first shown line of this time or later; the last one when all are earlier.
    pub fn at_time(&self, at: DateTime<Utc>) -> Option<usize> {
        let index = self.store.index_at_time(at).unwrap_or(self.len());
        self.next_shown(index)
            .or_else(|| self.previous_shown(self.len()))
    }

    /// Earliest and latest time of the lines held.
    pub fn times(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.store.times()
    }

    /// The line that was gone to last.
    pub fn visited(&self) -> Option<usize> {
        self.store.index_of(self.visited?)
    }

    /// Takes note that a line was gone to.
    pub fn visit(&mut self, index: usize) {
        self.visited = self.line(index).map(|line| line.id());
    }

    /// Whether this line was gone to last.
    pub fn is_visited(&self, id: u64) -> bool {
        self.visited == Some(id)
    }

    /// Marks a line, or takes its mark away. Returns whether it is marked now.
    pub fn toggle_mark(&mut self, index: usize) -> bool {
        let Some(line) = self.line(index) else {
            return false;
        };
        let id = line.id();
        if let Some(known) = self.marks.iter().position(|mark| mark.id == id) {
            self.marks.remove(known);
            return false;
        }
        let at = line.at().unwrap_or_default();
        let place = self.marks.partition_point(|mark| mark.at <= at);
        self.marks.insert(place, LogMark { at, id });
        true
    }

    pub fn is_marked(&self, id: u64) -> bool {
        self.marks.iter().any(|mark| mark.id == id)
    }

    pub fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The next mark behind a line, around the end.
    pub fn next_mark(&self, index: usize) -> Option<usize> {
        let held = |mark: &LogMark| self.store.index_of(mark.id);
        let mut all: Vec<usize> = self.marks.iter().filter_map(held).collect();
        all.sort_unstable();
        let next = all.iter().find(|at| **at > index);
        next.or_else(|| all.first()).copied()
    }

    /// The line that begins the next run of a container, or the one before.
    pub fn run(&self, index: usize, forward: bool) -> Option<usize> {
        let held = |mark: &LogMark| self.store.index_of(mark.id);
        if forward {
            self.runs.iter().filter_map(held).find(|at| *at > index)
        } else {
            let mut before = self.runs.iter().rev().filter_map(held);
            before.find(|at| *at < index)
        }
    }

    /// The next error behind a line, or the last one before it, among the lines shown.
    pub fn error(&mut self, index: usize, forward: bool) -> Option<usize> {
        self.errors();
        let lowest = Level::Error.number();
        let mut at = index;
        loop {
            self.know_errors(at, forward);
            let errors = self.errors.as_ref()?;
            at = if forward {
                errors.next(at + 1)?
            } else {
                errors.previous(at)?
            };
            let line = self.line(at)?;
            let heads = !line.continues() && line.level() >= lowest;
            if heads && self.sift.is_shown(at) {
                return Some(at);
            }
        }
    }

    /// Looks for errors from a line on until one is found, so that none is passed over.
    fn know_errors(&mut self, from: usize, forward: bool) {
        while let Some(errors) = &mut self.errors {
            let found = if forward {
                errors.next(from + 1).unwrap_or(self.store.len())
            } else {
                errors.previous(from).map_or(0, |at| at + 1)
            };
            let between = if forward { from..found } else { found..from };
            let unknown = errors.unknown(between, forward);
            let Some(line) = unknown else { return };
            errors.work(&self.store, line, 1);
        }
    }

    /// Begins to select at a line.
    pub fn select(&mut self, index: usize) {
        self.selection = self.line(index).map(|line| Selection {
            from: line.id(),
            to: line.id(),
        });
    }

    /// Index of the line under the selection's cursor.
    pub fn cursor(&self) -> Option<usize> {
        self.store.index_of(self.selection?.to)
    }

    /// Moves the selection's cursor to a line.
    pub fn select_to(&mut self, index: usize) {
        let id = self.line(index).map(|line| line.id());
        if let (Some(selection), Some(id)) = (&mut self.selection, id) {
            selection.to = id;
        }
    }

    /// Indexes of the first and the last line selected.
    pub fn selected(&self) -> Option<(usize, usize)> {
        let selection = self.selection?;
        let to = self.store.index_of(selection.to)?;
        // Where the beginning was dropped, the selection begins with the oldest line.
        let from = self.store.index_of(selection.from).unwrap_or(0);
        Some((from.min(to), from.max(to)))
    }
}
