//! Services, nodes and tasks of the swarm that this engine manages. Must not know how it lives.
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::{Call, not_found};
use crate::sim::clock::{Ns, stamp};
use crate::sim::world::swarm::{Node, Service, Swarm, Task, no_manager, no_service};

/// Answers what is about the swarm.
pub async fn route(call: &mut Call) -> Answer {
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let now = call.shared.clock.now();
    if call.shared.world().swarm.is_none() {
        return Err(no_manager());
    }
    call.shared.world().reconcile(now);
    match (call.method.as_str(), &path[..]) {
        ("GET", ["services"]) => Ok(answer::ok(&list(call, |swarm| {
            let services = swarm.services.iter();
            services.map(|it| service(swarm, it, now)).collect()
        }))),
        ("GET", ["services", who]) => {
            let world = call.shared.world();
            let swarm = world.swarm.as_ref().ok_or_else(no_manager)?;
            let found = swarm.services.iter().find(|service| service.is(who));
            let found = found.ok_or_else(|| no_service(who))?;
            Ok(answer::ok(&service(swarm, found, now)))
        }
        ("POST", ["services", who, "update"]) => {
            let spec: Value = call.json().await?;
            let (version, back) = (version(call), call.query.get("rollback").is_some());
            let mut world = call.shared.world();
            world.update_service(who, version, spec, back, now)?;
            Ok(answer::ok(&json!({"Warnings": null})))
        }
        ("DELETE", ["services", who]) => {
            call.shared.world().remove_service(who, now)?;
            Ok(answer::status(200))
        }
        ("GET", ["tasks"]) => Ok(answer::ok(&list(call, |swarm| {
            let services = swarm.services.iter();
            services
                .flat_map(|it| it.tasks.iter().map(move |one| (it, one)))
                .map(|(it, one)| task(swarm, it, one, now))
                .collect()
        }))),
        ("GET", ["nodes"]) => Ok(answer::ok(&list(call, |swarm| {
            let nodes = swarm.nodes.iter().filter(|node| !node.spec.gone);
            nodes.map(|it| node(swarm, it)).collect()
        }))),
        ("GET", ["nodes", who]) => {
            let world = call.shared.world();
            let swarm = world.swarm.as_ref().ok_or_else(no_manager)?;
            let found = swarm.nodes.iter().find(|node| node.id == *who);
            let found = found.filter(|node| !node.spec.gone);
            Ok(answer::ok(&node(swarm, found.ok_or_else(not_found)?)))
        }
        ("POST", ["nodes", who, "update"]) => {
            let spec: Value = call.json().await?;
            let availability = spec["Availability"].as_str().unwrap_or_default();
            let version = version(call);
            let mut world = call.shared.world();
            world.update_node(who, version, availability, now)?;
            Ok(answer::status(200))
        }
        ("DELETE", ["nodes", who]) => {
            call.shared.world().remove_node(who, now)?;
            Ok(answer::status(200))
        }
        _ => Err(not_found()),
    }
}

fn version(call: &Call) -> u64 {
    let version = call.query.get("version");
    version.and_then(|v| v.parse().ok()).unwrap_or(0)
}

fn list(call: &Call, of: impl FnOnce(&Swarm) -> Vec<Value>) -> Value {
    let world = call.shared.world();
    let swarm = world.swarm.as_ref();
    swarm.map_or_else(|| json!([]), |swarm| json!(of(swarm)))
}

fn service(swarm: &Swarm, service: &Service, now: Ns) -> Value {
    let live = service.tasks.iter().filter(|task| task.ended.is_none());
    let running = live.filter(|task| service.state_of(task, now).0 == "running");
    let mut told = json!({"ID": service.id, "Version": {"Index": service.version},
        "CreatedAt": stamp(service.created), "UpdatedAt": stamp(service.updated),
        "Spec": service.spec,
        "Endpoint": {"Spec": {"Mode": "vip"}, "Ports": service.spec.pointer("/EndpointSpec/Ports")},
        "ServiceStatus": {"RunningTasks": running.count(),
            "DesiredTasks": service.wanted(swarm.open().len()), "CompletedTasks": 0}});
    if let Some((since, back)) = service.rollout {
        let (state, message) = match (service.rolled_out(now), back) {
            (false, false) => ("updating", "update in progress"),
            (true, false) => ("completed", "update completed"),
            (false, true) => ("rollback_started", "rollback in progress"),
            (true, true) => ("rollback_completed", "rollback completed"),
        };
        told["UpdateStatus"] =
            json!({"State": state, "StartedAt": stamp(since), "Message": message});
    }
    told
}

fn task(swarm: &Swarm, service: &Service, task: &Task, now: Ns) -> Value {
    let (state, why) = service.state_of(task, now);
    let node = task.node.and_then(|place| swarm.nodes.get(place));
    let since = task.ended.map_or(task.made, |(at, _)| at);
    let mut told = json!({"ID": task.id, "Version": {"Index": service.version},
        "CreatedAt": stamp(task.made), "UpdatedAt": stamp(since), "ServiceID": service.id,
        "Spec": service.spec.get("TaskTemplate"),
        "NodeID": node.map_or("", |node| &node.id),
        "DesiredState": if task.ended.is_some() { "shutdown" } else { "running" },
        "Status": {"Timestamp": stamp(since), "State": state, "Message": state, "PortStatus": {}}});
    if task.slot > 0 {
        told["Slot"] = json!(task.slot);
    }
    if !why.is_empty() {
        told["Status"]["Err"] = json!(why);
    }
    if let Some(id) = &task.container {
        told["Status"]["ContainerStatus"] = json!({"ContainerID": id, "PID": 4711, "ExitCode": 0});
    }
    told
}

fn node(swarm: &Swarm, node: &Node) -> Value {
    let spec = &node.spec;
    let role = if spec.manager { "manager" } else { "worker" };
    let leads = swarm.nodes.first().is_some_and(|first| first.id == node.id);
    let mut told = json!({"ID": node.id, "Version": {"Index": node.version},
        "Spec": {"Labels": spec.labels, "Role": role, "Availability": node.availability},
        "Description": {"Hostname": spec.name, "Platform": {"Architecture": "x86_64", "OS": "linux"},
            "Resources": {"NanoCPUs": spec.cpus * 1_000_000_000, "MemoryBytes": spec.memory.0},
            "Engine": {"EngineVersion": "26.1.5"}},
        "Status": {"State": spec.state, "Message": spec.message, "Addr": spec.address}});
    if spec.manager {
        let reachability = if spec.state == "ready" {
            "reachable"
        } else {
            "unreachable"
        };
        told["ManagerStatus"] = json!({"Leader": leads, "Reachability": reachability,
            "Addr": format!("{}:2377", spec.address)});
    }
    told
}
