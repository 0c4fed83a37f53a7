//! New containers, volumes and networks as the API asks for them. Must not know HTTP.
use serde::Deserialize;
use serde_json::{Value, json};

use super::changes::{bad_name, is_name, name_in_use};
use super::{Network, Refusal, World, things};
use crate::sim::clock::{MILLI, Ns, SECOND};
use crate::sim::scenario::{ContainerSpec, MountSpec, PortSpec, Size};

/// What a create request says, as far as this engine cares.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateRequest {
    image: String,
    cmd: Value,
    entrypoint: Value,
    env: Option<Vec<String>>,
    labels: Option<std::collections::BTreeMap<String, String>>,
    tty: bool,
    user: Option<String>,
    host_config: Option<HostConfig>,
    networking_config: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HostConfig {
    binds: Option<Vec<String>>,
    memory: Option<u64>,
    nano_cpus: Option<u64>,
    network_mode: Option<String>,
    port_bindings: Option<std::collections::BTreeMap<String, Value>>,
    restart_policy: Option<Value>,
    auto_remove: Option<bool>,
}

impl World {
    /// Makes a container; its id.
    ///
    /// # Errors
    /// 400 for a bad name, 404 without the image, 409 for a name in use.
    pub fn create(
        &mut self,
        name: Option<&str>,
        request: &CreateRequest,
        now: Ns,
    ) -> Result<String, Refusal> {
        let name = match name.filter(|name| !name.is_empty()) {
            Some(name) => name.trim_start_matches('/').to_owned(),
            None => format!("quiet_{}", &self.new_id("name")[..6]),
        };
        if !is_name(&name) {
            return Err(Refusal::new(400, bad_name(&name)));
        }
        let Some(image) = self.image(&request.image) else {
            let words = format!("No such image: {}", things::full_name(&request.image));
            return Err(Refusal::new(404, words));
        };
        let mut spec = spec_of(request);
        if strings(&request.entrypoint).is_empty() && strings(&request.cmd).is_empty() {
            spec.command.clone_from(&image.spec.command);
        }
        if let Some(owner) = self.names.get(&name) {
            return Err(Refusal::new(409, name_in_use(&name, owner)));
        }
        let id = self.new_id(&name);
        let labels = spec.labels.clone().into_iter().collect();
        self.insert(id.clone(), name, spec, labels, now);
        let host = request.host_config.as_ref();
        if let Some(container) = self.containers.get_mut(&id) {
            container.auto_remove = host.and_then(|h| h.auto_remove).unwrap_or(false);
            container.errand = errand(&container.command);
        }
        self.emit(&id, "create", &[], now);
        Ok(id)
    }

    /// Makes a network; its id.
    ///
    /// # Errors
    /// 409 for a name in use.
    pub fn create_network(
        &mut self,
        name: &str,
        labels: Vec<(String, String)>,
        now: Ns,
    ) -> Result<String, Refusal> {
        if self.networks.iter().any(|net| net.name == name) {
            return Err(Refusal::new(
                409,
                format!("network with name {name} already exists"),
            ));
        }
        let id = self.new_id(name);
        self.networks.push(Network {
            id: id.clone(),
            name: name.to_owned(),
            driver: "bridge".into(),
            prefix: format!("10.{}", self.networks.len() % 256),
            internal: false,
            created: now,
            labels,
            given: 0,
        });
        let about = json!({"name": name, "type": "bridge"});
        self.emit_thing("network", "create", &id, &about, now);
        Ok(id)
    }

    /// Makes a volume if there is none of this name.
    pub fn create_volume(&mut self, name: &str, labels: Vec<(String, String)>, now: Ns) {
        if !self.volumes.iter().any(|volume| volume.spec.name == name) {
            let mut volume = super::build::new_volume(name, now);
            volume.labels = labels;
            self.volumes.push(volume);
            self.emit_thing("volume", "create", name, &json!({"driver": "local"}), now);
        }
    }
}

fn spec_of(request: &CreateRequest) -> ContainerSpec {
    let none = HostConfig::default();
    let host = request.host_config.as_ref().unwrap_or(&none);
    let mut command = strings(&request.entrypoint);
    command.extend(strings(&request.cmd));
    let policy = host.restart_policy.as_ref().and_then(|p| p.get("Name"));
    let policy = policy
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty());
    let binds = host.binds.clone().unwrap_or_default();
    let mode = host
        .network_mode
        .clone()
        .filter(|mode| mode != "default" && !mode.is_empty());
    let wanted = request
        .networking_config
        .as_ref()
        .and_then(|c| c.get("EndpointsConfig"));
    let mut networks: Vec<String> = wanted
        .and_then(Value::as_object)
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default();
    networks.extend(mode.filter(|mode| !networks.contains(mode)));
    let ports = host.port_bindings.iter().flatten();
    ContainerSpec {
        image: request.image.clone(),
        command,
        env: request.env.clone().unwrap_or_default(),
        labels: request.labels.clone().unwrap_or_default(),
        ports: ports
            .filter_map(|(port, hosts)| port_of(port, hosts))
            .collect(),
        mounts: binds
            .into_iter()
            .filter_map(|bind| MountSpec::try_from(bind).ok())
            .collect(),
        networks,
        restart: policy.unwrap_or("no").to_owned(),
        tty: request.tty,
        user: request.user.clone().unwrap_or_default(),
        memory_limit: Size(host.memory.unwrap_or(0)),
        cpus: host.nano_cpus.unwrap_or(0) as f64 / 1e9,
        ..ContainerSpec::default()
    }
}

fn port_of(port: &str, hosts: &Value) -> Option<PortSpec> {
    let mut spec = PortSpec::try_from(port.to_owned()).ok()?;
    let host = hosts.get(0);
    let text = |key| host.and_then(|host| host.get(key)).and_then(Value::as_str);
    let number = text("HostPort")
        .and_then(|port| port.parse().ok())
        .unwrap_or(0);
    let number = if number == 0 {
        32_768 + spec.inside % 1000
    } else {
        number
    };
    spec.host = Some((text("HostIp").unwrap_or_default().to_owned(), number));
    Some(spec)
}

/// How long a command takes that ends by itself, and its exit code.
fn errand(command: &[String]) -> Option<(Ns, i64)> {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let short = 100 * MILLI;
    match words[..] {
        [
            "true" | "echo" | "ls" | "id" | "date" | "env" | "uname" | "hostname",
            ..,
        ] => Some((short, 0)),
        ["false", ..] => Some((short, 1)),
        ["sleep", length] => length.parse().ok().map(|seconds: Ns| (seconds * SECOND, 0)),
        ["sh", "-c", script] => {
            let code = script
                .strip_prefix("exit ")
                .and_then(|code| code.trim().parse().ok());
            code.map(|code| (short, code))
        }
        _ => None,
    }
}

/// A list of strings, or one string, as old clients send.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
