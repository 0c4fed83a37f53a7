//! A line of JSON or logfmt read as a person would want it: time, level, message, and the other fields.
//!
//! For lines on screen: called on what is drawn, not on what is stored. What comes out is sanitised again, since an
//! escape in JSON (`\u001b`) makes a control character only here. Bounded on any input: fields, depth, names, rows.
//! Must not know: colours, widths of the screen, where the line came from.

mod read;
mod stamp;
mod value;

use chrono::{DateTime, SecondsFormat, Utc};

use super::level::Level;
use super::width::width;

/// Longest line that is read, in bytes.
pub const LINE_CAP: usize = 128 * 1024;
/// Most fields of one line; what is beyond is counted in a last one, named `…`.
pub const FIELD_CAP: usize = 256;
/// Deepest object that is laid open; what is deeper stays as JSON.
pub const DEPTH_CAP: usize = 4;
/// Longest name of a field, in bytes.
pub const NAME_CAP: usize = 128;
/// Most rows that one value takes in [`expanded`].
pub const ROW_CAP: usize = 200;
/// Columns up to which names are padded.
const NAME_COLUMNS: usize = 24;

/// What a structured line says. All of it is safe to draw; `\n` is the only control character, and in values only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    pub level: Option<Level>,
    /// Empty when the line has none.
    pub message: String,
    /// The line's own time, when it is one that needs no guess about its zone.
    pub at: Option<DateTime<Utc>>,
    /// Everything else as name and value, in the order of the line.
    pub fields: Vec<(String, String)>,
}

/// Reads a line that is one JSON object, or logfmt with a level, a message or three pairs; `None` for all others.
pub fn fold(line: &str) -> Option<Folded> {
    let line = line.trim();
    if line.len() > LINE_CAP {
        return None;
    }
    if line.starts_with('{') {
        read::json(line.as_bytes())
    } else {
        read::logfmt(line.as_bytes())
    }
}

/// `message  key=value key="a value"`, on one row: a newline shows as `↵`.
pub fn one_line(folded: &Folded) -> String {
    let mut row = folded.message.replace('\n', "↵");
    for (n, (name, value)) in folded.fields.iter().enumerate() {
        match n {
            0 if row.is_empty() => {}
            0 => row.push_str("  "),
            _ => row.push(' '),
        }
        row.push_str(name);
        row.push('=');
        if value.is_empty() || value.contains([' ', '"', '\n', '=']) {
            row.push('"');
            row.push_str(&value.replace('"', "\\\"").replace('\n', "↵"));
            row.push('"');
        } else {
            row.push_str(value);
        }
    }
    row
}

/// One field a row, names padded to one column; a value of several lines goes on beneath itself.
pub fn expanded(folded: &Folded) -> Vec<String> {
    let at = folded
        .at
        .map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    let own = [
        ("time", at.as_deref()),
        ("level", folded.level.map(Level::word)),
        (
            "message",
            Some(folded.message.as_str()).filter(|text| !text.is_empty()),
        ),
    ];
    let own = own
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let fields = folded
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<(&str, &str)> = own.chain(fields).collect();
    let columns = all.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let columns = columns.min(NAME_COLUMNS);
    all.iter()
        .flat_map(|(name, value)| rows(name, value, columns))
        .collect()
}

fn rows(name: &str, value: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = value
        .split('\n')
        .take(ROW_CAP)
        .enumerate()
        .map(|(n, part)| {
            let name = if n == 0 { name } else { "" };
            // A name that is too long for the column keeps all of itself.
            let pad = columns.saturating_sub(width(name));
            format!("{name}{}  {part}", " ".repeat(pad))
        })
        .collect();
    let more = value.split('\n').count() - rows.len();
    if more > 0 {
        let rest = say_n!(more, "…[+{n} line]", "…[+{n} lines]");
        rows.push(format!("{}  {rest}", " ".repeat(columns)));
    }
    rows
}

#[cfg(test)]
#[path = "fields/tests.rs"]
mod tests;
