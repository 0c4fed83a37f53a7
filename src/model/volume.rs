//! One row of the engine's list of volumes.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::key::Key;

/// A volume of the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Its id is its name.
    pub key: Key,
    pub driver: String,
    /// Where it lies on the host, when the driver says.
    pub mountpoint: String,
    /// `local` or `global`.
    pub scope: String,
    pub created: Option<DateTime<Utc>>,
    pub labels: BTreeMap<String, String>,
    /// The driver's options it was made with.
    pub options: BTreeMap<String, String>,
    /// Bytes; known only when it was asked for, which makes the engine read it all.
    pub size: Option<u64>,
}

/// Whether the engine made this name up: 64 hexadecimal digits.
pub fn is_made_up(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Volume {
    pub fn name(&self) -> &str {
        &self.key.id
    }

    /// Made by the engine for a container and named by nobody: 64 hexadecimal digits, or its own label.
    pub fn is_anonymous(&self) -> bool {
        let label = "com.docker.volume.anonymous";
        self.labels.contains_key(label) || is_made_up(self.name())
    }

    /// The compose project that made it.
    pub fn project(&self) -> Option<&str> {
        let label = self.labels.get("com.docker.compose.project");
        label.map(String::as_str)
    }
}
