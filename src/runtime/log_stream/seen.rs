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
    /// Stamp of the newest line, and how many lines had it.
    pub(super) last: Option<DateTime<Utc>>,
    at_last: usize,
    /// Lines at `last` still to be passed over after resuming.
    skip: usize,
    ring: VecDeque<u64>,
    set: HashSet<u64>,
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
        self.skip = self.at_last;
    }

    pub(super) fn take(&mut self, records: Vec<LogRecord>, out: &mut Vec<LogRecord>) {
        out.extend(records.into_iter().filter(|record| self.is_new(record)));
    }

    fn is_new(&mut self, record: &LogRecord) -> bool {
        let Some(at) = record.at else { return true };
        if Some(at) == self.last && self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let print = fingerprint(record);
        // Older than what was given, and given before: the engine repeats itself.
        if self.last.is_some_and(|last| at < last) && self.set.contains(&print) {
            return false;
        }
        if self.last.is_none_or(|last| at > last) {
            self.last = Some(at);
            self.at_last = 1;
            self.skip = 0;
        } else if self.last == Some(at) {
            self.at_last += 1;
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
