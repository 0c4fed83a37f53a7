//! Connections that stop being HTTP after the head: exec and attach. Written by hand because engines answer both with
//! `101` and with a bare `200` followed by raw bytes, which no HTTP client lets through in both directions.
//! Must not know what flows afterwards.
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::{AGENT, within};
use crate::engine::connect::{BoxedIo, Connector};
use crate::engine::error::Error;

/// How long the head may take.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// Largest head, in bytes.
const HEAD_SIZE: usize = 32 * 1024;
/// How long the sentence of a refusal may take.
const REFUSAL_LIMIT: Duration = Duration::from_secs(2);

/// The raw pipe after the head. Shutting down its writing half tells the engine that input is over; reading goes on.
pub struct Hijacked {
    io: BoxedIo,
    /// What came in the same read as the head.
    ahead: Bytes,
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
    let (head, mut pipe) = within(HEAD_LIMIT, async {
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
            Err(Error::garbage("it does not open a raw connection"))
        }
        101 | 200..=299 => Ok((head.headers, pipe)),
        status => {
            let body = refusal(&head, &mut pipe).await;
            Err(Error::answer("POST", path, status, &body))
        }
    }
}

struct Head {
    status: u16,
    headers: HeaderMap,
}

impl Head {
    fn has(&self, name: &str, value: &str) -> bool {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.to_ascii_lowercase().contains(value))
    }

    fn length(&self) -> Option<usize> {
        self.headers
            .get("content-length")?
            .to_str()
            .ok()?
            .trim()
            .parse()
            .ok()
    }
}

async fn read_head(mut io: BoxedIo) -> Result<(Head, Hijacked), Error> {
    let mut come = Vec::with_capacity(1024);
    loop {
        if io.read_buf(&mut come).await? == 0 {
            return Err(if come.is_empty() {
                Error::Cut
            } else {
                Error::garbage("no HTTP")
            });
        }
        // Something else than HTTP is told at once, not after the limit.
        if !b"HTTP/1.".iter().zip(&come).all(|(a, b)| a == b) {
            return Err(Error::garbage("no HTTP"));
        }
        if let Some(end) = come.windows(4).position(|w| w == b"\r\n\r\n") {
            let ahead = Bytes::from(come.split_off(end + 4));
            let head =
                parse_head(&come[..end]).ok_or_else(|| Error::garbage("a broken HTTP head"))?;
            return Ok((head, Hijacked { io, ahead }));
        }
        if come.len() > HEAD_SIZE {
            return Err(Error::garbage("an endless HTTP head"));
        }
    }
}

fn parse_head(bytes: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((
                HeaderName::from_bytes(name.trim().as_bytes()).ok()?,
                HeaderValue::from_str(value.trim()).ok()?,
            ))
        })
        .collect();
    Some(Head { status, headers })
}

/// The sentence of an answer that is no pipe: what comes within two seconds, chunk sizes and all cut away.
async fn refusal(head: &Head, pipe: &mut Hijacked) -> Vec<u8> {
    let mut body = Vec::new();
    let wanted = head.length().unwrap_or(HEAD_SIZE).min(HEAD_SIZE);
    let read = async {
        while body.len() < wanted && !body.ends_with(b"\r\n0\r\n\r\n") {
            if pipe.read_buf(&mut body).await.unwrap_or(0) == 0 {
                break;
            }
        }
    };
    // Late words are lost; the status alone is told then.
    let _ = tokio::time::timeout(REFUSAL_LIMIT, read).await;
    let from = body.iter().position(|b| *b == b'{');
    let to = body.iter().rposition(|b| *b == b'}');
    match (from, to) {
        (Some(from), Some(to)) if from < to => body[from..=to].to_vec(),
        _ => body,
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
