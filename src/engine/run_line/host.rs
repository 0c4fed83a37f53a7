//! What a container is given of its host, as options: limits, devices, ports, rights. What an engine gives anyway is left out.
use serde_json::Value;

use super::{Options, mount, object, word};
use crate::engine::wire::{items, member, truth, whole};

/// Texts: the name, its option, and what stands there where nobody asked.
const TEXTS: [(&str, &str, &str); 10] = [
    ("VolumeDriver", "--volume-driver", ""),
    ("Runtime", "--runtime", "runc"),
    ("IpcMode", "--ipc", "private"),
    ("PidMode", "--pid", ""),
    ("UTSMode", "--uts", ""),
    ("UsernsMode", "--userns", ""),
    ("CgroupParent", "--cgroup-parent", ""),
    ("CpusetCpus", "--cpuset-cpus", ""),
    ("CpusetMems", "--cpuset-mems", ""),
    ("Isolation", "--isolation", ""),
];

/// Numbers, the same way.
const NUMBERS: [(&str, &str, i64); 12] = [
    ("CpuShares", "--cpu-shares", 0),
    ("CpuPeriod", "--cpu-period", 0),
    ("CpuQuota", "--cpu-quota", 0),
    ("CpuRealtimePeriod", "--cpu-rt-period", 0),
    ("CpuRealtimeRuntime", "--cpu-rt-runtime", 0),
    ("BlkioWeight", "--blkio-weight", 0),
    ("Memory", "--memory", 0),
    ("MemoryReservation", "--memory-reservation", 0),
    ("KernelMemory", "--kernel-memory", 0),
    ("OomScoreAdj", "--oom-score-adj", 0),
    ("PidsLimit", "--pids-limit", 0),
    ("ShmSize", "--shm-size", 64 << 20),
];

const LISTS: [(&str, &str); 10] = [
    ("CapAdd", "--cap-add"),
    ("CapDrop", "--cap-drop"),
    ("Dns", "--dns"),
    ("DnsOptions", "--dns-option"),
    ("DnsSearch", "--dns-search"),
    ("ExtraHosts", "--add-host"),
    ("GroupAdd", "--group-add"),
    ("VolumesFrom", "--volumes-from"),
    ("DeviceCgroupRules", "--device-cgroup-rule"),
    ("Binds", "--volume"),
];

const SWITCHES: [(&str, &str); 6] = [
    ("AutoRemove", "--rm"),
    ("Privileged", "--privileged"),
    ("ReadonlyRootfs", "--read-only"),
    ("PublishAllPorts", "--publish-all"),
    ("Init", "--init"),
    ("OomKillDisable", "--oom-kill-disable"),
];

const PAIRS: [(&str, &str); 3] = [
    ("Sysctls", "--sysctl"),
    ("StorageOpt", "--storage-opt"),
    ("Annotations", "--annotation"),
];

/// Lists of devices with a figure each: the list, its option, the figure.
const RATES: [(&str, &str, &str); 5] = [
    ("BlkioWeightDevice", "--blkio-weight-device", "Weight"),
    ("BlkioDeviceReadBps", "--device-read-bps", "Rate"),
    ("BlkioDeviceWriteBps", "--device-write-bps", "Rate"),
    ("BlkioDeviceReadIOps", "--device-read-iops", "Rate"),
    ("BlkioDeviceWriteIOps", "--device-write-iops", "Rate"),
];

pub(super) fn options(options: &mut Options, host: &Value, cgroupns: &str) {
    for (name, option) in SWITCHES {
        options.flag(option, truth(member(host, name)));
    }
    restart(options, member(host, "RestartPolicy"));
    network(options, word(host, "NetworkMode"));
    ports(options, member(host, "PortBindings"));
    for (name, option) in LISTS {
        options.each(option, member(host, name));
    }
    mount::options(options, host);
    links(options, member(host, "Links"));
    for (name, option, usual) in TEXTS {
        let value = word(host, name);
        options.one(option, if value == usual { "" } else { value });
    }
    let own = word(host, "CgroupnsMode");
    options.one("--cgroupns", if own == cgroupns { "" } else { own });
    for (name, option, usual) in NUMBERS {
        if let Some(number) = whole(member(host, name)).filter(|n| *n != usual && *n != 0) {
            options.one(option, number.to_string());
        }
    }
    sizes(options, host);
    for (name, option) in PAIRS {
        options.pairs(option, member(host, name));
    }
    security(options, host);
    devices(options, host);
    logging(options, member(host, "LogConfig"));
}

fn restart(options: &mut Options, policy: &Value) {
    let most = whole(member(policy, "MaximumRetryCount")).unwrap_or(0);
    match word(policy, "Name") {
        "no" => {}
        "on-failure" if most > 0 => options.one("--restart", format!("on-failure:{most}")),
        name => options.one("--restart", name),
    }
}

fn network(options: &mut Options, mode: &str) {
    if !matches!(mode, "default" | "bridge") {
        options.one("--network", mode);
    }
}

fn ports(options: &mut Options, bindings: &Value) {
    for (port, places) in object(bindings) {
        let port = port.strip_suffix("/tcp").unwrap_or(port);
        for place in items(places) {
            let (address, outer) = (word(place, "HostIp"), word(place, "HostPort"));
            let address = if address.contains(':') {
                format!("[{address}]:")
            } else if address.is_empty() {
                String::new()
            } else {
                format!("{address}:")
            };
            let outer = match (address.as_str(), outer) {
                ("", "") => String::new(),
                (_, outer) => format!("{outer}:"),
            };
            options.one("--publish", format!("{address}{outer}{port}"));
        }
    }
}

/// `/db:/web/alias`, as the engine writes what was asked for as `db:alias`.
fn links(options: &mut Options, links: &Value) {
    for link in items(links).iter().filter_map(Value::as_str) {
        let Some((target, alias)) = link.split_once(':') else {
            continue;
        };
        let alias = alias.rsplit('/').next().unwrap_or(alias);
        options.one(
            "--link",
            format!("{}:{alias}", target.trim_start_matches('/')),
        );
    }
}

fn sizes(options: &mut Options, host: &Value) {
    let number = |name: &str| whole(member(host, name));
    let (memory, swap) = (
        number("Memory").unwrap_or(0),
        number("MemorySwap").unwrap_or(0),
    );
    // Twice the memory is what an engine gives by itself.
    if swap != 0 && swap != memory.saturating_mul(2) {
        options.one("--memory-swap", swap.to_string());
    }
    if let Some(swappiness) = number("MemorySwappiness").filter(|n| *n >= 0) {
        options.one("--memory-swappiness", swappiness.to_string());
    }
    if let Some(nanos) = number("NanoCpus").filter(|n| *n > 0) {
        let cpus = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
        let cpus = cpus.trim_end_matches('0').trim_end_matches('.');
        options.one("--cpus", cpus);
    }
    for limit in items(member(host, "Ulimits")) {
        let figure = |name: &str| whole(member(limit, name)).unwrap_or(0);
        let (name, soft, hard) = (word(limit, "Name"), figure("Soft"), figure("Hard"));
        options.one("--ulimit", format!("{name}={soft}:{hard}"));
    }
}

fn security(options: &mut Options, host: &Value) {
    let privileged = truth(member(host, "Privileged"));
    for option in items(member(host, "SecurityOpt"))
        .iter()
        .filter_map(Value::as_str)
    {
        // The engine adds this to what may do anything.
        if !(privileged && option == "label=disable") {
            options.one("--security-opt", option);
        }
    }
    let open = |name: &str| member(host, name).as_array().is_some_and(Vec::is_empty);
    if !privileged && open("MaskedPaths") && open("ReadonlyPaths") {
        options.one("--security-opt", "systempaths=unconfined");
    }
}

fn devices(options: &mut Options, host: &Value) {
    for device in items(member(host, "Devices")) {
        let part = |name: &str| word(device, name);
        let (outer, inner) = (part("PathOnHost"), part("PathInContainer"));
        options.one(
            "--device",
            format!("{outer}:{inner}:{}", part("CgroupPermissions")),
        );
    }
    for (name, option, figure) in RATES {
        for device in items(member(host, name)) {
            let rate = whole(member(device, figure)).unwrap_or(0);
            options.one(option, format!("{}:{rate}", word(device, "Path")));
        }
    }
    for request in items(member(host, "DeviceRequests")) {
        let gpus = items(member(request, "Capabilities")).iter().any(|all| {
            let mut all = items(all).iter();
            all.any(|one| one.as_str() == Some("gpu"))
        });
        let ids = super::words(member(request, "DeviceIDs"));
        match whole(member(request, "Count")) {
            _ if !gpus => options.leave_out("a request for devices that are no GPUs"),
            _ if !ids.is_empty() => {
                // Docker reads it as a row of a table.
                options.one("--gpus", format!("\"device={}\"", ids.join(",")));
            }
            Some(count) if count > 0 => options.one("--gpus", count.to_string()),
            _ => options.one("--gpus", "all"),
        }
    }
}

fn logging(options: &mut Options, log: &Value) {
    let (driver, config) = (word(log, "Type"), member(log, "Config"));
    if driver != "json-file" {
        options.one("--log-driver", driver);
    }
    options.pairs("--log-opt", config);
}
