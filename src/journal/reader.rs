//! Reading the journal back: lines to entries, results joined with what their intents tell, filtered.
mod join;
mod lines;
mod parse;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use chrono::{DateTime, FixedOffset};

use super::JournalError;
use super::store::{months, open_read};
use crate::model::{Entry, Outcome};

pub(super) use join::Joiner;
pub(super) use lines::LineReader;
pub(super) use parse::{Parsed, parse};

/// Which entries are wanted; everything by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Not older than this.
    pub since: Option<DateTime<FixedOffset>>,
    /// Not newer than this.
    pub until: Option<DateTime<FixedOffset>>,
    /// Part of the action's name: `restart`, `container.`.
    pub action: Option<String>,
    /// Part of the target's name, stack or service, or the beginning of its id.
    pub target: Option<String>,
    pub outcome: Option<Outcome>,
    /// Part of the user's name.
    pub user: Option<String>,
}

impl Filter {
    pub fn matches(&self, entry: &Entry) -> bool {
        let has = |want: &Option<String>, text: &str| {
            want.as_deref().is_none_or(|want| text.contains(want))
        };
        self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at <= until)
            && has(&self.action, &entry.action)
            && has(&self.user, &entry.user)
            && self.outcome.is_none_or(|want| entry.outcome == Some(want))
            && self.target.as_deref().is_none_or(|want| {
                entry.target.as_ref().is_some_and(|target| {
                    target.name.contains(want)
                        || target.id.starts_with(want)
                        || [&target.project, &target.service]
                            .into_iter()
                            .flatten()
                            .any(|text| text.contains(want))
                })
            })
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Oldest first. An intent whose result is there is not listed: the result tells all of it.
    pub entries: Vec<Entry>,
    /// Lines that could not be read.
    pub skipped: u64,
}

/// Reads the newest `limit` entries that match, over as many months as it takes.
pub fn read(dir: &Path, filter: &Filter, limit: usize) -> Result<Reading, JournalError> {
    let files = months(dir)?.into_iter().map(|path| (path, u64::MAX));
    let files: Vec<_> = files.collect();
    Ok(read_files(&files, filter, limit)?.0)
}

/// The same over these files, oldest first, each up to an offset; and the intents that still wait for a result.
pub(super) fn read_files(
    files: &[(std::path::PathBuf, u64)],
    filter: &Filter,
    limit: usize,
) -> Result<(Reading, Joiner), JournalError> {
    let mut skipped = 0;
    let mut newest_first: Vec<Vec<Parsed>> = Vec::new();
    let mut enough = 0;
    let mut one_more = true;
    for (path, upto) in files.iter().rev() {
        let lines = read_month(path, *upto, &mut skipped)?;
        enough += lines.iter().filter(|p| filter.matches(&p.entry)).count();
        let too_old = filter
            .since
            .is_some_and(|since| lines.last().is_some_and(|p| p.entry.at < since));
        newest_first.push(lines);
        if enough >= limit.saturating_mul(2) || too_old {
            // The month before may hold the intents of this month's first results.
            if !std::mem::take(&mut one_more) {
                break;
            }
        }
    }
    let mut joiner = Joiner::default();
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for parsed in newest_first.into_iter().rev().flatten() {
        let entry = joiner.add(parsed);
        let place = entry.answers.as_ref().and_then(|id| places.remove(id));
        if let Some(slot) = place.and_then(|at| entries.get_mut(at)) {
            *slot = entry;
            continue;
        }
        places.insert(entry.id.clone(), entries.len());
        entries.push(entry);
    }
    joiner.settle(&mut entries);
    entries.retain(|entry| filter.matches(entry));
    entries.sort_by_key(|entry| entry.at);
    entries.drain(..entries.len().saturating_sub(limit));
    Ok((Reading { entries, skipped }, joiner))
}

fn read_month(path: &Path, upto: u64, skipped: &mut u64) -> Result<Vec<Parsed>, JournalError> {
    let mut reader: LineReader<File> = LineReader::new(open_read(path)?);
    let mut lines = Vec::new();
    while let Some(line) = reader.next(path)? {
        if line.end > upto {
            break;
        }
        match parse(&line.bytes) {
            Some(parsed) if !line.torn && !line.too_long => lines.push(parsed),
            _ => *skipped += 1,
        }
    }
    Ok(lines)
}
