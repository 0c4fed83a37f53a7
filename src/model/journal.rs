//! One line of the journal: who did what to which thing, and how it ended.
use chrono::{DateTime, FixedOffset};

/// Where in an act's life an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Phase {
    Session,
    /// Written before the call.
    Intent,
    /// Written after it.
    #[default]
    Result,
    /// Seen from the engine, not done by us.
    Observed,
    Note,
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Intent => "intent",
            Self::Result => "result",
            Self::Observed => "observed",
            Self::Note => "note",
        }
    }
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Outcome {
    Success,
    Failure,
    Cancelled,
    /// No result was written: the program or the host went away meanwhile.
    #[default]
    Unknown,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }
}

/// What an act was done to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// `container`, `stack` …
    pub kind: String,
    /// Short id.
    pub id: String,
    pub name: String,
    pub project: Option<String>,
    pub service: Option<String>,
    pub image: Option<String>,
}

/// One entry, as read from or written to the journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// ULID.
    pub id: String,
    /// The intent that a result answers.
    pub answers: Option<String>,
    pub at: DateTime<FixedOffset>,
    pub phase: Phase,
    /// `container.restart`.
    pub action: String,
    /// The user's name.
    pub user: String,
    /// `203.0.113.7:51544` of an SSH session, as claimed by the environment.
    pub client: Option<String>,
    /// The engine's name.
    pub host: String,
    pub target: Option<Target>,
    /// What was asked, in words: `timeout 10 s`, `signal KILL`.
    pub params: Vec<(String, String)>,
    /// State before, in words: `running, unhealthy`.
    pub before: Option<String>,
    pub after: Option<String>,
    pub duration_ms: Option<u64>,
    pub exit_code: Option<i64>,
    pub outcome: Option<Outcome>,
    /// The engine's own words when it failed.
    pub error: Option<String>,
    /// The docker command that does the same.
    pub command: Option<String>,
}
