//! What of a log was given already: resuming repeats the newest stamp's lines, and engine 20.10 repeats lines across a
//! rotation of the file. Knows records only.
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};

use crate::model::{LogRecord, LogStream};

/// Lines remembered to tell a repeated one.
const REMEMBERED: usize = 20_000;

/// What was given already.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Stamp of the newest line, and the lines that had it.
    pub(super) last: Option<DateTime<Utc>>,
    at_last: Vec<u64>,
    /// Stamp of the first line ever. The log may have older lines of the same stamp: podman's are whole seconds.
    first: Option<DateTime<Utc>>,
    /// Lines at `last` still to be passed over after resuming.
    skip: Skip,
    ring: VecDeque<u64>,
    set: HashSet<u64>,
}

/// What of the newest stamp is passed over after resuming.
#[derive(Debug)]
enum Skip {
    /// So many lines: all of that stamp had been given.
    Count(usize),
    /// All until those given came, one after the other: lines of that stamp before them were never asked for. Holds the
    /// newest ones passed over.
    Until(VecDeque<u64>),
}

impl Default for Skip {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Skip {
    /// Whether this line at the newest stamp was given before.
    fn passes(&mut self, print: u64, given: &[u64]) -> bool {
        match self {
            Self::Count(0) => false,
            Self::Count(left) => {
                *left -= 1;
                true
            }
            Self::Until(passed) => {
                passed.push_back(print);
                if passed.len() > given.len() {
                    passed.pop_front();
                }
                if passed.iter().eq(given) {
                    *self = Self::Count(0);
                }
                true
            }
        }
    }
}

fn fingerprint(record: &LogRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    let stream = match record.stream {
        LogStream::Stdout => 0u8,
        LogStream::Stderr => 1,
        LogStream::Tty => 2,
    };
    (stream, record.at, &record.bytes).hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    /// A new reading begins, with the lines of the last stamp once more.
    pub(super) fn resume(&mut self) {
        self.skip = if self.last == self.first && self.last.is_some() {
            Skip::Until(VecDeque::new())
        } else {
            Skip::Count(self.at_last.len())
        };
    }

    pub(super) fn take(&mut self, records: Vec<LogRecord>, out: &mut Vec<LogRecord>) {
        out.extend(records.into_iter().filter(|record| self.is_new(record)));
    }

    fn is_new(&mut self, record: &LogRecord) -> bool {
        let Some(at) = record.at else { return true };
        let print = fingerprint(record);
        if Some(at) == self.last && self.skip.passes(print, &self.at_last) {
            return false;
        }
        // Older than what was given, and given before: the engine repeats itself.
        if self.last.is_some_and(|last| at < last) && self.set.contains(&print) {
            return false;
        }
        if self.last.is_none_or(|last| at > last) {
            self.first.get_or_insert(at);
            self.last = Some(at);
            self.at_last.clear();
            self.at_last.push(print);
            self.skip = Skip::default();
        } else if self.last == Some(at) {
            self.at_last.push(print);
        }
        if self.set.insert(print) {
            self.ring.push_back(print);
        }
        if self.ring.len() > REMEMBERED
            && let Some(old) = self.ring.pop_front()
        {
            self.set.remove(&old);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(nanos: i64, text: &str) -> LogRecord {
        let at = Some(DateTime::from_timestamp_nanos(nanos));
        LogRecord {
            at,
            stream: LogStream::Stdout,
            bytes: text.into(),
            cut_from: None,
        }
    }

    fn take(seen: &mut Seen, records: Vec<LogRecord>) -> Vec<String> {
        let mut out = Vec::new();
        seen.take(records, &mut out);
        out.into_iter()
            .map(|r| String::from_utf8(r.bytes).unwrap())
            .collect()
    }

    #[test]
    fn a_resumed_reading_loses_and_repeats_nothing() {
        let mut seen = Seen::default();
        assert_eq!(
            take(
                &mut seen,
                vec![record(1, "a"), record(2, "b"), record(2, "b")]
            ),
            ["a", "b", "b"]
        );
        seen.resume();
        let again = vec![
            record(2, "b"),
            record(2, "b"),
            record(2, "b"),
            record(3, "c"),
        ];
        assert_eq!(
            take(&mut seen, again),
            ["b", "c"],
            "the third line of that nanosecond is new"
        );
    }

    /// Podman's stamps are whole seconds, and a tail may begin in the middle of one.
    #[test]
    fn a_tail_that_began_within_a_stamp_is_found_again() {
        let mut seen = Seen::default();
        take(&mut seen, vec![record(1, "c"), record(1, "d")]);
        for new in ["e", "f"] {
            seen.resume();
            let mut again: Vec<_> = ["a", "b", "c", "d"].map(|t| record(1, t)).into();
            if new == "f" {
                again.push(record(1, "e"));
            }
            again.push(record(1, new));
            assert_eq!(take(&mut seen, again), [new]);
        }
        seen.resume();
        let again = vec![record(1, "e"), record(2, "g")];
        assert_eq!(
            take(&mut seen, again),
            ["g"],
            "a shorter log does not stop it"
        );
    }

    #[test]
    fn lines_repeated_by_a_rotation_are_passed_over() {
        let mut seen = Seen::default();
        take(&mut seen, (1..100).map(|n| record(n, "x")).collect());
        assert_eq!(
            take(
                &mut seen,
                vec![record(50, "x"), record(51, "x"), record(100, "y")]
            ),
            ["y"]
        );
        assert_eq!(
            take(&mut seen, vec![record(60, "late but new")]),
            ["late but new"]
        );
    }
}
