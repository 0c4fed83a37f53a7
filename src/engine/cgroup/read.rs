//! The kernel's files to counters, by the formulas of the engine (moby `daemon/stats_unix.go`, `containerd/cgroups`) and of
//! its command (docker/cli stats helpers).
use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::place::Place;
use crate::model::Counters;

/// Nanoseconds of a tick of `/proc/stat`: user space sees 100 a second on every architecture docker runs on.
const TICK: u64 = 10_000_000;
/// Longest file read, in bytes.
const LIMIT: u64 = 256 << 10;

/// What all containers of a host share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    /// Nanoseconds of CPU time of all kinds, since the start.
    cpu: u64,
    cpus: u32,
    /// Bytes.
    memory: u64,
}

impl Machine {
    pub fn read(root: &Path, buffer: &mut String) -> Option<Self> {
        let stat = text(&root.join("proc/stat"), buffer)?;
        // user, nice, system, idle, iowait, irq, softirq.
        let mut first = stat.lines().next()?.split_ascii_whitespace();
        if first.next() != Some("cpu") {
            return None;
        }
        let times: Vec<u64> = first.take(7).filter_map(|n| n.parse().ok()).collect();
        let one = |line: &&str| line.starts_with("cpu") && !line.starts_with("cpu ");
        let cpus = stat.lines().filter(one).count() as u32;
        let ticks: u64 = (times.len() == 7).then(|| times.iter().sum())?;
        let memory = text(&root.join("proc/meminfo"), buffer)?;
        let total = memory.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
        let kib: u64 = total.trim().trim_end_matches(" kB").parse().ok()?;
        Some(Self {
            cpu: ticks.checked_mul(TICK)?,
            cpus: cpus.max(1),
            memory: kib.checked_mul(1024)?,
        })
    }
}

/// `None` where a figure that every running container has cannot be read.
pub(super) fn counters(
    place: &Place,
    root: &Path,
    host: &Machine,
    now: DateTime<Utc>,
    buffer: &mut String,
) -> Option<Counters> {
    let (cpu, memory, limit, pids, (read, written)) = match place {
        Place::V1 {
            cpu,
            memory,
            pids,
            block,
        } => {
            let used = number(&memory.join("memory.usage_in_bytes"), buffer)?;
            let cache = member(&memory.join("memory.stat"), "total_inactive_file", buffer);
            (
                number(&cpu.join("cpuacct.usage"), buffer)?,
                less(used, cache),
                number(&memory.join("memory.limit_in_bytes"), buffer)?,
                number(&pids.join("pids.current"), buffer)?,
                block_v1(block, buffer),
            )
        }
        Place::V2(dir) => {
            let used = number(&dir.join("memory.current"), buffer)?;
            let cache = member(&dir.join("memory.stat"), "inactive_file", buffer);
            (
                member(&dir.join("cpu.stat"), "usage_usec", buffer)?.checked_mul(1000)?,
                less(used, cache),
                // `max` is no number: no limit.
                number(&dir.join("memory.max"), buffer).unwrap_or(u64::MAX),
                number(&dir.join("pids.current"), buffer)?,
                block_v2(&dir.join("io.stat"), buffer),
            )
        }
    };
    let pid = process(place.processes(), buffer)?;
    let (net_rx, net_tx) = network(root, pid, buffer)?;
    Some(Counters {
        read: Some(now),
        cpu_total: Some(cpu),
        cpu_system: Some(host.cpu),
        online_cpus: Some(host.cpus),
        memory: Some(memory),
        memory_limit: Some(limit.min(host.memory)),
        net_rx,
        net_tx,
        block_read: read,
        block_write: written,
        pids: Some(pids),
    })
}

/// Less the page cache that could be had back.
fn less(used: u64, cache: Option<u64>) -> u64 {
    used - cache.filter(|cache| *cache < used).unwrap_or(0)
}

/// A whole small file.
fn text<'a>(path: &Path, buffer: &'a mut String) -> Option<&'a str> {
    buffer.clear();
    let file = File::open(path).ok()?;
    file.take(LIMIT).read_to_string(buffer).ok()?;
    Some(buffer)
}

fn number(path: &Path, buffer: &mut String) -> Option<u64> {
    text(path, buffer)?.trim().parse().ok()
}

/// The number behind a name, one a line.
fn member(path: &Path, name: &str, buffer: &mut String) -> Option<u64> {
    let mut lines = text(path, buffer)?.lines();
    lines.find_map(|line| {
        line.strip_prefix(name)?
            .strip_prefix(' ')?
            .trim()
            .parse()
            .ok()
    })
}

/// Sums by `8:0 Read 4096`; the disk scheduler's file where it tells anything, else the throttle's.
fn block_v1(dir: &Path, buffer: &mut String) -> (Option<u64>, Option<u64>) {
    for name in [
        "blkio.io_service_bytes_recursive",
        "blkio.throttle.io_service_bytes",
    ] {
        let Some(stat) = text(&dir.join(name), buffer) else {
            continue;
        };
        let mut rows = stat.lines().filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let (device, kind, bytes) = (words.next()?, words.next()?, words.next()?);
            device.contains(':').then_some(())?;
            Some((kind, bytes.parse::<u64>().ok()?))
        });
        let first = rows.next();
        if first.is_none() {
            continue;
        }
        let (mut read, mut written) = (0_u64, 0_u64);
        for (kind, bytes) in first.into_iter().chain(rows) {
            match kind {
                "Read" => read = read.saturating_add(bytes),
                "Write" => written = written.saturating_add(bytes),
                _ => {}
            }
        }
        return (Some(read), Some(written));
    }
    (None, None)
}

/// Sums by `8:0 rbytes=1 wbytes=2 rios=…`.
fn block_v2(path: &Path, buffer: &mut String) -> (Option<u64>, Option<u64>) {
    let Some(stat) = text(path, buffer) else {
        return (None, None);
    };
    let mut sums: (Option<u64>, Option<u64>) = (None, None);
    for word in stat.split_ascii_whitespace() {
        let (sum, bytes) = match word.split_once('=') {
            Some(("rbytes", bytes)) => (&mut sums.0, bytes),
            Some(("wbytes", bytes)) => (&mut sums.1, bytes),
            _ => continue,
        };
        if let Ok(bytes) = bytes.parse::<u64>() {
            *sum = Some(sum.unwrap_or(0).saturating_add(bytes));
        }
    }
    sums
}

/// A process of the container, as this process sees it; `None` where another namespace hides it.
fn process(dir: &Path, buffer: &mut String) -> Option<u32> {
    let first = |path: &Path, buffer: &mut String| {
        let pid: u32 = text(path, buffer)?.lines().next()?.trim().parse().ok()?;
        (pid != 0).then_some(pid)
    };
    // Podman, and containers with groups of their own, keep the processes one level down.
    let own = first(&dir.join("cgroup.procs"), buffer);
    own.or_else(|| {
        let below = std::fs::read_dir(dir).ok()?.flatten().take(16);
        below
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .find_map(|entry| first(&entry.path().join("cgroup.procs"), buffer))
    })
}

/// Bytes received and sent over the container's own interfaces. A container in the host's network has none of its own, one
/// without network neither: the engine gives no figure then. `None`: they cannot be read.
fn network(root: &Path, pid: u32, buffer: &mut String) -> Option<(Option<u64>, Option<u64>)> {
    let proc = root.join("proc");
    let its = proc.join(pid.to_string());
    if is_hosts(&proc.join("self"), &its, buffer)? {
        return Some((None, None));
    }
    let table = text(&its.join("net/dev"), buffer)?;
    let mut sums: Option<(u64, u64)> = None;
    for line in table.lines().skip(2) {
        let Some((name, figures)) = line.split_once(':') else {
            continue;
        };
        if is_built_in(name.trim()) {
            continue;
        }
        let mut figures = figures.split_ascii_whitespace();
        let rx: u64 = figures.next()?.parse().ok()?;
        let tx: u64 = figures.nth(7)?.parse().ok()?;
        let (all_rx, all_tx) = sums.unwrap_or((0, 0));
        sums = Some((all_rx.saturating_add(rx), all_tx.saturating_add(tx)));
    }
    Some((sums.map(|s| s.0), sums.map(|s| s.1)))
}

/// Whether a process is in this one's network. Where links of others may not be read, the same interfaces say so.
fn is_hosts(own: &Path, its: &Path, buffer: &mut String) -> Option<bool> {
    let space = |process: &Path| std::fs::read_link(process.join("ns/net")).ok();
    if let (Some(own), Some(its)) = (space(own), space(its)) {
        return Some(own == its);
    }
    let mut names = |process: &Path| {
        let table = text(&process.join("net/dev"), buffer)?;
        let names = table
            .lines()
            .skip(2)
            .filter_map(|line| line.split_once(':'));
        Some(
            names
                .map(|(name, _)| name.trim().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    Some(names(own)? == names(its)?)
}

/// Interfaces that the kernel puts into every network namespace.
fn is_built_in(name: &str) -> bool {
    let kinds = [
        "lo", "tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0",
        "ip6gre0",
    ];
    kinds.contains(&name)
}
