//! The engine about itself: ping, version, info, disk usage. Must not know how the world changes.
use hyper::Method;
use hyper::header::{CACHE_CONTROL, HeaderName, HeaderValue, PRAGMA};
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::{Call, containers, images, links, not_found};
use crate::sim::clock::stamp;
use crate::sim::world::swarm::no_manager;
use crate::sim::world::{Phase, World};

/// Answers what is about the engine itself.
pub fn route(call: &Call) -> Answer {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let get = call.method == Method::GET;
    match path[..] {
        ["_ping"] if get || call.method == Method::HEAD => Ok(ping(call)),
        ["version"] if get => Ok(answer::ok(&version(&call.shared.world()))),
        ["info"] if get => Ok(answer::ok(&info(call))),
        ["system", "df"] if get => Ok(answer::ok(&disk_usage(call))),
        // What no engine has: what this one has had to do, for measuring clients.
        ["_sim", "counts"] if get => Ok(answer::ok(&json!({
            "Requests": call.shared.requests(),
            "Connections": call.shared.connections(),
        }))),
        ["auth"] => Ok(answer::ok(
            &json!({"Status": "Login Succeeded", "IdentityToken": ""}),
        )),
        ["plugins"] if get => Ok(answer::ok(&json!([]))),
        ["swarm" | "secrets" | "configs", ..] => Err(no_manager()),
        _ => Err(not_found()),
    }
}

fn ping(call: &Call) -> hyper::Response<answer::Body> {
    let mut response = answer::text("OK");
    let headers = response.headers_mut();
    let never = HeaderValue::from_static("no-cache, no-store, must-revalidate");
    headers.insert(CACHE_CONTROL, never);
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    let builder = if call.shared.world().engine.api.as_str() >= "1.42" {
        "2"
    } else {
        "1"
    };
    headers.insert(
        HeaderName::from_static("builder-version"),
        HeaderValue::from_static(builder),
    );
    headers.insert(
        HeaderName::from_static("swarm"),
        HeaderValue::from_static("inactive"),
    );
    response
}

fn version(world: &World) -> Value {
    let engine = &world.engine;
    json!({
        "Platform": {"Name": "Docker Engine - Community"},
        "Components": [
            {"Name": "Engine", "Version": engine.version, "Details": {
                "ApiVersion": engine.api, "Arch": "amd64", "BuildTime": "2024-07-23T19:57:01.000000000+00:00",
                "Experimental": "false", "GitCommit": "411e817", "GoVersion": "go1.21.12",
                "KernelVersion": "6.1.0-25-amd64", "MinAPIVersion": engine.min_api, "Os": "linux"}},
            {"Name": "containerd", "Version": "1.7.20", "Details": {"GitCommit": "8fc6bcff51318944179630522a095cc9dbf9f353"}},
            {"Name": "runc", "Version": "1.1.13", "Details": {"GitCommit": "v1.1.13-0-g58aa920"}},
            {"Name": "docker-init", "Version": "0.19.0", "Details": {"GitCommit": "de40ad0"}}
        ],
        "Version": engine.version,
        "ApiVersion": engine.api,
        "MinAPIVersion": engine.min_api,
        "GitCommit": "411e817",
        "GoVersion": "go1.21.12",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "6.1.0-25-amd64",
        "BuildTime": "2024-07-23T19:57:01.000000000+00:00"
    })
}

/// What no engine here differs in.
const USUAL_INFO: &str = r#"{
    "ID": "7WA2:HP57:HXNO:2M6S:KVK4:FHFX:7BYL:KBBM:CVUA:54GW:43WX:6CEV",
    "Driver": "overlay2",
    "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"],
        ["Using metacopy", "false"], ["Native Overlay Diff", "true"], ["userxattr", "false"]],
    "Plugins": {"Volume": ["local"], "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
        "Authorization": null,
        "Log": ["awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog"]},
    "MemoryLimit": true, "SwapLimit": true, "CpuCfsPeriod": true, "CpuCfsQuota": true,
    "CPUShares": true, "CPUSet": true, "PidsLimit": true, "IPv4Forwarding": true,
    "BridgeNfIptables": true, "BridgeNfIp6tables": true, "Debug": false, "NFd": 96,
    "OomKillDisable": false, "NGoroutines": 140, "LoggingDriver": "json-file",
    "CgroupDriver": "systemd", "NEventsListener": 0, "KernelVersion": "6.1.0-25-amd64",
    "OSVersion": "12", "OSType": "linux", "Architecture": "x86_64",
    "IndexServerAddress": "https://index.docker.io/v1/",
    "RegistryConfig": {"InsecureRegistryCIDRs": ["127.0.0.0/8"], "Mirrors": null, "IndexConfigs": {
        "docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": true, "Official": true}}},
    "GenericResources": null, "DockerRootDir": "/var/lib/docker", "HttpProxy": "", "HttpsProxy": "",
    "NoProxy": "", "Labels": [], "ExperimentalBuild": false,
    "Runtimes": {"io.containerd.runc.v2": {"path": "runc"}, "runc": {"path": "runc"}},
    "DefaultRuntime": "runc",
    "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
        "ControlAvailable": false, "Error": "", "RemoteManagers": null},
    "LiveRestoreEnabled": false, "Isolation": "", "InitBinary": "docker-init",
    "ContainerdCommit": {"ID": "8fc6bcff5131", "Expected": "8fc6bcff5131"},
    "RuncCommit": {"ID": "v1.1.13-0-g58aa920", "Expected": "v1.1.13-0-g58aa920"},
    "InitCommit": {"ID": "de40ad0", "Expected": "de40ad0"},
    "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
    "Warnings": null
}"#;

fn info(call: &Call) -> Value {
    let world = call.shared.world();
    let engine = &world.engine;
    let count =
        |test: fn(Phase) -> bool| world.containers.values().filter(|c| test(c.phase)).count();
    let own = json!({
        "Containers": world.containers.len(),
        "ContainersRunning": count(|phase| phase == Phase::Running || phase == Phase::Restarting),
        "ContainersPaused": count(|phase| phase == Phase::Paused),
        "ContainersStopped": count(|phase| phase == Phase::Created || phase == Phase::Exited),
        "Images": world.images.len(),
        "SystemTime": stamp(call.shared.clock.now()),
        "CgroupVersion": engine.cgroup.to_string(),
        "OperatingSystem": engine.os,
        "NCPU": engine.cpus,
        "MemTotal": engine.memory.0,
        "Name": engine.hostname,
        "ServerVersion": engine.version
    });
    let mut info: Value = serde_json::from_str(USUAL_INFO).unwrap_or_default();
    if let Some(first) = world.swarm.as_ref().and_then(|swarm| swarm.nodes.first()) {
        info["Swarm"] = json!({"NodeID": first.id, "NodeAddr": first.spec.address,
            "LocalNodeState": "active", "ControlAvailable": true, "Error": ""});
    }
    if let (Some(info), Value::Object(own)) = (info.as_object_mut(), own) {
        info.extend(own);
    }
    info
}

fn disk_usage(call: &Call) -> Value {
    let world = call.shared.world();
    let now = call.shared.clock.now();
    let sizes = world.images.iter().map(|image| image.spec.size.0);
    let images: Vec<Value> = world
        .images
        .iter()
        .map(|image| images::summary(&world, image, true))
        .collect();
    let all = world.containers.values();
    let containers: Vec<Value> = all
        .map(|c| containers::summary(&world, c, now, true))
        .collect();
    let volumes: Vec<Value> = world
        .volumes
        .iter()
        .map(|v| links::volume(&world, v, true))
        .collect();
    json!({
        "LayersSize": sizes.sum::<u64>(),
        "Images": images,
        "Containers": containers,
        "Volumes": volumes,
        "BuildCache": []
    })
}
