//! Answers as HTTP: JSON, streams, refusals, cut ones. Must not know what they say.
use std::io;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::sim::world::Refusal;

/// A body of any kind.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;
/// An answer, or a refusal.
pub type Answer = Result<Response<Body>, Refusal>;

/// No body.
pub fn empty_body() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// 200 with JSON.
pub fn ok(value: &Value) -> Response<Body> {
    with(200, value)
}

/// A status with JSON and the newline the engine writes behind it.
pub fn with(status: u16, value: &Value) -> Response<Body> {
    let body = full(format!("{value}\n").into());
    typed(status, Some("application/json"), body)
}

/// A status alone.
pub fn status(status: u16) -> Response<Body> {
    typed(status, None, empty_body())
}

/// 200 with text.
pub fn text(text: &'static str) -> Response<Body> {
    let body = full(Bytes::from_static(text.as_bytes()));
    typed(200, Some("text/plain; charset=utf-8"), body)
}

/// The engine's form of a refusal.
pub fn refusal(refusal: &Refusal) -> Response<Body> {
    with(refusal.status, &json!({"message": refusal.message}))
}

/// 200 with a body that comes in pieces.
pub fn stream<S>(content: Option<&'static str>, pieces: S) -> Response<Body>
where
    S: Stream<Item = Bytes> + Send + 'static,
{
    let frames = pieces.map(|bytes| Ok(Frame::data(bytes)));
    typed(200, content, StreamBody::new(frames).boxed_unsync())
}

/// What an engine says when its disk is full.
pub const NO_SPACE: &str =
    "write /var/lib/docker/tmp/GetImageBlob153498721: no space left on device";

/// A failure told in the middle of a body.
pub fn failed(words: &str) -> Value {
    json!({"errorDetail": {"message": words}, "error": words})
}

/// Lines of JSON that come one by one.
pub fn told(lines: Vec<Value>) -> Response<Body> {
    told_then(lines, || {})
}

/// The same for what is done only when the last line comes: it is not when they are cut before.
pub fn told_then(lines: Vec<Value>, done: impl FnOnce() + Send + 'static) -> Response<Body> {
    let state = (lines.into_iter(), Some(done));
    let lines = futures::stream::unfold(state, |(mut lines, mut done)| async move {
        let line = lines.next()?;
        tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        if lines.len() == 0
            && let Some(done) = done.take()
        {
            done();
        }
        Some((Bytes::from(format!("{line}\r\n")), (lines, done)))
    });
    stream(Some("application/json"), lines)
}

fn typed(status: u16, content: Option<&'static str>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if let Some(content) = content {
        let content = HeaderValue::from_static(content);
        response.headers_mut().insert(CONTENT_TYPE, content);
    }
    response
}

/// The first half of an answer's first piece, then the connection breaks.
pub async fn cut(response: Response<Body>) -> Result<Response<Body>, io::Error> {
    let (mut head, mut body) = response.into_parts();
    let first = body.frame().await.and_then(Result::ok);
    let first = first
        .and_then(|frame| frame.into_data().ok())
        .unwrap_or_default();
    head.headers.remove(hyper::header::CONTENT_LENGTH);
    let half = first.slice(..first.len() / 2);
    let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
    if half.is_empty() {
        return Err(broken());
    }
    let pieces = futures::stream::iter([Ok(Frame::data(half)), Err(broken())]);
    // The pause lets the half go out before the break.
    let pieces = pieces.then(|piece| async {
        if piece.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        piece
    });
    Ok(Response::from_parts(
        head,
        StreamBody::new(pieces).boxed_unsync(),
    ))
}
