//! A record as one line of JSON: the bytes as they came, as far as they are text, and harmless on a terminal all the same.
use std::fmt::Write as _;

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::line::Source;
use crate::model::{LogRecord, LogStream};
use crate::text::{Level, is_safe_symbol};

/// The line, without its end. What a terminal could act on is written as `\uXXXX`.
pub(super) fn object(source: &Source, record: &LogRecord, level: Option<Level>) -> String {
    let stream = match record.stream {
        LogStream::Stdout => "stdout",
        LogStream::Stderr => "stderr",
        LogStream::Tty => "tty",
    };
    let time = record
        .at
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Nanos, true));
    let fields: Value = json!({
        "time": time,
        "source": source.label(),
        "container": source.name,
        "stack": source.stack,
        "service": source.service,
        "stream": stream,
        "level": level.map(Level::word),
        "line": String::from_utf8_lossy(&record.bytes),
        "cut_from": record.cut_from,
    });
    escaped(fields.to_string())
}

fn escaped(json: String) -> String {
    if json.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut symbol = [0; 4];
    let mut units = [0; 2];
    for c in json.chars() {
        if is_safe_symbol(c.encode_utf8(&mut symbol)) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_could_act_on_is_escaped_and_nothing_is_lost() {
        let text = "h\u{e9} \u{6f22} \u{7f}\u{9b}2J\u{202e}rtl\u{e0041} \u{1f600}";
        let json = escaped(json!(text).to_string());
        assert_eq!(json, r#""hé 漢 \u007f\u009b2J\u202ertl\udb40\udc41 😀""#);
        let back: String = serde_json::from_str(&json).unwrap();
        assert_eq!(back, text);
    }
}
