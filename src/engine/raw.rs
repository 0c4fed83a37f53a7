//! A small HTTP client of our own on the same connector as bollard, for what bollard cannot say or reads wrongly: lists
//! and events with unknown values, exact log resumption, upgraded terminals, time limits on bodies, kept connections.
//! Paths are sent without a version prefix: every engine then speaks its newest. Must not know what the answers mean.
mod flow;
mod gather;
mod head;
pub mod hijack;
pub mod lines;
mod pool;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::http::request;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub use self::flow::Flow;
pub use self::gather::rest;
pub use self::hijack::Hijacked;
pub use self::lines::JsonLines;
use self::pool::Pool;
use super::connect::Connector;
use super::error::Error;

/// Most bytes read of an answer that tells of an error.
const ERROR_BODY: usize = 64 * 1024;
/// How long the rest of an error answer may take.
const ERROR_LIMIT: Duration = Duration::from_secs(2);

/// The client. Cheap to clone; clones share the kept connections.
#[derive(Clone, Debug)]
pub struct Raw {
    connector: Connector,
    authority: Arc<str>,
    pool: Arc<Pool>,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Largest answer to a call that changes something, in bytes: a prune names each layer it removed.
const ANSWER: usize = 16 << 20;

impl Raw {
    /// `authority` goes into the Host header: `localhost` for sockets, `host:port` for the network.
    pub fn new(connector: Connector, authority: &str) -> Self {
        Self {
            connector,
            authority: Arc::from(authority),
            pool: Arc::new(Pool::default()),
        }
    }

    /// Connections kept without an answer under way.
    pub(super) fn kept(&self) -> u64 {
        self.pool.len() as u64
    }

    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// A GET on a connection of its own, for streams: waits `head` for the response's head, no limit on the body.
    /// A status of 400 or more is `Error::Server`. Dropping the body closes the connection.
    pub async fn get(&self, path: &str, head: Duration) -> Result<Response<Incoming>, Error> {
        let request = self.request(Method::GET, path, &Value::Null)?;
        self.stream(request, head).await
    }

    /// The same for any request; see [`Self::builder`].
    pub async fn stream<B>(
        &self,
        request: Request<B>,
        head: Duration,
    ) -> Result<Response<Incoming>, Error>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let response = within(head, async {
            let io = self.connector.connect().await?;
            let mut sender = handshake(io).await?;
            Ok(sender.send_request(request).await?)
        })
        .await?;
        if response.status().as_u16() < 400 {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let body = within(ERROR_LIMIT, collect(response.into_body(), ERROR_BODY))
            .await
            .unwrap_or_default();
        Err(Error::answer(method.as_str(), &path, status, &body))
    }

    /// The same for what comes in many small chunks, such as a log; see [`Flow`].
    pub async fn flow(&self, path: &str, limit: Duration) -> Result<Flow, Error> {
        let (head, pipe) = within(limit, async {
            self.connector.toll().ask();
            let mut io = self.connector.connect().await?;
            let host = &self.authority;
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\n\r\n");
            io.write_all(request.as_bytes()).await?;
            io.flush().await?;
            head::read_head(io).await
        })
        .await?;
        let flow = Flow::new(&head, pipe);
        if head.status < 400 {
            return Ok(flow);
        }
        let body = flow.some(ERROR_BODY, ERROR_LIMIT).await;
        Err(Error::answer("GET", path, head.status, &body))
    }

    /// A GET whose whole answer (at most `limit` bytes) comes within `deadline`, over a kept connection.
    pub async fn get_bytes(
        &self,
        path: &str,
        limit: usize,
        deadline: Duration,
    ) -> Result<Answer, Error> {
        let request = self.request(Method::GET, path, &Value::Null)?;
        self.whole(request, limit, deadline).await
    }

    /// A GET answered by JSON.
    pub async fn get_json(
        &self,
        path: &str,
        limit: usize,
        deadline: Duration,
    ) -> Result<Value, Error> {
        let answer = self.get_bytes(path, limit, deadline).await?;
        parse(&answer.body)
    }

    /// A POST with a JSON body (none for `Value::Null`); the answer is `Value::Null` when it is empty.
    /// Statuses below 400, 304 among them, are returned.
    pub async fn post_json(
        &self,
        path: &str,
        body: &Value,
        deadline: Duration,
    ) -> Result<(StatusCode, Value), Error> {
        let request = self.request(Method::POST, path, body)?;
        let answer = self.whole(request, ANSWER, deadline).await?;
        let value = if answer.body.trim_ascii().is_empty() {
            Value::Null
        } else {
            parse(&answer.body)?
        };
        Ok((answer.status, value))
    }

    /// A POST that turns the connection into a raw pipe; see [`hijack`]. The head must come within 10 s.
    pub async fn upgrade(&self, path: &str, body: &Value) -> Result<(HeaderMap, Hijacked), Error> {
        hijack::open(&self.connector, &self.authority, path, body).await
    }

    /// One request and its whole answer (at most `limit` bytes), errors mapped.
    pub async fn whole(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
        deadline: Duration,
    ) -> Result<Answer, Error> {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        within(deadline, async {
            let (sender, response) = self.exchange(request).await?;
            let (head, incoming) = response.into_parts();
            let bad = head.status.as_u16() >= 400;
            let bytes = collect(incoming, if bad { ERROR_BODY } else { limit }).await;
            if bad {
                let bytes = bytes.unwrap_or_default();
                let status = head.status.as_u16();
                return Err(Error::answer(method.as_str(), &path, status, &bytes));
            }
            let body = bytes?;
            self.pool.put(sender);
            Ok(Answer {
                status: head.status,
                headers: head.headers,
                body,
            })
        })
        .await
    }

    /// Sends over a kept connection when there is one. A kept connection that turns out dead is replaced, if nothing
    /// of the request was sent, or if asking twice does no harm.
    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(SendRequest<Full<Bytes>>, Response<Incoming>), Error> {
        let mut request = request;
        while let Some(mut sender) = self.pool.take() {
            let again = (request.method() == Method::GET).then(|| request.clone());
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((sender, response)),
                Err(mut failed) => match failed.take_message().or(again) {
                    Some(unsent) => request = unsent,
                    None => return Err(Error::from(failed.into_error())),
                },
            }
        }
        let mut sender = handshake(self.connector.connect().await?).await?;
        let response = sender.send_request(request).await?;
        Ok((sender, response))
    }

    /// A request with the headers that all have.
    pub fn builder(&self, method: Method, path: &str) -> request::Builder {
        self.connector.toll().ask();
        Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &*self.authority)
            .header(USER_AGENT, AGENT)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Request<Full<Bytes>>, Error> {
        let mut builder = self.builder(method, path);
        let bytes = if body.is_null() {
            Bytes::new()
        } else {
            builder = builder.header(CONTENT_TYPE, "application/json");
            Bytes::from(body.to_string())
        };
        built(builder, Full::new(bytes))
    }
}

/// The request, whole.
pub(super) fn built<B>(builder: request::Builder, body: B) -> Result<Request<B>, Error> {
    builder
        .body(body)
        .map_err(|e| Error::endpoint(|| e.to_string()))
}

/// How we call ourselves.
pub(super) const AGENT: &str = concat!("stacktui/", env!("CARGO_PKG_VERSION"));

/// A connection, driven by its own task until both ends let go.
pub(super) async fn handshake<B>(
    io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> Result<SendRequest<B>, Error>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (sender, connection) = http1::Builder::new()
        .max_headers(128)
        .handshake(TokioIo::new(io))
        .await?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection to the engine ended");
        }
    });
    Ok(sender)
}

/// `future`, given up after `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(limit, future)
        .await
        .unwrap_or(Err(Error::TimedOut { after: limit }))
}

/// The whole body, or `TooLarge` as soon as it passes `limit` bytes.
async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, Error> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(Error::TooLarge { limit });
    }
    let mut whole = Vec::with_capacity(announced as usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > limit {
            return Err(Error::TooLarge { limit });
        }
        whole.extend_from_slice(&data);
    }
    Ok(Bytes::from(whole))
}

/// JSON out of bytes; broken UTF-8 is replaced rather than refused.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(bytes)
        .or_else(|_| serde_json::from_str(&String::from_utf8_lossy(bytes)))
        .map_err(|error| Error::garbage(|| say!("no JSON: {error}", error)))
}
