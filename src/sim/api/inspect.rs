//! One container in full. Must not know how it lives.
use serde_json::{Map, Value, json};

use super::Call;
use super::answer::{self, Answer};
use super::containers::labels;
use crate::sim::clock::{Ns, stamp};
use crate::sim::world::{Container, Endpoint, Phase, World};

const NEVER: &str = "0001-01-01T00:00:00Z";

/// What no container here differs in.
const USUAL_HOST_CONFIG: &str = r#"{
    "VolumeDriver": "", "VolumesFrom": null,
    "ConsoleSize": [0, 0], "CapAdd": null, "CapDrop": null, "CgroupnsMode": "private",
    "Dns": [], "DnsOptions": [], "DnsSearch": [], "ExtraHosts": [], "GroupAdd": null,
    "IpcMode": "private", "Cgroup": "", "Links": null, "OomScoreAdj": 0, "PidMode": "",
    "Privileged": false, "PublishAllPorts": false, "ReadonlyRootfs": false, "SecurityOpt": null,
    "UTSMode": "", "UsernsMode": "", "ShmSize": 67108864, "Runtime": "runc", "Isolation": "",
    "CpuShares": 0, "CgroupParent": "", "BlkioWeight": 0, "CpuPeriod": 0, "CpuQuota": 0, "CpusetCpus": "",
    "CpusetMems": "", "Devices": null, "DeviceCgroupRules": null, "DeviceRequests": null,
    "MemoryReservation": 0, "MemorySwappiness": null,
    "OomKillDisable": null, "Ulimits": null, "CpuCount": 0, "CpuPercent": 0,
    "IOMaximumIOps": 0, "IOMaximumBandwidth": 0,
    "MaskedPaths": ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/sys/firmware"],
    "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
}"#;

/// Answers `containers/{who}/json`.
pub fn answer(call: &Call, who: &str) -> Answer {
    let world = call.shared.world();
    Ok(answer::ok(&full(&world, world.get(who)?)))
}

fn full(world: &World, container: &Container) -> Value {
    let id = &container.id;
    let home = format!("/var/lib/docker/containers/{id}");
    let execs = world
        .execs
        .values()
        .filter(|exec| exec.container == *id && exec.running);
    let execs: Vec<&str> = execs.map(|exec| exec.id.as_str()).collect();
    let layer = format!("/var/lib/docker/overlay2/{}", &id[..32.min(id.len())]);
    json!({
        "Id": id,
        "Created": stamp(container.created),
        "Path": container.command.first(),
        "Args": container.command.get(1..),
        "State": state(container),
        "Image": container.image_id,
        "ResolvConfPath": format!("{home}/resolv.conf"),
        "HostnamePath": format!("{home}/hostname"),
        "HostsPath": format!("{home}/hosts"),
        "LogPath": format!("{home}/{id}-json.log"),
        "Name": format!("/{}", container.name),
        "RestartCount": container.restarts,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "docker-default",
        "ExecIDs": if execs.is_empty() { Value::Null } else { json!(execs) },
        "HostConfig": host_config(container),
        "GraphDriver": {"Data": {"LowerDir": format!("{layer}-init/diff"), "MergedDir": format!("{layer}/merged"),
            "UpperDir": format!("{layer}/diff"), "WorkDir": format!("{layer}/work")}, "Name": "overlay2"},
        "Mounts": mounts(container),
        "Config": config(world, container),
        "NetworkSettings": network_settings(container),
    })
}

fn state(container: &Container) -> Value {
    let time = |at: Option<Ns>| at.map_or_else(|| NEVER.to_owned(), stamp);
    let mut state = json!({
        "Status": container.phase.word(),
        "Running": container.alive() || container.phase == Phase::Restarting,
        "Paused": container.phase == Phase::Paused,
        "Restarting": container.phase == Phase::Restarting,
        "OOMKilled": container.oom,
        "Dead": false,
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": "",
        "StartedAt": time(container.started),
        "FinishedAt": time(container.finished),
    });
    if let (Some(health), Some(map)) = (&container.health, state.as_object_mut()) {
        let log = health.log.iter().map(|probe| {
            json!({"Start": stamp(probe.start), "End": stamp(probe.end),
                "ExitCode": probe.code, "Output": probe.output})
        });
        let alive = container.alive();
        map.insert(
            "Health".into(),
            json!({"Status": if alive { health.status } else { "unhealthy" },
                "FailingStreak": health.streak, "Log": log.collect::<Vec<_>>()}),
        );
    }
    state
}

fn host_config(container: &Container) -> Value {
    let spec = &container.spec;
    let binds: Vec<String> = spec
        .mounts
        .iter()
        .map(|m| {
            format!(
                "{}:{}:{}",
                m.source,
                m.target,
                if m.writable { "rw" } else { "ro" }
            )
        })
        .collect();
    let (policy, max) = spec.restart.split_once(':').unwrap_or((&spec.restart, "0"));
    let mode = container.network_mode();
    let mut own = json!({
        "Binds": binds, "ContainerIDFile": "", "LogConfig": {"Type": spec.log_driver, "Config": {}},
        "NetworkMode": mode, "PortBindings": port_bindings(container, false),
        "RestartPolicy": {"Name": policy, "MaximumRetryCount": max.parse().unwrap_or(0_u32)},
        "AutoRemove": container.auto_remove, "Memory": spec.memory_limit.0,
        "NanoCpus": (spec.cpus * 1e9) as u64, "MemorySwap": spec.memory_limit.0 * 2, "PidsLimit": spec.pids_limit
    });
    let usual = serde_json::from_str(USUAL_HOST_CONFIG).unwrap_or_default();
    if let (Some(own), Value::Object(usual)) = (own.as_object_mut(), usual) {
        own.extend(usual);
    }
    own
}

fn config(world: &World, container: &Container) -> Value {
    let spec = &container.spec;
    let exposed: Map<String, Value> = spec
        .ports
        .iter()
        .map(|port| (format!("{}/{}", port.inside, port.protocol), json!({})))
        .collect();
    let image = world
        .images
        .iter()
        .find(|image| image.id == container.image_id);
    let mut config = json!({
        "Hostname": &container.id[..12.min(container.id.len())], "Domainname": "", "User": spec.user,
        "AttachStdin": false, "AttachStdout": true, "AttachStderr": true, "ExposedPorts": exposed,
        "Tty": spec.tty, "OpenStdin": spec.tty, "StdinOnce": false, "Env": container.env,
        "Cmd": container.command, "Image": spec.image, "Volumes": null,
        "WorkingDir": image.map_or("", |image| image.spec.workdir.as_str()),
        "Entrypoint": null, "OnBuild": null, "Labels": labels(&container.labels),
    });
    let Some(map) = config.as_object_mut() else {
        return config;
    };
    if let Some(seconds) = spec.stop_timeout {
        map.insert("StopTimeout".into(), json!(seconds));
    }
    if let Some(health) = &spec.health {
        map.insert(
            "Healthcheck".into(),
            json!({"Test": ["CMD-SHELL", health.test], "Interval": health.interval.0,
                "Timeout": health.timeout.0, "StartPeriod": health.start_period.0,
                "Retries": health.retries}),
        );
    }
    config
}

fn network_settings(container: &Container) -> Value {
    let networks: Map<String, Value> = container
        .endpoints
        .iter()
        .map(|e| (e.network.clone(), endpoint(container, e)))
        .collect();
    let sandbox = &container.id[..12.min(container.id.len())];
    let on_bridge = container
        .endpoints
        .iter()
        .find(|e| e.network == "bridge" && container.alive());
    json!({
        "Bridge": "", "SandboxID": container.id, "SandboxKey": format!("/var/run/docker/netns/{sandbox}"),
        "Ports": port_bindings(container, true), "HairpinMode": false, "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0, "SecondaryIPAddresses": null, "SecondaryIPv6Addresses": null,
        "EndpointID": on_bridge.map_or("", |e| e.id.as_str()),
        "Gateway": on_bridge.map_or("", |e| e.gateway.as_str()),
        "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
        "IPAddress": on_bridge.map_or("", |e| e.address.as_str()),
        "IPPrefixLen": if on_bridge.is_some() { 16 } else { 0 }, "IPv6Gateway": "",
        "MacAddress": on_bridge.map_or_else(String::new, Endpoint::mac),
        "Networks": networks
    })
}

fn port_bindings(container: &Container, with_exposed: bool) -> Value {
    let mut out = Map::new();
    if with_exposed && !container.alive() {
        return Value::Object(out);
    }
    for port in &container.spec.ports {
        let key = format!("{}/{}", port.inside, port.protocol);
        match &port.host {
            Some((ip, number)) => {
                let ips = match (ip.as_str(), with_exposed) {
                    ("", true) => vec!["0.0.0.0", "::"],
                    (ip, _) => vec![ip],
                };
                let hosts = ips
                    .iter()
                    .map(|ip| json!({"HostIp": ip, "HostPort": number.to_string()}));
                out.insert(key, hosts.collect());
            }
            None if with_exposed => {
                out.insert(key, Value::Null);
            }
            None => {}
        }
    }
    Value::Object(out)
}

/// One network of a container; without address while it does not run.
pub fn endpoint(container: &Container, endpoint: &Endpoint) -> Value {
    let on = container.alive() && !endpoint.address.is_empty();
    let text = |text: &str| if on { text.to_owned() } else { String::new() };
    let short = &container.id[..12.min(container.id.len())];
    let mut aliases = vec![container.name.as_str()];
    if !container.spec.service.is_empty() {
        aliases.push(&container.spec.service);
    }
    let more = endpoint.aliases.iter().map(String::as_str);
    aliases.extend(more.filter(|more| *more != container.name && *more != container.spec.service));
    aliases.push(short);
    json!({
        "IPAMConfig": endpoint.fixed.as_ref().map(|ip| json!({"IPv4Address": ip})), "Links": null, "Aliases": aliases, "MacAddress": text(&endpoint.mac()),
        "NetworkID": endpoint.network_id, "EndpointID": if container.alive() { endpoint.id.as_str() } else { "" },
        "Gateway": text(&endpoint.gateway), "IPAddress": text(&endpoint.address),
        "IPPrefixLen": if on { 16 } else { 0 }, "IPv6Gateway": "", "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0, "DriverOpts": null, "DNSNames": aliases
    })
}

/// The mounts of a container.
pub fn mounts(container: &Container) -> Value {
    let mount = |mount: &crate::sim::scenario::MountSpec| {
        if mount.is_volume() {
            json!({"Type": "volume", "Name": mount.source,
                "Source": format!("/var/lib/docker/volumes/{}/_data", mount.source),
                "Destination": mount.target, "Driver": "local", "Mode": "z",
                "RW": mount.writable, "Propagation": ""})
        } else {
            json!({"Type": "bind", "Source": mount.source, "Destination": mount.target,
                "Mode": if mount.writable { "rw" } else { "ro" }, "RW": mount.writable,
                "Propagation": "rprivate"})
        }
    };
    container.spec.mounts.iter().map(mount).collect()
}
