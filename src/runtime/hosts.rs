//! One engine's tasks: its link and its sampler, started and ended together.
use std::sync::Arc;

use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use super::jobs::Slots;
use super::link::LinkTask;
use super::sampler::{self, Pace, Wanted};
use crate::engine::{Candidate, Engine};
use crate::model::HostId;
use crate::msg::HostMsg;

/// Containers that are looked at together for the routes.
const LOOKS: usize = 4;

/// A host's running tasks; dropping it ends them.
#[derive(Debug)]
pub struct HostTasks {
    pub engine: watch::Receiver<Option<Engine>>,
    again: Arc<Notify>,
    wanted: watch::Sender<Wanted>,
    /// For jobs.
    slots: Slots,
    looks: Arc<Semaphore>,
    tasks: [JoinHandle<()>; 3],
}

impl HostTasks {
    pub fn start(
        host: HostId,
        candidates: Vec<Candidate>,
        pace: Pace,
        out: &mpsc::Sender<(HostId, HostMsg)>,
    ) -> Self {
        let (engine_out, engine) = watch::channel(None);
        let (wanted, wanted_in) = watch::channel(Wanted::default());
        let again = Arc::new(Notify::new());
        let link = LinkTask {
            host,
            candidates,
            out: out.clone(),
            engine: engine_out,
            past: true,
            again: Arc::clone(&again),
        };
        let closely = sampler::focus::run(host, engine.clone(), wanted_in.clone(), out.clone());
        let sampling = sampler::run(host, pace, engine.clone(), wanted_in, out.clone());
        Self {
            engine,
            again,
            wanted,
            slots: Slots::default(),
            looks: Arc::new(Semaphore::new(LOOKS)),
            tasks: [
                tokio::spawn(link.run()),
                tokio::spawn(sampling),
                tokio::spawn(closely),
            ],
        }
    }

    pub fn slots(&self) -> Slots {
        self.slots.clone()
    }

    /// Turns to look at containers for the routes: of many not all at once.
    pub fn looks(&self) -> Arc<Semaphore> {
        Arc::clone(&self.looks)
    }

    /// Tries to reach the engine now.
    pub fn reconnect(&self) {
        self.again.notify_one();
    }

    /// Says whose figures are wanted.
    pub fn want(&self, new: Wanted) {
        self.wanted.send_if_modified(|wanted| {
            let changed = *wanted != new;
            *wanted = new;
            changed
        });
    }

    /// The client while the link is up.
    pub fn client(&self) -> Option<Engine> {
        self.engine.borrow().clone()
    }
}

impl Drop for HostTasks {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
