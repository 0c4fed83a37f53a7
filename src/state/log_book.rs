//! The lines of one log view: its sources, their lines in order of time, the reader's place, the search.
use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use regex::Regex;

use crate::effect::LogQuery;
use crate::model::{Container, HostId, Key, LogRecord, LogStream};
use crate::msg::Failure;
use crate::text::{SafeText, sanitise};

/// What a log view shows: services (through restart and recreate) and single containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogTarget {
    pub title: String,
    pub host: HostId,
    /// Stack and service.
    pub services: Vec<(String, String)>,
    /// Containers of no service, by name, so that one recreated under its name is followed.
    pub names: Vec<String>,
}

impl LogTarget {
    pub fn includes(&self, container: &Container) -> bool {
        if container.key.host != self.host {
            return false;
        }
        match (container.stack(), container.service()) {
            (Some(stack), Some(service)) if !container.is_one_off() => {
                self.services
                    .iter()
                    .any(|(a, b)| a == stack && b == service)
                    || self.names.contains(&container.name)
            }
            _ => self.names.contains(&container.name),
        }
    }

    /// Adds a container: its service when it has one.
    pub fn add(&mut self, container: &Container) {
        self.host = container.key.host;
        match (container.stack(), container.service()) {
            (Some(stack), Some(service)) if !container.is_one_off() => {
                let pair = (stack.to_owned(), service.to_owned());
                if !self.services.contains(&pair) {
                    self.services.push(pair);
                }
            }
            _ => self.names.push(container.name.clone()),
        }
    }
}

/// How times are shown before lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stamps {
    #[default]
    Off,
    Local,
    Utc,
    Relative,
}

impl Stamps {
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Off,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Local => "local",
            Self::Utc => "UTC",
            Self::Relative => "relative",
        }
    }
}

/// A container that the view reads, or read before it was replaced.
#[derive(Debug, Clone)]
pub struct LogSource {
    pub key: Key,
    /// `zammad-1`.
    pub name: String,
    /// The past has come.
    pub caught_up: bool,
    /// The run it read is over.
    pub ended: bool,
    pub failure: Option<Failure>,
}

/// Whether a line is a log line or tells what happened to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Out(LogStream),
    Separator,
}

/// One line, safe to show.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// Unique and constant: the reader's place is named by it.
    pub id: u64,
    pub at: Option<DateTime<Utc>>,
    /// Index into the sources.
    pub source: u16,
    pub kind: LineKind,
    pub text: SafeText,
    /// The true length of a line that was cut.
    pub cut_from: Option<u64>,
}

impl LogLine {
    fn cost(&self) -> usize {
        self.text.text.len() + self.text.runs.len() * 24 + 96
    }
}

/// A search under way.
#[derive(Debug, Clone)]
pub struct Search {
    pub typed: String,
    pub regex: Regex,
    /// Ids of lines that match, in the order of the lines.
    pub hits: VecDeque<u64>,
    /// The id of the hit the cursor is on.
    pub current: Option<u64>,
}

/// One log view.
#[derive(Debug, Clone)]
pub struct LogBook {
    pub target: LogTarget,
    pub sources: Vec<LogSource>,
    lines: VecDeque<LogLine>,
    /// Position of the line with this id minus ids dropped at the front; lines may be inserted out of order.
    bytes: usize,
    budget: usize,
    next_id: u64,
    /// Lines dropped at the old end to stay within the budget.
    pub dropped: u64,
    /// The newest line stays on screen.
    pub follow: bool,
    /// Index of the first line on screen, kept on its line through insertions and drops.
    top: usize,
    pub wrap: bool,
    /// Columns scrolled to the right when lines are not wrapped.
    pub column: usize,
    pub stamps: Stamps,
    pub search: Option<Search>,
    pub tail: u32,
    /// Lines that came since the reader left the end.
    pub unread: u64,
    /// Newest line's bytes a second, smoothed, for the status line.
    pub total_bytes: u64,
}

impl LogBook {
    pub fn new(target: LogTarget, tail: u32, budget: usize, wrap: bool, stamps: Stamps) -> Self {
        Self {
            target,
            sources: Vec::new(),
            lines: VecDeque::new(),
            bytes: 0,
            budget,
            next_id: 0,
            dropped: 0,
            follow: true,
            top: 0,
            wrap,
            column: 0,
            stamps,
            search: None,
            tail,
            unread: 0,
            total_bytes: 0,
        }
    }

    pub fn query(&self, key: &Key) -> LogQuery {
        LogQuery {
            key: key.clone(),
            tail: self.tail,
            since: None,
        }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn line(&self, index: usize) -> Option<&LogLine> {
        self.lines.get(index)
    }

    /// Index of the first line on screen.
    pub fn top(&self) -> usize {
        self.top.min(self.lines.len().saturating_sub(1))
    }

    pub fn set_top(&mut self, index: usize) {
        self.top = index.min(self.lines.len().saturating_sub(1));
    }

    /// The source of this container, added when it is new.
    pub fn source(&mut self, key: &Key, name: &str) -> u16 {
        let index = self
            .sources
            .iter()
            .position(|s| s.key == *key)
            .unwrap_or_else(|| {
                self.sources.push(LogSource {
                    key: key.clone(),
                    name: name.to_owned(),
                    caught_up: false,
                    ended: false,
                    failure: None,
                });
                self.sources.len() - 1
            });
        index as u16
    }

    /// Takes records of one source, oldest first.
    pub fn push(&mut self, key: &Key, name: &str, records: Vec<LogRecord>) {
        let source = self.source(key, name);
        for record in records {
            self.total_bytes += record.bytes.len() as u64 + 1;
            let line = LogLine {
                id: 0,
                at: record.at,
                source,
                kind: LineKind::Out(record.stream),
                text: sanitise(&record.bytes),
                cut_from: record.cut_from,
            };
            self.insert(line);
        }
        self.evict();
    }

    /// A line of our own that tells what happened.
    pub fn separate(&mut self, key: &Key, name: &str, at: DateTime<Utc>, text: &str) {
        let source = self.source(key, name);
        let same = |line: &LogLine| {
            line.kind == LineKind::Separator && line.at == Some(at) && line.text.text == text
        };
        if self.lines.iter().rev().take(200).any(same) {
            return;
        }
        let text = SafeText {
            text: text.to_owned(),
            ..SafeText::default()
        };
        self.insert(LogLine {
            id: 0,
            at: Some(at),
            source,
            kind: LineKind::Separator,
            text,
            cut_from: None,
        });
        self.evict();
    }

    /// The separator of a death of this source within the last lines becomes the one of its restart. Returns whether
    /// there was one.
    pub fn retell_death(&mut self, key: &Key, tell: impl FnOnce(&str) -> Option<String>) -> bool {
        let Some(source) = self.sources.iter().position(|s| s.key == *key) else {
            return false;
        };
        let of_source =
            |l: &&mut LogLine| usize::from(l.source) == source && l.kind == LineKind::Separator;
        let last = self.lines.iter_mut().rev().take(500).find(of_source);
        match last.and_then(|line| tell(&line.text.text).map(|text| (line, text))) {
            Some((line, text)) => {
                line.text.text = text;
                true
            }
            None => false,
        }
    }

    /// Puts a line at its place in time: nearly always the end.
    fn insert(&mut self, mut line: LogLine) {
        line.id = self.next_id;
        self.next_id += 1;
        self.bytes += line.cost();
        let index = self.place(&line);
        if let Some(search) = self.search.as_mut()
            && search.regex.is_match(&line.text.text)
        {
            if index == self.lines.len() {
                search.hits.push_back(line.id);
            } else {
                let later: Vec<u64> = self.lines.range(index..).map(|l| l.id).collect();
                let at = search
                    .hits
                    .iter()
                    .position(|id| later.contains(id))
                    .unwrap_or(search.hits.len());
                search.hits.insert(at, line.id);
            }
        }
        if index < self.lines.len() && index <= self.top && self.top > 0 {
            self.top += 1;
        }
        if !self.follow {
            self.unread += 1;
        }
        self.lines.insert(index, line);
    }

    fn place(&self, line: &LogLine) -> usize {
        let end = self.lines.len();
        let Some(at) = line.at else { return end };
        let newest = self.lines.back().and_then(|l| l.at);
        if newest.is_none_or(|newest| newest <= at) {
            return end;
        }
        // Lines of one source keep their order whatever its clock does: never go before the source's own newest line.
        let floor = self
            .lines
            .iter()
            .rposition(|l| l.source == line.source && l.kind == line.kind)
            .map_or(0, |i| i + 1);
        let later = self
            .lines
            .range(floor..)
            .rev()
            .take_while(|l| l.at.is_none_or(|t| t > at))
            .count();
        end - later
    }

    fn evict(&mut self) {
        while self.bytes > self.budget && self.lines.len() > 1 {
            let Some(line) = self.lines.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(line.cost());
            self.dropped += 1;
            self.top = self.top.saturating_sub(1);
            if let Some(search) = self.search.as_mut()
                && search.hits.front() == Some(&line.id)
            {
                search.hits.pop_front();
            }
        }
    }

    /// Searches for a pattern; smart case. An empty pattern ends the search.
    ///
    /// # Errors
    /// The regex crate's words when the pattern cannot be read.
    pub fn search(&mut self, typed: &str) -> Result<(), String> {
        if typed.is_empty() {
            self.search = None;
            return Ok(());
        }
        let insensitive = !typed.chars().any(char::is_uppercase);
        let regex = regex::RegexBuilder::new(typed)
            .case_insensitive(insensitive)
            .size_limit(1 << 20)
            .build()
            .map_err(|e| {
                e.to_string()
                    .lines()
                    .last()
                    .unwrap_or("not a pattern")
                    .trim()
                    .to_owned()
            })?;
        let hits = self
            .lines
            .iter()
            .filter(|l| regex.is_match(&l.text.text))
            .map(|l| l.id)
            .collect();
        self.search = Some(Search {
            typed: typed.to_owned(),
            regex,
            hits,
            current: None,
        });
        Ok(())
    }

    /// Index of the line with this id.
    pub fn index_of(&self, id: u64) -> Option<usize> {
        self.lines.iter().position(|line| line.id == id)
    }

    /// Goes to the next hit after (or before) the present one or the top line, around the end. Returns its index.
    pub fn seek(&mut self, forward: bool) -> Option<usize> {
        let order: BTreeMap<u64, usize> = self
            .lines
            .iter()
            .enumerate()
            .map(|(i, l)| (l.id, i))
            .collect();
        let top = self.top();
        let search = self.search.as_mut()?;
        let places: Vec<(usize, u64)> = search
            .hits
            .iter()
            .filter_map(|id| order.get(id).map(|i| (*i, *id)))
            .collect();
        let here = search.current.and_then(|id| order.get(&id).copied());
        let pick = match (forward, here) {
            (true, Some(here)) => places
                .iter()
                .find(|(i, _)| *i > here)
                .or_else(|| places.first()),
            (true, None) => places
                .iter()
                .find(|(i, _)| *i >= top)
                .or_else(|| places.first()),
            (false, Some(here)) => places
                .iter()
                .rev()
                .find(|(i, _)| *i < here)
                .or_else(|| places.last()),
            (false, None) => places
                .iter()
                .rev()
                .find(|(i, _)| *i <= top)
                .or_else(|| places.last()),
        };
        let (index, id) = *pick?;
        search.current = Some(id);
        Some(index)
    }

    /// `3/57`: the number of the present hit and of all.
    pub fn hit_count(&self) -> Option<(usize, usize)> {
        let search = self.search.as_ref()?;
        let place = search
            .current
            .and_then(|id| search.hits.iter().position(|hit| *hit == id));
        Some((place.map_or(0, |i| i + 1), search.hits.len()))
    }

    /// All lines as plain text, each with its newline.
    pub fn plain(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes);
        for line in &self.lines {
            out.extend_from_slice(line.text.text.as_bytes());
            out.push(b'\n');
        }
        out
    }

    /// Every source has given its past or cannot.
    pub fn caught_up(&self) -> bool {
        !self.sources.is_empty()
            && self
                .sources
                .iter()
                .all(|s| s.caught_up || s.ended || s.failure.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn record(ms: i64, text: &str) -> LogRecord {
        let at = Some(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(ms));
        LogRecord {
            at,
            stream: LogStream::Stdout,
            bytes: text.as_bytes().to_vec(),
            cut_from: None,
        }
    }

    fn book(budget: usize) -> (LogBook, Key, Key) {
        let book = LogBook::new(LogTarget::default(), 100, budget, false, Stamps::Off);
        (
            book,
            Key::container(HostId(0), "a"),
            Key::container(HostId(0), "b"),
        )
    }

    fn texts(book: &LogBook) -> Vec<&str> {
        book.lines.iter().map(|l| l.text.text.as_str()).collect()
    }

    #[test]
    fn two_sources_merge_by_time_and_each_keeps_its_order() {
        let (mut book, a, b) = book(1 << 20);
        book.push(
            &a,
            "a",
            vec![record(1, "a1"), record(5, "a5"), record(4, "a4 late clock")],
        );
        book.push(&b, "b", vec![record(2, "b2"), record(9, "b9")]);
        assert_eq!(texts(&book), ["a1", "b2", "a5", "a4 late clock", "b9"]);
    }

    #[test]
    fn the_readers_place_does_not_move() {
        let (mut book, a, b) = book(1 << 20);
        book.push(
            &a,
            "a",
            (10..20)
                .map(|i| record(i * 10, &format!("line {i}")))
                .collect(),
        );
        book.follow = false;
        book.set_top(5);
        let before = book.line(book.top()).map(|l| l.id);
        book.push(&b, "b", vec![record(105, "older")]);
        assert_eq!(book.line(book.top()).map(|l| l.id), before);
        assert_eq!(book.unread, 1);
    }

    #[test]
    fn the_budget_drops_the_oldest_and_counts_them() {
        let (mut book, a, _) = book(1_000);
        book.push(&a, "a", (0..50).map(|i| record(i, "x")).collect());
        assert!(book.bytes() <= 1_000);
        assert_eq!(book.dropped as usize + book.len(), 50);
    }

    #[test]
    fn a_search_counts_wraps_and_sees_new_lines() {
        let (mut book, a, _) = book(1 << 20);
        book.push(
            &a,
            "a",
            vec![record(1, "one"), record(2, "Two"), record(3, "one two")],
        );
        book.search("two").unwrap();
        assert_eq!(book.hit_count(), Some((0, 2)));
        assert_eq!(book.seek(true), Some(1));
        assert_eq!(book.seek(true), Some(2));
        assert_eq!(book.seek(true), Some(1), "around the end");
        book.push(&a, "a", vec![record(4, "two again")]);
        assert_eq!(book.hit_count(), Some((1, 3)));
        book.search("Two").unwrap();
        assert_eq!(book.hit_count(), Some((0, 1)), "a capital makes it exact");
        assert!(book.search("(").is_err());
    }
}
