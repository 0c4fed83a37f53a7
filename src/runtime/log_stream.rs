//! One container's log as messages: the past, then what comes, through cuts and restarts, without a line lost or twice.
pub mod older;
mod seen;

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout_at};

use futures::StreamExt;

use self::seen::{RESUME_TAIL, Seen};
use crate::effect::LogQuery;
use crate::engine::logs::{LogOptions, LogSetup};
use crate::engine::{Engine, Error};
use crate::model::LogRecord;
use crate::msg::{FailureKind, LogMsg};

/// Records in one message at most.
const BATCH: usize = 256;
/// Bytes of them, about: a message of long lines is as light as one of short ones.
const BATCH_BYTES: usize = 256 << 10;
/// What comes within this time is one message.
const GATHER: Duration = Duration::from_millis(8);
/// How often a container whose run ended is looked at.
const ENDED_PERIOD: Duration = Duration::from_secs(1);
/// The pause before a reading that came to nothing is tried again doubles from here.
const PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// So many readings in a row that end in nonsense, and the log counts as unreadable.
const PATIENCE: u32 = 6;

/// Reads until nobody listens, the container is gone, or its log cannot be read.
pub async fn run(
    query: LogQuery,
    mut engine: watch::Receiver<Option<Engine>>,
    out: mpsc::Sender<(LogQuery, LogMsg)>,
) {
    let listeners = out.clone();
    let mut reader = Reader::new(query, out);
    loop {
        let client = match engine.wait_for(Option::is_some).await {
            Ok(found) => found.clone(),
            Err(_) => return,
        };
        let Some(client) = client else { continue };
        tokio::select! {
            done = reader.turn(&client) => if done { return },
            // The link went down or was made anew: an old connection may be silent for ever.
            changed = engine.changed() => if changed.is_err() { return },
            () = listeners.closed() => return,
        }
    }
}

/// All that outlives one connection. Every await may be the last: what was read but not yet given waits in `pending`.
struct Reader {
    query: LogQuery,
    out: mpsc::Sender<(LogQuery, LogMsg)>,
    seen: Seen,
    pending: Vec<LogRecord>,
    /// Bytes of these.
    weight: usize,
    caught_up: bool,
    /// When the run began whose log was read last.
    started: String,
    /// Its end was told.
    told_end: bool,
    /// Readings in a row that gave nothing.
    fruitless: u32,
}

impl Reader {
    fn new(query: LogQuery, out: mpsc::Sender<(LogQuery, LogMsg)>) -> Self {
        Self {
            query,
            out,
            seen: Seen::default(),
            pending: Vec::new(),
            weight: 0,
            caught_up: false,
            started: String::new(),
            told_end: false,
            fruitless: 0,
        }
    }

    /// Reads once, and waits until there is a reason to read again. True: it is over for good.
    async fn turn(&mut self, client: &Engine) -> bool {
        self.fruitless = self.fruitless.saturating_add(1);
        let result = match self.read(client).await {
            Ok(()) => self.wait_for_run(client).await,
            Err(error) => Err(error),
        };
        let Err(error) = result else {
            self.pause().await;
            return false;
        };
        let hopeless = error.kind() == FailureKind::Other && self.fruitless >= PATIENCE;
        match error.kind() {
            FailureKind::NotFound => {
                self.ended().await;
                true
            }
            FailureKind::Unsupported | FailureKind::Denied => self.failed(&error).await,
            _ if hopeless => self.failed(&error).await,
            // A cut: the link heals, and the reading resumes where it was.
            _ => {
                self.pause().await;
                false
            }
        }
    }

    /// Nothing at all after a reading that gave something; longer and longer after those that did not.
    async fn pause(&self) {
        if let Some(doublings) = self.fruitless.checked_sub(1) {
            let longer = PAUSE.saturating_mul(1u32.checked_shl(doublings).unwrap_or(u32::MAX));
            sleep(longer.min(LONGEST_PAUSE)).await;
        }
    }

    async fn failed(&mut self, error: &Error) -> bool {
        self.say(LogMsg::Failed(error.failure_of(|| say!("read the log"))))
            .await;
        true
    }

    async fn ended(&mut self) {
        if !self.told_end {
            self.say(LogMsg::Ended).await;
            self.told_end = true;
        }
    }

    /// When nobody listens any more, [`run`] ends by itself.
    async fn say(&self, msg: LogMsg) {
        let _unheard = self.out.send((self.query.clone(), msg)).await;
    }

    /// The past first, unless it was given, then what comes until the run ends.
    async fn read(&mut self, client: &Engine) -> Result<(), Error> {
        self.give().await;
        let setup = client.log_setup(&self.query.key.id).await?;
        if setup.started != self.started {
            self.started.clone_from(&setup.started);
            self.told_end = false;
            self.fruitless = 0;
        }
        if !self.caught_up {
            self.pass(client, &setup, false).await?;
            self.say(LogMsg::CaughtUp).await;
            self.caught_up = true;
            if !setup.running {
                return Ok(());
            }
        }
        self.pass(client, &setup, true).await
    }

    /// One request read to its end.
    async fn pass(&mut self, client: &Engine, setup: &LogSetup, follow: bool) -> Result<(), Error> {
        let bounded = if self.seen.since().is_some() {
            RESUME_TAIL
        } else {
            self.query.tail
        };
        if !self.drain(client, setup, follow, Some(bounded)).await? {
            // More came meanwhile than was asked for.
            self.drain(client, setup, follow, None).await?;
        }
        Ok(())
    }

    /// False, and nothing given: this tail does not reach back to the newest line that was given.
    async fn drain(
        &mut self,
        client: &Engine,
        setup: &LogSetup,
        follow: bool,
        tail: Option<u32>,
    ) -> Result<bool, Error> {
        let resume = self.seen.since();
        let options = LogOptions {
            tail,
            since: resume.max(self.query.since),
            until: None,
            follow,
        };
        let lines = client
            .logs(&self.query.key.id, setup.tty, options)
            .await
            .map_err(|e| setup.named(e))?;
        let mut lines = std::pin::pin!(lines);
        self.seen.resume();
        let mut unsure = resume.is_some() && tail.is_some();
        let mut end = Instant::now();
        loop {
            let next = if self.pending.is_empty() {
                lines.next().await
            } else if self.pending.len() < BATCH
                && self.weight < BATCH_BYTES
                && let Ok(next) = timeout_at(end, lines.next()).await
            {
                next
            } else {
                self.give().await;
                continue;
            };
            match next {
                Some(Ok(records)) => {
                    if std::mem::take(&mut unsure) && self.seen.leaves_gap(records.first()) {
                        return Ok(false);
                    }
                    if self.pending.is_empty() {
                        end = Instant::now() + GATHER;
                    }
                    let from = self.pending.len();
                    self.seen.take(records, &mut self.pending);
                    self.weight += weight(self.pending.get(from..).unwrap_or_default());
                }
                other => {
                    self.give().await;
                    return other.transpose().map(|_| true);
                }
            }
        }
    }

    /// How many of those that wait make a message: at least one.
    fn batch(&self) -> usize {
        let mut bytes = 0;
        let fits = self.pending.iter().take(BATCH).take_while(|record| {
            bytes += record.bytes.len();
            bytes <= BATCH_BYTES
        });
        fits.count().max(1)
    }

    /// Gives what was gathered. A record leaves `pending` only together with its message.
    async fn give(&mut self) {
        while !self.pending.is_empty() {
            let Ok(permit) = self.out.reserve().await else {
                return;
            };
            let batch: Vec<LogRecord> = self.pending.drain(..self.batch()).collect();
            self.weight -= weight(&batch);
            permit.send((self.query.clone(), LogMsg::Lines(batch)));
            (self.told_end, self.fruitless) = (false, 0);
        }
    }

    /// Says that the run ended, and waits until the container runs, or has run, again.
    async fn wait_for_run(&mut self, client: &Engine) -> Result<(), Error> {
        loop {
            let setup = client.log_setup(&self.query.key.id).await?;
            if setup.running || setup.started != self.started {
                return Ok(());
            }
            self.ended().await;
            self.fruitless = 0;
            sleep(ENDED_PERIOD).await;
        }
    }
}

/// Bytes of the lines.
fn weight(records: &[LogRecord]) -> usize {
    records.iter().map(|record| record.bytes.len()).sum()
}
