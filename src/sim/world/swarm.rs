//! A swarm that this engine manages: nodes, services and their tasks. A task on this node is a container like any other; those
//! elsewhere are but words. Must not know HTTP.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Phase, Refusal, World};
use crate::sim::clock::{Ns, SECOND};
use crate::sim::rand::id;
use crate::sim::scenario::{ContainerSpec, NodeSpec, Scenario, ServiceSpec};

/// How long a task on another node takes until it runs.
const PREPARES: Ns = 2 * SECOND;
/// Ended tasks kept of each slot, as the engine does.
const KEPT: usize = 4;

/// A machine of the swarm; the first one is this engine.
#[derive(Debug)]
pub struct Node {
    pub id: String,
    pub spec: NodeSpec,
    pub availability: String,
    pub version: u64,
}

impl Node {
    fn takes_tasks(&self) -> bool {
        self.spec.state == "ready" && self.availability == "active"
    }
}

/// An instance of a service.
#[derive(Debug)]
pub struct Task {
    pub id: String,
    /// From 1; 0 for those of a service that is on every node.
    pub slot: u64,
    /// Its node's place among them; none while it waits for one.
    pub node: Option<usize>,
    pub made: Ns,
    /// Its container, where it is on this node.
    pub container: Option<String>,
    /// When it was ended, and whether by itself.
    pub ended: Option<(Ns, bool)>,
}

/// A service.
#[derive(Debug)]
pub struct Service {
    pub id: String,
    /// As the API gives and takes it.
    pub spec: Value,
    pub previous: Option<Value>,
    pub version: u64,
    pub created: Ns,
    pub updated: Ns,
    /// When its last change began, and whether that went back.
    pub rollout: Option<(Ns, bool)>,
    /// The oldest first.
    pub tasks: Vec<Task>,
    /// What its tasks are made from.
    pub made_of: ServiceSpec,
}

impl Service {
    pub fn name(&self) -> String {
        self.made_of.full_name()
    }

    /// How many tasks there are to be among this many nodes that take some.
    pub fn wanted(&self, nodes: usize) -> u64 {
        match self.spec.pointer("/Mode/Replicated/Replicas") {
            Some(replicas) => replicas.as_u64().unwrap_or(0),
            None => nodes as u64,
        }
    }

    /// The engine's word for what a task is, and why not more.
    pub fn state_of(&self, task: &Task, now: Ns) -> (&'static str, String) {
        if let Some((_, by_itself)) = task.ended {
            let failed = by_itself || self.made_of.fails.is_some();
            let words = self.made_of.fails.clone();
            return if failed {
                let usual = || "task: non-zero exit (1)".to_owned();
                ("failed", words.unwrap_or_else(usual))
            } else {
                ("shutdown", String::new())
            };
        }
        if let Some(why) = &self.made_of.fails {
            return ("failed", why.clone());
        }
        match task.node {
            None => {
                let none = || "no suitable node".to_owned();
                let why = self.made_of.pending.clone();
                ("pending", why.unwrap_or_else(none))
            }
            Some(_) if task.container.is_none() && now - task.made < PREPARES => {
                ("preparing", String::new())
            }
            Some(_) => ("running", String::new()),
        }
    }

    /// Whether everything of its last change is done.
    pub fn rolled_out(&self, now: Ns) -> bool {
        let mut tasks = self.tasks.iter().filter(|task| task.ended.is_none());
        tasks.all(|task| self.state_of(task, now).0 == "running")
    }

    fn is_global(&self) -> bool {
        self.spec.pointer("/Mode/Global").is_some()
    }
}

/// All of it.
#[derive(Debug, Default)]
pub struct Swarm {
    pub nodes: Vec<Node>,
    pub services: Vec<Service>,
    /// Of the last change of anything.
    version: u64,
    /// Tasks made so far.
    made: u64,
}

impl Swarm {
    fn next(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// Places of the nodes that take tasks.
    pub fn open(&self) -> Vec<usize> {
        let nodes = self.nodes.iter().enumerate();
        nodes
            .filter(|(_, node)| node.takes_tasks())
            .map(|(place, _)| place)
            .collect()
    }
}

/// The spec of a service as the API has it.
fn api_spec(spec: &ServiceSpec) -> Value {
    let mode = if spec.global {
        json!({"Global": {}})
    } else {
        json!({"Replicated": {"Replicas": spec.replicas}})
    };
    let mut labels = json!({});
    if let Some(stack) = &spec.stack {
        labels = json!({"com.docker.stack.namespace": stack,
            "com.docker.stack.image": spec.task.image});
    }
    let ports = spec.ports.iter().map(|(published, target)| {
        json!({"Protocol": "tcp", "TargetPort": target, "PublishedPort": published, "PublishMode": "ingress"})
    });
    json!({"Name": spec.full_name(), "Labels": labels, "Mode": mode,
        "TaskTemplate": {"ContainerSpec": {"Image": spec.task.image, "Args": spec.task.command},
            "ForceUpdate": 0, "Runtime": "container"},
        "EndpointSpec": {"Mode": "vip", "Ports": ports.collect::<Vec<_>>()}})
}

impl World {
    /// The swarm of a scenario that has one, with its tasks as they have been since `self.origin`.
    pub(super) fn form_swarm(&mut self, scenario: &Scenario) {
        if scenario.nodes.is_empty() {
            return;
        }
        let mut swarm = Swarm::default();
        for spec in &scenario.nodes {
            let version = swarm.next();
            swarm.nodes.push(Node {
                id: short(&id(self.seed, &format!("node {}", spec.name))),
                availability: spec.availability.clone(),
                spec: spec.clone(),
                version,
            });
        }
        for spec in &scenario.services {
            let version = swarm.next();
            let made = self.origin - spec.age.0;
            swarm.services.push(Service {
                id: short(&id(self.seed, &format!("service {}", spec.full_name()))),
                spec: api_spec(spec),
                previous: None,
                version,
                created: made,
                updated: made,
                rollout: None,
                tasks: Vec::new(),
                made_of: spec.clone(),
            });
        }
        self.swarm = Some(swarm);
        let made = self.origin - 3600 * SECOND;
        self.reconcile(made);
    }

    /// Makes and ends tasks until each service has those it is to have.
    pub fn reconcile(&mut self, now: Ns) {
        let Some(mut swarm) = self.swarm.take() else {
            return;
        };
        let open = swarm.open();
        for place in 0..swarm.services.len() {
            self.look_after(&mut swarm, place, &open, now);
        }
        self.swarm = Some(swarm);
    }

    fn look_after(&mut self, swarm: &mut Swarm, place: usize, open: &[usize], now: Ns) {
        let Some(service) = swarm.services.get_mut(place) else {
            return;
        };
        let wanted = service.wanted(open.len());
        let global = service.is_global();
        let never = service.made_of.pending.is_some();
        for task in service.tasks.iter_mut().filter(|task| task.ended.is_none()) {
            let gone = match &task.container {
                Some(id) => self
                    .containers
                    .get(id)
                    .is_none_or(|c| c.phase == Phase::Exited),
                None => false,
            };
            let homeless = task.node.is_some_and(|node| !open.contains(&node));
            let spare = if global { homeless } else { task.slot > wanted };
            // One that waits for a node is looked at anew.
            let waits = task.node.is_none() && !never && !open.is_empty();
            if gone || homeless || spare || waits {
                task.ended = Some((now, gone));
                if let Some(id) = task.container.as_ref().filter(|_| !gone) {
                    // It is there: it was just found alive.
                    let _ = self.remove(id, true, false, now);
                }
            }
        }
        let live = |slot: u64, node: Option<usize>, service: &Service| {
            let mut tasks = service.tasks.iter().filter(|task| task.ended.is_none());
            tasks.any(|task| {
                if global {
                    task.node == node
                } else {
                    task.slot == slot
                }
            })
        };
        let homes: Vec<(u64, Option<usize>)> = if global {
            open.iter().map(|node| (0, Some(*node))).collect()
        } else {
            (1..=wanted)
                .map(|slot| {
                    let turn = usize::try_from(slot - 1).unwrap_or(0);
                    let node = open.get(turn % open.len().max(1)).copied();
                    (slot, node.filter(|_| !never))
                })
                .collect()
        };
        for (slot, node) in homes {
            if live(slot, node, service) {
                continue;
            }
            swarm.made += 1;
            let id = short(&id(self.seed, &format!("task {}", swarm.made)));
            let here = node == Some(0) && service.made_of.fails.is_none();
            let container =
                here.then(|| self.begin_task(service, swarm.nodes.first(), slot, &id, now));
            service.tasks.push(Task {
                id,
                slot,
                node,
                made: now,
                container: container.flatten(),
                ended: None,
            });
        }
        forget(&mut service.tasks);
    }

    /// Makes and starts the container of a task on this node.
    fn begin_task(
        &mut self,
        service: &Service,
        node: Option<&Node>,
        slot: u64,
        task: &str,
        now: Ns,
    ) -> Option<String> {
        let name = match slot {
            0 => format!("{}.{}.{task}", service.name(), node?.id),
            slot => format!("{}.{slot}.{task}", service.name()),
        };
        let mut labels = vec![
            ("com.docker.swarm.node.id".to_owned(), node?.id.clone()),
            ("com.docker.swarm.service.id".to_owned(), service.id.clone()),
            ("com.docker.swarm.service.name".to_owned(), service.name()),
            ("com.docker.swarm.task.id".to_owned(), task.to_owned()),
            ("com.docker.swarm.task.name".to_owned(), name.clone()),
        ];
        if let Some(stack) = &service.made_of.stack {
            labels.push(("com.docker.stack.namespace".to_owned(), stack.clone()));
        }
        let spec = ContainerSpec {
            name: name.clone(),
            ..service.made_of.task.clone()
        };
        let id = self.new_id(&name);
        self.insert(id.clone(), name, spec, labels, now);
        self.emit(&id, "create", &[], now);
        self.begin(&id, now);
        Some(id)
    }

    /// Gives a service another spec, or the one before.
    ///
    /// # Errors
    /// 404, 500 for a version that is not the newest, 400 where there is nothing to go back to.
    pub fn update_service(
        &mut self,
        who: &str,
        version: u64,
        spec: Value,
        back: bool,
        now: Ns,
    ) -> Result<(), Refusal> {
        let Some(swarm) = &mut self.swarm else {
            return Err(no_manager());
        };
        let next = swarm.next();
        let service = find_mut(&mut swarm.services, who)?;
        check(service.version, version)?;
        let spec = if back {
            service.previous.take().ok_or_else(|| {
                let words = format!("service {} does not have a previous spec", service.id);
                Refusal::new(400, words)
            })?
        } else {
            spec
        };
        let template = |spec: &Value| spec.get("TaskTemplate").cloned();
        let anew = template(&spec) != template(&service.spec);
        let before = std::mem::replace(&mut service.spec, spec);
        if !back {
            service.previous = Some(before);
        }
        service.version = next;
        service.updated = now;
        let mut ended = Vec::new();
        if anew {
            service.rollout = Some((now, back));
            for task in service.tasks.iter_mut().filter(|task| task.ended.is_none()) {
                task.ended = Some((now, false));
                ended.extend(task.container.clone());
            }
        }
        let (id, name) = (service.id.clone(), service.name());
        for container in ended {
            let _gone = self.remove(&container, true, false, now);
        }
        self.emit_thing("service", "update", &id, &json!({"name": name}), now);
        self.reconcile(now);
        Ok(())
    }

    /// Gives a node another availability.
    ///
    /// # Errors
    /// 404, 500 for a version that is not the newest, 400 for a word that is none.
    pub fn update_node(
        &mut self,
        who: &str,
        version: u64,
        availability: &str,
        now: Ns,
    ) -> Result<(), Refusal> {
        let Some(swarm) = &mut self.swarm else {
            return Err(no_manager());
        };
        let next = swarm.next();
        let node = swarm.nodes.iter_mut().find(|node| node.id == who);
        let node = node.ok_or_else(|| Refusal::new(404, format!("node {who} not found")))?;
        check(node.version, version)?;
        if !["active", "pause", "drain"].contains(&availability) {
            let words = format!("invalid Availability: {availability:?}");
            return Err(Refusal::new(400, words));
        }
        availability.clone_into(&mut node.availability);
        node.version = next;
        let (id, name) = (node.id.clone(), node.spec.name.clone());
        self.emit_thing("node", "update", &id, &json!({"name": name}), now);
        self.reconcile(now);
        Ok(())
    }

    /// Takes a service away with all its tasks.
    ///
    /// # Errors
    /// 404.
    pub fn remove_service(&mut self, who: &str, now: Ns) -> Result<(), Refusal> {
        let Some(swarm) = &mut self.swarm else {
            return Err(no_manager());
        };
        let place = swarm.services.iter().position(|s| s.is(who));
        let place = place.ok_or_else(|| no_service(who))?;
        let service = swarm.services.remove(place);
        for id in service.tasks.iter().filter_map(|t| t.container.as_ref()) {
            let _gone = self.remove(id, true, false, now);
        }
        let about = json!({"name": service.name()});
        self.emit_thing("service", "remove", &service.id, &about, now);
        Ok(())
    }

    /// Takes a node out of the swarm.
    ///
    /// # Errors
    /// 404, 400 for one that is up.
    pub fn remove_node(&mut self, who: &str, now: Ns) -> Result<(), Refusal> {
        let Some(swarm) = &mut self.swarm else {
            return Err(no_manager());
        };
        let place = swarm.nodes.iter().position(|node| node.id == who);
        let missing = || Refusal::new(404, format!("node {who} not found"));
        let place = place.ok_or_else(missing)?;
        // Tasks know their node by its place: it stays, as one that is nowhere.
        let Some(node) = swarm.nodes.get_mut(place).filter(|node| !node.spec.gone) else {
            return Err(missing());
        };
        if node.spec.state != "down" {
            let words = format!(
                "rpc error: code = FailedPrecondition desc = node {who} is not down and can't be removed"
            );
            return Err(Refusal::new(400, words));
        }
        node.spec.gone = true;
        let (id, name) = (node.id.clone(), node.spec.name.clone());
        self.emit_thing("node", "remove", &id, &json!({"name": name}), now);
        Ok(())
    }
}

impl Service {
    /// Whether `who` means it.
    pub fn is(&self, who: &str) -> bool {
        self.id == who || self.name() == who
    }
}

fn find_mut<'a>(services: &'a mut [Service], who: &str) -> Result<&'a mut Service, Refusal> {
    let found = services.iter_mut().find(|service| service.is(who));
    found.ok_or_else(|| no_service(who))
}

/// The refusal of a service that is not there.
pub fn no_service(who: &str) -> Refusal {
    Refusal::new(404, format!("service {who} not found"))
}

/// The refusal of an engine that manages no swarm.
pub fn no_manager() -> Refusal {
    let words = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";
    Refusal::new(503, words)
}

fn check(now: u64, asked: u64) -> Result<(), Refusal> {
    if now == asked {
        return Ok(());
    }
    let words = "rpc error: code = Unknown desc = update out of sequence";
    Err(Refusal::new(500, words))
}

/// The ids of a swarm have 25 characters.
fn short(id: &str) -> String {
    id.chars().take(25).collect()
}

/// Of each slot and node the newest ended tasks stay.
fn forget(tasks: &mut Vec<Task>) {
    let mut ended: BTreeMap<(u64, Option<usize>), usize> = BTreeMap::new();
    tasks.reverse();
    tasks.retain(|task| {
        if task.ended.is_none() {
            return true;
        }
        let place = (task.slot, task.node.filter(|_| task.slot == 0));
        let count = ended.entry(place).or_default();
        *count += 1;
        *count <= KEPT
    });
    tasks.reverse();
}
