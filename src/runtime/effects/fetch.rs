//! Starts what is asked for once: details, processes, mails. Knows how to ask, not why.
use std::collections::BTreeMap;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use tokio::time::Instant;

use super::Runner;
use crate::effect::Fetch;
use crate::engine::{Engine, Keyring};
use crate::model::{Freshness, HostId};
use crate::msg::{Failure, Msg};
use crate::runtime::hosts::HostTasks;
use crate::runtime::jobs::Slots;
use crate::runtime::{clock, mail, roads};

/// Time for making out how two texts differ.
const DIFFERENCE: Duration = Duration::from_secs(1);
/// Names of one image that are asked for at once.
const CHECKS: usize = 4;
/// Lines kept of a run that is over.
const LAST_WORDS: usize = 6;

impl Runner {
    /// Fetches a captured mail, or reads it anew.
    pub(super) fn letter(&self, fetch: Fetch, hosts: &BTreeMap<HostId, HostTasks>) {
        let Fetch::Letter {
            mail: key,
            source,
            known,
            width,
        } = fetch
        else {
            return;
        };
        let msgs = self.msgs.clone();
        let client = hosts.get(&key.host).and_then(HostTasks::client);
        tokio::spawn(async move {
            let answer = match known {
                Some(raw) => mail::read(raw, width).await,
                None => mail::letter(client, &source, &key, width).await,
            };
            let _closed = msgs.send(Msg::Letter(key, answer)).await;
        });
    }

    /// Has compose read a stack's files, or what another text for one of them would do. It asks the engine itself.
    pub(super) fn compose(&self, fetch: Fetch, hosts: &BTreeMap<HostId, HostTasks>) {
        let (msgs, programs) = (self.msgs.clone(), self.programs.clone());
        let (Fetch::Compose(key, _) | Fetch::Proposal(key, ..)) = &fetch else {
            return;
        };
        let engine = hosts.get(&key.host).and_then(HostTasks::client);
        tokio::spawn(async move {
            let engine = engine.as_ref().and_then(Engine::environment);
            let msg = match fetch {
                Fetch::Compose(key, project) => {
                    let answer = programs.check(&project, engine).await;
                    Msg::Compose(key, answer.map(Box::new))
                }
                Fetch::Proposal(key, file, source) => {
                    let deadline = Instant::now() + DIFFERENCE;
                    let deadline = deadline.into_std();
                    let answer = programs.propose(*file, source, deadline, engine).await;
                    Msg::Proposal(key, answer.map(Box::new))
                }
                _ => return,
            };
            let _closed = msgs.send(msg).await;
        });
    }

    /// What an engine, a mail server or a route is asked once.
    pub(super) fn fetch(&self, fetch: Fetch, hosts: &BTreeMap<HostId, HostTasks>) {
        let msgs = self.msgs.clone();
        let host = match &fetch {
            Fetch::Details(key)
            | Fetch::Processes(key)
            | Fetch::RunLine(key)
            | Fetch::LastWords { key, .. }
            | Fetch::Freshness { key, .. }
            | Fetch::Compose(key, _)
            | Fetch::Proposal(key, ..)
            | Fetch::Letter { mail: key, .. }
            | Fetch::MailSenders(key, _) => key.host,
            Fetch::Space(host) => *host,
            Fetch::Route(probe) => probe.reach.container.host,
        };
        let Some(client) = hosts.get(&host).and_then(HostTasks::client) else {
            return;
        };
        let slots = hosts.get(&host).map(HostTasks::slots).unwrap_or_default();
        let keyring = self.keyring.clone();
        tokio::spawn(async move {
            let msg = match fetch {
                Fetch::Details(key) => {
                    let answer = client.details(&key, clock::now()).await;
                    Msg::Details(
                        key,
                        answer
                            .map(Box::new)
                            .map_err(|e| e.failure_of(|| say!("inspect"))),
                    )
                }
                Fetch::Processes(key) => {
                    let answer = client
                        .processes(&key)
                        .await
                        .map_err(|e| e.failure_of(|| "top"));
                    Msg::Processes(key, answer)
                }
                Fetch::RunLine(key) => {
                    let answer = client.run_line(&key).await.map(Box::new);
                    Msg::RunLine(key, answer.map_err(|e| e.failure_of(|| "docker run")))
                }
                Fetch::LastWords { key, run } => {
                    let (since, until) = (run.since, Some(run.until));
                    let words = client.last_words(&key.id, LAST_WORDS, since, until).await;
                    Msg::LastWords(key, run.at, words.map_err(|e| e.failure()))
                }
                Fetch::Freshness {
                    key,
                    names,
                    digests,
                } => {
                    let asked = freshness(&client, &slots, &keyring, names, &digests);
                    Msg::Freshness(key, asked.await)
                }
                Fetch::Space(host) => {
                    let answer = client.space(clock::now()).await.map(Box::new);
                    Msg::Space(host, answer.map_err(|e| e.failure_of(|| "system df")))
                }
                Fetch::Route(probe) => {
                    let answer = roads::check(&client, &probe).await;
                    Msg::RouteChecked(probe.route.clone(), answer)
                }
                Fetch::MailSenders(key, near) => {
                    let asked = near.into_iter().map(|key| {
                        let client = client.clone();
                        async move { client.details(&key, clock::now()).await }
                    });
                    let found: Vec<_> = stream::iter(asked).buffered(4).collect().await;
                    // One that is gone meanwhile sends nothing.
                    Msg::MailSenders(key, Ok(found.into_iter().filter_map(Result::ok).collect()))
                }
                Fetch::Compose(..) | Fetch::Proposal(..) | Fetch::Letter { .. } => return,
            };
            let _closed = msgs.send(msg).await;
        });
    }
}

/// What registries say of each of these names of an image.
async fn freshness(
    client: &Engine,
    slots: &Slots,
    keyring: &Keyring,
    names: Vec<String>,
    digests: &[String],
) -> Vec<(String, Result<Freshness, Failure>)> {
    let asked = names.into_iter().map(|name| async move {
        let _slot = slots.check().await;
        let answer = client.freshness(&name, digests, keyring).await;
        let answer = answer.map_err(|error| error.failure_of(|| say!("update check")));
        (name, answer)
    });
    stream::iter(asked).buffered(CHECKS).collect().await
}
