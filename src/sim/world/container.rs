//! A container as it stands now. Must not know how it came there: changes are made by the world.
use std::collections::VecDeque;

use crate::sim::clock::{Ns, human};
use crate::sim::load::Load;
use crate::sim::logs::Tape;
use crate::sim::scenario::ContainerSpec;

use super::After;

/// Where a container stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Made, never started.
    Created,
    /// Running.
    Running,
    /// Running, frozen.
    Paused,
    /// Ended, to be started again by its policy.
    Restarting,
    /// Ended.
    Exited,
}

impl Phase {
    /// The engine's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Exited => "exited",
        }
    }
}

/// A network a container is in.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Network name.
    pub network: String,
    /// Network id.
    pub network_id: String,
    /// Endpoint id.
    pub id: String,
    /// Address, empty for `host` and `none`.
    pub address: String,
    /// Gateway.
    pub gateway: String,
    /// The address that was asked for, if one was.
    pub fixed: Option<String>,
    /// Names that were asked for.
    pub aliases: Vec<String>,
}

impl Endpoint {
    /// The hardware address: made from the address, as the engine does.
    pub fn mac(&self) -> String {
        let bytes: Vec<u8> = self
            .address
            .split('.')
            .filter_map(|n| n.parse().ok())
            .collect();
        match bytes[..] {
            [a, b, c, d] => format!("02:42:{a:02x}:{b:02x}:{c:02x}:{d:02x}"),
            _ => String::new(),
        }
    }
}

/// One probe's outcome.
#[derive(Debug, Clone)]
pub struct Probe {
    /// When it began.
    pub start: Ns,
    /// When it ended.
    pub end: Ns,
    /// Its exit code.
    pub code: i64,
    /// What it said.
    pub output: String,
}

/// Health as probed.
#[derive(Debug, Clone)]
pub struct Health {
    /// `starting`, `healthy`, `unhealthy`.
    pub status: &'static str,
    /// Failures in a row.
    pub streak: u64,
    /// The last five probes.
    pub log: VecDeque<Probe>,
}

/// A container.
#[derive(Debug)]
pub struct Container {
    /// Id.
    pub id: String,
    /// Name without slash.
    pub name: String,
    /// What the scenario or the maker says.
    pub spec: ContainerSpec,
    /// Image id.
    pub image_id: String,
    /// Shells of its image.
    pub shells: Vec<String>,
    /// When it was made.
    pub created: Ns,
    /// Command line, never empty.
    pub command: Vec<String>,
    /// Environment.
    pub env: Vec<String>,
    /// Labels, sorted.
    pub labels: Vec<(String, String)>,
    /// Networks.
    pub endpoints: Vec<Endpoint>,
    /// Where it stands.
    pub phase: Phase,
    /// Number of its run; 0 before the first.
    pub run: u64,
    /// Process id, 0 when it has none.
    pub pid: u32,
    /// Exit code of the last run.
    pub exit_code: i64,
    /// Whether the last run was killed for want of memory.
    pub oom: bool,
    /// When the last run began.
    pub started: Option<Ns>,
    /// When the last run ended.
    pub finished: Option<Ns>,
    /// Restarts by policy.
    pub restarts: u64,
    /// Wait before the next start by policy; 0 when it has been well.
    pub backoff: Ns,
    /// Since when it is frozen.
    pub paused_at: Option<Ns>,
    /// How long it was frozen in this run.
    pub paused_for: Ns,
    /// Health, if it is probed.
    pub health: Option<Health>,
    /// Log.
    pub tape: Tape,
    /// Load.
    pub load: Load,
    /// Ignores signals and fails its probe.
    pub stuck: bool,
    /// What comes after the end of this run.
    pub after: Option<After>,
    /// Whether it was ended by hand, so that its policy does not start it.
    pub by_hand: bool,
    /// Whether it ran when the daemon went down.
    pub was_running: bool,
    /// Whether it is removed when it ends.
    pub auto_remove: bool,
    /// Whether it ends with the input of who is attached.
    pub stdin_once: bool,
    /// How long its command takes and the code it gives, if it ends by itself.
    pub errand: Option<(Ns, i64)>,
}

impl Container {
    /// A container that was never started, without image, networks and labels.
    pub fn new(id: String, name: String, spec: ContainerSpec, tape: Tape, load: Load) -> Self {
        Self {
            id,
            name,
            stuck: spec.stuck,
            spec,
            image_id: String::new(),
            shells: Vec::new(),
            created: 0,
            command: Vec::new(),
            env: Vec::new(),
            labels: Vec::new(),
            endpoints: Vec::new(),
            phase: Phase::Created,
            run: 0,
            pid: 0,
            exit_code: 0,
            oom: false,
            started: None,
            finished: None,
            restarts: 0,
            backoff: 0,
            paused_at: None,
            paused_for: 0,
            health: None,
            tape,
            load,
            after: None,
            by_hand: false,
            was_running: false,
            auto_remove: false,
            stdin_once: false,
            errand: None,
        }
    }

    /// Its network mode: another container's network, else the first one it is in.
    pub fn network_mode(&self) -> &str {
        let mut asked = self.spec.networks.iter();
        let lent = asked.find(|name| name.starts_with("container:"));
        let own = self.endpoints.first().map(|e| &e.network);
        lent.or(own).map_or("default", String::as_str)
    }

    /// Whether it has a process.
    pub fn alive(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Paused)
    }

    /// Whether its program does what it is there for, as far as anybody has looked.
    pub fn is_well(&self) -> bool {
        let unhealthy = |health: &Health| health.status == "unhealthy";
        !self.stuck && !self.health.as_ref().is_some_and(unhealthy)
    }

    /// How long it has truly run in this run.
    pub fn active(&self, now: Ns) -> Ns {
        match self.started {
            Some(started) if self.alive() => {
                self.paused_at.unwrap_or(now) - started - self.paused_for
            }
            _ => 0,
        }
    }

    /// The `Status` column: `Up 3 hours (healthy)`, `Exited (137) 2 minutes ago`.
    pub fn status(&self, now: Ns) -> String {
        let ago = |at: Option<Ns>| human(now - at.unwrap_or(now));
        match self.phase {
            Phase::Created => "Created".into(),
            Phase::Paused => format!("Up {} (Paused)", ago(self.started)),
            Phase::Restarting => {
                format!("Restarting ({}) {} ago", self.exit_code, ago(self.finished))
            }
            Phase::Exited => format!("Exited ({}) {} ago", self.exit_code, ago(self.finished)),
            Phase::Running => match &self.health {
                Some(health) if health.status == "starting" => {
                    format!("Up {} (health: starting)", ago(self.started))
                }
                Some(health) => format!("Up {} ({})", ago(self.started), health.status),
                None => format!("Up {}", ago(self.started)),
            },
        }
    }

    /// Its value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// Named volumes it mounts.
    pub fn volumes(&self) -> impl Iterator<Item = &str> {
        let volumes = self.spec.mounts.iter().filter(|mount| mount.is_volume());
        volumes.map(|mount| mount.source.as_str())
    }

    /// User its processes run as.
    pub fn user(&self) -> &str {
        if self.spec.user.is_empty() {
            "root"
        } else {
            &self.spec.user
        }
    }
}
