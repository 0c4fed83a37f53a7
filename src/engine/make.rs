//! Making a container once more: what it is made of, the command that says so, the new one made beside it. Nothing here
//! touches the old one. Must not know in which order the two change places.
use std::time::Duration;

use serde_json::{Value, json};

use super::blueprint::{Blueprint, grace};
use super::error::Error;
use super::run_line;
use super::wire::{escape, member, query};
use super::{BODY_LIMIT, CALL_LIMIT, Engine};
use crate::model::Key;
use crate::model::run_line::RunLine;

/// Making a container waits for the disk.
const MAKE_LIMIT: Duration = Duration::from_secs(60);

/// A container that was made, and how long it may take to be well.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub id: String,
    /// None: it has no health check.
    pub grace: Option<Duration>,
}

impl Engine {
    /// How this container would be made once more.
    ///
    /// # Errors
    /// One that cannot be put back, or that is another's to make.
    pub async fn blueprint(&self, key: &Key) -> Result<Blueprint, Error> {
        let (inspect, image) = self.made_of(key).await?;
        Blueprint::of(&inspect, &image, self.api())
    }

    /// The command that makes one like this container.
    ///
    /// # Errors
    /// One that is another's to make, or an engine that does not tell.
    pub async fn run_line(&self, key: &Key) -> Result<RunLine, Error> {
        let (inspect, image) = self.made_of(key).await?;
        let plan = Blueprint::read(&inspect, &image, self.api())?;
        let first = self.info().cgroup_version == Some(1);
        Ok(run_line::of(&plan, if first { "host" } else { "private" }))
    }

    /// Its inspect, and that of its image; null where that is gone.
    async fn made_of(&self, key: &Key) -> Result<(Value, Value), Error> {
        if self.info().podman {
            // Its docker API tells of no pod and no secret, calls every network `bridge`, and names limits (`RLIMIT_NOFILE`)
            // and tmpfs options as it does not take them back: what came of that would be another container.
            return Err(Error::unsupported(|| {
                say!(
                    "podman does not tell which pod, secrets and network a container was made with"
                )
            }));
        }
        let path = format!("/containers/{}/json", escape(&key.id));
        let inspect = self.raw().get_json(&path, BODY_LIMIT, CALL_LIMIT).await?;
        let image = member(&inspect, "Image").as_str().unwrap_or_default();
        let image = self.image_json(image).await.unwrap_or(Value::Null);
        Ok((inspect, image))
    }

    async fn image_json(&self, name: &str) -> Result<Value, Error> {
        let path = format!("/images/{}/json", escape(name));
        self.raw().get_json(&path, BODY_LIMIT, CALL_LIMIT).await
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
