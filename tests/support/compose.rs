//! Compose on a real engine, one generation at a time: the programs of a machine that has that one alone, and a project made
//! by it, which goes when the test ends. Uses the docker commands and files, nothing of the library, so that no mistake is
//! shared.
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::driver::{Driver, on_engine};
use crate::engine;

/// Which compose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// `docker-compose` 1.
    First,
    /// `docker compose` 2: a plugin in one of docker's own folders, or the file that `STACKTUI_TEST_COMPOSE2` names.
    Second,
}

use Generation::{First, Second};

impl Generation {
    /// The words that run it.
    pub fn words(self) -> &'static str {
        match self {
            First => "docker-compose",
            Second => "docker compose",
        }
    }

    /// How it says that a file is no YAML.
    pub fn refusal(self) -> &'static str {
        match self {
            First => "yaml.parser.ParserError",
            Second => "yaml: line",
        }
    }

    /// What stands between the parts of a container's name.
    pub fn joint(self) -> &'static str {
        match self {
            First => "_",
            Second => "-",
        }
    }
}

/// A machine's compose programs: a folder with them and nothing else.
pub struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    /// One without any. Its docker command knows no plugins but those of the whole machine.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("config/cli-plugins")).expect("a folder");
        Self { folder }
    }

    /// The `PATH` to look for them in.
    pub fn path(&self) -> OsString {
        self.folder.path().into()
    }

    /// Puts this compose there too. `None`, which is told: it is not on this machine. Where it is required, that is a failure.
    pub fn with(self, test: &str, generation: Generation) -> Option<Self> {
        let there = match generation {
            First => self.link(),
            Second => self.wrap(),
        };
        if there.is_some_and(|version| (version == 1) == (generation == First)) {
            return Some(self);
        }
        let variable = match generation {
            First => "STACKTUI_REQUIRE_ENGINE",
            Second => "STACKTUI_REQUIRE_COMPOSE2",
        };
        // Newer machines have no compose 1 to be had, and the second under its name.
        let superseded = generation == First && there.is_some();
        let required = !superseded && std::env::var(variable).is_ok_and(|value| value == "1");
        let name = generation.words();
        assert!(!required, "{test} needs `{name}`: {generation:?}");
        // Past the capture of the test's own output: a skip is always seen.
        let _closed = writeln!(std::io::stderr(), "SKIP {test}: `{name}` is not here");
        None
    }

    fn link(&self) -> Option<u32> {
        let program = self.folder.path().join("docker-compose");
        symlink(in_path("docker-compose")?, &program).expect("a link");
        major(&mut Command::new(program))
    }

    /// The docker command, led to the plugin.
    fn wrap(&self) -> Option<u32> {
        let docker = in_path("docker")?.display().to_string();
        let config = self.folder.path().join("config");
        let mut script = "#!/bin/sh\n".to_owned();
        if let Some(plugin) = std::env::var_os("STACKTUI_TEST_COMPOSE2").filter(|it| !it.is_empty())
        {
            let place = config.join("cli-plugins/docker-compose");
            symlink(plugin, place).expect("a link");
            script += &format!("export DOCKER_CONFIG='{}'\n", config.display());
        }
        script += &format!("exec '{docker}' \"$@\"\n");
        let program = self.folder.path().join("docker");
        fs::write(&program, script).expect("a script");
        fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("may be run");
        major(Command::new(program).arg("compose"))
    }
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

/// The first number of the version that a program says.
fn major(command: &mut Command) -> Option<u32> {
    command.args(["version", "--short"]);
    let output = loop {
        match command.output() {
            // What another thread has just begun still holds the script open.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(10));
            }
            output => break output.ok()?,
        }
    };
    let version = String::from_utf8_lossy(&output.stdout);
    let first = version.trim().trim_start_matches('v').split('.').next()?;
    first.parse().ok()
}

/// A project on the engine; it goes when this is dropped.
pub struct Project {
    folder: tempfile::TempDir,
    endpoint: String,
    pub machine: Machine,
    generation: Generation,
    pub name: String,
}

impl Project {
    /// Nothing is made yet. The folder has a name that wants quotes.
    pub fn bare(test: &str, generation: Generation) -> Option<Self> {
        let endpoint = engine::real_engine(test)?;
        let it = Self {
            machine: Machine::bare().with(test, generation)?,
            name: format!("e2e{}-{test}-{}", generation as u8 + 1, std::process::id()),
            folder: tempfile::tempdir().expect("a folder"),
            endpoint,
            generation,
        };
        fs::create_dir(it.directory()).expect("a folder");
        Some(it)
    }

    /// Two services.
    pub fn new(test: &str, generation: Generation) -> Option<Self> {
        let it = Self::bare(test, generation)?;
        it.write("WHO=you\n", ".env");
        let web = ", environment: {WHO: 'it is ${WHO}', NONE: '${NOT_SET_ANYWHERE}'}";
        let services = format!("  db: {}\n  web: {}\n", service(""), service(web));
        it.write(&format!("version: '3'\nservices:\n{services}"), FILE);
        it.compose(&["up", "-d"]);
        Some(it)
    }

    pub fn directory(&self) -> PathBuf {
        self.folder.path().join("it's, a shop")
    }

    pub fn write(&self, text: &str, file: &str) {
        fs::write(self.directory().join(file), text).expect("a file");
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.directory().join(file)).expect("the file")
    }

    /// Has the compose that made it do something by hand.
    #[track_caller]
    pub fn compose(&self, words: &[&str]) {
        let path = PathBuf::from(self.machine.path());
        let mut command = match self.generation {
            First => Command::new(path.join("docker-compose")),
            Second => Command::new(path.join("docker")),
        };
        if self.generation == Second {
            command.arg("compose");
        }
        let output = command
            .args(["-p", &self.name])
            .args(words)
            .env("DOCKER_HOST", &self.endpoint)
            .current_dir(self.directory())
            .output()
            .expect("compose runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
    }

    pub fn docker(&self, words: &[&str]) -> String {
        let output = Command::new("docker")
            .args(words)
            .env("DOCKER_HOST", &self.endpoint)
            .output()
            .expect("docker runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn listed(&self, words: &[&str]) -> Vec<String> {
        let label = format!("label=com.docker.compose.project={}", self.name);
        let lines = self.docker(&[words, &["--filter", &label]].concat());
        let mut lines: Vec<_> = lines.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Its containers by name, those that do not run, too.
    pub fn containers(&self) -> Vec<String> {
        self.listed(&["ps", "-a", "--format", "{{.Names}}"])
    }

    /// Those that run.
    pub fn running(&self) -> Vec<String> {
        self.listed(&["ps", "--format", "{{.Names}}"])
    }

    pub fn volumes(&self) -> Vec<String> {
        self.listed(&["volume", "ls", "-q"])
    }

    /// The name of a container, as this generation names it.
    pub fn container(&self, service: &str, number: u32) -> String {
        let joint = self.generation.joint();
        format!("{}{joint}{service}{joint}{number}", self.name)
    }

    /// What runs was made with this text.
    #[track_caller]
    pub fn greets(&self, text: &str) {
        let container = self.container("web", 1);
        let environment = self.docker(&["inspect", "-f", "{{.Config.Env}}", &container]);
        assert!(environment.contains(text), "{environment}");
    }
}

/// The compose file.
pub const FILE: &str = "docker-compose.yml";

/// A service with something more. Without a network: engines on machines that allow no packet filter have none.
pub fn service(more: &str) -> String {
    format!(
        "{{image: '{}', network_mode: none, stop_grace_period: 0s, command: [sleep, '1000']{more}}}",
        engine::BUSYBOX
    )
}

/// The page of its stack, on its machine, with this as the user's editor.
pub async fn page(project: &Project, editor: &str) -> Driver {
    let editor = Some(editor.to_owned());
    let path = project.machine.path();
    let it = Driver::with(on_engine(&project.endpoint), (240, 40), |runner| {
        runner.editor = editor;
        runner.programs.path = Some(path);
    });
    it.sees("up").await;
    it.press("2").await;
    it.sees(&project.name).await;
    it.narrow(&project.name).await;
    it.press("enter").await;
    it.sees("Files and containers").await;
    it
}

impl Drop for Project {
    fn drop(&mut self) {
        for container in self.containers() {
            self.docker(&["rm", "-f", "-v", &container]);
        }
        for volume in self.volumes() {
            self.docker(&["volume", "rm", &volume]);
        }
        for image in self.listed(&["images", "-q"]) {
            self.docker(&["rmi", "-f", &image]);
        }
    }
}
