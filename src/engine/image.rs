//! Images that come from a registry or go there, and the question whether it has another one. The engine speaks with the
//! registry; what signs in there is sent along in a header (bollard writes that in the wrong alphabet of base64, and engines
//! then take it for none). Must not know of jobs.
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::Value;

use super::error::Error;
use super::raw::{JsonLines, Raw, built, parse};
use super::registry::{Keyring, Pass};
use super::wire::{clean, count, escape, member, path as wire_path, query, text};
use super::{BODY_LIMIT, Engine};
use crate::model::image::with_tag;
use crate::model::{Freshness, TransferLine};

/// An engine that tells nothing for so long has stalled.
const SILENCE: Duration = Duration::from_secs(300);
/// A registry may be far away.
const REGISTRY_LIMIT: Duration = Duration::from_secs(30);
/// The header that signs in at a registry.
const SIGN_IN: &str = "X-Registry-Auth";

/// A name as a part of a path: its slashes stay.
fn escape_name(name: &str) -> String {
    let (image, tag) = with_tag(name);
    let between = if name.contains('@') { '@' } else { ':' };
    let image = escape_repository(image);
    format!("{image}{between}{}", escape(tag).replace("%3A", ":"))
}

fn escape_repository(image: &str) -> String {
    let parts: Vec<String> = image.split('/').map(escape).collect();
    // A registry's port is a part of its name.
    parts.join("/").replace("%3A", ":")
}

/// One line of what an engine tells of layers; what failed is a line too.
fn line(bytes: &[u8]) -> Result<Option<TransferLine>, Error> {
    // What is no JSON is no news: when the answer was cut, that is told next.
    let Ok(value) = parse(bytes) else {
        return Ok(None);
    };
    let detail = text(wire_path(&value, &["errorDetail", "message"]));
    let told = [detail, text(member(&value, "error"))];
    if let Some(message) = told.into_iter().find(|words| !words.is_empty()) {
        return Err(Error::Server {
            status: 200,
            message,
        });
    }
    let progress = member(&value, "progressDetail");
    let bytes = |name| count(member(progress, name));
    let status = text(member(&value, "status"));
    let said = member(&value, "stream").as_str().unwrap_or_default();
    Ok(Some(TransferLine {
        layer: text(member(&value, "id")),
        status: if status.is_empty() {
            clean(said.trim())
        } else {
            status
        },
        done: bytes("current").zip(bytes("total")),
    }))
}

/// Its lines until it is whole, or until the first failure.
pub(super) fn lines(
    body: JsonLines,
) -> impl Stream<Item = Result<TransferLine, Error>> + Send + use<> {
    let whole = stream::unfold(Some(body), |body| async move {
        let mut body = body?;
        let item = match tokio::time::timeout(SILENCE, body.next()).await {
            Err(_) => Err(Error::TimedOut { after: SILENCE }),
            Ok(None) => return None,
            Ok(Some(item)) => item.and_then(|bytes| line(&bytes)),
        };
        let body = item.is_ok().then_some(body);
        Some((item, body))
    });
    whole.try_filter_map(|line| std::future::ready(Ok(line)))
}

fn signed(
    raw: &Raw,
    method: Method,
    path: &str,
    pass: &Pass,
) -> Result<Request<Full<Bytes>>, Error> {
    let builder = raw.builder(method, path).header(SIGN_IN, pass.header());
    built(builder, Full::default())
}

impl Engine {
    /// Fetches an image: what the engine tells of it as it comes. Dropping the stream ends the pull.
    pub fn pull(
        &self,
        name: &str,
        keyring: &Keyring,
    ) -> impl Stream<Item = Result<TransferLine, Error>> + Send + use<> {
        let (image, tag) = with_tag(name);
        let path = format!(
            "/images/create{}",
            query(&[("fromImage", image), ("tag", tag)])
        );
        self.told(path, name, keyring)
    }

    /// Sends an image to the registry that its name leads to. Dropping the stream ends the push.
    pub fn push(
        &self,
        name: &str,
        keyring: &Keyring,
    ) -> impl Stream<Item = Result<TransferLine, Error>> + Send + use<> {
        let (image, tag) = with_tag(name);
        let image = escape_repository(image);
        let path = format!("/images/{image}/push{}", query(&[("tag", tag)]));
        self.told(path, name, keyring)
    }

    /// What signs in for this image. A simulated engine reaches no registry: it is given nothing.
    async fn pass(&self, image: &str, keyring: &Keyring) -> Pass {
        let simulated = self.environment().is_none();
        let none = Keyring::default();
        let keyring = if simulated { &none } else { keyring };
        keyring.find(image).await
    }

    /// Asks for what a registry has a part in, and tells the lines of it.
    fn told(
        &self,
        path: String,
        image: &str,
        keyring: &Keyring,
    ) -> impl Stream<Item = Result<TransferLine, Error>> + Send + use<> {
        let (engine, keyring, image) = (self.clone(), keyring.clone(), image.to_owned());
        let opening = async move {
            let pass = engine.pass(&image, &keyring).await;
            let request = signed(engine.raw(), Method::POST, &path, &pass)?;
            let answer = engine.raw().stream(request, SILENCE).await;
            let answer = answer.map_err(|error| pass.explain(error))?;
            let lines = lines(JsonLines::new(answer.into_body()));
            Ok::<_, Error>(lines.map_err(move |error| pass.explain(error)))
        };
        Box::pin(stream::once(opening).try_flatten())
    }

    /// Whether the registry has the same image under this name: `digests` are `repository@digest` of the one that is here. The
    /// engine asks the registry.
    ///
    /// # Errors
    /// The registry's refusal: it wants a password, knows no such name, does not answer.
    pub async fn freshness(
        &self,
        name: &str,
        digests: &[String],
        keyring: &Keyring,
    ) -> Result<Freshness, Error> {
        if self.info().podman {
            return Err(Error::unsupported(|| {
                say!("podman asks no registry for others")
            }));
        }
        let pass = self.pass(name, keyring).await;
        let path = format!("/distribution/{}/json", escape_name(name));
        let request = signed(self.raw(), Method::GET, &path, &pass)?;
        let answer = self.raw().whole(request, BODY_LIMIT, REGISTRY_LIMIT).await;
        let answer = answer.map_err(|error| pass.explain(error))?;
        let answer: Value = parse(&answer.body)?;
        let digest = text(wire_path(&answer, &["Descriptor", "digest"]));
        if digest.is_empty() {
            return Err(Error::garbage(|| say!("the registry told no digest")));
        }
        let is_here = digests
            .iter()
            .any(|known| known.ends_with(&format!("@{digest}")));
        Ok(if is_here {
            Freshness::Same
        } else {
            Freshness::Behind
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tag_is_pulled() {
        for (name, image, tag) in [
            ("nginx", "nginx", "latest"),
            ("nginx:1", "nginx", "1"),
            ("host:5000/a", "host:5000/a", "latest"),
            ("host:5000/a:2", "host:5000/a", "2"),
            ("a@sha256:0123", "a", "sha256:0123"),
        ] {
            assert_eq!(with_tag(name), (image, tag));
        }
    }

    #[test]
    fn a_failure_is_a_line_too_and_what_is_no_line_is_no_news() {
        let told =
            line(br#"{"status":"Downloading","id":"a3","progressDetail":{"current":1,"total":4}}"#);
        let told = told.unwrap().unwrap();
        assert_eq!((told.layer.as_str(), told.done), ("a3", Some((1, 4))));
        assert_eq!(line(b"{\"status\":"), Ok(None));
        for failed in [
            &br#"{"errorDetail":{"message":"write /var: no space left on device"},"error":"x"}"#[..],
            br#"{"error":"write /var: no space left on device"}"#,
        ] {
            let error = line(failed).unwrap_err();
            assert_eq!(error.to_string(), "write /var: no space left on device");
        }
    }
}
