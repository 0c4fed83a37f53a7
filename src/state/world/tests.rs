//! Sums and sets follow whatever comes, in whatever order.
use super::*;
use crate::model::{EngineEvent, RunState};
use chrono::TimeDelta;
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
    Calm,
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
    let name = prop::sample::select(vec!["c", "C", "b", "shop-a"]);
    (a_key(), name, 0..3usize, state, any::<bool>()).prop_map(|(key, name, stack, state, sick)| {
        let mut c = Container::bare(key, name);
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
        Just(Step::Calm),
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
        Step::Sample(key, cpu, memory) => {
            host.samples(&[(key, sample(cpu, memory))], DateTime::UNIX_EPOCH);
        }
        Step::NoSample(key) => host.no_sample(&key),
        // Often enough for a loop.
        Step::Died(id) => {
            for second in 0..LOOP as i64 {
                let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
                host.observe(&EngineEvent {
                    at,
                    nanos: 0,
                    kind: "container".to_owned(),
                    action: "die".to_owned(),
                    id: id.clone(),
                    name: String::new(),
                    attributes: [("exitCode".to_owned(), "1".to_owned())].into(),
                });
                host.tell_loops(at);
            }
        }
        Step::Calm => host.tell_loops(DateTime::UNIX_EPOCH + TimeDelta::days(1)),
    }
}

fn by_name(c: &Container) -> (std::borrow::Cow<'_, str>, &str, &Key) {
    (c.sort_name(), &c.name, &c.key)
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
            prop_assert!(world.containers().is_sorted_by_key(by_name));
            for c in world.containers() {
                prop_assert_eq!(world.container(&c.key), Some(c));
            }
            for name in &STACKS[1..] {
                let in_it = |c: &&Container| c.stack() == Some(name);
                let key = Key::stack(HOST, name);
                let sums = anew(&mut world.containers().filter(in_it));
                prop_assert_eq!(world.stack_totals(&key), sums);
                let members: Vec<_> = world.members(&key).map(|c| &c.key).collect();
                let keys = world.containers().filter(in_it).map(|c| &c.key);
                let keys: BTreeSet<_> = keys.collect();
                prop_assert_eq!(members, keys.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
