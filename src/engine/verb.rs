//! Changing calls: the verbs on one container, and the helper container that lends a shell.
//! Must not know of jobs, the journal or confirmation.
use std::time::Duration;

use bollard::errors::Error as BollardError;
use bollard::models::{
    ContainerCreateBody, ContainerUpdateBody, HostConfig, NetworkConnectRequest,
    NetworkDisconnectRequest, RestartPolicy,
};
use bollard::query_parameters::{
    CreateContainerOptions, KillContainerOptions, ListImagesOptions, RemoveContainerOptions,
    RemoveImageOptions, RemoveVolumeOptions, RenameContainerOptions, StartContainerOptions,
    TagImageOptions,
};
use hyper::StatusCode;
use serde_json::Value;

use super::details::stop_timeout;
use super::error::Error;
use super::raw::within;
use super::wire::{clean, escape, items, member, text};
use super::{CALL_LIMIT, Engine};
use crate::effect::Verb;
use crate::model::Key;
use crate::model::limits::Change;
use crate::model::volume::is_made_up;

/// Time limit of creating, starting or removing the helper container.
const HELPER_LIMIT: Duration = Duration::from_secs(30);
/// Longest answer read about a container, in bytes.
const INSPECT: usize = 16 << 20;
/// A forgotten helper ends by itself after this many seconds.
const HELPER_LIFE: &str = "86400";
/// Marks the helper container, so that it can be told from the user's own.
pub const HELPER_LABEL: &str = "stacktui.helper";

/// The name and the tag of an image's name; `latest` where none is given. A colon before a slash is a registry's port.
fn split_tag(name: &str) -> (&str, &str) {
    match name.rsplit_once(':') {
        Some((repo, tag)) if !tag.contains('/') => (repo, tag),
        _ => (name, "latest"),
    }
}

/// The engine's words for a change.
fn update(change: &Change) -> ContainerUpdateBody {
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut body = ContainerUpdateBody::default();
    match change {
        Change::Memory { bytes, with_swap } => {
            body.memory = Some(signed(*bytes));
            body.memory_swap = Some(*with_swap);
        }
        Change::Cpus(thousandths) => body.nano_cpus = Some(signed(thousandths * 1_000_000)),
        Change::Processes(most) => {
            let most = signed(*most);
            body.pids_limit = Some(if most == 0 { -1 } else { most });
        }
        Change::Restart(policy) => {
            let (name, most) = policy.split_once(':').unwrap_or((policy, "0"));
            body.restart_policy = Some(RestartPolicy {
                name: name.parse().ok(),
                maximum_retry_count: most.parse().ok(),
            });
        }
    }
    body
}

/// A refusal after some names were taken away already: it says which.
fn half_done(error: Error, gone: &[&str], kept: &str) -> Error {
    match error {
        Error::Server { status, message } if !gone.is_empty() => Error::Server {
            status,
            message: format!("{} removed; {kept} kept: {message}", gone.join(", ")),
        },
        error => error,
    }
}

/// How a verb ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performed {
    /// There was nothing to do: it was so already.
    pub already: bool,
}

impl Engine {
    /// Does `verb` and waits for its end, at most `limit`; when that passes the engine may still finish it.
    pub async fn perform(
        &self,
        key: &Key,
        verb: &Verb,
        limit: Duration,
    ) -> Result<Performed, Error> {
        let id = &*key.id;
        match verb {
            // Bollard cannot tell 304 (it was so already) from 204.
            Verb::Start => self.post(id, "start", None, limit).await,
            Verb::Stop { timeout } => self.post(id, "stop", *timeout, limit).await,
            Verb::Restart { timeout } => {
                let timeout = self.patience(id, *timeout).await?;
                self.post(id, "restart", timeout, limit).await
            }
            Verb::Swarm(act) => {
                self.in_swarm(id, *act, limit).await?;
                Ok(Performed { already: false })
            }
            other => within(limit, self.plain(id, other))
                .await
                .map(|()| Performed { already: false }),
        }
    }

    /// How long a restart waits for the process, in seconds; `None` leaves it to the engine. Podman takes a restart without
    /// `t` for one with `t=0` and kills at once, so there the container's own patience is looked up.
    async fn patience(&self, id: &str, asked: Option<u32>) -> Result<Option<u32>, Error> {
        if asked.is_some() || !self.info().podman {
            return Ok(asked);
        }
        let path = format!("/containers/{}/json", escape(id));
        let answer = self.raw().get_json(&path, INSPECT, CALL_LIMIT).await?;
        Ok(Some(stop_timeout(member(&answer, "Config"))))
    }

    async fn post(
        &self,
        id: &str,
        call: &str,
        timeout: Option<u32>,
        limit: Duration,
    ) -> Result<Performed, Error> {
        let wait = timeout.map_or_else(String::new, |seconds| format!("?t={seconds}"));
        let path = format!("/containers/{}/{call}{wait}", escape(id));
        let (status, _) = self.raw().post_json(&path, &Value::Null, limit).await?;
        Ok(Performed {
            already: status == StatusCode::NOT_MODIFIED,
        })
    }

    /// The verbs bollard does right.
    async fn plain(&self, id: &str, verb: &Verb) -> Result<(), Error> {
        let docker = self.docker();
        let escaped = escape(id);
        let (call, result) = match verb {
            Verb::Kill { signal } => {
                let options = KillContainerOptions {
                    signal: signal.clone(),
                };
                ("kill", docker.kill_container(&escaped, Some(options)).await)
            }
            Verb::Pause => ("pause", docker.pause_container(&escaped).await),
            Verb::Unpause => ("unpause", docker.unpause_container(&escaped).await),
            Verb::Remove { force, volumes } => {
                let unnamed = self.unnamed_volumes(id, *volumes).await;
                let options = RemoveContainerOptions {
                    force: *force,
                    v: *volumes,
                    ..RemoveContainerOptions::default()
                };
                let done = docker.remove_container(&escaped, Some(options)).await;
                if done.is_ok() {
                    self.drop_volumes(&unnamed).await;
                }
                ("remove", done)
            }
            Verb::Rename { to } => {
                let options = RenameContainerOptions { name: to.clone() };
                ("rename", docker.rename_container(&escaped, options).await)
            }
            Verb::RemoveImage { .. }
            | Verb::Tag { .. }
            | Verb::RemoveVolume
            | Verb::RemoveNetwork
            | Verb::CreateVolume(_)
            | Verb::CreateNetwork(_)
            | Verb::Connect { .. }
            | Verb::Disconnect { .. } => return self.on_item(id, verb).await,
            Verb::Update(change) => return self.update(&escaped, change).await,
            Verb::Start
            | Verb::Stop { .. }
            | Verb::Restart { .. }
            | Verb::Recreate { .. }
            | Verb::Pull { .. }
            | Verb::Push { .. }
            | Verb::Save { .. }
            | Verb::Load { .. }
            | Verb::Compose(_)
            | Verb::Swarm(_)
            | Verb::Mail(_)
            | Verb::Prune(_) => {
                return Err(Error::unsupported(|| say!("not a plain call")));
            }
        };
        result.map_err(|error| Error::of_call(error, "POST", &format!("/containers/x/{call}")))
    }

    /// Podman before its version 5 has no such call in docker's API, and answers as if there were nothing of this name.
    async fn update(&self, escaped: &str, change: &Change) -> Result<(), Error> {
        let done = self
            .docker()
            .update_container(escaped, update(change))
            .await;
        done.map_err(|error| {
            let error = Error::of_call(error, "POST", "/containers/x/update");
            let lacks = matches!(&error, Error::Server { status: 404, message }
                if self.info().podman && !message.contains("no such container"));
            if lacks {
                return Error::unsupported(|| {
                    say!(
                        "this podman changes no limits through docker's API; `podman update` on its host may"
                    )
                });
            }
            error
        })
    }

    /// The volumes of a container that nobody named. One made anew mounts them by name, so that the engine takes them for
    /// named ones and would leave them behind.
    async fn unnamed_volumes(&self, id: &str, wanted: bool) -> Vec<String> {
        if !wanted {
            return Vec::new();
        }
        let path = format!("/containers/{}/json", escape(id));
        let answer = self.raw().get_json(&path, INSPECT, CALL_LIMIT).await;
        let answer = answer.unwrap_or_default();
        let volumes = items(member(&answer, "Mounts")).iter();
        let volumes = volumes.filter(|mount| text(member(mount, "Type")) == "volume");
        let names = volumes.map(|mount| text(member(mount, "Name")));
        names.filter(|name| is_made_up(name)).collect()
    }

    async fn drop_volumes(&self, names: &[String]) {
        for name in names {
            // Gone with the container, or another one uses it.
            let options = None::<RemoveVolumeOptions>;
            let _kept = self.docker().remove_volume(name, options).await;
        }
    }

    /// The verbs on images, volumes and networks.
    async fn on_item(&self, id: &str, verb: &Verb) -> Result<(), Error> {
        let docker = self.docker();
        let escaped = escape(id);
        let (call, result) = match verb {
            Verb::CreateNetwork(wanted) => return Box::pin(self.create_network(wanted)).await,
            Verb::CreateVolume(wanted) => return Box::pin(self.create_volume(wanted)).await,
            Verb::RemoveImage { names, force } => {
                return Box::pin(self.remove_image(id, names, *force)).await;
            }
            Verb::Tag { to } => {
                let (repo, tag) = split_tag(to);
                let options = TagImageOptions {
                    repo: Some(repo.to_owned()),
                    tag: Some(tag.to_owned()),
                };
                ("images", docker.tag_image(&escaped, Some(options)).await)
            }
            Verb::RemoveVolume => (
                "volumes",
                docker
                    .remove_volume(&escaped, None::<RemoveVolumeOptions>)
                    .await,
            ),
            Verb::RemoveNetwork => ("networks", docker.remove_network(&escaped).await),
            Verb::Connect { container } => {
                let request = NetworkConnectRequest {
                    container: container.to_string(),
                    endpoint_config: None,
                };
                ("networks", docker.connect_network(&escaped, request).await)
            }
            Verb::Disconnect { container } => {
                let request = NetworkDisconnectRequest {
                    container: container.to_string(),
                    force: None,
                };
                (
                    "networks",
                    docker.disconnect_network(&escaped, request).await,
                )
            }
            _ => return Err(Error::unsupported(|| say!("not a plain call"))),
        };
        result.map_err(|error| Error::of_call(error, "POST", &format!("/{call}/x")))
    }

    /// Takes an image's names away one by one, and the image with the last; by force, or without a name, by its id.
    async fn remove_image(&self, id: &str, names: &[String], force: bool) -> Result<(), Error> {
        let by_id = [id.to_owned()];
        let names = if force || names.is_empty() {
            by_id.as_slice()
        } else {
            names
        };
        let mut gone: Vec<&str> = Vec::new();
        for name in names {
            let escaped = escape(name);
            if name != id {
                let path = format!("/images/{escaped}/json");
                let known = self.raw().get_json(&path, INSPECT, CALL_LIMIT).await?;
                let digits = |id: &str| id.trim_start_matches("sha256:").to_owned();
                if member(&known, "Id").as_str().map(digits) != Some(digits(id)) {
                    return Err(Error::Server {
                        status: 409,
                        message: format!("{name} is the name of another image now"),
                    });
                }
            }
            let options = RemoveImageOptions {
                force,
                ..RemoveImageOptions::default()
            };
            let done = self.docker().remove_image(&escaped, Some(options), None);
            let done = done.await;
            done.map_err(|error| {
                half_done(Error::of_call(error, "DELETE", "/images/x"), &gone, name)
            })?;
            gone.push(name);
        }
        Ok(())
    }

    /// Starts a container of `image` that sleeps inside the process and network namespaces of `target`, for a shell
    /// beside a container that has none. Gives its id; remove it with [`Engine::remove_id`]. Ends by itself after a day.
    pub async fn run_helper(&self, target: &Key, image: &str) -> Result<String, Error> {
        let shared = format!("container:{}", target.id);
        let body = ContainerCreateBody {
            image: Some(image.to_owned()),
            entrypoint: Some(vec!["sleep".to_owned()]),
            cmd: Some(vec![HELPER_LIFE.to_owned()]),
            labels: Some(
                [
                    (HELPER_LABEL.to_owned(), "true".to_owned()),
                    ("stacktui.helper.for".to_owned(), target.id.to_string()),
                ]
                .into(),
            ),
            host_config: Some(HostConfig {
                pid_mode: Some(shared.clone()),
                network_mode: Some(shared),
                auto_remove: Some(true),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        };
        let create = |error| Error::of_call(error, "POST", "/containers/create");
        let created = within(HELPER_LIMIT, async {
            self.docker()
                .create_container(None::<CreateContainerOptions>, body)
                .await
                .map_err(create)
        })
        .await?;
        let started = within(HELPER_LIMIT, async {
            self.docker()
                .start_container(&created.id, None::<StartContainerOptions>)
                .await
                .map_err(|error| Error::of_call(error, "POST", "/containers/x/start"))
        })
        .await;
        if let Err(error) = started {
            // Never started, so the engine does not remove it by itself. The first failure is the one to tell.
            let _ = self.remove_id(&created.id, true).await;
            return Err(error);
        }
        Ok(created.id)
    }

    /// Removes a container by its id. One that is gone, or going, is no failure.
    pub async fn remove_id(&self, id: &str, force: bool) -> Result<(), Error> {
        let options = RemoveContainerOptions {
            force,
            ..RemoveContainerOptions::default()
        };
        let gone = |error: &BollardError| {
            matches!(
                error,
                BollardError::DockerResponseServerError {
                    status_code: 404,
                    ..
                }
            ) || matches!(error, BollardError::DockerResponseServerError { status_code: 409, message }
                    if message.contains("already in progress"))
        };
        within(HELPER_LIMIT, async {
            match self
                .docker()
                .remove_container(&escape(id), Some(options))
                .await
            {
                Err(error) if !gone(&error) => Err(Error::of_call(error, "POST", "/containers/x")),
                _ => Ok(()),
            }
        })
        .await
    }

    /// The tags of the images this engine holds, with their sizes in bytes, smallest first.
    pub async fn local_images(&self) -> Result<Vec<(String, u64)>, Error> {
        let images = within(CALL_LIMIT, async {
            self.docker()
                .list_images(None::<ListImagesOptions>)
                .await
                .map_err(|error| Error::of_call(error, "GET", "/images/json"))
        })
        .await?;
        let mut tags: Vec<(String, u64)> = images
            .into_iter()
            .flat_map(|image| {
                let size = u64::try_from(image.size).unwrap_or(0);
                image
                    .repo_tags
                    .into_iter()
                    .map(move |tag| (clean(&tag), size))
            })
            .filter(|(tag, _)| !tag.contains("<none>"))
            .collect();
        tags.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        Ok(tags)
    }
}
