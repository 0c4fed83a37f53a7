//! Logs: their past, their tail, what comes, and the way back to the beginning.
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use stacktui::effect::{LogPage, LogQuery, Verb};
use stacktui::engine::logs::LogOptions;
use stacktui::model::{LogRecord, LogStream};
use stacktui::msg::LogMsg;
use stacktui::runtime::log_stream::{self, older};
use tokio::sync::{mpsc, watch};

use crate::bench::{Bench, LONG_LINE, Thing, soon};

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

pub async fn a_line_of_forty_kib_comes_whole_and_counts_as_three(bench: Bench) {
    let it = bench.long().await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    bench.stop(&it).await;
    let all = past(&bench, &it, LogOptions::default()).await;
    assert_eq!(all[0].bytes, vec![b'x'; LONG_LINE]);
    assert_eq!(all[0].cut_from, None);
    assert!(all.len() > 3 && all[1..].iter().all(|record| record.bytes == b"short"));
    if bench.podman() {
        // Its tail counts otherwise, and gives an empty line where it begins in the middle of one.
        return;
    }
    // All frames but the first two of the long line.
    let options = LogOptions {
        tail: Some(all.len() as u32),
        ..LogOptions::default()
    };
    let some = past(&bench, &it, options).await;
    assert_eq!(some[0].bytes.len(), LONG_LINE - 2 * 16_384);
    assert_eq!(some[1..], all[1..]);
}

pub async fn a_last_line_without_an_end_is_a_line(bench: Bench) {
    let it = bench.breathless().await;
    for run in 1..=2 {
        bench.start(&it).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        bench.stop(&it).await;
        let all = past(&bench, &it, LogOptions::default()).await;
        if bench.podman() {
            // It keeps back what has no end.
            assert_eq!(texts(&all), ["begin"]);
            return;
        }
        // The next run's first line is not glued to it.
        assert_eq!(texts(&all), ["begin", "no end"].repeat(run));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Lines as the screen gets them, until `enough` says so.
async fn followed(
    messages: &mut mpsc::Receiver<(LogQuery, LogMsg)>,
    lines: &mut Vec<LogRecord>,
    enough: impl Fn(&[LogRecord]) -> bool,
) {
    soon("more lines", async {
        while !enough(lines) {
            if let (_, LogMsg::Lines(more)) = messages.recv().await.unwrap() {
                lines.extend(more);
            }
        }
    })
    .await;
}

pub async fn a_log_goes_on_through_a_restart(bench: Bench) {
    let it = bench.talker().await;
    bench.start(&it).await;
    let (out, mut messages) = mpsc::channel(64);
    let (_link, link) = watch::channel(Some(bench.engine.clone()));
    let query = LogQuery {
        key: it.key.clone(),
        tail: 100,
        since: None,
    };
    tokio::spawn(log_stream::run(query, link, out));
    let mut lines = Vec::new();
    let starts = |lines: &[LogRecord]| lines.iter().filter(|r| r.bytes == b"first").count();
    followed(&mut messages, &mut lines, |lines| lines.len() > 5).await;
    let verb = Verb::Restart { timeout: None };
    bench.act(&it, verb).await.unwrap();
    followed(&mut messages, &mut lines, |lines| {
        starts(lines) == 2 && lines.last().is_some_and(|r| r.bytes == b"more")
    })
    .await;
    bench.stop(&it).await;
    soon("its end", async {
        loop {
            match messages.recv().await.unwrap().1 {
                LogMsg::Lines(more) => lines.extend(more),
                LogMsg::Ended => return,
                LogMsg::CaughtUp => {}
                LogMsg::Failed(failure) => panic!("{failure:?}"),
            }
        }
    })
    .await;
    assert_eq!(lines, past(&bench, &it, LogOptions::default()).await);
}

pub async fn a_big_log_is_paged_back_to_its_beginning(bench: Bench) {
    let it = bench.flood().await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    bench.stop(&it).await;
    let all = past(&bench, &it, LogOptions::default()).await;
    assert!(all.len() > 20_000, "{}", all.len());
    let mut held = all[all.len() - 1_000..].to_vec();
    let lines = all.len() as u32 / 8;
    for pages in 0.. {
        assert!(pages < 12, "{} of {} lines", held.len(), all.len());
        let before = held[0].at.unwrap();
        let at_before = held.iter().take_while(|r| r.at == Some(before)).count() as u32;
        let page = LogPage {
            key: it.key.clone(),
            before,
            at_before,
            newer: held.len() as u64,
            lines,
        };
        let older = older::read(&bench.engine, &page).await.unwrap();
        held.splice(0..0, older.records);
        if older.beginning {
            break;
        }
    }
    assert!(held == all, "{} of {} lines", held.len(), all.len());
}

pub async fn a_run_that_is_over_keeps_its_last_words(bench: Bench) {
    let it = bench.talker().await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    bench.stop(&it).await;
    let ended = bench.details(&it).await.finished.unwrap();
    // A run begins later than the last one ended, also by a simulated clock.
    tokio::time::sleep(Duration::from_millis(20)).await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let words = bench
        .engine
        .last_words(&it.key.id, 3, None, Some(ended))
        .await
        .unwrap();
    assert_eq!(words, ["more", "more", "more"]);
    let all = bench
        .engine
        .last_words(&it.key.id, 50, None, Some(ended))
        .await
        .unwrap();
    assert_eq!(
        all.iter().filter(|line| *line == "first").count(),
        1,
        "{all:?}"
    );
    let since = bench
        .engine
        .last_words(&it.key.id, 50, Some(ended), None)
        .await
        .unwrap();
    assert_eq!(
        since.first().map(String::as_str),
        Some("first"),
        "{since:?}"
    );
}
