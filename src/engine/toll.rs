//! Counts what an engine is asked for. Must not know what is asked.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one engine's connector. Cheap to clone; clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Toll(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    open: AtomicU64,
}

impl Toll {
    /// A request is sent.
    pub(super) fn ask(&self) {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection is open as long as the pass lives.
    pub(super) fn pass(&self) -> Pass {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        Pass(self.clone())
    }

    /// Requests sent so far.
    pub fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// Connections that are open now, idle ones too.
    pub fn open(&self) -> u64 {
        self.0.open.load(Ordering::Relaxed)
    }
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Pass(Toll);

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
