//! Mail without the screen: lists, messages and waiting for one; over the ways that lead to a server on another machine, by a
//! real sshd and a real engine where those are there.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/home.rs"]
mod home;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/pty.rs"]
mod pty;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use engine::{Fixture, Running};
use home::{Ends, Home, waits_until};
use portable_pty::CommandBuilder;
use pty::Pty;
use tempfile::TempDir;

fn program(home: &Home, engine: &str, args: &[&str]) -> Command {
    let mut command = home.program(&[&["--host", engine], args].concat());
    command.env("PATH", std::env::var("PATH").unwrap_or_default());
    command
}

/// What it printed, of a command that must do well.
fn told(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_script_lists_reads_and_waits() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let engine = home.endpoint("engine");
    let run = |args: &[&str]| program(&home, &engine, args).output().unwrap();
    let listed = told(&run(&["mail", "--json"]));
    let subjects: Vec<String> = listed
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|mail| mail["subject"].as_str().unwrap().to_owned())
        .collect();
    assert!(subjects.len() >= 4, "{subjects:?}");
    let shown = told(&run(&[
        "mail",
        "show",
        "--server",
        "mailhog",
        &subjects.len().to_string(),
    ]));
    assert!(
        shown.contains("Imprimante en panne") && shown.contains("https://tickets"),
        "{shown}"
    );
    // None that fits is a failure; a pattern that is none, a mistake.
    let late = run(&[
        "mail",
        "wait",
        "--subject",
        "no such thing",
        "--timeout",
        "1",
    ]);
    assert_eq!(late.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&late.stderr).contains("within 1 s"));
    assert_eq!(
        run(&["mail", "wait", "--subject", "("]).status.code(),
        Some(2)
    );
    // One that is caused while it waits ends it well.
    let wait = [
        "mail",
        "wait",
        "--subject",
        "Ticket updated",
        "--timeout",
        "60",
    ];
    let waiting = program(&home, &engine, &wait)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    told(&run(&["restart", "zammad"]));
    let came = told(&waiting.wait_with_output().unwrap());
    assert!(came.contains("[Ticket#57003] Ticket updated"), "{came}");
}

/// What it complained of, of a command that must fail.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_script_waits_for_a_server_that_is_away() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let engine = home.endpoint("engine");
    let run = |args: &[&str]| program(&home, &engine, args).output().unwrap();
    told(&run(&["stop", "mailhog"]));
    let late = refused(&run(&[
        "mail",
        "--server",
        "mailhog",
        "wait",
        "--timeout",
        "1",
    ]));
    assert!(late.contains("mailhog: it does not run"), "{late}");
    let args = [
        "mail",
        "wait",
        "--subject",
        "ticket updated",
        "--timeout",
        "60",
    ];
    let mut waiting = program(&home, &engine, &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut stderr = BufReader::new(waiting.stderr.take().unwrap());
    stderr.read_line(&mut first).unwrap();
    assert!(first.contains("waiting for one"), "{first}");
    told(&run(&["start", "mailhog"]));
    told(&run(&["restart", "zammad"]));
    let came = told(&waiting.wait_with_output().unwrap());
    assert!(came.contains("[Ticket#57003] Ticket updated"), "{came}");
}

#[test]
fn a_server_that_cannot_answer_is_not_asked_and_one_that_is_none_is_named() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let engine = home.endpoint("engine");
    let run = |args: &[&str]| program(&home, &engine, args).output().unwrap();
    let none = refused(&run(&["mail", "--server", "nope", "list"]));
    assert!(
        none.contains("`nope`") && none.contains("mailhog"),
        "{none}"
    );
    let mut engine = UnixStream::connect(home.socket("engine")).unwrap();
    let ask = "POST /containers/systeme-ticketing-mailhog-1/pause HTTP/1.1\r\n\
               Host: engine\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    engine.write_all(ask.as_bytes()).unwrap();
    engine.read_to_string(&mut String::new()).unwrap();
    let paused = refused(&run(&["mail"]));
    assert!(paused.contains("mailhog: it is paused"), "{paused}");
}

const HOSTILE: &str = r#"
[[stack]]
name = "mail"
directory = "/srv/mail"

[[image]]
name = "mailhog/mailhog:v1.0.1"
shells = ["ash", "sh"]

[[container]]
service = "mailhog"
stack = "mail"
image = "mailhog/mailhog:v1.0.1"
ports = ["8025/tcp"]
up = "1h"
voice = "silent"

[[mail]]
to_box = "mailhog"
age = "1m"
from = "x@example.com"
to = ["y@example.com"]
subject = "drives a terminal"
headers = { "X-Title" = "\u001b]0;OWNED\u0007", "X-Clip" = "\u001b]52;c;T1dORUQ=\u0007\u001b[31mred" }
text = "body"
"#;

/// Two mail servers; what a Mailpit lists of a mail ends before its last word.
fn two_servers() -> String {
    let server = |name: &str, image: &str, subject: &str| {
        format!(
            "[[image]]
name = \"{image}\"
shells = [\"ash\", \"sh\"]
[[container]]
service = \"{name}\"
stack = \"mail\"
image = \"{image}\"
ports = [\"8025/tcp\"]
[[mail]]
to_box = \"{name}\"
age = \"1m\"
from = \"x@example.com\"
to = [\"y@example.com\"]
subject = \"{subject}\"
text = \"{}toner\"
",
            "word ".repeat(80)
        )
    };
    let hog = server("mailhog", "mailhog/mailhog:v1.0.1", "to the hog");
    let pit = server("mailpit", "axllent/mailpit:v1.30", "to the pit");
    format!("[[stack]]\nname = \"mail\"\ndirectory = \"/srv/mail\"\n{hog}{pit}")
}

#[test]
fn of_several_servers_each_line_says_which_and_all_are_searched() {
    let mut home = Home::new();
    let scenario = home.path().join("two.toml");
    std::fs::write(&scenario, two_servers()).unwrap();
    home.serve("engine", scenario.to_str().unwrap());
    let engine = home.endpoint("engine");
    let run = |args: &[&str]| told(&program(&home, &engine, args).output().unwrap());
    let listed = run(&["mail"]);
    let mut lines = listed.lines();
    assert!(lines.next().is_some_and(|titles| titles.contains("SERVER")));
    let of = |subject: &str| listed.lines().find(|line| line.contains(subject)).unwrap();
    assert!(of("to the hog").contains("  mailhog  "), "{listed}");
    assert!(of("to the pit").contains("  mailpit  "), "{listed}");
    let one = run(&["mail", "--server", "mailhog"]);
    assert!(
        !one.contains("SERVER") && one.contains("to the hog"),
        "{one}"
    );
    // Both have the word, one of them behind what it lists.
    let found = run(&["mail", "list", "--search", "toner word", "--json"]);
    let found: Vec<serde_json::Value> = found
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let servers: Vec<&str> = found.iter().filter_map(|m| m["server"].as_str()).collect();
    assert_eq!(servers.len(), 2, "{found:?}");
    assert!(servers.contains(&"mailpit"), "{servers:?}");
    assert_eq!(run(&["mail", "list", "--search", "nowhere", "--json"]), "");
}

#[test]
fn a_raw_mail_does_not_drive_a_terminal_and_is_exact_in_a_pipe() {
    let mut home = Home::new();
    let scenario = home.path().join("mail.toml");
    std::fs::write(&scenario, HOSTILE).unwrap();
    home.serve("engine", scenario.to_str().unwrap());
    let engine = home.endpoint("engine");
    let args = ["--host", &engine, "mail", "show", "--part", "raw"];
    let piped = told(&program(&home, &engine, &args[2..]).output().unwrap());
    assert!(piped.contains("\u{1b}]0;OWNED\u{7}"), "{piped:?}");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stacktui"));
    command.args(args);
    command.env_clear();
    command.env("HOME", home.path());
    let pty = Pty::run(command, 100, 40);
    pty.wait_for("it is byte for byte");
    let bytes = String::from_utf8_lossy(&pty.bytes()).into_owned();
    assert!(bytes.contains("X-Title: "), "{bytes:?}");
    assert!(
        !bytes.contains('\u{1b}') && !bytes.contains('\u{7}'),
        "{bytes:?}"
    );
}

/// A container that answers as a MailHog with one mail does, on a port that is not published.
fn mail_server(endpoint: &str, network: &str, port: u16) -> Running {
    let message = r#"{"ID":"one@box","From":{"Mailbox":"zammad","Domain":"example.com"},"To":[{"Mailbox":"ops","Domain":"example.com"}],"Content":{"Headers":{"Subject":["from afar"]},"Size":60},"Created":"2026-11-29T10:00:00Z","MIME":null,"Raw":{"From":"zammad@example.com","To":["ops@example.com"],"Data":"From: zammad@example.com\r\nTo: ops@example.com\r\nSubject: from afar\r\n\r\nread over ssh\r\n"}}"#;
    let script = format!(
        "mkdir -p /tmp/www/api/v2 /tmp/www/api/v1/messages
cat >/tmp/www/api/v2/messages <<'END'
{{\"total\":1,\"count\":1,\"start\":0,\"items\":[{message}]}}
END
cat >/tmp/www/api/v1/messages/one@box <<'END'
{message}
END
exec httpd -f -p 127.0.0.1:{port} -h /tmp/www"
    );
    Fixture::new(endpoint, "far-mail")
        .label("stacktui.mail", "mailhog")
        .label("stacktui.mail.port", &port.to_string())
        .network(network)
        .sh(&script)
        .run()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// An sshd on a port of this machine's own, that lets in who has a key made for it.
struct Sshd {
    dir: TempDir,
    port: u16,
    _running: Ends,
}

impl Sshd {
    /// `None`: there is none to be had here.
    fn start(settings: &str) -> Option<Self> {
        let sshd = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"];
        let sshd = sshd
            .map(PathBuf::from)
            .into_iter()
            .find(|path| path.exists())?;
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for key in ["host", "user"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(path(key))
                .status();
            assert!(made.unwrap().success());
        }
        let port = free_port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nLogLevel DEBUG1\n{settings}\n",
            path("host").display(),
            path("user.pub").display(),
        );
        std::fs::write(path("sshd_config"), config).unwrap();
        // Where it puts itself before a login; made by the package's own start, which there is none of here.
        let _there = std::fs::create_dir_all("/run/sshd");
        let running = Command::new(sshd)
            .args(["-D", "-e", "-f"])
            .arg(path("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(path("log")).unwrap())
            .spawn()
            .unwrap();
        let it = Self {
            port,
            _running: Ends(running),
            dir,
        };
        waits_until("sshd", || it.log().contains("Server listening"));
        it.wrap_ssh();
        Some(it)
    }

    /// The `ssh` that the program finds: the system's own, with the key of this test.
    fn wrap_ssh(&self) {
        let bin = self.dir.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        let options = format!(
            "-o IdentityFile={} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
            self.dir.path().join("user").display()
        );
        let mut file = std::fs::File::create(bin.join("ssh")).unwrap();
        writeln!(
            file,
            "#!/bin/sh\nexec /usr/bin/ssh -F none {options} \"$@\""
        )
        .unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o755))
            .unwrap();
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn run(&self, socket: &Path, args: &[&str]) -> Output {
        let home = Home::new();
        let user =
            String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let endpoint = format!(
            "ssh://{}@127.0.0.1:{}{}",
            user.trim(),
            self.port,
            socket.display()
        );
        let path = std::env::var("PATH").unwrap_or_default();
        let own = self.dir.path().join("bin");
        let mut command = program(&home, &endpoint, args);
        command.env("PATH", format!("{}:{path}", own.display()));
        command.output().unwrap()
    }
}

/// The engine's socket and an sshd with these settings, or a skip that is told.
fn far(test: &str, settings: &str) -> Option<(String, PathBuf, Sshd)> {
    let endpoint = engine::real_engine(test)?;
    let socket = endpoint.strip_prefix("unix://").map(PathBuf::from);
    let (Some(socket), Some(sshd)) = (socket, Sshd::start(settings)) else {
        let why = "it takes an sshd, and an engine on a socket";
        let _closed = writeln!(std::io::stderr(), "SKIP {test}: {why}");
        return None;
    };
    Some((endpoint, socket, sshd))
}

/// The program runs in the container as often as it did.
fn processes(server: &Running, program: &str) -> usize {
    let all = server.docker(&["top", &server.name, "-eo", "pid,args"]);
    all.lines().filter(|line| line.contains(program)).count()
}

#[test]
fn a_server_on_another_machine_is_reached_over_ssh_by_its_address() {
    let name = "a_server_on_another_machine_is_reached_over_ssh_by_its_address";
    let Some((endpoint, socket, sshd)) = far(name, "") else {
        return;
    };
    // Its address is one of that machine alone: no network of this test's machine needs to be whole.
    let port = free_port();
    let server = mail_server(&endpoint, "host", port);
    let ask = ["mail", "show", "--server", &server.name];
    waits_until("its mail", || sshd.run(&socket, &ask).status.success());
    let shown = told(&sshd.run(&socket, &ask));
    assert!(
        shown.contains("from afar") && shown.contains("read over ssh"),
        "{shown}"
    );
    let log = sshd.log();
    assert!(log.contains("direct-tcpip"), "{log}");
    assert!(log.contains(&format!("127.0.0.1 port {port}")), "{log}");
    let started = format!("nc 127.0.0.1 {port}");
    assert_eq!(processes(&server, &started), 0, "nothing was started in it");
}

#[test]
fn where_ssh_forwards_nothing_a_process_in_the_container_is_the_way_and_none_stays() {
    let name = "where_ssh_forwards_nothing_a_process_in_the_container_is_the_way_and_none_stays";
    let Some((endpoint, socket, sshd)) = far(name, "DisableForwarding yes") else {
        return;
    };
    let server = mail_server(&endpoint, "none", 8025);
    let before = processes(&server, "");
    let since = server.docker(&["info", "--format", "{{.SystemTime}}"]);
    for _ in 0..3 {
        let shown = told(&sshd.run(&socket, &["mail", "show", "--server", &server.name]));
        assert!(shown.contains("read over ssh"), "{shown}");
    }
    let until = server.docker(&["info", "--format", "{{.SystemTime}}"]);
    let filter = format!("container={}", server.name);
    let events = server.docker(&[
        "events", "--since", &since, "--until", &until, "--filter", &filter,
    ]);
    assert!(
        events.contains("exec_create: nc 127.0.0.1 8025"),
        "{events}"
    );
    waits_until("the end of every process", || {
        processes(&server, "") == before
    });
}

#[test]
fn a_container_without_nc_says_so_and_gives_no_data() {
    let name = "a_container_without_nc_says_so_and_gives_no_data";
    let Some((endpoint, socket, sshd)) = far(name, "DisableForwarding yes") else {
        return;
    };
    let server = Fixture::new(&endpoint, "no-nc")
        .image(engine::NOSHELL)
        .label("stacktui.mail", "mailhog")
        .run();
    let failed = sshd.run(&socket, &["mail", "--server", &server.name]);
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8_lossy(&failed.stderr);
    assert!(said.contains("no nc in its image"), "{said}");
}
