//! A log record as it came: when, from which stream, which bytes.
use chrono::{DateTime, Utc};

/// Which of the container's outputs a record came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogStream {
    Stdout,
    Stderr,
    /// A TTY container has one mixed stream.
    Tty,
}

/// One whole line, without its newline; the bytes are untrusted and untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// The engine's stamp; `None` when the stream carries none.
    pub at: Option<DateTime<Utc>>,
    pub stream: LogStream,
    pub bytes: Vec<u8>,
    /// The line's true length in bytes when it was cut to a bound.
    pub cut_from: Option<u64>,
}
