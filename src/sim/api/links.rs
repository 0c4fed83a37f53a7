//! Networks and volumes. Must not know containers beyond who is linked to what.
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{self, Answer};
use super::containers::{filters, labels};
use super::{Call, not_found};
use crate::sim::clock::{date, stamp};
use crate::sim::world::{
    Container, Network, NetworkRequest, Refusal, Volume, VolumeRequest, World,
};

const KNOWN: [&str; 9] = [
    "dangling", "driver", "id", "label", "name", "scope", "type", "all", "until",
];

/// Answers what is about networks and volumes.
pub async fn route(call: &mut Call) -> Answer {
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method.as_str(), &path[..]) {
        ("GET", ["networks"]) => networks(call),
        ("POST", ["networks", "create"]) => create_network(call).await,
        ("POST", ["networks", "prune"]) => prune(call, true),
        ("GET", ["networks", who]) => {
            let world = call.shared.world();
            Ok(answer::ok(&network(&world, find(&world, who)?, true)))
        }
        ("POST", ["networks", who, act @ ("connect" | "disconnect")]) => link(call, who, act).await,
        ("DELETE", ["networks", who]) => remove_network(call, who),
        ("GET", ["volumes"]) => volumes(call),
        ("POST", ["volumes", "create"]) => create_volume(call).await,
        ("POST", ["volumes", "prune"]) => prune(call, false),
        ("GET", ["volumes", who]) => {
            let world = call.shared.world();
            let found = world.volumes.iter().find(|volume| volume.spec.name == *who);
            let found = found.ok_or_else(|| no_volume(who))?;
            Ok(answer::ok(&volume(&world, found, false)))
        }
        ("DELETE", ["volumes", who]) => remove_volume(call, who),
        _ => Err(not_found()),
    }
}

fn no_volume(name: &str) -> Refusal {
    Refusal::new(404, format!("get {name}: no such volume"))
}

fn find<'a>(world: &'a World, who: &str) -> Result<&'a Network, Refusal> {
    let named = world.networks.iter().find(|net| net.name == who);
    let found = named.or_else(|| world.networks.iter().find(|net| net.id.starts_with(who)));
    found.ok_or_else(|| Refusal::new(404, format!("network {who} not found")))
}

fn of<'a>(labels: &'a [(String, String)], key: &str) -> Option<&'a str> {
    labels
        .iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.as_str())
}

fn networks(call: &Call) -> Answer {
    let filters = filters(call, &KNOWN)?;
    let world = call.shared.world();
    let preset = |net: &Network| ["bridge", "host", "none"].contains(&net.name.as_str());
    let all = world.networks.iter().filter(|net| {
        filters.any("name", |name| net.name.contains(name))
            && filters.any("id", |id| net.id.starts_with(id))
            && filters.any("driver", |driver| net.driver == driver)
            && filters.any("scope", |scope| scope == "local")
            && filters.any("type", |kind| (kind == "builtin") == preset(net))
            && filters.any("dangling", |on| {
                (on == "true" || on == "1") != used(&world, net)
            })
            && filters.labels(|key| of(&net.labels, key))
    });
    Ok(answer::ok(
        &all.map(|net| network(&world, net, false)).collect(),
    ))
}

fn used(world: &World, network: &Network) -> bool {
    let joined =
        |c: &Container| c.alive() && c.endpoints.iter().any(|e| e.network_id == network.id);
    world.containers.values().any(joined)
}

fn network(world: &World, network: &Network, members: bool) -> Value {
    let mut containers = Map::new();
    for container in world.containers.values().filter(|c| members && c.alive()) {
        for endpoint in container
            .endpoints
            .iter()
            .filter(|e| e.network_id == network.id)
        {
            let address = match endpoint.address.as_str() {
                "" => String::new(),
                address => format!("{address}/16"),
            };
            containers.insert(
                container.id.clone(),
                json!({"Name": container.name, "EndpointID": endpoint.id,
                    "MacAddress": endpoint.mac(), "IPv4Address": address, "IPv6Address": ""}),
            );
        }
    }
    let config = if !network.asked.is_empty() {
        let asked = network.asked.iter().enumerate();
        asked
            .map(|(place, subnet)| {
                // The engine chooses a gateway for the first range alone.
                let gateway = if place == 0 {
                    network.gateway()
                } else {
                    subnet.gateway.clone()
                };
                json!({"Subnet": subnet.subnet, "Gateway": gateway})
            })
            .collect()
    } else if network.prefix.is_empty() {
        json!([])
    } else {
        json!([{"Subnet": format!("{}.0.0/16", network.prefix), "Gateway": network.gateway()}])
    };
    json!({
        "Name": network.name, "Id": network.id, "Created": stamp(network.created), "Scope": "local",
        "Driver": network.driver, "EnableIPv6": network.ipv6,
        "IPAM": {"Driver": "default", "Options": null, "Config": config},
        "Internal": network.internal, "Attachable": network.attachable, "Ingress": false,
        "ConfigFrom": {"Network": ""}, "ConfigOnly": false, "Containers": containers,
        "Options": network.options, "Labels": labels(&network.labels)
    })
}

fn volumes(call: &Call) -> Answer {
    let filters = filters(call, &KNOWN)?;
    let world = call.shared.world();
    let all = world.volumes.iter().filter(|volume| {
        filters.any("name", |name| volume.spec.name.contains(name))
            && filters.any("driver", |driver| driver == "local")
            && filters.any("dangling", |on| {
                (on == "true" || on == "1") == (users(&world, &volume.spec.name).count() == 0)
            })
            && filters.labels(|key| of(&volume.labels, key))
    });
    let all: Vec<Value> = all.map(|found| volume(&world, found, false)).collect();
    Ok(answer::ok(&json!({"Volumes": all, "Warnings": null})))
}

fn users<'a>(world: &'a World, name: &str) -> impl Iterator<Item = &'a Container> {
    world
        .containers
        .values()
        .filter(move |c| c.volumes().any(|volume| volume == name))
}

/// A volume, with its use if `counted`.
pub fn volume(world: &World, volume: &Volume, counted: bool) -> Value {
    let name = &volume.spec.name;
    let labels = if volume.labels.is_empty() {
        Value::Null
    } else {
        labels(&volume.labels)
    };
    let options = if volume.options.is_empty() {
        Value::Null
    } else {
        json!(volume.options)
    };
    let mut out = json!({
        "CreatedAt": date(volume.created).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "Driver": "local", "Labels": labels,
        "Mountpoint": format!("/var/lib/docker/volumes/{name}/_data"),
        "Name": name, "Options": options, "Scope": "local"
    });
    if counted && let Some(map) = out.as_object_mut() {
        let count = users(world, name).count();
        map.insert(
            "UsageData".into(),
            json!({"RefCount": count, "Size": volume.spec.size.0}),
        );
    }
    out
}

async fn create_network(call: &mut Call) -> Answer {
    let wanted: NetworkRequest = call.json().await?;
    let id = call
        .shared
        .change(|world, now| world.create_network(wanted, now))?;
    Ok(answer::with(201, &json!({"Id": id, "Warning": ""})))
}

async fn create_volume(call: &mut Call) -> Answer {
    let wanted: VolumeRequest = call.json().await?;
    call.shared.change(|world, now| {
        let name = world.create_volume(wanted, now)?;
        let made = world.volumes.iter().find(|volume| volume.spec.name == name);
        let made = made.ok_or_else(|| no_volume(&name))?;
        Ok(answer::with(201, &volume(world, made, false)))
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Link {
    container: String,
    endpoint_config: Value,
}

async fn link(call: &mut Call, network: &str, act: &str) -> Answer {
    let wanted: Link = call.json().await?;
    let who = &wanted.container;
    call.shared.change(|world, now| match act {
        "connect" => world.connect(network, who, &wanted.endpoint_config, now),
        _ => world.disconnect(network, who, now),
    })?;
    Ok(answer::status(200))
}

fn remove_network(call: &Call, who: &str) -> Answer {
    let mut world = call.shared.world();
    let network = find(&world, who)?;
    let (name, id) = (network.name.clone(), network.id.clone());
    if ["bridge", "host", "none"].contains(&name.as_str()) {
        let words = format!("{name} is a pre-defined network and cannot be removed");
        return Err(Refusal::new(403, words));
    }
    if used(&world, network) {
        let words =
            format!("error while removing network: network {name} id {id} has active endpoints");
        return Err(Refusal::new(403, words));
    }
    world.networks.retain(|network| network.id != id);
    let about = json!({"name": name, "type": "bridge"});
    let now = call.shared.clock.now();
    world.emit_thing("network", "destroy", &id, &about, now);
    Ok(answer::status(204))
}

fn remove_volume(call: &Call, name: &str) -> Answer {
    let mut world = call.shared.world();
    if !world.volumes.iter().any(|volume| volume.spec.name == name) {
        return Err(no_volume(name));
    }
    let ids: Vec<&str> = users(&world, name).map(|c| c.id.as_str()).collect();
    if !ids.is_empty() {
        let words = format!("remove {name}: volume is in use - [{}]", ids.join(", "));
        return Err(Refusal::new(409, words));
    }
    world.volumes.retain(|volume| volume.spec.name != name);
    let now = call.shared.clock.now();
    world.emit_thing("volume", "destroy", name, &json!({"driver": "local"}), now);
    Ok(answer::status(204))
}

fn prune(call: &Call, networks: bool) -> Answer {
    let filters = filters(call, &["label", "label!", "until", "all"])?;
    let mut world = call.shared.world();
    if networks {
        let preset = ["bridge", "host", "none"];
        let goes = |net: &&Network| !preset.contains(&net.name.as_str()) && !used(&world, net);
        let goes = world
            .networks
            .iter()
            .filter(goes)
            .filter(|n| filters.labels(|key| of(&n.labels, key)));
        let names: Vec<String> = goes.map(|net| net.name.clone()).collect();
        world.networks.retain(|net| !names.contains(&net.name));
        return Ok(answer::ok(&json!({"NetworksDeleted": names})));
    }
    // Since 1.42 only anonymous volumes go, unless all are asked for.
    let all = world.engine.api.as_str() < "1.42"
        || filters
            .get("all")
            .iter()
            .any(|on| on == "true" || on == "1");
    let goes = world.volumes.iter().filter(|volume| {
        let name = &volume.spec.name;
        (all || name.len() == 64)
            && users(&world, name).count() == 0
            && filters.labels(|key| of(&volume.labels, key))
    });
    let gone: Vec<(String, u64)> = goes
        .map(|volume| (volume.spec.name.clone(), volume.spec.size.0))
        .collect();
    world
        .volumes
        .retain(|volume| !gone.iter().any(|(name, _)| *name == volume.spec.name));
    let space: u64 = gone.iter().map(|(_, size)| size).sum();
    let names: Vec<String> = gone.into_iter().map(|(name, _)| name).collect();
    Ok(answer::ok(
        &json!({"VolumesDeleted": names, "SpaceReclaimed": space}),
    ))
}
