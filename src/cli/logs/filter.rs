//! Which lines are printed: patterns line by line, the lowest level by groups, so that a stack trace goes with the line
//! it belongs to. Knows records, not who prints them.
use crate::cli::args::Logs;
use crate::cli::out::Quit;
use crate::log_store::Matcher;
use crate::model::{LogRecord, LogStream};
use crate::text::{Grouper, Level, level_of};

/// What was asked for.
#[derive(Debug)]
pub(super) struct Filter {
    keep: Vec<Matcher>,
    drop: Vec<Matcher>,
    lowest: Option<Level>,
}

/// Where one source's lines are, for each of its streams.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    streams: [Group; 3],
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    grouper: Grouper,
    /// The gravest level of the group so far.
    level: Option<Level>,
}

impl Place {
    /// The level of the next line: its own, or that of the group it continues if that is graver.
    pub(super) fn level(&mut self, record: &LogRecord) -> Option<Level> {
        let [stdout, stderr, tty] = &mut self.streams;
        let group = match record.stream {
            LogStream::Stdout => stdout,
            LogStream::Stderr => stderr,
            LogStream::Tty => tty,
        };
        let own = level_of(&record.bytes);
        group.level = if group.grouper.continues(&record.bytes, own) {
            own.max(group.level)
        } else {
            own
        };
        group.level
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

    /// Levels must be known to decide.
    pub(super) fn asks_level(&self) -> bool {
        self.lowest.is_some()
    }

    pub(super) fn passes(&self, record: &LogRecord, level: Option<Level>) -> bool {
        let found = |matcher: &Matcher| matcher.is_match(&record.bytes);
        self.lowest.is_none_or(|lowest| level >= Some(lowest))
            && self.keep.iter().all(found)
            && !self.drop.iter().any(found)
    }
}
