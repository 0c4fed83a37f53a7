//! What a mail server holds, and who listens for new mail. Must not know which server it is.
use std::sync::Arc;

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderName, HeaderValue, UPGRADE};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::sim::clock::Ns;
use crate::sim::server::Shared;

/// One captured mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// As this server names it.
    pub id: String,
    /// When it came.
    pub at: Ns,
    /// Sender of the envelope.
    pub from: String,
    /// Recipients of the envelope.
    pub to: Vec<String>,
    /// The message.
    pub data: String,
}

/// The mails of one server, the oldest first.
#[derive(Debug)]
pub struct Store {
    /// All of them.
    pub mails: Vec<Captured>,
    /// Counts those that came; who listens is told.
    pub came: watch::Sender<u64>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            mails: Vec::new(),
            came: watch::Sender::new(0),
        }
    }
}

impl Store {
    /// Takes a mail.
    pub fn take(&mut self, mail: Captured) {
        self.mails.push(mail);
        self.came.send_modify(|count| *count += 1);
    }

    /// The newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Captured> {
        self.mails.iter().rev()
    }
}

/// Turns a request into a websocket that says a word for each mail that comes.
pub(super) fn upgrade(
    shared: &Arc<Shared>,
    container: &str,
    request: &mut Request<Incoming>,
) -> Response<Full<Bytes>> {
    let key = request.headers().get("sec-websocket-key");
    let accept = derive_accept_key(key.map_or(&[], HeaderValue::as_bytes));
    let came = shared
        .world()
        .mail
        .entry(container.to_owned())
        .or_default()
        .came
        .subscribe();
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let stream = TokioIo::new(upgraded);
            tell(
                WebSocketStream::from_raw_socket(stream, Role::Server, None).await,
                came,
            )
            .await;
        }
    });
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert(HeaderName::from_static("sec-websocket-accept"), accept);
    }
    response
}

async fn tell<S>(mut socket: WebSocketStream<S>, mut came: watch::Receiver<u64>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        tokio::select! {
            changed = came.changed() => {
                let word = Message::text("{\"Type\":\"new\"}");
                if changed.is_err() || socket.send(word).await.is_err() {
                    return;
                }
            }
            heard = socket.next() => if !matches!(heard, Some(Ok(_))) {
                return;
            },
        }
    }
}
