//! A helper container, beside one that has no shell or for a look into a volume: its image found, itself started, and removed
//! whatever happens.
use std::sync::Mutex;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::engine::raw::Hijacked;
use crate::engine::{Engine, Error};

/// Repositories of images that are known to carry a shell; the last part of the name counts.
const SHELLED: [&str; 16] = [
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "bash",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "kali-rolling",
    "netshoot",
    "nixos",
    "opensuse",
    "rockylinux",
    "ubuntu",
    "wolfi-base",
];
/// How many images are offered.
const OFFERED: usize = 8;
/// A removal that fails is tried again after these times.
const AGAIN: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// Whether an image of this tag carries a shell, as far as its name tells.
fn has_shell(tag: &str) -> bool {
    let repository = tag
        .rsplit_once(':')
        .map_or(tag, |(repository, _)| repository);
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let without = ["noshell", "no-shell", "shellless", "shell-less"];
    SHELLED.contains(&name)
        || name.contains("busybox")
        || (name.contains("shell") && !without.iter().any(|w| name.contains(w)))
}

/// Local images that have a shell, the smallest first.
pub(super) async fn images(engine: &Engine) -> Vec<String> {
    let images = engine.local_images().await.unwrap_or_default();
    images
        .into_iter()
        .map(|(tag, _)| tag)
        .filter(|tag| has_shell(tag))
        .take(OFFERED)
        .collect()
}

/// A running helper. Dropping it removes it, too.
#[derive(Debug)]
pub(super) struct Helper {
    engine: Engine,
    id: String,
    /// What it lives on, where it ends with our connection. Nobody takes the lock: it makes a pipe something to be shared.
    tie: Option<Mutex<Hijacked>>,
}

impl Helper {
    /// Started in a task of its own: when nobody waits for it any more, it is removed as soon as it is there.
    pub(super) async fn start(
        engine: &Engine,
        starting: impl Future<Output = Result<(String, Option<Hijacked>), Error>> + Send + 'static,
    ) -> Result<Self, Error> {
        let (give, take) = oneshot::channel();
        let engine = engine.clone();
        tokio::spawn(async move {
            let started = starting.await;
            let _unwanted = give.send(started.map(|(id, tie)| Self {
                engine,
                id,
                tie: tie.map(Mutex::new),
            }));
        });
        take.await.unwrap_or(Err(Error::Cut))
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Removes it now; what fails is tried again in the background.
    pub(super) async fn remove(mut self) {
        if self.engine.remove_id(&self.id, true).await.is_ok() {
            self.id.clear();
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let (engine, id) = (self.engine.clone(), std::mem::take(&mut self.id));
        if id.is_empty() {
            return;
        }
        // One that lives on its tie ends by this alone; the rest is for engines that forget it.
        let tied = self.tie.take().is_some();
        let Ok(runtime) = Handle::try_current() else {
            if !tied {
                tracing::warn!(id, "the helper container stays: the program is ending");
            }
            return;
        };
        runtime.spawn(async move {
            for pause in AGAIN {
                match engine.remove_id(&id, true).await {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, id, "the helper container is still there"),
                }
                tokio::time::sleep(pause).await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::has_shell;

    #[test]
    fn images_are_known_by_the_last_part_of_their_name() {
        for tag in [
            "busybox:latest",
            "alpine:3.20",
            "registry.local:5000/tools/debian:12",
            "my-busybox-tools:1",
            "nicolaka/netshoot:latest",
            "debug-shell:2",
        ] {
            assert!(has_shell(tag), "{tag}");
        }
        for tag in [
            "debian-app/api:1",
            "noshell:latest",
            "api:alpine",
            "x/no-shell:1",
        ] {
            assert!(!has_shell(tag), "{tag}");
        }
    }
}
