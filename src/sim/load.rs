//! Load that breathes: what a container has used after running for so long, as a closed formula,
//! so that any moment can be asked for and counters never go back. Must not know JSON.
use std::f64::consts::TAU;

use super::clock::{Ns, SECOND};
use super::rand::{hash, unit};

/// Waves on the mean: period in seconds and height as a part of the mean. Heights sum up below 1.
const WAVES: [(f64, f64); 6] = [
    (613.0, 0.22),
    (151.0, 0.2),
    (47.0, 0.16),
    (13.0, 0.14),
    (5.3, 0.13),
    (2.3, 0.1),
];

/// The mean figures of one container.
#[derive(Debug, Clone)]
pub struct Load {
    /// Seed of its waves.
    pub seed: u64,
    /// Mean load in percent of one core.
    pub cpu: f64,
    /// Most load in percent of one core.
    pub cpu_limit: f64,
    /// Mean memory in bytes, without page cache.
    pub memory: u64,
    /// Memory limit in bytes.
    pub memory_limit: u64,
    /// Mean received and sent, bytes a second.
    pub net: (f64, f64),
    /// Mean read and written, bytes a second.
    pub disk: (f64, f64),
}

/// What was used up to a moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// CPU time in nanoseconds.
    pub cpu: u64,
    /// Memory in bytes, with page cache.
    pub memory: u64,
    /// Page cache in bytes that can be dropped.
    pub cache: u64,
    /// Bytes received and sent.
    pub net: (u64, u64),
    /// Bytes read and written.
    pub disk: (u64, u64),
}

impl Load {
    /// The usage after the container has run for `active`.
    pub fn usage(&self, active: Ns) -> Usage {
        let seconds = active.max(0) as f64 / SECOND as f64;
        let used = |salt: &str, mean: f64| (mean * self.integral(salt, seconds)) as u64;
        let cpu = self.cpu.min(self.cpu_limit / 2.0) / 100.0 * SECOND as f64;
        let warm = 1.0 - 0.5 * (-seconds / 40.0).exp();
        let wave = 1.0 + 0.06 * self.wave("memory", seconds / 9.0);
        let memory = ((self.memory as f64 * warm * wave) as u64).min(self.memory_limit / 100 * 99);
        let cache = (self.memory / 5).min(self.memory_limit - memory);
        Usage {
            cpu: used("cpu", cpu),
            memory: memory + cache,
            cache,
            net: (used("rx", self.net.0) + 1042, used("tx", self.net.1)),
            disk: (used("read", self.disk.0), used("write", self.disk.1)),
        }
    }

    fn wave(&self, salt: &str, seconds: f64) -> f64 {
        let waves = WAVES.iter().enumerate();
        waves
            .map(|(place, (period, height))| {
                height * (TAU * (seconds / period + self.phase(salt, place))).sin()
            })
            .sum()
    }

    /// The integral of `1 + wave` from 0: rises always, since the heights sum up below 1.
    fn integral(&self, salt: &str, seconds: f64) -> f64 {
        let waves = WAVES.iter().enumerate().map(|(place, (period, height))| {
            let phase = self.phase(salt, place);
            let angle = TAU * (seconds / period + phase);
            height * period / TAU * ((TAU * phase).cos() - angle.cos())
        });
        seconds + waves.sum::<f64>()
    }

    fn phase(&self, salt: &str, place: usize) -> f64 {
        unit(hash(self.seed ^ place as u64, salt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_rise_and_the_mean_is_kept() {
        let load = Load {
            seed: 4,
            cpu: 30.0,
            cpu_limit: 800.0,
            memory: 100 << 20,
            memory_limit: 1 << 30,
            net: (1000.0, 10.0),
            disk: (0.0, 5.0),
        };
        let mut last = load.usage(0);
        for second in 1..2000 {
            let usage = load.usage(second * SECOND);
            assert!(usage.cpu >= last.cpu && usage.net.0 > last.net.0);
            assert!(usage.memory < load.memory_limit);
            last = usage;
        }
        let percent = last.cpu as f64 / 2000.0 / SECOND as f64 * 100.0;
        assert!((percent - 30.0).abs() < 3.0, "{percent}");
    }
}
