//! A run of a container that is over.
use chrono::{DateTime, Utc};

/// When a run ended, and between which times its lines are in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub at: DateTime<Utc>,
    /// As far as is known.
    pub since: Option<DateTime<Utc>>,
    pub until: DateTime<Utc>,
}
