//! The link against a small engine in this process, with the clock paused: timers are exact.
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use bytes::Bytes;
use chrono::TimeDelta;
use futures::StreamExt;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::task::AbortHandle;

use super::*;
use crate::engine::{BoxedIo, Connector};
use crate::model::{Container, Key, RunState};

const HOST: HostId = HostId(1);

/// An engine with knobs.
struct Fake {
    rows: Mutex<Vec<Value>>,
    events: broadcast::Sender<String>,
    /// Refuses connections.
    gone: AtomicBool,
    /// Accepts and never answers.
    frozen: AtomicBool,
    events_denied: AtomicBool,
    /// Version and info never come.
    mute: AtomicBool,
    lists_denied: AtomicBool,
    /// Lists asked for: whole and by id.
    whole: AtomicU32,
    some: AtomicU32,
    subscribed: AtomicU32,
    /// Where the event streams were to begin.
    since: Mutex<Vec<String>>,
    connections: Mutex<Vec<AbortHandle>>,
}

fn row(id: &str, state: &str, status: &str) -> Value {
    json!({"Id": id, "Names": [format!("/{id}")], "State": state, "Status": status})
}

impl Fake {
    fn new(rows: Vec<Value>) -> Arc<Self> {
        Arc::new(Self {
            rows: Mutex::new(rows),
            events: broadcast::channel(4096).0,
            gone: AtomicBool::new(false),
            frozen: AtomicBool::new(false),
            events_denied: AtomicBool::new(false),
            lists_denied: AtomicBool::new(false),
            mute: AtomicBool::new(false),
            whole: AtomicU32::new(0),
            some: AtomicU32::new(0),
            subscribed: AtomicU32::new(0),
            since: Mutex::default(),
            connections: Mutex::new(Vec::new()),
        })
    }

    fn candidate(self: &Arc<Self>, origin: &str) -> Candidate {
        let fake = Arc::clone(self);
        let connector = Connector::new(move || {
            let fake = Arc::clone(&fake);
            Box::pin(async move {
                if fake.gone.load(Ordering::Relaxed) {
                    return Err(std::io::ErrorKind::ConnectionRefused.into());
                }
                let (ours, theirs) = tokio::io::duplex(64 * 1024);
                let served = Arc::clone(&fake);
                let task = tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let fake = Arc::clone(&served);
                        async move { Ok::<_, std::convert::Infallible>(fake.answer(request).await) }
                    });
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(theirs), service)
                        .await;
                });
                fake.connections.lock().unwrap().push(task.abort_handle());
                Ok(Box::new(ours) as BoxedIo)
            })
        });
        Candidate::new(Endpoint::Custom(connector), origin)
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Response<BoxBody<Bytes, std::convert::Infallible>> {
        if self.frozen.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let full = |status: u16, body: String| {
            Response::builder()
                .status(status)
                .body(Full::new(Bytes::from(body)).boxed())
                .unwrap()
        };
        let denied = || full(403, "<html><h1>403 Forbidden</h1></html>".to_owned());
        let query = request.uri().query().unwrap_or_default().to_owned();
        match request.uri().path() {
            "/_ping" => {
                let mut answer = full(200, "OK".to_owned());
                let version = hyper::header::HeaderValue::from_static("1.41");
                answer.headers_mut().insert("api-version", version);
                answer
            }
            "/version" | "/info" if self.mute.load(Ordering::Relaxed) => {
                std::future::pending().await
            }
            "/version" => full(
                200,
                json!({"Version": "1", "ApiVersion": "1.41"}).to_string(),
            ),
            "/info" => full(200, json!({"Name": "fake"}).to_string()),
            "/containers/json" if self.lists_denied.load(Ordering::Relaxed) => denied(),
            "/containers/json" => {
                let rows = self.rows.lock().unwrap().clone();
                let some = query.contains("filters");
                let counter = if some { &self.some } else { &self.whole };
                counter.fetch_add(1, Ordering::Relaxed);
                let rows: Vec<_> = rows
                    .into_iter()
                    .filter(|row| !some || query.contains(row["Id"].as_str().unwrap()))
                    .collect();
                full(200, Value::from(rows).to_string())
            }
            "/events" if self.events_denied.load(Ordering::Relaxed) => denied(),
            "/events" => {
                self.subscribed.fetch_add(1, Ordering::Relaxed);
                self.since.lock().unwrap().push(query.clone());
                let lines = futures::stream::unfold(self.events.subscribe(), |mut events| async {
                    let line = events.recv().await.ok()?;
                    Some((line, events))
                });
                let frames = lines
                    .take_while(|line| std::future::ready(line != "end"))
                    .map(|line| Ok(Frame::data(Bytes::from(line + "\n"))));
                Response::new(BodyExt::boxed(StreamBody::new(frames.boxed_sync())))
            }
            _ => full(404, "{}".to_owned()),
        }
    }

    fn set(&self, rows: Vec<Value>) {
        *self.rows.lock().unwrap() = rows;
    }

    fn emit(&self, action: &str, id: &str, nanos: i64) {
        let event = json!({"Type": "container", "Action": action, "Actor": {"ID": id, "Attributes": {}}, "timeNano": nanos});
        let _ = self.events.send(event.to_string());
    }

    /// The daemon dies: all connections break, new ones are refused.
    fn die(&self) {
        self.gone.store(true, Ordering::Relaxed);
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
    }
}

trait BoxedSync: futures::Stream + Sized {
    fn boxed_sync(self) -> std::pin::Pin<Box<dyn futures::Stream<Item = Self::Item> + Send + Sync>>
    where
        Self: Send + Sync + 'static,
    {
        Box::pin(self)
    }
}
impl<S: futures::Stream> BoxedSync for S {}

/// A running link and what it says.
struct Heard {
    messages: mpsc::Receiver<(HostId, HostMsg)>,
    engine: watch::Receiver<Option<Engine>>,
    again: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

fn start(candidates: Vec<Candidate>) -> Heard {
    let (out, messages) = mpsc::channel(64);
    let (sender, engine) = watch::channel(None);
    let again = Arc::new(Notify::new());
    let task = LinkTask {
        host: HOST,
        candidates,
        out,
        engine: sender,
        past: true,
        again: Arc::clone(&again),
    };
    Heard {
        messages,
        engine,
        again,
        task: tokio::spawn(task.run()),
    }
}

impl Heard {
    async fn any(&mut self) -> HostMsg {
        self.messages.recv().await.expect("the link lives").1
    }

    /// The next message but what the engine says of itself, which comes in its own time.
    async fn next(&mut self) -> HostMsg {
        loop {
            let message = self.any().await;
            if !matches!(message, HostMsg::Info(_)) {
                return message;
            }
        }
    }

    /// The next rows: a snapshot or the changed ones.
    async fn rows(&mut self) -> (Vec<Container>, Vec<Key>) {
        loop {
            match self.next().await {
                HostMsg::Snapshot(rows) => return (rows, Vec::new()),
                HostMsg::Delta { changed, gone } => return (changed, gone),
                _ => {}
            }
        }
    }

    async fn up(&mut self) -> Vec<Container> {
        loop {
            if let HostMsg::Link(Link::Up(_)) = self.next().await {
                let HostMsg::Snapshot(rows) = self.next().await else {
                    panic!("a snapshot follows")
                };
                return rows;
            }
        }
    }

    async fn down(
        &mut self,
    ) -> (
        DownReason,
        chrono::DateTime<chrono::Utc>,
        Option<chrono::DateTime<chrono::Utc>>,
    ) {
        loop {
            if let HostMsg::Link(Link::Down {
                reason,
                since,
                retry_at,
            }) = self.next().await
            {
                return (*reason, since, retry_at);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rows_do_not_wait_for_what_the_engine_says_of_itself() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    fake.mute.store(true, Ordering::Relaxed);
    let mut link = start(vec![fake.candidate("demo")]);
    let before = Instant::now();
    assert_eq!(link.up().await.len(), 1);
    assert_eq!(before.elapsed(), Duration::ZERO);

    let fake = Fake::new(Vec::new());
    let mut link = start(vec![fake.candidate("demo")]);
    link.up().await;
    let HostMsg::Info(info) = link.any().await else {
        panic!("it says who it is after its rows")
    };
    assert_eq!((info.name.as_str(), info.version.as_str()), ("fake", "1"));
    assert!(link.engine.borrow().as_ref().unwrap().info().name == "fake");
}

#[tokio::test(start_paused = true)]
async fn it_connects_lists_and_follows_events() {
    let fake = Fake::new(vec![
        row("a", "running", "Up 3 hours"),
        row("b", "running", "Up 5 minutes"),
    ]);
    let mut link = start(vec![fake.candidate("demo")]);
    assert!(matches!(
        link.next().await,
        HostMsg::Link(Link::Connecting { attempt: 1 })
    ));
    assert_eq!(link.up().await.len(), 2);
    assert!(link.engine.borrow().is_some());

    // Several events of one container: handed on together, read again once, the age exact.
    fake.set(vec![
        row("a", "exited", "Exited (3) Less than a second ago"),
        row("b", "running", "Up 5 minutes"),
    ]);
    fake.emit("kill", "a", 1_000);
    fake.emit("die", "a", 1_790_000_000_123_456_789);
    fake.emit("top", "b", 5);
    let before = Instant::now();
    let HostMsg::Events(events) = link.next().await else {
        panic!()
    };
    assert_eq!(events.len(), 3);
    let (changed, gone) = link.rows().await;
    assert!(before.elapsed() < Duration::from_millis(100));
    assert_eq!((changed.len(), gone.len()), (1, 0));
    assert_eq!(changed[0].exit_code, Some(3));
    assert_eq!(
        changed[0].since.unwrap().timestamp_subsec_nanos(),
        123_456_789
    );
    assert_eq!(fake.some.load(Ordering::Relaxed), 1);
    assert_eq!(fake.whole.load(Ordering::Relaxed), 1);

    fake.set(vec![row("b", "running", "Up 5 minutes")]);
    fake.emit("destroy", "a", 7);
    assert_eq!(link.rows().await.1, [Key::container(HOST, "a")]);
    // Touched but not in the answer: gone too (podman removes without destroying).
    fake.set(Vec::new());
    fake.emit("cleanup", "b", 8);
    assert_eq!(link.rows().await.1, [Key::container(HOST, "b")]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_behind_an_event_is_read_again_and_not_for_ever() {
    let running = || row("a", "running", "Up 2 seconds");
    let fake = Fake::new(vec![running()]);
    let mut link = start(vec![fake.candidate("demo")]);
    link.up().await;
    // The engine tells of the death first, and of the wait for the next start in its lists alone.
    let before = Instant::now();
    fake.emit("die", "a", 2_000);
    assert_eq!(link.rows().await.0[0].state, RunState::Running);
    fake.set(vec![row("a", "restarting", "Restarting (1) 1 second ago")]);
    assert_eq!(link.rows().await.0[0].state, RunState::Restarting);
    assert!(before.elapsed() < Duration::from_millis(500));
    // What it never takes back is believed in the end: the event of its start was lost.
    fake.set(vec![running()]);
    fake.emit("die", "a", 3_000);
    let asked = fake.some.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(50)).await;
    let asked = fake.some.load(Ordering::Relaxed) - asked;
    assert!((2..=9).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_whole_list_comes_each_minute_and_ages_do_not_wander() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    let mut link = start(vec![fake.candidate("demo")]);
    let first = link.up().await[0].since.unwrap();
    let begun = Instant::now();
    let (rows, _) = link.rows().await;
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert_eq!(rows[0].since, Some(first));
    fake.set(vec![row("a", "running", "Up 4 hours")]);
    let (rows, _) = link.rows().await;
    let moved = first - rows[0].since.unwrap();
    assert!(
        moved > TimeDelta::minutes(57) && moved < TimeDelta::minutes(59),
        "{moved}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_loss_is_told_at_once_and_healed_soon() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    let mut link = start(vec![fake.candidate("demo")]);
    link.up().await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let lost = Instant::now();
    fake.die();
    let (reason, since, retry_at) = link.down().await;
    assert!(
        lost.elapsed() < Duration::from_millis(50),
        "{:?}",
        lost.elapsed()
    );
    assert_eq!(reason.why, "connection refused");
    assert!(link.engine.borrow().is_none());
    let wait = retry_at.unwrap() - since;
    assert!(
        wait >= TimeDelta::milliseconds(187) && wait <= TimeDelta::milliseconds(250),
        "{wait}"
    );
    // Longer and longer, the beginning of the loss unchanged.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let (mut longest, mut pauses) = (TimeDelta::zero(), 0);
    while let Ok((_, message)) = link.messages.try_recv() {
        let HostMsg::Link(Link::Down {
            since: again,
            retry_at,
            ..
        }) = message
        else {
            panic!("{message:?}")
        };
        assert_eq!(again, since);
        longest = longest.max(retry_at.unwrap() - since);
        pauses += 1;
    }
    assert!(
        longest > TimeDelta::seconds(29) && (30..45).contains(&pauses),
        "{longest} in {pauses}"
    );
    fake.set(vec![
        row("a", "running", "Up 3 hours"),
        row("new", "running", "Up 1 second"),
    ]);
    fake.gone.store(false, Ordering::Relaxed);
    let back = Instant::now();
    assert_eq!(link.up().await.len(), 2);
    assert!(
        back.elapsed() <= Duration::from_millis(1_010),
        "{:?}",
        back.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_frozen_engine_is_found_out_by_the_heartbeat() {
    let fake = Fake::new(vec![]);
    let mut link = start(vec![fake.candidate("demo")]);
    link.up().await;
    fake.frozen.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    let (reason, ..) = link.down().await;
    assert_eq!(begun.elapsed().as_secs(), 15, "10 s, 2 s, 1 s, 2 s");
    assert!(
        reason
            .why
            .contains("accepts connections but does not answer"),
        "{}",
        reason.why
    );
    fake.frozen.store(false, Ordering::Relaxed);
    link.up().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_cut_by_a_proxy_is_made_again_without_a_loss() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    let mut link = start(vec![fake.candidate("demo")]);
    link.up().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let _ = fake.events.send("end".to_owned());
    // A fresh snapshot, no Down before it.
    let HostMsg::Snapshot(_) = link.next().await else {
        panic!()
    };
    assert_eq!(fake.subscribed.load(Ordering::Relaxed), 2);
    fake.emit("start", "a", 5);
    assert!(matches!(link.next().await, HostMsg::Events(_)));
}

#[tokio::test(start_paused = true)]
async fn events_begin_an_hour_back_and_after_a_loss_behind_the_newest() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    let hour_ago = (clock::now() - TimeDelta::hours(1)).timestamp();
    let mut link = start(vec![fake.candidate("demo")]);
    link.up().await;
    let died = clock::now().timestamp_nanos_opt().unwrap();
    fake.emit("die", "a", died);
    tokio::time::sleep(Duration::from_millis(5)).await;
    // The connection breaks before the event is handed on.
    fake.die();
    assert!(matches!(link.next().await, HostMsg::Events(events) if events.len() == 1));
    link.down().await;
    fake.gone.store(false, Ordering::Relaxed);
    link.up().await;
    let since = fake.since.lock().unwrap().clone();
    let [first, again] = since.as_slice() else {
        panic!("{since:?}")
    };
    let first: i64 = first["since=".len()..]
        .split('.')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!((hour_ago - 1..=hour_ago + 60).contains(&first), "{first}");
    let behind = died + 1 - 1_000;
    let (seconds, nanos) = (behind / 1_000_000_000, behind % 1_000_000_000);
    assert_eq!(
        *again,
        format!("since={seconds}.{nanos:09}"),
        "less the rounding"
    );
}

#[tokio::test(start_paused = true)]
async fn where_events_are_denied_the_list_is_polled() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    fake.events_denied.store(true, Ordering::Relaxed);
    let mut link = start(vec![fake.candidate("proxy")]);
    link.up().await;
    let begun = Instant::now();
    fake.set(vec![]);
    let (rows, _) = link.rows().await;
    assert!(rows.is_empty());
    assert_eq!(begun.elapsed().as_secs(), 2);
    link.rows().await;
    assert_eq!(begun.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn every_endpoint_tried_is_named_and_the_most_telling_speaks() {
    let absent = Candidate::new(Endpoint::Unix("/nonexistent/podman.sock".into()), "podman");
    let denied = Fake::new(vec![]);
    denied.gone.store(true, Ordering::Relaxed);
    let wrong = Candidate {
        endpoint: Endpoint::parse("npipe://x"),
        origin: "DOCKER_HOST".to_owned(),
    };
    let mut link = start(vec![absent, denied.candidate("demo"), wrong]);
    let (reason, _, retry_at) = link.down().await;
    assert!(retry_at.is_some());
    let tried: Vec<_> = reason
        .tried
        .iter()
        .map(|t| (t.origin.as_str(), t.why.as_str()))
        .collect();
    assert_eq!(tried[0], ("podman", "no such file"));
    assert_eq!(tried[1], ("demo", "connection refused"));
    assert!(tried[2].1.contains("Windows"));
    assert!(reason.tried[0].advice.contains("podman.socket"));
    assert_eq!(reason.why, "connection refused");
    // The engine comes: found, and kept to.
    denied.gone.store(false, Ordering::Relaxed);
    link.up().await;
}

#[tokio::test(start_paused = true)]
async fn what_can_never_connect_waits_for_the_user() {
    let wrong = Candidate {
        endpoint: Endpoint::parse("npipe://x"),
        origin: "DOCKER_HOST".to_owned(),
    };
    let mut link = start(vec![wrong]);
    let (_, _, retry_at) = link.down().await;
    assert_eq!(retry_at, None);
    let waited = tokio::time::timeout(Duration::from_secs(3600), link.next()).await;
    assert!(waited.is_err(), "silence");
    link.again.notify_one();
    assert!(matches!(
        link.next().await,
        HostMsg::Link(Link::Connecting { attempt: 2 })
    ));
    link.down().await;
}

#[tokio::test(start_paused = true)]
async fn the_user_need_not_wait_for_the_next_attempt() {
    let fake = Fake::new(vec![]);
    fake.lists_denied.store(true, Ordering::Relaxed);
    let mut link = start(vec![fake.candidate("proxy")]);
    let (reason, ..) = link.down().await;
    assert_eq!(reason.why, "not allowed: needs CONTAINERS=1");
    tokio::time::sleep(Duration::from_secs(5)).await;
    while link.messages.try_recv().is_ok() {}
    fake.lists_denied.store(false, Ordering::Relaxed);
    let begun = Instant::now();
    link.again.notify_one();
    link.up().await;
    assert!(begun.elapsed() < Duration::from_millis(10));
    // While it is up, the same wish brings a fresh snapshot.
    link.again.notify_one();
    assert!(matches!(link.next().await, HostMsg::Snapshot(_)));
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_events_is_read_in_few_lists() {
    let rows: Vec<_> = (0..500)
        .map(|i| row(&format!("c{i}"), "running", "Up 1 hour"))
        .collect();
    let fake = Fake::new(rows);
    let mut link = start(vec![fake.candidate("demo")]);
    assert_eq!(link.up().await.len(), 500);
    for i in 0..500 {
        fake.emit("pause", &format!("c{i}"), i64::from(i) + 1);
    }
    let mut events = 0;
    while events < 500 {
        if let HostMsg::Events(batch) = link.next().await {
            events += batch.len();
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        fake.some.load(Ordering::Relaxed),
        0,
        "more than a hundred: one whole list"
    );
    assert!(fake.whole.load(Ordering::Relaxed) <= 3);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_listens() {
    let fake = Fake::new(vec![row("a", "running", "Up 3 hours")]);
    let mut link = start(vec![fake.candidate("demo")]);
    assert_eq!(link.up().await[0].state, RunState::Running);
    drop(link.messages);
    tokio::time::timeout(Duration::from_millis(10), link.task)
        .await
        .unwrap()
        .unwrap();
}

#[test]
fn fifty_clients_do_not_knock_together() {
    let engine = Candidate::new(
        Endpoint::Tcp {
            host: "web-01".to_owned(),
            port: 2375,
        },
        "test",
    );
    for failures in [0, 3, 9] {
        let mut pauses: Vec<Duration> = (0..50)
            .map(|_| Backoff { failures }.next(Some(&engine)))
            .collect();
        pauses.sort();
        pauses.dedup();
        assert!(pauses.len() > 40, "{failures}: {pauses:?}");
        let full = Duration::from_secs_f64(f64::min(0.25 * f64::from(1 << failures), 10.0));
        let within = |pause: &Duration| *pause >= full.mul_f64(0.75) && *pause <= full;
        assert!(pauses.iter().all(within), "{failures}: {pauses:?}");
    }
}
