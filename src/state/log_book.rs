//! One log view: its sources, their lines in order of time, what of them is shown, the search, the reader's place.
//!
//! The lines lie in a [`LogStore`]; a [`Sift`] says which are shown. A line is an index (0 is the oldest held), which
//! moves when older lines come or go, or an id, which stays. After each change of the lines the sifts are brought up to
//! date here; what they have not looked at yet is [`LogBook::work`].
//! Must not know: the screen's size, styles, where lines come from.
mod filters;
mod intake;
mod look;
mod place;
mod rate;
mod search;
mod source;
mod target;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

pub use filters::{Chip, Filters};
pub use look::{Fold, LogLook, Stamps};
use place::{Anchor, Hold};
pub use place::{LogMark, Selection};
pub use search::{Goal, LogSearch, Sought};
pub use source::LogSource;
pub use target::LogTarget;

use crate::effect::LogQuery;
use crate::log_store::{Limits, LineView, LogStore, Progress, Sieve, Sift};
use crate::model::Key;
use rate::Rate;

/// Bytes of lines looked at when a filter or a search changes, before the next frame: about a millisecond.
const AT_ONCE: usize = 1 << 20;

/// Where lines older than those held stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Past {
    /// There may be some.
    #[default]
    Open,
    /// A page of them was asked for.
    Asked,
    /// There are none: the log begins with what is held.
    Beginning,
    /// There is no room for more.
    Full,
    /// The last page could not be had.
    Failed,
}

/// One log view.
#[derive(Debug, Clone)]
pub struct LogBook {
    pub target: LogTarget,
    pub sources: Vec<LogSource>,
    pub look: LogLook,
    /// The newest line stays on screen.
    pub follow: bool,
    /// Lines of the past to begin with.
    pub tail: u32,
    /// The newest lines were let go for older ones, and none is read until the reader goes back to the end.
    pub apart: bool,
    /// Shown lines that came since the reader left the end.
    pub unread: u64,
    /// The reader went up against the oldest line held.
    pub wants_older: bool,
    pub past: Past,
    /// What lines not held yet are fetched for.
    pub goal: Option<Goal>,
    /// Lines fetched for the goal.
    pub fetched: u64,
    pub selection: Option<Selection>,
    /// Lines written to a file so far, of all that are to be.
    pub saving: Option<(usize, usize)>,
    /// What happened before the view was opened is told in it.
    pub told: bool,
    store: LogStore,
    sift: Sift,
    filters: Filters,
    search: Option<LogSearch>,
    /// Errors, once they were asked for.
    errors: Option<Sift>,
    anchor: Anchor,
    held: Option<Hold>,
    /// The line that was gone to last, by its id.
    visited: Option<u64>,
    /// The line at the top of the screen when the reader went to the start of what was held.
    top_then: Option<u64>,
    marks: Vec<LogMark>,
    runs: Vec<LogMark>,
    rate: Rate,
    /// Lines dropped for the budget when it was last looked what the oldest are; `None`: that must be looked at anew.
    dropped: Option<u64>,
}

impl LogBook {
    /// Memory of the lines held, in bytes.
    pub fn bytes_held(&self) -> usize {
        self.store().bytes_held()
    }

    /// `budget`: bytes of memory for lines.
    pub fn new(target: LogTarget, tail: u32, budget: usize, look: LogLook) -> Self {
        Self {
            target,
            sources: Vec::new(),
            look,
            follow: true,
            apart: false,
            tail,
            unread: 0,
            wants_older: false,
            past: Past::Open,
            goal: None,
            fetched: 0,
            selection: None,
            saving: None,
            told: false,
            store: LogStore::new(Limits::of(budget)),
            sift: Sift::new(Filters::default().sieve(BTreeSet::new())),
            filters: Filters::default(),
            search: None,
            errors: None,
            anchor: Anchor::default(),
            held: None,
            visited: None,
            top_then: None,
            marks: Vec::new(),
            runs: Vec::new(),
            rate: Rate::default(),
            dropped: Some(0),
        }
    }

    pub fn query(&self, key: &Key) -> LogQuery {
        LogQuery {
            key: key.clone(),
            tail: self.tail,
            since: None,
        }
    }

    /// Lines held.
    pub fn len(&self) -> usize {
        self.store.len()
    }

    pub fn is_empty(&self) -> bool {
        self.store.is_empty()
    }

    /// Lines shown, as far as is known.
    pub fn shown(&self) -> usize {
        self.sift.count()
    }

    /// How far the filter is.
    pub fn progress(&self) -> Progress {
        self.sift.progress()
    }

    /// The lines, for saving: a clone shares them.
    pub fn store(&self) -> &LogStore {
        &self.store
    }

    /// What is shown of them, for saving.
    pub fn sift(&self) -> &Sift {
        &self.sift
    }

    pub fn line(&self, index: usize) -> Option<LineView> {
        self.store.line(index)
    }

    pub fn index_of(&self, id: u64) -> Option<usize> {
        self.store.index_of(id)
    }

    /// The first line shown at `index` or behind.
    pub fn next_shown(&self, index: usize) -> Option<usize> {
        self.sift.next(index)
    }

    /// The last line shown before `index`.
    pub fn previous_shown(&self, index: usize) -> Option<usize> {
        self.sift.previous(index)
    }

    /// Lines shown before this one.
    pub fn rank(&self, index: usize) -> usize {
        self.sift.rank(index)
    }

    /// The line that is shown as number `rank`, from 0.
    pub fn shown_at(&self, rank: usize) -> Option<usize> {
        self.sift.line_of(rank)
    }

    /// Whether the line passes the filter by itself and is not only the context of one that does.
    pub fn is_context(&self, index: usize) -> bool {
        self.filters.context > 0 && !self.filters.is_open() && !self.sift.is_hit(index)
    }

    /// Whether lines are hidden right before this one, where hits are shown with the lines around them.
    pub fn begins_group(&self, index: usize) -> bool {
        let before = index.checked_sub(1);
        let groups = self.filters.context > 0 && !self.filters.is_open();
        groups && before.is_some_and(|before| !self.sift.is_shown(before))
    }

    pub fn filters(&self) -> &Filters {
        &self.filters
    }

    /// Lines in a second, of late.
    pub fn lines_a_second(&self, now: DateTime<Utc>) -> u64 {
        self.rate.lines(now)
    }

    /// Every source has given its past or cannot.
    pub fn caught_up(&self) -> bool {
        !self.sources.is_empty()
            && self
                .sources
                .iter()
                .all(|s| s.caught_up || s.ended || s.failure.is_some())
    }

    /// Changes what is shown. The reader's place stays, as near as there is a line.
    pub fn filter(&mut self, change: impl FnOnce(&mut Filters)) {
        change(&mut self.filters);
        self.resift();
    }

    /// Shows or hides the lines of the sources of this name.
    pub fn mute(&mut self, name: &str, muted: bool) {
        for source in self.sources.iter_mut().filter(|s| s.name == name) {
            source.muted = muted;
        }
        self.resift();
    }

    fn resift(&mut self) {
        let muted = self.sources.iter().enumerate();
        let muted = muted.filter(|(_, source)| source.muted);
        let muted = muted.map(|(n, _)| n as u16).collect();
        self.sift = Sift::new(self.filters.sieve(muted));
        self.unread = 0;
        self.keep_up();
        let around = self.around();
        self.sift.work(&self.store, around, AT_ONCE);
    }

    /// Brings the sifts up to date with the lines.
    fn keep_up(&mut self) {
        self.sift.follow(&self.store);
        if self.sift.sieve().is_open() && !self.sift.progress().is_done() {
            self.sift.work(&self.store, 0, usize::MAX);
        }
        if let Some(search) = &mut self.search {
            search.hits.follow(&self.store);
        }
        if let Some(errors) = &mut self.errors {
            errors.follow(&self.store);
        }
    }

    /// The line work begins at: what is on screen.
    fn around(&self) -> usize {
        if self.follow {
            self.len().saturating_sub(1)
        } else {
            self.top()
        }
    }

    /// Whether lines wait to be looked at by the filter or the search.
    pub fn has_work(&self) -> bool {
        !self.sift.progress().is_done()
            || self
                .search
                .as_ref()
                .is_some_and(|search| !search.hits.sift().progress().is_done())
            || self
                .errors
                .as_ref()
                .is_some_and(|errors| !errors.progress().is_done())
    }

    /// Looks at about so many bytes of lines that wait, the nearest to the reader first.
    pub fn work(&mut self, bytes: usize) {
        let around = self.around();
        if !self.sift.work(&self.store, around, 0).is_done() {
            self.sift.work(&self.store, around, bytes);
        } else if let Some(search) = &mut self.search
            && !search.hits.sift().progress().is_done()
        {
            search.hits.work(&self.store, around, bytes);
        } else if let Some(errors) = &mut self.errors {
            errors.work(&self.store, around, bytes);
        }
    }

    fn errors(&mut self) -> &Sift {
        let around = self.around();
        let errors = self.errors.get_or_insert_with(|| {
            Sift::new(Sieve {
                lowest: crate::text::Level::Error.number(),
                ..Sieve::default()
            })
        });
        errors.follow(&self.store);
        errors.work(&self.store, around, AT_ONCE);
        errors
    }
}
