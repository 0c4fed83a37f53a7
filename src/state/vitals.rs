//! The figures of one container: the newest, their short past, and what of them is worth to be shown anew.
use super::history::History;
use crate::model::Sample;

/// A container's figures: the newest, and their short past.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vitals {
    /// As the engine gave them.
    pub latest: Option<Sample>,
    /// The same for tables, order and sums: what moves less than matters is left as it was.
    steady: Option<Sample>,
    /// Percent of one core.
    pub cpu: History,
    /// Bytes.
    pub memory: History,
    /// Bytes a second, both ways together.
    pub network: History,
    /// Bytes a second, both ways together.
    pub disk: History,
    /// The most processes at once.
    pub most_pids: u64,
}

impl Vitals {
    pub(super) fn push(&mut self, sample: &Sample) {
        let sum = |a: Option<f64>, b: Option<f64>| Some((a? + b?) as f32);
        // What is not known leaves no bar: a bar of nothing would say that it idled.
        let note = |history: &mut History, value: Option<f32>| {
            if let Some(value) = value {
                history.push(sample.at, value);
            }
        };
        note(&mut self.cpu, sample.cpu.map(|cpu| cpu as f32));
        note(&mut self.memory, sample.memory.map(|bytes| bytes as f32));
        note(&mut self.network, sum(sample.net_rx, sample.net_tx));
        note(&mut self.disk, sum(sample.block_read, sample.block_write));
        self.most_pids = self.most_pids.max(sample.pids.unwrap_or(0));
        self.steady = Some(calm(self.steady.as_ref(), sample));
        self.latest = Some(*sample);
    }

    /// The newest figures for tables, order and sums.
    pub fn steady(&self) -> Option<&Sample> {
        self.steady.as_ref()
    }

    /// There are none now; the past stays.
    pub(super) fn forget_newest(&mut self) {
        (self.latest, self.steady) = (None, None);
    }
}

/// Points of a percent of one core, and shares, that a figure must move by to be shown anew: a row whose figures jitter is
/// sent to the terminal with each sample, and nobody reads the difference.
const LEAST_CPU: f64 = 0.2;
const CPU_SHARE: f64 = 0.03;
const MEMORY_SHARE: f64 = 0.01;
/// Less CPU than this is shown as none.
const IDLE: f64 = 0.05;

/// A sample with the figures of the one before, where they have moved less than matters.
fn calm(before: Option<&Sample>, sample: &Sample) -> Sample {
    let Some(before) = before else {
        return *sample;
    };
    let cpu = before.cpu.zip(sample.cpu).map(|(old, new)| {
        let near = (new - old).abs() < LEAST_CPU.max(old.abs() * CPU_SHARE);
        let same_idle = (new < IDLE) == (old < IDLE);
        if near && same_idle { old } else { new }
    });
    let memory = before.memory.zip(sample.memory).map(|(old, new)| {
        let near = (new.abs_diff(old) as f64) < old as f64 * MEMORY_SHARE;
        if near { old } else { new }
    });
    Sample {
        cpu: cpu.or(sample.cpu),
        memory: memory.or(sample.memory),
        ..*sample
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};

    pub fn sample(cpu: Option<f64>, memory: Option<u64>) -> Sample {
        let nothing = crate::model::stats::Counters::default();
        Sample {
            cpu,
            memory,
            ..nothing.sample(None, DateTime::UNIX_EPOCH)
        }
    }

    #[test]
    fn what_moves_less_than_matters_is_left_as_it_was() {
        let mut vitals = Vitals::default();
        let mut shown = |cpu: f64, memory: u64| {
            vitals.push(&sample(Some(cpu), Some(memory)));
            let exact = vitals.latest.and_then(|latest| latest.cpu);
            assert_eq!(exact.map(f64::to_bits), Some(cpu.to_bits()));
            let steady = vitals.steady.unwrap();
            (steady.cpu.unwrap(), steady.memory.unwrap())
        };
        let mb = 1 << 20;
        assert_eq!(shown(20.0, 500 * mb), (20.0, 500 * mb));
        assert_eq!(shown(20.5, 504 * mb), (20.0, 500 * mb));
        assert_eq!(shown(20.7, 506 * mb), (20.7, 506 * mb), "a drift is seen");
        assert_eq!(shown(0.1, 506 * mb), (0.1, 506 * mb));
        assert_eq!(shown(0.2, 0), (0.1, 0));
        assert_eq!(shown(0.0, 0), (0.0, 0), "what idles is seen to idle");
        assert_eq!(shown(0.1, 1), (0.1, 1));
    }

    #[test]
    fn what_is_not_known_leaves_no_bar() {
        let mut vitals = Vitals::default();
        for (n, cpu) in (0..).zip([None, Some(3.0), None, Some(0.0)]) {
            let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(History::SLOT * n);
            vitals.push(&Sample {
                at,
                ..sample(cpu, None)
            });
        }
        // A missing one between two is held over.
        assert_eq!(vitals.cpu.last(9).collect::<Vec<_>>(), [3.0, 3.0, 0.0]);
        assert!(vitals.memory.is_empty() && vitals.network.is_empty());
    }
}
