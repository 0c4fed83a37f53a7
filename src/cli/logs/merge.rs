//! Lines of several sources in the order of time, while they come. Each source's own order is kept. A line waits for
//! those of the other sources a moment, for the past of a source until that is there. Bounded: a source that runs ahead
//! is to be left unread. Pure: told the time.
use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::model::LogRecord;

/// How long a line waits for earlier ones of other sources.
pub(super) const HOLD: Duration = Duration::from_millis(150);
/// How long a source may be silent before its past counts as complete.
pub(super) const PAST_LIMIT: Duration = Duration::from_secs(10);
/// Lines and bytes of one source that wait at most, but for the last message.
const LINES: usize = 1024;
const BYTES: usize = 1 << 20;

/// What a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Its past is still coming; it was heard of last at this time.
    Past(Instant),
    Live,
    /// Its run ended, or it cannot be read.
    Quiet,
}

#[derive(Debug)]
struct Lane {
    queue: VecDeque<(Instant, LogRecord)>,
    bytes: usize,
    doing: Doing,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Line(usize, LogRecord),
    Note(String),
    /// Nothing before this time, unless something comes.
    Wait(Option<Instant>),
}

/// The sources, by number.
#[derive(Debug, Default)]
pub(super) struct Merge {
    lanes: Vec<Lane>,
    notes: VecDeque<(Instant, DateTime<Utc>, String)>,
}

impl Merge {
    /// Another source, whose past is to come.
    pub(super) fn source(&mut self, now: Instant) {
        self.lanes.push(Lane {
            queue: VecDeque::new(),
            bytes: 0,
            doing: Doing::Past(now),
        });
    }

    /// Whether more of this source should be read.
    pub(super) fn has_room(&self, source: usize) -> bool {
        let lane = self.lanes.get(source);
        lane.is_some_and(|lane| lane.queue.len() < LINES && lane.bytes < BYTES)
    }

    pub(super) fn lines(&mut self, source: usize, records: Vec<LogRecord>, now: Instant) {
        if let Some(lane) = self.lanes.get_mut(source) {
            lane.doing = match lane.doing {
                Doing::Past(_) => Doing::Past(now),
                Doing::Live | Doing::Quiet => Doing::Live,
            };
            for record in records {
                lane.bytes += record.bytes.len();
                lane.queue.push_back((now, record));
            }
        }
    }

    /// The past of this source is there.
    pub(super) fn caught_up(&mut self, source: usize) {
        self.does(source, Doing::Live);
    }

    /// Nothing comes of this source for now.
    pub(super) fn quiet(&mut self, source: usize) {
        self.does(source, Doing::Quiet);
    }

    fn does(&mut self, source: usize, doing: Doing) {
        if let Some(lane) = self.lanes.get_mut(source) {
            lane.doing = doing;
        }
    }

    /// Something that happened at this time, to be told between the lines.
    pub(super) fn note(&mut self, at: DateTime<Utc>, text: String, now: Instant) {
        self.notes.push_back((now, at, text));
    }

    /// The next line or note; those that are taken are gone.
    pub(super) fn next(&mut self, now: Instant) -> Next {
        let missing = self.lanes.iter().filter(|lane| lane.queue.is_empty());
        let overdue = missing.clone().filter_map(|lane| match lane.doing {
            Doing::Past(heard) => Some(heard + PAST_LIMIT),
            Doing::Live | Doing::Quiet => None,
        });
        if let Some(until) = overdue.max().filter(|until| *until > now) {
            return Next::Wait(Some(until));
        }
        let sure = missing.clone().all(|lane| lane.doing == Doing::Quiet);
        let heads = self.lanes.iter().filter_map(|lane| lane.queue.front());
        let noted = self.notes.front().map(|(arrived, _, _)| *arrived);
        let oldest = heads.map(|(arrived, _)| *arrived).chain(noted).min();
        let Some(oldest) = oldest else {
            return Next::Wait(None);
        };
        let full = (0..self.lanes.len()).any(|source| !self.has_room(source));
        if !sure && !full && oldest + HOLD > now {
            return Next::Wait(Some(oldest + HOLD));
        }
        let first = self.lanes.iter().enumerate().filter_map(|(n, lane)| {
            let (_, record) = lane.queue.front()?;
            Some((record.at, n))
        });
        match (first.min(), self.notes.front()) {
            (Some((at, _)), Some((_, noted, _))) if at > Some(*noted) => self.take_note(),
            (Some((_, source)), _) => self.take_line(source),
            (None, _) => self.take_note(),
        }
    }

    fn take_note(&mut self) -> Next {
        let note = self.notes.pop_front();
        note.map_or(Next::Wait(None), |(_, _, text)| Next::Note(text))
    }

    fn take_line(&mut self, source: usize) -> Next {
        let Some(lane) = self.lanes.get_mut(source) else {
            return Next::Wait(None);
        };
        let Some((_, record)) = lane.queue.pop_front() else {
            return Next::Wait(None);
        };
        lane.bytes -= record.bytes.len();
        Next::Line(source, record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LogStream;

    fn record(at: i64) -> LogRecord {
        LogRecord {
            at: DateTime::from_timestamp(at, 0),
            stream: LogStream::Stdout,
            bytes: vec![b'x'; 10],
            cut_from: None,
        }
    }

    fn records(ats: impl IntoIterator<Item = i64>) -> Vec<LogRecord> {
        ats.into_iter().map(record).collect()
    }

    /// What comes out at this time: stamps of lines, notes as 0.
    fn drain(merge: &mut Merge, now: Instant) -> (Vec<i64>, Option<Instant>) {
        let mut out = Vec::new();
        loop {
            match merge.next(now) {
                Next::Line(_, record) => out.push(record.at.unwrap().timestamp()),
                Next::Note(_) => out.push(0),
                Next::Wait(until) => return (out, until),
            }
        }
    }

    fn two(now: Instant) -> Merge {
        let mut merge = Merge::default();
        merge.source(now);
        merge.source(now);
        merge
    }

    #[tokio::test]
    async fn the_past_of_all_is_there_before_anything_is_printed() {
        let now = Instant::now();
        let mut merge = two(now);
        merge.lines(0, records([1, 3, 5]), now);
        assert_eq!(drain(&mut merge, now), (vec![], Some(now + PAST_LIMIT)));
        merge.lines(1, records([2, 4]), now);
        assert_eq!(drain(&mut merge, now).0, [1, 2, 3, 4]);
        merge.caught_up(1);
        merge.quiet(1);
        assert_eq!(drain(&mut merge, now).0, [5]);
    }

    #[tokio::test]
    async fn a_source_that_says_nothing_holds_the_others_up_only_so_long() {
        let now = Instant::now();
        let mut merge = two(now);
        merge.lines(0, records([1, 2]), now);
        assert_eq!(drain(&mut merge, now + PAST_LIMIT).0, [1, 2]);
    }

    #[tokio::test]
    async fn live_lines_wait_a_moment_for_earlier_ones() {
        let now = Instant::now();
        let mut merge = two(now);
        merge.caught_up(0);
        merge.caught_up(1);
        merge.lines(0, records([12]), now);
        assert_eq!(drain(&mut merge, now), (vec![], Some(now + HOLD)));
        let later = now + HOLD / 2;
        merge.lines(1, records([11]), later);
        assert_eq!(
            drain(&mut merge, later).0,
            [11],
            "none of the other can be earlier"
        );
        assert_eq!(drain(&mut merge, now + HOLD).0, [12]);
    }

    #[tokio::test]
    async fn one_source_alone_waits_for_nothing() {
        let now = Instant::now();
        let mut merge = Merge::default();
        merge.source(now);
        merge.lines(0, records([1, 2]), now);
        assert_eq!(drain(&mut merge, now).0, [1, 2]);
    }

    #[tokio::test]
    async fn a_source_that_runs_ahead_is_left_unread_and_holds_nothing_up() {
        let now = Instant::now();
        let mut merge = two(now);
        merge.lines(0, records(0..2_000), now);
        assert!(!merge.has_room(0) && merge.has_room(1));
        assert!(
            drain(&mut merge, now).0.is_empty(),
            "the other's past is to come"
        );
        merge.caught_up(1);
        let (out, until) = drain(&mut merge, now);
        assert_eq!((out.len(), until), (2_000 - LINES + 1, Some(now + HOLD)));
        assert!(merge.has_room(0));
        let mut huge = record(5_000);
        huge.bytes = vec![b'y'; BYTES];
        merge.lines(1, vec![huge], now);
        assert!(!merge.has_room(1));
    }

    #[tokio::test]
    async fn a_note_stands_at_its_time() {
        let now = Instant::now();
        let mut merge = two(now);
        merge.caught_up(0);
        merge.quiet(1);
        let at = DateTime::from_timestamp(3, 0).unwrap();
        merge.note(at, "ended".to_owned(), now);
        assert_eq!(drain(&mut merge, now).0, [0; 0]);
        merge.lines(0, records([2, 3, 4]), now);
        assert_eq!(drain(&mut merge, now + HOLD).0, [2, 3, 0, 4]);
    }
}
