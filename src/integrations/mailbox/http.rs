//! HTTP to one mail server over streams that somebody else opens, each reply within a size and a time.
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::Trouble;
use crate::lang::Words;
use crate::text;

/// How long a server may be silent: a paused one takes connections and says nothing.
const HEAD: Duration = Duration::from_secs(5);
/// How long a whole reply may take: 16 MB over a slow line.
const WHOLE: Duration = Duration::from_secs(60);
/// Largest event of a server that tells of new mail; a MailHog puts the whole mail into it, three times.
const EVENT: usize = 24 << 20;

/// Anything that carries bytes both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// The one type every stream is boxed into.
pub type Stream = Box<dyn Duplex>;

/// Opens a stream to the server.
pub type Dial = Arc<dyn Fn() -> BoxFuture<'static, io::Result<Stream>> + Send + Sync>;

/// The client. It keeps one connection, where connections may be kept.
pub struct Http {
    dial: Dial,
    authority: String,
    /// `/mail`, or nothing.
    prefix: String,
    /// `Basic …`, for a server that asked for it.
    login: Option<String>,
    /// It asked.
    signs: AtomicBool,
    /// A kept connection would keep a process in the server's container.
    keep: bool,
    kept: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Http({}{})", self.authority, self.prefix)
    }
}

impl Http {
    /// `prefix` is the path that all others stand under, without slashes around it.
    pub fn new(dial: Dial, authority: &str, prefix: &str, keep: bool) -> Self {
        let prefix = prefix.trim_matches('/');
        Self {
            dial,
            authority: authority.to_owned(),
            prefix: if prefix.is_empty() {
                String::new()
            } else {
                format!("/{prefix}")
            },
            login: None,
            signs: AtomicBool::new(false),
            keep,
            kept: Mutex::new(None),
        }
    }

    /// The same for a server that may want `user:password`. It is told them once it has asked: what calls itself a mail server
    /// is not to collect what is meant for another.
    pub fn with_login(mut self, login: &str) -> Self {
        let coded = base64::engine::general_purpose::STANDARD.encode(login);
        self.login = (!login.is_empty()).then(|| format!("Basic {coded}"));
        self
    }

    /// Opens a stream to the server, for what is no HTTP.
    pub(super) async fn connect(&self) -> Result<Stream, Trouble> {
        match timeout(HEAD, (self.dial)()).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(Trouble::Unreachable(Words::ours(|| {
                clean(&error.to_string())
            }))),
            Err(_) => Err(Trouble::Unreachable(Words::ours(|| {
                say!("no connection within {seconds} s", seconds = HEAD.as_secs())
            }))),
        }
    }

    /// A GET and its whole reply of at most `limit` bytes.
    pub async fn get(&self, path: &str, limit: usize) -> Result<Bytes, Trouble> {
        self.ask(Method::GET, path, None, limit).await
    }

    pub(super) async fn delete(&self, path: &str, json: Option<String>) -> Result<Bytes, Trouble> {
        self.ask(Method::DELETE, path, json, 1 << 20).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        json: Option<String>,
        limit: usize,
    ) -> Result<Bytes, Trouble> {
        let signs = self.signs.load(Ordering::Relaxed);
        let reply = self.once(&method, path, json.as_deref(), limit).await;
        if signs || self.login.is_none() || !matches!(reply, Err(Trouble::Password)) {
            return reply;
        }
        self.signs.store(true, Ordering::Relaxed);
        self.once(&method, path, json.as_deref(), limit).await
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        json: Option<&str>,
        limit: usize,
    ) -> Result<Bytes, Trouble> {
        let request = self.request(method, path, json)?;
        let reply = async {
            let (sender, response) = timeout(HEAD, self.exchange(request))
                .await
                .map_err(|_| Trouble::Silent(HEAD))??;
            let status = response.status().as_u16();
            // Where it sends elsewhere, nothing is followed.
            if status >= 300 {
                let body = collect(response.into_body(), 64 * 1024)
                    .await
                    .unwrap_or_default();
                let said =
                    text::truncate(&clean(&String::from_utf8_lossy(&body)), 200).into_owned();
                return Err(match status {
                    401 => Trouble::Password,
                    status => Trouble::Status(status, said),
                });
            }
            let body = collect(response.into_body(), limit).await?;
            if self.keep {
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
            }
            Ok(body)
        };
        timeout(WHOLE, reply)
            .await
            .map_err(|_| Trouble::Silent(WHOLE))?
    }

    /// What it is told to be let in.
    fn signature(&self) -> Option<&str> {
        let login = self.login.as_deref();
        login.filter(|_| self.signs.load(Ordering::Relaxed))
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        json: Option<&str>,
    ) -> Result<Request<Full<Bytes>>, Trouble> {
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.prefix))
            .header(HOST, &self.authority);
        if let Some(login) = self.signature() {
            builder = builder.header(AUTHORIZATION, login);
        }
        if !self.keep {
            builder = builder.header(CONNECTION, "close");
        }
        if json.is_some() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        let body = Full::new(Bytes::from(json.unwrap_or_default().to_owned()));
        builder
            .body(body)
            .map_err(|error| Trouble::Odd(Words::as_is(error.to_string())))
    }

    /// Over the kept connection when it still stands. Only a GET is sent twice.
    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(SendRequest<Full<Bytes>>, Response<Incoming>), Trouble> {
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut request = request;
        if let Some(mut sender) = kept.filter(|sender| !sender.is_closed()) {
            let again = (request.method() == Method::GET).then(|| request.clone());
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((sender, response)),
                Err(mut failed) => match failed.take_message().or(again) {
                    Some(unsent) => request = unsent,
                    None => return Err(Trouble::Cut),
                },
            }
        }
        let stream = self.connect().await?;
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.map_err(|_| Trouble::Cut)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a mail server ended");
            }
        });
        let response = sender.send_request(request).await.map_err(|error| {
            if error.is_parse() {
                Trouble::Odd(Words::ours(|| say!("no HTTP")))
            } else {
                Trouble::Cut
            }
        })?;
        Ok((sender, response))
    }

    /// A websocket to this path.
    pub(super) async fn websocket(&self, path: &str) -> Result<WebSocketStream<Stream>, Trouble> {
        let odd = |error: &dyn fmt::Display| Trouble::Odd(Words::as_is(clean(&error.to_string())));
        let url = format!("ws://{}{}{path}", self.authority, self.prefix);
        let mut request = url.into_client_request().map_err(|error| odd(&error))?;
        if let Some(login) = self.signature().and_then(|login| login.parse().ok()) {
            request.headers_mut().insert(AUTHORIZATION, login);
        }
        let stream = self.connect().await?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(EVENT))
            .max_frame_size(Some(EVENT));
        let shaken = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        match timeout(HEAD, shaken).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(error)) => Err(odd(&error)),
            Err(_) => Err(Trouble::Silent(HEAD)),
        }
    }
}

/// The whole body; as soon as it passes `limit` bytes, what came so far.
async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, Trouble> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Trouble::Cut)?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > limit {
            return Err(Trouble::TooLarge { limit, head: whole });
        }
        whole.extend_from_slice(&data);
    }
    Ok(Bytes::from(whole))
}

fn clean(words: &str) -> String {
    text::sanitise_ident(words.trim().as_bytes())
}

/// An id as a part of a path.
pub(super) fn escaped(id: &str) -> String {
    let mut path = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}
