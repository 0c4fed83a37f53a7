//! An engine of the test's own, in a network of its own: for what must not be done to the one that others use.
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long it may take until it answers.
const STARTS: Duration = Duration::from_secs(30);
/// How long it may take to end.
const ENDS: Duration = Duration::from_secs(20);

/// Ends, with its containers, when it is dropped.
pub struct Apart {
    daemon: Child,
    pub endpoint: String,
    folder: tempfile::TempDir,
}

impl Apart {
    /// Where root runs the test and `dockerd` is installed; else the test is skipped and says so.
    pub fn start(test: &str) -> Option<Self> {
        match Self::begin() {
            Ok(engine) => Some(engine),
            Err(why) => {
                let _closed = writeln!(io::stderr(), "SKIP {test}: {why}");
                None
            }
        }
    }

    fn begin() -> Result<Self, String> {
        if !nix::unistd::geteuid().is_root() {
            return Err("only root can start an engine".to_owned());
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let at = |name: &str| folder.path().join(name).display().to_string();
        let endpoint = format!("unix://{}", at("sock"));
        let log = std::fs::File::create(at("log")).map_err(|error| error.to_string())?;
        let script = "ip link set lo up; exec dockerd \"$@\"";
        let daemon = Command::new("unshare")
            .args(["--net", "--", "sh", "-c", script, "sh"])
            .args(["--data-root", &at("data"), "--exec-root", &at("exec")])
            .args(["--pidfile", &at("pid"), "--host", &endpoint])
            .args(["--bip", "10.236.0.1/16", "--userland-proxy=false"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            // Signals of the terminal are the test's: it ends the engine itself.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("unshare: {error}"))?;
        let mut engine = Self {
            daemon,
            endpoint,
            folder,
        };
        engine.wait()?;
        Ok(engine)
    }

    fn wait(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < STARTS {
            if self.docker(&["version"]).status.success() {
                let made = Command::new("bash")
                    .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/images.sh"))
                    .env("DOCKER_HOST", &self.endpoint)
                    .stdin(Stdio::null())
                    .output()
                    .map_err(|error| error.to_string())?;
                let said = String::from_utf8_lossy(&made.stderr).trim().to_owned();
                return made.status.success().then_some(()).ok_or(said);
            }
            if matches!(self.daemon.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let last = log.lines().last().unwrap_or("no word").to_owned();
        Err(format!("an engine of its own does not start: {last}"))
    }

    /// The docker command on it.
    pub fn docker(&self, args: &[&str]) -> Output {
        let docker = Command::new("docker")
            .args(["--host", &self.endpoint])
            .args(args)
            .stdin(Stdio::null())
            .output();
        docker.unwrap_or_else(|error| panic!("docker: {error}"))
    }

    /// The same, which must succeed; what it prints.
    pub fn must(&self, args: &[&str]) -> String {
        let done = self.docker(args);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "docker {args:?}: {said}");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _gone = Command::new("kill")
            .arg(self.daemon.id().to_string())
            .status();
        let begun = Instant::now();
        while begun.elapsed() < ENDS && !matches!(self.daemon.try_wait(), Ok(Some(_))) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ended = self.daemon.kill();
        let _ended = self.daemon.wait();
        // What an engine leaves mounted keeps its folder from going.
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let under = self.folder.path().display().to_string();
        let places = mounts.lines().filter_map(|line| line.split(' ').nth(1));
        for place in places.filter(|place| place.starts_with(&under)) {
            let _gone = Command::new("umount").args(["-l", place]).status();
        }
    }
}
