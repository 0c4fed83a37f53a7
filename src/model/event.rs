//! What the engine says as it happens.
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// The engine tells of a start once it is done, when the first lines of the run may have been there for a while.
const LATE: TimeDelta = TimeDelta::seconds(1);

/// From when on lines belong to the run that the engine tells to have started `at`, the one before having ended then.
pub fn run_begins(at: DateTime<Utc>, died: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let earliest = at - LATE;
    died.filter(|died| *died <= at)
        .map_or(earliest, |died| died.max(earliest))
}

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
    /// What looking makes, not doing: a health probe's `exec_create`, `exec_start` and `exec_die`, the `top` of every list of
    /// processes, and the `archive-path` of every file that is read. Nothing may be asked anew for it: the question itself would make the next one.
    pub fn is_noise(&self) -> bool {
        matches!(self.action.as_str(), "top" | "archive-path") || self.action.starts_with("exec_")
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
