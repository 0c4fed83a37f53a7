//! The head of an HTTP answer, read by hand, for connections whose body is not left to an HTTP client. Must not know what
//! flows afterwards.
use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use tokio::io::AsyncReadExt;

use super::Hijacked;
use crate::engine::connect::BoxedIo;
use crate::engine::error::Error;

/// Largest head, in bytes.
const HEAD_SIZE: usize = 32 * 1024;

pub(super) struct Head {
    pub status: u16,
    pub headers: HeaderMap,
}

impl Head {
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.to_ascii_lowercase().contains(value))
    }

    pub fn length(&self) -> Option<usize> {
        self.headers
            .get("content-length")?
            .to_str()
            .ok()?
            .trim()
            .parse()
            .ok()
    }
}

/// The head, and the connection behind it.
pub(super) async fn read_head(mut io: BoxedIo) -> Result<(Head, Hijacked), Error> {
    let mut come = Vec::with_capacity(1024);
    loop {
        if io.read_buf(&mut come).await? == 0 {
            return Err(if come.is_empty() {
                Error::Cut
            } else {
                Error::garbage(|| say!("no HTTP"))
            });
        }
        // Something else than HTTP is told at once, not after the limit.
        if !b"HTTP/1.".iter().zip(&come).all(|(a, b)| a == b) {
            return Err(Error::garbage(|| say!("no HTTP")));
        }
        if let Some(end) = come.windows(4).position(|w| w == b"\r\n\r\n") {
            let ahead = Bytes::from(come.split_off(end + 4));
            let head = parse_head(&come[..end])
                .ok_or_else(|| Error::garbage(|| say!("a broken HTTP head")))?;
            return Ok((head, Hijacked::new(io, ahead)));
        }
        if come.len() > HEAD_SIZE {
            return Err(Error::garbage(|| say!("an endless HTTP head")));
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
