//! One life of a link, from the first answer to the loss: the list, the events of before and of now, then what they touched; a
//! heartbeat beside them, because a hung engine is silent. Must not know how the link is made again.
use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::inventory::{Inventory, Stale};
use super::{Closed, End, LinkTask};
use crate::engine::events::Events;
use crate::engine::{Engine, Error};
use crate::model::{Container, EngineEvent, Key, Link};
use crate::msg::HostMsg;
use crate::runtime::clock;

/// Events are gathered this long before what they touched is read once.
const GATHER: Duration = Duration::from_millis(50);
/// A whole list this often, for what no event told.
const WHOLE: Duration = Duration::from_secs(60);
/// A whole list this often where events are denied.
const POLL: Duration = Duration::from_secs(2);
const HEARTBEAT: Duration = Duration::from_secs(10);
/// After a missed heartbeat the next one comes sooner.
const SECOND_TRY: Duration = Duration::from_secs(1);
/// Missed heartbeats that make a loss.
const MISSES: u32 = 2;
/// An event stream that ends sooner than this does not work here; after three of them the list is polled.
const SHORT_FEED: Duration = Duration::from_secs(1);
const SHORT_FEEDS: u32 = 3;
/// What the engine still knows of the time before is read this far back.
const PAST: TimeDelta = TimeDelta::hours(1);
/// Events held between the stream and the link.
const QUEUE: usize = 1024;

/// What a task of the session brings home.
enum Done {
    Whole(Result<Vec<Container>, Error>, Duration),
    Some(Vec<String>, Result<Vec<Container>, Error>, Duration),
    Ping(Result<(), Error>),
    Subscribed(Result<Events, Error>),
    Acquainted(Engine),
    FeedOver,
}

/// Where events come from.
enum Feed {
    Live {
        events: mpsc::Receiver<EngineEvent>,
        since: Instant,
    },
    /// Ended; made again when the engine is known to answer.
    Over,
    /// Being made again.
    Asked,
    /// Denied or useless here: the list is polled.
    Polling,
}

struct Session<'a> {
    link: &'a LinkTask,
    engine: Engine,
    inventory: Inventory,
    tasks: JoinSet<Done>,
    feed: Feed,
    short_feeds: u32,
    last_event: Option<i64>,
    gathered: Vec<EngineEvent>,
    flush_at: Option<Instant>,
    /// When what an event contradicts is read once more.
    doubt_at: Option<Instant>,
    /// A list is under way: never a second one beside it.
    reading: bool,
    whole_at: Instant,
    ping_at: Instant,
    misses: u32,
}

/// Runs until the link is lost; notes in `up_at` when the first list had come, and in `heard` the time of the newest event
/// (nanoseconds since the epoch), behind which the next session reads on.
pub(super) async fn run(
    link: &LinkTask,
    engine: Engine,
    up_at: &mut Option<Instant>,
    heard: &mut Option<i64>,
) -> End {
    let mut session = Session {
        link,
        engine,
        inventory: Inventory::default(),
        tasks: JoinSet::new(),
        feed: Feed::Over,
        short_feeds: 0,
        last_event: *heard,
        gathered: Vec::new(),
        flush_at: None,
        doubt_at: None,
        reading: false,
        whole_at: Instant::now() + WHOLE,
        ping_at: Instant::now() + HEARTBEAT,
        misses: 0,
    };
    let end = session.live(up_at).await;
    // They count as heard, and will not come again.
    session.tell_gathered().await.ok();
    *heard = session.last_event;
    end
}

impl Session<'_> {
    async fn live(&mut self, up_at: &mut Option<Instant>) -> End {
        match self.begin().await {
            Ok(()) => *up_at = Some(Instant::now()),
            Err(end) => return end,
        }
        loop {
            if let Err(end) = self.step().await {
                return end;
            }
        }
    }

    /// Where to read events on: behind the newest heard, at first an hour back, so that deaths of before are known, and
    /// never further. `None`, from now on: podman holds back what comes until then where its clock is behind.
    fn since(&self) -> Option<i64> {
        let now = clock::now();
        let back = (now - PAST).timestamp_nanos_opt();
        let Some(newest) = self.last_event else {
            return back.filter(|_| self.link.past && !self.engine.info().podman);
        };
        let known = now.timestamp_nanos_opt().is_some_and(|now| newest <= now);
        known.then(|| back.map_or(newest + 1, |back| back.max(newest + 1)))
    }

    /// Lists, says that the link is up, and subscribes: to the past as well, which need not keep the rows waiting, and tells
    /// again what happens beside the list. Where no past is read, subscribes first. What the engine is, beyond its ping,
    /// comes after the rows.
    async fn begin(&mut self) -> Result<(), End> {
        let since = self.since();
        if since.is_none() {
            let subscribed = self.engine.events(None).await;
            self.subscribe(subscribed)?;
        }
        let rows = self.engine.list(self.link.host, clock::now()).await;
        let mut rows = rows.map_err(End::Lost)?;
        self.inventory.snapshot(&mut rows);
        self.link.engine.send_replace(Some(self.engine.clone()));
        let info = Box::new(self.engine.info().clone());
        self.say(HostMsg::Link(Link::Up(info))).await?;
        self.say(HostMsg::Snapshot(rows)).await?;
        if since.is_some() {
            let subscribed = self.engine.events(since).await;
            self.subscribe(subscribed)?;
        }
        self.whole_at = Instant::now() + self.period();
        let engine = self.engine.clone();
        self.tasks
            .spawn(async move { Done::Acquainted(engine.acquaint().await) });
        Ok(())
    }

    /// Waits for the next thing and deals with it.
    async fn step(&mut self) -> Result<(), End> {
        let next = self
            .whole_at
            .min(self.ping_at)
            .min(self.flush_at.unwrap_or(self.ping_at))
            .min(self.doubt_at.unwrap_or(self.ping_at));
        let mut batch = Vec::new();
        tokio::select! {
            () = self.link.out.closed() => return Err(End::Closed),
            () = self.link.again.notified() => {
                self.inventory.touch_all();
                self.flush_at = Some(Instant::now());
            }
            count = receive(&mut self.feed, &mut batch) => {
                if count == 0 {
                    self.feed_over();
                }
                self.gather(batch);
            }
            Some(done) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                // A task that panicked is a lost answer like any other.
                self.home(done.unwrap_or(Done::Ping(Err(Error::Cut)))).await?;
            }
            () = tokio::time::sleep_until(next) => self.due().await?,
        }
        Ok(())
    }

    fn gather(&mut self, batch: Vec<EngineEvent>) {
        for event in &batch {
            self.inventory.note(event);
            self.last_event = self.last_event.max(Some(event.nanos));
        }
        if !batch.is_empty() {
            self.gathered.extend(batch);
            self.flush_at.get_or_insert(Instant::now() + GATHER);
        }
    }

    /// The timers that are due.
    async fn due(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if now >= self.ping_at {
            self.ping();
        }
        if now >= self.whole_at {
            self.whole_at = now + self.period();
            self.inventory.touch_all();
            self.flush_at = Some(now);
        }
        if self.doubt_at.is_some_and(|at| now >= at) {
            self.doubt_at = None;
            self.inventory.touch_doubtful();
            self.flush_at = Some(now);
        }
        if self.flush_at.is_some_and(|at| now >= at) {
            self.flush().await?;
        }
        Ok(())
    }

    fn period(&self) -> Duration {
        match self.feed {
            Feed::Polling => POLL,
            Feed::Live { .. } | Feed::Over | Feed::Asked => WHOLE,
        }
    }

    fn ping(&mut self) {
        self.ping_at = Instant::now() + HEARTBEAT;
        let engine = self.engine.clone();
        self.tasks
            .spawn(async move { Done::Ping(engine.ping().await) });
    }

    /// Hands on what was gathered, and reads again what it touched unless a list is under way: then its end does.
    async fn flush(&mut self) -> Result<(), End> {
        self.flush_at = None;
        self.tell_gathered().await?;
        if self.reading {
            return Ok(());
        }
        let gone = self.inventory.take_gone(self.link.host);
        if !gone.is_empty() {
            self.say(HostMsg::Delta {
                changed: Vec::new(),
                gone,
            })
            .await?;
        }
        self.read_again();
        Ok(())
    }

    async fn tell_gathered(&mut self) -> Result<(), End> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let events = std::mem::take(&mut self.gathered);
        self.say(HostMsg::Events(events)).await
    }

    fn read_again(&mut self) {
        let (engine, host) = (self.engine.clone(), self.link.host);
        let started = Instant::now();
        match self.inventory.take_stale() {
            Stale::Nothing => return,
            Stale::Everything => self.tasks.spawn(async move {
                let rows = engine.list(host, clock::now()).await;
                Done::Whole(rows, started.elapsed())
            }),
            Stale::These(ids) => self.tasks.spawn(async move {
                let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
                let rows = engine.list_some(host, &asked, clock::now()).await;
                Done::Some(ids, rows, started.elapsed())
            }),
        };
        self.reading = true;
    }

    /// What a task brought.
    async fn home(&mut self, done: Done) -> Result<(), End> {
        match done {
            Done::Whole(rows, took) => {
                let mut rows = rows.map_err(End::Lost)?;
                self.inventory.snapshot(&mut rows);
                self.say(HostMsg::Snapshot(rows)).await?;
                self.read_on(took);
            }
            Done::Some(asked, Ok(mut changed), took) => {
                let missing = self.inventory.changed(&asked, &mut changed);
                let gone = missing
                    .iter()
                    .map(|id| Key::container(self.link.host, id))
                    .collect();
                self.say(HostMsg::Delta { changed, gone }).await?;
                self.read_on(took);
            }
            Done::Some(_, Err(error), took) => {
                tracing::debug!(%error, "a partial list failed; the whole one decides");
                self.inventory.touch_all();
                self.read_on(took);
            }
            Done::Ping(Ok(())) => {
                self.misses = 0;
                if matches!(self.feed, Feed::Over) {
                    self.subscribe_again();
                }
            }
            Done::Ping(Err(error)) => {
                self.misses += 1;
                let silent = matches!(error, Error::TimedOut { .. });
                if !silent || self.misses >= MISSES {
                    return Err(End::Lost(error));
                }
                self.ping_at = Instant::now() + SECOND_TRY;
            }
            Done::Subscribed(events) => {
                self.subscribe(events)?;
                // Between the two streams the engine may have forgotten events.
                self.inventory.touch_all();
                self.flush_at = Some(Instant::now());
            }
            Done::Acquainted(engine) => {
                let info = Box::new(engine.info().clone());
                // The same connector: streams that run need not be told.
                self.link.engine.send_if_modified(|held| {
                    *held = Some(engine.clone());
                    false
                });
                self.engine = engine;
                self.say(HostMsg::Info(info)).await?;
            }
            Done::FeedOver => {}
        }
        Ok(())
    }

    /// A list has ended, having taken so long: the next waits at least as long, so that a storm of events leaves the
    /// engine half its time.
    fn read_on(&mut self, took: Duration) {
        self.reading = false;
        let wait = |doubts: u32| took.max(GATHER) * 2_u32.saturating_pow(doubts.saturating_sub(1));
        self.doubt_at = self.inventory.doubts().map(|n| Instant::now() + wait(n));
        if !self.inventory.is_clean() {
            self.flush_at
                .get_or_insert(Instant::now() + took.max(GATHER));
        }
    }

    /// The event stream ended: the engine went, or something between cut a quiet stream. A ping tells which.
    fn feed_over(&mut self) {
        if let Feed::Live { since, .. } = self.feed {
            if since.elapsed() < SHORT_FEED {
                self.short_feeds += 1;
            } else {
                self.short_feeds = 0;
            }
        }
        if self.short_feeds >= SHORT_FEEDS {
            self.poll();
        } else {
            self.feed = Feed::Over;
            self.ping();
        }
    }

    fn poll(&mut self) {
        self.feed = Feed::Polling;
        self.whole_at = self.whole_at.min(Instant::now() + POLL);
    }

    fn subscribe_again(&mut self) {
        let engine = self.engine.clone();
        let since = self.since();
        self.feed = Feed::Asked;
        self.tasks
            .spawn(async move { Done::Subscribed(engine.events(since).await) });
    }

    /// Drains the stream in a task of its own: an engine drops events of a reader that stalls.
    fn subscribe(&mut self, events: Result<Events, Error>) -> Result<(), End> {
        let mut events = match events {
            Ok(events) => events,
            Err(error) if denied(&error) => {
                self.poll();
                return Ok(());
            }
            Err(error) => return Err(End::Lost(error)),
        };
        let (sender, receiver) = mpsc::channel(QUEUE);
        self.tasks.spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                if sender.send(event).await.is_err() {
                    break;
                }
            }
            if events.skipped() > 0 {
                tracing::warn!(lines = events.skipped(), "events that could not be read");
            }
            Done::FeedOver
        });
        self.feed = Feed::Live {
            events: receiver,
            since: Instant::now(),
        };
        Ok(())
    }

    async fn say(&self, message: HostMsg) -> Result<(), End> {
        self.link.say(message).await.map_err(|Closed| End::Closed)
    }
}

/// Events are not to be had here, while the engine answers: refused, unknown, or held back.
fn denied(error: &Error) -> bool {
    error.is_refusal()
        || matches!(error, Error::TimedOut { .. })
        || matches!(error.status(), Some(404 | 501))
}

/// The next events, as many as wait; 0 when the stream is over. Never ready where there is no stream.
async fn receive(feed: &mut Feed, batch: &mut Vec<EngineEvent>) -> usize {
    match feed {
        Feed::Live { events, .. } => events.recv_many(batch, QUEUE).await,
        Feed::Over | Feed::Asked | Feed::Polling => std::future::pending().await,
    }
}
