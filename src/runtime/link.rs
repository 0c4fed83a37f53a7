//! The link to one host: connects, keeps the inventory fresh, heals itself. Its failures are messages, never errors of
//! the loop. Must not know what the inventory is for.
mod inventory;
mod session;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::clock;
use crate::engine::{Candidate, Endpoint, Engine, Error};
use crate::model::{DownReason, HostId, Link, Tried};
use crate::msg::HostMsg;

/// A session that lasted this long was a good one: the next loss is retried at once again.
const GOOD_SESSION: Duration = Duration::from_secs(10);

/// One host's link. Runs until nobody listens to `out` any more.
#[derive(Debug)]
pub struct LinkTask {
    pub host: HostId,
    /// What to try, in order. The one that answered is kept to until the user asks to reconnect.
    pub candidates: Vec<Candidate>,
    pub out: mpsc::Sender<(HostId, HostMsg)>,
    /// The live client while the link is up, for jobs and streams; `None` while it is not.
    pub engine: watch::Sender<Option<Engine>>,
    /// What the engine still knows of the hour before is told too.
    pub past: bool,
    /// "Try now", and over all candidates again. While the link is up it asks for a fresh snapshot.
    pub again: Arc<Notify>,
}

/// Nobody listens any more: the task ends.
struct Closed;

/// How a session ended.
enum End {
    Closed,
    Lost(Error),
}

impl LinkTask {
    /// Runs the link: one task a host.
    pub async fn run(self) {
        // The receiver has gone, and with it everyone this could be told to.
        let Err(Closed) = self.keep().await;
        self.engine.send_replace(None);
    }

    async fn keep(&self) -> Result<std::convert::Infallible, Closed> {
        let mut attempt = 1;
        let mut heard = None;
        let mut kept: Option<Candidate> = None;
        let mut backoff = Backoff::default();
        let mut down_since = None;
        self.say(HostMsg::Link(Link::Connecting { attempt }))
            .await?;
        loop {
            let tried = match &kept {
                Some(one) => connect(std::slice::from_ref(one)).await,
                None => connect(&self.candidates).await,
            };
            let (reason, hopeless) = match tried {
                Ok((engine, candidate)) => {
                    let endpoint = candidate.shown();
                    let origin = candidate.origin.clone();
                    let (lasted, end) = self.session(engine, &mut heard).await;
                    if lasted.is_some() {
                        kept = Some(candidate);
                        // It was up: what follows is a new loss.
                        down_since = None;
                        attempt = 0;
                    }
                    if lasted.is_some_and(|time| time >= GOOD_SESSION) {
                        backoff = Backoff::default();
                    }
                    match end {
                        End::Closed => return Err(Closed),
                        End::Lost(error) => {
                            let tried = vec![error.tried(&endpoint, &origin)];
                            (error.down_reason(&endpoint, tried), false)
                        }
                    }
                }
                Err(failed) => (failed.reason, failed.hopeless),
            };
            let since = *down_since.get_or_insert_with(clock::now);
            let pause =
                (!hopeless).then(|| backoff.next(kept.as_ref().or(self.candidates.first())));
            let retry_at = pause.and_then(|pause| {
                clock::now().checked_add_signed(chrono::TimeDelta::from_std(pause).ok()?)
            });
            self.say(HostMsg::Link(Link::Down {
                reason: Box::new(reason),
                since,
                retry_at,
            }))
            .await?;
            attempt += 1;
            if self.rest(pause).await? {
                kept = None;
                // Perhaps another engine answers.
                heard = None;
                backoff = Backoff::default();
                self.say(HostMsg::Link(Link::Connecting { attempt }))
                    .await?;
            }
        }
    }

    /// Waits for the next attempt; true when the user asked for it.
    async fn rest(&self, pause: Option<Duration>) -> Result<bool, Closed> {
        let pause = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = pause => Ok(false),
            () = self.again.notified() => Ok(true),
            () = self.out.closed() => Err(Closed),
        }
    }

    /// One life of the link: how long it was up (not at all: nothing), and why it ended.
    async fn session(&self, engine: Engine, heard: &mut Option<i64>) -> (Option<Duration>, End) {
        let mut up_at = None;
        let end = session::run(self, engine, &mut up_at, heard).await;
        self.engine.send_replace(None);
        (up_at.map(|at: Instant| at.elapsed()), end)
    }

    async fn say(&self, message: HostMsg) -> Result<(), Closed> {
        self.out
            .send((self.host, message))
            .await
            .map_err(|_| Closed)
    }
}

/// No candidate answered.
struct Failed {
    reason: DownReason,
    /// Nothing can be connected to, however often it is tried.
    hopeless: bool,
}

/// The first candidate that answers.
async fn connect(candidates: &[Candidate]) -> Result<(Engine, Candidate), Failed> {
    let mut failures: Vec<(String, Error)> = Vec::new();
    let mut tried: Vec<Tried> = Vec::new();
    let mut hopeless = true;
    for candidate in candidates {
        let error = match &candidate.endpoint {
            Ok(endpoint) => match Engine::greet(endpoint).await {
                Ok(engine) => return Ok((engine, candidate.clone())),
                Err(error) => {
                    hopeless = false;
                    error
                }
            },
            Err(error) => error.clone(),
        };
        let shown = candidate.shown();
        tried.push(error.tried(&shown, &candidate.origin));
        failures.push((shown, error));
    }
    let absent = |error: &Error| {
        matches!(
            error,
            Error::Io {
                kind: std::io::ErrorKind::NotFound,
                ..
            }
        )
    };
    // "Permission denied" at one socket says more than "no such file" at four others.
    let telling = failures
        .iter()
        .find(|(_, error)| !absent(error))
        .or(failures.first());
    let reason = telling.map_or_else(
        || DownReason {
            why: say!("there is no endpoint to try").to_owned(),
            ..DownReason::default()
        },
        |(endpoint, error)| error.down_reason(endpoint, tried.clone()),
    );
    Err(Failed { reason, hopeless })
}

/// Longer and longer pauses between attempts, with jitter so that many clients do not knock together.
#[derive(Debug, Default)]
struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Local sockets: 0.25 s to 1 s, for asking costs nothing. The network: to 10 s. ssh: 1 s to 30 s, for servers count
    /// attempts. The pause itself is between three quarters and all of that.
    fn next(&mut self, candidate: Option<&Candidate>) -> Duration {
        let endpoint = candidate.and_then(|c| c.endpoint.as_ref().ok());
        let (least, most) = match endpoint {
            Some(Endpoint::Ssh(_)) => (1.0, 30.0),
            Some(endpoint) if !endpoint.is_local() => (0.25, 10.0),
            _ => (0.25, 1.0),
        };
        let pause = f64::min(least * f64::from(1_u32 << self.failures.min(16)), most);
        self.failures += 1;
        Duration::from_secs_f64(pause * (0.75 + 0.25 * fastrand::f64()))
    }
}

#[cfg(test)]
mod tests;
