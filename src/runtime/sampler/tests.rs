//! A thousand containers whose figures are in the kernel's files: everything in one pass, at no cost to the engine.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::engine::Endpoint;
use crate::engine::cgroup::tests::Tree;
use crate::sim::{Scenario, Sim};

const HOST: HostId = HostId(0);
const COUNT: u64 = 1_000;

/// An engine behind a socket of this host, which counts what it is asked.
async fn engine(dir: &Path) -> (Arc<Sim>, Engine) {
    let sim = Arc::new(Sim::new(Scenario::named("generated:12").unwrap()));
    let socket = dir.join("engine.sock");
    let (serving, place) = (Arc::clone(&sim), socket.clone());
    tokio::spawn(async move { serving.listen_unix(&place).await });
    while !socket.exists() {
        tokio::task::yield_now().await;
    }
    let engine = Box::pin(Engine::open(&Endpoint::Unix(socket))).await;
    (sim, engine.unwrap())
}

#[tokio::test]
async fn no_figure_of_a_thousand_is_older_than_five_seconds_and_the_engine_is_not_asked() {
    let tree = Tree::new();
    let ids: Vec<String> = (0..COUNT).map(|n| format!("{n:064x}")).collect();
    for id in &ids {
        tree.v2(&format!("system.slice/docker-{id}.scope"));
    }
    let (sim, engine) = engine(tree.root()).await;
    assert!(engine.is_local());
    // What the socket carries takes its time; from here on nothing does.
    tokio::time::pause();
    let keys = ids.iter().map(|id| Key::container(HOST, id));
    // A screenful is looked at, most are not.
    let (near, rest) = keys.partition(|key| &*key.id < ids[40].as_str());
    let wanted = Wanted {
        near,
        rest,
        ..Wanted::default()
    };
    let (engine, wanted) = (watch::Sender::new(Some(engine)), watch::Sender::new(wanted));
    let (out, mut told) = mpsc::channel(64);
    let asked = sim.requests();
    tokio::spawn(with(
        Cgroups::new(tree.root()),
        HOST,
        Pace::default(),
        engine.subscribe(),
        wanted.subscribe(),
        out,
    ));

    let end = Instant::now() + Duration::from_secs(20);
    let mut read: BTreeMap<Key, DateTime<Utc>> = BTreeMap::new();
    while let Ok(Some((_, msg))) = tokio::time::timeout_at(end, told.recv()).await {
        let HostMsg::Samples(samples) = msg else {
            continue;
        };
        for (key, sample) in samples {
            let before = read.insert(key, sample.at).unwrap_or(sample.at);
            assert!(sample.at - before <= TimeDelta::seconds(5));
        }
    }
    assert_eq!(read.len() as u64, COUNT);
    let now = clock::now();
    assert!(read.values().all(|at| now - *at <= TimeDelta::seconds(5)));
    assert_eq!(sim.requests(), asked, "the files say it all");
}
