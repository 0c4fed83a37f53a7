//! An engine endpoint and the condition of the link to it.
use std::fmt;

use chrono::{DateTime, Utc};

use super::key::Key;

/// A host's place in the list of hosts of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HostId(pub u16);

/// `1.45` as two numbers, so that it orders rightly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ApiVersion(pub u16, pub u16);

impl ApiVersion {
    /// Reads `1.45`; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// A host as a thing in a list; all else of it is asked of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEntry {
    /// Its id is the label.
    pub key: Key,
}

/// What an engine says of itself (`/version` and `/info`). Unknown figures are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineInfo {
    /// The engine's own id, from `/info`.
    pub id: String,
    /// The machine's name.
    pub name: String,
    /// Where we reach it, without credentials.
    pub endpoint: String,
    pub version: String,
    pub api: ApiVersion,
    pub os: String,
    pub kernel: String,
    /// Logical processors.
    pub cpus: Option<u32>,
    /// Bytes of memory.
    pub memory: Option<u64>,
    pub cgroup_version: Option<u8>,
    pub cgroup_driver: String,
    pub podman: bool,
    pub swarm_manager: bool,
    /// What time it had when it said so.
    pub clock: Option<DateTime<Utc>>,
}

/// One endpoint that was tried and why it failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tried {
    /// `unix:///var/run/docker.sock`
    pub endpoint: String,
    /// Where the endpoint came from: `DOCKER_HOST`, `context "prod"`, `default socket` …
    pub origin: String,
    /// The reason in plain words.
    pub why: String,
    /// The way out, when one is known.
    pub advice: String,
}

/// Why a link is down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DownReason {
    /// In plain words, sanitised.
    pub why: String,
    pub advice: String,
    /// Every endpoint tried, when none answered.
    pub tried: Vec<Tried>,
}

/// The condition of the link to a host, as data.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// Not yet answered; `attempt` counts from 1.
    Connecting {
        attempt: u32,
    },
    Up(Box<EngineInfo>),
    Down {
        reason: Box<DownReason>,
        since: DateTime<Utc>,
        retry_at: Option<DateTime<Utc>>,
    },
}

impl Link {
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Up(_))
    }

    pub fn info(&self) -> Option<&EngineInfo> {
        match self {
            Self::Up(info) => Some(info),
            Self::Connecting { .. } | Self::Down { .. } => None,
        }
    }
}
