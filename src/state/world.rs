//! Every host with its inventory and the figures of its containers. Applies what the engine says; asks nothing.
use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Container, EngineEvent, HostId, Key, Link, RunState, Sample};

/// A short series for charts: one value a sample, newest last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    values: VecDeque<f32>,
}

impl History {
    /// Samples kept: five minutes at one every two seconds.
    pub const LENGTH: usize = 150;

    pub fn push(&mut self, value: f32) {
        if self.values.len() == Self::LENGTH {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    /// The newest `n` values, oldest first.
    pub fn last(&self, n: usize) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.values
            .iter()
            .skip(self.values.len().saturating_sub(n))
            .copied()
    }

    pub fn peak(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A container's figures: the newest, and their short past.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vitals {
    pub latest: Option<Sample>,
    /// Percent of one core.
    pub cpu: History,
    /// Bytes.
    pub memory: History,
    /// Bytes a second, both ways together.
    pub network: History,
    /// Bytes a second, both ways together.
    pub disk: History,
}

/// A death of a container that we saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death {
    pub at: DateTime<Utc>,
    pub exit_code: i64,
    pub oom: bool,
}

/// One engine and what it runs.
#[derive(Debug, Clone)]
pub struct Host {
    pub id: HostId,
    /// What to call it: the engine's name once known, else where it came from.
    pub label: String,
    pub link: Link,
    pub containers: BTreeMap<Key, Container>,
    pub vitals: BTreeMap<Key, Vitals>,
    /// Deaths seen, newest last, at most 32 a container.
    pub deaths: BTreeMap<Key, VecDeque<Death>>,
    /// When the engine last told us anything.
    pub heard: Option<DateTime<Utc>>,
    /// A first snapshot has come.
    pub loaded: bool,
    oom: BTreeMap<Key, DateTime<Utc>>,
}

impl Host {
    pub fn new(id: HostId, label: &str) -> Self {
        Self {
            id,
            label: label.to_owned(),
            link: Link::Connecting { attempt: 1 },
            containers: BTreeMap::new(),
            vitals: BTreeMap::new(),
            deaths: BTreeMap::new(),
            heard: None,
            loaded: false,
            oom: BTreeMap::new(),
        }
    }

    /// Replaces the inventory by a fresh one; figures of what is still there stay.
    pub fn snapshot(&mut self, containers: Vec<Container>) {
        self.containers = containers.into_iter().map(|c| (c.key.clone(), c)).collect();
        let present = &self.containers;
        self.vitals.retain(|key, _| present.contains_key(key));
        self.deaths.retain(|key, _| present.contains_key(key));
        self.oom.retain(|key, _| present.contains_key(key));
        self.loaded = true;
    }

    /// Applies changed rows and removals. Returns whether an unknown container came or one went.
    pub fn delta(&mut self, changed: Vec<Container>, gone: &[Key]) {
        for key in gone {
            self.containers.remove(key);
            self.vitals.remove(key);
            self.deaths.remove(key);
        }
        for container in changed {
            if !container.state.is_live() {
                self.vitals.remove(&container.key);
            }
            self.containers.insert(container.key.clone(), container);
        }
    }

    /// Learns from an event what the list does not tell: deaths and out-of-memory.
    pub fn observe(&mut self, event: &EngineEvent) {
        if event.kind != "container" {
            return;
        }
        let key = Key::container(self.id, &event.id);
        match event.action.as_str() {
            "oom" => {
                self.oom.insert(key, event.at);
            }
            "die" => {
                let oom = self
                    .oom
                    .remove(&key)
                    .is_some_and(|at| event.at - at < TimeDelta::seconds(10));
                let deaths = self.deaths.entry(key.clone()).or_default();
                if deaths.len() == 32 {
                    deaths.pop_front();
                }
                deaths.push_back(Death {
                    at: event.at,
                    exit_code: event.exit_code().unwrap_or(0),
                    oom,
                });
                self.vitals.remove(&key);
            }
            _ => {}
        }
    }

    pub fn sample(&mut self, key: &Key, sample: Sample) {
        if !self.containers.contains_key(key) {
            return;
        }
        let vitals = self.vitals.entry(key.clone()).or_default();
        let sum = |a: Option<f64>, b: Option<f64>| Some((a? + b?) as f32);
        vitals.cpu.push(sample.cpu.unwrap_or(0.0) as f32);
        vitals.memory.push(sample.memory.unwrap_or(0) as f32);
        vitals
            .network
            .push(sum(sample.net_rx, sample.net_tx).unwrap_or(0.0));
        vitals
            .disk
            .push(sum(sample.block_read, sample.block_write).unwrap_or(0.0));
        vitals.latest = Some(sample);
    }

    /// Deaths within the last hour before `now`.
    pub fn recent_deaths(&self, key: &Key, now: DateTime<Utc>) -> impl Iterator<Item = &Death> {
        self.deaths
            .get(key)
            .into_iter()
            .flatten()
            .filter(move |d| now - d.at < TimeDelta::hours(1))
    }

    /// The newest figures, when they are known.
    pub fn latest(&self, key: &Key) -> Option<&Sample> {
        self.vitals.get(key)?.latest.as_ref()
    }
}

/// Counts for the header.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    pub running: usize,
    pub paused: usize,
    pub exited: usize,
    pub unhealthy: usize,
    pub restarting: usize,
    /// Percent of one core, summed; `None` before any figure is known.
    pub cpu: Option<f64>,
    /// Bytes.
    pub memory: Option<u64>,
}

/// All hosts.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub hosts: BTreeMap<HostId, Host>,
}

impl World {
    pub fn host(&self, id: HostId) -> Option<&Host> {
        self.hosts.get(&id)
    }

    pub fn container(&self, key: &Key) -> Option<&Container> {
        self.hosts.get(&key.host)?.containers.get(key)
    }

    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.hosts
            .values()
            .flat_map(|host| host.containers.values())
    }

    /// The containers of a stack, in key order.
    pub fn members<'a>(&'a self, stack: &'a Key) -> impl Iterator<Item = &'a Container> {
        self.hosts
            .get(&stack.host)
            .into_iter()
            .flat_map(|host| host.containers.values())
            .filter(move |c| c.stack() == Some(&*stack.id))
    }

    pub fn latest(&self, key: &Key) -> Option<&Sample> {
        self.hosts.get(&key.host)?.latest(key)
    }

    pub fn vitals(&self, key: &Key) -> Option<&Vitals> {
        self.hosts.get(&key.host)?.vitals.get(key)
    }

    /// Sums over some containers.
    pub fn totals<'a>(&'a self, containers: impl Iterator<Item = &'a Container>) -> Totals {
        let mut totals = Totals::default();
        for container in containers {
            match container.state {
                RunState::Running | RunState::Stopping => totals.running += 1,
                RunState::Paused => totals.paused += 1,
                RunState::Restarting => totals.restarting += 1,
                RunState::Exited | RunState::Dead => totals.exited += 1,
                RunState::Created | RunState::Removing | RunState::Odd(_) | RunState::Unknown => {}
            }
            if container.problem() == Some(crate::model::container::Problem::Unhealthy) {
                totals.unhealthy += 1;
            }
            if let Some(sample) = self.latest(&container.key) {
                totals.cpu = add(totals.cpu, sample.cpu);
                totals.memory = match (totals.memory, sample.memory) {
                    (a, None) => a,
                    (a, Some(b)) => Some(a.unwrap_or(0) + b),
                };
            }
        }
        totals
    }
}

fn add(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (a, None) => a,
        (a, Some(b)) => Some(a.unwrap_or(0.0) + b),
    }
}
