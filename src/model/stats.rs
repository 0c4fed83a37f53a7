//! Resource figures, by the formulas of `docker stats`.
use chrono::{DateTime, TimeDelta, Utc};

/// No answer that is waited for takes longer on its way.
const SLOWEST: TimeDelta = TimeDelta::seconds(5);

/// Share of the memory limit, in percent, from which on the kernel may kill it any moment.
const FULL: f64 = 90.0;

/// Raw counters of one reading, as the engine gives them. Missing figures are `None`, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Counters {
    /// When the engine read them.
    pub read: Option<DateTime<Utc>>,
    /// Nanoseconds of CPU used by the container.
    pub cpu_total: Option<u64>,
    /// Nanoseconds of CPU used by the whole host.
    pub cpu_system: Option<u64>,
    pub online_cpus: Option<u32>,
    /// Bytes, less the inactive page cache.
    pub memory: Option<u64>,
    /// Bytes; the host's memory when the container is not limited.
    pub memory_limit: Option<u64>,
    /// Bytes received and sent over all interfaces, since the start.
    pub net_rx: Option<u64>,
    pub net_tx: Option<u64>,
    /// Bytes read and written on block devices, since the start.
    pub block_read: Option<u64>,
    pub block_write: Option<u64>,
    pub pids: Option<u64>,
}

/// Figures for a person, out of two readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When we had it, by our clock.
    pub at: DateTime<Utc>,
    /// Percent of one core times cores used: 0 to 100 × cores. `None` on a first reading.
    pub cpu: Option<f64>,
    pub memory: Option<u64>,
    pub memory_limit: Option<u64>,
    /// Bytes a second since the previous reading.
    pub net_rx: Option<f64>,
    pub net_tx: Option<f64>,
    pub block_read: Option<f64>,
    pub block_write: Option<f64>,
    pub pids: Option<u64>,
    /// Totals since the container's start, as `docker stats` shows them.
    pub totals: Counters,
}

impl Counters {
    /// CPU percent since `previous`, as the docker CLI computes it:
    /// Δcontainer / Δsystem × online CPUs × 100. A counter that went backwards (a restart) gives `None`, and so does an
    /// unknown number of CPUs: with a guess the figure would be wrong by a factor.
    pub fn cpu_percent(&self, previous: &Self) -> Option<f64> {
        let used = self.cpu_total?.checked_sub(previous.cpu_total?)?;
        let system = self.cpu_system?.checked_sub(previous.cpu_system?)?;
        if system == 0 {
            return None;
        }
        Some(used as f64 / system as f64 * f64::from(self.online_cpus?) * 100.0)
    }

    /// The sample between `previous` and this reading, each with the moment at which we had it. How old a figure is is told
    /// by our clock alone: that of an engine elsewhere may be hours apart, and may be set.
    pub fn sample(&self, previous: Option<(&Self, DateTime<Utc>)>, at: DateTime<Utc>) -> Sample {
        let seconds = previous.and_then(|(p, then)| {
            let told = self.read.zip(p.read).map(|(now, then)| now - then);
            seconds_between(told, at - then)
        });
        let rate = |now: Option<u64>, pick: fn(&Self) -> Option<u64>| {
            let before = previous.and_then(|(p, _)| pick(p))?;
            Some(now?.checked_sub(before)? as f64 / seconds?)
        };
        Sample {
            at,
            cpu: previous.and_then(|(p, _)| self.cpu_percent(p)),
            memory: self.memory,
            memory_limit: self.memory_limit,
            net_rx: rate(self.net_rx, |c| c.net_rx),
            net_tx: rate(self.net_tx, |c| c.net_tx),
            block_read: rate(self.block_read, |c| c.block_read),
            block_write: rate(self.block_write, |c| c.block_write),
            pids: self.pids,
            totals: *self,
        }
    }

    /// Whether this is the empty answer an engine gives for a container that does not run.
    pub fn is_empty(&self) -> bool {
        self.cpu_total.is_none() && self.memory.is_none()
    }
}

/// How far two readings are apart: by the engine's stamps, which know nothing of the way an answer took, unless its clock
/// was set between them.
fn seconds_between(told: Option<TimeDelta>, own: TimeDelta) -> Option<f64> {
    let plausible = |told: &TimeDelta| {
        let slack = SLOWEST.max(own / 2);
        *told > TimeDelta::zero() && (*told - own).abs() <= slack
    };
    let elapsed = told.filter(plausible).unwrap_or(own);
    (elapsed > TimeDelta::zero()).then(|| elapsed.num_milliseconds().max(1) as f64 / 1000.0)
}

impl Sample {
    /// The kernel may kill it any moment for want of memory.
    pub fn is_full(&self) -> bool {
        self.memory_percent().is_some_and(|percent| percent >= FULL)
    }

    /// Memory in percent of its limit, 0 to 100.
    pub fn memory_percent(&self) -> Option<f64> {
        let limit = self.memory_limit.filter(|limit| *limit > 0)?;
        Some(self.memory? as f64 / limit as f64 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(cpu: u64, system: u64, rx: u64, at: DateTime<Utc>) -> Counters {
        Counters {
            read: Some(at),
            cpu_total: Some(cpu),
            cpu_system: Some(system),
            online_cpus: Some(4),
            net_rx: Some(rx),
            ..Counters::default()
        }
    }

    #[test]
    fn cpu_is_percent_of_one_core_times_cores() {
        let t0 = DateTime::<Utc>::UNIX_EPOCH;
        let before = reading(1_000, 10_000, 0, t0);
        let t2 = t0 + TimeDelta::seconds(2);
        let now = reading(2_000, 14_000, 3_000, t2);
        let sample = now.sample(Some((&before, t0)), t2);
        assert_eq!(sample.cpu, Some(100.0));
        assert_eq!(sample.net_rx, Some(1_500.0));
    }

    #[test]
    fn a_first_reading_and_a_restart_have_no_cpu_figure() {
        let t0 = DateTime::<Utc>::UNIX_EPOCH;
        let now = reading(2_000, 14_000, 10, t0);
        assert_eq!(now.sample(None, t0).cpu, None);
        let t1 = t0 + TimeDelta::seconds(1);
        let later = reading(5, 15_000, 0, t1);
        let sample = later.sample(Some((&now, t0)), t1);
        assert_eq!(sample.cpu, None);
        assert_eq!(sample.net_rx, None);
    }

    #[test]
    fn a_clock_that_was_set_spoils_no_rate() {
        let t0 = DateTime::<Utc>::UNIX_EPOCH;
        let after = |seconds: i64| t0 + TimeDelta::seconds(seconds);
        let before = reading(1_000, 10_000, 0, t0);
        for (told, rate) in [
            (2, 1_500.0),
            (-3_600, 1_500.0),
            (3_600, 1_500.0),
            (4, 750.0),
        ] {
            let now = reading(2_000, 14_000, 3_000, after(told));
            let sample = now.sample(Some((&before, t0)), after(2));
            assert_eq!(sample.net_rx, Some(rate), "{told}");
            assert_eq!(sample.at, after(2));
        }
    }

    #[test]
    fn no_number_of_cpus_is_no_figure() {
        let t0 = DateTime::<Utc>::UNIX_EPOCH;
        let before = reading(1_000, 10_000, 0, t0);
        let mut now = reading(2_000, 14_000, 0, t0);
        now.online_cpus = None;
        assert_eq!(now.cpu_percent(&before), None);
    }
}
