//! The short past of sums: what the containers of a stack, or of a host, used together.
use chrono::{DateTime, Utc};

use super::history::History;
use super::tally::Tally;

/// The sums of CPU and memory over fifteen minutes: at most 2 KiB a stack and a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trend {
    /// Percent of one core.
    pub cpu: History,
    /// Bytes.
    pub memory: History,
}

/// Slots that the past of a stack that is gone is kept: one that is made anew is away for a moment.
pub(super) const KEPT: i64 = 30;

impl Trend {
    /// Takes the sums as they are now; a gap as long as they are not those of all.
    pub(super) fn note(&mut self, tally: &Tally, now: DateTime<Utc>) {
        if !tally.is_whole() {
            return;
        }
        let totals = tally.totals();
        if let Some(cpu) = totals.cpu {
            self.cpu.settle(now, cpu as f32);
        }
        if let Some(memory) = totals.memory {
            self.memory.settle(now, memory as f32);
        }
    }

    /// The slot of what was noted last; 0 when nothing was.
    pub(super) fn newest(&self) -> i64 {
        self.memory.newest()
    }

    /// Memory it holds beyond itself, in bytes.
    pub fn bytes_held(&self) -> usize {
        self.cpu.bytes_held() + self.memory.bytes_held()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stats::Counters;
    use crate::model::{Container, HostId, Key, RunState, Sample};
    use crate::state::Host;
    use chrono::TimeDelta;

    const ID: HostId = HostId(0);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    fn key(n: usize) -> Key {
        Key::container(ID, &n.to_string())
    }

    fn container(n: usize) -> Container {
        let mut c = Container::bare(key(n), &format!("shop-{n}"));
        c.state = RunState::Running;
        let label = "com.docker.compose.project".to_owned();
        c.labels.insert(label, "shop".to_owned());
        c
    }

    fn used(n: usize, cpu: f64) -> (Key, Sample) {
        let sample = Sample {
            cpu: Some(cpu),
            memory: Some(1 << 20),
            ..Counters::default().sample(None, at(0))
        };
        (key(n), sample)
    }

    fn shown(trend: &Trend) -> Vec<Option<f32>> {
        let value = |v: f32| (!v.is_nan()).then_some(v);
        trend.cpu.last(usize::MAX).map(value).collect()
    }

    fn stack_of(host: &Host) -> &Trend {
        host.stack_trend("shop").unwrap()
    }

    #[test]
    fn sums_begin_when_the_figures_of_all_are_there_and_pauses_are_gaps() {
        let mut host = Host::new(ID, "h");
        host.snapshot((0..3).map(container).collect());
        host.samples(&[used(0, 10.0), used(1, 10.0)], at(0));
        assert!(host.trend().cpu.is_empty(), "two of three are no sum");
        host.samples(&[used(2, 10.0)], at(2));
        host.samples(&[used(0, 30.0)], at(3));
        host.samples(&[used(1, 20.0)], at(4));
        assert_eq!(shown(host.trend()), [Some(50.0), Some(60.0)]);
        assert_eq!(shown(stack_of(&host)), [Some(50.0), Some(60.0)]);
        host.samples(&[used(1, 0.0)], at(20));
        let after = shown(host.trend());
        assert_eq!(after[2..9], [None; 7]);
        assert_eq!(after[9], Some(40.0));
    }

    #[test]
    fn fifteen_minutes_of_sums_are_kept_in_two_kibibytes() {
        let mut host = Host::new(ID, "h");
        host.snapshot(vec![container(0)]);
        for second in 0..2_000 {
            host.samples(&[used(0, second as f64)], at(second));
        }
        assert_eq!(host.trend().cpu.len(), History::LENGTH);
        for trend in [host.trend(), stack_of(&host)] {
            let held = trend.bytes_held();
            assert!((1_000..=2_048).contains(&held), "{held}");
        }
    }

    #[test]
    fn a_stack_that_is_made_anew_goes_on_and_one_that_is_gone_is_forgotten() {
        let mut host = Host::new(ID, "h");
        let mut loose = container(9);
        loose.labels.clear();
        host.snapshot(vec![container(0), loose]);
        host.samples(&[used(0, 10.0), used(9, 0.0)], at(0));
        host.delta(Vec::new(), &[key(0)]);
        host.samples(&[used(9, 0.0)], at(4));
        host.delta(vec![container(1)], &[]);
        host.samples(&[used(1, 20.0)], at(6));
        assert_eq!(shown(stack_of(&host)).len(), 4);
        host.delta(Vec::new(), &[key(1)]);
        let late = at(6) + TimeDelta::minutes(2);
        host.samples(&[used(9, 0.0)], late);
        host.snapshot(Vec::new());
        assert!(host.stack_trend("shop").is_none());
    }
}
