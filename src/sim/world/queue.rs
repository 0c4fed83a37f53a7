//! What will happen by itself, ordered by time. Must not know how it happens.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::sim::clock::Ns;

/// Something that happens to a container in one of its runs; void when the run is over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// Its process ends.
    Exit {
        /// Container id.
        id: String,
        /// Number of the run.
        run: u64,
        /// Exit code.
        code: i64,
    },
    /// The patience of a stop is over.
    Kill {
        /// Container id.
        id: String,
        /// Number of the run.
        run: u64,
    },
    /// It crashes.
    Crash {
        /// Container id.
        id: String,
        /// Number of the run.
        run: u64,
    },
    /// The restart policy starts it again.
    Again {
        /// Container id.
        id: String,
        /// Number of the run.
        run: u64,
    },
    /// Its health is probed.
    Probe {
        /// Container id.
        id: String,
        /// Number of the run.
        run: u64,
    },
    /// An application sends a mail.
    Mail {
        /// Its place in the scenario.
        number: usize,
    },
    /// The daemon is back after a restart.
    DaemonUp,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<(Ns, u64, Due)>>,
    count: u64,
}

impl Queue {
    /// Adds something that happens at `at`; what is due together happens in the order it was added.
    pub fn add(&mut self, at: Ns, due: Due) {
        self.count += 1;
        self.heap.push(Reverse((at, self.count, due)));
    }

    /// When something happens next.
    pub fn next(&self) -> Option<Ns> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    /// Takes what is due at `now`, with the time it was due.
    pub fn pop(&mut self, now: Ns) -> Option<(Ns, Due)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, due))| (at, due))
    }
}
