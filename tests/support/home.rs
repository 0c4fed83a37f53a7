//! The real program with a home of its own, which holds simulated engines on sockets. Of the caller's environment it sees
//! nothing. A test binary that needs a part of it only says so where it includes it.
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Exit code, output and errors.
pub type Ran = (i32, String, String);

/// A process that ends with the test.
pub struct Ends(pub Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// A home, and the engines that are served in it.
pub struct Home {
    dir: TempDir,
    engines: Vec<Ends>,
}

impl Home {
    /// Without an engine.
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            engines: Vec::new(),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the engine of this name listens, or would.
    pub fn socket(&self, engine: &str) -> PathBuf {
        self.path().join(format!("{engine}.sock"))
    }

    pub fn endpoint(&self, engine: &str) -> String {
        format!("unix://{}", self.socket(engine).display())
    }

    pub fn program(&self, args: &[&str]) -> Command {
        program(self.path(), args)
    }

    /// An engine of this name, which simulates the scenario. It listens when this returns.
    pub fn serve(&mut self, engine: &str, scenario: &str) {
        let listen = self.endpoint(engine);
        let mut sim = self
            .program(&["sim", "--scenario", scenario, "--listen", &listen])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Its first line comes just before it listens.
        let mut line = String::new();
        let stdout = sim.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        self.engines.push(Ends(sim));
        assert!(line.starts_with(&format!("serving {scenario}")), "{line}");
        let socket = self.socket(engine);
        waits_until("the simulated engine", || socket.exists());
    }
}

/// The program with this home.
pub fn program(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stacktui"));
    command
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    (
        output.status.code().expect("it ended by itself"),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Looks again for up to half a minute.
pub fn waits_until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(so(), "never came: {what}");
}
