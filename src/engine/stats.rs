//! One reading of a container's counters, parsed leniently out of the engine's JSON. Must not know who looks at it.
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt};
use serde::{Deserialize, Deserializer};

use super::raw::JsonLines;
use super::{CALL_LIMIT, Engine, Error};
use crate::model::{ApiVersion, Counters};

/// Before API 1.44 (engine 25) a one-shot waits for the daemon's shared tick of a second; then it is answered at once.
pub const DIRECT_ONE_SHOT: ApiVersion = ApiVersion(1, 44);
/// One-shot exists from API 1.41 (engine 20.10) on.
const ONE_SHOT: ApiVersion = ApiVersion(1, 41);
/// Longest answer read, in bytes.
const LIMIT: usize = 1 << 20;

impl Engine {
    /// One reading; empty for a container that does not run. Docker says so with empty figures, podman with nothing.
    ///
    /// # Errors
    /// No such container, no answer within `deadline`, or an answer that is not JSON.
    pub async fn stats_once(&self, id: &str, deadline: Duration) -> Result<Counters, Error> {
        let one_shot = if self.api() >= ONE_SHOT {
            "&one-shot=true"
        } else {
            ""
        };
        let path = format!(
            "/containers/{}/stats?stream=false{one_shot}",
            super::wire::escape(id)
        );
        let answer = self.raw().get_bytes(&path, LIMIT, deadline).await?;
        decode(&answer.body)
            .map(|counters| self.with_cpus(counters))
            .ok_or_else(|| Error::garbage(|| say!("stats that are no JSON object")))
    }
}

impl Engine {
    /// An old engine, or one in a machine that was changed while it ran, tells no number of CPUs with a reading.
    fn with_cpus(&self, counters: Counters) -> Counters {
        Counters {
            online_cpus: counters.online_cpus.or(self.info().cpus),
            ..counters
        }
    }

    /// A reading each second, about, until the container is gone; empty ones while it does not run.
    ///
    /// # Errors
    /// No such container, no answer in time; from the stream: a cut.
    pub async fn stats_stream(
        &self,
        id: &str,
    ) -> Result<impl Stream<Item = Result<Counters, Error>> + Unpin + use<>, Error> {
        let path = format!("/containers/{}/stats?stream=true", super::wire::escape(id));
        let response = self.raw().get(&path, CALL_LIMIT).await?;
        let lines = JsonLines::new(response.into_body());
        let engine = self.clone();
        // A broken line is as good as none: the next one comes in a second.
        Ok(lines.filter_map(move |line| {
            std::future::ready(match line {
                Ok(line) => parse(&line).map(|counters| Ok(engine.with_cpus(counters))),
                Err(error) => Some(Err(error)),
            })
        }))
    }
}

fn decode(body: &[u8]) -> Option<Counters> {
    if body.trim_ascii().is_empty() {
        return Some(Stats::default().counters());
    }
    parse(body)
}

/// Reads one stats object; `None` when it is no JSON object.
pub fn parse(json: &[u8]) -> Option<Counters> {
    // serde would read a list as an object's fields in order.
    json.trim_ascii_start().starts_with(b"{").then_some(())?;
    let stats: Stats = serde_json::from_slice(json).ok()?;
    Some(stats.counters())
}

/// A value of an unexpected type counts as missing: one odd figure must not hide the others.
fn lenient<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    d: D,
) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(d)?;
    Ok(serde_json::from_value(value).ok())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stats {
    #[serde(deserialize_with = "lenient")]
    read: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "lenient")]
    cpu_stats: Option<Cpu>,
    #[serde(deserialize_with = "lenient")]
    memory_stats: Option<Memory>,
    #[serde(deserialize_with = "lenient")]
    networks: Option<BTreeMap<String, Interface>>,
    #[serde(deserialize_with = "lenient")]
    blkio_stats: Option<Block>,
    #[serde(deserialize_with = "lenient")]
    pids_stats: Option<Pids>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cpu {
    cpu_usage: CpuUsage,
    system_cpu_usage: Option<u64>,
    online_cpus: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CpuUsage {
    total_usage: Option<u64>,
    percpu_usage: Option<Vec<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Memory {
    usage: Option<u64>,
    limit: Option<u64>,
    stats: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Interface {
    rx_bytes: Option<u64>,
    tx_bytes: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Block {
    io_service_bytes_recursive: Option<Vec<Service>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Service {
    op: String,
    value: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pids {
    current: Option<u64>,
}

impl Memory {
    /// Used memory as `docker stats` shows it: less the inactive page cache, by cgroup version
    /// (docker/cli `calculateMemUsageUnixNoCache`).
    fn used(&self) -> Option<u64> {
        let usage = self.usage?;
        let cache = |name: &str| {
            self.stats
                .as_ref()?
                .get(name)?
                .as_u64()
                .filter(|cache| *cache < usage)
        };
        let inactive = cache("total_inactive_file").or_else(|| cache("inactive_file"));
        Some(usage - inactive.unwrap_or(0))
    }
}

impl Stats {
    fn counters(&self) -> Counters {
        let cpu = self.cpu_stats.as_ref();
        let cores = cpu.and_then(|c| {
            let counted = || {
                c.cpu_usage
                    .percpu_usage
                    .as_ref()
                    .map(|list| list.len() as u32)
            };
            c.online_cpus
                .filter(|n| *n > 0)
                .or_else(counted)
                .filter(|n| *n > 0)
        });
        let net = |pick: fn(&Interface) -> Option<u64>| {
            let interfaces = self.networks.as_ref()?;
            Some(interfaces.values().filter_map(pick).sum::<u64>())
        };
        let block = |letter: char| {
            let list = self
                .blkio_stats
                .as_ref()?
                .io_service_bytes_recursive
                .as_ref()?;
            let of_kind = |s: &&Service| {
                s.op.chars()
                    .next()
                    .is_some_and(|c| c.eq_ignore_ascii_case(&letter))
            };
            (!list.is_empty()).then(|| list.iter().filter(of_kind).map(|s| s.value).sum::<u64>())
        };
        Counters {
            // The engine's zero time, year 1, is no time.
            read: self.read.filter(|at| at.timestamp() > 0),
            cpu_total: cpu
                .and_then(|c| c.cpu_usage.total_usage)
                .filter(|_| cpu.is_some_and(|c| c.system_cpu_usage.is_some())),
            cpu_system: cpu.and_then(|c| c.system_cpu_usage),
            online_cpus: cores,
            memory: self.memory_stats.as_ref().and_then(Memory::used),
            memory_limit: self
                .memory_stats
                .as_ref()
                .and_then(|m| m.limit)
                .filter(|limit| *limit > 0),
            net_rx: net(|i| i.rx_bytes),
            net_tx: net(|i| i.tx_bytes),
            block_read: block('r'),
            block_write: block('w'),
            pids: self.pids_stats.as_ref().and_then(|p| p.current),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cgroup_v1_takes_the_hierarchys_inactive_file_off() {
        let json = br#"{"read":"2026-11-22T12:00:00.5Z","cpu_stats":{"cpu_usage":{"total_usage":100,"percpu_usage":[1,2]},
            "system_cpu_usage":5000,"online_cpus":0},"memory_stats":{"usage":1000,"limit":4000,
            "stats":{"total_inactive_file":300,"inactive_file":10}},"networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},
            "eth1":{"rx_bytes":10,"tx_bytes":20}},"blkio_stats":{"io_service_bytes_recursive":[
            {"op":"Read","value":7},{"op":"write","value":8},{"op":"Total","value":15}]},"pids_stats":{"current":3}}"#;
        let c = parse(json).unwrap();
        assert_eq!(
            (c.memory, c.online_cpus, c.pids),
            (Some(700), Some(2), Some(3))
        );
        assert_eq!((c.net_rx, c.net_tx), (Some(11), Some(22)));
        assert_eq!((c.block_read, c.block_write), (Some(7), Some(8)));
    }

    #[test]
    fn cgroup_v2_and_a_cache_larger_than_the_use() {
        let v2 = br#"{"memory_stats":{"usage":1000,"stats":{"inactive_file":400}}}"#;
        assert_eq!(parse(v2).unwrap().memory, Some(600));
        let odd = br#"{"memory_stats":{"usage":1000,"stats":{"inactive_file":4000}}}"#;
        assert_eq!(parse(odd).unwrap().memory, Some(1000));
    }

    /// Podman's whole answer for what does not run is a good status.
    #[test]
    fn an_empty_answer_is_an_empty_reading() {
        for body in [&b""[..], b"\n"] {
            let counters = decode(body).unwrap();
            assert_eq!((counters.memory, counters.cpu_total), (None, None));
            assert_eq!(counters.sample(None, DateTime::UNIX_EPOCH).cpu, None);
        }
        assert!(decode(b"[]").is_none() && decode(b"sorry").is_none());
    }

    #[test]
    fn a_container_that_does_not_run_has_no_figures() {
        let json = br#"{"read":"0001-01-01T00:00:00Z","preread":"0001-01-01T00:00:00Z","pids_stats":{},
            "blkio_stats":{"io_service_bytes_recursive":null},"cpu_stats":{"cpu_usage":{"total_usage":0}},
            "memory_stats":{},"name":"/x","id":"1"}"#;
        let c = parse(json).unwrap();
        assert!(c.is_empty(), "{c:?}");
        assert_eq!(c.block_read, None, "unknown is blank, not 0");
    }

    #[test]
    fn one_odd_figure_does_not_hide_the_others() {
        let json = br#"{"memory_stats":{"usage":5},"networks":"none","cpu_stats":[],"pids_stats":{"current":-1}}"#;
        let c = parse(json).unwrap();
        assert_eq!((c.memory, c.net_rx, c.pids), (Some(5), None, None));
        assert_eq!(parse(b"[]"), None);
        assert_eq!(parse(b"<html>"), None);
    }
}
