//! Every host with its inventory and the figures of its containers. Applies what the engine says; asks nothing.
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::tally::Tally;
use crate::model::{Container, EngineEvent, EngineInfo, HostId, Key, Link, Sample};

pub use super::tally::Totals;
pub use super::vitals::Vitals;

/// A death of a container that we saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death {
    pub at: DateTime<Utc>,
    pub exit_code: i64,
    pub oom: bool,
}

/// The containers of a stack, and their sums.
#[derive(Debug, Clone, Default)]
struct Stack {
    members: BTreeSet<Key>,
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
    /// What the engine said of itself when it last answered.
    pub known: Option<Box<EngineInfo>>,
    /// Deaths seen, newest last, at most 32 a container.
    pub deaths: BTreeMap<Key, VecDeque<Death>>,
    /// When the engine last told us anything.
    pub heard: Option<DateTime<Utc>>,
    /// A first snapshot has come.
    pub loaded: bool,
    // Changed only by `put`, `take_out` and `figures`, which keep the sums below right.
    containers: BTreeMap<Key, Container>,
    // Asked for by each row of an order by figures; in no order of its own.
    vitals: HashMap<Key, Vitals>,
    tally: Tally,
    stacks: BTreeMap<Arc<str>, Stack>,
    oom: BTreeMap<Key, DateTime<Utc>>,
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
            known: None,
            deaths: BTreeMap::new(),
            heard: None,
            loaded: false,
            containers: BTreeMap::new(),
            vitals: HashMap::new(),
            tally: Tally::default(),
            stacks: BTreeMap::new(),
            oom: BTreeMap::new(),
            troubled: BTreeSet::new(),
            generation: 0,
        }
    }

    /// Replaces the inventory by a fresh one; figures of what is still there stay.
    pub fn snapshot(&mut self, containers: Vec<Container>) {
        self.containers.clear();
        self.troubled.clear();
        self.generation += 1;
        self.stacks.clear();
        self.tally = Tally::default();
        for container in containers {
            self.put(container);
        }
        let present = &self.containers;
        self.vitals.retain(|key, _| present.contains_key(key));
        self.deaths.retain(|key, _| present.contains_key(key));
        self.oom.retain(|key, _| present.contains_key(key));
        self.loaded = true;
    }

    /// Applies changed rows and removals.
    pub fn delta(&mut self, changed: Vec<Container>, gone: &[Key]) {
        for key in gone {
            self.take_out(key);
            self.vitals.remove(key);
            self.deaths.remove(key);
        }
        for container in changed {
            if !container.state.is_live() {
                self.forget(&container.key);
            }
            self.put(container);
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
                self.forget(&key);
            }
            _ => {}
        }
    }

    pub fn sample(&mut self, key: &Key, sample: &Sample) {
        self.figures(key, |vitals| match vitals.get_mut(key) {
            Some(known) => known.push(sample),
            None => vitals.entry(key.clone()).or_default().push(sample),
        });
    }

    /// The engine has no figures for this one now; its past stays.
    pub fn no_sample(&mut self, key: &Key) {
        self.figures(key, |vitals| {
            if let Some(vitals) = vitals.get_mut(key) {
                vitals.forget_newest();
            }
        });
    }

    /// Forgets the figures of what does not run.
    fn forget(&mut self, key: &Key) {
        self.figures(key, |vitals| {
            vitals.remove(key);
        });
    }

    /// Puts a container in, in place of what was known of it.
    fn put(&mut self, mut container: Container) {
        self.take_out(&container.key);
        let stacks = &self.stacks;
        container.settle(|name| {
            let known = stacks.get_key_value(name);
            known.map_or_else(|| Arc::from(name), |(known, _)| known.clone())
        });
        let key = container.key.clone();
        let one = Tally::of(&container, self.latest(&key));
        self.tally.add(&one);
        if let Some(name) = container.stack_shared() {
            let stack = self.stacks.entry(name).or_default();
            stack.members.insert(key.clone());
            stack.tally.add(&one);
        }
        if container.problem().is_some() {
            self.troubled.insert(key.clone());
        }
        self.generation += 1;
        self.containers.insert(key, container);
    }

    fn take_out(&mut self, key: &Key) {
        let Some(container) = self.containers.remove(key) else {
            return;
        };
        self.troubled.remove(key);
        self.generation += 1;
        let one = Tally::of(&container, self.latest(key));
        self.tally.take(&one);
        if let Some(name) = container.stack()
            && let Some(stack) = self.stacks.get_mut(name)
        {
            stack.members.remove(key);
            stack.tally.take(&one);
            if stack.members.is_empty() {
                self.stacks.remove(name);
            }
        }
    }

    /// Changes the figures of a container that is there.
    fn figures(&mut self, key: &Key, change: impl FnOnce(&mut HashMap<Key, Vitals>)) {
        let Some(container) = self.containers.get(key) else {
            return;
        };
        let before = Tally::of(container, self.latest(key));
        change(&mut self.vitals);
        let after = Tally::of(container, self.latest(key));
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

    /// Every container, in key order.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.containers.values()
    }

    /// The containers in trouble.
    pub fn troubled(&self) -> impl Iterator<Item = &Key> {
        self.troubled.iter()
    }

    /// Changes with every change of the inventory.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Deaths within the last hour before `now`.
    pub fn recent_deaths(&self, key: &Key, now: DateTime<Utc>) -> impl Iterator<Item = &Death> {
        self.deaths
            .get(key)
            .into_iter()
            .flatten()
            .filter(move |d| now - d.at < TimeDelta::hours(1))
    }

    /// The newest figures, when they are known, for tables, order and sums: see [`Vitals`].
    pub fn latest(&self, key: &Key) -> Option<&Sample> {
        self.vitals.get(key)?.steady()
    }
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
        self.hosts.get(&key.host)?.containers.get(key)
    }

    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.hosts
            .values()
            .flat_map(|host| host.containers.values())
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

    pub fn vitals(&self, key: &Key) -> Option<&Vitals> {
        self.hosts.get(&key.host)?.vitals.get(key)
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
mod tests {
    use super::*;
    use crate::model::{Health, RunState};
    use proptest::prelude::*;

    const HOST: HostId = HostId(0);
    const STACKS: [&str; 3] = ["", "shop", "wiki"];

    #[derive(Debug, Clone)]
    enum Step {
        Snapshot(Vec<Container>),
        Delta(Vec<Container>, Vec<Key>),
        Sample(Key, Option<f64>, Option<u64>),
        NoSample(Key),
        Died(String),
    }

    fn a_key() -> impl Strategy<Value = Key> {
        (0..6u8).prop_map(|n| Key::container(HOST, &n.to_string()))
    }

    fn a_container() -> impl Strategy<Value = Container> {
        let state = prop::sample::select(vec![
            RunState::Running,
            RunState::Paused,
            RunState::Restarting,
            RunState::Exited,
            RunState::Created,
        ]);
        (a_key(), 0..3usize, state, any::<bool>()).prop_map(|(key, stack, state, sick)| {
            let mut c = Container::bare(key, "c");
            c.state = state;
            c.health = sick.then_some(Health::Unhealthy);
            let label = "com.docker.compose.project".to_owned();
            c.labels.insert(label, STACKS[stack].to_owned());
            c
        })
    }

    fn a_step() -> impl Strategy<Value = Step> {
        let list = || prop::collection::vec(a_container(), 0..6);
        let cpu = prop::option::of(prop_oneof![0.0..800.0, Just(f64::NAN), Just(f64::INFINITY)]);
        prop_oneof![
            list().prop_map(Step::Snapshot),
            (list(), prop::collection::vec(a_key(), 0..3)).prop_map(|(c, k)| Step::Delta(c, k)),
            (a_key(), cpu, any::<Option<u64>>()).prop_map(|(k, c, m)| Step::Sample(k, c, m)),
            a_key().prop_map(Step::NoSample),
            (0..6u8).prop_map(|n| Step::Died(n.to_string())),
        ]
    }

    fn sample(cpu: Option<f64>, memory: Option<u64>) -> Sample {
        let nothing = crate::model::stats::Counters::default();
        Sample {
            cpu,
            memory,
            ..nothing.sample(None, DateTime::UNIX_EPOCH)
        }
    }

    fn apply(host: &mut Host, step: Step) {
        match step {
            Step::Snapshot(list) => host.snapshot(list),
            Step::Delta(changed, gone) => host.delta(changed, &gone),
            Step::Sample(key, cpu, memory) => host.sample(&key, &sample(cpu, memory)),
            Step::NoSample(key) => host.no_sample(&key),
            Step::Died(id) => host.observe(&EngineEvent {
                at: DateTime::UNIX_EPOCH,
                nanos: 0,
                kind: "container".to_owned(),
                action: "die".to_owned(),
                id,
                name: String::new(),
                attributes: BTreeMap::new(),
            }),
        }
    }

    proptest! {
        #[test]
        fn the_sums_are_those_of_a_count_anew(steps in prop::collection::vec(a_step(), 0..24)) {
            let mut world = World::default();
            world.hosts.insert(HOST, Host::new(HOST, "h"));
            for step in steps {
                apply(world.hosts.get_mut(&HOST).unwrap(), step);
                let anew = |of: &mut dyn Iterator<Item = &Container>| {
                    let mut tally = Tally::default();
                    of.for_each(|c| tally.add(&Tally::of(c, world.latest(&c.key))));
                    tally.totals()
                };
                prop_assert_eq!(world.totals(), anew(&mut world.containers()));
                for name in &STACKS[1..] {
                    let in_it = |c: &&Container| c.stack() == Some(name);
                    let key = Key::stack(HOST, name);
                    let sums = anew(&mut world.containers().filter(in_it));
                    prop_assert_eq!(world.stack_totals(&key), sums);
                    let members: Vec<_> = world.members(&key).collect();
                    prop_assert_eq!(members, world.containers().filter(in_it).collect::<Vec<_>>());
                }
            }
        }
    }
}
