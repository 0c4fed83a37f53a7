//! Whether the journal is as it was written: each line carries the hash of the one before, and beside the files stands where
//! they begin and end.
//! Evidence of tampering, not proof: who can write the files can write the whole chain anew.
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::JournalError;
use super::head::{self, Head, Kept};
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
    /// Nothing tells where the lines end, so that some may be missing there: they were written by an earlier version, or what
    /// told it was removed.
    pub open_end: bool,
    /// Lines that were written and are not there, at least.
    pub missing: u64,
}

/// Reads every line of every month and follows the chain.
pub fn verify(dir: &Path) -> Result<Verdict, JournalError> {
    let mut verdict = Verdict::default();
    // Before the lines: meanwhile there may come more of them.
    let kept = head::read(dir)?;
    let mut ends = Ends::of(&kept);
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
                _ if verdict.lines == 1 && !ends.begins(&line.bytes) => Some(GAP),
                Prev::First => check(None, last.as_ref(), earlier.as_ref()),
                Prev::Hash(prev) => check(Some(&prev), last.as_ref(), earlier.as_ref()),
            };
            verdict.faults.extend(why.map(|why| Fault {
                file: path.clone(),
                line: number,
                why,
            }));
            let digest = hash(&line.bytes);
            ends.sees(&digest);
            seen.insert(digest.clone());
            last = Some(digest);
        }
        earlier = Some(seen);
    }
    verdict.open_end = matches!(kept, Kept::Nothing) && verdict.lines > 0;
    if let Kept::Head(head) = &kept {
        verdict.missing = head.lines.saturating_sub(verdict.lines);
    }
    let why = match kept {
        Kept::Unreadable => Some("it does not tell where the lines end"),
        Kept::Head(_) if ends.miss_the_last() => {
            Some("the line that was written last is missing or was changed")
        }
        _ => None,
    };
    verdict.faults.extend(why.map(|why| Fault {
        file: head::path(dir),
        line: 1,
        why,
    }));
    Ok(verdict)
}

/// A line that names another one as the one before it.
const GAP: &str = key!("does not follow the line before it");

/// The ends as they should be, while the lines are read.
struct Ends<'a> {
    head: Option<&'a Head>,
    found: bool,
}

impl<'a> Ends<'a> {
    fn of(kept: &'a Kept) -> Self {
        let head = match kept {
            Kept::Head(head) => Some(head),
            Kept::Nothing | Kept::Unreadable => None,
        };
        Self { head, found: false }
    }

    /// Whether this may be the oldest line.
    fn begins(&self, line: &[u8]) -> bool {
        let first = match prev(line) {
            Prev::Hash(first) => Some(first),
            Prev::First | Prev::Unreadable => None,
        };
        self.head.is_none_or(|head| head.first == first)
    }

    fn sees(&mut self, digest: &str) {
        let last = self.head.and_then(|head| head.last.as_deref());
        self.found |= last == Some(digest);
    }

    fn miss_the_last(&self) -> bool {
        !self.found && self.head.is_some_and(|head| head.last.is_some())
    }
}

/// What a line says of the one before it.
pub(super) enum Prev {
    Unreadable,
    First,
    Hash(String),
}

pub(super) fn prev(line: &[u8]) -> Prev {
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
    (!follows).then_some(GAP)
}
