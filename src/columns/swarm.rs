//! The columns of the tables of a swarm's services and nodes.
use super::listed::{Listed, age, age_rank, host, signed, size, word};
use super::{Cell, Column, Fit, Rank, Width, default, figure, words};
use crate::model::swarm::{Availability, Mode, Node, Port, Rollout, Service};
use crate::model::{Key as Id, Kind};
use crate::state::shelf::Shelves;
use crate::state::{Shelf, State, ViewId};
use crate::text;
use crate::theme::Key;

/// The columns of services, in their order on screen.
pub const SERVICES: &[Column<Service>] = &[
    default(words(
        "name",
        "service",
        Width::Flex(14, 30),
        255,
        "Its name.",
        |service, cx| {
            let sign = match standing(service).key {
                Key::StateOk => ("● ", Key::StateOk),
                Key::StateBad => ("✖ ", Key::StateBad),
                Key::StateBusy => ("◐ ", Key::StateBusy),
                key => ("○ ", key),
            };
            signed(sign, &service.key, &service.name, Key::Text, cx)
        },
        |service, _| word(&service.name),
    )),
    host(),
    default(figure(
        "replicas",
        "tasks",
        7,
        250,
        "How many of its tasks run, of how many that are to; of a job, how many have ended well.",
        |service, _| Cell::of(replicas(service), standing(service).key),
        |service, _| Rank::Number(i64::from(!service.is_short())),
    )),
    default(words(
        "state",
        "state",
        Width::Flex(36, 90),
        245,
        "Whether all is as it is to be, and else why not.",
        |service, _| {
            let standing = standing(service);
            Cell::of(standing.short(), standing.key)
        },
        |service, _| Rank::Number(i64::from(!service.is_short())),
    )),
    default(words(
        "ports",
        "ports",
        Width::Flex(8, 16),
        180,
        "Ports of the swarm that lead to it.",
        |service, _| Cell {
            pieces: service
                .ports
                .iter()
                .map(|port| (ports(port).into(), Key::Text))
                .collect(),
            fit: Fit::Whole,
        },
        |service, _| Rank::Numbers(service.ports.iter().map(|p| p.published.into()).collect()),
    )),
    default(words(
        "image",
        "image",
        Width::Flex(12, 24),
        170,
        "The image its tasks are made from.",
        |service, _| Cell {
            fit: Fit::Path,
            ..Cell::of(service.image.as_str(), Key::Dim)
        },
        |service, _| word(&service.image),
    )),
    words(
        "stack",
        "stack",
        Width::Flex(8, 20),
        150,
        "The stack it was deployed with.",
        |service, _| Cell::of(service.stack().unwrap_or_default(), Key::Dim),
        |service, _| word(service.stack().unwrap_or_default()),
    ),
    default(figure(
        "age",
        "changed",
        7,
        130,
        "How long ago it was changed last.",
        |service, cx| age(service.updated.or(service.created), cx),
        |service, _| age_rank(service.updated.or(service.created)),
    )),
];

/// `2/3`; the second is blank where the engine does not tell it.
fn replicas(service: &Service) -> String {
    let there = match service.mode {
        Mode::Job => service.completed(),
        _ => service.running(),
    };
    let wanted = service.wanted.map_or_else(String::new, |n| n.to_string());
    format!("{there}/{wanted}")
}

/// `8081→80`; what is no TCP says so.
pub fn ports(port: &Port) -> String {
    let protocol = match port.protocol.as_str() {
        "tcp" | "" => String::new(),
        other => format!("/{other}"),
    };
    format!("{}→{}{protocol}", port.published, port.target)
}

/// How a service stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// In a few words.
    pub words: String,
    /// Why it is not as it is to be.
    pub why: String,
    pub key: Key,
}

impl Standing {
    /// On one line, with the innermost cause alone.
    fn short(&self) -> String {
        with(&self.words, &text::cause(&self.why, REASON))
    }

    /// All of it.
    pub fn whole(&self) -> String {
        with(&self.words, &self.why)
    }
}

/// Columns of a row that a reason may take before it is shortened.
const REASON: usize = 60;

pub fn standing(service: &Service) -> Standing {
    let of = |words: &str, why: &str, key| Standing {
        words: words.to_owned(),
        why: why.to_owned(),
        key,
    };
    let change = service.rollout.as_ref();
    let rollout = change.and_then(Rollout::words);
    match (rollout, service.trouble()) {
        (Some((words, true)), _) => {
            let why = change.map_or("", |rollout| rollout.message.as_str());
            of(words, why, Key::StateBad)
        }
        (rollout, Some(task)) => {
            let words = rollout.map_or(task.state.as_str(), |(words, _)| words);
            of(words, &task.error, Key::StateBad)
        }
        (Some((words, false)), None) => of(words, "", Key::StateBusy),
        (None, None) => match (service.wanted, service.mode) {
            (Some(0), Mode::Replicated) => of(say!("scaled to none"), "", Key::StateOff),
            (Some(0), Mode::Global) => of(say!("no node takes it"), "", Key::StateBusy),
            (_, Mode::Job) if !service.is_short() => of(say!("done"), "", Key::StateOff),
            _ if service.is_short() => of(say!("starting" as "doing"), "", Key::StateBusy),
            _ => of(say!("running" as "service"), "", Key::StateOk),
        },
    }
}

fn with(words: &str, why: &str) -> String {
    if why.is_empty() {
        words.to_owned()
    } else {
        format!("{words}: {why}")
    }
}

/// The columns of nodes, in their order on screen.
pub const NODES: &[Column<Node>] = &[
    default(words(
        "name",
        "node",
        Width::Flex(12, 26),
        255,
        "The name of the machine.",
        |node, cx| {
            let sign = match condition(node) {
                (_, Key::StateOk) => ("● ", Key::StateOk),
                (_, Key::StateBad) => ("✖ ", Key::StateBad),
                (_, key) => ("◐ ", key),
            };
            signed(sign, &node.key, &node.hostname, Key::Text, cx)
        },
        |node, _| word(&node.hostname),
    )),
    host(),
    default(words(
        "state",
        "state",
        Width::Flex(26, 50),
        250,
        "Whether it answers, whether it takes tasks, and else why not.",
        |node, _| {
            let (words, key) = condition(node);
            Cell::of(words, key)
        },
        |node, _| Rank::Number(i64::from(node.is_ready())),
    )),
    default(words(
        "role",
        "role",
        Width::Fixed(10),
        240,
        "The manager that decides, another manager, or a worker.",
        |node, _| Cell::of(node.role.said(), Key::Text),
        |node, _| Rank::Number(node.role as i64),
    )),
    default(figure(
        "tasks",
        "tasks",
        6,
        230,
        "How many tasks run on it.",
        |node, _| Cell::of(node.running.to_string(), Key::Figure),
        |node, _| Rank::descending(i64::try_from(node.running).ok()),
    )),
    default(figure(
        "cpus",
        "cpus",
        5,
        160,
        "Its processors.",
        |node, _| cpus(node),
        |node, _| Rank::descending(node.cpus.and_then(|n| i64::try_from(n).ok())),
    )),
    default(figure(
        "memory",
        "mem",
        6,
        150,
        "Its memory.",
        |node, _| size(node.memory),
        |node, _| Rank::descending(node.memory.and_then(|n| i64::try_from(n).ok())),
    )),
    default(words(
        "address",
        "address",
        Width::Flex(10, 18),
        180,
        "Where the swarm reaches it.",
        |node, _| Cell::of(node.address.as_str(), Key::Dim),
        |node, _| word(&node.address),
    )),
    default(words(
        "version",
        "engine",
        Width::Flex(8, 14),
        120,
        "The version of its engine.",
        |node, _| Cell::of(node.version.as_str(), Key::Dim),
        |node, _| word(&node.version),
    )),
];

fn cpus<'a>(node: &Node) -> Cell<'a> {
    node.cpus.map_or_else(Cell::blank, |thousandths| {
        let words = if thousandths % 1000 == 0 {
            (thousandths / 1000).to_string()
        } else {
            text::decimal(thousandths as f64 / 1000.0, 1).to_string()
        };
        Cell::of(words, Key::Figure)
    })
}

/// How a node stands, in a few words with their meaning.
pub fn condition(node: &Node) -> (String, Key) {
    if node.state != "ready" {
        return (with(&node.state, &node.message), Key::StateBad);
    }
    if node.reachability == "unreachable" {
        let words = say!("its manager is out of reach").to_owned();
        return (words, Key::StateBad);
    }
    match node.availability {
        Some(Availability::Active) | None => (say!("ready").to_owned(), Key::StateOk),
        Some(other) => (other.said().to_owned(), Key::StateBusy),
    }
}

impl Listed for Service {
    const VIEW: ViewId = ViewId::Services;
    const KIND: Kind = Kind::Service;
    const NONE: &'static str = key!("There are no services in this swarm.");
    const ALL_BUSY: &'static str =
        key!("Of every service as many tasks run as are to; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        SERVICES
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.services
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.services
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        let names = [self.name.as_str(), self.image.as_str()];
        names.into_iter().chain(self.stack()).collect()
    }

    /// Fewer of its tasks run than are to.
    fn is_idle(&self, _: &State) -> bool {
        self.is_short()
    }
}

impl Listed for Node {
    const VIEW: ViewId = ViewId::Nodes;
    const KIND: Kind = Kind::Node;
    const NONE: &'static str = key!("There are no nodes in this swarm.");
    const ALL_BUSY: &'static str = key!("Every node is ready and takes tasks; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        NODES
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.nodes
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.nodes
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        vec![&self.hostname, &self.address]
    }

    /// It takes no tasks.
    fn is_idle(&self, _: &State) -> bool {
        !self.is_ready() || self.availability != Some(Availability::Active)
    }
}
