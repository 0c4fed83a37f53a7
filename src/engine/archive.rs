//! Images as an archive: out of an engine and into one. Must not know files.
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use http_body_util::{BodyStream, StreamBody};
use hyper::Method;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};

use super::Engine;
use super::error::Error;
use super::image::lines;
use super::raw::{JsonLines, built};
use super::wire::query;
use crate::model::TransferLine;

/// An engine writes an archive whole to its own disk before it gives the first byte, and takes one whole before it answers.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

impl Engine {
    /// The archive of these images, by their names or ids, as it comes.
    pub fn export(
        &self,
        images: &[String],
    ) -> impl Stream<Item = Result<Bytes, Error>> + Send + Unpin + use<> {
        let names: Vec<(&str, &str)> = images.iter().map(|name| ("names", &**name)).collect();
        let path = format!("/images/get{}", query(&names));
        let raw = self.raw().clone();
        let opening = async move {
            let answer = raw.get(&path, PATIENCE).await?;
            let frames = BodyStream::new(answer.into_body()).map_err(Error::from);
            Ok::<_, Error>(frames)
        };
        let data = |frame: Frame<Bytes>| std::future::ready(Ok(frame.into_data().ok()));
        Box::pin(stream::once(opening).try_flatten().try_filter_map(data))
    }

    /// Puts the images of an archive of so many bytes into the engine, which tells the layers and at last what came in.
    /// Dropping the stream ends it.
    pub fn load<S>(
        &self,
        archive: S,
        size: u64,
    ) -> impl Stream<Item = Result<TransferLine, Error>> + Send + Unpin + use<S>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let raw = self.raw().clone();
        let opening = async move {
            let builder = raw
                .builder(Method::POST, "/images/load?quiet=0")
                .header(CONTENT_TYPE, "application/x-tar")
                .header(CONTENT_LENGTH, size);
            let body = StreamBody::new(archive.map(|chunk| chunk.map(Frame::data)));
            let answer = raw.stream(built(builder, body)?, PATIENCE).await;
            let answer = answer.map_err(broken_off)?;
            Ok::<_, Error>(lines(JsonLines::new(answer.into_body())))
        };
        Box::pin(stream::once(opening).try_flatten())
    }
}

/// What the end of the connection means while an archive is sent.
fn broken_off(error: Error) -> Error {
    use io::ErrorKind::{BrokenPipe, ConnectionReset};
    match error {
        Error::Cut
        | Error::Io {
            kind: BrokenPipe | ConnectionReset,
            ..
        } => Error::BrokenOff,
        other => other,
    }
}
