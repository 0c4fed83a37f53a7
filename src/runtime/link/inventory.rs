//! What a link remembers between lists: which containers an event touched, and since when each has been as it is.
//! Pure: must not know connections or the clock.
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::model::{Container, EngineEvent, HostId, Key, RunState};

/// More touched containers than this are read by one full list.
const SOME: usize = 100;

/// How often a row is read again that an event contradicts.
const DOUBTS: u32 = 8;

/// Actions that change nothing a list shows.
const QUIET: [&str; 9] = [
    "attach",
    "detach",
    "resize",
    "export",
    "copy",
    "commit",
    "archive-path",
    "extract-to-dir",
    "prune",
];

/// What to read again.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stale {
    Nothing,
    These(Vec<String>),
    Everything,
}

#[derive(Debug, Default)]
struct Known {
    /// As the last list said, with the beginning computed from it.
    status: String,
    since: Option<DateTime<Utc>>,
    /// From events, exact.
    started: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    paused: Option<DateTime<Utc>>,
    /// Lists in a row that did not have its end yet.
    doubts: u32,
}

impl Known {
    /// An engine tells that one has died, tidies up after it, and only then lists it as dead; of one that is to be started
    /// again nothing more is told until that.
    fn is_contradicted_by(&self, row: &Container) -> bool {
        row.state == RunState::Running && self.ended > self.started
    }
}

/// The memory of one session.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    known: HashMap<String, Known>,
    touched: BTreeSet<String>,
    all_touched: bool,
    gone: BTreeSet<String>,
    /// Those whose row says less than an event did.
    doubtful: BTreeSet<String>,
}

impl Inventory {
    /// Notes what an event changes.
    pub(super) fn note(&mut self, event: &EngineEvent) {
        let id = match event.kind.as_str() {
            "container" => event.id.as_str(),
            "network" => event.attribute("container").unwrap_or_default(),
            _ => return,
        };
        let action = event.action.split(':').next().unwrap_or_default();
        if event.is_noise() || QUIET.contains(&action) {
            return;
        }
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.all_touched = true;
            return;
        }
        if event.kind == "container" && matches!(action, "destroy" | "remove") {
            self.touched.remove(id);
            self.doubtful.remove(id);
            self.known.remove(id);
            self.gone.insert(id.to_owned());
            return;
        }
        let known = self.known.entry(id.to_owned()).or_default();
        match (event.kind.as_str(), action) {
            ("container", "start") => known.started = Some(event.at),
            ("container", "die" | "died") => {
                known.ended = Some(event.at);
                known.doubts = 0;
            }
            ("container", "pause") => known.paused = Some(event.at),
            _ => {}
        }
        self.touched.insert(id.to_owned());
    }

    pub(super) fn is_clean(&self) -> bool {
        self.touched.is_empty() && self.gone.is_empty() && !self.all_touched
    }

    /// Everything is to be read again.
    pub(super) fn touch_all(&mut self) {
        self.all_touched = true;
    }

    /// How often in a row those were read that are to be read once more for that an event contradicts them.
    pub(super) fn doubts(&self) -> Option<u32> {
        let doubts = |id: &String| self.known.get(id).map(|known| known.doubts);
        self.doubtful.iter().filter_map(doubts).min()
    }

    /// Has those read again.
    pub(super) fn touch_doubtful(&mut self) {
        self.touched.append(&mut self.doubtful);
    }

    /// Takes what is to be read again. What is gone stays noted until [`Inventory::take_gone`].
    pub(super) fn take_stale(&mut self) -> Stale {
        let touched = std::mem::take(&mut self.touched);
        if std::mem::take(&mut self.all_touched) || touched.len() > SOME {
            return Stale::Everything;
        }
        if touched.is_empty() {
            return Stale::Nothing;
        }
        Stale::These(touched.into_iter().collect())
    }

    /// The ids that went since the last call.
    pub(super) fn take_gone(&mut self, host: HostId) -> Vec<Key> {
        std::mem::take(&mut self.gone)
            .iter()
            .map(|id| Key::container(host, id))
            .collect()
    }

    /// A whole list: forgets those not in it, makes the beginnings exact.
    pub(super) fn snapshot(&mut self, rows: &mut [Container]) {
        let ids: BTreeSet<&str> = rows.iter().map(|row| &*row.key.id).collect();
        self.known.retain(|id, _| ids.contains(id.as_str()));
        self.doubtful.retain(|id| ids.contains(id.as_str()));
        for row in rows {
            self.refine(row);
        }
    }

    /// Rows of the ids in `asked`: gives the ids the engine no longer knows.
    pub(super) fn changed(&mut self, asked: &[String], rows: &mut [Container]) -> Vec<String> {
        for row in &mut *rows {
            self.refine(row);
        }
        let ids: BTreeSet<&str> = rows.iter().map(|row| &*row.key.id).collect();
        asked
            .iter()
            .filter(|id| !ids.contains(id.as_str()))
            .inspect(|id| {
                self.known.remove(*id);
                self.doubtful.remove(*id);
            })
            .cloned()
            .collect()
    }

    /// The exact beginning where an event told it; else the one computed when the sentence first said so, lest it
    /// wander with every list (`Up 3 hours` is said for a whole hour).
    fn refine(&mut self, row: &mut Container) {
        let known = self.known.entry(row.key.id.to_string()).or_default();
        let exact = match row.state {
            RunState::Running => known.started,
            RunState::Exited | RunState::Dead | RunState::Restarting => known.ended,
            RunState::Paused => known.paused,
            _ => None,
        };
        // Seconds are read anew each time; minutes and more stand until the sentence changes.
        let steady = known
            .since
            .filter(|_| known.status == row.status && !row.status.contains("second"));
        if row.since.is_some() || exact.is_some() {
            row.since = exact.or(steady).or(row.since);
        }
        known.status.clone_from(&row.status);
        known.since = row.since;
        known.doubts = if known.is_contradicted_by(row) {
            known.doubts + 1
        } else {
            0
        };
        if (1..=DOUBTS).contains(&known.doubts) {
            self.doubtful.insert(row.key.id.to_string());
        } else {
            self.doubtful.remove(&*row.key.id);
        }
    }
}
