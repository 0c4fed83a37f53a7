//! What a line looks like to one who groups lines: a frame, a cause, an exception, plain text.
//!
//! Must not know: the lines before it.

use crate::text::level::{Level, exception_name, is_detail, word_level};

/// Bytes of a line that are looked at.
const REACH: usize = 256;
/// Spaces that no logger puts in front of a level.
const DEEP: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Blank,
    /// `    at f (a.js:1:2)`, `\tfrom a.rb:1`, `... 12 more`: belongs to what is above, whatever that is.
    Frame,
    /// `Caused by: …`, `Suppressed: …`, ` ---> …`.
    Cause,
    /// `a.rb:12:in 'f'` without indentation.
    RubyFrame,
    /// `#0 /a.php(12): f()`.
    PhpFrame,
    /// `Stack trace:`.
    PhpHead,
    /// `Traceback (most recent call last):`.
    Traceback,
    /// What stands between two tracebacks.
    PythonChain,
    /// `panic: …`, `fatal error: …`.
    GoPanic,
    /// `goroutine 1 [running]:`.
    Goroutine,
    /// `main.main()`, `created by …`, `exit status 2`.
    GoFrame,
    /// `thread 'main' panicked at …`.
    RustPanic,
    /// `stack backtrace:`, `note: …`.
    RustNote,
    /// `java.lang.X: …`, `TypeError: …` without indentation.
    Thrown,
    /// `/app/x.js:10`, above an excerpt of the source.
    Source,
    /// `DETAIL:`, `STATEMENT:` and the like of Postgres, behind the time.
    Detail,
    /// Anything else behind white space.
    Indented,
    /// `}`, `)`, `]` and nothing more.
    Closing,
    Other,
}

pub(super) fn shape(line: &[u8], level: Option<Level>) -> Shape {
    let line = line.get(..REACH).unwrap_or(line);
    let text = line.trim_ascii();
    let indent = line.len() - line.trim_ascii_start().len();
    match text.first() {
        None => Shape::Blank,
        Some(_) if indent > 0 => indented(line, text, indent, level),
        Some(b'0'..=b'9') => dated(text, level),
        Some(b'#') => php_frame(text),
        Some(b'}' | b')' | b']') if text.len() <= 3 => Shape::Closing,
        Some(b'[') if text.starts_with(b"[signal ") => Shape::GoFrame,
        Some(b'[' | b'{' | b'<') => Shape::Other,
        Some(b'.') if text.starts_with(b"...") => dots(text),
        Some(first) => word_shape(*first, text, level),
    }
}

fn indented(line: &[u8], text: &[u8], indent: usize, level: Option<Level>) -> Shape {
    let frame = [b"at ".as_slice(), b"from ", b"... "]
        .iter()
        .any(|start| text.starts_with(start));
    let deep = indent >= DEEP || line.first() == Some(&b'\t');
    if frame && level.is_none() && (deep || text.starts_with(b"at ") && indent >= 2) {
        return Shape::Frame;
    }
    if text.starts_with(b"---> ") || text.starts_with(b"--- End of ") || is_cause(text) {
        return Shape::Cause;
    }
    // Loggers pad their level on the left: ` INFO …`.
    if level.is_some() && !deep {
        Shape::Other
    } else {
        Shape::Indented
    }
}

fn is_cause(text: &[u8]) -> bool {
    text.starts_with(b"Caused by: ")
        || text.starts_with(b"Suppressed: ")
        || text.starts_with(b"Wrapped by: ")
}

/// Lines that begin with a digit are records, save Postgres's second lines.
fn dated(text: &[u8], level: Option<Level>) -> Shape {
    let word = |part: &[u8]| part.strip_suffix(b":").is_some_and(is_detail);
    if level.is_none() && text.split(|b| *b == b' ').any(word) {
        Shape::Detail
    } else {
        Shape::Other
    }
}

fn php_frame(text: &[u8]) -> Shape {
    let digits = text.iter().skip(1).take_while(|b| b.is_ascii_digit());
    let digits = digits.count();
    if (1..=5).contains(&digits) && text.get(digits + 1) == Some(&b' ') {
        Shape::PhpFrame
    } else {
        Shape::Other
    }
}

/// `... 12 more`, `...additional frames elided...`.
fn dots(text: &[u8]) -> Shape {
    if text.ends_with(b" more") || text.ends_with(b" omitted") {
        Shape::Frame
    } else if text.ends_with(b"elided...") {
        Shape::GoFrame
    } else {
        Shape::Other
    }
}

/// Lines whose first byte is none of the marks above.
fn word_shape(first: u8, text: &[u8], level: Option<Level>) -> Shape {
    let starts = |start: &str| text.starts_with(start.as_bytes());
    match first {
        b'C' | b'S' | b'W' if is_cause(text) => Shape::Cause,
        b'S' if starts("Stack trace:") => Shape::PhpHead,
        b'P' if starts("PHP Stack trace:") => Shape::PhpHead,
        b'P' if starts("PHP   ") => Shape::Frame,
        b'T' if starts("Traceback (most recent call last)") => Shape::Traceback,
        b'T' if starts("The above exception was ") => Shape::PythonChain,
        b'D' if starts("During handling of the above") => Shape::PythonChain,
        b'p' if starts("panic: ") => Shape::GoPanic,
        b'f' if starts("fatal error: ") => Shape::GoPanic,
        b'g' if starts("goroutine ") && text.ends_with(b"]:") => Shape::Goroutine,
        b'c' if starts("created by ") => Shape::GoFrame,
        b'e' if starts("exit status ") => Shape::GoFrame,
        b'r' if starts("runtime stack:") => Shape::GoFrame,
        b't' if starts("thread '") && level.is_some() => Shape::RustPanic,
        b's' if starts("stack backtrace:") => Shape::RustNote,
        b'n' if starts("note: ") => Shape::RustNote,
        b'-' if starts("--- End of ") => Shape::Cause,
        _ => named(text, level),
    }
}

fn named(text: &[u8], level: Option<Level>) -> Shape {
    let word = first_word(text);
    let rest = text.get(word.len()..).unwrap_or_default();
    if exception_name(word) && matches!(rest, [] | [b':'] | [b':', b' ', ..]) {
        return Shape::Thrown;
    }
    if level.is_some() {
        return Shape::Other;
    }
    if text.ends_with(b")") && rest.first() == Some(&b'(') && word.contains(&b'.') {
        return Shape::GoFrame;
    }
    if has_place(text, b".rb:", Some(b":in ")) {
        return Shape::RubyFrame;
    }
    if [b".js:".as_slice(), b".mjs:", b".cjs:", b".ts:"]
        .iter()
        .any(|ending| has_place(text, ending, None))
    {
        return Shape::Source;
    }
    Shape::Other
}

/// Whether the text is a file with this ending, a number, and then `behind`, or nothing.
fn has_place(text: &[u8], ending: &[u8], behind: Option<&[u8]>) -> bool {
    let end = text.iter().position(|b| *b == b' ').unwrap_or(text.len());
    let file = text.get(..end).unwrap_or(text);
    let Some(at) = file.windows(ending.len()).position(|part| part == ending) else {
        return false;
    };
    let rest = text.get(at + ending.len()..).unwrap_or_default();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = rest.get(digits..).unwrap_or_default();
    digits > 0 && behind.map_or(rest.is_empty(), |behind| rest.starts_with(behind))
}

/// The letters, digits, dots and path marks that the text opens with.
fn first_word(text: &[u8]) -> &[u8] {
    let part = |b: &&u8| {
        b.is_ascii_alphanumeric() || **b >= 0x80 || matches!(**b, b'_' | b'.' | b'$' | b'/' | b'*')
    };
    let len = text.iter().take_while(part).count();
    text.get(..len).unwrap_or_default()
}

/// Whether the line can be the last of a Python traceback: a dotted name, and a colon or nothing.
pub(super) fn names_exception(line: &[u8]) -> bool {
    let text = line.get(..REACH).unwrap_or(line).trim_ascii();
    let word = first_word(text);
    let named = word
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let rest = text.get(word.len()..).unwrap_or_default();
    named && matches!(rest.first(), None | Some(b':')) && word_level(word).is_none()
}

/// Whether the line begins as records do: with a time or a bracket.
pub(super) fn opens_record(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'0'..=b'9' | b'[' | b'{' | b'<') | None)
}
