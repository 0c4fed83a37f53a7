//! What flows: events and figures.
use std::time::Duration;

use chrono::Utc;
use futures::StreamExt as _;
use stacktui::effect::Verb;
use stacktui::engine::events::Events;
use stacktui::model::EngineEvent;

use crate::bench::{Bench, LONG, Thing, soon};

/// The events of one container until each of these was among them.
async fn until(events: &mut Events, it: &Thing, last: &[&str]) -> Vec<EngineEvent> {
    let mut seen: Vec<EngineEvent> = Vec::new();
    soon(&last.join(", "), async {
        while !last
            .iter()
            .all(|name| seen.iter().any(|e| e.action == *name))
        {
            let event = events.next().await.unwrap().unwrap();
            if event.id == *it.key.id {
                seen.push(event);
            }
        }
    })
    .await;
    seen
}

/// From engine 25 on the end of a stop and the death are told in either order.
fn deaths_first(mut actions: Vec<&str>) -> Vec<&str> {
    let at = actions.windows(2).position(|two| two == ["stop", "die"]);
    if let Some(at) = at {
        actions.swap(at, at + 1);
    }
    actions
}

fn actions(events: &[EngineEvent]) -> Vec<&str> {
    events.iter().map(|event| event.action.as_str()).collect()
}

pub async fn a_restart_is_five_events_in_order(bench: Bench) {
    let it = bench.obedient().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut events = bench.engine.events(None).await.unwrap();
    let verb = Verb::Restart { timeout: None };
    bench.act(&it, verb).await.unwrap();
    let seen = until(&mut events, &it, &["start", "restart"]).await;
    let told: &[&str] = if bench.podman() {
        &["restart", "die", "init", "start"]
    } else {
        &["kill", "die", "stop", "start", "restart"]
    };
    assert_eq!(deaths_first(actions(&seen)), told);
    assert!(
        seen.iter()
            .all(|event| event.kind == "container" && event.name == it.name)
    );
    if !bench.podman() {
        assert_eq!(seen[0].attribute("signal"), Some("15"));
    }
    let death = seen.iter().find(|event| event.action == "die").unwrap();
    assert_eq!(death.exit_code(), Some(7), "it was asked to end");
    let times: Vec<i64> = seen.iter().map(|event| event.nanos).collect();
    assert!(times.is_sorted(), "{times:?}");

    let stubborn = bench.stubborn().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let stop = Verb::Stop { timeout: Some(1) };
    bench.act(&stubborn, stop).await.unwrap();
    let last: &[&str] = if bench.podman() {
        &["die"]
    } else {
        &["die", "stop"]
    };
    let seen = until(&mut events, &stubborn, last).await;
    let seen: Vec<&EngineEvent> = seen
        .iter()
        .filter(|e| !matches!(e.action.as_str(), "create" | "init" | "start"))
        .collect();
    let words: Vec<&str> = seen.iter().map(|e| e.action.as_str()).collect();
    if bench.podman() {
        assert_eq!(words, ["die"]);
    } else {
        assert_eq!(deaths_first(words), ["kill", "kill", "die", "stop"]);
        assert_eq!(seen[1].attribute("signal"), Some("9"));
    }
    let death = seen.iter().find(|event| event.action == "die").unwrap();
    assert_eq!(death.exit_code(), Some(137));
}

pub async fn events_resume_at_the_nanosecond(bench: Bench) {
    let it = bench.fresh().await;
    let mut events = bench.engine.events(None).await.unwrap();
    bench.start(&it).await;
    bench.act(&it, Verb::Pause).await.unwrap();
    bench.act(&it, Verb::Unpause).await.unwrap();
    let seen = until(&mut events, &it, &["unpause"]).await;
    let pause = seen.iter().find(|e| e.action == "pause").unwrap();
    let at = pause.nanos;
    for (since, expected) in [(at, &["pause", "unpause"][..]), (at + 1, &["unpause"])] {
        let mut again = bench.engine.events(Some(since)).await.unwrap();
        let resumed = until(&mut again, &it, &["unpause"]).await;
        assert_eq!(actions(&resumed), expected);
        assert_eq!(again.skipped(), 0);
    }
}

pub async fn figures_are_plausible(bench: Bench) {
    let it = bench.obedient().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (first, then) = (
        bench.engine.stats_once(&it.key.id, LONG).await.unwrap(),
        Utc::now(),
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    let second = bench.engine.stats_once(&it.key.id, LONG).await.unwrap();
    assert_eq!(second.memory_limit, Some(64 << 20));
    assert!(
        second
            .memory
            .is_some_and(|bytes| bytes > 0 && bytes < 64 << 20),
        "{second:?}"
    );
    assert!(
        second.cpu_total.is_some() && second.cpu_total >= first.cpu_total,
        "{second:?}"
    );
    assert!(second.cpu_system > first.cpu_system, "{second:?}");
    assert!(second.online_cpus.is_some_and(|n| n > 0), "{second:?}");
    assert!(second.read > first.read, "{second:?}");
    assert!(second.pids.is_some_and(|n| n > 0), "{second:?}");
    let sample = second.sample(Some((&first, then)), Utc::now());
    let most = 100.0 * f64::from(second.online_cpus.unwrap());
    assert!(
        sample
            .cpu
            .is_some_and(|percent| (0.0..=most).contains(&percent)),
        "{sample:?}"
    );
}

pub async fn figures_come_as_a_stream(bench: Bench) {
    let it = bench.obedient().await;
    let mut stream = bench.engine.stats_stream(&it.key.id).await.unwrap();
    let mut readings = Vec::new();
    while readings.len() < 2 {
        let next = tokio::time::timeout(LONG, stream.next()).await;
        readings.push(next.unwrap().unwrap().unwrap());
    }
    assert!(readings[1].read > readings[0].read, "{readings:?}");
    assert!(readings[1].cpu_system > readings[0].cpu_system);
    drop(stream);
    let nobody = "0".repeat(64);
    assert!(bench.engine.stats_stream(&nobody).await.is_err());
}

pub async fn what_does_not_run_has_no_figures(bench: Bench) {
    let it = bench.failed().await;
    let figures = bench.engine.stats_once(&it.key.id, LONG).await.unwrap();
    assert_eq!(figures.memory.unwrap_or(0), 0, "{figures:?}");
    assert_eq!(figures.cpu_total.unwrap_or(0), 0, "{figures:?}");
    let sample = figures.sample(None, Utc::now());
    assert_eq!((sample.cpu, sample.memory), (None, None), "blank, never 0");
}
