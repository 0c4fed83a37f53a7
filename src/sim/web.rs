//! Plain pages of containers. Must not know whose they are.
use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::server::Shared;

/// An answer.
#[derive(Debug, Default)]
pub struct Page {
    pub status: u16,
    pub content: &'static str,
    pub body: String,
    /// Where it sends who asks; nowhere when empty.
    pub location: String,
}

impl Page {
    /// A page of words.
    pub fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            content: "text/plain; charset=utf-8",
            body: body.to_owned(),
            location: String::new(),
        }
    }
}

/// What a container answers at one of its ports: it cannot serve while it is not well.
pub fn page(shared: &Shared, container: &str, port: u16) -> Page {
    let world = shared.world();
    let found = world.containers.get(container);
    let page = found.and_then(|c| Some((c, c.spec.web.iter().find(|page| page.port == port)?)));
    let Some((container, page)) = page else {
        return Page::text(404, "not found\n");
    };
    if !container.is_well() {
        return Page::text(503, "service unavailable\n");
    }
    Page {
        status: page.status,
        content: "text/html; charset=utf-8",
        body: format!("<!doctype html><title>{}</title>\n", container.name),
        location: page.location.clone(),
    }
}

/// Serves a stream until it ends.
pub async fn serve<S>(stream: S, answer: impl Fn(&Request<Incoming>) -> Page)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let response = response(answer(&request));
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "simulated page: connection ended");
    }
}

fn response(page: Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(page.body)));
    *response.status_mut() = StatusCode::from_u16(page.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(page.content));
    if let Ok(location) = HeaderValue::from_str(&page.location)
        && !location.is_empty()
    {
        headers.insert(LOCATION, location);
    }
    response
}
