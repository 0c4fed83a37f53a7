//! Where a pattern is found: all lines with a hit, the next and the one before, and the number of each. The work is a
//! [`Sift`]'s. Knows no screen; the places within a line are [`Matcher::places`].
use super::{LogStore, Matcher, Progress, Sieve, Sift};

/// A search. As with a [`Sift`], [`Search::follow`] comes after each change of the store.
///
/// `within` is a sift of the same store that was kept up as well: then hits that it does not show do not count.
#[derive(Debug, Clone)]
pub struct Search {
    matcher: Matcher,
    sift: Sift,
}

fn sieve(matcher: &Matcher) -> Sieve {
    Sieve {
        keep: vec![matcher.clone()],
        ..Sieve::default()
    }
}

impl Search {
    pub fn new(matcher: Matcher) -> Self {
        Self {
            sift: Sift::new(sieve(&matcher)),
            matcher,
        }
    }

    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Looks for something else. When it is a word that holds the last one, blocks without a hit stay known.
    pub fn change(&mut self, matcher: Matcher) {
        let narrower = matcher.narrows(&self.matcher);
        self.sift.set_sieve(sieve(&matcher), narrower);
        self.matcher = matcher;
    }

    pub fn follow(&mut self, store: &LogStore) {
        self.sift.follow(store);
    }

    /// As [`Sift::work`].
    pub fn work(&mut self, store: &LogStore, around: usize, bytes: usize) -> Progress {
        self.sift.work(store, around, bytes)
    }

    /// The lines with hits as a sift, for its questions.
    pub fn sift(&self) -> &Sift {
        &self.sift
    }

    /// The same, to give its work to others.
    pub fn sift_mut(&mut self) -> &mut Sift {
        &mut self.sift
    }

    pub fn is_hit(&self, line: usize) -> bool {
        self.sift.is_shown(line)
    }

    /// Lines with hits, as far as is known.
    pub fn count(&self, within: Option<&Sift>) -> usize {
        let Some(within) = within else {
            return self.sift.count();
        };
        let pairs = self.sift.blocks().zip(within.blocks());
        pairs.map(|(hits, shown)| hits.count_both(shown)).sum()
    }

    /// The number of a line with a hit among all, from 1: the 3 of `3/57`. `None` when it has none.
    pub fn number(&self, line: usize, within: Option<&Sift>) -> Option<usize> {
        let shown = within.is_none_or(|within| within.is_shown(line));
        if !shown || !self.is_hit(line) {
            return None;
        }
        let Some(within) = within else {
            return Some(self.sift.rank(line) + 1);
        };
        let (row, slot) = self.sift.row_of(line)?;
        let pairs = self.sift.blocks().zip(within.blocks());
        let mut before = 0;
        for (n, (hits, shown)) in pairs.take(row + 1).enumerate() {
            before += if n < row {
                hits.count_both(shown)
            } else {
                hits.ones()
                    .take_while(|one| *one < slot)
                    .filter(|one| shown.get(*one))
                    .count()
            };
        }
        Some(before + 1)
    }

    /// The first line with a hit at `line` or behind; `None` when there is none, as far as is known.
    pub fn next(&self, line: usize, within: Option<&Sift>) -> Option<usize> {
        let mut line = self.sift.next(line)?;
        while let Some(within) = within {
            let shown = within.next(line)?;
            line = self.sift.next(shown)?;
            if line == shown {
                break;
            }
        }
        Some(line)
    }

    /// The last line with a hit before `line`.
    pub fn previous(&self, line: usize, within: Option<&Sift>) -> Option<usize> {
        let mut line = self.sift.previous(line)?;
        while let Some(within) = within {
            let shown = within.previous(line + 1)?;
            line = self.sift.previous(shown + 1)?;
            if line == shown {
                break;
            }
        }
        Some(line)
    }
}
