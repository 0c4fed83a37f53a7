//! Containers: their routes, the list and its filters, processes, prune. Must not know how a
//! container lives.
use hyper::Method;
use serde_json::{Map, Value, json};

use super::answer::{self, Answer};
use super::{Call, exec, inspect, logs, not_found, processes, stats, verbs};
use crate::sim::clock::{Ns, SECOND};
use crate::sim::events::Filters;
use crate::sim::world::{Container, Phase, Refusal, World};

/// Answers what is about containers.
pub async fn route(call: &mut Call) -> Answer {
    let path: Vec<String> = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method.as_str(), &path[1..]) {
        ("GET", ["json"]) => list(call),
        ("POST", ["create"]) => verbs::create(call).await,
        ("POST", ["prune"]) => prune(call),
        ("GET", [who, "json"]) => {
            let mute = call.shared.world().get(who).is_ok_and(|c| c.spec.mute);
            if mute {
                std::future::pending::<()>().await;
            }
            inspect::answer(call, who)
        }
        ("GET", [who, "stats"]) => stats::answer(call, who),
        ("GET", [who, "logs"]) => logs::answer(call, who),
        ("GET", [who, "top"]) => processes::answer(call, who),
        ("GET", [who, "changes"]) => changes(call, who),
        ("POST", [who, "exec"]) => exec::create(call, who).await,
        ("POST", [who, "attach"]) => logs::attach(call, who),
        ("POST", [who, verb]) => verbs::act(call, who, verb).await,
        ("DELETE", [who]) => verbs::remove(call, who),
        _ => Err(not_found()),
    }
}

const FILTERS: [&str; 16] = [
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "isolation",
    "label",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "volume",
    "until",
];

const STATES: [&str; 7] = [
    "created",
    "running",
    "paused",
    "restarting",
    "removing",
    "exited",
    "dead",
];

fn list(call: &Call) -> Answer {
    let filters = filters(call, &FILTERS)?;
    if let Some(odd) = filters
        .get("status")
        .iter()
        .find(|s| !STATES.contains(&s.as_str()))
    {
        return Err(Refusal::new(400, format!("Invalid filter 'status={odd}'")));
    }
    let world = call.shared.world();
    let now = call.shared.clock.now();
    let limit = call.query.number("limit").filter(|limit| *limit > 0);
    let all = call.query.on("all") || limit.is_some() || !filters.get("status").is_empty();
    let wanted = |container: &&Container| {
        (all || container.alive() || container.phase == Phase::Restarting)
            && passes(&filters, container)
    };
    let mut found: Vec<&Container> = world.containers.values().filter(wanted).collect();
    found.sort_by_key(|container| std::cmp::Reverse(container.created));
    found.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
    let size = call.query.on("size");
    let mut out: Vec<Value> = found
        .iter()
        .map(|c| summary(&world, c, now, size))
        .collect();
    if world.odd_list {
        out.extend(odd());
    }
    Ok(answer::ok(&Value::Array(out)))
}

fn passes(filters: &Filters, container: &Container) -> bool {
    let health = container
        .health
        .as_ref()
        .map_or("none", |health| health.status);
    filters.any("status", |state| state == container.phase.word())
        && filters.any("name", |name| {
            container.name.contains(name.trim_start_matches('/'))
        })
        && filters.any("id", |id| container.id.starts_with(id))
        && filters.any("health", |wanted| wanted == health)
        && filters.any("network", |net| {
            container
                .endpoints
                .iter()
                .any(|e| e.network == net || e.network_id.starts_with(net))
        })
        && filters.any("volume", |volume| {
            container
                .spec
                .mounts
                .iter()
                .any(|m| m.source == volume || m.target == volume)
        })
        && filters.any("ancestor", |image| {
            container.spec.image == crate::sim::world::full_name(image)
                || container
                    .image_id
                    .trim_start_matches("sha256:")
                    .starts_with(image)
        })
        && filters.any("exited", |code| {
            container.phase == Phase::Exited && code.parse() == Ok(container.exit_code)
        })
        && filters.labels(|key| container.label(key))
}

/// The filters of a request, none of which may be unknown.
pub fn filters(call: &Call, known: &[&str]) -> Result<Filters, Refusal> {
    let filters =
        Filters::parse(call.query.get("filters")).map_err(|why| Refusal::new(400, why))?;
    let unknown = filters
        .keys()
        .find(|key| !known.contains(key))
        .map(str::to_owned);
    match unknown {
        Some(key) => Err(Refusal::new(400, format!("invalid filter '{key}'"))),
        None => Ok(filters),
    }
}

/// One entry of the list.
pub fn summary(world: &World, container: &Container, now: Ns, size: bool) -> Value {
    let networks: Map<String, Value> = container
        .endpoints
        .iter()
        .map(|endpoint| {
            (
                endpoint.network.clone(),
                inspect::endpoint(container, endpoint),
            )
        })
        .collect();
    let mode = container.network_mode();
    let mut out = json!({
        "Id": container.id,
        "Names": [format!("/{}", container.name)],
        "Image": container.spec.image,
        "ImageID": container.image_id,
        "Command": shell_text(&container.command),
        "Created": container.created / SECOND,
        "Ports": ports(container),
        "Labels": labels(&container.labels),
        "State": container.phase.word(),
        "Status": container.status(now),
        "HostConfig": {"NetworkMode": mode},
        "NetworkSettings": {"Networks": networks},
        "Mounts": inspect::mounts(container),
    });
    if size && let Some(map) = out.as_object_mut() {
        let image = world
            .images
            .iter()
            .find(|image| image.id == container.image_id);
        let base = image.map_or(0, |image| image.spec.size.0);
        let own = container.load.seed % 40_000_000;
        map.insert("SizeRw".into(), json!(own));
        map.insert("SizeRootFs".into(), json!(base + own));
    }
    out
}

/// Labels as a JSON object.
pub fn labels(labels: &[(String, String)]) -> Value {
    let pairs = labels
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)));
    Value::Object(pairs.collect())
}

/// A command line as a shell would need it.
fn shell_text(command: &[String]) -> String {
    let word = |word: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    command.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn ports(container: &Container) -> Value {
    let mut out = Vec::new();
    for port in &container.spec.ports {
        let bare = json!({"PrivatePort": port.inside, "Type": port.protocol});
        match &port.host {
            Some((ip, number)) if container.alive() => {
                let ips = if ip.is_empty() {
                    vec!["0.0.0.0", "::"]
                } else {
                    vec![ip.as_str()]
                };
                out.extend(ips.into_iter().map(|ip| {
                    json!({"IP": ip, "PrivatePort": port.inside, "PublicPort": number, "Type": port.protocol})
                }));
            }
            None if container.alive() => out.push(bare),
            _ => {}
        }
    }
    Value::Array(out)
}

/// Entries no sound engine sends, for the patience of clients.
fn odd() -> [Value; 3] {
    [
        json!({"Id": "0dd".repeat(21) + "1", "Names": ["/odd-zombie"], "Image": "odd:1", "ImageID": "",
            "Command": "?", "Created": 0, "Ports": [], "Labels": {}, "State": "zombie",
            "Status": "Undead for 3 weeks", "HostConfig": {}, "NetworkSettings": null, "Mounts": []}),
        json!({"Id": "0dd".repeat(21) + "2", "Names": null, "Image": null, "ImageID": null, "Command": null,
            "Created": null, "Ports": null, "Labels": null, "State": null, "Status": null,
            "HostConfig": null, "NetworkSettings": null, "Mounts": null}),
        json!({"Id": "0dd".repeat(21) + "3", "Future": {"Field": [1, 2]}, "State": "running"}),
    ]
}

fn changes(call: &Call, who: &str) -> Answer {
    let world = call.shared.world();
    let container = world.get(who)?;
    if container.run == 0 {
        return Ok(answer::ok(&Value::Null));
    }
    Ok(answer::ok(&json!([
        {"Path": "/tmp", "Kind": 0},
        {"Path": format!("/tmp/{}.pid", container.name), "Kind": 1},
        {"Path": "/var/cache/ldconfig/aux-cache", "Kind": 2}
    ])))
}

fn prune(call: &Call) -> Answer {
    debug_assert!(call.method == Method::POST);
    let filters = filters(call, &["label", "label!", "until"])?;
    let (deleted, space) = call.shared.change(|world, now| {
        let ended = |c: &&Container| matches!(c.phase, Phase::Exited | Phase::Created);
        let gone = world
            .containers
            .values()
            .filter(ended)
            .filter(|c| filters.labels(|key| c.label(key)));
        let gone: Vec<(String, u64)> = gone
            .map(|c| (c.id.clone(), c.load.seed % 40_000_000))
            .collect();
        for (id, _) in &gone {
            // It was there a moment ago, under the same lock.
            let _ = world.remove(id, false, false, now);
        }
        let space: u64 = gone.iter().map(|(_, size)| size).sum();
        (
            gone.into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
            space,
        )
    });
    Ok(answer::ok(
        &json!({"ContainersDeleted": deleted, "SpaceReclaimed": space}),
    ))
}
