//! Measures what the program costs: engines, terminal, this machine. Costs nothing itself while nobody looks.
use std::collections::{BTreeMap, VecDeque};
use std::fs;

use tokio::time::Instant;

use super::hosts::HostTasks;
use crate::model::HostId;
use crate::model::cost::{Cost, EngineCost};

/// Looks kept, a second apart: rates are over this time.
const WINDOW: usize = 11;
/// Ticks of process times a second: Linux shows 100 everywhere (`proc(5)`, `sysconf(_SC_CLK_TCK)`).
const TICKS: f64 = 100.0;
const PAGE: u64 = 4096;

/// What was counted at one moment.
#[derive(Debug, Clone)]
struct Look {
    at: Instant,
    bytes: u64,
    frames: u64,
    /// Requests sent so far.
    asked: BTreeMap<HostId, u64>,
    /// Ticks of CPU used so far.
    cpu: Option<u64>,
}

/// The program's own counters.
#[derive(Debug)]
pub struct Meter {
    begun: Instant,
    bytes: u64,
    frames: u64,
    looks: VecDeque<Look>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            bytes: 0,
            frames: 0,
            looks: VecDeque::new(),
        }
    }
}

impl Meter {
    /// A frame of so many bytes was written.
    pub fn painted(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        self.frames += 1;
    }

    /// Nobody looks any more.
    pub fn rest(&mut self) {
        self.looks.clear();
    }

    /// What it costs now.
    pub fn look(&mut self, hosts: &BTreeMap<HostId, HostTasks>) -> Cost {
        let tolls: Vec<_> = hosts
            .iter()
            .filter_map(|(id, host)| Some((*id, host.client()?)))
            .map(|(id, engine)| (id, engine.asked(), engine.streams()))
            .collect();
        let now = Look {
            at: Instant::now(),
            bytes: self.bytes,
            frames: self.frames,
            asked: tolls.iter().map(|(id, asked, _)| (*id, *asked)).collect(),
            cpu: cpu_ticks(),
        };
        let first = self.looks.front().cloned().unwrap_or_else(|| now.clone());
        let seconds = now.at.saturating_duration_since(first.at).as_secs_f64();
        let rate = |from: u64, to: u64| match seconds {
            s if s > 0.0 => to.saturating_sub(from) as f64 / s,
            _ => 0.0,
        };
        let cost = Cost {
            engines: tolls
                .into_iter()
                .map(|(host, asked, streams)| EngineCost {
                    host,
                    requests: rate(first.asked.get(&host).copied().unwrap_or(asked), asked),
                    asked,
                    streams,
                })
                .collect(),
            bytes: rate(first.bytes, now.bytes),
            frames: rate(first.frames, now.frames),
            delay: None,
            cpu: now
                .cpu
                .zip(first.cpu)
                .map(|(to, from)| rate(from, to) / TICKS * 100.0),
            memory: resident(),
            running: now.at.saturating_duration_since(self.begun).as_secs(),
        };
        if self.looks.len() == WINDOW {
            self.looks.pop_front();
        }
        self.looks.push_back(now);
        cost
    }
}

/// User and system time of this process so far, in ticks.
pub fn cpu_ticks() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Memory of this process, in bytes.
pub fn resident() -> Option<u64> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn rates_are_over_the_last_ten_seconds() {
        let mut meter = Meter::default();
        let none = BTreeMap::new();
        assert!(meter.look(&none).bytes < 1e-9, "nothing is known at once");
        for _ in 0..30 {
            meter.painted(500);
            tokio::time::advance(Duration::from_secs(1)).await;
            let cost = meter.look(&none);
            assert!((cost.bytes - 500.0).abs() < 1e-9, "{}", cost.bytes);
            assert!((cost.frames - 1.0).abs() < 1e-9);
        }
        tokio::time::advance(Duration::from_secs(11)).await;
        assert!(meter.look(&none).bytes < 260.0);
        assert_eq!(meter.look(&none).running, 41);
        meter.rest();
        assert!(meter.looks.is_empty());
        assert!(resident().is_none_or(|bytes| bytes > 1 << 20));
    }
}
