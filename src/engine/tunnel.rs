//! A stream to a port inside a container, through `nc` started there. Engines lose what is sent before their 101, tell of a
//! missing program on its output, and leave the program running when the connection goes: all three are seen to here.
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::sleep;

use super::exec::ExecRequest;
use super::logs::Demux;
use super::raw::Hijacked;
use super::wire::{escape, path, whole};
use super::{CALL_LIMIT, Engine, Error};
use crate::model::LogStream;

/// The engine answers before it has started the program: how often, and how far apart, it is asked whether it runs.
const STARTED_ASKS: u32 = 40;
const STARTED_PAUSE: Duration = Duration::from_millis(25);
/// No such program; one that cannot be run.
const MISSING: [i64; 2] = [126, 127];

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// The stream. Dropped before its end, it ends the process.
pub struct Tunnel {
    pipe: Hijacked,
    demux: Demux,
    ahead: BytesMut,
    engine: Engine,
    container: Arc<str>,
    mark: String,
    ended: bool,
}

impl Engine {
    /// Opens a stream to this port of the container's own loopback.
    ///
    /// # Errors
    /// As for [`Engine::exec`]; or the container has no `nc`.
    pub(super) async fn tunnel(&self, container: &Arc<str>, port: u16) -> Result<Tunnel, Error> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mark = format!("tunnel-{}-{number}", std::process::id());
        let request = ExecRequest {
            command: ["nc", "127.0.0.1", &port.to_string()]
                .map(str::to_owned)
                .to_vec(),
            stdin: true,
            mark: mark.clone(),
            ..ExecRequest::default()
        };
        let exec = self.exec(container, &request).await?;
        let mut tunnel = Tunnel {
            pipe: exec.pipe,
            demux: Demux::new(false),
            ahead: BytesMut::new(),
            engine: self.clone(),
            container: Arc::clone(container),
            mark,
            ended: false,
        };
        if let Some(code) = self.ended_at_once(&exec.id).await? {
            tunnel.ended = true;
            return Err(Error::unsupported(|| {
                if MISSING.contains(&code) {
                    say!("there is no nc in its image to reach it through").to_owned()
                } else {
                    say!(
                        "nothing listens on port {port} in it (nc ended with {code})",
                        port,
                        code
                    )
                }
            }));
        }
        Ok(tunnel)
    }

    /// Waits until a process runs, or has ended: its code then.
    async fn ended_at_once(&self, exec: &str) -> Result<Option<i64>, Error> {
        let asked = format!("/exec/{}/json", escape(exec));
        for _ in 0..STARTED_ASKS {
            let found = self.raw().get_json(&asked, 1 << 20, CALL_LIMIT).await?;
            // Some say that it runs before they have tried: not without a process.
            let process = whole(path(&found, &["Pid"])).is_some_and(|pid| pid > 0);
            if path(&found, &["Running"]) == &Value::Bool(true) && process {
                return Ok(None);
            }
            if let Some(code) = whole(path(&found, &["ExitCode"])) {
                return Ok(Some(code));
            }
            sleep(STARTED_PAUSE).await;
        }
        Err(Error::Cut)
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.ahead.is_empty() {
            let mut space = [0u8; 8192];
            let mut read = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut this.pipe).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                this.ended = true;
                return Poll::Ready(Ok(()));
            }
            let ahead = &mut this.ahead;
            let pushed = this.demux.push(read.filled(), |frame| {
                if frame.stream == LogStream::Stdout {
                    ahead.extend_from_slice(frame.bytes);
                }
            });
            pushed.map_err(|error| io::Error::other(error.to_string()))?;
        }
        let size = this.ahead.len().min(buf.remaining());
        buf.put_slice(this.ahead.get(..size).unwrap_or_default());
        this.ahead.advance(size);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(cx)
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        let running = tokio::runtime::Handle::try_current();
        let (false, Ok(runtime)) = (self.ended, running) else {
            return;
        };
        let (engine, container, mark) = (
            self.engine.clone(),
            Arc::clone(&self.container),
            self.mark.clone(),
        );
        runtime.spawn(async move {
            if let Err(error) = engine.end_session(&container, None, &mark).await {
                tracing::debug!(%error, "a tunnel's process could not be ended");
            }
        });
    }
}
