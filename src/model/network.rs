//! One row of the engine's list of networks.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::key::Key;

/// A range of addresses of a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subnet {
    /// CIDR: `172.18.0.0/16`.
    pub range: String,
    pub gateway: String,
}

/// A network of the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub key: Key,
    pub name: String,
    pub driver: String,
    /// `local`, `swarm` or `global`.
    pub scope: String,
    /// No way out of it.
    pub internal: bool,
    pub ipv6: bool,
    pub created: Option<DateTime<Utc>>,
    pub subnets: Vec<Subnet>,
    pub labels: BTreeMap<String, String>,
}

impl Network {
    /// One of those that every engine has and that nobody can remove.
    pub fn is_built_in(&self) -> bool {
        matches!(self.name.as_str(), "bridge" | "host" | "none" | "podman")
    }

    /// The compose project that made it.
    pub fn project(&self) -> Option<&str> {
        let label = self.labels.get("com.docker.compose.project");
        label.map(String::as_str)
    }
}
