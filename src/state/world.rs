//! Every host with its inventory and the figures of its containers. Applies what the engine says; asks nothing.
mod inspected;
mod loan;
mod past;
mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use self::inspected::Told;
use self::loan::Loans;
use self::past::Asked;
use super::inventory::Inventory;
use super::tally::Tally;
use crate::model::stack::tells_needs;
use crate::model::{Container, EngineInfo, Health, HostId, Key, Link, Sample};

pub use self::inspected::Restarts;
pub use self::past::{Death, LOOP};
pub use self::words::Words;
pub use super::tally::Totals;
pub use super::trend::Trend;
pub use super::vitals::Vitals;

/// The containers of a stack, and their sums.
#[derive(Debug, Clone, Default)]
struct Stack {
    members: BTreeSet<Key>,
    /// How many of them say what they wait for.
    telling: usize,
    tally: Tally,
}

/// One engine and what it runs.
#[derive(Debug, Clone)]
pub struct Host {
    pub id: HostId,
    /// What to call it: the engine's name once known, else where it came from.
    pub label: String,
    /// The user or docker called it so: the engine's name does not go over it.
    pub named: bool,
    pub link: Link,
    /// Since when the link is in its condition.
    pub since: Option<DateTime<Utc>>,
    /// Since when its events are heard. Before that the engine remembers but the last few.
    pub listens: Option<DateTime<Utc>>,
    /// What the engine said of itself when it last answered.
    pub known: Option<Box<EngineInfo>>,
    /// Deaths seen, newest last, at most 32 a container.
    pub deaths: BTreeMap<Key, VecDeque<Death>>,
    /// Verdicts of health checks as they changed, newest last.
    pub verdicts: BTreeMap<Key, VecDeque<(DateTime<Utc>, Health)>>,
    /// When last words were asked for, within the last minute.
    words_asked: VecDeque<DateTime<Utc>>,
    /// When the engine last told us anything.
    pub heard: Option<DateTime<Utc>>,
    /// How far its clock is ahead of ours, by what it said of itself when the link came up.
    pub ahead: Option<TimeDelta>,
    /// A first snapshot has come.
    pub loaded: bool,
    // Changed only by `put`, `take_out` and `figures`, which keep the sums below right.
    containers: Inventory,
    tally: Tally,
    trend: Trend,
    stacks: BTreeMap<Arc<str>, Stack>,
    // Apart from the stacks, which are gone for a moment whenever their last container is replaced.
    trends: BTreeMap<Arc<str>, Trend>,
    oom: BTreeMap<Key, DateTime<Utc>>,
    /// Those that were sent a signal and have not died since.
    killed: BTreeMap<Key, Asked>,
    looping: BTreeMap<Key, u8>,
    told: Told,
    loans: Loans,
    troubled: BTreeSet<Key>,
    generation: u64,
}

impl Host {
    pub fn new(id: HostId, label: &str) -> Self {
        Self {
            id,
            label: label.to_owned(),
            named: false,
            link: Link::Connecting { attempt: 1 },
            since: None,
            listens: None,
            known: None,
            deaths: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            words_asked: VecDeque::new(),
            heard: None,
            ahead: None,
            loaded: false,
            containers: Inventory::default(),
            tally: Tally::default(),
            trend: Trend::default(),
            stacks: BTreeMap::new(),
            trends: BTreeMap::new(),
            oom: BTreeMap::new(),
            killed: BTreeMap::new(),
            looping: BTreeMap::new(),
            told: Told::default(),
            loans: Loans::default(),
            troubled: BTreeSet::new(),
            generation: 0,
        }
    }

    /// Replaces the inventory by a fresh one; figures of what is still there stay.
    pub fn snapshot(&mut self, containers: Vec<Container>) {
        let mut before = std::mem::take(&mut self.containers);
        self.troubled.clear();
        self.generation += 1;
        self.stacks.clear();
        self.tally = Tally::default();
        for container in containers {
            let known = before.remove(&container.key);
            self.put(container, known.and_then(|(_, vitals)| vitals));
        }
        let present = &self.containers;
        self.deaths.retain(|key, _| present.contains(key));
        self.verdicts.retain(|key, _| present.contains(key));
        self.oom.retain(|key, _| present.contains(key));
        self.killed.retain(|key, _| present.contains(key));
        self.looping.retain(|key, _| present.contains(key));
        self.told.retain(|key| present.contains(key));
        self.loans.retain(|key| present.contains(key));
        self.tell_cut_off();
        self.forget_trends();
        self.loaded = true;
    }

    /// Applies changed rows and removals.
    pub fn delta(&mut self, changed: Vec<Container>, gone: &[Key]) {
        for key in gone {
            self.take_out(key);
            self.deaths.remove(key);
            self.verdicts.remove(key);
            self.looping.remove(key);
            self.told.forget(key);
        }
        for container in changed {
            let known = self.take_out(&container.key);
            let vitals = known.filter(|_| container.state.is_live());
            self.put(container, vitals);
        }
        if !gone.is_empty() {
            let present = &self.containers;
            self.loans.retain(|key| present.contains(key));
        }
        self.tell_cut_off();
        self.forget_trends();
    }

    /// New figures of some containers, and with them the sums of their stacks and of the host.
    pub fn samples(&mut self, samples: &[(Key, Sample)], now: DateTime<Utc>) {
        let mut stacks: Vec<Arc<str>> = Vec::new();
        for (key, sample) in samples {
            self.sample(key, sample);
            let stack = self.containers.get(key).and_then(Container::stack_shared);
            stacks.extend(stack.filter(|name| stacks.last() != Some(name)));
        }
        stacks.sort_unstable();
        stacks.dedup();
        for name in stacks {
            if let Some(stack) = self.stacks.get(&name) {
                self.trends.entry(name).or_default().note(&stack.tally, now);
            }
        }
        self.trend.note(&self.tally, now);
    }

    fn sample(&mut self, key: &Key, sample: &Sample) {
        self.figures(key, |vitals| vitals.get_or_insert_default().push(sample));
    }

    /// The engine has no figures for this one now; its past stays.
    pub fn no_sample(&mut self, key: &Key) {
        self.figures(key, |vitals| {
            if let Some(vitals) = vitals {
                vitals.forget_newest();
            }
        });
    }

    /// Forgets the figures of what does not run.
    fn forget(&mut self, key: &Key) {
        self.figures(key, |vitals| *vitals = None);
    }

    /// Forgets what stacks used that are gone for good.
    fn forget_trends(&mut self) {
        let all = self.trends.values().chain([&self.trend]);
        let newest = all.map(Trend::newest).max().unwrap_or(0);
        let stacks = &self.stacks;
        self.trends.retain(|name, trend| {
            stacks.contains_key(name) || newest - trend.newest() < super::trend::KEPT
        });
    }

    /// Has what was told of a container counted anew.
    fn put_again(&mut self, key: &Key) {
        if let Some(container) = self.containers.get(key).cloned() {
            let vitals = self.take_out(key);
            self.put(container, vitals);
        }
    }

    /// Puts a container in that is not there, or in place of what is.
    fn put(&mut self, mut container: Container, vitals: Option<Box<Vitals>>) {
        self.take_out(&container.key);
        container.looping = self.looping.get(&container.key).copied().unwrap_or(0);
        self.told.note(&mut container);
        container.ending = self.ending_of(&container);
        self.loans.note(&mut container);
        let stacks = &self.stacks;
        container.settle(|name| {
            let known = stacks.get_key_value(name);
            known.map_or_else(|| Arc::from(name), |(known, _)| known.clone())
        });
        let one = Tally::of(&container, steady(vitals.as_deref()));
        self.tally.add(&one);
        if let Some(name) = container.stack_shared() {
            let stack = self.stacks.entry(name).or_default();
            stack.members.insert(container.key.clone());
            stack.telling += usize::from(tells_needs(&container));
            stack.tally.add(&one);
        }
        if container.problem().is_some() {
            self.troubled.insert(container.key.clone());
        }
        self.generation += 1;
        self.containers.insert(container, vitals);
    }

    /// Takes a container out; gives its figures.
    fn take_out(&mut self, key: &Key) -> Option<Box<Vitals>> {
        let (container, vitals) = self.containers.remove(key)?;
        self.troubled.remove(key);
        self.generation += 1;
        let one = Tally::of(&container, steady(vitals.as_deref()));
        self.tally.take(&one);
        if let Some(name) = container.stack()
            && let Some(stack) = self.stacks.get_mut(name)
        {
            stack.members.remove(key);
            stack.telling -= usize::from(tells_needs(&container));
            stack.tally.take(&one);
            if stack.members.is_empty() {
                self.stacks.remove(name);
            }
        }
        vitals
    }

    /// Changes the figures of a container that is there.
    fn figures(&mut self, key: &Key, change: impl FnOnce(&mut Option<Box<Vitals>>)) {
        let Some((container, vitals)) = self.containers.entry(key) else {
            return;
        };
        let before = Tally::of(container, steady(vitals.as_deref()));
        change(vitals);
        let after = Tally::of(container, steady(vitals.as_deref()));
        let stack = container.stack().and_then(|name| self.stacks.get_mut(name));
        for tally in std::iter::once(&mut self.tally).chain(stack.map(|stack| &mut stack.tally)) {
            tally.take(&before);
            tally.add(&after);
        }
    }

    /// Counts and sums over its containers; counts nothing anew.
    pub fn totals(&self) -> Totals {
        self.tally.totals()
    }

    /// How many containers there are.
    pub fn count(&self) -> usize {
        self.containers.len()
    }

    pub fn container(&self, key: &Key) -> Option<&Container> {
        self.containers.get(key)
    }

    /// Every container, by the name it is shown by.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.containers.iter()
    }

    /// Whether the labels of a stack say what waits for what, or there is nothing to say.
    pub fn tells_order(&self, stack: &str) -> bool {
        let known = self.stacks.get(stack);
        known.is_none_or(|stack| stack.telling > 0 || stack.members.len() < 2)
    }

    /// The containers in trouble.
    pub fn troubled(&self) -> impl Iterator<Item = &Key> {
        self.troubled.iter()
    }

    /// Changes with every change of the inventory.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The past of what a stack of this name used.
    pub fn stack_trend(&self, name: &str) -> Option<&Trend> {
        self.trends.get(name)
    }

    /// The past of what all its containers used together.
    pub fn trend(&self) -> &Trend {
        &self.trend
    }

    /// The newest figures, when they are known, for tables, order and sums: see [`Vitals`].
    pub fn latest(&self, key: &Key) -> Option<&Sample> {
        steady(self.containers.vitals(key))
    }

    /// When the least recent of the figures shown was read; `None`: there is none.
    pub fn oldest(&self) -> Option<DateTime<Utc>> {
        let live = self.containers().filter(|c| c.state.is_live());
        live.filter_map(|c| Some(self.latest(&c.key)?.at)).min()
    }
}

fn steady(vitals: Option<&Vitals>) -> Option<&Sample> {
    vitals?.steady()
}

/// All hosts.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub hosts: BTreeMap<HostId, Host>,
    /// Ids given out.
    pub(super) opened: u16,
}

impl World {
    pub fn host(&self, id: HostId) -> Option<&Host> {
        self.hosts.get(&id)
    }

    pub fn container(&self, key: &Key) -> Option<&Container> {
        self.hosts.get(&key.host)?.container(key)
    }

    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.hosts.values().flat_map(Host::containers)
    }

    /// How many containers there are.
    pub fn count(&self) -> usize {
        self.hosts.values().map(Host::count).sum()
    }

    /// The containers of a stack, in key order.
    pub fn members<'a>(&'a self, stack: &Key) -> impl Iterator<Item = &'a Container> + use<'a> {
        self.hosts
            .get(&stack.host)
            .and_then(|host| Some((host, host.stacks.get(&*stack.id)?)))
            .into_iter()
            .flat_map(|(host, stack)| {
                let container = |key| host.containers.get(key);
                stack.members.iter().filter_map(container)
            })
    }

    pub fn latest(&self, key: &Key) -> Option<&Sample> {
        self.hosts.get(&key.host)?.latest(key)
    }

    /// The past of what a stack used.
    pub fn stack_trend(&self, stack: &Key) -> Option<&Trend> {
        self.hosts.get(&stack.host)?.stack_trend(&stack.id)
    }

    pub fn vitals(&self, key: &Key) -> Option<&Vitals> {
        self.hosts.get(&key.host)?.containers.vitals(key)
    }

    /// Counts and sums over all containers; counts nothing anew.
    pub fn totals(&self) -> Totals {
        let mut tally = Tally::default();
        for host in self.hosts.values() {
            tally.add(&host.tally);
        }
        tally.totals()
    }

    /// Counts and sums over a stack; counts nothing anew.
    pub fn stack_totals(&self, stack: &Key) -> Totals {
        self.hosts
            .get(&stack.host)
            .and_then(|host| host.stacks.get(&*stack.id))
            .map(|stack| stack.tally.totals())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
