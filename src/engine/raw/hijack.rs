//! Connections that stop being HTTP after the head: exec and attach. Written by hand because engines answer both with
//! `101` and with a bare `200` followed by raw bytes, which no HTTP client lets through in both directions.
//! Must not know what flows afterwards.
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use hyper::HeaderMap;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::flow::Flow;
use super::head::read_head;
use super::{AGENT, ERROR_BODY, ERROR_LIMIT, within};
use crate::engine::connect::{BoxedIo, Connector};
use crate::engine::error::Error;

/// How long the head may take.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// The raw pipe after the head. Shutting down its writing half tells the engine that input is over; reading goes on.
pub struct Hijacked {
    io: BoxedIo,
    /// What came in the same read as the head.
    ahead: Bytes,
}

impl Hijacked {
    pub(super) fn new(io: BoxedIo, ahead: Bytes) -> Self {
        Self { io, ahead }
    }
}

impl std::fmt::Debug for Hijacked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hijacked")
    }
}

/// Sends the POST and waits for the head.
pub(super) async fn open(
    connector: &Connector,
    authority: &str,
    path: &str,
    body: &Value,
) -> Result<(HeaderMap, Hijacked), Error> {
    let (head, pipe) = within(HEAD_LIMIT, async {
        connector.toll().ask();
        let mut io = connector.connect().await?;
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {AGENT}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n{body}",
            body.len()
        );
        io.write_all(request.as_bytes()).await?;
        io.flush().await?;
        read_head(io).await
    })
    .await?;
    match head.status {
        200..=299 if head.has("transfer-encoding", "chunked") => {
            Err(Error::garbage(|| say!("it does not open a raw connection")))
        }
        101 | 200..=299 => Ok((head.headers, pipe)),
        status => {
            let body = Flow::new(&head, pipe).some(ERROR_BODY, ERROR_LIMIT).await;
            Err(Error::answer("POST", path, status, &body))
        }
    }
}

impl AsyncRead for Hijacked {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.has_remaining() {
            let size = self.ahead.len().min(buf.remaining());
            buf.put_slice(&self.ahead.split_to(size));
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for Hijacked {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
