//! Brings an intent and its result together, in whatever process each was read.
use std::collections::{HashMap, HashSet};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, gethostname};

use super::Parsed;
use crate::model::{Entry, Outcome, Phase};

/// Intents held while they wait for a result; older ones are given up.
const WAITING_MAX: usize = 4096;

/// Remembers the intents that have no result yet.
#[derive(Debug, Default)]
pub(in super::super) struct Joiner {
    waiting: HashMap<String, Parsed>,
    /// In the order they came, for giving up the oldest.
    order: std::collections::VecDeque<String>,
    closed: HashSet<String>,
}

impl Joiner {
    /// The entry to show for this line; a result is given what its intent told.
    pub(in super::super) fn add(&mut self, parsed: Parsed) -> Entry {
        match parsed.entry.phase {
            Phase::Session if parsed.entry.action == "session.close" => {
                self.closed.insert(parsed.session.clone());
            }
            Phase::Intent => self.hold(&parsed),
            Phase::Session | Phase::Result | Phase::Observed | Phase::Note => {}
        }
        let mut entry = parsed.entry;
        if let Some(intent) = entry
            .answers
            .as_ref()
            .and_then(|id| self.waiting.remove(id))
        {
            complete(&mut entry, intent.entry);
        }
        entry
    }

    fn hold(&mut self, parsed: &Parsed) {
        self.order.push_back(parsed.entry.id.clone());
        self.waiting.insert(parsed.entry.id.clone(), parsed.clone());
        while self.order.len() > WAITING_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.waiting.remove(&oldest);
            }
        }
    }

    /// Marks the intents that will never have a result: their session was closed, or its process is gone.
    pub(in super::super) fn settle(&self, entries: &mut [Entry]) {
        let here = gethostname().ok().and_then(|name| name.into_string().ok());
        for entry in entries.iter_mut().filter(|e| e.phase == Phase::Intent) {
            let lost = self.waiting.get(&entry.id).is_none_or(|parsed| {
                self.closed.contains(&parsed.session)
                    || Some(&parsed.machine) == here.as_ref() && parsed.pid.is_some_and(is_gone)
            });
            if lost {
                entry.outcome = Some(Outcome::Unknown);
            }
        }
    }
}

/// No process has this number.
fn is_gone(pid: i32) -> bool {
    pid > 0 && kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH)
}

fn complete(result: &mut Entry, intent: Entry) {
    let fill = |into: &mut String, from: String| {
        if into.is_empty() {
            *into = from;
        }
    };
    fill(&mut result.user, intent.user);
    fill(&mut result.host, intent.host);
    result.client = result.client.take().or(intent.client);
    result.before = result.before.take().or(intent.before);
    result.command = result.command.take().or(intent.command);
    if result.params.is_empty() {
        result.params = intent.params;
    }
    // The result repeats no more than id and name.
    result.target = intent.target.or_else(|| result.target.take());
}
