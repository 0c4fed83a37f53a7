//! Reads the figures of the containers that are looked at, at a pace that respects the engine. Nothing wanted: no
//! request, no wakeup. One message a round, so that the screen is drawn once.
//!
//! Of a local engine whose control groups can be read nothing is asked: the kernel's own files tell the same. Otherwise the
//! engine is asked within a budget, in waves before engine 25, whose answers wait for a shared tick.
mod budget;
pub mod focus;
mod plan;

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use self::budget::Budget;
use self::plan::Plan;
use super::clock;
use crate::engine::cgroup::Cgroups;
use crate::engine::stats::DIRECT_ONE_SHOT;
use crate::engine::{Engine, Error};
use crate::model::{Counters, HostId, Key, Sample};
use crate::msg::{FailureKind, HostMsg};
use crate::settings::Settings;

/// Whose figures are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What is looked at: at the usual pace.
    pub near: BTreeSet<Key>,
    /// All others that have figures: with what is left of the budget.
    pub rest: BTreeSet<Key>,
    /// Every second, by [`focus`].
    pub focused: BTreeSet<Key>,
}

impl Wanted {
    fn contains(&self, key: &Key) -> bool {
        self.near.contains(key) || self.rest.contains(key)
    }

    fn iter(&self) -> impl Iterator<Item = &Key> {
        self.near.iter().chain(&self.rest)
    }
}

/// One reading may take this long.
const DEADLINE: Duration = Duration::from_secs(5);
/// Requests under way at once: old engines answer a whole wave at their next tick, new ones at once.
const WAVE: usize = 32;
const DIRECT: usize = 8;

/// How figures are had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two readings of what is looked at.
    pub period: Duration,
    /// Most readings a second that are asked of an engine.
    pub budget: u32,
}

impl Pace {
    pub fn of(settings: &Settings) -> Self {
        Self {
            period: settings.stats_period,
            budget: settings.stats_budget,
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::of(&Settings::default())
    }
}

struct Sampler {
    plan: Plan,
    budget: Budget,
    /// What the budget allowed in the last round.
    rate: f64,
    period: Duration,
    groups: Cgroups,
    out: Round,
}

/// What one round found out.
#[derive(Debug, Default)]
struct Round {
    samples: Vec<(Key, Sample)>,
    gone: Vec<Key>,
}

/// Runs until the host's tasks end.
pub async fn run(
    host: HostId,
    pace: Pace,
    engine: watch::Receiver<Option<Engine>>,
    wanted: watch::Receiver<Wanted>,
    out: mpsc::Sender<(HostId, HostMsg)>,
) {
    with(Cgroups::default(), host, pace, engine, wanted, out).await;
}

async fn with(
    groups: Cgroups,
    host: HostId,
    pace: Pace,
    mut engine: watch::Receiver<Option<Engine>>,
    mut wanted: watch::Receiver<Wanted>,
    out: mpsc::Sender<(HostId, HostMsg)>,
) {
    let mut it = Sampler {
        plan: Plan::new(pace.period),
        budget: Budget::new(pace.budget, Instant::now()),
        rate: f64::from(pace.budget),
        period: pace.period,
        groups,
        out: Round::default(),
    };
    loop {
        let client = match engine.wait_for(Option::is_some).await {
            Ok(found) => found.clone(),
            Err(_) => return,
        };
        let Some(client) = client else { continue };
        let keys = wanted.borrow_and_update().clone();
        it.plan.forget(&keys, Instant::now());
        let again = it.round(&client, &keys).await;
        if it.send(host, &out).await.is_err() {
            return;
        }
        let nothing = keys.near.is_empty() && keys.rest.is_empty();
        let waits = async {
            match again {
                Some(at) if !nothing => sleep_until(at).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            () = waits => {}
            changed = wanted.changed() => if changed.is_err() { return },
            changed = engine.changed(), if nothing => if changed.is_err() { return },
        }
    }
}

impl Sampler {
    /// Reads what is due; when to look again.
    async fn round(&mut self, client: &Engine, keys: &Wanted) -> Option<Instant> {
        let now = Instant::now();
        let rate = self.budget.rate();
        if rate > self.rate {
            let (near, rest) = self.plan.paces(keys, rate);
            self.plan.hasten(keys, near, rest);
        }
        self.rate = rate;
        let mut ready = self.plan.ready(keys, now);
        if client.is_local() && self.groups.any() && !ready.is_empty() {
            ready = self.by_files(ready, now).await;
        }
        let at_once = if client.api() >= DIRECT_ONE_SHOT {
            DIRECT
        } else {
            WAVE
        };
        // A wave is one tick of an old engine: it is begun when it is worth it.
        let mut granted = self.budget.take(ready.len().min(2 * at_once), now);
        if granted < ready.len().min(at_once) && granted > 0 && granted < at_once / 4 {
            self.budget.give_back(granted);
            granted = 0;
        }
        if granted > 0 {
            let asked = ready.get(..granted).unwrap_or_default();
            let (near, rest) = self.plan.paces(keys, self.budget.rate());
            let readings = wave(client, asked, at_once).await;
            for reading in readings {
                let near_by = keys.near.contains(&reading.key);
                self.settle(reading, now, if near_by { near } else { rest });
            }
            return Some(Instant::now());
        }
        if !ready.is_empty() {
            let wait = self.budget.wait(ready.len().min(at_once), now);
            return Some(now + wait.max(Duration::from_millis(50)));
        }
        self.plan.next(keys)
    }

    /// Reads from the kernel's files what can be; gives the others back.
    async fn by_files(&mut self, ready: Vec<Key>, now: Instant) -> Vec<Key> {
        let mut groups = std::mem::take(&mut self.groups);
        let read = tokio::task::spawn_blocking(move || {
            groups.begin();
            let readings: Vec<(Key, Option<Counters>)> = ready
                .into_iter()
                .map(|key| {
                    let counters = groups.read(&key.id, clock::now);
                    (key, counters)
                })
                .collect();
            (groups, readings)
        });
        let Ok((groups, readings)) = read.await else {
            return Vec::new();
        };
        self.groups = groups;
        let mut left = Vec::new();
        for (key, counters) in readings {
            match counters {
                Some(counters) => self.take(key, counters, now, self.period),
                None => left.push(key),
            }
        }
        left
    }

    fn take(&mut self, key: Key, counters: Counters, started: Instant, pace: Duration) {
        let now = clock::now();
        let before = self.plan.read(&key, (counters, now), started, pace);
        let before = before.as_ref().map(|(counters, at)| (counters, *at));
        let sample = counters.sample(before, now);
        self.out.samples.push((key, sample));
    }

    fn settle(&mut self, reading: Reading, started: Instant, pace: Duration) {
        let Reading { key, answer, took } = reading;
        let in_time = !matches!(&answer, Err(e) if e.kind() == FailureKind::TimedOut);
        self.budget.answered(took, in_time, Instant::now());
        match answer {
            Ok(counters) if counters.is_empty() => {
                self.plan.idle(&key, started, pace);
                // When it starts it may have a place among the kernel's files.
                self.groups.forget(&key.id);
                self.out.gone.push(key);
            }
            Ok(counters) => self.take(key, counters, started, pace),
            Err(error) => {
                self.plan.failed(&key, started);
                if error.kind() == FailureKind::NotFound {
                    self.groups.forget(&key.id);
                    self.out.gone.push(key);
                }
            }
        }
    }

    async fn send(
        &mut self,
        host: HostId,
        out: &mpsc::Sender<(HostId, HostMsg)>,
    ) -> Result<(), mpsc::error::SendError<(HostId, HostMsg)>> {
        let Round { samples, gone } = std::mem::take(&mut self.out);
        if !samples.is_empty() {
            out.send((host, HostMsg::Samples(samples))).await?;
        }
        if !gone.is_empty() {
            out.send((host, HostMsg::NoSample(gone))).await?;
        }
        Ok(())
    }
}

struct Reading {
    key: Key,
    answer: Result<Counters, Error>,
    took: Duration,
}

/// Reads all of them, a bounded number at a time.
async fn wave(client: &Engine, due: &[Key], at_once: usize) -> Vec<Reading> {
    let read = |key: Key| async move {
        let asked = Instant::now();
        let answer = client.stats_once(&key.id, DEADLINE).await;
        Reading {
            key,
            answer,
            took: asked.elapsed(),
        }
    };
    let mut waiting = due.iter().cloned();
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(at_once).map(read).collect();
    let mut readings = Vec::with_capacity(due.len());
    while let Some(reading) = running.next().await {
        readings.push(reading);
        if let Some(key) = waiting.next() {
            running.push(read(key));
        }
    }
    readings
}

#[cfg(test)]
mod tests;
