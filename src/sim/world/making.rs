//! New containers, volumes and networks as the API asks for them. Must not know HTTP.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::changes::{bad_name, is_name, name_in_use};
use super::things::Subnet;
use super::{Network, Refusal, World, things};
use crate::sim::clock::{MILLI, Ns, SECOND};
use crate::sim::scenario::{ContainerSpec, HealthSpec, MountSpec, PortSpec, Size, Span};

/// What a create request says, as far as this engine cares.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateRequest {
    image: String,
    cmd: Value,
    entrypoint: Value,
    env: Option<Vec<String>>,
    labels: Option<BTreeMap<String, String>>,
    tty: bool,
    user: Option<String>,
    stop_timeout: Option<i64>,
    stdin_once: bool,
    healthcheck: Option<Value>,
    host_config: Option<HostConfig>,
    networking_config: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HostConfig {
    binds: Option<Vec<String>>,
    mounts: Option<Vec<Value>>,
    pids_limit: Option<i64>,
    memory: Option<u64>,
    nano_cpus: Option<u64>,
    network_mode: Option<String>,
    port_bindings: Option<BTreeMap<String, Value>>,
    restart_policy: Option<Value>,
    auto_remove: Option<bool>,
}

/// What is asked of a network, as far as this engine cares.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkRequest {
    name: String,
    driver: String,
    internal: bool,
    attachable: bool,
    #[serde(rename = "EnableIPv6")]
    enable_ipv6: bool,
    #[serde(rename = "IPAM")]
    ipam: Ipam,
    labels: Option<BTreeMap<String, String>>,
    options: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipam {
    config: Vec<Subnet>,
}

/// What is asked of a volume.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeRequest {
    name: String,
    driver: String,
    labels: Option<BTreeMap<String, String>>,
    driver_opts: Option<BTreeMap<String, String>>,
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
        let mut spec = self.like(spec_of(request));
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
            container.stdin_once = request.stdin_once;
            container.errand = errand(&container.command);
            let asked = request
                .networking_config
                .as_ref()
                .and_then(|c| c.get("EndpointsConfig"));
            for endpoint in &mut container.endpoints {
                if let Some(wanted) = asked.and_then(|asked| asked.get(&endpoint.network)) {
                    endpoint.ask(wanted);
                }
            }
        }
        self.emit(&id, "create", &[], now);
        Ok(id)
    }

    /// Makes a network; its id.
    ///
    /// # Errors
    /// 409 for a name in use, 404 for a driver that is not there, 403 for addresses that another one has.
    pub fn create_network(&mut self, wanted: NetworkRequest, now: Ns) -> Result<String, Refusal> {
        let name = wanted.name;
        if self.networks.iter().any(|net| net.name == name) {
            let words = format!("network with name {name} already exists");
            return Err(Refusal::new(409, words));
        }
        let driver = match wanted.driver.as_str() {
            "" => "bridge",
            known @ ("bridge" | "macvlan" | "ipvlan" | "overlay") => known,
            unknown => {
                let words = format!(
                    "could not find plugin {unknown} in v1 plugin registry: plugin not found"
                );
                return Err(Refusal::new(404, words));
            }
        };
        let asked = wanted.ipam.config;
        let clashes = |subnet: &Subnet| {
            let Some((first, last)) = subnet.ends() else {
                return false;
            };
            let mut taken = self.networks.iter().flat_map(Network::ranges);
            taken.any(|(from, to)| first <= to && from <= last)
        };
        if asked.iter().any(clashes) {
            let words = "Pool overlaps with other one on this address space";
            return Err(Refusal::new(403, words));
        }
        let id = self.new_id(&name);
        let first = asked.iter().find_map(Subnet::ends);
        let prefix = first.map_or_else(
            || format!("10.{}", self.networks.len() % 256),
            |(first, last)| prefix(first, last),
        );
        self.networks.push(Network {
            id: id.clone(),
            name: name.clone(),
            driver: driver.to_owned(),
            prefix,
            asked,
            attachable: wanted.attachable,
            ipv6: wanted.enable_ipv6,
            options: wanted.options.unwrap_or_default(),
            internal: wanted.internal,
            created: now,
            labels: wanted.labels.unwrap_or_default().into_iter().collect(),
            given: 0,
        });
        let about = json!({"name": name, "type": driver});
        self.emit_thing("network", "create", &id, &about, now);
        Ok(id)
    }

    /// Makes a volume if there is none of this name; its name.
    ///
    /// # Errors
    /// 404 for a driver that is not there, 400 for a bad name.
    pub fn create_volume(&mut self, wanted: VolumeRequest, now: Ns) -> Result<String, Refusal> {
        if !matches!(wanted.driver.as_str(), "" | "local") {
            let words = format!(
                "create {}: error looking up volume plugin {1}: plugin \"{1}\" not found",
                wanted.name, wanted.driver
            );
            return Err(Refusal::new(404, words));
        }
        let name = match wanted.name.as_str() {
            "" => self.new_id("volume"),
            name if is_name(name) => name.to_owned(),
            name => {
                let words = format!(
                    "create {name}: \"{name}\" includes invalid characters for a local volume name, only \
                     \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
                );
                return Err(Refusal::new(400, words));
            }
        };
        if !self.volumes.iter().any(|volume| volume.spec.name == name) {
            let mut volume = super::build::new_volume(&name, now);
            volume.labels = wanted.labels.unwrap_or_default().into_iter().collect();
            volume.options = wanted.driver_opts.unwrap_or_default();
            self.volumes.push(volume);
            self.emit_thing("volume", "create", &name, &json!({"driver": "local"}), now);
        }
        Ok(name)
    }
}

/// The numbers that all addresses of a range share.
fn prefix(first: u32, last: u32) -> String {
    let [a, b, c, _] = first.to_be_bytes();
    if last - first >= 0xffff {
        format!("{a}.{b}")
    } else {
        format!("{a}.{b}.{c}")
    }
}

impl World {
    /// A container of a service behaves like the others of it.
    fn like(&self, own: ContainerSpec) -> ContainerSpec {
        const OF: [&str; 2] = ["com.docker.compose.project", "com.docker.compose.service"];
        let same = |other: &super::Container| {
            OF.iter().all(|key| {
                let value = own.labels.get(*key);
                value.is_some() && value.map(String::as_str) == other.label(key)
            })
        };
        let Some(other) = self.containers.values().find(|other| same(other)) else {
            return own;
        };
        let other = other.spec.clone();
        let health = own
            .health
            .zip(other.health.clone())
            .map(|(own, other)| HealthSpec {
                output: other.output,
                failure: other.failure,
                failure_base64: other.failure_base64,
                fails: other.fails,
                ..own
            });
        ContainerSpec {
            name: own.name,
            image: own.image,
            command: own.command,
            env: own.env,
            env_base64: Vec::new(),
            labels: own.labels,
            labels_base64: BTreeMap::new(),
            ports: own.ports,
            mounts: own.mounts,
            networks: own.networks,
            restart: own.restart,
            tty: own.tty,
            user: own.user,
            memory_limit: own.memory_limit,
            cpus: own.cpus,
            pids_limit: own.pids_limit,
            health,
            stuck: false,
            stop_timeout: own.stop_timeout,
            ..other
        }
    }
}

/// A health check as it is asked for.
fn health_of(wanted: &Value) -> Option<HealthSpec> {
    let usual = HealthSpec::default();
    let test = strings(wanted.get("Test")?);
    let (kind, words) = test.split_first()?;
    if kind == "NONE" {
        return None;
    }
    let span = |name: &str, usual: Span| match wanted.get(name).and_then(Value::as_i64) {
        Some(nanos) if nanos > 0 => Span(nanos),
        _ => usual,
    };
    Some(HealthSpec {
        test: words.join(" "),
        interval: span("Interval", usual.interval),
        timeout: span("Timeout", usual.timeout),
        start_period: span("StartPeriod", usual.start_period),
        retries: wanted
            .get("Retries")
            .and_then(Value::as_u64)
            .filter(|n| *n > 0)
            .unwrap_or(3),
        ..usual
    })
}

/// A mount as newer clients ask for it.
fn mount_of(wanted: &Value) -> Option<MountSpec> {
    let word = |name: &str| wanted.get(name).and_then(Value::as_str);
    let source = word("Source").filter(|source| !source.is_empty())?;
    let read_only = wanted.get("ReadOnly").and_then(Value::as_bool) == Some(true);
    let mode = if read_only { "ro" } else { "rw" };
    MountSpec::try_from(format!("{source}:{}:{mode}", word("Target")?)).ok()
}

fn spec_of(request: &CreateRequest) -> ContainerSpec {
    let none = HostConfig::default();
    let host = request.host_config.as_ref().unwrap_or(&none);
    let mut command = strings(&request.entrypoint);
    command.extend(strings(&request.cmd));
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
            .chain(host.mounts.iter().flatten().filter_map(mount_of))
            .collect(),
        networks,
        restart: restart_of(host.restart_policy.as_ref()),
        stop_timeout: request.stop_timeout,
        health: request.healthcheck.as_ref().and_then(health_of),
        pids_limit: host
            .pids_limit
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or(0),
        tty: request.tty,
        user: request.user.clone().unwrap_or_default(),
        memory_limit: Size(host.memory.unwrap_or(0)),
        cpus: host.nano_cpus.unwrap_or(0) as f64 / 1e9,
        ..ContainerSpec::default()
    }
}

fn restart_of(policy: Option<&Value>) -> String {
    let name = policy.and_then(|p| p.get("Name")).and_then(Value::as_str);
    let most = policy
        .and_then(|p| p.get("MaximumRetryCount"))
        .and_then(Value::as_u64);
    match (name, most) {
        (None | Some(""), _) => "no".to_owned(),
        (Some(name), Some(most)) if most > 0 => format!("{name}:{most}"),
        (Some(name), _) => name.to_owned(),
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
