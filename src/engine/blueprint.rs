//! What a container is made of, out of its own inspect: the request that makes one like it. What came from its image and was
//! not asked for is left out, so that a newer image brings its own. Texts stay as the engine gave them: they go back to it.
//! Must not know of calls.
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::error::Error;
use super::wire::{clean, items, member, path, text, truth, whole};
use crate::model::{ApiVersion, RunState};

/// From this version on a hardware address belongs to a network, not to the container.
const MAC_OF_NETWORK: ApiVersion = ApiVersion(1, 44);
/// The label by which compose tells that an image is another one.
const COMPOSE_IMAGE: &str = "com.docker.compose.image";

/// How a container is made once more.
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    pub name: String,
    /// As it was asked for: a name, or an id where it has none.
    pub image: String,
    /// It has a process, or its policy is about to give it one.
    pub live: bool,
    /// The body of the create request.
    pub(super) body: Value,
    /// Networks to join beyond the one of the request.
    pub(super) joins: Vec<(String, Value)>,
    /// A network that the request joins and the container is not in.
    pub(super) leaves: Option<String>,
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Blueprint {
    /// Out of a container's inspect and that of the image it was made from (null where that is gone).
    pub(super) fn of(inspect: &Value, image: &Value, api: ApiVersion) -> Result<Self, Error> {
        if truth(path(inspect, &["HostConfig", "AutoRemove"])) {
            return Err(Error::unsupported(|| {
                say!(
                    "made with --rm: the engine removes it when it stops, so it could not be put back"
                )
            }));
        }
        Self::read(inspect, image, api)
    }

    /// The same of one that need not be put back.
    pub(super) fn read(inspect: &Value, image: &Value, api: ApiVersion) -> Result<Self, Error> {
        let (config, host) = (member(inspect, "Config"), member(inspect, "HostConfig"));
        let own = |name: &str| member(config, name).as_str().unwrap_or_default();
        let labels = member(config, "Labels");
        if !is_empty(member(labels, "com.docker.swarm.task.id")) {
            return Err(Error::unsupported(|| {
                say!("a task of swarm: `docker service update --force` makes it anew")
            }));
        }
        let name = member(inspect, "Name").as_str().unwrap_or_default();
        let name = name.trim_start_matches('/');
        if name.is_empty() || own("Image").is_empty() {
            return Err(Error::garbage(|| {
                say!("its inspect tells no name or no image")
            }));
        }
        let state = RunState::parse(&text(path(inspect, &["State", "Status"])));
        let mut body = object(config);
        let mut host = object(host);
        keep_volumes(&mut host, items(member(inspect, "Mounts")));
        let links = Links::of(inspect, &mut host, api);
        without_defaults(&mut body, member(image, "Config"));
        without_names(&mut body, &host, inspect, api);
        body.insert("HostConfig".to_owned(), Value::Object(host));
        if let Some((name, endpoint)) = links.first {
            body.insert(
                "NetworkingConfig".to_owned(),
                json!({"EndpointsConfig": {name: endpoint}}),
            );
        }
        Ok(Self {
            name: name.to_owned(),
            image: own("Image").to_owned(),
            live: Self::is_live(&state),
            body: Value::Object(body),
            joins: links.more,
            leaves: links.leaves,
        })
    }

    /// In this state it has a process, or is about to have one.
    pub fn is_live(state: &RunState) -> bool {
        state.is_live() || *state == RunState::Restarting
    }

    /// What it was asked to run is an image's id: no registry can be asked for that.
    pub fn has_no_image_name(&self) -> bool {
        let id = self.image.strip_prefix("sha256:");
        id.is_some()
            || (self.image.len() == 64 && self.image.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// Compose is to see which image it runs now.
    pub(super) fn note_image(&mut self, id: &str) {
        let label = self.body.pointer_mut(&format!("/Labels/{COMPOSE_IMAGE}"));
        if let Some(label) = label {
            *label = json!(id);
        }
    }
}

/// What it has of its image alone is not asked for again.
fn without_defaults(body: &mut Map<String, Value>, image: &Value) {
    let same = |body: &Map<String, Value>, name: &str| body.get(name) == Some(member(image, name));
    for name in ["User", "WorkingDir", "Healthcheck", "StopSignal", "Shell"] {
        if same(body, name) {
            body.remove(name);
        }
    }
    // An entrypoint that is asked for takes the image's command away.
    if same(body, "Entrypoint") || is_empty(body.get("Entrypoint").unwrap_or(&Value::Null)) {
        let command = !is_empty(body.get("Cmd").unwrap_or(&Value::Null));
        let cleared = !same(body, "Entrypoint") && !is_empty(member(image, "Entrypoint"));
        if cleared {
            // The image has one and it was taken away: an empty list alone would bring the image's back.
            body.insert("Entrypoint".to_owned(), json!([""]));
        } else if same(body, "Cmd") {
            body.remove("Cmd");
            body.remove("Entrypoint");
        } else if command {
            body.remove("Entrypoint");
        }
    }
    for name in ["Labels", "ExposedPorts", "Volumes"] {
        let defaults = member(image, name);
        if let Some(Value::Object(own)) = body.get_mut(name) {
            own.retain(|key, value| defaults.get(key) != Some(value));
        }
    }
    let defaults = items(member(image, "Env"));
    if let Some(Value::Array(own)) = body.get_mut("Env") {
        own.retain(|item| !defaults.contains(item));
    }
}

/// Names that the engine made up, and those that are another container's.
fn without_names(
    body: &mut Map<String, Value>,
    host: &Map<String, Value>,
    inspect: &Value,
    api: ApiVersion,
) {
    let word = |name: &str| host.get(name).and_then(Value::as_str).unwrap_or_default();
    let borrowed = word("NetworkMode").starts_with("container:");
    let of_host = word("NetworkMode") == "host" || word("UTSMode") == "host";
    let hostname = body.get("Hostname").and_then(Value::as_str);
    let made_up = hostname.is_some_and(|name| !name.is_empty() && id(inspect).starts_with(name));
    if borrowed || of_host || made_up {
        body.remove("Hostname");
    }
    if borrowed || of_host {
        body.remove("Domainname");
    }
    if borrowed {
        body.remove("ExposedPorts");
    }
    if borrowed || api >= MAC_OF_NETWORK {
        body.remove("MacAddress");
    }
}

fn id(inspect: &Value) -> &str {
    member(inspect, "Id").as_str().unwrap_or_default()
}

/// Volumes that were made without a name are asked for by the one they got.
fn keep_volumes(host: &mut Map<String, Value>, mounts: &[Value]) {
    let volumes = mounts.iter().filter_map(|mount| {
        let word = |name: &str| member(mount, name).as_str();
        let is_volume = word("Type").is_none_or(|kind| kind == "volume");
        let name = word("Name").filter(|name| is_volume && !name.is_empty())?;
        Some((name, word("Destination")?, truth(member(mount, "RW"))))
    });
    for (name, destination, writable) in volumes {
        if let Some(Value::Array(binds)) = host.get_mut("Binds") {
            let of = |bind: &Value| bind.as_str().map(str::to_owned).unwrap_or_default();
            // A path alone is a volume without a name.
            binds.retain(|bind| of(bind) != destination);
            if binds
                .iter()
                .any(|bind| of(bind).split(':').nth(1) == Some(destination))
            {
                continue;
            }
        }
        let asked = host.entry("Mounts").or_insert(Value::Null);
        if !asked.is_array() {
            *asked = json!([]);
        }
        let Value::Array(asked) = asked else { continue };
        let known = asked
            .iter_mut()
            .find(|mount| member(mount, "Target").as_str() == Some(destination));
        match known {
            Some(Value::Object(mount)) => {
                if is_empty(mount.get("Source").unwrap_or(&Value::Null)) {
                    mount.insert("Source".to_owned(), json!(name));
                }
            }
            _ => asked.push(json!({"Type": "volume", "Source": name, "Target": destination, "ReadOnly": !writable})),
        }
    }
}

/// The networks of a container as requests: an engine before API 1.44 takes one at creation.
struct Links {
    first: Option<(String, Value)>,
    more: Vec<(String, Value)>,
    leaves: Option<String>,
}

impl Links {
    fn of(inspect: &Value, host: &mut Map<String, Value>, api: ApiVersion) -> Self {
        let nothing = Self {
            first: None,
            more: Vec::new(),
            leaves: None,
        };
        let mode = host
            .get("NetworkMode")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mode = match mode {
            "" | "default" => "bridge".to_owned(),
            mode => mode.to_owned(),
        };
        if mode.starts_with("container:") {
            return nothing;
        }
        let networks = object(path(inspect, &["NetworkSettings", "Networks"]));
        let is_first = |(name, link): &(&String, &Value)| {
            **name == mode || member(link, "NetworkID").as_str() == Some(&mode)
        };
        let first = networks
            .iter()
            .find(is_first)
            .or_else(|| networks.iter().next());
        let Some((first, _)) = first else {
            return Self {
                leaves: Some(mode),
                ..nothing
            };
        };
        if !networks.iter().any(|link| is_first(&link)) {
            // It has left the network it was made in.
            host.insert("NetworkMode".to_owned(), json!(first));
        }
        let first = first.clone();
        let mut links: Vec<(String, Value)> = networks
            .iter()
            .map(|(name, link)| (name.clone(), endpoint(name, link, id(inspect), api)))
            .collect();
        let at = links
            .iter()
            .position(|(name, _)| *name == first)
            .unwrap_or(0);
        let (name, link) = links.remove(at);
        Self {
            first: (!is_empty(&link)).then_some((name, link)),
            more: links,
            leaves: None,
        }
    }
}

/// What was asked of a network: not what the engine gave.
fn endpoint(network: &str, link: &Value, id: &str, api: ApiVersion) -> Value {
    let mut out = Map::new();
    for name in ["IPAMConfig", "Links", "DriverOpts"] {
        let value = member(link, name);
        if !is_empty(value) {
            out.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(priority) = whole(member(link, "GwPriority")).filter(|n| *n != 0) {
        out.insert("GwPriority".to_owned(), json!(priority));
    }
    let short = id.get(..12).unwrap_or(id);
    let aliases = items(member(link, "Aliases"))
        .iter()
        .filter(|alias| alias.as_str() != Some(short));
    let aliases: Vec<Value> = aliases.cloned().collect();
    // The engine's own networks know no names.
    if !aliases.is_empty() && !["bridge", "host", "none"].contains(&network) {
        out.insert("Aliases".to_owned(), Value::Array(aliases));
    }
    let mac = member(link, "MacAddress").as_str().unwrap_or_default();
    if api >= MAC_OF_NETWORK && !mac.is_empty() && !is_derived(mac, &clean(mac_source(link))) {
        out.insert("MacAddress".to_owned(), json!(mac));
    }
    Value::Object(out)
}

fn mac_source(link: &Value) -> &str {
    member(link, "IPAddress").as_str().unwrap_or_default()
}

/// Whether the engine made this hardware address out of that address.
fn is_derived(mac: &str, address: &str) -> bool {
    let bytes: Vec<u8> = address.split('.').filter_map(|n| n.parse().ok()).collect();
    let [a, b, c, d] = bytes[..] else {
        return true;
    };
    mac.eq_ignore_ascii_case(&format!("02:42:{a:02x}:{b:02x}:{c:02x}:{d:02x}"))
}

/// How long a container may take to become healthy: as long as its own check allows, and then some. None without a check.
pub(super) fn grace(config: &Value) -> Option<Duration> {
    let check = member(config, "Healthcheck");
    let test = items(member(check, "Test"));
    if test.is_empty() || test.first().and_then(Value::as_str) == Some("NONE") {
        return None;
    }
    let nanos = |name: &str, usual: u64| match whole(member(check, name)) {
        Some(n) if n > 0 => Duration::from_nanos(n.unsigned_abs()),
        _ => Duration::from_secs(usual),
    };
    let retries = whole(member(check, "Retries"))
        .filter(|n| *n > 0)
        .unwrap_or(3);
    let tries = u32::try_from(retries).unwrap_or(3).saturating_add(1);
    let each = nanos("Interval", 30) + nanos("Timeout", 30);
    let whole = nanos("StartPeriod", 0) + each.saturating_mul(tries);
    Some(whole.clamp(Duration::from_secs(10), Duration::from_secs(1800)))
}

#[cfg(test)]
mod tests;
