//! What routes are read out of beside the containers, which container has which, and what came of looking at them.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::route::probe::Answer;
use crate::model::route::{Seen, is_traefik, reads_environments};
use crate::model::{Container, Key};

use super::Host;

/// A look at whether a route answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    UnderWay(DateTime<Utc>),
    Done(DateTime<Utc>, Result<Answer, String>),
}

impl Check {
    /// It is over, and nobody would call what came of it well.
    pub fn went_wrong(&self, now: DateTime<Utc>) -> bool {
        match self {
            Self::UnderWay(_) => false,
            Self::Done(_, Ok(answer)) => !answer.is_well() || answer.has_expired(now),
            Self::Done(_, Err(_)) => true,
        }
    }
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
    /// What was found out since is not in them yet.
    pub behind: bool,
    /// When they were last read.
    pub read_at: Option<DateTime<Utc>>,
    /// Containers of which nothing could be found out.
    pub in_vain: BTreeSet<Key>,
}

/// The containers of a host that routes depend on beyond their labels: how a Traefik is set up, and the environments that an
/// nginx-proxy reads, or would where there is one.
pub fn looked_at(host: &Host) -> impl Iterator<Item = &Container> {
    let all = reads_environments(host.containers());
    host.containers().filter(move |c| all || is_traefik(c))
}
