//! Paging back through logs that a server of our own serves as engine 20.10 does: `tail` counts frames from the newest
//! and goes before `until`, which ends the answer at the first later frame. Needs no engine.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use stacktui::effect::{LogPage, LogQuery};
use stacktui::engine::{Endpoint, Engine};
use stacktui::model::{HostId, Key, LogRecord};
use stacktui::msg::{FailureKind, LogMsg, OlderLogs};
use stacktui::runtime::log_stream::{self, older};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixListener;

use super::faults::request;

/// Where the engine splits long lines.
const PART: usize = 16_384;
/// 2026-01-01, in nanoseconds since the epoch.
const BEGIN: i64 = 1_767_225_600_000_000_000;

/// One line as a program wrote it: when after [`BEGIN`] in nanoseconds, on which stream, its text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line(i64, u8, String);

/// A frame and its time.
type Sent = (i64, Vec<u8>);

/// A log that can grow while it is read.
#[derive(Debug, Clone, Default)]
struct Log {
    frames: Arc<Mutex<Vec<Sent>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Log {
    fn write(&self, line: &Line) {
        let mut frames = self.frames.lock().unwrap();
        let text = [line.2.as_bytes(), b"\n"].concat();
        let stamp = DateTime::from_timestamp_nanos(BEGIN + line.0);
        let stamp = stamp.to_rfc3339_opts(chrono::SecondsFormat::Nanos, true);
        for part in text.chunks(PART) {
            let payload = [stamp.as_bytes(), b" ", part].concat();
            let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
            let frame = [&[line.1, 0, 0, 0][..], &length, &payload].concat();
            frames.push((BEGIN + line.0, frame));
        }
    }

    fn write_all(&self, lines: &[Line]) {
        for line in lines {
            self.write(line);
        }
    }

    fn body(&self, path: &str) -> Vec<u8> {
        let value = |name: &str| {
            let query = path.split_once('?').unwrap().1;
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        // A number: never all of it.
        let tail: usize = value("tail").unwrap().parse().unwrap();
        let until = value("until").map_or(i64::MAX, |text| {
            let (seconds, nanos) = text.split_once('.').unwrap();
            seconds.parse::<i64>().unwrap() * 1_000_000_000 + nanos.parse::<i64>().unwrap()
        });
        let frames = self.frames.lock().unwrap();
        let from = frames.len().saturating_sub(tail);
        let shown = frames[from..].iter().take_while(|(at, _)| *at <= until);
        shown.flat_map(|(_, frame)| frame.clone()).collect()
    }

    async fn serve(self, mut stream: tokio::net::UnixStream) {
        while let Some(asked) = request(&mut stream).await {
            let path = asked.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut status = "200 OK";
            let body = match path.as_str() {
                "/_ping" => b"OK".to_vec(),
                "/version" => br#"{"Version":"1","ApiVersion":"1.41"}"#.to_vec(),
                "/info" => br#"{"Name":"fake"}"#.to_vec(),
                _ if path.starts_with("/containers/mute/logs") => {
                    status = "501 Not Implemented";
                    br#"{"message":"configured logging driver does not support reading"}"#.to_vec()
                }
                // A header that claims four gigabytes.
                _ if path.starts_with("/containers/liar/logs") => {
                    [&[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xf0][..], &[b'x'; 4096]].concat()
                }
                _ if path.contains("/logs?") => {
                    self.asked.lock().unwrap().push(path.clone());
                    self.body(&path)
                }
                _ => br#"{"Config":{"Tty":false},"HostConfig":{"LogConfig":{"Type":"syslog"}},"State":{"Running":true,"StartedAt":"x"}}"#.to_vec(),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            if stream
                .write_all(&[head.as_bytes(), &body].concat())
                .await
                .is_err()
            {
                return;
            }
        }
    }

    async fn engine(&self) -> (TempDir, Engine) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let log = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(log.clone().serve(stream));
            }
        });
        let engine = Engine::open(&Endpoint::Unix(path)).await.unwrap();
        (folder, engine)
    }
}

/// What a reader holds, oldest first.
#[derive(Default)]
struct Held(Vec<LogRecord>);

impl Held {
    async fn page(&mut self, engine: &Engine, lines: u32) -> OlderLogs {
        let before = self.0.iter().filter_map(|r| r.at).min().unwrap();
        let at_before = self.0.iter().filter(|r| r.at == Some(before)).count() as u32;
        let page = LogPage {
            key: Key::container(HostId(0), "c"),
            before,
            at_before,
            newer: self.0.len() as u64,
            lines,
        };
        let older = older::read(engine, &page).await.unwrap();
        assert!(older.beginning || !older.records.is_empty(), "it goes on");
        self.0.splice(0..0, older.records.iter().cloned());
        older
    }

    async fn go_to_the_beginning(&mut self, engine: &Engine, lines: u32) {
        while !self.page(engine, lines).await.beginning {}
    }

    fn lines(&self) -> Vec<Line> {
        let line = |r: &LogRecord| {
            let at = r.at.unwrap().timestamp_nanos_opt().unwrap() - BEGIN;
            let text = String::from_utf8(r.bytes.clone()).unwrap();
            Line(at, r.stream as u8 + 1, text)
        };
        self.0.iter().map(line).collect()
    }
}

fn record(line: &Line) -> LogRecord {
    LogRecord {
        at: Some(DateTime::<Utc>::from_timestamp_nanos(BEGIN + line.0)),
        stream: if line.1 == 1 {
            stacktui::model::LogStream::Stdout
        } else {
            stacktui::model::LogStream::Stderr
        },
        bytes: line.2.clone().into_bytes(),
        cut_from: None,
    }
}

/// The newest lines are held, the rest is paged.
async fn paged(lines: &[Line], held: usize, page: u32) -> (Vec<Line>, Log) {
    let log = Log::default();
    log.write_all(lines);
    let (_folder, engine) = log.engine().await;
    let mut reader = Held(lines[lines.len() - held..].iter().map(record).collect());
    reader.go_to_the_beginning(&engine, page).await;
    (reader.lines(), log)
}

fn numbered(count: i64, step: i64) -> Vec<Line> {
    (0..count)
        .map(|n| Line(n * step + 7, 1, format!("line {n}")))
        .collect()
}

#[tokio::test]
async fn pages_lead_to_the_beginning_and_never_ask_for_all() {
    let lines = numbered(10_000, 1_000_000);
    let (got, log) = paged(&lines, 500, 1_000).await;
    assert!(got == lines);
    let asked = log.asked.lock().unwrap();
    // Ten pages, and the look whether more lies before the last one.
    assert!(asked.len() <= 12, "{asked:?}");
}

#[tokio::test]
async fn lines_that_came_since_make_the_tail_too_small_and_it_is_doubled() {
    let lines = numbered(3_000, 1_000_000_000);
    let log = Log::default();
    log.write_all(&lines);
    let (_folder, engine) = log.engine().await;
    let mut reader = Held(lines[2_900..].iter().map(record).collect());
    for n in 3_000..8_000 {
        log.write(&Line(n * 1_000_000_000, 1, format!("line {n}")));
    }
    let first = reader.page(&engine, 100).await;
    assert!(!first.beginning && first.records.len() >= 50);
    reader.go_to_the_beginning(&engine, 1_000).await;
    assert!(reader.lines() == lines);
}

#[tokio::test]
async fn many_lines_of_one_stamp_come_once_each() {
    // A whole second each, as podman tells: its `until` is about the true time.
    let lines: Vec<Line> = (0..900)
        .map(|n| Line(n / 300 * 1_000_000_000, 1, format!("line {n}")))
        .collect();
    for held in [1, 150, 299, 300, 301] {
        let (got, _) = paged(&lines, held, 40).await;
        assert!(got == lines, "{held} held");
    }
}

#[tokio::test]
async fn a_line_longer_than_any_page_comes_whole() {
    let mut lines = numbered(50, 1_000_000_000);
    lines[20].2 = "y".repeat(400 * PART + 5);
    lines[30].2 = "z".repeat(3 * PART);
    let (got, _) = paged(&lines, 10, 5).await;
    assert!(got.len() == lines.len());
    assert!(got[30] == lines[30]);
    // Held to a bound, and nothing torn.
    assert_eq!(got[20].2.len(), 1 << 20);
    assert!(got[..20] == lines[..20]);
}

#[tokio::test]
async fn a_clock_set_back_hides_nothing() {
    let second = 1_000_000_000;
    let mut lines = numbered(400, second);
    // At 200 the clock goes back by about 100 seconds.
    for line in &mut lines[200..] {
        line.0 -= 100 * second + 1;
    }
    // From a place behind the jump, so far that its time was there before.
    let (got, _) = paged(&lines, 180, 50).await;
    let missing = lines.iter().filter(|line| !got.contains(line)).count();
    assert_eq!((missing, got.len()), (0, lines.len()));
}

#[tokio::test]
async fn what_was_rotated_away_is_the_beginning() {
    let lines = numbered(100, 1_000_000_000);
    let log = Log::default();
    log.write_all(&lines[60..]);
    let (_folder, engine) = log.engine().await;
    let mut reader = Held(lines[20..].iter().map(record).collect());
    let older = reader.page(&engine, 10).await;
    assert!(older.beginning && older.records.is_empty());
}

#[tokio::test]
async fn a_time_far_back_is_reached_without_a_line_held() {
    let second = 1_000_000_000;
    let lines = numbered(40_000, second);
    let log = Log::default();
    log.write_all(&lines);
    let (_folder, engine) = log.engine().await;
    let page = |seconds: i64| LogPage {
        key: Key::container(HostId(0), "c"),
        before: DateTime::from_timestamp_nanos(BEGIN + seconds * second + 3),
        at_before: 0,
        newer: 0,
        lines: 10,
    };
    let older = older::read(&engine, &page(200)).await.unwrap();
    let reader = Held(older.records);
    assert!(!older.beginning && reader.lines().ends_with(&lines[190..200]));
    let older = older::read(&engine, &page(-100)).await.unwrap();
    assert!(older.beginning && older.records.is_empty());
}

#[tokio::test]
async fn a_log_that_cannot_be_read_names_its_driver() {
    let log = Log::default();
    let (_folder, engine) = log.engine().await;
    let page = LogPage {
        key: Key::container(HostId(0), "mute"),
        before: Utc::now(),
        at_before: 1,
        newer: 1,
        lines: 10,
    };
    let failure = older::read(&engine, &page).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(
        failure.what.as_str().contains("`syslog`"),
        "{}",
        failure.what
    );
}

#[tokio::test]
async fn a_frame_that_lies_about_its_length_ends_in_a_failure() {
    let log = Log::default();
    let (_folder, engine) = log.engine().await;
    let key = Key::container(HostId(0), "liar");
    let page = LogPage {
        key: key.clone(),
        before: Utc::now(),
        at_before: 1,
        newer: 1,
        lines: 10,
    };
    let failure = older::read(&engine, &page).await.unwrap_err();
    assert!(
        failure.what.as_str().contains("more than 1 MiB"),
        "{}",
        failure.what
    );

    let (out, mut messages) = tokio::sync::mpsc::channel(64);
    let (_link, link) = tokio::sync::watch::channel(Some(engine));
    let query = LogQuery {
        key,
        tail: 10,
        since: None,
    };
    tokio::spawn(log_stream::run(query, link, out));
    // It may have been a fault of the moment: a few readings more, then no more.
    let message = tokio::time::timeout(Duration::from_secs(30), messages.recv()).await;
    let Some((_, LogMsg::Failed(failure))) = message.unwrap() else {
        panic!("lines out of nonsense")
    };
    assert!(
        failure.what.as_str().contains("more than 1 MiB"),
        "{}",
        failure.what
    );
    assert!(messages.recv().await.is_none());
}

fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    let one = (
        0..3i64,
        1..=2u8,
        prop_oneof![9 => Just(1usize), 1 => 1..50_000usize],
    );
    prop::collection::vec(one, 2..300).prop_map(|steps| {
        let mut at = 0;
        let mut lines = Vec::new();
        for (n, (step, stream, length)) in steps.into_iter().enumerate() {
            at += step * 300_000_000;
            lines.push(Line(at, stream, format!("{n} {}", "x".repeat(length))));
        }
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_log_is_paged_back_without_a_line_lost_or_twice(lines in any_lines(), held in 0.0..1.0f64, page in 1..80u32) {
        let held = ((lines.len() as f64 * held) as usize).max(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (got, _) = runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(60), paged(&lines, held, page)).await.unwrap()
        });
        prop_assert!(got == lines, "{} of {} lines", got.len(), lines.len());
    }
}
