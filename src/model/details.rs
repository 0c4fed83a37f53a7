//! What inspect tells of one container, and the table of its processes. Texts are sanitised at the edge.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::container::{Container, Health, Mount, Port, RunState};
use super::document::Node;
use super::key::Key;

/// One run of a health check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Probe {
    pub start: Option<DateTime<Utc>>,
    pub end: Option<DateTime<Utc>>,
    pub exit_code: i64,
    /// May hold several lines.
    pub output: String,
}

/// The health check's record, newest probe last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    pub status: Option<Health>,
    pub failing_streak: u64,
    pub probes: Vec<Probe>,
    /// The command of the check, joined by spaces.
    pub test: String,
}

/// How the container sits in one network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkLink {
    pub name: String,
    pub address: String,
    pub gateway: String,
    pub mac: String,
    pub aliases: Vec<String>,
}

/// Everything the details screen shows of one container.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    pub key: Key,
    /// When the engine answered.
    pub at: DateTime<Utc>,
    pub name: String,
    pub image: String,
    pub image_id: String,
    pub state: RunState,
    pub pid: Option<u32>,
    pub exit_code: i64,
    pub oom_killed: bool,
    /// The engine's own error of the last start, empty when none.
    pub error: String,
    pub created: Option<DateTime<Utc>>,
    pub started: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
    pub restart_count: u64,
    pub health: Option<ProbeReport>,
    /// `always`, `on-failure:3`, `unless-stopped`, `no`.
    pub restart_policy: String,
    /// Seconds between the stop signal and the kill; 10 where the container sets none.
    pub stop_timeout: u32,
    pub stop_signal: String,
    /// Number of cores, when limited.
    pub cpu_limit: Option<f64>,
    /// Bytes, when limited.
    pub memory_limit: Option<u64>,
    /// Bytes of memory and swap together, as the engine has it: -1 for all there is, 0 where none is set.
    pub swap_limit: Option<i64>,
    pub pids_limit: Option<u64>,
    pub command: Vec<String>,
    pub entrypoint: Vec<String>,
    pub user: String,
    pub working_dir: String,
    pub hostname: String,
    pub tty: bool,
    pub privileged: bool,
    pub log_driver: String,
    pub environment: Vec<(String, String)>,
    pub labels: BTreeMap<String, String>,
    pub mounts: Vec<Mount>,
    pub ports: Vec<Port>,
    pub networks: Vec<NetworkLink>,
    /// The whole answer, for the inspect screen.
    pub document: Node,
}

impl Details {
    /// What a list tells of a container; the rest is not known.
    pub fn listed(container: &Container, at: DateTime<Utc>) -> Self {
        let link = |(name, address): &(String, String)| NetworkLink {
            name: name.clone(),
            address: address.clone(),
            ..NetworkLink::default()
        };
        Self {
            key: container.key.clone(),
            at,
            name: container.name.clone(),
            image: container.image.clone(),
            image_id: container.image_id.clone(),
            state: container.state.clone(),
            pid: None,
            exit_code: container.exit_code.unwrap_or(0),
            oom_killed: false,
            error: String::new(),
            created: container.created,
            started: container.since,
            finished: container.since,
            restart_count: 0,
            health: None,
            restart_policy: String::new(),
            stop_timeout: 0,
            stop_signal: String::new(),
            cpu_limit: None,
            memory_limit: None,
            swap_limit: None,
            pids_limit: None,
            command: Vec::from([container.command.clone()]),
            entrypoint: Vec::new(),
            user: String::new(),
            working_dir: String::new(),
            hostname: String::new(),
            tty: false,
            privileged: false,
            log_driver: String::new(),
            environment: Vec::new(),
            labels: container.labels.clone(),
            mounts: container.mounts.clone(),
            ports: container.ports.clone(),
            networks: container.networks.iter().map(link).collect(),
            document: Node::Null,
        }
    }
}

/// The engine's `top` answer: titles, then one row a process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Processes {
    pub titles: Vec<String>,
    pub rows: Vec<Vec<String>>,
}
