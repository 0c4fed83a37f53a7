//! Logs on the wire, followed or not, and attaching. Must not know what is said in them.
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::Stream;

use super::Call;
use super::answer::{self, Answer};
use crate::sim::clock::{MILLI, Ns, parse_moment};
use crate::sim::logs::frames::{self, Piece};
use crate::sim::logs::{Cursor, Output, Record};
use crate::sim::server::Shared;
use crate::sim::world::{Refusal, World};

/// Bytes that go out in one piece, about.
const CHUNK: usize = 32 * 1024;
/// What comes within so long goes out together when a log is followed.
const TOGETHER: Ns = 20 * MILLI;

/// What a reader wants.
#[derive(Debug, Clone)]
struct Wanted {
    stdout: bool,
    stderr: bool,
    timestamps: bool,
    since: Ns,
    until: Ns,
    tail: Option<usize>,
    follow: bool,
    /// Whether to wait for the next run of a container that does not run.
    next_run: bool,
    raw: bool,
}

/// Answers `containers/{who}/logs`.
pub fn answer(call: &Call, who: &str) -> Answer {
    let world = call.shared.world();
    let container = world.get(who)?;
    let (id, raw) = (container.id.clone(), container.spec.tty);
    if !readable(&container.spec.log_driver) {
        let words = "configured logging driver does not support reading";
        return Err(Refusal::new(501, words));
    }
    let (stdout, stderr) = (call.query.on("stdout"), call.query.on("stderr"));
    if !stdout && !stderr {
        let words = "Bad parameters: you must choose at least one stream";
        return Err(Refusal::new(400, words));
    }
    let moment = |key: &str, default: Ns| match call.query.get(key) {
        None | Some("" | "0") => Ok(default),
        Some(text) => parse_moment(text)
            .ok_or_else(|| Refusal::new(400, format!("invalid value for \"{key}\": {text}"))),
    };
    let wanted = Wanted {
        stdout,
        stderr,
        timestamps: call.query.on("timestamps"),
        since: moment("since", 0)?,
        until: moment("until", Ns::MAX)?,
        tail: call.query.get("tail").and_then(|tail| tail.parse().ok()),
        follow: call.query.on("follow"),
        next_run: false,
        raw,
    };
    let content = match (world.engine.api.as_str() >= "1.42", raw) {
        (false, _) => None,
        (true, true) => Some("application/vnd.docker.raw-stream"),
        (true, false) => Some("application/vnd.docker.multiplexed-stream"),
    };
    drop(world);
    let stream = read(Arc::clone(&call.shared), id, wanted);
    Ok(answer::stream(content, stream))
}

fn readable(driver: &str) -> bool {
    driver != "none"
}

/// Attaches to a container's output; input is taken and forgotten.
pub fn attach(call: &mut Call, who: &str) -> Answer {
    let world = call.shared.world();
    let container = world.get(who)?;
    let (id, raw) = (container.id.clone(), container.spec.tty);
    drop(world);
    let logs = call.query.on("logs");
    let wanted = Wanted {
        stdout: call.query.on("stdout"),
        stderr: call.query.on("stderr"),
        timestamps: false,
        since: 0,
        until: Ns::MAX,
        tail: if logs { None } else { Some(0) },
        follow: call.query.on("stream"),
        next_run: true,
        raw,
    };
    let shared = Arc::clone(&call.shared);
    super::exec::hijack(call, raw, move |stream| async move {
        use tokio::io::AsyncWriteExt as _;
        let (mut input, mut output) = tokio::io::split(stream);
        let (own, attached) = (Arc::clone(&shared), id.clone());
        let forget = async move {
            // Input ends when the client is gone; output alone decides when attaching ends.
            let _ = tokio::io::copy(&mut input, &mut tokio::io::sink()).await;
            let ends = |world: &World| {
                world
                    .containers
                    .get(&attached)
                    .is_some_and(|c| c.stdin_once)
            };
            if ends(&own.world()) {
                // It may have ended by itself already.
                let _ = own.change(|world, now| world.kill(&attached, "KILL", now));
            }
            std::future::pending::<()>().await;
        };
        let show = async move {
            let mut pieces = std::pin::pin!(read(shared, id, wanted));
            while let Some(piece) = futures::StreamExt::next(&mut pieces).await {
                if output.write_all(&piece).await.is_err() {
                    return;
                }
            }
            // The other side may be gone already.
            let _ = output.shutdown().await;
        };
        tokio::select! {
            () = forget => {}
            () = show => {}
        }
    })
}

struct Reader {
    shared: Arc<Shared>,
    id: String,
    wanted: Wanted,
    run: u64,
    cursor: Cursor,
    waiting: VecDeque<Piece>,
    followed_from: Ns,
}

fn read(shared: Arc<Shared>, id: String, wanted: Wanted) -> impl Stream<Item = Bytes> + Send {
    let reader = Reader::open(shared, id, wanted);
    futures::stream::unfold(reader, |reader| async move {
        let mut reader = reader?;
        let piece = reader.piece().await?;
        Some((piece, Some(reader)))
    })
}

impl Reader {
    fn open(shared: Arc<Shared>, id: String, wanted: Wanted) -> Option<Self> {
        let now = shared.clock.now();
        let world = shared.world();
        let container = world.containers.get(&id)?;
        let voice = world.voices.get(&container.spec.voice)?;
        let mut waiting = VecDeque::new();
        let mut cursor = container.tape.start();
        if let Some(tail) = wanted.tail {
            cursor = container.tape.end(now);
            let mut back = cursor;
            while waiting.len() < tail {
                let Some(record) = container.tape.back(&mut back, now, voice) else {
                    break;
                };
                for piece in frames::pieces(&record).rev() {
                    waiting.push_front(piece);
                }
            }
            let extra = waiting.len().saturating_sub(tail);
            waiting.drain(..extra);
        }
        let run = container.run + u64::from(wanted.next_run && !container.alive());
        drop(world);
        Some(Self {
            shared,
            id,
            wanted,
            run,
            cursor,
            waiting,
            followed_from: now,
        })
    }

    /// The next bytes; none at the end.
    async fn piece(&mut self) -> Option<Bytes> {
        loop {
            let mut out = BytesMut::new();
            let over = self.fill(&mut out);
            if !out.is_empty() {
                return Some(out.freeze());
            }
            if over {
                return None;
            }
            self.wait().await;
        }
    }

    /// Writes what has been said; true when nothing will follow.
    fn fill(&mut self, out: &mut BytesMut) -> bool {
        while out.len() < CHUNK {
            if self.waiting.is_empty() {
                match self.next() {
                    Ok(record) => self.waiting.extend(frames::pieces(&record)),
                    Err(over) => return over,
                }
            }
            while let Some(piece) = self.waiting.pop_front() {
                if piece.at > self.wanted.until {
                    return true;
                }
                let wanted = match piece.output {
                    Output::Stdout => self.wanted.stdout,
                    Output::Stderr => self.wanted.stderr,
                };
                if wanted && piece.at >= self.wanted.since {
                    frames::write(out, &piece, self.wanted.timestamps, self.wanted.raw);
                }
            }
        }
        false
    }

    /// The next record, or whether there will never be one.
    fn next(&mut self) -> Result<Record, bool> {
        let now = self.shared.clock.now();
        let world = self.shared.world();
        let container = world.containers.get(&self.id).ok_or(true)?;
        let voice = world.voices.get(&container.spec.voice).ok_or(true)?;
        // Without following, what is said while reading is not read.
        let end = if self.wanted.follow {
            now
        } else {
            self.followed_from
        };
        if let Some(record) = container.tape.next(&mut self.cursor, end, self.run, voice) {
            return Ok(record);
        }
        let lives = container.run < self.run || (container.run == self.run && container.alive());
        Err(!self.wanted.follow || !lives || now > self.wanted.until)
    }

    async fn wait(&self) {
        let mut changed = self.shared.changed.subscribe();
        let now = self.shared.clock.now();
        let due = {
            let world = self.shared.world();
            let container = world.containers.get(&self.id);
            container.and_then(|container| container.tape.due(self.cursor))
        };
        let until = self.wanted.until.saturating_add(1);
        let due = due
            .unwrap_or(Ns::MAX)
            .max(now + TOGETHER)
            .min(until.max(now));
        let nap = Duration::from_nanos(u64::try_from(due - now).unwrap_or(0));
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            _ = changed.changed() => {}
        }
    }
}
