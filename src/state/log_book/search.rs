//! The search of a log view: where a pattern is found among the lines shown, and the reader's way from hit to hit.
use chrono::{DateTime, Utc};

use super::{AT_ONCE, LogBook};
use crate::log_store::{Matcher, Search};

/// Bytes of lines that one key looks through at once for the next hit; what is behind is looked at between frames.
const ONE_KEY: usize = 8 << 20;

/// A search under way.
#[derive(Debug, Clone)]
pub struct LogSearch {
    pub(super) hits: Search,
    /// The line with the hit the reader is on, by its id.
    pub current: Option<u64>,
    /// The next hit is still looked for; forward or backward.
    pending: Option<bool>,
}

impl LogSearch {
    pub fn typed(&self) -> &str {
        self.matcher().typed()
    }

    pub fn matcher(&self) -> &Matcher {
        self.hits.matcher()
    }
}

/// What lines not held yet are fetched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The next hit before the oldest line held.
    Hit,
    /// The first line of this time.
    Time(DateTime<Utc>),
    /// The first line of the log.
    Beginning,
}

/// What became of looking for a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// In this line.
    Found(usize),
    /// There is none in that direction.
    Nothing,
    /// There are too many lines to look at: [`LogBook::resume_seek`] goes on.
    Later,
}

impl LogBook {
    /// Searches for a pattern; smart case. An empty pattern ends the search.
    ///
    /// # Errors
    /// What is wrong with the pattern, in one line.
    pub fn search(&mut self, typed: &str) -> Result<(), String> {
        if typed.is_empty() {
            self.search = None;
            return Ok(());
        }
        let matcher = Matcher::regex(typed)?;
        let around = self.around();
        let search = match self.search.take() {
            Some(mut search) => {
                search.hits.change(matcher);
                LogSearch {
                    current: None,
                    pending: None,
                    ..search
                }
            }
            None => LogSearch {
                hits: Search::new(matcher),
                current: None,
                pending: None,
            },
        };
        let search = self.search.insert(search);
        search.hits.work(&self.store, around, AT_ONCE);
        Ok(())
    }

    pub fn searched(&self) -> Option<&LogSearch> {
        self.search.as_ref()
    }

    /// Whether the reader is on a hit of this line.
    pub fn is_current_hit(&self, id: u64) -> bool {
        self.search.as_ref().and_then(|search| search.current) == Some(id)
    }

    /// Goes to the next hit behind (or before) the present one, or behind the first line on screen (or before the last).
    pub fn seek(&mut self, forward: bool) -> Sought {
        let here = self.search.as_ref().and_then(|search| search.current);
        let here = here.and_then(|id| self.store.index_of(id));
        let from = match (here, forward) {
            (Some(here), true) => here + 1,
            (Some(here), false) => here,
            (None, true) => self.top(),
            (None, false) if self.follow => self.len(),
            (None, false) => self.top() + 1,
        };
        self.seek_from(from, forward)
    }

    /// Goes on looking where [`seek`](Self::seek) said [`Sought::Later`]. `None`: nothing was under way.
    pub fn resume_seek(&mut self) -> Option<Sought> {
        let forward = self.search.as_ref()?.pending?;
        Some(self.seek(forward))
    }

    /// The first hit of all, or the last.
    pub fn seek_around(&mut self, forward: bool) -> Sought {
        let from = if forward { 0 } else { self.len() };
        self.seek_from(from, forward)
    }

    fn seek_from(&mut self, from: usize, forward: bool) -> Sought {
        let Some(search) = &mut self.search else {
            return Sought::Nothing;
        };
        search.pending = None;
        let mut read = 0;
        loop {
            let within = Some(&self.sift);
            let found = if forward {
                search.hits.next(from, within)
            } else {
                search.hits.previous(from, within)
            };
            let between = if forward {
                from..found.unwrap_or(self.store.len())
            } else {
                found.map_or(0, |at| at + 1)..from
            };
            let Some(line) = search.hits.sift().unknown(between, forward) else {
                if let Some(at) = found {
                    search.current = self.store.line(at).map(|line| line.id());
                }
                return found.map_or(Sought::Nothing, Sought::Found);
            };
            if read >= ONE_KEY {
                search.pending = Some(forward);
                return Sought::Later;
            }
            // About a block.
            read += 64 << 10;
            search.hits.work(&self.store, line, 1);
        }
    }

    /// `3/57`: the number of the present hit and of all, and whether all lines have been looked at.
    pub fn hit_count(&self) -> Option<(usize, usize, bool)> {
        let search = self.search.as_ref()?;
        let within = Some(&self.sift);
        let here = search.current.and_then(|id| self.store.index_of(id));
        let number = here.and_then(|line| search.hits.number(line, within));
        let done = search.hits.sift().progress().is_done();
        Some((number.unwrap_or(0), search.hits.count(within), done))
    }
}
