//! Carries bytes between the terminal and a process until one side is done, keeps its size, and asks now and then whether
//! the engine is still there. Must not know what runs at the other end.
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Fuse, FusedFuture};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::ShellIo;
use super::detach::{Detach, WAIT};
use crate::engine::logs::Demux;
use crate::engine::raw::Hijacked;
use crate::engine::{Engine, Error};

/// When nothing came for this long, the engine is asked whether it is there.
const QUIET: Duration = Duration::from_secs(5);
/// So many questions in a row without an answer, and the link is dead.
const MISSES: u32 = 2;
/// How long a process may take to end after it was asked politely.
const POLITE: Duration = Duration::from_millis(300);
/// Between the interrupt and the end of input.
const BREATH: Duration = Duration::from_millis(50);
/// Typed bytes that may wait for a process which does not read, in bytes.
const UNREAD: usize = 1 << 20;

/// What is at the other end.
#[derive(Debug)]
pub(super) enum Far {
    /// An exec with a terminal.
    Exec(String),
    /// A container's own terminal.
    Terminal(String),
    /// A container's output in frames; nothing can be typed.
    Frames,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Pumped {
    /// The other end closed the pipe. Whether anything was typed for it before.
    Closed {
        typed: bool,
    },
    Detached,
    Lost(Error),
}

impl Far {
    async fn resize(&self, engine: &Engine, size: (u16, u16)) {
        match self {
            Self::Exec(id) => engine.resize_exec(id, size).await,
            Self::Terminal(id) => engine.resize_container(id, size).await,
            Self::Frames => {}
        }
    }

    /// Tells the size at once, after the first output (engines before 25 take it only then), and when it changes; one
    /// after the other, so that the last one holds.
    async fn keep_size(
        &self,
        engine: &Engine,
        mut size: watch::Receiver<(u16, u16)>,
        first: &Notify,
    ) -> Infallible {
        loop {
            let now = *size.borrow_and_update();
            self.resize(engine, now).await;
            tokio::select! {
                () = first.notified() => {}
                changed = size.changed() => if changed.is_err() {
                    first.notified().await;
                }
            }
        }
    }
}

pub(super) async fn pump(engine: &Engine, pipe: Hijacked, io: &mut ShellIo, far: &Far) -> Pumped {
    let (mut reader, mut writer) = split(pipe);
    let first = Notify::new();
    let mut sizing = pin!(far.keep_size(engine, io.size.clone(), &first));
    let mut probe = pin!(Fuse::terminated());
    let mut keys = Keys::new(&io.detach_keys, matches!(far, Far::Frames));
    let mut shown = Shown::new(far);
    let mut buffer = vec![0u8; 16 * 1024];
    let (mut heard, mut misses) = (Instant::now(), 0);
    loop {
        tokio::select! {
            never = &mut sizing => match never {},
            count = reader.read(&mut buffer) => {
                let bytes = match count {
                    Ok(0) => return Pumped::Closed { typed: keys.any },
                    Ok(count) => buffer.get(..count).unwrap_or_default(),
                    Err(error) => return Pumped::Lost(Error::from(error)),
                };
                if shown.nothing_yet() {
                    first.notify_one();
                }
                (heard, misses) = (Instant::now(), 0);
                match shown.take(bytes) {
                    Err(error) => return Pumped::Lost(error),
                    Ok(bytes) => if io.output.send(bytes).await.is_err() {
                        return leave(reader, writer, far).await;
                    }
                }
            }
            typed = io.input.recv(), if keys.unsent.len() < UNREAD => {
                if typed.is_none_or(|typed| keys.take(&typed)) {
                    return leave(reader, writer, far).await;
                }
            }
            () = sleep_until(keys.typed_at + WAIT), if keys.detach.holds() => keys.release(),
            written = writer.write(&keys.unsent), if !keys.unsent.is_empty() => match written {
                Ok(count) => { keys.unsent.drain(..count); }
                // The other end is closing: what it still says is read to its end.
                Err(_) => keys.stop(),
            },
            () = sleep_until(heard + QUIET), if probe.is_terminated() => probe.set(engine.ping().fuse()),
            answer = &mut probe, if !probe.is_terminated() => {
                heard = Instant::now();
                match answer {
                    Ok(()) => misses = 0,
                    Err(error @ Error::TimedOut { .. }) => {
                        misses += 1;
                        if misses >= MISSES {
                            return Pumped::Lost(error);
                        }
                        heard -= QUIET;
                    }
                    Err(error) => return Pumped::Lost(error),
                }
            }
        }
    }
}

/// What is typed, on its way.
struct Keys {
    detach: Detach,
    unsent: Vec<u8>,
    typed_at: Instant,
    /// Nothing is passed on: only the detach keys count.
    deaf: bool,
    any: bool,
}

impl Keys {
    fn new(detach_keys: &[u8], deaf: bool) -> Self {
        Self {
            detach: Detach::new(detach_keys),
            unsent: Vec::new(),
            typed_at: Instant::now(),
            deaf,
            any: false,
        }
    }

    /// True: the detach keys are complete.
    fn take(&mut self, typed: &[u8]) -> bool {
        self.typed_at = Instant::now();
        self.any = true;
        let (bytes, leaving) = self.detach.take(typed);
        self.send(&bytes);
        leaving
    }

    fn release(&mut self) {
        let held = self.detach.release();
        self.send(&held);
    }

    fn send(&mut self, bytes: &[u8]) {
        if !self.deaf {
            self.unsent.extend_from_slice(bytes);
        }
    }

    fn stop(&mut self) {
        self.deaf = true;
        self.unsent.clear();
    }
}

/// What is shown: a terminal's bytes as they are, frames as lines that a raw terminal shows.
struct Shown {
    frames: Option<Demux>,
    any: bool,
}

impl Shown {
    fn new(far: &Far) -> Self {
        Self {
            frames: matches!(far, Far::Frames).then(|| Demux::new(false)),
            any: false,
        }
    }

    fn nothing_yet(&self) -> bool {
        !self.any
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        self.any = true;
        let Some(demux) = &mut self.frames else {
            return Ok(bytes.to_vec());
        };
        let mut shown = Vec::with_capacity(bytes.len() + bytes.len() / 16);
        demux.push(bytes, |frame| {
            for byte in frame.bytes {
                if *byte == b'\n' {
                    shown.push(b'\r');
                }
                shown.push(*byte);
            }
        })?;
        Ok(shown)
    }
}

/// An exec is asked to end: interrupt, end of input, end of the pipe. A container's own process is left as it is: its input
/// must not end.
async fn leave(
    mut reader: ReadHalf<Hijacked>,
    mut writer: WriteHalf<Hijacked>,
    far: &Far,
) -> Pumped {
    if matches!(far, Far::Exec(_)) {
        let polite = async {
            writer.write_all(b"\x03").await?;
            sleep(BREATH).await;
            writer.write_all(b"\x04").await?;
            let mut sink = [0u8; 4096];
            while reader.read(&mut sink).await? > 0 {}
            writer.shutdown().await
        };
        let _late_or_gone = timeout(POLITE, polite).await;
    }
    Pumped::Detached
}
