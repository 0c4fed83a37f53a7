//! Which lines are printed: by groups, as on the screen, so that a stack trace goes with the line it belongs to. A pattern may be
//! found in any line of a group, and the gravest level counts for all. Knows records, not who prints them.
use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::args::Logs;
use crate::cli::out::Quit;
use crate::log_store::Matcher;
use crate::model::{LogRecord, LogStream};
use crate::text::{Grouper, Level, level_of};

/// What belongs to a group comes within so long of the line before.
const OF_ONE_GROUP: TimeDelta = TimeDelta::seconds(1);

/// What was asked for.
#[derive(Debug)]
pub(super) struct Filter {
    keep: Vec<Matcher>,
    drop: Vec<Matcher>,
    lowest: Option<Level>,
}

/// A line, and the gravest level of its group up to it.
pub(super) type Graded = (LogRecord, Option<Level>);

/// What a line leads to.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Lines that were held back, to be printed before it.
    pub(super) before: Vec<Graded>,
    /// It is to be printed itself; else it is dropped, or held back.
    pub(super) passes: bool,
    pub(super) level: Option<Level>,
}

/// Where one source's lines are, for each of its streams.
#[derive(Debug, Default)]
pub(super) struct Place {
    streams: [Group; 3],
}

#[derive(Debug, Default)]
struct Group {
    grouper: Grouper,
    /// The gravest level of the group so far.
    level: Option<Level>,
    /// Which of the patterns to keep were found in it.
    met: Vec<bool>,
    /// One of the patterns to drop was.
    dropped: bool,
    /// It passes: its lines are printed as they come.
    open: bool,
    /// Its lines that are not decided yet.
    held: Vec<Graded>,
    /// Nothing came of it since it was looked at last.
    quiet: bool,
}

impl Group {
    fn passes(&self, lowest: Option<Level>) -> bool {
        let grave = lowest.is_none_or(|lowest| self.level >= Some(lowest));
        !self.dropped && grave && self.met.iter().all(|met| *met)
    }

    /// Gives what is held if the group passes as it is, whose lines are then printed as they come.
    fn settle(&mut self, lowest: Option<Level>) -> Vec<Graded> {
        if self.held.is_empty() || !self.passes(lowest) {
            return Vec::new();
        }
        self.open = true;
        std::mem::take(&mut self.held)
    }
}

impl Place {
    fn group(&mut self, stream: LogStream) -> &mut Group {
        let [stdout, stderr, tty] = &mut self.streams;
        match stream {
            LogStream::Stdout => stdout,
            LogStream::Stderr => stderr,
            LogStream::Tty => tty,
        }
    }

    /// What is held of groups that pass and that are over: all of them, or those of which nothing comes any more.
    fn settled(&mut self, lowest: Option<Level>, over: impl Fn(&Group) -> bool) -> Vec<Graded> {
        let over = self.streams.iter_mut().filter(|group| over(group));
        over.flat_map(|group| group.settle(lowest)).collect()
    }
}

impl Filter {
    /// # Errors
    /// A pattern that cannot be read.
    pub(super) fn new(args: &Logs) -> Result<Self, Quit> {
        let read = |flag: &str, typed: &[String]| -> Result<Vec<Matcher>, Quit> {
            let wrong = |error| Quit::usage(format!("{flag}: {error}"));
            let each = typed.iter().map(|text| Matcher::regex(text).map_err(wrong));
            each.collect()
        };
        Ok(Self {
            keep: read("--grep", &args.grep)?,
            drop: read("--drop", &args.drop)?,
            lowest: args.level,
        })
    }

    /// Everything passes.
    pub(super) fn is_open(&self) -> bool {
        self.keep.is_empty() && self.drop.is_empty() && self.lowest.is_none()
    }

    /// A line that passes may still fall with one behind it.
    pub(super) fn looks_ahead(&self) -> bool {
        !self.drop.is_empty()
    }

    pub(super) fn take(&self, place: &mut Place, record: &LogRecord) -> Verdict {
        let group = place.group(record.stream);
        let own = level_of(&record.bytes);
        let mut before = Vec::new();
        if group.grouper.continues(&record.bytes, own) {
            group.level = own.max(group.level);
            group.quiet = false;
        } else {
            before = group.settle(self.lowest);
            *group = Group {
                grouper: group.grouper,
                level: own,
                met: vec![false; self.keep.len()],
                ..Group::default()
            };
        }
        let found = |matcher: &Matcher| matcher.is_match(&record.bytes);
        for (met, matcher) in group.met.iter_mut().zip(&self.keep) {
            *met = *met || found(matcher);
        }
        group.dropped |= self.drop.iter().any(found);
        let level = group.level;
        let passes = group.passes(self.lowest) && (group.open || !self.looks_ahead());
        if passes {
            group.open = true;
            before.append(&mut group.held);
        } else if group.dropped {
            group.held.clear();
        } else {
            group.held.push((record.clone(), level));
        }
        Verdict {
            before,
            passes,
            level,
        }
    }

    /// What is held of a source although lines of this time have come.
    pub(super) fn overdue(&self, place: &mut Place, at: DateTime<Utc>) -> Vec<Graded> {
        place.settled(self.lowest, |group| {
            let last = group.held.last().and_then(|(record, _)| record.at);
            last.is_some_and(|last| last + OF_ONE_GROUP < at)
        })
    }

    /// What is held of a source and was so already when it was asked last.
    pub(super) fn quiet(&self, place: &mut Place) -> Vec<Graded> {
        let due = place.settled(self.lowest, |group| group.quiet);
        for group in &mut place.streams {
            group.quiet = true;
        }
        due
    }

    /// What is held of a source of which nothing comes any more.
    pub(super) fn rest(&self, place: &mut Place) -> Vec<Graded> {
        place.settled(self.lowest, |_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: [&str; 4] = [
        "INFO up",
        "ERROR Payment failed",
        "java.lang.IllegalStateException: no card",
        "\tat shop.Cart.pay(Cart.java:7)",
    ];

    fn filter(keep: &[&str], drop: &[&str]) -> Filter {
        let read = |all: &[&str]| all.iter().map(|one| Matcher::regex(one).unwrap()).collect();
        Filter {
            keep: read(keep),
            drop: read(drop),
            lowest: None,
        }
    }

    fn record(second: i64, text: &str) -> LogRecord {
        LogRecord {
            at: DateTime::from_timestamp(second, 0),
            stream: LogStream::Stdout,
            bytes: text.as_bytes().to_vec(),
            cut_from: None,
        }
    }

    fn texts(lines: Vec<Graded>) -> Vec<String> {
        let text = |(record, _): Graded| String::from_utf8(record.bytes).unwrap();
        lines.into_iter().map(text).collect()
    }

    /// What is printed of these lines.
    fn printed(filter: &Filter, lines: &[&str]) -> Vec<String> {
        let mut place = Place::default();
        let mut out = Vec::new();
        for line in lines {
            let record = record(1, line);
            let verdict = filter.take(&mut place, &record);
            out.extend(texts(verdict.before));
            out.extend(verdict.passes.then(|| (*line).to_owned()));
        }
        out.extend(texts(filter.rest(&mut place)));
        out
    }

    #[test]
    fn a_pattern_anywhere_in_a_stack_trace_keeps_or_drops_all_of_it() {
        for keep in ["payment", "no card", "Cart\\.java"] {
            assert_eq!(printed(&filter(&[keep], &[]), &TRACE), TRACE[1..], "{keep}");
        }
        assert_eq!(
            printed(&filter(&["payment", "cart"], &[]), &TRACE),
            TRACE[1..]
        );
        for drop in ["payment", "no card", "Cart\\.java"] {
            assert_eq!(printed(&filter(&[], &[drop]), &TRACE), TRACE[..1], "{drop}");
        }
        assert_eq!(printed(&filter(&["card"], &["cart"]), &TRACE), [""; 0]);
    }

    #[test]
    fn what_may_still_be_dropped_waits_a_moment_and_no_longer() {
        let filter = filter(&[], &["cart"]);
        let mut place = Place::default();
        assert!(!filter.take(&mut place, &record(5, "INFO up")).passes);
        assert!(
            filter
                .overdue(&mut place, DateTime::from_timestamp(6, 0).unwrap())
                .is_empty()
        );
        assert_eq!(
            texts(filter.overdue(&mut place, DateTime::from_timestamp(7, 0).unwrap())),
            ["INFO up"]
        );
        assert!(!filter.take(&mut place, &record(8, "INFO more")).passes);
        assert!(filter.quiet(&mut place).is_empty());
        assert_eq!(texts(filter.quiet(&mut place)), ["INFO more"]);
        assert!(
            filter.rest(&mut place).is_empty(),
            "nothing is printed twice"
        );
    }
}
