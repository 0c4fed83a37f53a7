//! Which lines of a log view are shown, as the user asked for it: chips, lowest level, streams, context. Knows no line.
use std::collections::BTreeSet;

use crate::log_store::{Matcher, Sieve, Streams};
use crate::text::Level;

/// One pattern that lines must have, or must not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    pub keep: bool,
    pub matcher: Matcher,
}

/// All that was asked for, but muted sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    pub chips: Vec<Chip>,
    /// The lowest level shown; `None`: lines of no level too.
    pub lowest: Option<Level>,
    pub streams: Streams,
    /// Lines shown before and after each that passes.
    pub context: usize,
}

/// The steps of the context key.
const CONTEXTS: [usize; 4] = [0, 2, 5, 20];

impl Filters {
    /// Shows everything.
    pub fn is_open(&self) -> bool {
        self.chips.is_empty() && self.lowest.is_none() && self.streams == Streams::Both
    }

    pub fn next_context(&mut self) {
        let now = CONTEXTS.iter().position(|n| *n == self.context);
        let next = (now.unwrap_or(0) + 1) % CONTEXTS.len();
        self.context = CONTEXTS[next];
    }

    /// All, then info and graver, warnings, errors, and with debug last.
    pub fn next_lowest(&mut self) {
        self.lowest = match self.lowest {
            None => Some(Level::Info),
            Some(Level::Info) => Some(Level::Warn),
            Some(Level::Warn) => Some(Level::Error),
            Some(Level::Error) => Some(Level::Debug),
            Some(_) => None,
        };
    }

    pub fn next_streams(&mut self) {
        self.streams = match self.streams {
            Streams::Both => Streams::Stdout,
            Streams::Stdout => Streams::Stderr,
            Streams::Stderr => Streams::Both,
        };
    }

    pub(super) fn sieve(&self, muted: BTreeSet<u16>) -> Sieve {
        let matchers = |keep: bool| {
            let of = self.chips.iter().filter(move |chip| chip.keep == keep);
            of.map(|chip| chip.matcher.clone()).collect()
        };
        Sieve {
            keep: matchers(true),
            drop: matchers(false),
            lowest: Level::pack(self.lowest),
            streams: self.streams,
            muted,
            context: if self.is_open() { 0 } else { self.context },
            whole_groups: true,
            keep_separators: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_go_round() {
        let mut filters = Filters::default();
        for _ in 0..CONTEXTS.len() {
            filters.next_context();
        }
        let mut seen = Vec::new();
        while !seen.contains(&filters.lowest) {
            seen.push(filters.lowest);
            filters.next_lowest();
        }
        assert_eq!(seen.len(), 5);
        for _ in 0..3 {
            filters.next_streams();
        }
        assert_eq!(filters, Filters::default());
    }
}
