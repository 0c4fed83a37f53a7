//! What may be done to the services and nodes of a swarm.
use crate::columns::listed;
use crate::effect::{Effects, Verb};
use crate::lang;
use crate::model::swarm::{Act, Availability, Mode, Node, Service};
use crate::model::{Container, Key, Kind};
use crate::state::{Choice, Confirm, Layer, Menu, MenuItem, PromptKind, Scope, State, Weight};

use super::container::{self, NO_LINK};
use super::{Action, Danger};

/// Which service a container is a task of.
const SERVICE: &str = "com.docker.swarm.service.id";

const fn swarm(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::Swarm, id, title, help, keys, run)
}

/// The actions of these nouns.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 1,
        unavailable: no_logs,
        ..swarm(
            "service.logs",
            "logs",
            "Follow the logs of its tasks on the hosts that are open here.",
            &["l"],
            logs,
        )
    },
    Action {
        footer: 2,
        danger: Danger::Changes,
        unavailable: |s| no_targets(s, Kind::Service),
        ..swarm(
            "service.restart",
            "restart",
            "Make its tasks anew, one after the other as its settings for updates say.",
            &["r"],
            |s| start(s, Kind::Service, Act::Restart),
        )
    },
    Action {
        footer: 3,
        danger: Danger::Changes,
        unavailable: not_scalable,
        ..swarm(
            "service.scale",
            "scale",
            "Have more or fewer replicas.",
            &["s"],
            scale,
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: |s| no_targets(s, Kind::Service),
        ..swarm(
            "service.rollback",
            "roll back",
            "Have it as it was before its last change, after a question.",
            &["b"],
            roll_back,
        )
    },
    Action {
        footer: 9,
        unavailable: |s| {
            let listed = s.view().is_listing();
            (!listed).then(|| say!("only in the list").to_owned())
        },
        ..swarm(
            "swarm.problems",
            "problems",
            "Show only services of which fewer tasks run than are to, and nodes that take none.",
            &["!"],
            |s| super::shelf::change(s, |listing| listing.unused_only = !listing.unused_only),
        )
    },
    Action {
        footer: 2,
        danger: Danger::Changes,
        unavailable: |s| no_targets(s, Kind::Node),
        ..swarm(
            "node.availability",
            "availability",
            "Choose whether it takes tasks, keeps those it has, or gives them away.",
            &["p"],
            availability,
        )
    },
];

/// What an act is done to, of this kind: the marked rows, else what the screen is about.
fn targets(state: &State, kind: Kind) -> Vec<Key> {
    let keys = match listed::listing(state) {
        Some(listing) => listing.targets(),
        None => state.subject().into_iter().collect(),
    };
    keys.into_iter().filter(|key| key.kind == kind).collect()
}

/// Why there is nothing of this kind to act on.
fn no_targets(state: &State, kind: Kind) -> Option<String> {
    let keys = targets(state, kind);
    let Some(first) = keys.first() else {
        return Some(say!("nothing is chosen").to_owned());
    };
    let up = state
        .world
        .host(first.host)
        .is_some_and(|host| host.link.is_up());
    (!up).then(|| lang::say(NO_LINK).to_owned())
}

/// The one service that the screen is about.
fn service(state: &State) -> Option<&Service> {
    let key = state.subject()?;
    state.shelves.services.things.get(&key)
}

/// Containers of its tasks, on every host that is open.
fn tasks_of(state: &State, service: &Service) -> Vec<Key> {
    let is_of_it = |c: &&Container| {
        c.labels
            .get(SERVICE)
            .is_some_and(|id| **id == *service.key.id)
    };
    let all = state.world.containers().filter(is_of_it);
    all.map(|c| c.key.clone()).collect()
}

fn no_logs(state: &State) -> Option<String> {
    let Some(service) = service(state) else {
        return Some(say!("nothing is chosen").to_owned());
    };
    let none = tasks_of(state, service).is_empty();
    none.then(|| {
        say!(
            "no task of it is on a host that is open here; docker service logs {name}",
            name = service.name
        )
    })
}

fn logs(state: &mut State) -> Effects {
    if let Some(service) = service(state) {
        let (keys, name) = (tasks_of(state, service), service.name.clone());
        container::open_logs(state, &keys, Some(name));
    }
    Effects::new()
}

fn start(state: &mut State, kind: Kind, act: Act) -> Effects {
    let jobs = targets(state, kind);
    let jobs = jobs.into_iter().map(|key| (key, Verb::Swarm(act)));
    container::start_jobs(state, &jobs.collect::<Vec<_>>())
}

fn not_scalable(state: &State) -> Option<String> {
    no_targets(state, Kind::Service).or_else(|| match service(state)?.mode {
        Mode::Replicated => None,
        Mode::Global => Some(say!("one task runs on every node").to_owned()),
        Mode::Job => Some(say!("a job has no replicas").to_owned()),
    })
}

fn scale(state: &mut State) -> Effects {
    let Some(service) = service(state) else {
        return Effects::new();
    };
    let key = service.key.clone();
    let title = say!("replicas of {name}", name = service.name);
    let now = service.wanted.unwrap_or(0).to_string();
    super::table::type_line(state, PromptKind::Replicas(key), &title, now)
}

/// Asks before a service gets another number of replicas.
pub fn ask_to_scale(state: &mut State, key: &Key, to: u64) {
    let Some(service) = state.shelves.services.things.get(key) else {
        return;
    };
    let (now, name) = (service.wanted.unwrap_or(0), service.name.clone());
    if to == now {
        let words = say!("{name} has as many already", name);
        state.toasts.ok(words, state.now);
        return;
    }
    let line = if to < now {
        Weight::Bad.of(say_n!(
            now - to,
            "{n} task ends; the swarm chooses which.",
            "{n} tasks end; the swarm chooses which."
        ))
    } else {
        Weight::Change.of(say_n!(
            to - now,
            "{n} task is added, where a node has room.",
            "{n} tasks are added, where nodes have room."
        ))
    };
    let title = say!(
        "Scale {service}{host} from {now} to {to}?",
        service = name,
        host = state.on_host(key.host),
        now,
        to
    );
    let jobs = vec![(key.clone(), Verb::Swarm(Act::Scale(to)))];
    ask(state, title, vec![line], jobs, say!("scale"));
}

fn roll_back(state: &mut State) -> Effects {
    let jobs: Vec<(Key, Verb)> = targets(state, Kind::Service)
        .into_iter()
        .map(|key| (key, Verb::Swarm(Act::Rollback)))
        .collect();
    let names = jobs.iter().filter_map(|(key, _)| state.shelves.name(key));
    let what = names.collect::<Vec<_>>().join(", ");
    let line = say!("Its tasks are made anew as they were before its last change.");
    let title = say!("Roll {what} back?", what);
    let lines = vec![Weight::Change.of(line)];
    ask(state, title, lines, jobs, say!("roll back"));
    Effects::new()
}

fn ask(
    state: &mut State,
    title: String,
    lines: Vec<crate::state::Told>,
    jobs: Vec<(Key, Verb)>,
    yes: &str,
) {
    state.layers.push(Layer::Confirm(Confirm {
        title,
        lines,
        jobs,
        yes: yes.to_owned(),
        opened: state.now,
        ..Confirm::default()
    }));
}

fn node(state: &State) -> Option<&Node> {
    let key = state.subject()?;
    state.shelves.nodes.things.get(&key)
}

fn availability(state: &mut State) -> Effects {
    let Some(node) = node(state) else {
        return Effects::new();
    };
    let (key, now) = (&node.key, node.availability);
    let items = Availability::ALL.map(|one| {
        let verb = Verb::Swarm(Act::Availability(one));
        MenuItem::new(one.said(), one.meaning(), Choice::Do(key.clone(), verb)).on(now == Some(one))
    });
    let title = say!("Availability of {node}", node = node.hostname);
    state.offer(Menu::new(title, items));
    Effects::new()
}
