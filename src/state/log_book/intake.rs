//! Lines taken into a log view: those that come, pages of older ones, and lines of our own that tell what happened.
use chrono::{DateTime, Utc};

use super::place::LogMark;
use super::source::{Classifier, LogSource};
use super::{LogBook, Past};
use crate::log_store::{Kind, NewLine};
use crate::model::{Key, LogRecord};

/// Lines at the end among which a separator is looked for that says the same already.
const RECENT: usize = 500;
/// Lines behind the reader's that stay where room is made.
const NEAR: usize = 1_000;
/// What a line takes beside its bytes, at most, before it is packed.
const LINE_COST: usize = 32;
/// Lines among which the oldest of each source is looked for.
const SOUGHT: usize = 200_000;

impl LogBook {
    /// The number of this container's source, added when it is new.
    pub fn source(&mut self, key: &Key, name: &str) -> usize {
        if let Some(known) = self.sources.iter().position(|s| s.key == *key) {
            return known;
        }
        let twin = self.sources.iter().find(|s| s.name == name);
        let colours = self.sources.iter().map(|s| s.colour + 1).max().unwrap_or(0);
        let (colour, muted) = twin.map_or((colours, false), |twin| (twin.colour, twin.muted));
        self.sources
            .push(LogSource::new(key.clone(), name, colour, muted));
        if muted {
            self.resift();
        }
        self.sources.len() - 1
    }

    /// Takes records of one source, oldest first.
    pub fn push(&mut self, key: &Key, name: &str, records: &[LogRecord], now: DateTime<Utc>) {
        let number = self.source(key, name);
        if self.apart {
            return;
        }
        let Some(source) = self.sources.get_mut(number) else {
            return;
        };
        for record in records {
            let (level, continues) = source.next(record);
            self.store
                .push(line(record, number as u16, level, continues));
        }
        // The past says nothing about how fast lines come.
        if source.caught_up {
            self.rate.add(now, records.len() as u64);
        }
        self.keep_up();
        if !self.follow {
            let first = self.len().saturating_sub(records.len());
            let new = self.sift.count() - self.sift.rank(first).min(self.sift.count());
            self.unread += new as u64;
        }
        self.settle_anchor();
    }

    /// Takes a page of older records of one source, oldest first; `beginning`: nothing older exists.
    pub fn push_older(&mut self, key: &Key, records: &[LogRecord], beginning: bool) {
        let Some(number) = self.sources.iter().position(|s| s.key == *key) else {
            return;
        };
        let mut classifier = Classifier::default();
        let page: Vec<NewLine<'_>> = records
            .iter()
            .map(|record| {
                let (level, continues) = classifier.classify(&record.bytes);
                line(record, number as u16, level, continues)
            })
            .collect();
        self.make_room(records);
        let gone = self.store.prepend(&page);
        self.fetched += records.len() as u64;
        if let Some(source) = self.sources.get_mut(number) {
            source.older(records, beginning && gone == 0);
        }
        self.past = if gone > 0 {
            self.dropped = None;
            Past::Full
        } else if self.sources.iter().all(LogSource::is_whole) {
            Past::Beginning
        } else {
            Past::Open
        };
        self.keep_up();
        self.settle_anchor();
    }

    /// The newest lines make room for a page of older ones: the reader has gone away from them, and they can be read
    /// again.
    fn make_room(&mut self, page: &[LogRecord]) {
        let bytes = page.iter().map(|r| r.bytes.len() + LINE_COST).sum();
        let keep = match self.goal {
            Some(_) => 0,
            None if self.follow => return,
            None => self.top(),
        };
        if self.store.shed_newest(bytes, keep + NEAR) > 0 {
            self.apart = true;
            self.follow = false;
            self.unread = 0;
        }
    }

    /// Finds out what the oldest line held of each source is, where older ones were dropped.
    pub fn find_oldest(&mut self) {
        if self.dropped == Some(self.store.dropped()) {
            return;
        }
        self.dropped = Some(self.store.dropped());
        let mut first: Vec<Option<(DateTime<Utc>, u32)>> = vec![None; self.sources.len()];
        let mut last = None;
        for line in self.store.lines(0..SOUGHT) {
            let at = line.at().filter(|_| line.kind() != Kind::Separator);
            last = last.max(line.at());
            match (first.get_mut(usize::from(line.source())), at) {
                (Some(slot @ None), Some(at)) => *slot = Some((at, 1)),
                (Some(Some((known, n))), Some(at)) if *known == at => *n += 1,
                _ => {}
            }
        }
        for (source, first) in self.sources.iter_mut().zip(first) {
            // Of a source that has no line there, all up to there is missing.
            let first = first.or(last.map(|at| (at, 0)));
            if source.oldest.is_some() && first != source.oldest {
                source.oldest = first;
                source.beginning = false;
            }
        }
        if matches!(self.past, Past::Beginning | Past::Full) {
            self.past = Past::Open;
        }
    }

    /// A line of our own that tells what happened. `run`: it begins a run of the container.
    pub fn separate(&mut self, key: &Key, name: &str, at: DateTime<Utc>, text: &str, run: bool) {
        let number = self.source(key, name);
        if self.apart {
            return;
        }
        let from = self.len().saturating_sub(RECENT);
        let said = self.store.lines(from..self.len()).any(|line| {
            line.kind() == Kind::Separator
                && line.at() == Some(at)
                && line.bytes() == text.as_bytes()
        });
        if said {
            return;
        }
        let id = self.store.push(NewLine {
            bytes: text.as_bytes(),
            at: Some(at),
            source: number as u16,
            kind: Kind::Separator,
            ..NewLine::default()
        });
        if run {
            self.note_run(at, id);
        }
        self.keep_up();
        self.settle_anchor();
    }

    /// The last separator of this source, if it is not long ago, says something else from now on: a death becomes a
    /// restart. `run`: it begins a run of the container. Returns whether there was one to be told so.
    pub fn retell(
        &mut self,
        key: &Key,
        run: bool,
        tell: impl FnOnce(&str, DateTime<Utc>) -> Option<String>,
    ) -> bool {
        let Some(source) = self.sources.iter().position(|s| s.key == *key) else {
            return false;
        };
        let from = self.len().saturating_sub(RECENT);
        let last = self
            .store
            .lines(from..self.len())
            .filter(|l| usize::from(l.source()) == source && l.kind() == Kind::Separator)
            .last();
        let told = last.and_then(|line| {
            let text = tell(&String::from_utf8_lossy(line.bytes()), line.at()?)?;
            Some((line.id(), line.at(), text))
        });
        let Some((id, at, text)) = told else {
            return false;
        };
        self.store.rewrite(id, text.as_bytes());
        if let Some(at) = at.filter(|_| run) {
            self.note_run(at, id);
        }
        self.keep_up();
        true
    }

    fn note_run(&mut self, at: DateTime<Utc>, id: u64) {
        let place = self.runs.partition_point(|run| run.at <= at);
        self.runs.insert(place, LogMark { at, id });
    }
}

fn line(record: &LogRecord, source: u16, level: u8, continues: bool) -> NewLine<'_> {
    NewLine {
        bytes: &record.bytes,
        at: record.at,
        source,
        kind: record.stream.into(),
        level,
        continues,
        cut_from: record.cut_from,
    }
}
