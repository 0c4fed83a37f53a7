//! The command line as a person types it: the real program against the simulated engine on a socket.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests may fail as tests do"
)]
#[path = "support/home.rs"]
mod home;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use home::{Home, Ran, ran};

/// A home of its own, and the place of an engine in it.
struct Place {
    home: Home,
}

impl Place {
    fn without_engine() -> Self {
        Self { home: Home::new() }
    }

    fn with_engine() -> Self {
        let mut place = Self::without_engine();
        place.home.serve("engine", "systeme-ticketing");
        place
    }

    fn endpoint(&self) -> String {
        self.home.endpoint("engine")
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut command = self.home.program(args);
        command.env("DOCKER_HOST", self.endpoint());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.program(args))
    }

    /// The output of a command that must do well.
    fn out(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}: {out}");
        out
    }

    fn journal(&self) -> Vec<serde_json::Value> {
        let dir = self.home.path().join(".local/state/stacktui/journal");
        let mut lines = Vec::new();
        for file in std::fs::read_dir(dir).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "jsonl") {
                let text = std::fs::read_to_string(&path).unwrap();
                lines.extend(text.lines().map(|l| serde_json::from_str(l).unwrap()));
            }
        }
        lines
    }
}

#[test]
fn ps_is_a_table_and_json_lines() {
    let place = Place::with_engine();
    let table = place.out(&["ps"]);
    let zammad = table
        .lines()
        .find(|line| line.starts_with("systeme-ticketing-zammad-1 "))
        .unwrap();
    assert!(zammad.contains("running, unhealthy"), "{zammad}");
    assert!(table.starts_with("NAME"), "{table}");

    let json = place.out(&["ps", "--json", "zammad", "backup-runner"]);
    let rows: Vec<serde_json::Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["service"], "zammad");
    assert_eq!(rows[0]["health"], "unhealthy");
    assert!(rows[0]["memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert!(rows[0]["cpu_percent"].as_f64().is_some());
    assert_eq!(rows[1]["state"], "exited");
    assert_eq!(rows[1]["exit_code"], 1);
    assert!(rows[1]["memory_bytes"].is_null(), "unknown is not 0");

    let running = place.out(&["ps", "--running", "--no-stats"]);
    assert!(!running.contains("backup-runner"));
    assert!(running.lines().count() < table.lines().count());
}

/// Services in the order in which they were begun and done with.
fn acts(lines: &[serde_json::Value]) -> Vec<(String, String)> {
    let service = |line: &serde_json::Value| line["target"]["service"].as_str().map(str::to_owned);
    let of_intent = |id: &serde_json::Value| lines.iter().find(|line| line["id"] == *id);
    let act = |line: &serde_json::Value| {
        let service = service(line).or_else(|| service(of_intent(&line["ref"])?))?;
        Some((line["phase"].as_str()?.to_owned(), service))
    };
    lines.iter().filter_map(act).collect()
}

#[test]
fn what_is_needed_stops_last_and_starts_first() {
    let place = Place::with_engine();
    place.out(&["stop", "--time", "1", "prometheus", "grafana"]);
    let order = |first: &str, second: &str| {
        [
            ("intent", first),
            ("result", first),
            ("intent", second),
            ("result", second),
        ]
        .map(|(phase, service)| (phase.to_owned(), service.to_owned()))
    };
    let lines = place.journal();
    assert_eq!(acts(&lines), order("grafana", "prometheus"));
    place.out(&["start", "grafana", "prometheus"]);
    let lines = place.journal();
    assert_eq!(acts(&lines)[4..], order("prometheus", "grafana"));
}

#[test]
fn restarting_the_stuck_one_leaves_two_lines_in_the_journal() {
    let place = Place::with_engine();
    let out = place.out(&["restart", "--time", "1", "zammad"]);
    assert!(
        out.starts_with("systeme-ticketing-zammad-1: restarted in "),
        "{out}"
    );
    let lines = place.journal();
    assert_eq!(lines.len(), 2);
    let (intent, result) = (&lines[0], &lines[1]);
    assert_eq!(intent["phase"], "intent");
    assert_eq!(intent["action"], "container.restart");
    assert_eq!(intent["target"]["service"], "zammad");
    assert_eq!(intent["before"]["health"], "unhealthy");
    assert_eq!(result["phase"], "result");
    assert_eq!(result["ref"], intent["id"]);
    assert_eq!(result["outcome"], "success");
    assert!(result["prev"].as_str().unwrap().starts_with("sha256:"));

    let told = place.out(&["journal"]);
    assert!(told.contains("container.restart"), "{told}");
    let json = place.out(&["journal", "--json", "--since", "1h"]);
    assert_eq!(json.lines().count(), 1, "one act, one line: {json}");
    let story = place.out(&["journal", "--export", "md", "--lang", "fr"]);
    assert!(
        story.contains(" a redémarré zammad (systeme-ticketing)\u{a0}: "),
        "{story}"
    );
    assert!(story.contains(" s, réussi"), "{story}");
    let table = place.out(&["journal", "--export", "csv"]);
    assert!(table.starts_with("time,phase,user,"), "{table}");
    assert!(table.contains(",container.restart,"), "{table}");
    assert_eq!(place.out(&["journal", "--verify"]), "2 lines, 0 at fault\n");
}

#[test]
fn several_are_told_one_by_one_and_what_is_so_already_is_no_failure() {
    let place = Place::with_engine();
    let out = place.out(&["start", "mailhog", "grafana"]);
    assert_eq!(out.lines().count(), 2);
    assert!(out.contains("systeme-ticketing-mailhog-1: already running"));
    let out = place.out(&["stop", "-t", "0", "scratchpad"]);
    assert!(out.starts_with("scratchpad: stopped in "), "{out}");
}

#[test]
fn names_that_do_not_fit_say_what_could_be_meant() {
    let place = Place::with_engine();
    let (code, out, err) = place.run(&["restart", "zamad"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(
        err,
        "stacktui: no container, service or stack `zamad`: did you mean `zammad`?\n"
    );
    let (code, _, err) = place.run(&["restart"]);
    assert_eq!(code, 2, "{err}");
    assert!(
        !place.home.path().join(".local").exists(),
        "nothing was done"
    );
}

#[test]
fn read_only_changes_nothing_and_gives_no_shell() {
    let place = Place::with_engine();
    for args in [
        ["--read-only", "stop", "zammad"].as_slice(),
        &["--read-only", "exec", "zammad", "true"],
    ] {
        let (code, _, err) = place.run(args);
        assert_eq!(code, 1);
        assert!(err.starts_with("stacktui: read-only"), "{err}");
    }
}

#[test]
fn what_the_user_protects_wants_a_yes() {
    let place = Place::with_engine();
    let config = place.home.path().join("config.toml");
    std::fs::write(&config, "protect = ['*-zammad-*']\n").unwrap();
    let config = config.to_str().unwrap();
    let (code, _, err) = place.run(&["--config", config, "stop", "-t", "0", "zammad"]);
    assert_eq!(code, 1);
    assert!(err.contains("--yes"), "{err}");
    let out = place.out(&["--config", config, "stop", "-t", "0", "--yes", "zammad"]);
    assert!(out.contains("stopped in"), "{out}");
}

#[test]
fn logs_are_plain_lines_merged_by_time() {
    let place = Place::with_engine();
    let out = place.out(&["logs", "--tail", "20", "--timestamps", "zammad", "grafana"]);
    let stamps: Vec<&str> = out
        .lines()
        .map(|line| line.split_whitespace().nth(2).unwrap())
        .collect();
    assert_eq!(stamps.len(), 40);
    assert!(stamps.is_sorted(), "{out}");
    assert!(out.lines().any(|line| line.starts_with("zammad-1  | ")));
    assert!(out.lines().any(|line| line.starts_with("grafana-1 | ")));
    let some = place.out(&["logs", "zammad", "--grep", "slow query"]);
    assert!(!some.is_empty() && some.lines().all(|line| line.contains("slow query")));
    assert!(
        place
            .out(&["logs", "zammad", "--until", "2001-01-01"])
            .is_empty()
    );
    let (code, _, err) = place.run(&["logs", "zammad", "--grep", "("]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn a_reader_that_has_gone_is_success() {
    let place = Place::with_engine();
    let mut logs = place
        .program(&["logs", "-f", "--tail", "5", "zammad", "mailhog"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(logs.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains(" | "), "{line}");
    let status = logs.wait().unwrap();
    let mut err = String::new();
    logs.stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn exec_in_a_pipe_gives_output_and_code() {
    let place = Place::with_engine();
    let (code, out, err) = place.run(&["exec", "zammad", "echo", "hello"]);
    assert_eq!((code, out.trim_end(), err.as_str()), (0, "hello", ""));
    let lines = place.journal();
    assert_eq!(lines[0]["action"], "container.exec");
    assert_eq!(lines[0]["params"]["cmd"][0], "echo");
    let (code, _, err) = place.run(&["exec", "zammad"]);
    assert_eq!(code, 2);
    assert!(err.contains("needs a terminal"), "{err}");
}

#[test]
fn no_engine_is_told_with_the_endpoint_and_the_way_out() {
    let place = Place::without_engine();
    for args in [["ps"].as_slice(), &["restart", "x"], &["logs", "x"]] {
        let (code, out, err) = place.run(args);
        assert_eq!((code, out.as_str()), (1, ""), "{args:?}");
        assert!(err.starts_with("stacktui: no engine answers\n"), "{err}");
        let tried = format!("{} (DOCKER_HOST): no such file", place.endpoint());
        assert!(err.contains(&tried), "{err}");
        assert!(err.contains("is the daemon running?"), "{err}");
    }
    let (code, out, _) = place.run(&["doctor"]);
    assert_eq!(code, 1);
    assert!(out.contains("no such file"), "{out}");
}

#[test]
fn doctor_tells_engine_permissions_and_files() {
    let place = Place::with_engine();
    let out = place.out(&["doctor"]);
    for word in [
        "(DOCKER_HOST): answers",
        "API",
        "restart       yes",
        "config.toml",
    ] {
        assert!(out.contains(word), "{word}: {out}");
    }
}

#[test]
fn mistakes_in_the_settings_are_told_together_and_stop_the_program() {
    let place = Place::without_engine();
    let config = place.home.path().join(".config/stacktui/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(
        &config,
        "mose = true\n[keys]\ncontainer.restrat = ['x']\ncontainer.stop = ['r']\n",
    )
    .unwrap();
    let (code, _, err) = place.run(&["ps"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("line 1: unknown key `mose`: did you mean `mouse`?"),
        "{err}"
    );
    assert!(
        err.contains("line 3: there is no action `container.restrat`"),
        "{err}"
    );
    assert!(
        err.contains("line 4: r is bound to both `container.restart` and `container.stop`"),
        "{err}"
    );
    let (code, out, _) = place.run(&["--print", "config"]);
    assert_eq!(code, 0, "the template can be had all the same");
    assert!(out.contains("# theme = \"default\""));
}

#[test]
fn the_lists_can_be_printed() {
    let place = Place::without_engine();
    assert!(
        place
            .out(&["--print", "keys"])
            .contains("container.restart")
    );
    assert!(place.out(&["--print", "columns"]).contains("cpu"));
    let theme = place.out(&["--print", "theme"]);
    let uncommented: String = theme
        .lines()
        .filter_map(|line| line.strip_prefix("# \""))
        .flat_map(|line| ["\"", line, "\n"])
        .collect();
    let table: toml::Table = uncommented.parse().unwrap();
    assert!(table.len() > 20);
    assert!(place.out(&["completions", "bash"]).contains("_stacktui"));
}

#[test]
fn the_demo_needs_no_engine_and_writes_no_journal() {
    let place = Place::without_engine();
    let out = place.out(&["--demo", "restart", "-t", "0", "scratchpad"]);
    assert!(out.starts_with("scratchpad: restarted"), "{out}");
    assert!(!Path::new(&place.home.path().join(".local")).exists());
    let hostile = place.out(&["--demo=hostile", "ps"]);
    assert!(!hostile.contains('\u{1b}') && !hostile.contains('\u{202e}'));
}

/// An `ssh` whose server forwards nothing: a login to be shared, and docker's command over it.
const FAKE_SSH: &str = r#"#!/usr/bin/env python3
import os, socket, sys, threading, time
args = sys.argv[1:]
def option(name):
    return args[args.index(name) + 1]
if "-L" in args:
    ours = socket.socket(socket.AF_UNIX)
    ours.bind(option("-L").split(":")[0])
    ours.listen()
    while True:
        ours.accept()[0].close()
        print("channel 2: open failed: administratively prohibited: open failed", file=sys.stderr, flush=True)
if "ControlMaster=yes" in args:
    ours = socket.socket(socket.AF_UNIX)
    ours.bind(option("-S"))
    ours.listen()
    time.sleep(60)
    sys.exit(0)
if not os.path.exists(option("-S")):
    sys.exit("no login to share")
if args[args.index("--") + 1:] != ["far", "docker", "system", "dial-stdio"]:
    sys.exit("no such command")
if not os.environ["FAKE_ENGINE"]:
    sys.exit("bash: line 1: docker: command not found")
engine = socket.socket(socket.AF_UNIX)
engine.connect(os.environ["FAKE_ENGINE"])
def send():
    while data := os.read(0, 65536):
        engine.sendall(data)
    engine.shutdown(socket.SHUT_WR)
threading.Thread(target=send, daemon=True).start()
while data := engine.recv(65536):
    os.write(1, data)
"#;

#[test]
fn an_ssh_server_that_forwards_nothing_is_reached_by_dockers_command() {
    use std::os::unix::fs::PermissionsExt;
    if Command::new("python3").arg("-V").output().is_err() {
        println!("SKIPPED: no python3 for the ssh of the test");
        return;
    }
    let place = Place::with_engine();
    let bin = place.home.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::fs::write(bin.join("ssh"), FAKE_SSH).unwrap();
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bin.join("ssh"), mode).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let run = |engine: &Path, args: &[&str]| {
        place
            .program(&[&["-H", "ssh://far"], args].concat())
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("FAKE_ENGINE", engine)
            .output()
            .unwrap()
    };
    let reached = run(&place.home.socket("engine"), &["ps"]);
    let said = String::from_utf8_lossy(&reached.stderr).into_owned();
    assert!(reached.status.success(), "{said}");
    assert!(String::from_utf8_lossy(&reached.stdout).contains("zammad"));
    let logs = run(
        &place.home.socket("engine"),
        &["logs", "mailhog", "-n", "3"],
    );
    assert_eq!(String::from_utf8_lossy(&logs.stdout).lines().count(), 3);

    let lost = run(Path::new(""), &["ps"]);
    assert!(!lost.status.success());
    let said = String::from_utf8_lossy(&lost.stderr).into_owned();
    for word in [
        "administratively prohibited",
        "dial-stdio",
        "command not found",
    ] {
        assert!(said.contains(word), "{said}");
    }
}

/// A port that sends this to whoever connects, keeps the connection open, or not.
fn port(says: &'static [u8], open: bool) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if !says.is_empty() {
                let _asked = stream.read(&mut [0; 1024]);
            }
            let _gone = std::io::Write::write_all(&mut stream, says);
            if open {
                kept.push(stream);
            }
        }
    });
    format!("tcp://127.0.0.1:{port}")
}

#[test]
fn doctor_says_in_plain_words_what_is_wrong_with_an_endpoint() {
    let place = Place::without_engine();
    let path = |name: &str| place.home.path().join(name);
    let url = |name: &str| format!("unix://{}", path(name).display());
    drop(std::os::unix::net::UnixListener::bind(path("stale")).unwrap());
    std::fs::write(path("file"), "").unwrap();
    let bad_gateway = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nno\n";
    for (endpoint, words) in [
        (url("stale"), "nobody listens on this socket"),
        (url("file"), "is no socket"),
        (url("none"), "no such file"),
        (
            port(b"SSH-2.0-OpenSSH_9.2\r\n", true),
            "not a container engine",
        ),
        (port(b"", true), "is it an engine's port?"),
        (
            port(b"", false),
            "is it an engine's port, or one that wants TLS",
        ),
        (port(bad_gateway, true), "cannot reach the engine behind it"),
        (
            "tcp://no.such.host.invalid:1".to_owned(),
            "check the host's name",
        ),
    ] {
        let (code, out, _) = place.run(&["-H", &endpoint, "doctor"]);
        assert_eq!(code, 1, "{endpoint}");
        assert!(out.contains(words), "{endpoint}: {out}");
    }
}

#[test]
fn help_and_mistakes_are_in_the_language_of_the_settings() {
    let place = Place::without_engine();
    let file = place.home.path().join("own.toml");
    std::fs::write(&file, "language = 'fr'\nlgos = 1\n").unwrap();
    let config = ["--config", file.to_str().unwrap()];
    let run = |rest: &[&str]| place.run(&[&config[..], rest].concat());
    let (code, _, err) = run(&["ps"]);
    assert_eq!(code, 2);
    let told = "ligne 2\u{a0}: clé inconnue `lgos`\u{a0}: vouliez-vous dire «\u{a0}logs\u{a0}»";
    assert!(err.contains(told), "{err}");
    let (code, out, _) = run(&["--help"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("Utilisation\u{a0}: stacktui [OPTIONS] [COMMANDE]"),
        "{out}"
    );
    let (code, _, err) = run(&["restart"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("erreur\u{a0}: il manque ces arguments"),
        "{err}"
    );
    let (_, out, _) = run(&["--help", "--lang", "en"]);
    assert!(out.contains("Usage: stacktui [OPTIONS] [COMMAND]"), "{out}");
}

#[test]
fn doctor_speaks_french() {
    let place = Place::with_engine();
    let (_, out, _) = place.run(&["doctor", "--lang", "fr"]);
    for told in [
        "(DOCKER_HOST)\u{a0}: répond",
        "Permis ici",
        "redémarrer    oui",
        "valeurs par défaut",
    ] {
        assert!(out.contains(told), "{told}: {out}");
    }
    for left in [
        "answers",
        "Allowed",
        " yes",
        "Engine",
        "settings ",
        "defaults",
    ] {
        assert!(!out.contains(left), "{left}: {out}");
    }
    let place = Place::without_engine();
    let file = place.home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let bad_gateway = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nno\n";
    for (endpoint, words) in [
        (
            format!("unix://{}", file.display()),
            "ce n'est pas un socket",
        ),
        ("unix:///none".to_owned(), "fichier absent"),
        (
            port(b"SSH-2.0-OpenSSH_9.2\r\n", true),
            "n'est pas un moteur de conteneurs (pas du HTTP)",
        ),
        (
            port(bad_gateway, true),
            "ne joint pas le moteur derrière lui",
        ),
        ("tpc://x".to_owned(), "vouliez-vous dire tcp://"),
    ] {
        let (code, out, err) = place.run(&["-H", &endpoint, "doctor", "--lang", "fr"]);
        assert_ne!(code, 0, "{endpoint}");
        assert!(
            out.contains(words) || err.contains(words),
            "{endpoint}: {out}{err}"
        );
    }
}

#[test]
fn doctor_says_that_the_journal_cannot_be_written() {
    let place = Place::with_engine();
    let journal = place.home.path().join(".local/state/stacktui/journal");
    let whole = place.out(&["doctor"]);
    assert!(whole.contains("0 lines, whole"), "{whole}");
    std::fs::remove_file(journal.join("lock")).unwrap();
    std::fs::create_dir(journal.join("lock")).unwrap();
    let broken = place.out(&["doctor"]);
    assert!(
        broken.contains("not written: the journal cannot open"),
        "{broken}"
    );

    let restart = |required: &str| {
        let mut command = place.program(&["restart", "grafana", "--yes"]);
        ran(command.env("STACKTUI_JOURNAL_REQUIRED", required))
    };
    let (code, _, err) = restart("true");
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("nothing was sent, as it could not be journalled"),
        "{err}"
    );
    let (code, out, err) = restart("false");
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("restarted") && err.contains("not journalled"),
        "{out}{err}"
    );
}

#[test]
fn a_stack_is_documented_and_what_people_wrote_into_it_stays() {
    let place = Place::with_engine();
    let file = place.home.path().join("stack.md");
    let path = file.to_str().expect("a path");
    let shown = place.out(&["doc", "systeme-ticketing", "--lang", "fr"]);
    for told in [
        "# Documentation — systeme-ticketing",
        "## Outils de gestion et développement",
        "### mailhog",
        "- **Rôle\u{a0}:** Serveur SMTP factice",
        "https://mailhog.example.com",
        "- **Variables\u{a0}:**",
    ] {
        assert!(shown.contains(told), "{told} in\n{shown}");
    }
    assert!(shown.contains("POSTGRESQL_PASS"), "variables by name");
    assert!(!shown.contains("s3cr3t"), "never their values");
    let write = ["doc", "systeme-ticketing", "--output", path];
    assert_eq!(place.run(&write).0, 0);
    let check = ["doc", "systeme-ticketing", "--check", "--output", path];
    let absent = [
        "doc",
        "systeme-ticketing",
        "--check",
        "--output",
        "/nonexistent/a.md",
    ];
    let (code, _, err) = place.run(&absent);
    assert!(code == 1 && err.contains("is not there"), "{err}");
    assert_eq!(place.run(&check).0, 0, "it is as it would be written");
    let (code, _, err) = place.run(&[&check[..], &["--lang", "fr"]].concat());
    assert!(code == 1 && err.contains("--lang en"), "{err}");
    let over_ssh = |args: &[&str]| {
        let mut program = place.program(args);
        ran(program.env("SSH_CONNECTION", "203.0.113.7 51544 10.0.0.5 22"))
    };
    assert_eq!(over_ssh(&check).0, 0, "whichever way the writer came");
    assert_eq!(place.run(&["restart", "mailhog"]).0, 0);
    assert!(place.out(&["doc"]).contains("- **Last incidents:**"));
    assert_eq!(place.run(&check).0, 0, "whatever its own journal tells");
    let text = std::fs::read_to_string(&file).expect("the page");
    assert!(text.contains("https on port `9443`"), "{text}");
    let mark = "<!-- stacktui:keep systeme-ticketing/zammad -->\n";
    let edited = text.replace(mark, &format!("{mark}Ask ada first.\n"));
    assert_ne!(edited, text);
    std::fs::write(&file, &edited).expect("written");
    assert_eq!(place.run(&check).0, 0, "what is kept makes no difference");
    assert_eq!(place.run(&write).0, 0);
    let again = std::fs::read_to_string(&file).expect("the page");
    assert!(
        again.contains(&format!("{mark}Ask ada first.\n")),
        "{again}"
    );
    std::fs::write(&file, edited.replace("### mailhog", "### other")).expect("written");
    assert_eq!(place.run(&check).0, 1, "out of date");
    let by_hand = "# By hand\n";
    std::fs::write(&file, by_hand).expect("written");
    let (code, _, err) = place.run(&write);
    assert!(
        code == 1 && err.contains("not written by stacktui"),
        "{err}"
    );
    assert_eq!(std::fs::read_to_string(&file).expect("it"), by_hand);
    assert_eq!(place.run(&["doc", "nosuch"]).0, 1);
}
