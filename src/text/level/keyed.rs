//! Levels that stand under a key: JSON and logfmt.
//!
//! Must not know: the other fields' meaning, save what makes a line an access log.

use super::Level;
use super::access::status_level;
use super::marks::number;
use super::words::{letter_level, number_level, word_level};
use crate::text::json::{Members, Value};
use crate::text::logfmt::Pairs;

/// The longest key of the table, in bytes.
const LONGEST: usize = 13;

/// Whether a level stands under this key.
pub(in crate::text) fn is_level_key(key: &[u8]) -> bool {
    let first = key.first().map(u8::to_ascii_lowercase);
    if key.len() > LONGEST || !matches!(first, Some(b'l' | b's' | b'@')) {
        return false;
    }
    let mut lower = [0; LONGEST];
    for (to, from) in lower.iter_mut().zip(key) {
        *to = from.to_ascii_lowercase();
    }
    matches!(
        lower.get(..key.len()).unwrap_or_default(),
        b"level"
            | b"lvl"
            | b"severity"
            | b"log.level"
            | b"loglevel"
            | b"log_level"
            | b"levelname"
            | b"level_name"
            | b"@level"
            | b"@l"
            | b"severity_text"
            | b"severitytext"
    )
}

/// What stands under such a key: a word in any case, or a number.
pub(in crate::text) fn level_value(value: &[u8]) -> Option<Level> {
    word_level(value).or_else(|| number(value).and_then(number_level))
}

/// The level of a line that is a JSON object, though it may be cut.
pub(super) fn json(line: &[u8]) -> Option<Level> {
    let mut status = None;
    let mut request = false;
    let mut mongo = false;
    for (key, value) in Members::new(line)? {
        let found = match value {
            Value::Text(text) | Value::Bare(text) if is_level_key(key) => level_value(text),
            Value::Text([letter, ..]) if mongo && key == b"s" => letter_level(*letter),
            Value::Object(inner) if key == b"log" => inner_level(inner),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        mongo = key == b"t";
        match value {
            Value::Text(text) | Value::Bare(text) if is_status_key(key) => status = number(text),
            _ => request |= is_request_key(key),
        }
    }
    request.then(|| status.and_then(status_level))?
}

/// `"log":{"level":"error"}`.
fn inner_level(object: &[u8]) -> Option<Level> {
    Members::new(object)?.find_map(|(key, value)| match value {
        Value::Text(text) | Value::Bare(text) if key == b"level" => level_value(text),
        _ => None,
    })
}

fn is_status_key(key: &[u8]) -> bool {
    matches!(
        key,
        b"status" | b"status_code" | b"statusCode" | b"DownstreamStatus"
    )
}

fn is_request_key(key: &[u8]) -> bool {
    matches!(
        key,
        b"request" | b"method" | b"request_method" | b"RequestMethod" | b"request_uri"
    )
}

/// The level of `key=value` pairs.
pub(super) fn logfmt(line: &[u8]) -> Option<Level> {
    Pairs::new(line).find_map(|pair| {
        let value = pair.value.filter(|_| is_level_key(pair.key))?;
        level_value(value)
    })
}
