//! The Engine API over HTTP: versions, faults, routes. Must not know how the world changes; each
//! path group has its own file.
mod answer;
mod archive;
mod containers;
mod events;
mod exec;
mod images;
mod inspect;
mod links;
mod logs;
mod processes;
mod query;
mod stats;
mod swarm;
mod system;
mod verbs;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Method, Request, Response};

use super::server::{Fault, Shared};
use super::world::Refusal;
use answer::{Answer, Body};
pub use query::{Query, segments};

/// What a path group gets: the engine, the decoded request without its version.
#[derive(Debug)]
struct Call {
    shared: Arc<Shared>,
    method: Method,
    path: Vec<String>,
    query: Query,
    request: Option<Request<Incoming>>,
}

impl Call {
    /// The body, whole.
    async fn body(&mut self) -> Result<Bytes, Refusal> {
        let Some(request) = &mut self.request else {
            return Ok(Bytes::new());
        };
        let collected = request.body_mut().collect().await;
        let wrong = |error: hyper::Error| Refusal::new(400, error.to_string());
        Ok(collected.map_err(wrong)?.to_bytes())
    }

    /// The body as JSON; an empty one is the default.
    async fn json<T: serde::de::DeserializeOwned + Default>(&mut self) -> Result<T, Refusal> {
        let bytes = self.body().await?;
        if bytes.is_empty() {
            return Ok(T::default());
        }
        serde_json::from_slice(&bytes).map_err(|error| Refusal::new(400, error.to_string()))
    }
}

/// Answers a request. An error cuts the connection.
pub async fn handle(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Body>, io::Error> {
    shared.count();
    let fault = wait_out(&shared).await;
    if fault == Some(Fault::Refuse) {
        let words = "403 Forbidden: request forbidden by administrative rules";
        return Ok(finish(&shared, answer::refusal(&Refusal::new(403, words))));
    }
    let head = request.method() == Method::HEAD;
    let response = match route(&shared, request).await {
        Ok(response) => response,
        Err(refusal) => answer::refusal(&refusal),
    };
    let mut response = finish(&shared, response);
    if head {
        *response.body_mut() = answer::empty_body();
    }
    if fault == Some(Fault::Cut) {
        return answer::cut(response).await;
    }
    Ok(response)
}

/// Waits as the fault in force wants; the fault then in force.
async fn wait_out(shared: &Shared) -> Option<Fault> {
    let mut faults = shared.fault.subscribe();
    loop {
        let fault = *faults.borrow_and_update();
        match fault {
            Some(Fault::Slow(delay)) => {
                tokio::time::sleep(delay).await;
                return fault;
            }
            Some(Fault::Hang) if faults.changed().await.is_ok() => {}
            fault => return fault,
        }
    }
}

/// Adds the headers every answer has.
fn finish(shared: &Shared, mut response: Response<Body>) -> Response<Body> {
    use hyper::header::{HeaderName, HeaderValue, SERVER};
    let world = shared.world();
    let value = |text: &str| HeaderValue::from_str(text).ok();
    let server = value(&format!("Docker/{} (linux)", world.engine.version));
    let all = [
        (
            HeaderName::from_static("api-version"),
            value(&world.engine.api),
        ),
        (
            HeaderName::from_static("docker-experimental"),
            value("false"),
        ),
        (HeaderName::from_static("ostype"), value("linux")),
        (SERVER, server),
    ];
    for (name, value) in all {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn route(shared: &Arc<Shared>, request: Request<Incoming>) -> Answer {
    let mut path = segments(request.uri().path());
    let version = path.first().and_then(|first| first.strip_prefix('v'));
    if let Some(version) = version.filter(|version| version.contains('.')) {
        check_version(shared, version)?;
        path.remove(0);
    }
    let mut call = Call {
        shared: Arc::clone(shared),
        method: request.method().clone(),
        query: Query::parse(request.uri().query().unwrap_or_default()),
        path,
        request: Some(request),
    };
    match call.path.first().map(String::as_str) {
        Some("containers") => containers::route(&mut call).await,
        Some("exec") => exec::route(&mut call).await,
        Some("events") => events::answer(&call),
        Some("images" | "distribution") => images::route(&mut call).await,
        Some("networks" | "volumes") => links::route(&mut call).await,
        Some("services" | "nodes" | "tasks") => swarm::route(&mut call).await,
        _ => system::route(&call),
    }
}

/// The refusal of unknown paths.
fn not_found() -> Refusal {
    Refusal::new(404, "page not found")
}

fn check_version(shared: &Shared, version: &str) -> Result<(), Refusal> {
    let number = |text: &str| -> Option<(u32, u32)> {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let world = shared.world();
    let (newest, oldest) = (&world.engine.api, &world.engine.min_api);
    let asked = number(version).ok_or_else(not_found)?;
    if number(newest).is_some_and(|newest| asked > newest) {
        let words = format!(
            "client version {version} is too new. Maximum supported API version is {newest}"
        );
        return Err(Refusal::new(400, words));
    }
    if number(oldest).is_some_and(|oldest| asked < oldest) {
        let words = format!(
            "client version {version} is too old. Minimum supported API version is {oldest}, please upgrade your client to a newer version"
        );
        return Err(Refusal::new(400, words));
    }
    Ok(())
}
