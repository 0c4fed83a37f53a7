//! What is known of where the room on a host's disk went.
use chrono::{DateTime, Utc};

use crate::model::space::Space;
use crate::msg::Failure;

/// The newest answer of one host, and whether another is on its way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpaceBook {
    pub answer: Option<Result<Box<Space>, Failure>>,
    /// When it was asked, while no answer is there.
    pub asked: Option<DateTime<Utc>>,
}
