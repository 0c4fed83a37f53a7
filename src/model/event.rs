//! What the engine says as it happens.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// One event of the engine's stream. Texts are sanitised at the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    pub at: DateTime<Utc>,
    /// Nanoseconds since the epoch, as the engine counts them: orders events and lists.
    pub nanos: i64,
    /// `container`, `image`, `network`, `volume`, `daemon` …
    pub kind: String,
    /// `die`, `start`, `health_status: healthy` …
    pub action: String,
    /// Full id of the actor.
    pub id: String,
    /// The actor's name, or its id when it has none.
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

impl EngineEvent {
    /// What looking makes, not doing: a health probe's `exec_create`, `exec_start` and `exec_die`, and the `top` of every
    /// list of processes. Nothing may be asked anew for it: the question itself would make the next one.
    pub fn is_noise(&self) -> bool {
        self.action == "top" || self.action.starts_with("exec_")
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The exit code of a `die`.
    pub fn exit_code(&self) -> Option<i64> {
        self.attribute("exitCode")
            .or_else(|| self.attribute("containerExitCode"))?
            .parse()
            .ok()
    }
}
