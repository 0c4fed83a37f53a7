//! `stacktui logs` as a person and a script use it: the real program, against the simulated engine on a socket and, where
//! one answers, against a real engine with containers that are unkind.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]
#[cfg(test)]
#[path = "support/engine.rs"]
#[expect(dead_code, reason = "only what these tests need of it")]
mod engine;
#[cfg(test)]
#[path = "support/home.rs"]
mod home;
#[cfg(test)]
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod terminal;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use engine::{Fixture, Running, real_engine};
use home::{Home, Ran, ran};
use portable_pty::CommandBuilder;
use serde_json::Value;
use terminal::Pty;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stacktui");

const WORLD: &str = r#"
[[stack]]
name = "shop"
directory = "/srv/shop"

[[stack]]
name = "park"
directory = "/srv/park"

[[image]]
name = "box:1"
command = ["sh"]

[voice.web]
boot = [
    "INFO  up",
    "ERROR Payment failed\njava.lang.IllegalStateException: no card\n\tat shop.Cart.pay(Cart.java:7)",
    "WARN  slow query",
    "\u001b[32mDEBUG\u001b[0m green \u001b[2J\u202e",
]
lines = ["INFO  tick «count»"]
rate = 20.0

[voice.db]
boot = ["db one", "db two"]
lines = ["db «count»"]
rate = 20.0
stderr = true

[[container]]
stack = "shop"
service = "web"
image = "box:1"
up = "20s"
voice = "web"

[[container]]
stack = "shop"
service = "db"
image = "box:1"
up = "20s"
voice = "db"

[[container]]
stack = "park"
service = "web"
image = "box:1"
up = "20s"
voice = "db"

[[container]]
name = "mute"
image = "box:1"
voice = "db"
log_driver = "none"
"#;

/// The simulated engine with the world above.
struct Place {
    home: Home,
}

impl Place {
    fn new() -> Self {
        let mut home = Home::new();
        let world = home.path().join("world.toml");
        std::fs::write(&world, WORLD).unwrap();
        home.serve("engine", world.to_str().unwrap());
        Self { home }
    }

    fn endpoint(&self) -> String {
        self.home.endpoint("engine")
    }

    fn program(&self, args: &[&str]) -> Command {
        program(&self.endpoint(), args)
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.program(args))
    }

    /// The lines of a command that must do well.
    fn lines(&self, args: &[&str]) -> Vec<String> {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}: {out}");
        out.lines().map(str::to_owned).collect()
    }
}

fn program(endpoint: &str, args: &[&str]) -> Command {
    let nowhere = Path::new("/nonexistent");
    let mut command = home::program(nowhere, &[&["logs"], args].concat());
    command.env("DOCKER_HOST", endpoint);
    command
}

const TRACE: [&str; 3] = [
    "ERROR Payment failed",
    "java.lang.IllegalStateException: no card",
    "        at shop.Cart.pay(Cart.java:7)",
];

#[test]
fn the_lowest_level_keeps_stack_traces_whole() {
    let place = Place::new();
    let lines = place.lines(&["shop", "--level", "warning"]);
    assert_eq!(
        lines,
        [
            "web-1 | ERROR Payment failed",
            "web-1 | java.lang.IllegalStateException: no card",
            "web-1 |         at shop.Cart.pay(Cart.java:7)",
            "web-1 | WARN  slow query",
        ]
    );
    let (code, _, err) = place.run(&["shop", "--level", "loud"]);
    assert_eq!(code, 2);
    assert!(err.contains("a level is one of trace, debug"), "{err}");
}

#[test]
fn patterns_add_up_and_small_letters_find_capitals() {
    let place = Place::new();
    let all = ["shop", "--tail", "all"];
    let with = |more: &[&str]| place.lines(&[&all[..], more].concat());
    assert_eq!(
        with(&["--grep", "payment"]),
        TRACE.map(|line| format!("web-1 | {line}"))
    );
    let dropped = with(&["-v", "no card", "-v", "tick", "-v", "^db"]);
    assert_eq!(dropped.len(), 3, "{dropped:?}");
    assert!(
        TRACE
            .iter()
            .all(|part| dropped.iter().all(|line| !line.ends_with(part)))
    );
    assert!(with(&["--grep", "PAYMENT"]).is_empty());
    assert_eq!(with(&["--grep", "slow", "--grep", "^WARN"]).len(), 1);
    assert_eq!(
        with(&["--grep", "^db [ot]", "-v", "one", "-v", "^web"]),
        ["db-1  | db two"]
    );
    // A pattern sees what is shown.
    assert_eq!(with(&["--grep", "debug green"]).len(), 1);
    for flag in ["--grep", "--drop"] {
        let (code, _, err) = place.run(&["shop", flag, "("]);
        assert!(code == 2 && err.contains(flag), "{code} {err}");
    }
}

#[test]
fn json_has_all_that_is_known_of_a_line() {
    let place = Place::new();
    let lines = place.lines(&["shop", "--json", "--until", "10s"]);
    let objects: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let keys: Vec<&String> = objects[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "time",
            "source",
            "container",
            "stack",
            "service",
            "stream",
            "level",
            "line",
            "cut_from"
        ]
    );
    let times: Vec<&str> = objects
        .iter()
        .map(|o| o["time"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let find = |text: &str| {
        let found = |o: &&Value| o["line"].as_str().unwrap().contains(text);
        objects
            .iter()
            .find(found)
            .unwrap_or_else(|| panic!("no {text}"))
    };
    let trace = find("Cart.java");
    assert_eq!(trace["line"], "\tat shop.Cart.pay(Cart.java:7)");
    assert_eq!(trace["level"], "error", "its trace is as grave as the line");
    assert_eq!(trace["stream"], "stdout");
    let db = find("db one");
    assert_eq!(
        (
            &db["source"],
            &db["container"],
            &db["stack"],
            &db["service"]
        ),
        (
            &"db-1".into(),
            &"shop-db-1".into(),
            &"shop".into(),
            &"db".into()
        )
    );
    assert_eq!(
        (&db["stream"], &db["level"]),
        (&"stderr".into(), &Value::Null)
    );
    // The program's own bytes, though no terminal would act on them.
    assert_eq!(
        find("green")["line"],
        "\u{1b}[32mDEBUG\u{1b}[0m green \u{1b}[2J\u{202e}"
    );
    assert!(lines.iter().all(|l| !l.contains(['\u{1b}', '\u{202e}'])));
    let (code, _, _) = place.run(&["shop", "--json", "--timestamps"]);
    assert_eq!(code, 2);
}

#[test]
fn containers_with_one_short_name_are_told_apart() {
    let place = Place::new();
    let lines = place.lines(&["shop-web-1", "park-web-1", "shop-db-1", "--tail", "2"]);
    for start in ["shop-web-1 | ", "park-web-1 | ", "db-1       | "] {
        let count = lines.iter().filter(|l| l.starts_with(start)).count();
        assert_eq!(count, 2, "{start:?} in {lines:?}");
    }
    // One alone needs no name.
    let lines = place.lines(&["shop-db-1", "--tail", "2"]);
    assert!(lines.iter().all(|l| l.starts_with("db ")), "{lines:?}");
}

#[test]
fn a_source_that_cannot_be_read_is_named_and_the_others_are_printed() {
    let place = Place::new();
    let (code, out, err) = place.run(&["mute", "db", "--tail", "3"]);
    assert_eq!((code, out.lines().count()), (1, 3), "{out}");
    assert!(err.contains("mute") && err.contains("`none`"), "{err}");
    let (code, _, err) = place.run(&["mute", "-f"]);
    assert_eq!(code, 1);
    assert!(err.contains("`none`"), "{err}");
}

#[test]
fn colours_are_for_terminals() {
    let place = Place::new();
    let shown = |variable: &str| {
        let mut command = CommandBuilder::new("env");
        command.args([variable, PROGRAM, "logs", "shop", "--until", "19s"]);
        command.env("HOME", place.home.path());
        command.env("DOCKER_HOST", place.endpoint());
        command.env_remove("NO_COLOR");
        let mut pty = Pty::run(command, 80, 24);
        assert_eq!(pty.wait_exit().exit_code(), 0);
        String::from_utf8_lossy(&pty.bytes()).into_owned()
    };
    let colours = shown("X=");
    assert!(colours.contains("\x1b[38;5;110m"), "{colours:?}");
    assert!(
        colours.contains("\x1b[32mDEBUG\x1b[0m green"),
        "{colours:?}"
    );
    assert!(!colours.contains("\x1b[2J"));
    for plain in ["NO_COLOR=1", "TERM=dumb"] {
        let text = shown(plain);
        assert!(text.contains("DEBUG green"), "{text:?}");
        assert!(!text.contains('\x1b'), "{text:?}");
    }
}

/// A command that goes on, and its lines as they come.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Following {
    fn new(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in stdout.lines() {
                if out.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Lines up to this one.
    fn until(&self, last: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|line| line != last) {
            let line = self.lines.recv_timeout(Duration::from_secs(30));
            lines.push(line.unwrap_or_else(|_| panic!("no {last:?} in {lines:?}")));
        }
        lines
    }

    /// Ends it; what it said on stderr.
    fn said(mut self) -> String {
        self.child.kill().unwrap();
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        said
    }
}

#[test]
fn live_lines_of_two_sources_come_in_the_order_of_time() {
    let place = Place::new();
    let args = ["-f", "--tail", "50", "--timestamps", "shop"];
    let following = Following::new(place.program(&args));
    let mut stamps = Vec::new();
    for _ in 0..200 {
        let line = following.lines.recv_timeout(Duration::from_secs(20));
        let line = line.unwrap();
        stamps.push(
            line.split(' ')
                .nth(if line.starts_with("db-1 ") { 3 } else { 2 })
                .unwrap()
                .to_owned(),
        );
    }
    assert!(stamps.is_sorted(), "{stamps:?}");
    assert_eq!(following.said(), "");
}

fn real(test: &str, prefix: &str, script: &str) -> Option<(String, Running)> {
    let endpoint = real_engine(test)?;
    let made = Fixture::new(&endpoint, prefix).sh(script).run();
    Some((endpoint, made))
}

#[test]
fn a_container_made_anew_by_name_goes_on_and_is_told_of() {
    let Some(endpoint) = real_engine("cli_logs: made anew") else {
        return;
    };
    let name = format!("stacktui-test-anew-{}", std::process::id());
    let make = |word: &str| {
        let script =
            format!("echo {word}; trap 'echo end; exit 3' TERM; while :; do sleep 0.1; done");
        Fixture::new(&endpoint, "x").name(&name).sh(&script).run()
    };
    let first = make("one");
    let following = Following::new(program(&endpoint, &["-f", &name]));
    assert_eq!(following.until("one"), ["one"]);
    first.docker(&["restart", &first.id]);
    assert_eq!(following.until("one"), ["end", "one"]);
    drop(first);
    let second = make("two");
    assert_eq!(following.until("two"), ["two"]);
    second.docker(&["stop", &second.id]);
    assert_eq!(following.until("end"), ["end"]);
    thread::sleep(Duration::from_millis(800));
    assert!(following.lines.try_recv().is_err(), "nothing twice");
    let said = following.said();
    let told: Vec<&str> = said.lines().collect();
    let want = |what: &str| format!("stacktui: {name} {what}");
    for line in [
        "exited with code 3",
        "started",
        "exited with code 137",
        "was removed",
    ] {
        assert!(told.contains(&want(line).as_str()), "{line} in {said}");
    }
}

#[test]
fn unkind_lines_come_whole_through_a_pipe() {
    let script = "printf 'a\\033[31mb\\n'; head -c 40960 /dev/zero | tr '\\0' x; echo; head -c 200000 /dev/zero | tr '\\0' y; echo; printf '\\377\\376\\n'; printf 'no end'";
    let Some((endpoint, made)) = real("cli_logs: unkind lines", "unkind", script) else {
        return;
    };
    made.docker(&["wait", &made.id]);
    let (code, out, err) = ran(&mut program(&endpoint, &[&made.name]));
    assert_eq!((code, err.as_str()), (0, ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "ab");
    assert_eq!(lines[1], "x".repeat(40_960));
    assert_eq!(lines[2], "y".repeat(200_000));
    assert_eq!(lines[3], "\u{fffd}\u{fffd}");
    assert_eq!(lines[4..], ["no end"]);
}

/// The most memory that a process had so far, in KiB.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[test]
fn a_big_log_is_printed_in_little_memory_and_followed_without_a_gap() {
    let script = "trap 'exit 0' TERM; seq 200000; echo done; while :; do sleep 0.1; done";
    let Some((endpoint, made)) = real("cli_logs: a big log", "big", script) else {
        return;
    };
    // Followed while it is written.
    let following = Following::new(program(&endpoint, &["-f", "--tail", "all", &made.name]));
    let lines = following.until("done");
    assert_eq!(lines.len(), 200_001);
    let right = |(n, line): (usize, &String)| line.parse() == Ok(n + 1);
    assert!(lines[..200_000].iter().enumerate().all(right));
    let most = peak(following.child.id());
    assert!(most < 100 << 10, "{most} KiB");
    drop(following);

    // To a reader that does not read: the socket is slowed, nothing is piled up.
    let mut child = program(&endpoint, &["--tail", "all", &made.name])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_secs(2));
    let most = peak(child.id());
    assert!(most > 0 && most < 60 << 10, "{most} KiB");
    let begun = Instant::now();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(stdout.lines().count(), 200_001);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_cut_and_noise_is_harmless() {
    let script = "head -c 104857600 /dev/zero | tr '\\0' z; echo; head -c 300000 /dev/urandom; echo; echo last";
    let Some((endpoint, made)) = real("cli_logs: a huge line", "huge", script) else {
        return;
    };
    made.docker(&["wait", &made.id]);
    for more in [&[][..], &["-f", "--tail", "all"], &["--json"]] {
        let args = [&[made.name.as_str()], more].concat();
        let mut command = program(&endpoint, &args);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        let cut = if more == ["--json"] {
            "\"cut_from\":104857600}\n"
        } else {
            "[cut, 100M in all]\n"
        };
        assert!(first.ends_with(cut), "{} bytes of it", first.len());
        assert!(first.len() > 1 << 20 && first.len() < 2 << 20);
        let mut line = String::new();
        while !line.contains("last") {
            line.clear();
            assert!(stdout.read_line(&mut line).unwrap() > 0);
            let line = line.trim_end_matches('\n');
            assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        }
        let most = peak(child.id());
        assert!(most < 100 << 10, "{most} KiB");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
