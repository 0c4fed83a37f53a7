//! A swarm, as one of its managers tells of it: services, the tasks they consist of, the nodes that run these, and what may be
//! done to them.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::key::Key;

/// How many tasks a service is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As many as asked for.
    Replicated,
    /// One on every node that may run it.
    Global,
    /// Some that end, once.
    Job,
}

/// One instance of a service, as it was put on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number among the replicas; 0 where there is one a node.
    pub slot: u64,
    /// The name of the node it is on; empty while none was found.
    pub node: String,
    /// The engine's word: `running`, `pending`, `preparing`, `failed`, `rejected`, `shutdown`.
    pub state: String,
    /// What it is to become: `running`, `shutdown`, `remove`, of a job `complete`.
    pub wanted: String,
    /// Why it is not what it is to be; empty when nothing is wrong.
    pub error: String,
    /// Since when it has been in this state.
    pub since: Option<DateTime<Utc>>,
    /// The full id of its container, once there is one.
    pub container: String,
}

impl Task {
    /// It counts: it is not one that another has replaced.
    pub fn is_wanted(&self) -> bool {
        !matches!(self.wanted.as_str(), "shutdown" | "remove")
    }

    pub fn runs(&self) -> bool {
        self.state == "running" && self.is_wanted()
    }

    /// It ended by itself and not well, or never began.
    pub fn failed(&self) -> bool {
        matches!(self.state.as_str(), "failed" | "rejected" | "orphaned")
    }
}

/// A change of a service that is being rolled out, or was broken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// The engine's word: `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused`, `rollback_completed`.
    pub state: String,
    pub message: String,
}

impl Rollout {
    /// In the words of the screen while it is not over, and whether it is stuck.
    pub fn words(&self) -> Option<(&'static str, bool)> {
        match self.state.as_str() {
            "updating" => Some((say!("updating" as "rollout"), false)),
            "paused" => Some((say!("update broken off"), true)),
            "rollback_started" => Some((say!("rolling back" as "rollout"), false)),
            "rollback_paused" => Some((say!("rollback broken off"), true)),
            _ => None,
        }
    }
}

/// A port of the swarm that leads to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// 0 where the engine has not chosen one yet.
    pub published: u16,
    pub target: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A service of the swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub key: Key,
    pub name: String,
    /// As it was asked for, without the digest that the swarm has pinned.
    pub image: String,
    pub mode: Mode,
    /// Tasks that are to be; `None`: the engine does not tell.
    pub wanted: Option<u64>,
    pub ports: Vec<Port>,
    pub rollout: Option<Rollout>,
    pub created: Option<DateTime<Utc>>,
    pub updated: Option<DateTime<Utc>>,
    /// Its own, not those of its containers.
    pub labels: BTreeMap<String, String>,
    /// By their slot and node, the newest of each first.
    pub tasks: Vec<Task>,
}

impl Service {
    /// The stack that it was deployed with.
    pub fn stack(&self) -> Option<&str> {
        let label = self.labels.get("com.docker.stack.namespace");
        label.map(String::as_str)
    }

    pub fn running(&self) -> u64 {
        self.tasks.iter().filter(|task| task.runs()).count() as u64
    }

    /// Tasks of a job that ended well.
    pub fn completed(&self) -> u64 {
        let done = |task: &&Task| task.state == "complete";
        self.tasks.iter().filter(done).count() as u64
    }

    /// Fewer run than are to; of a job, fewer have ended well.
    pub fn is_short(&self) -> bool {
        let there = match self.mode {
            Mode::Job => self.completed(),
            _ => self.running(),
        };
        self.wanted.is_some_and(|wanted| there < wanted)
    }

    /// Why fewer run than are to, as the newest task that could not says.
    pub fn trouble(&self) -> Option<&Task> {
        if !self.is_short() {
            return None;
        }
        let told = self.tasks.iter().filter(|task| !task.error.is_empty());
        told.max_by_key(|task| (task.is_wanted(), task.since))
    }
}

/// Whether a node takes tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It takes them.
    Active,
    /// It keeps those it has and gets no others.
    Pause,
    /// Its tasks go elsewhere.
    Drain,
}

impl Availability {
    pub const ALL: [Self; 3] = [Self::Active, Self::Pause, Self::Drain];

    /// The engine's word; anything unknown is `None`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pause => "pause",
            Self::Drain => "drain",
        }
    }

    /// As it is shown.
    pub fn said(self) -> &'static str {
        match self {
            Self::Active => say!("active" as "availability"),
            Self::Pause => say!("paused" as "availability"),
            Self::Drain => say!("drained" as "availability"),
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Active => say!("it takes tasks"),
            Self::Pause => say!("it keeps its tasks and gets no others"),
            Self::Drain => say!("its tasks go to other nodes"),
        }
    }
}

/// What a node is in the swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The manager that decides.
    Leader,
    Manager,
    Worker,
}

impl Role {
    /// As it is shown.
    pub fn said(self) -> &'static str {
        match self {
            Self::Leader => say!("leader"),
            Self::Manager => say!("manager" as "role"),
            Self::Worker => say!("worker"),
        }
    }
}

/// A machine of the swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub key: Key,
    pub hostname: String,
    pub role: Role,
    pub availability: Option<Availability>,
    /// The engine's word: `ready`, `down`, `disconnected`, `unknown`.
    pub state: String,
    /// Why it is not ready.
    pub message: String,
    /// Of a manager: `reachable` or `unreachable` for the others.
    pub reachability: String,
    pub address: String,
    /// Of its engine.
    pub version: String,
    /// Thousandths of a processor.
    pub cpus: Option<u64>,
    /// Bytes.
    pub memory: Option<u64>,
    pub labels: BTreeMap<String, String>,
    /// Tasks that run on it.
    pub running: u64,
}

impl Node {
    pub fn is_ready(&self) -> bool {
        self.state == "ready" && self.reachability != "unreachable"
    }
}

/// A change of a swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A service gets this many replicas.
    Scale(u64),
    /// All tasks of a service are made anew, as its settings for updates say.
    Restart,
    /// A service becomes what it was before its last change.
    Rollback,
    RemoveService,
    Availability(Availability),
    RemoveNode,
}

impl Act {
    /// The journal's name of it, and as it is shown: what goes on and what has happened.
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Scale(_) => (
                "service.scale",
                say!("scaling" as "doing"),
                say!("scaled" as "done"),
            ),
            Self::Restart => (
                "service.restart",
                say!("restarting" as "doing"),
                say!("restarted" as "done"),
            ),
            Self::Rollback => (
                "service.rollback",
                say!("rolling back" as "doing"),
                say!("rolled back" as "done"),
            ),
            Self::RemoveService => (
                "service.remove",
                say!("removing" as "doing"),
                say!("removed" as "done"),
            ),
            Self::Availability(_) => (
                "node.availability",
                say!("changing" as "doing"),
                say!("changed" as "done"),
            ),
            Self::RemoveNode => (
                "node.remove",
                say!("removing" as "doing"),
                say!("removed" as "done"),
            ),
        }
    }

    /// What it does, as it is shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scale(_) => say!("scale"),
            Self::Restart => say!("restart"),
            Self::Rollback => say!("roll back"),
            Self::RemoveService | Self::RemoveNode => say!("remove"),
            Self::Availability(_) => say!("availability"),
        }
    }

    /// What was asked beyond the verb.
    pub fn param(self) -> Option<(&'static str, String)> {
        match self {
            Self::Scale(to) => Some(("replicas", to.to_string())),
            Self::Availability(to) => Some(("availability", to.word().to_owned())),
            Self::Restart | Self::Rollback | Self::RemoveService | Self::RemoveNode => None,
        }
    }

    /// The docker command that does the same.
    pub fn command(self, name: &str) -> String {
        match self {
            Self::Scale(to) => format!("docker service scale {name}={to}"),
            Self::Restart => format!("docker service update --force {name}"),
            Self::Rollback => format!("docker service rollback {name}"),
            Self::RemoveService => format!("docker service rm {name}"),
            Self::Availability(to) => {
                format!("docker node update --availability {} {name}", to.word())
            }
            Self::RemoveNode => format!("docker node rm {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostId, Kind};

    fn task(slot: u64, state: &str, wanted: &str, error: &str, at: i64) -> Task {
        Task {
            slot,
            node: String::new(),
            state: state.to_owned(),
            wanted: wanted.to_owned(),
            error: error.to_owned(),
            since: DateTime::from_timestamp(at, 0),
            container: String::new(),
        }
    }

    fn service(wanted: u64, tasks: Vec<Task>) -> Service {
        Service {
            key: Key::new(HostId(0), Kind::Service, "s"),
            name: "shop_web".to_owned(),
            image: String::new(),
            mode: Mode::Replicated,
            wanted: Some(wanted),
            ports: Vec::new(),
            rollout: None,
            created: None,
            updated: None,
            labels: BTreeMap::new(),
            tasks,
        }
    }

    #[test]
    fn a_service_tells_why_fewer_run_than_are_to() {
        let tasks = vec![
            task(1, "running", "running", "", 5),
            task(2, "ready", "ready", "", 9),
            task(2, "failed", "shutdown", "exit 127", 8),
            task(2, "failed", "shutdown", "exit 1", 2),
        ];
        let two = service(2, tasks.clone());
        assert_eq!((two.running(), two.is_short()), (1, true));
        assert_eq!(
            two.trouble().map(|task| task.error.as_str()),
            Some("exit 127")
        );
        // What failed once is no trouble where all run.
        assert_eq!(service(1, tasks.clone()).trouble(), None);
        // One that waits now tells more than one that failed before.
        let waits = task(3, "pending", "running", "no suitable node", 3);
        let three = service(3, tasks.into_iter().chain([waits]).collect());
        assert_eq!(
            three.trouble().map(|task| task.error.as_str()),
            Some("no suitable node")
        );
    }

    #[test]
    fn a_job_is_short_until_all_have_ended_well() {
        let mut job = service(2, vec![task(1, "complete", "complete", "", 1)]);
        job.mode = Mode::Job;
        assert!(job.is_short());
        job.tasks.push(task(2, "complete", "complete", "", 1));
        assert!(!job.is_short());
    }
}
