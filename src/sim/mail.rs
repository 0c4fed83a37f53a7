//! The mail servers of the simulated stack: containers that take mail and show it, each speaking as the real one does.
//! Mail comes by SMTP, and by itself as the scenario says. Must not know how streams come here.
mod compose;
mod mailhog;
mod mailpit;
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
use super::world::{Phase, World};
pub use store::Store;

/// Where applications hand mail in, and where it is shown.
const SMTP: u16 = 1025;
const WEB: u16 = 8025;

/// Which server a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    MailHog,
    Mailpit,
}

/// What a stream to an address leads to.
#[derive(Debug)]
pub struct Place {
    container: String,
    server: Server,
    port: u16,
    frozen: bool,
}

impl Place {
    /// The mail server that listens there; its own loopback is where `who` is given.
    pub fn find(world: &World, who: Option<&str>, address: &str, port: u16) -> Option<Self> {
        let all = world.containers.values().filter(|c| c.alive());
        for container in all {
            let image = &container.spec.image;
            let server = if image.contains("mailhog") {
                Server::MailHog
            } else if image.contains("mailpit") {
                Server::Mailpit
            } else {
                continue;
            };
            let inner = match who {
                Some(who) => container.id == who,
                None => container.endpoints.iter().any(|e| e.address == address),
            };
            let published = container
                .spec
                .ports
                .iter()
                .find(|p| p.host.as_ref().is_some_and(|(_, public)| *public == port));
            let port = match published {
                Some(published) if who.is_none() && address.starts_with("127.") => published.inside,
                _ if inner => port,
                _ => continue,
            };
            if port == SMTP || port == WEB {
                return Some(Self {
                    container: container.id.clone(),
                    server,
                    port,
                    frozen: container.phase == Phase::Paused,
                });
            }
        }
        None
    }
}

/// Serves a stream until it ends.
pub async fn serve<S>(shared: Arc<Shared>, place: Place, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if place.frozen {
        // The kernel takes the connection; the program says nothing.
        return std::future::pending().await;
    }
    if place.port == SMTP {
        return smtp::serve(&shared, &place.container, stream).await;
    }
    let place = Arc::new(place);
    let service = service_fn(|request| answer(Arc::clone(&shared), Arc::clone(&place), request));
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = served.await {
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
    place: Arc<Place>,
    mut request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let path = super::api::segments(request.uri().path());
    let websocket = match place.server {
        Server::MailHog => ["api", "v2", "websocket"].as_slice(),
        Server::Mailpit => &["api", "events"],
    };
    if path == websocket && request.headers().contains_key(hyper::header::UPGRADE) {
        return Ok(store::upgrade(&shared, &place.container, &mut request));
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
    let told = shared.change_mail(&place.container, |store| match place.server {
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
