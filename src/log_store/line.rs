//! One log line: what is given to the store, and what comes out of it. Knows no block.
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::lines::Lines;
use crate::model::LogStream;

/// Whether a line is output or tells what happened to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Kind {
    #[default]
    Stdout,
    Stderr,
    /// A TTY container's one mixed stream; passes where stdout passes.
    Tty,
    /// A line of our own.
    Separator,
}

impl Kind {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Stdout => 0,
            Self::Stderr => 1,
            Self::Tty => 2,
            Self::Separator => 3,
        }
    }

    /// Of the two lowest bits.
    pub(super) fn of_code(code: u8) -> Self {
        match code & 3 {
            0 => Self::Stdout,
            1 => Self::Stderr,
            2 => Self::Tty,
            _ => Self::Separator,
        }
    }
}

impl From<LogStream> for Kind {
    fn from(stream: LogStream) -> Self {
        match stream {
            LogStream::Stdout => Self::Stdout,
            LogStream::Stderr => Self::Stderr,
            LogStream::Tty => Self::Tty,
        }
    }
}

/// A line on its way in. The bytes are kept as they are, untrusted.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewLine<'a> {
    /// Without the newline.
    pub bytes: &'a [u8],
    /// To the nanosecond between the years 1678 and 2262; beyond, the nearest that can be held.
    pub at: Option<DateTime<Utc>>,
    /// Index into the caller's sources.
    pub source: u16,
    pub kind: Kind,
    /// How grave, by the caller's scale; 0 for a line that does not say.
    pub level: u8,
    /// Belongs to the group of the newest line of its source above it: the body of a stack trace.
    pub continues: bool,
    /// The true length in bytes of a line that was cut.
    pub cut_from: Option<u64>,
}

/// A line out of the store. Cheap to clone; keeps the block it lies in alive, so don't collect many.
#[derive(Debug, Clone)]
pub struct LineView {
    lines: Arc<Lines>,
    slot: usize,
}

impl LineView {
    /// `None` when there is no such line.
    pub(super) fn new(lines: Arc<Lines>, slot: usize) -> Option<Self> {
        (slot < lines.len()).then_some(Self { lines, slot })
    }

    /// The same line in memory of its own.
    pub(super) fn detached(&self) -> Self {
        let mut own = Lines::default();
        own.push(self.line(), self.id());
        Self {
            lines: Arc::new(own),
            slot: 0,
        }
    }

    /// All that was given in, ready to be given in again.
    pub fn line(&self) -> NewLine<'_> {
        self.lines.line(self.slot)
    }

    /// Exactly as they came, without the newline.
    pub fn bytes(&self) -> &[u8] {
        self.lines.bytes(self.slot)
    }

    /// Unique and constant; rises in the order of arrival, not of the lines.
    pub fn id(&self) -> u64 {
        self.lines.facts.id(self.slot)
    }

    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.line().at
    }

    pub fn source(&self) -> u16 {
        self.lines.facts.source(self.slot)
    }

    pub fn kind(&self) -> Kind {
        self.lines.facts.kind(self.slot)
    }

    pub fn level(&self) -> u8 {
        self.lines.facts.level(self.slot)
    }

    pub fn continues(&self) -> bool {
        self.lines.facts.continues(self.slot)
    }

    pub fn cut_from(&self) -> Option<u64> {
        self.lines.facts.cut_from(self.slot)
    }
}
