//! The world: everything the engine holds, and the queue of what will happen by itself.
//! All changes are made here, at once and under one lock; waiting is done outside. Must not know
//! HTTP nor sleep.
mod build;
mod changes;
mod container;
mod due;
mod exec;
mod health;
mod joining;
mod lifecycle;
mod making;
mod queue;
mod settle;
mod signals;
pub mod swarm;
mod things;

use std::collections::{BTreeMap, HashMap};

pub use container::{Container, Endpoint, Health, Phase};
pub use exec::{Exec, ExecSpec};
pub use lifecycle::After;
pub use making::{CreateRequest, NetworkRequest, VolumeRequest};
pub use queue::{Due, Queue};
pub use things::{Image, Network, Volume, full_name};

use super::clock::Ns;
use super::events::Bus;
use super::logs::Voice;
use super::mail::Store;
use super::scenario::{EngineSpec, MailSpec};

/// An answer that is not the one asked for: HTTP status and the engine's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The engine's words.
    pub message: String,
}

impl Refusal {
    /// A refusal with a status and words.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

/// Everything the engine holds.
#[derive(Debug)]
pub struct World {
    /// The engine itself.
    pub engine: EngineSpec,
    /// Seed of ids and noise.
    pub seed: u64,
    /// First moment.
    pub origin: Ns,
    /// Whether the list answer has odd containers.
    pub odd_list: bool,
    /// What is said of unknown containers, if not the usual.
    pub odd_error: Option<String>,
    /// Containers by id.
    pub containers: BTreeMap<String, Container>,
    names: HashMap<String, String>,
    /// Images.
    pub images: Vec<Image>,
    /// Networks.
    pub networks: Vec<Network>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Ways of writing logs, by name.
    pub voices: HashMap<String, Voice>,
    /// Exec instances by id.
    pub execs: HashMap<String, Exec>,
    /// Events.
    pub bus: Bus,
    /// What will happen by itself.
    pub queue: Queue,
    /// The swarm that it manages.
    pub swarm: Option<swarm::Swarm>,
    /// What mail servers hold, by container id.
    pub mail: BTreeMap<String, Store>,
    /// Mails that applications send.
    pub(in crate::sim) mails: Vec<MailSpec>,
    pub(in crate::sim) made: u64,
}

impl World {
    /// The id of the container called `who`: a name, an id, or the beginning of one id only.
    ///
    /// # Errors
    /// 404 when there is none, 400 when the beginning is not of one only.
    pub fn find(&self, who: &str) -> Result<String, Refusal> {
        let name = who.trim_start_matches('/');
        if let Some(id) = self.names.get(name) {
            return Ok(id.clone());
        }
        let from = self.containers.range(name.to_owned()..);
        let mut matching = from.map(|(id, _)| id).take_while(|id| id.starts_with(name));
        match (matching.next(), matching.next()) {
            (Some(id), None) if !name.is_empty() => Ok(id.clone()),
            (Some(_), Some(_)) if !name.is_empty() => Err(Refusal::new(
                400,
                format!("multiple IDs found with provided prefix: {name}"),
            )),
            _ => Err(self.missing(name)),
        }
    }

    /// The container called `who`.
    ///
    /// # Errors
    /// As [`World::find`].
    pub fn get(&self, who: &str) -> Result<&Container, Refusal> {
        let id = self.find(who)?;
        self.containers.get(&id).ok_or_else(|| self.missing(who))
    }

    /// The container called `who`, to be changed.
    ///
    /// # Errors
    /// As [`World::find`].
    pub fn get_mut(&mut self, who: &str) -> Result<&mut Container, Refusal> {
        let id = self.find(who)?;
        let missing = self.missing(who);
        self.containers.get_mut(&id).ok_or(missing)
    }

    /// The image called `name`: with or without `:latest`, or by id.
    pub fn image(&self, name: &str) -> Option<&Image> {
        self.images.iter().find(|image| image.is(name))
    }

    /// A new id nobody has.
    pub fn new_id(&mut self, what: &str) -> String {
        self.made += 1;
        super::rand::id(self.seed ^ self.made, what)
    }

    fn missing(&self, who: &str) -> Refusal {
        let message = match &self.odd_error {
            Some(odd) => odd.clone(),
            None => format!("No such container: {who}"),
        };
        Refusal::new(404, message)
    }
}
