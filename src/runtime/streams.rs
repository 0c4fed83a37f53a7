//! Starts and stops what `subscriptions` says should flow: the difference to what does.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::browse::Desk;
use super::clock;
use super::hosts::HostTasks;
use super::log_stream;
use super::mail;
use super::record::Recorder;
use super::roads;
use super::sampler::Wanted;
use super::stack_file;
use crate::compose::Programs;
use crate::effect::{LogQuery, Look, Subscription};
use crate::engine::Engine;
use crate::model::compose::Project;
use crate::model::mail::Source;
use crate::model::{HostId, Key, Kind};
use crate::msg::{Failure, FailureKind, HostMsg, LogMsg, Msg};
use crate::state::{Host, World};

/// Details are asked for again after each event of the container, and this often without one.
const DETAILS_PERIOD: Duration = Duration::from_secs(10);
const PROCESSES_PERIOD: Duration = Duration::from_secs(2);
/// A burst of events is one new list.
const LIST_PAUSE: Duration = Duration::from_millis(200);
/// Compose files are looked at this often while their stack's page is open.
const FILES_PERIOD: Duration = Duration::from_secs(2);
/// Looks into volumes that may wait.
const LOOKS: usize = 64;
const JOURNAL_PERIOD: Duration = Duration::from_secs(1);
/// Entries of the past that the journal view begins with.
const JOURNAL_PAST: usize = 2_000;

struct Flow {
    task: JoinHandle<()>,
    /// Rung when something happened to the thing it is about.
    bell: Arc<Notify>,
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The running streams.
pub struct Streams {
    flows: BTreeMap<Subscription, Flow>,
    msgs: mpsc::Sender<Msg>,
    logs: mpsc::Sender<(LogQuery, LogMsg)>,
    journal_dir: Option<PathBuf>,
    /// Where compose is looked for.
    pub programs: Programs,
    wanted: BTreeSet<Subscription>,
    /// For what is noted of a look into a volume.
    pub recorder: Recorder,
    /// What is to be looked at in volumes, for all that are open.
    looks: broadcast::Sender<(Key, Look)>,
    /// Boxes of mail are looked at.
    mail_watched: watch::Sender<bool>,
    /// The inventory that the samplers know, by its generation.
    sampled: BTreeMap<HostId, u64>,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams")
            .field("flows", &self.flows.keys())
            .finish_non_exhaustive()
    }
}

impl Streams {
    pub fn new(
        msgs: mpsc::Sender<Msg>,
        logs: mpsc::Sender<(LogQuery, LogMsg)>,
        journal_dir: Option<PathBuf>,
    ) -> Self {
        Self {
            flows: BTreeMap::new(),
            msgs,
            logs,
            journal_dir,
            programs: Programs::default(),
            recorder: Recorder::default(),
            looks: broadcast::channel(LOOKS).0,
            wanted: BTreeSet::new(),
            mail_watched: watch::channel(false).0,
            sampled: BTreeMap::new(),
        }
    }

    /// Brings what flows in line with what should. Returns whether a tick each second is wanted.
    pub fn reconcile(
        &mut self,
        wanted: BTreeSet<Subscription>,
        hosts: &BTreeMap<HostId, HostTasks>,
        world: &World,
    ) -> bool {
        let tick = wanted.contains(&Subscription::Tick);
        let same = wanted == self.wanted;
        for (id, tasks) in hosts {
            let rest = wanted.contains(&Subscription::StatsRest(*id));
            let generation = world.host(*id).map_or(0, Host::generation);
            let known = self.sampled.insert(*id, generation) == Some(generation);
            if !same || (rest && !known) {
                tasks.want(sampled(*id, &wanted, rest, world));
            }
        }
        if same {
            return tick;
        }
        let watched = wanted.contains(&Subscription::MailWatched);
        self.mail_watched
            .send_if_modified(|known| std::mem::replace(known, watched) != watched);
        self.flows.retain(|flow, _| wanted.contains(flow));
        for subscription in &wanted {
            if self.flows.contains_key(subscription) {
                continue;
            }
            if let Some(flow) = self.start(subscription, hosts) {
                self.flows.insert(subscription.clone(), flow);
            }
        }
        self.wanted = wanted;
        tick
    }

    /// Something is to be looked at in a volume; none listens where its view was left.
    pub fn look(&self, volume: Key, look: Look) {
        let _left = self.looks.send((volume, look));
    }

    /// Whether this flows.
    pub fn flows(&self, subscription: &Subscription) -> bool {
        self.wanted.contains(subscription)
    }

    /// Forgets everything that flows; the next reconcile starts anew.
    pub fn clear(&mut self) {
        self.flows.clear();
        self.wanted.clear();
        self.sampled.clear();
    }

    /// Something happened to this container: what shows its details asks again.
    fn ring(&self, key: &Key) {
        for subscription in [
            Subscription::Details(key.clone()),
            Subscription::Processes(key.clone()),
        ] {
            if let Some(flow) = self.flows.get(&subscription) {
                flow.bell.notify_one();
            }
        }
        for (subscription, flow) in &self.flows {
            if matches!(subscription, Subscription::Proxy(about, _) if about == key) {
                flow.bell.notify_one();
            }
        }
    }

    /// Something happened to a thing of this kind: what lists them asks again.
    fn ring_list(&self, host: HostId, kind: Kind) {
        if let Some(flow) = self.flows.get(&Subscription::Resources(host, kind)) {
            flow.bell.notify_one();
        }
    }

    /// The box of this mail server changed: what searches it asks again.
    pub fn box_changed(&self, server: &Key) {
        for (subscription, flow) in &self.flows {
            if matches!(subscription, Subscription::MailSearch(source, _) if source.key() == server)
            {
                flow.bell.notify_one();
            }
        }
    }

    /// What a host's link says rings the flows that show it.
    pub fn heard(&self, id: HostId, msg: &HostMsg) {
        match msg {
            HostMsg::Events(events) => {
                for event in events.iter().filter(|e| !e.is_noise()) {
                    match event.kind.as_str() {
                        "container" => self.ring(&Key::container(id, &event.id)),
                        "image" => self.ring_list(id, Kind::Image),
                        "volume" => self.ring_list(id, Kind::Volume),
                        "network" => self.ring_list(id, Kind::Network),
                        _ => {}
                    }
                }
            }
            HostMsg::Delta { changed, .. } => {
                for container in changed {
                    self.ring(&container.key);
                }
            }
            _ => {}
        }
    }

    /// Looks into a volume.
    fn desk(&self, volume: &Key, engine: watch::Receiver<Option<Engine>>) -> Desk {
        Desk {
            volume: volume.clone(),
            engine,
            recorder: self.recorder.clone(),
            out: self.msgs.clone(),
        }
    }

    /// Has a mail server search.
    fn search(
        &self,
        source: &Source,
        words: &str,
        engine: watch::Receiver<Option<Engine>>,
        bell: Arc<Notify>,
    ) -> JoinHandle<()> {
        let (source, words) = (source.clone(), words.to_owned());
        tokio::spawn(mail::search(source, words, engine, bell, self.msgs.clone()))
    }

    fn start(
        &self,
        subscription: &Subscription,
        hosts: &BTreeMap<HostId, HostTasks>,
    ) -> Option<Flow> {
        let bell = Arc::new(Notify::new());
        let msgs = self.msgs.clone();
        let engine = |key: &Key| hosts.get(&key.host).map(|host| host.engine.clone());
        let task = match subscription {
            Subscription::Logs(query) => tokio::spawn(log_stream::run(
                query.clone(),
                engine(&query.key)?,
                self.logs.clone(),
            )),
            Subscription::Details(key) if key.kind != Kind::Container => {
                tokio::spawn(about(key.clone(), engine(key)?, Arc::clone(&bell), msgs))
            }
            Subscription::Details(key) => {
                tokio::spawn(details(key.clone(), engine(key)?, Arc::clone(&bell), msgs))
            }
            Subscription::Processes(key) => tokio::spawn(processes(
                key.clone(),
                engine(key)?,
                Arc::clone(&bell),
                msgs,
            )),
            Subscription::Resources(host, kind) => tokio::spawn(resources(
                *host,
                *kind,
                hosts.get(host)?.engine.clone(),
                Arc::clone(&bell),
                msgs,
            )),
            Subscription::Volume(volume) => tokio::spawn(
                self.desk(volume, engine(volume)?)
                    .run(self.looks.subscribe()),
            ),
            Subscription::Compose(key, project) => tokio::spawn(compose(
                key.clone(),
                project.clone(),
                self.programs.clone(),
                msgs,
            )),
            Subscription::Files(key, project) => tokio::spawn(stack_file::follow(
                key.clone(),
                project.clone(),
                self.programs.clone(),
                engine(key)?,
                msgs,
            )),
            Subscription::Proxy(key, reach) => tokio::spawn(roads::proxy(
                key.clone(),
                reach.clone(),
                engine(key)?,
                hosts.get(&key.host)?.looks(),
                Arc::clone(&bell),
                msgs,
            )),
            Subscription::Mail(source) => tokio::spawn(mail::follow(
                (**source).clone(),
                engine(source.key())?,
                self.mail_watched.subscribe(),
                msgs,
            )),
            Subscription::MailSearch(source, words) => {
                self.search(source, words, engine(source.key())?, Arc::clone(&bell))
            }
            Subscription::Journal => tokio::spawn(journal(self.journal_dir.clone(), msgs)),
            Subscription::Link(_)
            | Subscription::Stats(_)
            | Subscription::StatsRest(_)
            | Subscription::StatsFocused(_)
            | Subscription::MailWatched
            | Subscription::Cost
            | Subscription::Tick => {
                return None;
            }
        };
        Some(Flow { task, bell })
    }
}

/// Whose figures are wanted of a host.
fn sampled(host: HostId, wanted: &BTreeSet<Subscription>, rest: bool, world: &World) -> Wanted {
    let mut figures = Wanted::default();
    for subscription in wanted {
        match subscription {
            Subscription::Stats(key) if key.host == host => figures.near.insert(key.clone()),
            Subscription::StatsFocused(key) if key.host == host => {
                figures.focused.insert(key.clone())
            }
            _ => false,
        };
    }
    let Some(all) = world.host(host).filter(|_| rest) else {
        return figures;
    };
    let live = |key: &&Key| world.container(key).is_some_and(|c| c.state.is_live());
    figures.near.extend(all.troubled().filter(live).cloned());
    let live = all.containers().filter(|c| c.state.is_live());
    let others = live.filter(|c| !figures.near.contains(&c.key));
    figures.rest = others.map(|c| c.key.clone()).collect();
    figures
}

/// The live client; waits while the link is down.
pub(super) async fn live(engine: &mut watch::Receiver<Option<Engine>>) -> Option<Engine> {
    let found = engine.wait_for(Option::is_some).await.ok()?;
    found.clone()
}

async fn details(
    key: Key,
    mut engine: watch::Receiver<Option<Engine>>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    while let Some(client) = live(&mut engine).await {
        let answer = client.details(&key, clock::now()).await;
        let answer = answer
            .map(Box::new)
            .map_err(|e| e.failure_of(|| say!("inspect")));
        if out.send(Msg::Details(key.clone(), answer)).await.is_err() {
            return;
        }
        // Rung or not: it is time to ask again. A burst of events is one question.
        let _rung = timeout(DETAILS_PERIOD, bell.notified()).await;
        sleep(Duration::from_millis(50)).await;
    }
}

async fn about(
    key: Key,
    mut engine: watch::Receiver<Option<Engine>>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    while let Some(client) = live(&mut engine).await {
        let answer = client.about(&key).await;
        let answer = answer
            .map(Box::new)
            .map_err(|e| e.failure_of(|| say!("inspect")));
        if out.send(Msg::About(key.clone(), answer)).await.is_err() {
            return;
        }
        let _rung = timeout(DETAILS_PERIOD, bell.notified()).await;
        sleep(Duration::from_millis(50)).await;
    }
}

async fn resources(
    host: HostId,
    kind: Kind,
    mut engine: watch::Receiver<Option<Engine>>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    while let Some(client) = live(&mut engine).await {
        let answer = client.resources(host, kind).await;
        let answer = answer.map_err(|e| e.failure_of(|| say!("list" as "an act")));
        let failed = answer.is_err();
        if out.send(Msg::Resources(host, kind, answer)).await.is_err() {
            return;
        }
        // Kept by events, not polled; after a lost link the list is a new one.
        tokio::select! {
            () = bell.notified() => {}
            _ = engine.changed() => {}
            () = sleep(DETAILS_PERIOD), if failed => {}
        }
        sleep(LIST_PAUSE).await;
    }
}

async fn processes(
    key: Key,
    mut engine: watch::Receiver<Option<Engine>>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    while let Some(client) = live(&mut engine).await {
        let answer = client
            .processes(&key)
            .await
            .map_err(|e| e.failure_of(|| "top"));
        let gone = answer
            .as_ref()
            .is_err_and(|f: &Failure| f.kind == FailureKind::NotFound);
        if out.send(Msg::Processes(key.clone(), answer)).await.is_err() || gone {
            return;
        }
        let _rung = timeout(PROCESSES_PERIOD, bell.notified()).await;
        sleep(Duration::from_millis(50)).await;
    }
}

/// Says what compose makes of a project's files, whenever one of them has another time of change.
async fn compose(key: Key, project: Box<Project>, programs: Programs, out: mpsc::Sender<Msg>) {
    let mut known = None;
    loop {
        let files = Programs::changed(&project);
        if known.as_ref() != Some(&files) {
            let answer = programs.check(&project).await.map(Box::new);
            if out.send(Msg::Compose(key.clone(), answer)).await.is_err() {
                return;
            }
            known = Some(files);
        }
        sleep(FILES_PERIOD).await;
    }
}

async fn journal(dir: Option<PathBuf>, out: mpsc::Sender<Msg>) {
    let Some(dir) = dir else {
        let _closed = out
            .send(Msg::JournalFailed(
                "there is no journal in this run".to_owned(),
            ))
            .await;
        return;
    };
    let opened =
        tokio::task::spawn_blocking(move || crate::journal::follow(&dir, JOURNAL_PAST)).await;
    let (reading, mut tail) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => {
            let _closed = out.send(Msg::JournalFailed(error.to_string())).await;
            return;
        }
        Err(_) => return,
    };
    if out.send(Msg::Journal(reading.entries)).await.is_err() {
        return;
    }
    loop {
        sleep(JOURNAL_PERIOD).await;
        let polled = tokio::task::spawn_blocking(move || {
            let entries = tail.poll();
            (tail, entries)
        })
        .await;
        let Ok((same, entries)) = polled else { return };
        tail = same;
        let msg = match entries {
            Ok(entries) if entries.is_empty() => continue,
            Ok(entries) => Msg::Journal(entries),
            Err(error) => Msg::JournalFailed(error.to_string()),
        };
        if out.send(msg).await.is_err() {
            return;
        }
    }
}
