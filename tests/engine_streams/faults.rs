//! Logs and shells over a server that cuts and falls silent on purpose. Needs no engine.
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stacktui::effect::ShellRequest;
use stacktui::engine::{Endpoint, Engine};
use stacktui::model::{HostId, Key};
use stacktui::msg::{FailureKind, LogMsg, ShellEnd};
use stacktui::runtime::{log_stream, shell};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::{LogQuery, terminal, texts};

/// What the server was asked, and how it behaves.
#[derive(Default)]
struct Fake {
    frozen: AtomicBool,
    log_reads: AtomicU32,
    asked: Mutex<Vec<String>>,
}

impl Fake {
    fn asked(&self, word: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|a| a.contains(word)).cloned().collect()
    }
}

pub(super) async fn request(stream: &mut UnixStream) -> Option<String> {
    let mut held = Vec::new();
    loop {
        if stream.read_buf(&mut held).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&held).into_owned();
        let Some(end) = text.find("\r\n\r\n") else {
            continue;
        };
        let length = text.to_ascii_lowercase().lines().find_map(|l| {
            l.strip_prefix("content-length:")
                .and_then(|n| n.trim().parse::<usize>().ok())
        });
        if held.len() >= end + 4 + length.unwrap_or(0) {
            return Some(text);
        }
    }
}

async fn serve(fake: Arc<Fake>, mut stream: UnixStream) {
    while let Some(asked) = request(&mut stream).await {
        fake.asked.lock().unwrap().push(asked.clone());
        while fake.frozen.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(20)).await;
        }
        let path = asked.split(' ').nth(1).unwrap_or_default();
        if path.starts_with("/containers/c/logs") {
            log(&fake, &mut stream).await;
            return;
        }
        if path.ends_with("/start") {
            let head = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
            stream.write_all(head).await.unwrap();
            if path.contains("/shell/") {
                stream.write_all(b"$ ").await.unwrap();
                fake.frozen.store(true, Ordering::Relaxed);
                sleep(Duration::from_secs(60)).await;
            }
            return;
        }
        let body = match path {
            "/_ping" => "OK",
            "/version" => r#"{"Version":"1","ApiVersion":"1.45"}"#,
            "/info" => r#"{"Name":"fake"}"#,
            "/containers/c/exec" if asked.contains("\"Tty\":true") => r#"{"Id":"shell"}"#,
            "/containers/c/exec" => r#"{"Id":"other"}"#,
            "/exec/other/json" => r#"{"Running":false,"ExitCode":0}"#,
            _ => {
                r#"{"Config":{"Tty":false},"State":{"Running":true,"StartedAt":"2026-01-01T00:00:00Z"}}"#
            }
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn line(number: u32) -> Vec<u8> {
    let text = format!("2026-01-01T00:00:0{number}Z line {number}\n");
    let mut frame = vec![1, 0, 0, 0];
    frame.extend_from_slice(&(text.len() as u32).to_be_bytes());
    frame.extend_from_slice(text.as_bytes());
    frame
}

/// The same log each time; each reading is cut in the middle of one line more.
async fn log(fake: &Fake, stream: &mut UnixStream) {
    let reads = fake.log_reads.fetch_add(1, Ordering::Relaxed);
    let mut all: Vec<u8> = (1..=reads.min(5) + 1).flat_map(line).collect();
    if reads < 5 {
        // Its stamp and the beginning of its words.
        all.extend(&line(reads + 2)[..32]);
    }
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{head}{:x}\r\n", all.len()).into_bytes();
    let whole = [chunk, all, b"\r\n".to_vec()].concat();
    stream.write_all(&whole).await.unwrap();
    if reads >= 5 {
        sleep(Duration::from_secs(60)).await;
    }
}

async fn fake() -> (TempDir, Arc<Fake>, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let fake = Arc::new(Fake::default());
    let serving = Arc::clone(&fake);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(Arc::clone(&serving), stream));
        }
    });
    let engine = Engine::open(&Endpoint::Unix(path)).await.unwrap();
    (folder, fake, engine)
}

#[tokio::test]
async fn lines_cut_in_their_midst_come_whole_and_once() {
    let (_folder, fake, engine) = fake().await;
    let (out, mut messages) = mpsc::channel(64);
    let (_link, link) = watch::channel(Some(engine));
    let query = LogQuery {
        key: Key::container(HostId(0), "c"),
        tail: 100,
        since: None,
    };
    tokio::spawn(log_stream::run(query, link, out));
    let mut lines = Vec::new();
    while lines.len() < 6 {
        let next = timeout(Duration::from_secs(20), messages.recv()).await;
        if let Some((_, LogMsg::Lines(records))) = next.unwrap() {
            lines.extend(texts(&records));
        }
    }
    let wanted: Vec<String> = (1..=6).map(|n| format!("line {n}")).collect();
    assert_eq!(lines, wanted);
    let resumed = fake.asked("/logs?").pop().unwrap();
    assert!(resumed.contains("&since=1767225605.000000000"), "{resumed}");
    assert!(
        timeout(Duration::from_millis(500), async {
            loop {
                match messages.recv().await {
                    Some((_, LogMsg::Lines(more))) => return more,
                    Some(_) => {}
                    None => std::future::pending().await,
                }
            }
        })
        .await
        .is_err()
    );
}

#[tokio::test]
async fn a_dead_link_is_told_within_seconds_and_cleaned_after() {
    let (_folder, fake, engine) = fake().await;
    let (io, (input, mut output, _size)) = terminal();
    let request = ShellRequest {
        command: vec!["sh".into()],
        ..ShellRequest::default()
    };
    let begun = Instant::now();
    let end = tokio::spawn(shell::run(
        engine,
        Key::container(HostId(0), "c"),
        request,
        io,
    ));
    assert_eq!(output.recv().await.unwrap(), b"$ ");
    // More than any buffer takes: what is typed into a dead link must not hang it.
    input.send(vec![b'x'; 4 << 20]).await.unwrap();
    let end = timeout(Duration::from_secs(20), end)
        .await
        .unwrap()
        .unwrap();
    let ShellEnd::Failed(failure) = end else {
        panic!("{end:?}")
    };
    assert_eq!(failure.kind, FailureKind::TimedOut);
    assert!(
        begun.elapsed() < Duration::from_secs(12),
        "{:?}",
        begun.elapsed()
    );
    fake.frozen.store(false, Ordering::Relaxed);
    let shell = fake.asked("\"Tty\":true").remove(0);
    let mark = shell
        .split("STACKTUI_SESSION=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let cleaned = async {
        while !fake.asked("\"Tty\":false").iter().any(|a| a.contains(mark)) {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(20), cleaned).await.unwrap();
}
