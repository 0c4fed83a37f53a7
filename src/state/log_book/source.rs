//! One container whose lines a log view reads, and how far back they are held. Knows no other source.
use chrono::{DateTime, Utc};

use crate::model::{Key, LogRecord};
use crate::msg::Failure;
use crate::text::{Grouper, Level, level_of};

/// A container that the view reads, or read before it was replaced.
#[derive(Debug, Clone)]
pub struct LogSource {
    pub key: Key,
    /// `zammad-1`.
    pub name: String,
    /// Number of its colour: containers of one name share one.
    pub colour: usize,
    /// Its lines are not shown.
    pub muted: bool,
    /// The past has come.
    pub caught_up: bool,
    /// The run it read is over.
    pub ended: bool,
    pub failure: Option<Failure>,
    /// Nothing older than what is held exists.
    pub beginning: bool,
    /// Time of the oldest line taken, and how many lines have it.
    pub oldest: Option<(DateTime<Utc>, u32)>,
    /// Lines taken.
    pub lines: u64,
    classifier: Classifier,
}

/// What a line is said to be, by itself and by the lines before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Classifier {
    grouper: Grouper,
    /// Of the group's first line.
    head: u8,
}

impl Classifier {
    /// The line's level, and whether it continues the line before: then it has the level of the first, if none of its own.
    pub(super) fn classify(&mut self, line: &[u8]) -> (u8, bool) {
        let level = level_of(line);
        let continues = self.grouper.continues(line, level);
        let own = Level::pack(level);
        if !continues {
            self.head = own;
            return (own, false);
        }
        (if own == 0 { self.head } else { own }, true)
    }
}

impl LogSource {
    pub(super) fn new(key: Key, name: &str, colour: usize, muted: bool) -> Self {
        Self {
            key,
            name: name.to_owned(),
            colour,
            muted,
            caught_up: false,
            ended: false,
            failure: None,
            beginning: false,
            oldest: None,
            lines: 0,
            classifier: Classifier::default(),
        }
    }

    /// No older line of it can be had.
    pub fn is_whole(&self) -> bool {
        self.beginning || self.failure.is_some() || self.oldest.is_none()
    }

    /// Takes note of a line that comes next; says its level and whether it continues the one before.
    pub(super) fn next(&mut self, record: &LogRecord) -> (u8, bool) {
        self.ended = false;
        self.lines += 1;
        if let Some(at) = record.at {
            match &mut self.oldest {
                None => self.oldest = Some((at, 1)),
                Some((oldest, n)) if *oldest == at => *n += 1,
                Some(_) => {}
            }
        }
        self.classifier.classify(&record.bytes)
    }

    /// Forgets all that is known of its lines: they are read anew.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.key.clone(), &self.name, self.colour, self.muted);
    }

    /// Takes note of a page of older lines.
    pub(super) fn older(&mut self, records: &[LogRecord], beginning: bool) {
        self.beginning = beginning;
        self.lines += records.len() as u64;
        let Some(at) = records.iter().find_map(|record| record.at) else {
            return;
        };
        let same = records.iter().filter(|r| r.at == Some(at)).count() as u32;
        let held = self.oldest.filter(|(oldest, _)| *oldest == at);
        self.oldest = Some((at, same + held.map_or(0, |(_, n)| n)));
    }
}
