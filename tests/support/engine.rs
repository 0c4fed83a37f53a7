//! The real engine, for tests that need one: where it is, whether it answers, and containers that go when the test ends.
//! Uses the docker command and a socket, nothing of the library, so that no mistake is shared. A test binary that needs
//! a part of it only says so where it includes it:
//! `#[cfg(test)] #[path = "support/engine.rs"] #[expect(dead_code, reason = "…")] mod engine;`
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Made by `tests/engine/images.sh`: a shell, the applets, the user `app`.
pub const BUSYBOX: &str = "stacktui-test/busybox:latest";
/// Made by `tests/engine/images.sh`: `/bin/sleep` alone.
pub const NOSHELL: &str = "stacktui-test/noshell:latest";

const PING: Duration = Duration::from_secs(2);

/// The engine's endpoint, `STACKTUI_TEST_ENGINE`, else `DOCKER_HOST`, else the default socket; both test images are
/// there. Without an engine the test is skipped and says so; where one is required (`CI=true` or
/// `STACKTUI_REQUIRE_ENGINE=1`) that is a failure.
pub fn real_engine(test: &str) -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = set("STACKTUI_TEST_ENGINE")
        .or_else(|| set("DOCKER_HOST"))
        .unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned());
    let why = match ready(&endpoint) {
        Ok(()) => return Some(endpoint),
        Err(why) => why,
    };
    let required = set("CI").is_some_and(|v| v == "true")
        || set("STACKTUI_REQUIRE_ENGINE").is_some_and(|v| v == "1");
    assert!(!required, "{test} needs a real engine: {endpoint}: {why}");
    // Past the capture of the test's own output: a skip is always seen.
    let _closed = writeln!(io::stderr(), "SKIP {test}: {endpoint}: {why}");
    None
}

fn ready(endpoint: &str) -> Result<(), String> {
    static IMAGES: OnceLock<Result<(), String>> = OnceLock::new();
    ping(endpoint).map_err(|error| error.to_string())?;
    IMAGES.get_or_init(|| images(endpoint)).clone()
}

/// Asks `/_ping` and waits at most two seconds for each step.
pub fn ping(endpoint: &str) -> io::Result<()> {
    if let Some(path) = endpoint.strip_prefix("unix://") {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(PING))?;
        stream.set_write_timeout(Some(PING))?;
        return ask(stream);
    }
    let Some(place) = endpoint.strip_prefix("tcp://") else {
        let why = "tests use an engine at unix:///path or tcp://host:port";
        return Err(io::Error::new(io::ErrorKind::Unsupported, why));
    };
    let address = place.to_socket_addrs()?.next();
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    let stream = TcpStream::connect_timeout(&address, PING)?;
    stream.set_read_timeout(Some(PING))?;
    stream.set_write_timeout(Some(PING))?;
    ask(stream)
}

fn ask(mut stream: impl Read + Write) -> io::Result<()> {
    stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")?;
    let mut held = Vec::new();
    let mut part = [0; 512];
    while !held.contains(&b'\n') {
        match stream.read(&mut part)? {
            0 => break,
            n => held.extend_from_slice(&part[..n]),
        }
    }
    let answer = String::from_utf8_lossy(&held);
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "/_ping is answered with {status:?}"
        )))
    }
}

fn images(endpoint: &str) -> Result<(), String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/images.sh");
    let made = Command::new("bash")
        .arg(&script)
        .env("DOCKER_HOST", endpoint)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", script.display()))?;
    if made.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&made.stderr).trim().to_owned())
    }
}

/// A container to be: say what it is like, then `create` or `run` it.
#[derive(Debug, Clone)]
pub struct Fixture {
    endpoint: String,
    name: String,
    image: String,
    options: Vec<String>,
    cmd: Vec<String>,
}

impl Fixture {
    /// A busybox that sleeps, without a network: engines on machines that allow no packet filter have none. Its name begins with `prefix`, and no other container has it.
    pub fn new(endpoint: &str, prefix: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self {
            endpoint: endpoint.to_owned(),
            name: format!("stacktui-test-{prefix}-{}-{count}", std::process::id()),
            image: BUSYBOX.to_owned(),
            options: vec!["--network=none".to_owned()],
            cmd: Vec::new(),
        }
    }

    pub fn image(mut self, image: &str) -> Self {
        self.image = image.to_owned();
        self
    }

    /// The whole name, instead of a made-up one.
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    pub fn cmd(mut self, argv: &[&str]) -> Self {
        self.cmd = argv.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Runs this text in the shell.
    pub fn sh(self, script: &str) -> Self {
        self.cmd(&["sh", "-c", script])
    }

    pub fn env(self, name: &str, value: &str) -> Self {
        self.option(&format!("--env={name}={value}"))
    }

    pub fn label(self, name: &str, value: &str) -> Self {
        self.option(&format!("--label={name}={value}"))
    }

    pub fn tty(self) -> Self {
        self.option("--tty")
    }

    /// Checked each second by this command.
    pub fn health(self, command: &str) -> Self {
        self.option(&format!("--health-cmd={command}"))
            .option("--health-interval=1s")
            .option("--health-retries=1")
    }

    /// As the docker command writes it: `always`, `on-failure:3`.
    pub fn restart(self, policy: &str) -> Self {
        self.option(&format!("--restart={policy}"))
    }

    /// As the docker command writes it: `32m`.
    pub fn memory(self, limit: &str) -> Self {
        self.option(&format!("--memory={limit}"))
    }

    /// In seconds.
    pub fn stop_timeout(self, seconds: u32) -> Self {
        self.option(&format!("--stop-timeout={seconds}"))
    }

    /// In this network instead of none.
    pub fn network(mut self, name: &str) -> Self {
        self.options
            .retain(|option| !option.starts_with("--network="));
        self.option(&format!("--network={name}"))
    }

    /// Any other option of `docker create`, in one word: `--network=none`.
    pub fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// Makes it and leaves it as it is.
    pub fn create(self) -> Running {
        let mut words = vec!["create", "--name", &self.name];
        words.extend(self.options.iter().map(String::as_str));
        words.push(&self.image);
        words.extend(self.cmd.iter().map(String::as_str));
        let made = docker(&self.endpoint, &words);
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "docker {words:?}: {said}");
        // Warnings go to the other stream; the id is all of this one.
        let id = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        Running {
            endpoint: self.endpoint,
            name: self.name,
            id,
        }
    }

    /// Makes and starts it.
    pub fn run(self) -> Running {
        let made = self.create();
        made.docker(&["start", &made.id]);
        made
    }
}

/// A container of the test's own, removed with its volumes whatever happens to the test.
#[derive(Debug)]
pub struct Running {
    endpoint: String,
    pub name: String,
    /// The whole id, 64 digits.
    pub id: String,
}

impl Running {
    /// Runs a docker command at the same engine. Returns what it printed; fails the test when it fails.
    #[track_caller]
    pub fn docker(&self, words: &[&str]) -> String {
        let done = docker(&self.endpoint, words);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "docker {words:?}: {said}");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// What `docker inspect` says in this template: `{{.State.Status}}`.
    #[track_caller]
    pub fn inspect(&self, template: &str) -> String {
        self.docker(&["inspect", "--format", template, &self.id])
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let gone = docker(&self.endpoint, &["rm", "--force", "--volumes", &self.id]);
        let said = String::from_utf8_lossy(&gone.stderr);
        if !gone.status.success() && !said.contains("No such container") {
            let _closed = writeln!(io::stderr(), "{} was not removed: {said}", self.name);
        }
    }
}

fn docker(endpoint: &str, words: &[&str]) -> Output {
    Command::new("docker")
        .args(words)
        .env("DOCKER_HOST", endpoint)
        .env_remove("DOCKER_CONTEXT")
        .stdin(Stdio::null())
        .output()
        .expect("the docker command runs")
}
