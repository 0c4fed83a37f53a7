//! What a scenario may say of a swarm. Must not know how it behaves.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::spec::ContainerSpec;
use super::units::{Size, Span};
use crate::sim::clock::SECOND;

/// A machine of the swarm. The first one is the engine itself, and leads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeSpec {
    /// Name of the machine.
    pub name: String,
    /// A manager; a worker otherwise.
    pub manager: bool,
    /// `ready` or `down`.
    pub state: String,
    /// Why it is not ready.
    pub message: String,
    /// `active`, `pause` or `drain`.
    pub availability: String,
    /// Where the others reach it.
    pub address: String,
    /// Its processors.
    pub cpus: u64,
    /// Its memory.
    pub memory: Size,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// It was taken out.
    #[serde(skip)]
    pub gone: bool,
}

impl Default for NodeSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            manager: false,
            state: "ready".into(),
            message: String::new(),
            availability: "active".into(),
            address: String::new(),
            cpus: 4,
            memory: Size(8 << 30),
            labels: BTreeMap::new(),
            gone: false,
        }
    }
}

/// A service of the swarm.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceSpec {
    /// Name within its stack.
    pub name: String,
    /// The stack it was deployed with.
    pub stack: Option<String>,
    /// How many tasks there are to be.
    pub replicas: u64,
    /// One task on every node instead.
    pub global: bool,
    /// Published ports and those they lead to.
    pub ports: Vec<(u16, u16)>,
    /// Why no node suits its tasks.
    pub pending: Option<String>,
    /// Why its tasks cannot be started.
    pub fails: Option<String>,
    /// How long ago it was deployed.
    pub age: Span,
    /// What its tasks on this node are.
    pub task: ContainerSpec,
}

impl Default for ServiceSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            stack: None,
            replicas: 1,
            global: false,
            ports: Vec::new(),
            pending: None,
            fails: None,
            age: Span(3 * 86_400 * SECOND),
            task: ContainerSpec::default(),
        }
    }
}

impl ServiceSpec {
    /// `stack_name`, as a deploy calls it.
    pub fn full_name(&self) -> String {
        match &self.stack {
            Some(stack) => format!("{stack}_{}", self.name),
            None => self.name.clone(),
        }
    }
}
