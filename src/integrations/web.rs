//! One HTTP request over one byte stream that somebody else opened, its reply within a size. Must not know what it means.
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, USER_AGENT};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::text;

/// How we call ourselves.
const AGENT: &str = concat!("stacktui/", env!("CARGO_PKG_VERSION"));

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Empty where only the head was wanted.
    pub body: Bytes,
}

/// A GET of `path` at `host`. With a `limit` of 0 the body is not waited for. An error is in words that are safe to show.
pub async fn get(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    host: &str,
    path: &str,
    limit: usize,
) -> Result<Reply, String> {
    let told = |error: &dyn std::fmt::Display| text::sanitise_ident(error.to_string().as_bytes());
    let request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, AGENT)
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| told(&error))?;
    let handshake = http1::Builder::new()
        .max_headers(128)
        .handshake(TokioIo::new(stream))
        .await;
    let (mut sender, connection) = handshake.map_err(|error| told(&error))?;
    let driver = tokio::spawn(connection);
    let reply = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| told(&error))?;
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut whole: Vec<u8> = Vec::new();
        while limit > 0
            && let Some(frame) = body.frame().await
        {
            let Ok(data) = frame.map_err(|error| told(&error))?.into_data() else {
                continue;
            };
            if whole.len() + data.len() > limit {
                return Err(say!("its reply is greater than {limit} bytes", limit));
            }
            whole.extend_from_slice(&data);
        }
        let body = Bytes::from(whole);
        Ok(Reply { status, body })
    };
    let reply = reply.await;
    driver.abort();
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// What a server that answers so is asked, and what is made of its answer.
    async fn ask(answer: &'static [u8], limit: usize) -> (String, Result<Reply, String>) {
        let (near, mut far) = duplex(64 * 1024);
        let server = tokio::spawn(async move {
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                if far.read_buf(&mut asked).await.unwrap() == 0 {
                    break;
                }
            }
            let _gone = far.write_all(answer).await;
            String::from_utf8(asked).unwrap()
        });
        let reply = get(near, "shop.example", "/x", limit).await;
        (server.await.unwrap(), reply)
    }

    #[tokio::test]
    async fn the_host_asked_for_is_the_routes_own() {
        let (asked, reply) = ask(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", 100).await;
        assert!(
            asked.starts_with("GET /x HTTP/1.1\r\nhost: shop.example\r\n"),
            "{asked}"
        );
        let reply = reply.unwrap();
        assert_eq!((reply.status, &*reply.body), (200, &b"hi"[..]));
    }

    #[tokio::test]
    async fn a_reply_is_bounded_and_its_head_alone_is_enough() {
        let (_, reply) = ask(
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nmuch too long",
            4,
        )
        .await;
        assert!(reply.unwrap_err().contains("greater"));
        let (_, reply) = ask(b"HTTP/1.1 302 Found\r\ncontent-length: 1000000\r\n\r\n", 0).await;
        assert_eq!(reply.unwrap().status, 302);
        let (_, reply) = ask(b"220 smtp.example ESMTP\r\n", 100).await;
        assert!(reply.is_err());
    }
}
