//! The engine's handle, its connections and its faults. Must not know what requests mean.
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::clock::{Clock, Ns};
use super::listen::{self, Place};
use super::mail::Store;
use super::scenario::Scenario;
use super::world::World;
use super::{api, timeline};

/// An in-process connection to the engine.
pub type Connection = DuplexStream;

/// Bytes an in-process connection holds in each direction.
const BUFFER: usize = 256 * 1024;

/// What goes wrong with every request from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers come so much later.
    Slow(Duration),
    /// No answer comes until the fault is lifted.
    Hang,
    /// Answers break off in the middle, and open streams end at once.
    Cut,
    /// Its disk is full: what is written there fails, what is under way in the middle.
    Full,
    /// Every request is answered with 403, as a filtering proxy does.
    Refuse,
    /// No container is known where its load is asked for.
    NoStats,
    /// What was counted of a container's load is half of what it was: the counters went back.
    Backwards,
    /// A reading of load does not tell how many CPUs there are.
    NoCpus,
    /// The engine's clock is off by so many seconds.
    Clock(i64),
}

/// A simulated engine: a cheap handle on it.
#[derive(Debug, Clone)]
pub struct Sim {
    shared: Arc<Shared>,
}

/// What all connections share.
#[derive(Debug)]
pub struct Shared {
    world: Mutex<World>,
    /// Simulated time.
    pub clock: Clock,
    /// The fault in force.
    pub fault: watch::Sender<Option<Fault>>,
    /// Counts changes of the world's containers: who waits for one looks again.
    pub changed: watch::Sender<u64>,
    /// Counts the times all connections were cut.
    pub cuts: watch::Sender<u64>,
    down_until: Mutex<Option<Ns>>,
    requests: AtomicU64,
    woken: Arc<Notify>,
    timeline: Mutex<Option<JoinHandle<()>>>,
}

impl Shared {
    /// The world, locked; never to be held across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault in force.
    pub fn fault(&self) -> Option<Fault> {
        *self.fault.borrow()
    }

    /// Changes the world at the present moment and tells those who wait.
    pub fn change<T>(&self, change: impl FnOnce(&mut World, Ns) -> T) -> T {
        let outcome = change(&mut self.world(), self.clock.now());
        self.changed.send_modify(|count| *count += 1);
        self.woken.notify_one();
        outcome
    }

    /// Asks a mail server; what containers do does not change by it.
    pub fn change_mail<T>(&self, container: &str, ask: impl FnOnce(&mut Store) -> T) -> T {
        ask(self.world().mail.entry(container.to_owned()).or_default())
    }

    /// Waits until `test` gives something, looking after every change.
    pub async fn wait_for<T>(&self, mut test: impl FnMut(&mut World) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            let found = test(&mut self.world());
            if let Some(found) = found {
                return found;
            }
            if changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Does what is due; nanoseconds until something is due again.
    pub fn run_due(&self) -> Option<u64> {
        let now = self.clock.now();
        let mut world = self.world();
        let changed = world.run_due(now);
        let next = world.queue.next();
        drop(world);
        if changed {
            self.changed.send_modify(|count| *count += 1);
        }
        next.map(|at| u64::try_from(at - now).unwrap_or(0))
    }

    /// Counts a request.
    pub fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests served so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Connections open now.
    pub fn connections(&self) -> u64 {
        // Each has a reader of the cuts.
        self.cuts.receiver_count() as u64
    }

    fn is_down(&self) -> bool {
        let mut down = self
            .down_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if down.is_some_and(|until| until <= self.clock.now()) {
            *down = None;
        }
        down.is_some()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.woken.notify_one();
    }
}

impl Sim {
    /// An engine with the world of `scenario`. Its time stands still until the first connection,
    /// or [`Sim::start`].
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a world takes its scenario over; callers have no more use for it"
    )]
    pub fn new(scenario: Scenario) -> Self {
        let clock = Clock::new();
        let world = World::new(&scenario, clock.origin());
        let shared = Shared {
            world: Mutex::new(world),
            clock,
            fault: watch::Sender::new(None),
            changed: watch::Sender::new(0),
            cuts: watch::Sender::new(0),
            down_until: Mutex::new(None),
            requests: AtomicU64::new(0),
            woken: Arc::new(Notify::new()),
            timeline: Mutex::new(None),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// What all connections share.
    pub(in crate::sim) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Lets time run; needs a tokio runtime. Does nothing when it runs already.
    pub fn start(&self) {
        self.shared.clock.run();
        let timeline = &self.shared.timeline;
        let mut timeline = timeline.lock().unwrap_or_else(PoisonError::into_inner);
        if timeline.as_ref().is_none_or(JoinHandle::is_finished) {
            let weak = Arc::downgrade(&self.shared);
            let woken = Arc::clone(&self.shared.woken);
            *timeline = Some(tokio::spawn(timeline::run(weak, woken)));
        }
    }

    /// A new connection in this process; needs a tokio runtime. While the daemon is down it is
    /// closed at once.
    pub fn connect(&self) -> Connection {
        self.start();
        let (client, server) = tokio::io::duplex(BUFFER);
        if !self.shared.is_down() {
            tokio::spawn(serve(Arc::clone(&self.shared), server));
        }
        client
    }

    /// A new connection to a port of a container, by an address as the engine's host has it.
    ///
    /// # Errors
    /// Nothing listens there.
    pub fn connect_to(&self, address: &str, port: u16) -> std::io::Result<Connection> {
        let found = Place::find(&self.shared.world(), None, address, port);
        let place = found.ok_or(std::io::ErrorKind::ConnectionRefused)?;
        let (client, server) = tokio::io::duplex(BUFFER);
        let (shared, mut cuts) = (Arc::clone(&self.shared), self.shared.cuts.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                () = listen::serve(shared, place, server) => {}
                _ = cuts.changed() => {}
            }
        });
        Ok(client)
    }

    /// Serves on a unix socket until this future is dropped, which ends its connections and
    /// removes the socket. A socket left behind at `path` is replaced.
    ///
    /// # Errors
    /// Those of binding the socket.
    pub async fn listen_unix(&self, path: &Path) -> std::io::Result<()> {
        self.start();
        let stale = std::fs::symlink_metadata(path)
            .is_ok_and(|meta| std::os::unix::fs::FileTypeExt::is_socket(&meta.file_type()));
        if stale {
            std::fs::remove_file(path)?;
        }
        let listener = tokio::net::UnixListener::bind(path)?;
        let _socket = SocketFile(path.to_owned());
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "simulated engine: no connection could be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            while connections.try_join_next().is_some() {}
            if !self.shared.is_down() {
                connections.spawn(serve(Arc::clone(&self.shared), stream));
            }
        }
    }

    /// Sets or lifts the fault of all requests to come. [`Fault::Cut`] also ends open streams.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.shared.fault.send_replace(fault);
        if fault == Some(Fault::Cut) {
            self.shared.cuts.send_modify(|count| *count += 1);
        }
    }

    /// The daemon stops all containers, ends all streams, and refuses connections for `down_for`.
    /// Then it starts the containers whose policy says so.
    pub fn restart_daemon(&self, down_for: Duration) {
        let down_for = i64::try_from(down_for.as_nanos()).unwrap_or(i64::MAX);
        let back = self.shared.clock.now().saturating_add(down_for);
        *self
            .shared
            .down_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(back);
        self.shared
            .change(|world, now| world.daemon_down(back, now));
        self.shared.cuts.send_modify(|count| *count += 1);
    }

    /// Requests served so far.
    pub fn requests(&self) -> u64 {
        self.shared.requests()
    }

    /// Exec instances that run now.
    pub fn running_execs(&self) -> usize {
        let world = self.shared.world();
        world.execs.values().filter(|exec| exec.running).count()
    }

    /// Connections open now.
    pub fn connections(&self) -> u64 {
        self.shared.connections()
    }
}

/// Removes the socket file when the listener ends.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody else may have removed it.
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn serve<S>(shared: Arc<Shared>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut cuts = shared.cuts.subscribe();
    let service = service_fn(|request| api::handle(Arc::clone(&shared), request));
    let connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        served = connection => {
            if let Err(error) = served {
                tracing::debug!(%error, "simulated engine: connection ended");
            }
        }
        _ = cuts.changed() => {}
    }
}
