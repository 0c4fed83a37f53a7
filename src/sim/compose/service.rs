//! What the engine is asked for to make a container of a service. Must not know the world.
use std::path::Path;

use serde_json::{Map, Value, json};

use super::project::{Project, keys};

/// A value as the text it is in an environment or a label.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Pairs, out of a mapping or out of a list of `NAME=value`.
fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    match value {
        Some(Value::Object(map)) => map
            .iter()
            .map(|(name, value)| (name.clone(), word(value)))
            .collect(),
        Some(Value::Array(list)) => {
            let lines = list.iter().map(word);
            let pair = |line: String| {
                let (name, value) = line.split_once('=').unwrap_or((&line, ""));
                (name.to_owned(), value.to_owned())
            };
            lines.map(pair).collect()
        }
        _ => Vec::new(),
    }
}

/// The words of a command.
fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().map(word).collect(),
        Some(value) => word(value).split_whitespace().map(str::to_owned).collect(),
        None => Vec::new(),
    }
}

/// Bytes of `512m`.
fn bytes(value: &Value) -> u64 {
    let text = word(value).to_ascii_lowercase();
    let text = text.trim_end_matches('b');
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(number.len()..) {
        Some("k") => 10,
        Some("m") => 20,
        Some("g") => 30,
        _ => 0,
    };
    number.parse::<u64>().unwrap_or(0) << unit
}

/// Nanoseconds of `1m30s`.
fn nanos(value: Option<&Value>) -> i64 {
    let text = value.map(word).unwrap_or_default();
    let (mut total, mut number) = (0_i64, 0_i64);
    for c in text.chars() {
        match (c, c.to_digit(10)) {
            (_, Some(digit)) => number = number * 10 + i64::from(digit),
            ('h' | 'm' | 's', None) => {
                let unit = match c {
                    'h' => 3600,
                    'm' => 60,
                    _ => 1,
                };
                total += number * unit;
                number = 0;
            }
            _ => {}
        }
    }
    total * 1_000_000_000
}

/// What is mounted: source, target, and whether it may only be read.
pub(super) fn volumes(service: &Value) -> Vec<(String, String, bool)> {
    let list = service.get("volumes").and_then(Value::as_array);
    let mount = |value: &Value| match value {
        Value::Object(long) => {
            let part = |key: &str| long.get(key).map(word).unwrap_or_default();
            let read_only = long.get("read_only") == Some(&Value::Bool(true));
            Some((part("source"), part("target"), read_only))
                .filter(|(source, ..)| !source.is_empty())
        }
        short => {
            let text = word(short);
            let mut parts = text.split(':');
            let (source, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            Some((source, target, parts.any(|option| option == "ro")))
        }
    };
    list.into_iter().flatten().filter_map(mount).collect()
}

fn ports(service: &Value) -> Map<String, Value> {
    let list = service.get("ports").and_then(Value::as_array);
    let binding = |value: &Value| {
        let (text, host) = match value {
            Value::Object(long) => {
                let part = |key: &str| long.get(key).map(word).unwrap_or_default();
                (part("target"), part("published"))
            }
            short => {
                let text = word(short);
                match text.rsplit_once(':') {
                    Some((host, inside)) => (inside.to_owned(), host.to_owned()),
                    None => (text, String::new()),
                }
            }
        };
        let (ip, port) = host.rsplit_once(':').unwrap_or(("", &host));
        let inside = if text.contains('/') {
            text
        } else {
            format!("{text}/tcp")
        };
        (inside, json!([{"HostIp": ip, "HostPort": port}]))
    };
    list.into_iter().flatten().map(binding).collect()
}

/// The networks it is in, by their whole names.
fn networks(project: &Project, service: &Value) -> Vec<String> {
    if let Some(mode) = service.get("network_mode") {
        return vec![word(mode)];
    }
    let mut named = keys(service.get("networks"));
    if named.is_empty() {
        named.push("default".to_owned());
    }
    let whole = |name: String| project.networks.get(&name).map(|(whole, _)| whole.clone());
    named.into_iter().filter_map(whole).collect()
}

fn labels(
    project: &Project,
    name: &str,
    service: &Value,
    hash: &str,
    number: usize,
) -> Map<String, Value> {
    let on = keys(service.get("depends_on")).into_iter().map(|other| {
        let condition = service.pointer(&format!("/depends_on/{other}/condition"));
        let condition = condition
            .and_then(Value::as_str)
            .unwrap_or("service_started");
        format!("{other}:{condition}:false")
    });
    let asked = &project.asked;
    let compose = [
        ("project", asked.name.clone()),
        ("service", name.to_owned()),
        ("container-number", number.to_string()),
        ("oneoff", "False".to_owned()),
        ("config-hash", hash.to_owned()),
        ("project.config_files", asked.files.join(",")),
        ("project.working_dir", asked.directory.clone()),
        ("depends_on", on.collect::<Vec<_>>().join(",")),
        ("version", super::VERSION.to_owned()),
    ];
    let own = pairs(service.get("labels"));
    let compose = compose.map(|(key, value)| (format!("com.docker.compose.{key}"), value));
    own.into_iter()
        .chain(compose)
        .map(|(key, value)| (key, value.into()))
        .collect()
}

/// The image that a service runs.
pub(super) fn image(project: &Project, name: &str, service: &Value) -> String {
    let image = service.get("image").and_then(Value::as_str);
    image.map_or_else(|| format!("{}-{name}", project.asked.name), str::to_owned)
}

/// The request that makes a container of a service.
pub(super) fn request(project: &Project, name: &str, hash: &str, number: usize) -> Value {
    let service = project.services.get(name).unwrap_or(&Value::Null);
    let bind = |(source, target, read_only): (String, String, bool)| {
        let source = match project.volumes.get(&source) {
            Some((whole, _)) => whole.clone(),
            None if source.starts_with('/') => source,
            None => Path::new(&project.asked.directory)
                .join(source)
                .display()
                .to_string(),
        };
        format!("{source}:{target}{}", if read_only { ":ro" } else { "" })
    };
    let environment = pairs(service.get("environment")).into_iter();
    let environment = environment.map(|(name, value)| format!("{name}={value}"));
    let networks = networks(project, service);
    let endpoints: Map<String, Value> = networks
        .iter()
        .map(|name| (name.clone(), json!({})))
        .collect();
    let cpus = service
        .get("cpus")
        .map(word)
        .and_then(|text| text.parse::<f64>().ok());
    json!({
        "Image": image(project, name, service),
        "Cmd": words(service.get("command")),
        "Entrypoint": words(service.get("entrypoint")),
        "Env": environment.collect::<Vec<_>>(),
        "Labels": labels(project, name, service, hash, number),
        "Tty": service.get("tty") == Some(&Value::Bool(true)),
        "User": service.get("user").map(word).unwrap_or_default(),
        "Healthcheck": service.get("healthcheck").map(health),
        "HostConfig": {
            "Binds": volumes(service).into_iter().map(bind).collect::<Vec<_>>(),
            "Memory": service.get("mem_limit").map_or(0, bytes),
            "NanoCpus": (cpus.unwrap_or(0.0) * 1e9) as u64,
            "NetworkMode": networks.first(),
            "PortBindings": ports(service),
            "RestartPolicy": restart(service),
        },
        "NetworkingConfig": {"EndpointsConfig": endpoints},
    })
}

fn restart(service: &Value) -> Value {
    let policy = service.get("restart").map(word).unwrap_or_default();
    match policy.split_once(':') {
        Some((name, most)) => {
            json!({"Name": name, "MaximumRetryCount": most.parse::<u64>().unwrap_or(0)})
        }
        None => json!({"Name": policy}),
    }
}

fn health(check: &Value) -> Value {
    let test = match check.get("test") {
        Some(Value::Array(list)) => list.iter().map(word).collect(),
        other => vec!["CMD-SHELL".to_owned(), other.map(word).unwrap_or_default()],
    };
    json!({
        "Test": test,
        "Interval": nanos(check.get("interval")),
        "Timeout": nanos(check.get("timeout")),
        "StartPeriod": nanos(check.get("start_period")),
        "Retries": check.get("retries").and_then(Value::as_u64).unwrap_or(3),
    })
}
