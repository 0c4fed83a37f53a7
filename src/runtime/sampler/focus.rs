//! The figures of the one container that is looked at closely: every second, from the kernel's files where they can be read,
//! else by a stream of the engine's.
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::super::clock;
use super::plan::Reading;
use super::{DEADLINE, Wanted};
use crate::engine::cgroup::Cgroups;
use crate::engine::{Engine, Error};
use crate::model::{Counters, HostId, Key};
use crate::msg::{FailureKind, HostMsg};

const PERIOD: Duration = Duration::from_secs(1);
/// Pause after a stream that could not be had.
const PAUSE: Duration = Duration::from_secs(3);

type Out = mpsc::Sender<(HostId, HostMsg)>;

/// Runs until the host's tasks end.
pub async fn run(
    host: HostId,
    mut engine: watch::Receiver<Option<Engine>>,
    mut wanted: watch::Receiver<Wanted>,
    out: Out,
) {
    loop {
        let client = match engine.wait_for(Option::is_some).await {
            Ok(found) => found.clone(),
            Err(_) => return,
        };
        let Some(client) = client else { continue };
        let key = wanted.borrow_and_update().focused.first().cloned();
        let closely = async {
            match key.clone() {
                Some(key) => watch_closely(host, &client, key, &out).await,
                None => std::future::pending().await,
            }
        };
        let other = async {
            loop {
                let changed = wanted.changed().await;
                if changed.is_err() || wanted.borrow().focused.first() != key.as_ref() {
                    return changed;
                }
            }
        };
        tokio::select! {
            () = closely => {}
            changed = other => if changed.is_err() { return },
            changed = engine.changed() => if changed.is_err() { return },
        }
    }
}

/// Ends when the stream does, after a pause.
async fn watch_closely(host: HostId, client: &Engine, key: Key, out: &Out) {
    let mut it = Closely {
        host,
        out,
        key,
        before: None,
    };
    if client.is_local() && it.by_files().await.is_err() {
        return;
    }
    // Podman's stream has a figure every five seconds.
    let ended = if client.info().podman {
        it.by_asking(client).await
    } else {
        it.by_stream(client).await
    };
    if let Err(error) = ended
        && error.kind() == FailureKind::NotFound
    {
        let _closed = it.tell(Counters::default()).await;
    }
    sleep(PAUSE).await;
}

struct Closely<'a> {
    host: HostId,
    out: &'a Out,
    key: Key,
    /// The reading before, and when we had it.
    before: Option<Reading>,
}

impl Closely<'_> {
    /// Until a file cannot be read; an error when nobody listens any more.
    async fn by_files(&mut self) -> Result<(), ()> {
        let mut groups = Cgroups::default();
        loop {
            let id = self.key.id.clone();
            let read = tokio::task::spawn_blocking(move || {
                groups.begin();
                let counters = groups.read(&id, clock::now);
                (groups, counters)
            });
            let Ok((same, Some(counters))) = read.await else {
                return Ok(());
            };
            groups = same;
            self.tell(counters).await?;
            sleep(PERIOD).await;
        }
    }

    async fn by_stream(&mut self, client: &Engine) -> Result<(), Error> {
        let mut stream = client.stats_stream(&self.key.id).await?;
        while let Some(counters) = stream.next().await {
            if self.tell(counters?).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn by_asking(&mut self, client: &Engine) -> Result<(), Error> {
        loop {
            let counters = client.stats_once(&self.key.id, DEADLINE).await?;
            if self.tell(counters).await.is_err() {
                return Ok(());
            }
            sleep(PERIOD).await;
        }
    }

    async fn tell(&mut self, counters: Counters) -> Result<(), ()> {
        let msg = if counters.is_empty() {
            self.before = None;
            HostMsg::NoSample(vec![self.key.clone()])
        } else {
            let now = clock::now();
            let before = self.before.as_ref().map(|(counters, at)| (counters, *at));
            let sample = counters.sample(before, now);
            self.before = Some((counters, now));
            HostMsg::Samples(vec![(self.key.clone(), sample)])
        };
        self.out.send((self.host, msg)).await.map_err(|_| ())
    }
}
