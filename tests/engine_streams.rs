//! Logs, execs and attached terminals on the real engine, when one answers and the test images are there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do, and a skipped test says so"
)]

#[path = "engine_streams/faults.rs"]
mod faults;
#[path = "engine_streams/pages.rs"]
mod pages;

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use stacktui::effect::{LogPage, LogQuery, ShellRequest};
use stacktui::engine::logs::LogOptions;
use stacktui::engine::{Endpoint, Engine};
use stacktui::model::{HostId, Key, LogRecord, LogStream};
use stacktui::msg::{FailureKind, LogMsg, ShellEnd};
use stacktui::runtime::log_stream::{self, older};
use stacktui::runtime::shell::{self, ShellIo};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Images with a shell and without one: those of `tests/engine/images.sh`, or older names.
const IMAGES: [[&str; 2]; 2] = [
    [
        "stacktui-test/busybox:latest",
        "stacktui-test/noshell:latest",
    ],
    ["stacktest-busybox:latest", "stacktest-noshell:latest"],
];
const LONG: Duration = Duration::from_secs(30);

static FOUND: OnceLock<[&str; 2]> = OnceLock::new();

fn busybox() -> &'static str {
    FOUND.get().unwrap()[0]
}

fn shell_less() -> &'static str {
    FOUND.get().unwrap()[1]
}

/// The engine that the docker command talks to, too.
async fn real() -> Option<Engine> {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    let host = if host.is_empty() {
        "unix:///var/run/docker.sock"
    } else {
        &host
    };
    let engine = match Engine::open(&Endpoint::parse(host).unwrap()).await {
        Ok(engine) => engine,
        Err(error) => {
            println!("SKIPPED: no engine here ({error})");
            return None;
        }
    };
    let images = engine.local_images().await.unwrap();
    let here = |name: &str| images.iter().any(|(tag, _)| tag == name);
    let Some(found) = IMAGES.into_iter().find(|pair| pair.iter().all(|i| here(i))) else {
        println!("SKIPPED: no test images here, tests/engine/images.sh makes them");
        return None;
    };
    FOUND.get_or_init(|| found);
    Some(engine)
}

/// A container of this test, removed whatever happens.
struct Made {
    id: String,
    name: String,
}

impl Made {
    fn key(&self) -> Key {
        Key::container(HostId(0), &self.id)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        docker(&["rm", "-f", &self.name]);
    }
}

fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Without a network: none is needed, and a broken one must not matter.
fn run_with(image: &str, options: &[&str], command: &[&str]) -> Made {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("stt2-{}-{number}", std::process::id());
    let fixed = ["run", "-d", "--network", "none", "--name", &name];
    let args = [&fixed[..], options, &[image], command].concat();
    let output = Command::new("docker").args(&args).output().unwrap();
    let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let made = Made { id, name };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    made
}

fn sh(options: &[&str], script: &str) -> Made {
    run_with(busybox(), options, &["sh", "-c", script])
}

fn sleeper(options: &[&str]) -> Made {
    sh(options, "trap 'exit 0' TERM; while :; do sleep 0.1; done")
}

async fn ended(engine: &Engine, made: &Made) {
    let path = format!("/containers/{}/json", made.id);
    let over = async {
        loop {
            let found = engine.raw().get_json(&path, 1 << 22, LONG).await.unwrap();
            if found["State"]["Running"] == Value::Bool(false) {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(LONG, over).await.unwrap();
}

async fn all_logs(engine: &Engine, made: &Made, tty: bool, options: LogOptions) -> Vec<LogRecord> {
    let lines = engine.logs(&made.id, tty, options).await.unwrap();
    let batches: Vec<_> = timeout(LONG, lines.try_collect()).await.unwrap().unwrap();
    batches.into_iter().flatten().collect()
}

fn texts(records: &[LogRecord]) -> Vec<String> {
    records
        .iter()
        .map(|r| String::from_utf8_lossy(&r.bytes).into_owned())
        .collect()
}

#[tokio::test]
async fn both_streams_long_lines_and_a_last_line_without_end_come_whole() {
    let Some(engine) = real().await else { return };
    for driver in ["json-file", "local"] {
        let script = "echo out; echo err >&2; head -c 40960 /dev/zero | tr '\\0' x; echo; echo; printf 'rest'";
        let made = sh(&["--log-driver", driver], script);
        ended(&engine, &made).await;
        let records = all_logs(&engine, &made, false, LogOptions::default()).await;
        assert!(records.iter().all(|r| r.at.is_some()), "{driver}");
        let err: Vec<_> = records
            .iter()
            .filter(|r| r.stream == LogStream::Stderr)
            .cloned()
            .collect();
        assert_eq!(texts(&err), ["err"], "{driver}");
        let out: Vec<_> = records
            .iter()
            .filter(|r| r.stream == LogStream::Stdout)
            .cloned()
            .collect();
        let lengths: Vec<usize> = out.iter().map(|r| r.bytes.len()).collect();
        assert_eq!(lengths, [3, 40_960, 0, 4], "{driver}");
    }
}

#[tokio::test]
async fn a_terminals_log_keeps_leading_low_bytes_and_joins_long_lines() {
    let Some(engine) = real().await else { return };
    let script =
        "printf '\\001abc\\n\\000\\000x\\n'; head -c 40960 /dev/zero | tr '\\0' y; echo; echo last";
    let made = sh(&["-t"], script);
    ended(&engine, &made).await;
    let records = all_logs(&engine, &made, true, LogOptions::default()).await;
    assert!(
        records
            .iter()
            .all(|r| r.stream == LogStream::Tty && r.at.is_some())
    );
    let lines = texts(&records);
    assert_eq!(lines[0], "\u{1}abc\r");
    assert_eq!(lines[1], "\0\0x\r");
    assert_eq!(
        lines[2].len(),
        40_961,
        "no stamp is left inside a long line"
    );
    assert_eq!(&lines[3..], ["last\r"]);
}

#[tokio::test]
async fn a_character_written_in_two_halves_comes_whole() {
    let Some(engine) = real().await else { return };
    let made = sh(
        &[],
        "printf '\\303'; sleep 0.3; printf '\\251t\\303\\251\\n'",
    );
    ended(&engine, &made).await;
    let records = all_logs(&engine, &made, false, LogOptions::default()).await;
    assert_eq!(texts(&records), ["\u{e9}t\u{e9}"]);
}

#[tokio::test]
async fn since_is_exact_and_inclusive_and_tail_counts() {
    let Some(engine) = real().await else { return };
    let made = sh(&[], "for i in 1 2 3 4 5; do echo $i; sleep 0.02; done");
    ended(&engine, &made).await;
    let all = all_logs(&engine, &made, false, LogOptions::default()).await;
    let since = LogOptions {
        since: all[2].at,
        ..LogOptions::default()
    };
    assert_eq!(
        texts(&all_logs(&engine, &made, false, since).await),
        ["3", "4", "5"]
    );
    let until = LogOptions {
        until: all[1].at,
        ..LogOptions::default()
    };
    assert_eq!(
        texts(&all_logs(&engine, &made, false, until).await),
        ["1", "2"]
    );
    let tail = LogOptions {
        tail: Some(2),
        ..LogOptions::default()
    };
    assert_eq!(
        texts(&all_logs(&engine, &made, false, tail).await),
        ["4", "5"]
    );
}

/// A followed log: messages as they come.
struct Followed {
    messages: mpsc::Receiver<(LogQuery, LogMsg)>,
    engine: watch::Sender<Option<Engine>>,
    task: JoinHandle<()>,
}

fn follow(engine: &Engine, made: &Made, tail: u32) -> Followed {
    let (out, messages) = mpsc::channel(64);
    let (engine, engine_in) = watch::channel(Some(engine.clone()));
    let query = LogQuery {
        key: made.key(),
        tail,
        since: None,
    };
    let task = tokio::spawn(log_stream::run(query, engine_in, out));
    Followed {
        messages,
        engine,
        task,
    }
}

impl Followed {
    async fn next(&mut self) -> Option<LogMsg> {
        timeout(LONG, self.messages.recv())
            .await
            .unwrap()
            .map(|m| m.1)
    }

    /// Lines up to the first message that is none.
    async fn lines(&mut self) -> (Vec<String>, Option<LogMsg>) {
        let mut lines = Vec::new();
        loop {
            match self.next().await {
                Some(LogMsg::Lines(records)) => {
                    assert!(records.len() <= 256, "a batch of {}", records.len());
                    lines.extend(texts(&records));
                }
                other => return (lines, other),
            }
        }
    }

    async fn until(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.last().map(String::as_str) != Some(last) {
            match self.next().await {
                Some(LogMsg::Lines(records)) => lines.extend(texts(&records)),
                Some(LogMsg::CaughtUp | LogMsg::Ended) => {}
                other => panic!("{other:?} after {lines:?}"),
            }
        }
        lines
    }
}

#[tokio::test]
async fn the_past_of_a_stopped_container_is_read_and_its_removal_ends_the_stream() {
    let Some(engine) = real().await else { return };
    let made = sh(&[], "for i in $(seq 1000); do echo $i; done");
    ended(&engine, &made).await;
    let mut followed = follow(&engine, &made, 600);
    let (lines, next) = followed.lines().await;
    assert_eq!(
        lines,
        (401..=1000).map(|n| n.to_string()).collect::<Vec<_>>()
    );
    assert!(matches!(next, Some(LogMsg::CaughtUp)), "{next:?}");
    let next = followed.next().await;
    assert!(matches!(next, Some(LogMsg::Ended)), "{next:?}");
    drop(made);
    assert!(followed.next().await.is_none(), "said once, then finished");
    timeout(LONG, followed.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_busy_log_is_caught_up_too() {
    let Some(engine) = real().await else { return };
    let made = sh(
        &[],
        "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done",
    );
    sleep(Duration::from_millis(500)).await;
    let mut followed = follow(&engine, &made, 10);
    let (past, next) = timeout(Duration::from_secs(5), followed.lines())
        .await
        .unwrap();
    assert!(
        past.len() >= 10 && matches!(next, Some(LogMsg::CaughtUp)),
        "{past:?} {next:?}"
    );
    let (mut numbers, from) = (Vec::new(), past.len());
    numbers.extend(past);
    while numbers.len() < from + 50 {
        let Some(LogMsg::Lines(records)) = followed.next().await else {
            panic!()
        };
        numbers.extend(texts(&records));
    }
    let first: usize = numbers[0].parse().unwrap();
    let wanted: Vec<String> = (first..first + numbers.len())
        .map(|n| n.to_string())
        .collect();
    assert_eq!(
        numbers, wanted,
        "no line lost or twice where past and present meet"
    );
}

#[tokio::test]
async fn a_followed_log_goes_through_restarts_without_losing_or_doubling() {
    let Some(engine) = real().await else { return };
    let made = sh(
        &[],
        "echo begin; trap 'echo end; exit 0' TERM; while :; do sleep 0.05; done",
    );
    let mut followed = follow(&engine, &made, 100);
    assert_eq!(followed.until("begin").await, ["begin"]);
    sleep(Duration::from_millis(400)).await;
    let started = std::time::Instant::now();
    docker(&["restart", "-t", "5", &made.id]);
    let mut lines = Vec::new();
    while lines.len() < 2 {
        match followed.next().await {
            Some(LogMsg::Lines(records)) => lines.extend(texts(&records)),
            Some(LogMsg::CaughtUp | LogMsg::Ended) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(lines, ["end", "begin"]);
    assert!(started.elapsed() < Duration::from_secs(8));
    docker(&["stop", "-t", "5", &made.id]);
    assert_eq!(followed.until("end").await, ["end"]);
    let next = followed.next().await;
    assert!(matches!(next, Some(LogMsg::Ended)), "{next:?}");
    docker(&["start", &made.id]);
    assert_eq!(followed.until("begin").await, ["begin"]);
    // A link that went down and came back.
    followed.engine.send_replace(None);
    sleep(Duration::from_millis(100)).await;
    followed.engine.send_replace(Some(engine.clone()));
    sleep(Duration::from_millis(500)).await;
    docker(&["stop", "-t", "5", &made.id]);
    assert_eq!(
        followed.until("end").await,
        ["end"],
        "nothing twice after the link was down"
    );
}

#[tokio::test]
async fn short_runs_between_two_looks_are_read() {
    let Some(engine) = real().await else { return };
    let made = sh(&[], "cat /proc/sys/kernel/random/uuid");
    ended(&engine, &made).await;
    let mut followed = follow(&engine, &made, 10);
    let (first, _) = followed.lines().await;
    assert!(matches!(followed.next().await, Some(LogMsg::Ended)));
    docker(&["start", &made.id]);
    ended(&engine, &made).await;
    let Some(LogMsg::Lines(records)) = followed.next().await else {
        panic!()
    };
    assert_ne!(texts(&records), first);
    assert_eq!(records.len(), 1);
}

#[tokio::test]
async fn a_link_that_comes_and_goes_neither_loses_nor_repeats_a_line() {
    let Some(engine) = real().await else { return };
    for driver in ["json-file", "local"] {
        let script = "for k in $(seq 150); do seq $((k*20-19)) $((k*20)); seq $((k*20-19)) $((k*20)) >&2; sleep 0.02; done; sleep 0.2; echo done; while :; do sleep 0.1; done";
        let made = sh(&["--log-driver", driver], script);
        let mut followed = follow(&engine, &made, 100_000);
        let mut records: Vec<LogRecord> = Vec::new();
        let mut cuts = 0;
        let begun = tokio::time::Instant::now();
        while records.last().is_none_or(|r| r.bytes != b"done") {
            assert!(begun.elapsed() < LONG, "{} lines", records.len());
            if cuts < 60 {
                followed.engine.send_replace(None);
                sleep(Duration::from_millis(5)).await;
                followed.engine.send_replace(Some(engine.clone()));
                cuts += 1;
            }
            let end = tokio::time::Instant::now() + Duration::from_millis(30);
            while let Ok(next) = tokio::time::timeout_at(end, followed.messages.recv()).await {
                if let (_, LogMsg::Lines(more)) = next.unwrap() {
                    records.extend(more);
                }
            }
        }
        for (stream, last) in [(LogStream::Stdout, Some("done")), (LogStream::Stderr, None)] {
            let own: Vec<_> = records
                .iter()
                .filter(|r| r.stream == stream)
                .cloned()
                .collect();
            let wanted = (1..=3_000).map(|n| n.to_string());
            let wanted: Vec<String> = wanted.chain(last.map(str::to_owned)).collect();
            assert!(
                texts(&own) == wanted,
                "{driver}: {} of {stream:?}",
                own.len()
            );
        }
    }
}

#[tokio::test]
async fn a_time_before_the_log_began_is_told_at_once() {
    let Some(engine) = real().await else { return };
    let made = sh(&[], "seq 20000");
    ended(&engine, &made).await;
    let first = all_logs(&engine, &made, false, LogOptions::default()).await[0].clone();
    let page = |before| LogPage {
        key: made.key(),
        before,
        at_before: 0,
        newer: 0,
        lines: 100,
    };
    let begun = std::time::Instant::now();
    let before = first.at.unwrap() - chrono::TimeDelta::seconds(10);
    let older = older::read(&engine, &page(before)).await.unwrap();
    assert!(older.beginning && older.records.is_empty());
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let older = older::read(&engine, &page(first.at.unwrap()))
        .await
        .unwrap();
    assert!(older.beginning && older.records == [first]);
}

#[tokio::test]
async fn rotation_while_followed_neither_loses_nor_repeats_a_line() {
    let Some(engine) = real().await else { return };
    // A file lasts half a second: when two are full before it looks, engine 20.10 itself passes one over.
    let script = "for k in $(seq 60); do seq $((k*500-499)) $((k*500)); sleep 0.1; done; echo done; while :; do sleep 0.1; done";
    let options = ["--log-opt", "max-size=200k", "--log-opt", "max-file=50"];
    let made = sh(&options, script);
    let mut followed = follow(&engine, &made, 100_000);
    let mut lines = followed.until("done").await;
    assert_eq!(lines.pop().unwrap(), "done");
    let wanted: Vec<String> = (1..=30_000).map(|n| n.to_string()).collect();
    let number = |line: &String| line.parse::<u32>().unwrap();
    let odd = |pair: &&[String]| number(&pair[0]) + 1 != number(&pair[1]);
    let odd: Vec<&[String]> = lines.windows(2).filter(odd).collect();
    assert!(lines == wanted, "each once and in order: {odd:?}");
}

#[tokio::test]
async fn a_driver_that_cannot_be_read_is_named() {
    let Some(engine) = real().await else { return };
    let made = run_with(busybox(), &["--log-driver", "none"], &["echo", "x"]);
    let mut followed = follow(&engine, &made, 10);
    let Some(LogMsg::Failed(failure)) = followed.next().await else {
        panic!()
    };
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(failure.what.as_str().contains("none"), "{}", failure.what);
    assert!(followed.next().await.is_none());
}

/// A terminal held by a test.
struct Terminal {
    input: mpsc::Sender<Vec<u8>>,
    output: mpsc::Receiver<Vec<u8>>,
    size: watch::Sender<(u16, u16)>,
    end: JoinHandle<ShellEnd>,
    seen: String,
    /// What was shown up to and with the last text waited for.
    before: String,
}

/// What the test keeps of a terminal: input, output, size.
type Ends = (
    mpsc::Sender<Vec<u8>>,
    mpsc::Receiver<Vec<u8>>,
    watch::Sender<(u16, u16)>,
);

fn terminal() -> (ShellIo, Ends) {
    let (input, input_out) = mpsc::channel(64);
    let (output_in, output) = mpsc::channel(64);
    let (size, size_out) = watch::channel((100, 30));
    let io = ShellIo {
        input: input_out,
        output: output_in,
        size: size_out,
        detach_keys: vec![0x10, 0x11],
        linger: false,
    };
    (io, (input, output, size))
}

fn open(engine: &Engine, made: &Made, request: ShellRequest) -> Terminal {
    let (io, (input, output, size)) = terminal();
    let end = tokio::spawn(shell::run(engine.clone(), made.key(), request, io));
    Terminal {
        input,
        output,
        size,
        end,
        seen: String::new(),
        before: String::new(),
    }
}

impl Terminal {
    async fn type_in(&self, text: &str) {
        self.input.send(text.as_bytes().to_vec()).await.unwrap();
    }

    /// Reads until this text was shown; what was before it is forgotten.
    async fn wait_for(&mut self, text: &str) {
        let shown = async {
            loop {
                if let Some(at) = self.seen.find(text) {
                    self.before = self.seen.drain(..at + text.len()).collect();
                    return true;
                }
                let Some(bytes) = self.output.recv().await else {
                    return false;
                };
                self.seen.push_str(&String::from_utf8_lossy(&bytes));
            }
        };
        let found = timeout(Duration::from_secs(15), shown).await;
        assert_eq!(found, Ok(true), "no {text:?} in {:?}", self.seen);
    }

    /// The terminal gets this size within seconds, and keeps it: a late answer to an older one would undo it.
    async fn sized(&mut self, size: &str) {
        let settled = async {
            let mut right = 0;
            while right < 3 {
                self.type_in("echo si''ze=$(stty size)=\r").await;
                self.wait_for("size=").await;
                self.wait_for("=").await;
                right = if self.before.trim_end_matches('=') == size {
                    right + 1
                } else {
                    0
                };
                sleep(Duration::from_millis(100)).await;
            }
        };
        let settled = timeout(Duration::from_secs(15), settled).await.is_ok();
        assert!(settled, "{:?} instead of {size}", self.before);
    }

    async fn end(self) -> ShellEnd {
        timeout(LONG, self.end).await.unwrap().unwrap()
    }
}

/// Commands of the processes in the container that carry a session's mark.
async fn marked(engine: &Engine, made: &Made) -> String {
    let script = "for p in /proc/[0-9]*; do grep -qsa STACKTUI_SESSION= $p/environ && tr '\\0' ' ' < $p/cmdline; done; :";
    let (code, output) = engine
        .exec_capture(&made.id, &["sh", "-c", script])
        .await
        .unwrap();
    assert_eq!(code, 0);
    String::from_utf8(output).unwrap()
}

async fn none_marked(engine: &Engine, made: &Made) {
    let gone = async {
        while !marked(engine, made).await.is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    let done = timeout(Duration::from_secs(8), gone).await;
    assert!(done.is_ok(), "still there: {}", marked(engine, made).await);
}

#[tokio::test]
async fn a_shell_has_its_size_its_keys_and_its_exit_code() {
    let Some(engine) = real().await else { return };
    let made = sleeper(&[]);
    let mut shell = open(&engine, &made, ShellRequest::default());
    shell.wait_for("#").await;
    shell.sized("30 100").await;
    shell.type_in("echo $TERM\r").await;
    shell.wait_for("xterm").await;
    for rows in 40..=45 {
        shell.size.send_replace((132, rows));
    }
    shell.sized("45 132").await;
    shell
        .type_in("stty raw -echo; echo li''sten; od -An -tx1 -N5\r")
        .await;
    shell.wait_for("listen").await;
    shell.type_in("\u{10}x\0\u{1}\u{2}").await;
    shell.wait_for("10 78 00 01 02").await;
    shell.type_in("\nstty sane\n").await;
    shell.type_in("exit 3\r").await;
    let end = shell.end().await;
    assert!(
        matches!(&end, ShellEnd::Exited { code: 3, command } if command.len() == 1 && command[0].ends_with("sh")),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_command_with_user_and_folder_is_run_as_asked() {
    let Some(engine) = real().await else { return };
    let made = sleeper(&[]);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let request = ShellRequest {
        command: vec!["sh".into(), "-c".into(), "id -u; pwd; exit 7".into()],
        user: Some("65534".into()),
        working_dir: Some("/tmp".into()),
        ..ShellRequest::default()
    };
    let mut shell = open(&engine, &made, request);
    shell.wait_for("65534").await;
    shell.wait_for("/tmp").await;
    let end = shell.end().await;
    assert!(matches!(end, ShellEnd::Exited { code: 7, .. }), "{end:?}");
    let mut missing = open(
        &engine,
        &made,
        ShellRequest {
            command: words("nosuchthing -x"),
            ..ShellRequest::default()
        },
    );
    missing.wait_for("nosuchthing").await;
    let end = missing.end().await;
    assert!(
        matches!(
            end,
            ShellEnd::Exited {
                code: 126 | 127,
                ..
            }
        ),
        "{end:?}"
    );
}

#[tokio::test]
async fn detaching_leaves_no_process_of_ours_behind() {
    let Some(engine) = real().await else { return };
    for user in [None, Some("65534".to_owned())] {
        // The container's own user is neither of the two.
        let made = sleeper(&["--user", "1234"]);
        let mut shell = open(
            &engine,
            &made,
            ShellRequest {
                user: user.clone(),
                ..ShellRequest::default()
            },
        );
        // A stubborn one that ignores both the hang-up and the end.
        shell.type_in("sh -c 'trap \"\" HUP TERM INT; while :; do sleep 1; done' & sleep 1000 & echo rea''dy\r").await;
        shell.wait_for("ready").await;
        shell.type_in("\u{10}\u{11}").await;
        assert_eq!(shell.end().await, ShellEnd::Detached);
        let (_, left) = engine
            .exec_capture(&made.id, &["ps", "-o", "args"])
            .await
            .unwrap();
        let left = String::from_utf8(left).unwrap();
        assert!(
            !left.contains("sleep 1000") && !left.contains("trap \"\""),
            "{user:?}: {left}"
        );
    }
}

#[tokio::test]
async fn a_shell_whose_task_is_dropped_is_ended_too() {
    let Some(engine) = real().await else { return };
    let made = sleeper(&[]);
    let mut shell = open(&engine, &made, ShellRequest::default());
    shell.type_in("sleep 1000 & echo rea''dy\r").await;
    shell.wait_for("ready").await;
    assert!(marked(&engine, &made).await.contains("sleep 1000"));
    shell.end.abort();
    none_marked(&engine, &made).await;
}

#[tokio::test]
async fn a_container_without_shell_is_told_with_a_way_out() {
    let Some(engine) = real().await else { return };
    let made = run_with(shell_less(), &[], &[]);
    let (io, _ends) = terminal();
    let end = shell::run(engine.clone(), made.key(), ShellRequest::default(), io).await;
    let ShellEnd::NoShell { helpers } = end else {
        panic!("{end:?}")
    };
    assert!(helpers.contains(&busybox().to_owned()), "{helpers:?}");
    assert!(
        !helpers.iter().any(|h| h.contains("noshell")),
        "{helpers:?}"
    );
    let request = ShellRequest {
        helper_image: Some(busybox().into()),
        ..ShellRequest::default()
    };
    let mut shell = open(&engine, &made, request.clone());
    shell.wait_for("#").await;
    shell
        .type_in("tr '\\0' ' ' < /proc/1/cmdline; echo; exit 4\r")
        .await;
    let end = shell.end().await;
    assert!(matches!(end, ShellEnd::Exited { code: 4, .. }), "{end:?}");
    let helpers_left = || {
        docker(&[
            "ps",
            "-aq",
            "--filter",
            &format!("label=stacktui.helper.for={}", made.id),
        ])
    };
    assert_eq!(helpers_left(), "", "removed before the end is told");
    // Given up at every stage: the helper goes too.
    for millis in [0, 5, 60, 200, 400, 800] {
        let shell = open(&engine, &made, request.clone());
        sleep(Duration::from_millis(millis)).await;
        shell.end.abort();
    }
    let gone = async {
        sleep(Duration::from_secs(2)).await;
        while !helpers_left().is_empty() {
            sleep(Duration::from_millis(200)).await;
        }
    };
    assert!(timeout(LONG, gone).await.is_ok(), "{}", helpers_left());
}

fn attached(engine: &Engine, made: &Made) -> Terminal {
    let (io, (input, output, size)) = terminal();
    let end = tokio::spawn(shell::attach(engine.clone(), made.key(), io));
    Terminal {
        input,
        output,
        size,
        end,
        seen: String::new(),
        before: String::new(),
    }
}

fn running(made: &Made) -> String {
    docker(&["inspect", "-f", "{{.State.Running}}", &made.name])
        .trim()
        .to_owned()
}

#[tokio::test]
async fn attaching_refuses_what_does_not_run_and_leaving_stops_nothing() {
    let Some(engine) = real().await else { return };
    let over = sh(&[], "exit 0");
    ended(&engine, &over).await;
    let (io, _ends) = terminal();
    let ShellEnd::Failed(failure) = shell::attach(engine.clone(), over.key(), io).await else {
        panic!()
    };
    assert_eq!(failure.kind, FailureKind::Conflict);

    let made = sh(
        &["-it"],
        "while read -r l; do echo \"got $l\"; [ \"$l\" = bye ] && exit 5; done",
    );
    let mut terminal = attached(&engine, &made);
    terminal.type_in("one\r").await;
    terminal.wait_for("got one").await;
    terminal.type_in("\u{10}\u{11}").await;
    assert_eq!(terminal.end().await, ShellEnd::Detached);
    sleep(Duration::from_millis(500)).await;
    assert_eq!(running(&made), "true");
    let mut terminal = attached(&engine, &made);
    terminal.type_in("bye\r").await;
    terminal.wait_for("got bye").await;
    let end = terminal.end().await;
    assert!(matches!(end, ShellEnd::Exited { code: 5, .. }), "{end:?}");
}

#[tokio::test]
async fn leaving_a_container_that_reads_plain_input_stops_nothing() {
    let Some(engine) = real().await else { return };
    // Created with StdinOnce, as `docker run -i` does: the end of the first input is the end of the container's.
    let name = format!("stt2-{}-once", std::process::id());
    let body = json!({"Image": busybox(), "Cmd": ["sh", "-c", "while :; do echo tick; sleep 0.1; done & cat; exit 9"],
        "OpenStdin": true, "StdinOnce": true, "AttachStdin": true, "HostConfig": {"NetworkMode": "none"}});
    let path = format!("/containers/create?name={name}");
    let (_, created) = engine.raw().post_json(&path, &body, LONG).await.unwrap();
    let made = Made {
        id: created["Id"].as_str().unwrap().to_owned(),
        name,
    };
    docker(&["start", &made.id]);
    let mut terminal = attached(&engine, &made);
    terminal.wait_for("tick\r\n").await;
    terminal.type_in("\u{10}\u{11}").await;
    assert_eq!(terminal.end().await, ShellEnd::Detached);
    sleep(Duration::from_millis(700)).await;
    assert_eq!(running(&made), "true");
}

#[tokio::test]
async fn a_captured_command_gives_output_and_code_and_no_more_than_a_mebibyte() {
    let Some(engine) = real().await else { return };
    let made = sleeper(&[]);
    for _ in 0..20 {
        let run = engine
            .exec_capture(&made.id, &["sh", "-c", "echo out; echo err >&2; exit 3"])
            .await
            .unwrap();
        assert_eq!(run.0, 3, "the code is waited for");
        let mut lines: Vec<&str> = std::str::from_utf8(&run.1).unwrap().lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["err", "out"]);
    }
    let (code, output) = engine
        .exec_capture(&made.id, &["head", "-c", "3000000", "/dev/zero"])
        .await
        .unwrap();
    assert_eq!((code, output.len()), (0, 1 << 20));
    assert_eq!(
        engine
            .exec_capture(&made.id, &["nosuchthing"])
            .await
            .unwrap()
            .0,
        126
    );
    assert!(
        engine
            .find_shell(&made.id, &[])
            .await
            .unwrap()
            .unwrap()
            .ends_with("ash")
    );
    assert_eq!(
        engine
            .find_shell(&made.id, &["nosuch; id".into(), "/bin/sh".into()])
            .await
            .unwrap()
            .as_deref(),
        Some("/bin/sh")
    );
}

#[tokio::test]
async fn following_by_hand_ends_with_the_run() {
    let Some(engine) = real().await else { return };
    let made = sh(&[], "echo one; sleep 1; echo two");
    let options = LogOptions {
        follow: true,
        ..LogOptions::default()
    };
    let mut lines = Box::pin(engine.logs(&made.id, false, options).await.unwrap());
    let mut got = Vec::new();
    while let Some(batch) = timeout(LONG, lines.next()).await.unwrap() {
        got.extend(texts(&batch.unwrap()));
    }
    assert_eq!(got, ["one", "two"]);
}
