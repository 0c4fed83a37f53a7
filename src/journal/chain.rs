//! Whether the journal is as it was written: each line carries the hash of the one before.
//! Evidence of tampering, not proof: who can write the files can write the whole chain anew.
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::JournalError;
use super::reader::LineReader;
use super::store::{hash, months, open_read};

/// One line that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub file: PathBuf,
    /// From 1.
    pub line: u64,
    /// Said in a language where it is shown.
    pub why: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    pub lines: u64,
    pub faults: Vec<Fault>,
}

/// Reads every line of every month and follows the chain.
pub fn verify(dir: &Path) -> Result<Verdict, JournalError> {
    let mut verdict = Verdict::default();
    // Every line of the file before: a month may begin while a late line still goes to the last.
    let mut earlier: Option<HashSet<String>> = None;
    for path in months(dir)? {
        let mut reader = LineReader::new(open_read(&path)?);
        let mut seen = HashSet::new();
        let mut last: Option<String> = None;
        let mut number = 0;
        while let Some(line) = reader.next(&path)? {
            number += 1;
            verdict.lines += 1;
            let why = match prev(&line.bytes) {
                _ if line.torn || line.too_long => Some(key!("cut off")),
                Prev::Unreadable => Some(key!("not a line of the journal")),
                Prev::First => check(None, last.as_ref(), earlier.as_ref()),
                Prev::Hash(prev) => check(Some(&prev), last.as_ref(), earlier.as_ref()),
            };
            verdict.faults.extend(why.map(|why| Fault {
                file: path.clone(),
                line: number,
                why,
            }));
            let digest = hash(&line.bytes);
            seen.insert(digest.clone());
            last = Some(digest);
        }
        earlier = Some(seen);
    }
    Ok(verdict)
}

/// What a line says of the one before it.
enum Prev {
    Unreadable,
    First,
    Hash(String),
}

fn prev(line: &[u8]) -> Prev {
    let value: Option<Value> = serde_json::from_slice(line).ok();
    match value.as_ref().and_then(|value| value.get("prev")) {
        Some(Value::Null) => Prev::First,
        Some(Value::String(text)) => Prev::Hash(text.clone()),
        _ => Prev::Unreadable,
    }
}

/// The first line of the oldest file may name a line of a month that was thrown away.
fn check(
    prev: Option<&str>,
    last: Option<&String>,
    earlier: Option<&HashSet<String>>,
) -> Option<&'static str> {
    let follows = match (last, earlier) {
        (Some(last), _) => prev == Some(last),
        (None, Some(earlier)) => prev.map_or(earlier.is_empty(), |prev| earlier.contains(prev)),
        (None, None) => true,
    };
    (!follows).then_some(key!("does not follow the line before it"))
}
