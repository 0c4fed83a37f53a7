//! How serious a log line is: the scale, and the level that a line of a common format bears.
//!
//! Reads a bounded prefix of the line, allocates nothing, and knows a level only where a logger puts one; a word in
//! prose (`no errors found`) is none. Must not know: filters, colours, which line came before.

mod access;
mod header;
pub(super) mod keyed;
mod marks;
mod words;

pub(super) use header::{exception_name, is_detail};
pub(super) use words::word_level;

/// Bytes of a line that are looked at; only JSON members and logfmt pairs are followed that far.
const REACH: usize = 4096;
/// Bytes kept of a line with colours in it, once these are taken out.
const PLAIN_REACH: usize = 1024;

/// How serious a line is, the least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Trace,
    Debug,
    /// Notices too.
    Info,
    Warn,
    Error,
    /// Critical, alert, emergency and panic too.
    Fatal,
}

impl Level {
    pub const ALL: [Self; 6] = [
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
        Self::Fatal,
    ];

    /// 1 for trace to 6 for fatal.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The level of a [`number`](Self::number); anything else, 0 first of all, is no level.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The level in one byte: 0 when there is none.
    pub fn pack(level: Option<Self>) -> u8 {
        level.map_or(0, Self::number)
    }

    /// As users write and read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    /// One letter for narrow columns.
    pub const fn letter(self) -> char {
        match self {
            Self::Trace => 'T',
            Self::Debug => 'D',
            Self::Info => 'I',
            Self::Warn => 'W',
            Self::Error => 'E',
            Self::Fatal => 'F',
        }
    }

    /// The level a user's or a logger's word means, in any case: `warning`, `ERR`, `notice`.
    pub fn from_word(word: &str) -> Option<Self> {
        word_level(word.as_bytes())
    }
}

/// The level that a line says it has; `None` when it says nothing, as the lines of a stack trace do.
///
/// Time is bounded: no more than the first 4096 bytes are read.
pub fn level_of(line: &[u8]) -> Option<Level> {
    let head = line.get(..REACH).unwrap_or(line);
    if head.contains(&0x1B) {
        let mut plain = [0; PLAIN_REACH];
        let len = without_colours(head, &mut plain);
        plain.get(..len).and_then(level_of_plain)
    } else {
        level_of_plain(head)
    }
}

fn level_of_plain(line: &[u8]) -> Option<Level> {
    let line = line.trim_ascii_start();
    match line.first()? {
        b'{' => keyed::json(line),
        b'<' => marks::syslog(line).or_else(|| header::level(line)),
        b'0'..=b'9' => marks::redis(line).or_else(|| header::level(line)),
        _ => header::level(line),
    }
}

/// Copies `line` without its `CSI … m` as far as there is room; says how many bytes that were.
fn without_colours(line: &[u8], plain: &mut [u8]) -> usize {
    let mut from = line;
    let mut len = 0;
    for slot in plain {
        from = skip_colours(from);
        let Some((first, rest)) = from.split_first() else {
            break;
        };
        *slot = *first;
        from = rest;
        len += 1;
    }
    len
}

/// What follows the colour sequences that `line` opens with.
pub(super) fn skip_colours(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(b"\x1b[") {
        let params = |b: &u8| matches!(b, b'0'..=b'9' | b';' | b':');
        let end = rest.iter().position(|b| !params(b));
        match end.and_then(|end| rest.get(end..)) {
            Some([b'm', rest @ ..]) => line = rest,
            _ => break,
        }
    }
    line
}

#[cfg(test)]
#[path = "level/tests.rs"]
mod tests;
