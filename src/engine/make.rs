//! Making a container once more: what it is made of, its image fetched, the new one made beside it. Nothing here touches the
//! old one. Must not know in which order the two change places.
use std::time::Duration;

use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptions;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use super::blueprint::{Blueprint, grace};
use super::error::Error;
use super::wire::{clean, escape, member, path as wire_path, query, text};
use super::{BODY_LIMIT, CALL_LIMIT, Engine};
use crate::model::{Freshness, Key, PullLine};

/// Making a container waits for the disk.
const MAKE_LIMIT: Duration = Duration::from_secs(60);
/// A pull that tells nothing for so long has stalled.
const PULL_SILENCE: Duration = Duration::from_secs(300);

/// A container that was made, and how long it may take to be well.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub id: String,
    /// None: it has no health check.
    pub grace: Option<Duration>,
}

/// A registry may be far away.
const REGISTRY_LIMIT: Duration = Duration::from_secs(30);

/// A name as a part of a path: its slashes stay.
fn escape_name(name: &str) -> String {
    let (image, tag) = with_tag(name);
    let between = if name.contains('@') { '@' } else { ':' };
    let parts: Vec<String> = image.split('/').map(escape).collect();
    // A registry's port is a part of its name.
    let image = parts.join("/").replace("%3A", ":");
    format!("{image}{between}{}", escape(&tag).replace("%3A", ":"))
}

/// The name with a tag: without one an engine pulls all tags there are.
fn with_tag(name: &str) -> (String, String) {
    if let Some((name, digest)) = name.split_once('@') {
        return (name.to_owned(), digest.to_owned());
    }
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name.to_owned(), tag.to_owned()),
        _ => (name.to_owned(), "latest".to_owned()),
    }
}

fn pull_line(line: CreateImageInfo) -> PullLine {
    let told = |text: Option<String>| clean(&text.unwrap_or_default());
    let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
    PullLine {
        layer: told(line.id),
        status: told(line.status),
        done: line
            .progress_detail
            .and_then(|p| Some((count(p.current)?, count(p.total)?))),
    }
}

impl Engine {
    /// How this container would be made once more.
    ///
    /// # Errors
    /// One that cannot be put back, or that is another's to make.
    pub async fn blueprint(&self, key: &Key) -> Result<Blueprint, Error> {
        if self.info().podman {
            let words = "podman does not tell all that was asked when a container was made";
            return Err(Error::Unsupported(words.to_owned()));
        }
        let path = format!("/containers/{}/json", escape(&key.id));
        let inspect = self.raw().get_json(&path, BODY_LIMIT, CALL_LIMIT).await?;
        let image = member(&inspect, "Image").as_str().unwrap_or_default();
        let image = self.image_json(image).await.unwrap_or(Value::Null);
        Blueprint::of(&inspect, &image, self.api())
    }

    async fn image_json(&self, name: &str) -> Result<Value, Error> {
        let path = format!("/images/{}/json", escape(name));
        self.raw().get_json(&path, BODY_LIMIT, CALL_LIMIT).await
    }

    /// Fetches an image: what the engine tells of it as it comes. Dropping the stream ends the pull.
    pub fn pull(&self, name: &str) -> impl Stream<Item = Result<PullLine, Error>> + Send + use<> {
        let (image, tag) = with_tag(name);
        let options = CreateImageOptions {
            from_image: Some(image),
            tag: Some(tag),
            ..CreateImageOptions::default()
        };
        let docker = self.docker().clone();
        let lines = Box::pin(docker.create_image(Some(options), None, None));
        stream::unfold(Some(lines), |lines| async move {
            let mut lines = lines?;
            match tokio::time::timeout(PULL_SILENCE, lines.next()).await {
                Err(_) => Some((
                    Err(Error::TimedOut {
                        after: PULL_SILENCE,
                    }),
                    None,
                )),
                Ok(None) => None,
                Ok(Some(Err(error))) => {
                    let error = Error::of_call(error, "POST", "/images/create");
                    Some((Err(error), None))
                }
                Ok(Some(Ok(line))) => Some((Ok(pull_line(line)), Some(lines))),
            }
        })
    }

    /// Whether the registry has the same image under this name: `digests` are `repository@digest` of the one that is here. The
    /// engine asks the registry.
    ///
    /// # Errors
    /// The registry's refusal: it wants a password, knows no such name, does not answer.
    pub async fn freshness(&self, name: &str, digests: &[String]) -> Result<Freshness, Error> {
        if self.info().podman {
            let words = "podman asks no registry for others";
            return Err(Error::Unsupported(words.to_owned()));
        }
        let path = format!("/distribution/{}/json", escape_name(name));
        let answer = self
            .raw()
            .get_json(&path, BODY_LIMIT, REGISTRY_LIMIT)
            .await?;
        let digest = text(wire_path(&answer, &["Descriptor", "digest"]));
        if digest.is_empty() {
            return Err(Error::garbage("the registry told no digest"));
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

    /// Makes one like it under this name, in all its networks, and does not start it. What was made is taken away when a
    /// network refuses it.
    ///
    /// # Errors
    /// The engine's refusal: the name is taken, the image or a network is gone.
    pub async fn make(&self, plan: &Blueprint, name: &str) -> Result<Made, Error> {
        let mut plan = plan.clone();
        let image = self.image_json(&plan.image).await?;
        plan.note_image(member(&image, "Id").as_str().unwrap_or_default());
        let path = format!("/containers/create{}", query(&[("name", name)]));
        let asked = self.raw().post_json(&path, &plan.body, MAKE_LIMIT).await;
        let (_, answer) = match asked {
            Ok(answer) => answer,
            Err(error) => return Err(self.unanswered(error, name).await),
        };
        let id = member(&answer, "Id")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        match self.furnish(&plan, &id).await {
            Ok(grace) => Ok(Made { id, grace }),
            Err(error) => {
                // The refusal is the one to tell.
                let _ = self.remove_id(&id, true).await;
                Err(error)
            }
        }
    }

    /// A request without an answer may have been heard: what it made is taken away, or it is told that it may be there.
    async fn unanswered(&self, error: Error, name: &str) -> Error {
        let unheard = matches!(
            error,
            Error::TimedOut { .. } | Error::Cut | Error::Io { .. } | Error::TooLarge { .. }
        );
        if !unheard {
            return error;
        }
        // Not by force: it was never started. One that is made only now cannot be seen yet.
        let removed = self.remove_id(name, false).await;
        if removed.is_ok() && !matches!(error, Error::TimedOut { .. }) {
            return error;
        }
        Error::Unfinished {
            why: Box::new(error),
            name: name.to_owned(),
        }
    }

    async fn furnish(&self, plan: &Blueprint, id: &str) -> Result<Option<Duration>, Error> {
        for (network, endpoint) in &plan.joins {
            let path = format!("/networks/{}/connect", escape(network));
            let body = json!({"Container": id, "EndpointConfig": endpoint});
            self.raw().post_json(&path, &body, MAKE_LIMIT).await?;
        }
        if let Some(network) = &plan.leaves {
            let path = format!("/networks/{}/disconnect", escape(network));
            let body = json!({"Container": id});
            self.raw().post_json(&path, &body, MAKE_LIMIT).await?;
        }
        let path = format!("/containers/{}/json", escape(id));
        let inspect = self.raw().get_json(&path, BODY_LIMIT, CALL_LIMIT).await?;
        Ok(grace(member(&inspect, "Config")))
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
            assert_eq!(with_tag(name), (image.to_owned(), tag.to_owned()));
        }
    }
}
