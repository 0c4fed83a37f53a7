//! The rings behind the Events and Journal views.
mod fold;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, FixedOffset};

use crate::model::journal;
use crate::model::{EngineEvent, Entry, HostId, Key, Phase};

use super::table::{RowId, Table};

/// Engine events, of this run and of the hour before it, the latest last; bounded.
#[derive(Debug, Clone, Default)]
pub struct EventBook {
    events: VecDeque<(u64, HostId, EngineEvent)>,
    next: u64,
    pub table: Table,
    pub filter: String,
    /// Only those of this host.
    pub only: Option<HostId>,
    /// Show the events that only looking makes: health probes, lists of processes.
    pub noise: bool,
    /// Events that stand for the ones before them, as the rows were taken.
    folds: BTreeMap<u64, Vec<u64>>,
    /// Those of them that are open.
    open: BTreeSet<u64>,
    /// The cursor stays on the newest.
    pub follow: bool,
    /// Not yet on screen: `follow` starts on.
    started: bool,
    /// The rows must be taken anew.
    pub stale: bool,
}

impl EventBook {
    /// Events kept.
    pub const LENGTH: usize = 2_000;

    pub fn push(&mut self, host: HostId, event: EngineEvent) {
        if !self.started {
            self.started = true;
            self.follow = true;
        }
        self.stale = true;
        let late = self.events.iter().rev();
        let late = late.take_while(|(_, _, other)| other.at > event.at).count();
        if self.events.len() == Self::LENGTH {
            if late == Self::LENGTH {
                return;
            }
            self.events.pop_front();
        }
        let place = self.events.len() - late;
        self.events.insert(place, (self.next, host, event));
        self.next += 1;
        if late > 0 {
            // A number is told by its place.
            let first = self.next - self.events.len() as u64;
            for (number, (known, _, _)) in (first..).zip(&mut self.events) {
                *known = number;
            }
        }
    }

    pub fn get(&self, number: u64) -> Option<(HostId, &EngineEvent)> {
        let first = self.events.front()?.0;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.events
            .get(index)
            .map(|(_, host, event)| (*host, event))
    }

    /// All events held, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (HostId, &EngineEvent)> {
        let newest = self.events.iter().rev();
        newest.map(|(_, host, event)| (*host, event))
    }

    /// What happened to one container, the newest first, each act once: its last event, and those it stands for.
    pub fn acts_of(&self, key: &Key) -> Vec<(&EngineEvent, Vec<&EngineEvent>)> {
        let of_it = |host: HostId, event: &EngineEvent| {
            host == key.host && event.kind == "container" && *event.id == *key.id
        };
        let all = self.events.iter();
        let own = all.filter(|(_, host, event)| of_it(*host, event) && !event.is_noise());
        let own: Vec<(u64, &EngineEvent)> =
            own.map(|(number, _, event)| (*number, event)).collect();
        let folds = fold::folds(own.iter().copied());
        let hidden: BTreeSet<u64> = folds.values().flatten().copied().collect();
        let acts = own
            .iter()
            .rev()
            .filter(|(number, _)| !hidden.contains(number));
        acts.map(|(number, event)| {
            let parts = folds.get(number).into_iter().flatten();
            let parts = parts.filter_map(|part| self.get(*part));
            (*event, parts.map(|(_, event)| event).collect())
        })
        .collect()
    }

    /// Takes the rows anew from the ring and the filter. What is searched for is shown wherever it is: an event
    /// is folded only into one that is found, too.
    pub fn refresh(&mut self, height: usize) {
        let needle = self.filter.to_lowercase();
        let shown = self
            .events
            .iter()
            .filter(|(_, host, _)| self.only.is_none_or(|only| only == *host))
            .filter(|(_, _, event)| self.noise || !event.is_noise())
            .filter(|(_, _, event)| needle.is_empty() || matches(event, &needle));
        let shown: Vec<(u64, &EngineEvent)> =
            shown.map(|(number, _, event)| (*number, event)).collect();
        let folds = fold::folds(shown.iter().copied());
        self.open.retain(|number| folds.contains_key(number));
        let closed = folds
            .iter()
            .filter(|(number, _)| !self.open.contains(number));
        let hidden: BTreeSet<u64> = closed.flat_map(|(_, parts)| parts).copied().collect();
        let numbers = shown.iter().map(|(number, _)| *number);
        let rows: Vec<RowId> = numbers
            .filter(|number| !hidden.contains(number))
            .map(RowId::Event)
            .collect();
        self.folds = folds;
        let last = rows.len().saturating_sub(1);
        self.table.set_rows(rows, height);
        if self.follow {
            self.table.select(last, height);
        }
    }

    /// The events that this one stands for, and whether they are shown.
    pub fn parts(&self, number: u64) -> Option<(&[u64], bool)> {
        let parts = self.folds.get(&number)?;
        Some((parts, self.open.contains(&number)))
    }

    /// Opens the act that the chosen event is of, or closes it; false where it is of none.
    pub fn fold(&mut self) -> bool {
        let Some(RowId::Event(chosen)) = self.table.selected else {
            return false;
        };
        let of = |(last, parts): &(&u64, &Vec<u64>)| **last == chosen || parts.contains(&chosen);
        let Some((&last, _)) = self.folds.iter().find(of) else {
            return false;
        };
        if !self.open.remove(&last) {
            self.open.insert(last);
        }
        self.table.selected = Some(RowId::Event(last));
        self.stale = true;
        true
    }

    /// Forgets those of a host that is closed.
    pub fn drop_host(&mut self, host: HostId) {
        // A number is told by its place, so that all are numbered anew.
        self.events.retain(|(_, of, _)| *of != host);
        for (place, (number, ..)) in self.events.iter_mut().enumerate() {
            *number = self.next + place as u64;
        }
        self.next += self.events.len() as u64;
        self.open.clear();
        self.stale = true;
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

fn matches(event: &EngineEvent, needle: &str) -> bool {
    [&event.kind, &event.action, &event.name]
        .iter()
        .any(|text| text.to_lowercase().contains(needle))
}

/// A time in all the words by which it may be sought.
fn when(at: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    let at = at.with_timezone(now.offset());
    let day = match (now.date_naive() - at.date_naive()).num_days() {
        0 => format!("today {}", say!("today")),
        1 => format!("yesterday {}", say!("yesterday")),
        _ => String::new(),
    };
    format!("{} {day}", at.format("%Y-%m-%d %H:%M:%S"))
}

/// The journal's entries, oldest first; an intent whose result came is shown as the result.
#[derive(Debug, Clone, Default)]
pub struct JournalBook {
    entries: Vec<Entry>,
    pub table: Table,
    pub filter: String,
    /// Rows scrolled of the entry's own page.
    pub scroll: usize,
    pub loaded: bool,
    /// The rows must be taken anew.
    pub stale: bool,
    /// Why it cannot be read.
    pub failure: Option<String>,
    /// Why the last act could not be written.
    pub unwritten: Option<String>,
}

impl JournalBook {
    /// Entries kept in memory.
    pub const LENGTH: usize = 5_000;

    pub fn extend(&mut self, entries: Vec<Entry>) {
        self.loaded = true;
        self.stale = true;
        for entry in entries {
            if let Some(answered) = entry.answers.as_deref() {
                self.entries
                    .retain(|e| e.id != answered || e.phase != Phase::Intent);
            }
            self.entries.retain(|e| e.id != entry.id);
            self.entries.push(entry);
        }
        let excess = self.entries.len().saturating_sub(Self::LENGTH);
        self.entries.drain(..excess);
    }

    pub fn get(&self, id: &str) -> Option<&Entry> {
        let mut all = self.entries.iter().rev();
        let answer = |e: &&Entry| e.answers.as_deref() == Some(id);
        all.clone()
            .find(|e| e.id == id)
            .or_else(|| all.find(answer))
    }

    /// The entry under the cursor.
    pub fn chosen(&self) -> Option<&Entry> {
        match self.table.selected.as_ref()? {
            RowId::Entry(id) => self.get(id),
            _ => None,
        }
    }

    /// The entries that are rows now, oldest first.
    pub fn shown(&self) -> Vec<&Entry> {
        let ids = self.table.rows.iter().filter_map(|row| match row {
            RowId::Entry(id) => Some(id.as_str()),
            _ => None,
        });
        let ids: BTreeSet<&str> = ids.collect();
        let all = self.entries.iter();
        all.filter(|entry| ids.contains(entry.id.as_str()))
            .collect()
    }

    /// Takes the rows anew, newest first; `now` on the reader's clock.
    pub fn refresh(&mut self, height: usize, now: DateTime<FixedOffset>) {
        let rows = journal::folded(&self.entries)
            .into_iter()
            .rev()
            .filter(|e| e.phase != Phase::Session)
            .filter(|e| self.filter.is_empty() || e.has_words(&self.filter, &when(e.at, now)))
            .map(|e| RowId::Entry(e.id.clone()))
            .collect();
        self.table.set_rows(rows, height);
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
