//! What of a log was given already: resuming repeats the newest stamp's lines, and engine 20.10 repeats lines across a
//! rotation of the file. Knows records only.
use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasher;

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::{fast, quality};

use crate::model::{LogRecord, LogStream};

/// Lines asked for when resuming; `since` alone would make the engine read the whole file.
pub(super) const RESUME_TAIL: u32 = 100_000;
/// Lines remembered to tell a repeated one.
const REMEMBERED: usize = 20_000;
/// Two streams of one container may be written this much out of order: a line may come after later ones.
const DISORDER: TimeDelta = TimeDelta::milliseconds(50);
/// A line that is new and this much older than those before: the clock was set back.
const SET_BACK: TimeDelta = TimeDelta::seconds(5);

/// What was given already.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Stamp of the newest line, since the clock was last set back.
    last: Option<DateTime<Utc>>,
    /// The lines that had it, in order.
    border: VecDeque<u64>,
    /// Of these, the ones that a resumed reading has still to bring.
    due: VecDeque<u64>,
    /// Stamp of the first line of all.
    first: Option<DateTime<Utc>>,
    /// The clock was set back: what has later stamps may be old.
    set_back: bool,
    /// So many lines are old unless the border comes before: none is new in front of it.
    behind: u32,
    /// The engine repeats what it gave: it will come to the border again.
    repeats: bool,
    /// The newest lines, with their stamps in nanoseconds.
    ring: VecDeque<(i64, u64)>,
    set: HashSet<u64, fast::RandomState>,
    /// Lines written to have equal prints cannot be known beforehand.
    prints: quality::RandomState,
    /// The latest stamp of those that are remembered no more.
    forgotten: Option<DateTime<Utc>>,
}

fn fingerprint(state: &quality::RandomState, record: &LogRecord) -> u64 {
    let stream = match record.stream {
        LogStream::Stdout => 0u8,
        LogStream::Stderr => 1,
        LogStream::Tty => 2,
    };
    state.hash_one((stream, record.at, &record.bytes))
}

/// Not a whole second, which is all that podman tells.
fn is_precise(at: DateTime<Utc>) -> bool {
    at.timestamp_subsec_nanos() != 0
}

/// From a clock so fine that no two lines alike have one stamp; those of Windows tick in tenths of a microsecond.
fn tells_apart(at: DateTime<Utc>) -> bool {
    !at.timestamp_subsec_nanos().is_multiple_of(100)
}

impl Seen {
    /// Where to read on: a little before the newest line, since earlier ones may come after it, but not before the first
    /// that was given, nor before what is remembered. Inclusive.
    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        let last = self.last?;
        // Stamps in whole seconds are not precise enough to tell the order.
        if !is_precise(last) {
            return Some(last);
        }
        let before = last.checked_sub_signed(DISORDER);
        let known = self.forgotten.map(|at| at + TimeDelta::nanoseconds(1));
        before.max(self.first).max(known).min(Some(last))
    }

    /// A reading that begins with this line may have left out lines after those that were given.
    pub(super) fn leaves_gap(&self, first: Option<&LogRecord>) -> bool {
        !self.set_back && first.is_some_and(|record| record.at > self.last)
    }

    /// A new reading begins, with the newest lines once more.
    pub(super) fn resume(&mut self) {
        self.due.clone_from(&self.border);
        self.behind = if self.set_back { RESUME_TAIL } else { 0 };
    }

    pub(super) fn take(&mut self, records: Vec<LogRecord>, out: &mut Vec<LogRecord>) {
        out.extend(records.into_iter().filter(|record| self.is_new(record)));
    }

    fn is_new(&mut self, record: &LogRecord) -> bool {
        let Some(at) = record.at else { return true };
        let print = fingerprint(&self.prints, record);
        if Some(at) == self.last && !self.due.is_empty() {
            // In a whole second, one that is not due is older than those that were given.
            if is_precise(at) || self.due.front() == Some(&print) {
                self.due.pop_front();
            }
            if self.due.is_empty() {
                self.behind = 0;
            }
            return false;
        }
        if self.behind > 0 {
            self.behind -= 1;
            return false;
        }
        // Given before: the engine repeats itself. Lines of one moment may be alike.
        let newest = Some(at) == self.last;
        if (!newest || tells_apart(at)) && self.set.contains(&print) {
            if !newest && !self.repeats {
                self.due.clone_from(&self.border);
                self.repeats = true;
            }
            return false;
        }
        self.repeats = false;
        let set_back = self.last.is_some_and(|last| last - at > SET_BACK);
        self.set_back |= set_back;
        if set_back || self.last.is_none_or(|last| at > last) {
            self.last = Some(at);
            self.border.clear();
            self.due.clear();
        }
        if set_back {
            self.forgotten = None;
        }
        if Some(at) == self.last {
            self.border.push_back(print);
            if self.border.len() > REMEMBERED {
                self.border.pop_front();
            }
        }
        self.first = self.first.or(Some(at));
        self.remember(at, print);
        true
    }

    fn remember(&mut self, at: DateTime<Utc>, print: u64) {
        if self.set.insert(print) {
            let nanos = at.timestamp_nanos_opt().unwrap_or(i64::MAX);
            self.ring.push_back((nanos, print));
        }
        if self.ring.len() > REMEMBERED
            && let Some((nanos, old)) = self.ring.pop_front()
        {
            self.set.remove(&old);
            let gone = DateTime::from_timestamp_nanos(nanos);
            // What was before the clock was set back says nothing.
            self.forgotten = self
                .forgotten
                .max(Some(gone))
                .filter(|at| Some(*at) <= self.last);
        }
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
                vec![record(100, "a"), record(200, "b"), record(200, "b")]
            ),
            ["a", "b", "b"]
        );
        seen.resume();
        let again = vec![
            record(200, "b"),
            record(200, "b"),
            record(200, "b"),
            record(300, "c"),
        ];
        assert_eq!(
            take(&mut seen, again),
            ["b", "c"],
            "the third line of that moment is new"
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

    #[test]
    fn a_late_line_of_the_other_stream_is_not_lost_at_a_cut() {
        let mut seen = Seen::default();
        take(&mut seen, vec![record(1_000, "a"), record(60_000_000, "b")]);
        let since = seen.since().unwrap().timestamp_nanos_opt().unwrap();
        assert_eq!(since, 10_000_000);
        seen.resume();
        let again = vec![
            record(60_000_000, "b"),
            record(59_000_000, "late"),
            record(61_000_000, "c"),
        ];
        assert_eq!(take(&mut seen, again), ["late", "c"]);

        let mut seen = Seen::default();
        take(
            &mut seen,
            vec![record(59_999_999, "tail"), record(60_000_000, "b")],
        );
        let since = seen.since().unwrap().timestamp_nanos_opt().unwrap();
        assert_eq!(
            since, 59_999_999,
            "never further back than what was asked for"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_loses_and_repeats_nothing_at_a_cut() {
        const HOUR: i64 = 3_600_000_000_000;
        let mut seen = Seen::default();
        let old: Vec<LogRecord> = (0..30_000).map(|n| record(2 * HOUR + n, "x")).collect();
        take(&mut seen, old.clone());
        let new = vec![record(HOUR + 1, "a"), record(HOUR + 2, "b")];
        assert_eq!(take(&mut seen, new.clone()), ["a", "b"]);
        assert!(
            seen.since() <= new[1].at,
            "what comes after the jump is asked for"
        );
        assert!(!seen.leaves_gap(old.first()));
        seen.resume();
        // More of what was before the jump than is remembered.
        assert_eq!(take(&mut seen, old), [""; 0]);
        assert_eq!(take(&mut seen, new), [""; 0]);
        assert_eq!(take(&mut seen, vec![record(HOUR + 3, "c")]), ["c"]);
    }

    #[test]
    fn whole_seconds_resume_behind_a_tail_that_began_within_one() {
        let second = 1_000_000_000;
        let all: Vec<LogRecord> = (0..50).map(|n| record(second, &n.to_string())).collect();
        let mut seen = Seen::default();
        take(&mut seen, all[40..].to_vec());
        assert_eq!(seen.since(), all[0].at);
        seen.resume();
        assert_eq!(take(&mut seen, all), [""; 0]);
        assert_eq!(take(&mut seen, vec![record(second, "new")]), ["new"]);
    }

    #[test]
    fn more_lines_in_a_moment_than_are_remembered_are_not_repeated() {
        let many: Vec<LogRecord> = (0..50_000).map(|n| record(1_000_001 + n, "x")).collect();
        let mut seen = Seen::default();
        take(&mut seen, many.clone());
        let since = seen.since();
        seen.resume();
        let again = many.into_iter().filter(|line| line.at >= since).collect();
        assert_eq!(take(&mut seen, again), [""; 0]);
    }

    #[test]
    fn a_run_of_lines_repeated_up_to_the_newest_is_passed_over() {
        let mut seen = Seen::default();
        let run: Vec<LogRecord> = (1..10).map(|n| record(n, "x")).collect();
        take(&mut seen, run.clone());
        assert_eq!(take(&mut seen, run[5..].to_vec()), [""; 0]);
        assert_eq!(take(&mut seen, vec![record(10, "y")]), ["y"]);
        // The newest alone.
        assert_eq!(take(&mut seen, vec![record(10, "y")]), [""; 0]);
        assert_eq!(take(&mut seen, vec![record(10, "z")]), ["z"]);
    }
}
