//! What routes are read out of beside the containers, which container has which, and what came of looking at them.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::Key;
use crate::model::route::Seen;
use crate::model::route::probe::Answer;

/// A look at whether a route answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    UnderWay(DateTime<Utc>),
    Done(DateTime<Utc>, Result<Answer, String>),
}

/// Beside the shelf of routes.
#[derive(Debug, Clone, Default)]
pub struct RouteBook {
    /// By container: what is known of it beyond the list.
    pub seen: BTreeMap<Key, Seen>,
    /// By container: its routes, the most trusted first.
    pub of: BTreeMap<Key, Vec<Key>>,
    /// By route.
    pub checks: BTreeMap<Key, Check>,
    /// The routes must be read anew.
    pub stale: bool,
}
