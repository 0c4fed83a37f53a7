//! What an inspect tells that neither lists nor events do: the end of the last run when its event is forgotten, how often the
//! policy started it again, that a start failed.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::past::{CALM, LOOP, SAME};
use super::{Death, Host, Words};
use crate::model::{Container, Details, Key, RunState};

/// Containers kept that left a network before they were in a list.
const UNPLUGGED: usize = 64;

/// How often a container's policy started it again since a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restarts {
    pub count: u64,
    created: DateTime<Utc>,
    /// When it died last.
    pub last: DateTime<Utc>,
}

/// What inspects told of a host's containers.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    restarts: BTreeMap<Key, Restarts>,
    /// Those that could not be started.
    unstarted: BTreeSet<Key>,
    /// The name of the image that each was made from. The list tells an id once that name is another's.
    images: BTreeMap<Key, String>,
    privileged: BTreeSet<Key>,
    /// Those that left a network before they were in a list, which an inspect is to explain.
    unplugged: BTreeSet<Key>,
}

impl Told {
    /// Whether it is news.
    fn start_failed(&mut self, key: &Key, failed: bool) -> bool {
        if failed {
            self.unstarted.insert(key.clone())
        } else {
            self.unstarted.remove(key)
        }
    }

    pub(super) fn restarted(&self, key: &Key) -> bool {
        self.restarts.contains_key(key)
    }

    /// Writes what is known of a container into its row.
    pub(super) fn note(&self, container: &mut Container) {
        container.unstarted = self.unstarted.contains(&container.key);
    }

    /// Forgets those that are gone: a whole list came.
    pub(super) fn retain(&mut self, is_there: impl Fn(&Key) -> bool) {
        self.restarts.retain(|key, _| is_there(key));
        self.unstarted.retain(|key| is_there(key));
        self.images.retain(|key, _| is_there(key));
        self.privileged.retain(|key| is_there(key));
        self.unplugged.clear();
    }

    pub(super) fn forget(&mut self, key: &Key) {
        self.restarts.remove(key);
        self.unstarted.remove(key);
        self.images.remove(key);
        self.privileged.remove(key);
    }
}

impl Host {
    /// Learns from an inspect what no event told, as the engine forgets its events soon: how the last run ended, and how
    /// often its policy started it again.
    pub fn inspected(&mut self, details: &Details, now: DateTime<Utc>) {
        let key = &details.key;
        if !self.containers.contains(key) {
            return;
        }
        let unstarted = details.state == RunState::Created && !details.error.is_empty();
        if self.told.start_failed(key, unstarted) {
            self.put_again(key);
        }
        self.told.images.insert(key.clone(), details.image.clone());
        if details.privileged {
            self.told.privileged.insert(key.clone());
        }
        self.told.restarts.remove(key);
        let ended = details.finished;
        if let Some(at) = ended.filter(|_| details.state != RunState::Created) {
            let over = !details.state.is_live();
            // A line is stamped when the engine reads it, which may be just after the end.
            let late = at + SAME / 2;
            // Its start is, too: when the first lines are there.
            let began = details.started.map(|started| started - SAME / 2);
            let next = details.started.filter(|started| *started > at);
            let death = Death {
                at,
                exit_code: over.then_some(details.exit_code),
                oom: over && details.oom_killed,
                asked: false,
                timed_out: false,
                since: began.filter(|began| *began < at),
                until: next.map_or(late, |next| next.min(late)),
                inspected: true,
                words: Words::Unasked,
                silent: false,
            };
            self.died(key.clone(), death);
            self.tell_ending(key);
            if let (Some(created), 1..) = (details.created, details.restart_count) {
                let restarts = Restarts {
                    count: details.restart_count,
                    created,
                    last: at,
                };
                self.told.restarts.insert(key.clone(), restarts);
            }
        }
        self.tell_loops(now);
    }

    /// The name of the image that it was made from, where it was ever looked into.
    pub fn made_from(&self, key: &Key) -> Option<&str> {
        self.told.images.get(key).map(String::as_str)
    }

    /// Whether it may do anything, where it was ever looked into.
    pub fn is_privileged(&self, key: &Key) -> bool {
        self.told.privileged.contains(key)
    }

    /// One that is in no list yet left a network.
    pub fn unplug(&mut self, key: Key) {
        if self.told.unplugged.len() < UNPLUGGED {
            self.told.unplugged.insert(key);
        }
    }

    /// Whether it left a network before it was in a list; told once.
    pub fn plug(&mut self, key: &Key) -> bool {
        self.told.unplugged.remove(key)
    }

    /// How often its policy started it again, where it does so all the time and did of late: an inspect tells of it when the
    /// deaths themselves are forgotten.
    pub fn restarts(&self, key: &Key, now: DateTime<Utc>) -> Option<&Restarts> {
        self.told.restarts.get(key).filter(|restarts| {
            let often = i32::try_from(restarts.count).unwrap_or(i32::MAX);
            let life = restarts.last - restarts.created;
            let looping = restarts.count >= LOOP as u64 && life < CALM * often;
            looping && now - restarts.last < CALM
        })
    }
}
