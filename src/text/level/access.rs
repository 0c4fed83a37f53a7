//! Levels of access logs: what the server answered. 5xx is an error, 4xx a warning, the rest information.
//!
//! Must not know: the fields of such a line beside the request and its status.

use super::Level;
use super::marks::number;

/// Bytes of a request that are looked through for its end.
const REQUEST_REACH: usize = 1024;

pub(super) fn status_level(status: u32) -> Option<Level> {
    match status {
        100..=399 => Some(Level::Info),
        400..=499 => Some(Level::Warn),
        500..=599 => Some(Level::Error),
        _ => None,
    }
}

/// `"GET /path HTTP/1.1" 502 …`, from the quote on; a broken request (`"-" 400`) too.
pub(super) fn quoted(line: &[u8]) -> Option<Level> {
    let inner = line.strip_prefix(b"\"")?;
    let inner = inner.get(..REQUEST_REACH).unwrap_or(inner);
    let end = inner
        .iter()
        .enumerate()
        .position(|(at, b)| *b == b'"' && (at == 0 || inner.get(at - 1) != Some(&b'\\')))?;
    status(inner.get(end + 1..)?.strip_prefix(b" ")?)
}

/// `GET /path 502 1.2 ms` from behind the method on.
pub(super) fn bare(rest: &[u8]) -> Option<Level> {
    let path = rest.strip_prefix(b" ")?;
    if path.first() != Some(&b'/') {
        return None;
    }
    let end = path.iter().take(REQUEST_REACH).position(|b| *b == b' ')?;
    status(path.get(end + 1..)?)
}

/// `| 502 |`, as gin has it.
pub(super) fn column(line: &[u8]) -> Option<Level> {
    let rest = line.strip_prefix(b"| ")?;
    let behind = rest.get(3..)?.trim_ascii_start();
    (behind.first() == Some(&b'|')).then(|| status(rest))?
}

/// Three digits and then a space, or nothing.
fn status(text: &[u8]) -> Option<Level> {
    let (digits, rest) = text.split_at_checked(3)?;
    let ends = matches!(rest.first(), None | Some(b' ' | b'\r' | b'\t'));
    ends.then(|| number(digits).and_then(status_level))?
}

pub(super) fn is_method(word: &[u8]) -> bool {
    matches!(
        word,
        b"GET" | b"POST" | b"PUT" | b"HEAD" | b"PATCH" | b"DELETE" | b"OPTIONS" | b"TRACE"
    )
}
