//! Sums over containers that follow each change instead of being counted anew: exact however often something comes and
//! goes, because they are whole numbers. Must not know: which containers there are, who draws the sums.
use crate::model::container::Problem;
use crate::model::{Container, RunState, Sample};

/// Millionths: a percentage as a whole number, so that what was added can be taken away again to the last digit.
const MILLIONTHS: f64 = 1e6;

/// Counts and sums, for the header and a stack's row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Containers in whatever state.
    pub count: usize,
    pub running: usize,
    pub paused: usize,
    pub exited: usize,
    pub unhealthy: usize,
    pub restarting: usize,
    /// Whose memory is so close to its limit that the kernel may kill it.
    pub full: usize,
    /// Percent of one core, summed; `None` before any figure is known.
    pub cpu: Option<f64>,
    /// Bytes.
    pub memory: Option<u64>,
}

/// The running sum behind [`Totals`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    count: usize,
    running: usize,
    paused: usize,
    exited: usize,
    unhealthy: usize,
    restarting: usize,
    full: usize,
    cpu: Sum,
    memory: Sum,
}

/// A sum with the number of things that had a figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    known: usize,
    sum: i128,
}

impl Sum {
    fn of(figure: Option<i128>) -> Self {
        Self {
            known: usize::from(figure.is_some()),
            sum: figure.unwrap_or(0),
        }
    }

    fn add(&mut self, other: Self) {
        self.known += other.known;
        self.sum += other.sum;
    }

    fn take(&mut self, other: Self) {
        self.known -= other.known;
        self.sum -= other.sum;
    }

    fn get(self) -> Option<i128> {
        (self.known > 0).then_some(self.sum)
    }
}

impl Tally {
    /// What one container counts for, with its newest figures.
    pub fn of(container: &Container, latest: Option<&Sample>) -> Self {
        let mut one = Self {
            count: 1,
            // `as` saturates, and not-a-number becomes 0.
            cpu: Sum::of(
                latest
                    .and_then(|s| s.cpu)
                    .map(|cpu| i128::from((cpu * MILLIONTHS) as i64)),
            ),
            memory: Sum::of(latest.and_then(|s| s.memory).map(i128::from)),
            ..Self::default()
        };
        let problem = container.problem();
        match container.state {
            // Whichever half of its loop it is in: the sums stand still.
            _ if problem == Some(Problem::Looping) => one.restarting = 1,
            RunState::Running | RunState::Stopping => one.running = 1,
            RunState::Paused => one.paused = 1,
            RunState::Restarting => one.restarting = 1,
            RunState::Exited | RunState::Dead => one.exited = 1,
            RunState::Created | RunState::Removing | RunState::Odd(_) | RunState::Unknown => {}
        }
        one.full = usize::from(latest.is_some_and(Sample::is_full));
        one.unhealthy = usize::from(problem == Some(Problem::Unhealthy));
        one
    }

    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.running += other.running;
        self.paused += other.paused;
        self.exited += other.exited;
        self.unhealthy += other.unhealthy;
        self.restarting += other.restarting;
        self.full += other.full;
        self.cpu.add(other.cpu);
        self.memory.add(other.memory);
    }

    /// Takes away what was added before.
    pub fn take(&mut self, other: &Self) {
        self.count -= other.count;
        self.running -= other.running;
        self.paused -= other.paused;
        self.exited -= other.exited;
        self.unhealthy -= other.unhealthy;
        self.restarting -= other.restarting;
        self.full -= other.full;
        self.cpu.take(other.cpu);
        self.memory.take(other.memory);
    }

    /// Whether so many of those that run have figures that their sums mean all of them: while the first figures come in,
    /// they grow without any load that grows.
    pub fn is_whole(&self) -> bool {
        let live = self.running + self.paused;
        let known = self.cpu.known.min(self.memory.known);
        known > 0 && known * 10 >= live * 9
    }

    pub fn totals(&self) -> Totals {
        Totals {
            count: self.count,
            running: self.running,
            paused: self.paused,
            exited: self.exited,
            unhealthy: self.unhealthy,
            restarting: self.restarting,
            full: self.full,
            cpu: self.cpu.get().map(|sum| sum as f64 / MILLIONTHS),
            memory: self
                .memory
                .get()
                .map(|sum| u64::try_from(sum).unwrap_or(u64::MAX)),
        }
    }
}
