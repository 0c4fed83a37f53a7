//! Inspect: one container in full. Read leniently; the whole answer is kept as a harmless tree beside the typed fields.
//! Must not know how it is shown.
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::container::mount;
use super::error::Error;
use super::wire::{
    clean, count, escape, items, member, pairs, path, text, texts, time, truth, whole,
};
use super::{CALL_LIMIT, Engine};
use crate::model::{
    Details, Health, Key, Mount, NetworkLink, Node, Port, Probe, ProbeReport, RunState,
};

/// Largest inspect answer read, in bytes.
const SIZE: usize = 16 * 1024 * 1024;
/// Largest file read out of a container, with its archive's head.
const FILE: usize = (1 << 20) + 4096;
/// What the engine waits between stop signal and kill when the container sets nothing, in seconds.
const STOP_TIMEOUT: u32 = 10;

impl Engine {
    /// Everything the engine knows of one container. A container can hang alone: gives up after 5 s.
    pub async fn details(&self, key: &Key, at: DateTime<Utc>) -> Result<Details, Error> {
        let path = format!("/containers/{}/json", escape(&key.id));
        let answer = self.raw().get_json(&path, SIZE, CALL_LIMIT).await?;
        if !answer.is_object() {
            return Err(Error::garbage(|| say!("its inspect is no object")));
        }
        Ok(decode(&answer, key.clone(), at))
    }

    /// The archive of one file of a container, running or not; no process is started for it.
    ///
    /// # Errors
    /// No such file, one that is too large, or no answer.
    pub async fn archive(&self, container: &str, file: &str) -> Result<bytes::Bytes, Error> {
        let path = format!("/containers/{}/archive", escape(container));
        let query = super::wire::query(&[("path", file)]);
        let path = format!("{path}{query}");
        let answer = self.raw().get_bytes(&path, FILE, CALL_LIMIT).await?;
        Ok(answer.body)
    }
}

fn decode(answer: &Value, key: Key, at: DateTime<Utc>) -> Details {
    let state = member(answer, "State");
    let config = member(answer, "Config");
    let host = member(answer, "HostConfig");
    let network = member(answer, "NetworkSettings");
    let own = |name: &str| text(member(config, name));
    let positive = |name: &str| count(member(host, name)).filter(|n| *n > 0);
    Details {
        key,
        at,
        name: text(member(answer, "Name"))
            .trim_start_matches('/')
            .to_owned(),
        image: own("Image"),
        image_id: text(member(answer, "Image")),
        state: run_state(state),
        pid: count(member(state, "Pid"))
            .and_then(|pid| u32::try_from(pid).ok())
            .filter(|pid| *pid > 0),
        exit_code: whole(member(state, "ExitCode")).unwrap_or(0),
        oom_killed: truth(member(state, "OOMKilled")),
        error: text(member(state, "Error")),
        created: time(member(answer, "Created")),
        started: time(member(state, "StartedAt")),
        finished: time(member(state, "FinishedAt")),
        restart_count: count(member(answer, "RestartCount")).unwrap_or(0),
        health: probes(state, config),
        restart_policy: restart_policy(member(host, "RestartPolicy")),
        stop_timeout: stop_timeout(config),
        stop_signal: match own("StopSignal") {
            none if none.is_empty() => "SIGTERM".to_owned(),
            // Podman gives the number.
            signal => match signal.parse().ok().and_then(crate::text::signal_name) {
                Some(name) => name.to_owned(),
                None => signal,
            },
        },
        cpu_limit: cpu_limit(host),
        memory_limit: positive("Memory"),
        swap_limit: whole(member(host, "MemorySwap")),
        pids_limit: positive("PidsLimit"),
        command: texts(member(config, "Cmd")),
        entrypoint: texts(member(config, "Entrypoint")),
        user: own("User"),
        working_dir: own("WorkingDir"),
        hostname: own("Hostname"),
        tty: truth(member(config, "Tty")),
        privileged: truth(member(host, "Privileged")),
        log_driver: text(path(host, &["LogConfig", "Type"])),
        environment: environment(member(config, "Env")),
        labels: pairs(member(config, "Labels")),
        mounts: mounts(answer, host),
        ports: ports(member(network, "Ports"), member(config, "ExposedPorts")),
        networks: networks(member(network, "Networks")),
        document: node(answer),
    }
}

/// What is mounted, with those in memory that `--tmpfs` asked for: the engine keeps them apart.
fn mounts(answer: &Value, host: &Value) -> Vec<Mount> {
    let in_memory = |(path, options): (String, String)| Mount {
        kind: "tmpfs".to_owned(),
        source: String::new(),
        destination: path,
        read_only: options.split(',').any(|option| option == "ro"),
    };
    let mut all: Vec<Mount> = items(member(answer, "Mounts")).iter().map(mount).collect();
    for memory in pairs(member(host, "Tmpfs")).into_iter().map(in_memory) {
        if all
            .iter()
            .all(|known| known.destination != memory.destination)
        {
            all.push(memory);
        }
    }
    all
}

/// `Status`, else the flags of engines that have none.
fn run_state(state: &Value) -> RunState {
    match RunState::parse(&text(member(state, "Status"))) {
        RunState::Unknown => {}
        known => return known,
    }
    let flag = |name: &str| truth(member(state, name));
    match () {
        () if flag("Paused") => RunState::Paused,
        () if flag("Restarting") => RunState::Restarting,
        () if flag("Dead") => RunState::Dead,
        () if flag("Running") => RunState::Running,
        () => RunState::Unknown,
    }
}

/// The health record; nothing when the container has no health check.
fn probes(state: &Value, config: &Value) -> Option<ProbeReport> {
    let health = [member(state, "Health"), member(state, "Healthcheck")]
        .into_iter()
        .find(|value| value.is_object())?;
    let status = match text(member(health, "Status")).as_str() {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        // Podman gives an empty record to containers without a check.
        _ => None,
    };
    let test = texts(path(config, &["Healthcheck", "Test"]));
    if test.first().is_some_and(|word| word == "NONE") || (status.is_none() && test.is_empty()) {
        return None;
    }
    let probe = |item: &Value| Probe {
        start: time(member(item, "Start")),
        end: time(member(item, "End")),
        exit_code: whole(member(item, "ExitCode")).unwrap_or(0),
        output: block(member(item, "Output").as_str().unwrap_or_default()),
    };
    let test = match test.split_first() {
        Some((kind, rest)) if kind.starts_with("CMD") => rest.join(" "),
        _ => test.join(" "),
    };
    Some(ProbeReport {
        status,
        failing_streak: count(member(health, "FailingStreak")).unwrap_or(0),
        probes: items(member(health, "Log")).iter().map(probe).collect(),
        test,
    })
}

/// Several lines, each made harmless.
fn block(output: &str) -> String {
    let lines: Vec<String> = output.trim_end().lines().map(clean).collect();
    lines.join("\n")
}

/// Seconds, out of an inspect's `Config`; the engine's own where none is said.
pub(super) fn stop_timeout(config: &Value) -> u32 {
    count(member(config, "StopTimeout"))
        .and_then(|seconds| u32::try_from(seconds).ok())
        .unwrap_or(STOP_TIMEOUT)
}

fn restart_policy(policy: &Value) -> String {
    let name = text(member(policy, "Name"));
    let most = count(member(policy, "MaximumRetryCount")).unwrap_or(0);
    match name.as_str() {
        "" => "no".to_owned(),
        "on-failure" if most > 0 => format!("on-failure:{most}"),
        _ => name,
    }
}

/// Cores, by `--cpus` or by quota and period.
fn cpu_limit(host: &Value) -> Option<f64> {
    let positive = |name: &str| count(member(host, name)).filter(|n| *n > 0);
    if let Some(nanos) = positive("NanoCpus") {
        return Some(nanos as f64 / 1e9);
    }
    let quota = positive("CpuQuota")? as f64;
    Some(quota / positive("CpuPeriod").unwrap_or(100_000) as f64)
}

/// In the engine's order; the first `=` ends the name.
fn environment(list: &Value) -> Vec<(String, String)> {
    texts(list)
        .into_iter()
        .map(|item| match item.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (item, String::new()),
        })
        .collect()
}

/// `{"80/tcp": [{"HostIp", "HostPort"}] | null}`, and exposed ports of a stopped container.
fn ports(bound: &Value, exposed: &Value) -> Vec<Port> {
    let mut ports = Vec::new();
    for (name, bindings) in bound.as_object().into_iter().flatten() {
        let Some(port) = port(name) else { continue };
        if items(bindings).is_empty() {
            ports.push(port);
            continue;
        }
        ports.extend(items(bindings).iter().map(|binding| {
            Port {
                public: text(member(binding, "HostPort"))
                    .parse()
                    .ok()
                    .filter(|n| *n != 0),
                ip: text(member(binding, "HostIp")),
                ..port.clone()
            }
        }));
    }
    for name in exposed
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
    {
        let known = |port: &Port| {
            ports
                .iter()
                .any(|p: &Port| p.private == port.private && p.protocol == port.protocol)
        };
        if let Some(port) = port(name).filter(|port| !known(port)) {
            ports.push(port);
        }
    }
    ports.sort();
    ports
}

/// `80/tcp`
fn port(name: &str) -> Option<Port> {
    let (number, protocol) = name.split_once('/').unwrap_or((name, "tcp"));
    Some(Port {
        private: number.parse().ok()?,
        protocol: clean(protocol),
        ..Port::default()
    })
}

fn networks(value: &Value) -> Vec<NetworkLink> {
    let link = |(name, link): (&String, &Value)| NetworkLink {
        name: clean(name),
        address: match text(member(link, "IPAddress")) {
            none if none.is_empty() => text(member(link, "GlobalIPv6Address")),
            address => address,
        },
        gateway: text(member(link, "Gateway")),
        mac: text(member(link, "MacAddress")),
        aliases: texts(member(link, "Aliases")),
    };
    value.as_object().into_iter().flatten().map(link).collect()
}

/// The answer as a tree, every text in it made harmless.
pub(super) fn node(value: &Value) -> Node {
    match value {
        Value::Null => Node::Null,
        Value::Bool(yes) => Node::Bool(*yes),
        Value::Number(number) => Node::Number(number.to_string()),
        Value::String(text) => Node::Text(clean(text)),
        Value::Array(items) => Node::List(items.iter().map(node).collect()),
        Value::Object(object) => Node::Object(
            object
                .iter()
                .map(|(key, value)| (clean(key), node(value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostId;
    use serde_json::json;

    fn read(answer: &Value) -> Details {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        decode(answer, Key::container(HostId(0), "abc"), at)
    }

    #[test]
    fn a_full_answer() {
        let details = read(&json!({
            "Name": "/web", "Created": "2026-11-23T16:30:41.405335297Z", "Image": "sha256:1", "RestartCount": 2,
            "State": {"Status": "running", "Pid": 17195, "ExitCode": 0, "StartedAt": "2026-11-23T16:30:41Z",
                "FinishedAt": "0001-01-01T00:00:00Z", "OOMKilled": false,
                "Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": [
                    {"Start": "2026-11-23T16:30:41Z", "End": "2026-11-23T16:30:42Z", "ExitCode": 1, "Output": "a\u{1b}[31m\nb\n"}]}},
            "HostConfig": {"NanoCpus": 1_500_000_000_u64, "Memory": 1024, "PidsLimit": null, "Privileged": false,
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}, "LogConfig": {"Type": "json-file"}},
            "Config": {"Image": "nginx", "Env": ["A=1=2", "B"], "Cmd": ["x"], "Entrypoint": "/run.sh", "Tty": true,
                "StopTimeout": 30, "Labels": {"k": "v"}, "ExposedPorts": {"443/tcp": {}, "80/tcp": {}},
                "Healthcheck": {"Test": ["CMD-SHELL", "curl -f x"]}},
            "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]},
                "Networks": {"front": {"IPAddress": "10.0.0.2", "Aliases": null}}},
            "Mounts": null
        }));
        assert_eq!((details.name.as_str(), details.pid), ("web", Some(17195)));
        assert_eq!(details.restart_policy, "on-failure:3");
        assert_eq!((details.stop_timeout, details.cpu_limit), (30, Some(1.5)));
        assert_eq!(details.environment[0], ("A".to_owned(), "1=2".to_owned()));
        assert_eq!(details.entrypoint, ["/run.sh"]);
        assert_eq!(details.finished, None);
        assert_eq!(details.ports.len(), 2);
        assert_eq!(details.ports[0].public, Some(8080));
        let health = details.health.unwrap();
        assert_eq!(
            (health.failing_streak, health.test.as_str()),
            (3, "curl -f x")
        );
        assert!(health.probes[0].output.ends_with("\nb"));
        assert!(!health.probes[0].output.contains('\u{1b}'));
        assert!(matches!(details.document, Node::Object(ref members) if members[0].0 == "Name"));
    }

    #[test]
    fn a_stop_signal_has_a_name() {
        for (said, name) in [
            ("15", "SIGTERM"),
            ("", "SIGTERM"),
            ("SIGQUIT", "SIGQUIT"),
            ("40", "40"),
        ] {
            let details = read(&json!({"Config": {"StopSignal": said}}));
            assert_eq!(details.stop_signal, name);
        }
    }

    #[test]
    fn an_empty_or_wrong_answer_is_still_an_account() {
        for odd in [
            json!({}),
            json!({"State": "running", "Config": [], "HostConfig": null, "NetworkSettings": 7, "Mounts": {}}),
        ] {
            let details = read(&odd);
            assert_eq!(details.state, RunState::Unknown);
            assert_eq!(
                (details.stop_timeout, details.restart_policy.as_str()),
                (10, "no")
            );
        }
        let old = read(&json!({"State": {"Running": true, "Paused": true}}));
        assert_eq!(old.state, RunState::Paused);
        let podman = read(&json!({"State": {"Health": {"Status": "", "Log": null}}}));
        assert_eq!(podman.health, None);
    }
}
