//! What flows: events, figures, logs.
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use stacktui::effect::Verb;
use stacktui::engine::events::Events;
use stacktui::engine::logs::LogOptions;
use stacktui::model::{EngineEvent, LogRecord, LogStream};

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
    let first = bench.engine.stats_once(&it.key.id, LONG).await.unwrap();
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
    let sample = second.sample(Some(&first), Utc::now());
    let most = 100.0 * f64::from(second.online_cpus.unwrap());
    assert!(
        sample
            .cpu
            .is_some_and(|percent| (0.0..=most).contains(&percent)),
        "{sample:?}"
    );
}

pub async fn what_does_not_run_has_no_figures(bench: Bench) {
    let it = bench.failed().await;
    let figures = bench.engine.stats_once(&it.key.id, LONG).await.unwrap();
    assert_eq!(figures.memory.unwrap_or(0), 0, "{figures:?}");
    assert_eq!(figures.cpu_total.unwrap_or(0), 0, "{figures:?}");
    let sample = figures.sample(None, Utc::now());
    assert_eq!((sample.cpu, sample.memory), (None, None), "blank, never 0");
}

async fn past(bench: &Bench, it: &Thing, options: LogOptions) -> Vec<LogRecord> {
    let batches = bench.engine.logs(&it.key.id, false, options).await.unwrap();
    let batches: Vec<_> = soon("the end of a log", batches.collect()).await;
    batches.into_iter().flat_map(Result::unwrap).collect()
}

fn texts(records: &[LogRecord]) -> Vec<String> {
    let text = |record: &LogRecord| String::from_utf8_lossy(&record.bytes).into_owned();
    records.iter().map(text).collect()
}

/// A talker that has talked for a second and was stopped.
async fn told(bench: &Bench) -> Thing {
    let it = bench.talker().await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    bench.stop(&it).await;
    it
}

pub async fn a_log_has_its_past_and_its_tail(bench: Bench) {
    let it = told(&bench).await;
    let setup = bench.engine.log_setup(&it.key.id).await.unwrap();
    assert_eq!(
        (setup.tty, setup.driver.as_str(), setup.running),
        (false, "json-file", false)
    );
    let all = past(&bench, &it, LogOptions::default()).await;
    let lines = texts(&all);
    assert_eq!(lines[..3], ["first", "second", "third"]);
    assert!(
        lines.len() > 4 && lines[3..].iter().all(|line| line == "more"),
        "{lines:?}"
    );
    assert!(
        all.iter()
            .all(|record| record.stream == LogStream::Stdout && record.cut_from.is_none())
    );
    let stamps: Vec<_> = all.iter().map(|record| record.at.unwrap()).collect();
    assert!(stamps.is_sorted());
    let options = LogOptions {
        tail: Some(2),
        ..LogOptions::default()
    };
    assert_eq!(past(&bench, &it, options).await, all[all.len() - 2..]);
    let options = LogOptions {
        tail: Some(0),
        ..LogOptions::default()
    };
    assert_eq!(past(&bench, &it, options).await, []);
}

pub async fn a_followed_log_ends_with_the_run(bench: Bench) {
    let it = bench.talker().await;
    bench.start(&it).await;
    let options = LogOptions {
        follow: true,
        ..LogOptions::default()
    };
    let batches = bench.engine.logs(&it.key.id, false, options).await.unwrap();
    let mut batches = Box::pin(batches);
    let mut lines = Vec::new();
    soon("live lines", async {
        while lines.len() < 8 {
            lines.extend(texts(&batches.next().await.unwrap().unwrap()));
        }
    })
    .await;
    assert_eq!(lines[..3], ["first", "second", "third"]);
    bench.stop(&it).await;
    soon("its end", async {
        while let Some(batch) = batches.next().await {
            batch.unwrap();
        }
    })
    .await;
}

pub async fn a_log_begins_where_it_is_told(bench: Bench) {
    let it = told(&bench).await;
    let all = past(&bench, &it, LogOptions::default()).await;
    let middle = all
        .iter()
        .position(|record| record.bytes == b"more")
        .unwrap()
        + 1;
    let here = all[middle].at.unwrap();
    let nano = TimeDelta::nanoseconds(1);
    let strictly = all.windows(2).all(|two| two[0].at < two[1].at);
    assert!(
        strictly || bench.podman(),
        "podman's stamps are whole seconds"
    );
    let read = async |since, until| {
        let options = LogOptions {
            since,
            until,
            ..LogOptions::default()
        };
        past(&bench, &it, options).await
    };
    let among = |wanted: &dyn Fn(DateTime<Utc>) -> bool| -> Vec<LogRecord> {
        let fits = |record: &&LogRecord| record.at.is_some_and(wanted);
        all.iter().filter(fits).cloned().collect()
    };
    let told = read(Some(here), None).await;
    assert_eq!(told, among(&|at| at >= here), "inclusive");
    if bench.podman() {
        // It rounds times to what a float holds, and its stamps are whole seconds: the rest is docker's.
        return;
    }
    let told = read(Some(here + nano), None).await;
    assert_eq!(told, among(&|at| at > here));
    let told = read(None, Some(here - nano)).await;
    assert_eq!(told, among(&|at| at < here));
}

pub async fn standard_error_is_told_apart(bench: Bench) {
    let it = bench.complainer().await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let all = past(&bench, &it, LogOptions::default()).await;
    assert_eq!(texts(&all), ["a complaint"]);
    assert_eq!(all[0].stream, LogStream::Stderr);
}
