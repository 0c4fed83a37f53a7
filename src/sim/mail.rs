//! The mail servers of the simulated stack: containers that take mail and show it, each speaking as the real one does.
//! Mail comes by SMTP, and by itself as the scenario says. Must not know how streams come here.
mod compose;
mod mailhog;
mod mailpit;
mod plain;
mod smtp;
mod store;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};

use super::server::Shared;
pub use store::Store;

/// Where applications hand mail in, and where it is shown.
const SMTP: u16 = 1025;
const WEB: u16 = 8025;

/// Which server a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    MailHog,
    Mailpit,
}

impl Server {
    /// The one in this image, where it listens at this port.
    pub fn at(image: &str, port: u16) -> Option<Self> {
        let server = if image.contains("mailhog") {
            Self::MailHog
        } else if image.contains("mailpit") {
            Self::Mailpit
        } else {
            return None;
        };
        [SMTP, WEB].contains(&port).then_some(server)
    }
}

/// Serves a stream to a port of a mail server until it ends.
pub async fn serve<S>(shared: Arc<Shared>, server: Server, container: String, port: u16, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if port == SMTP {
        return smtp::serve(&shared, &container, stream).await;
    }
    let container = Arc::<str>::from(container);
    let service =
        service_fn(|request| answer(Arc::clone(&shared), server, Arc::clone(&container), request));
    let ended = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = ended.await {
        tracing::debug!(%error, "simulated mail server: connection ended");
    }
}

/// A request, taken apart.
struct Asked {
    method: Method,
    path: Vec<String>,
    query: super::api::Query,
    body: Bytes,
}

/// An answer: a status and what is in it.
enum Told {
    Json(Value),
    Bytes(&'static str, Vec<u8>),
    Nothing(u16),
    /// The server falls over in the middle of it.
    Dropped,
}

async fn answer(
    shared: Arc<Shared>,
    server: Server,
    container: Arc<str>,
    mut request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let path = super::api::segments(request.uri().path());
    let websocket = match server {
        Server::MailHog => ["api", "v2", "websocket"].as_slice(),
        Server::Mailpit => &["api", "events"],
    };
    if path == websocket && request.headers().contains_key(hyper::header::UPGRADE) {
        return Ok(store::upgrade(&shared, &container, &mut request));
    }
    let body = request
        .body_mut()
        .collect()
        .await
        .map_err(io::Error::other)?;
    let asked = Asked {
        method: request.method().clone(),
        query: super::api::Query::parse(request.uri().query().unwrap_or_default()),
        path,
        body: body.to_bytes(),
    };
    let told = shared.change_mail(&container, |store| match server {
        Server::MailHog => mailhog::answer(store, &asked),
        Server::Mailpit => mailpit::answer(store, &asked),
    });
    let (status, content, bytes) = match told {
        Told::Json(value) => (200, "application/json", value.to_string().into_bytes()),
        Told::Bytes(content, bytes) => (200, content, bytes),
        Told::Nothing(status) => (status, "text/plain", Vec::new()),
        Told::Dropped => return Err(io::ErrorKind::ConnectionReset.into()),
    };
    let mut response = Response::new(Full::new(Bytes::from(bytes)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content));
    Ok(response)
}
