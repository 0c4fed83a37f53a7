//! The compose program of this machine: which one there is, what it makes of a project's files, and its commands run with
//! their output as it comes. Knows no engine: which one compose talks to is told by its environment.
//! Must not know of state, jobs, the journal or the clock.

mod keep;
mod outline;
mod process;
mod propose;
mod scale;
mod secrets;
mod shown;
mod stack_file;

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::process::Command;
use tokio::sync::mpsc;

pub use keep::Store;
pub use outline::outline;
pub use process::{Answer, Output, Played};
pub use stack_file::{begin, compare, read};

use process::Program;
use secrets::Secrets;

use crate::lang::Words;
use crate::model::compose::{Call, Checked, Project};
use crate::model::stack_file::Write;
use crate::msg::{Failure, FailureKind};
use crate::text;

/// Time limit of asking a program for its version.
const VERSION_LIMIT: Duration = Duration::from_secs(10);
/// Time limit of reading a project's files: compose 1 needs half a second for small ones.
const CONFIG_LIMIT: Duration = Duration::from_secs(60);

/// What still works where compose cannot.
fn rest() -> &'static str {
    say!("start, stop, restart, remove and logs work without it")
}

/// Variables for compose and what it starts: `DOCKER_HOST` and its like.
pub type Environment = Vec<(&'static str, String)>;

/// Where compose programs are looked for, and where what is written over is kept.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// None: no file can be changed.
    pub store: Option<Store>,
    /// Instead of the process's own `PATH`.
    pub path: Option<OsString>,
    /// Instead of all programs: for engines that no other process can reach.
    pub played: Option<Played>,
}

/// One compose program.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tool {
    argv: &'static [&'static str],
    version: String,
}

/// The plugin and the program of its own, the one that made a project first.
const PLUGIN: &[&str] = &["docker", "compose"];
const ALONE: &[&str] = &["docker-compose"];

/// Why compose made nothing of a project's files.
#[derive(Debug)]
enum Refused {
    /// It could not be asked.
    Unasked(Failure),
    /// It does not take them: in its own words, as they came.
    Files(String),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Unasked(failure)
    }
}

impl Tool {
    fn is_first(&self) -> bool {
        self.version.starts_with("1.")
    }

    /// Whether it names and hashes as what made the project does.
    fn fits(&self, project: &Project) -> bool {
        let first = project.major.map(|major| major == 1);
        first.is_none_or(|first| first == self.is_first())
    }

    fn shown(&self) -> String {
        format!("{} {}", self.argv.join(" "), self.version)
    }
}

impl Programs {
    fn command(&self, words: &[&str], environment: &Environment) -> Program {
        if let Some(played) = &self.played {
            return Program::Played(played.clone(), Vec::new());
        }
        let (program, args) = words.split_first().unwrap_or((&"docker", &[]));
        let program: OsString = match &self.path {
            Some(path) => found_in(path, program),
            None => program.into(),
        };
        let mut command = Command::new(program);
        command
            .args(args)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            // Lines, not a picture that is drawn over and over.
            .env("COMPOSE_ANSI", "never")
            .env("COMPOSE_PROGRESS", "plain")
            .env("BUILDKIT_PROGRESS", "plain")
            .env("NO_COLOR", "1");
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        Program::Process(command)
    }

    /// The version of a program, when it is there and says one.
    async fn version(&self, argv: &'static [&'static str]) -> Option<Tool> {
        let program = self.command(argv, &Vec::new());
        let program = program.args(["version", "--short"]);
        let output = process::read(program, VERSION_LIMIT).await.ok()?;
        let version = output.stdout.lines().next()?.trim();
        let version = version.trim_start_matches('v').to_owned();
        let is_one = output.code == Some(0) && version.starts_with(|c: char| c.is_ascii_digit());
        is_one.then_some(Tool { argv, version })
    }

    /// The program for a project: of the generation that made it, else whichever there is.
    async fn tool(&self, project: &Project) -> Result<Tool, Failure> {
        let order = match project.major {
            Some(1) => [ALONE, PLUGIN],
            _ => [PLUGIN, ALONE],
        };
        let mut other = None;
        for argv in order {
            match self.version(argv).await {
                Some(tool) if tool.fits(project) => return Ok(tool),
                Some(tool) => other = other.or(Some(tool)),
                None => {}
            }
        }
        other.ok_or_else(|| Failure {
            kind: FailureKind::Unsupported,
            what: Words::ours(|| {
                say!("neither `docker compose` nor `docker-compose` is on this machine")
            }),
            advice: rest().to_owned(),
            ..Failure::default()
        })
    }

    /// When each file a project is made from was last changed, `.env` among them; none for one that is not there.
    pub fn changed(project: &Project) -> Vec<Option<SystemTime>> {
        let variables = project.directory.iter().map(|d| format!("{d}/.env"));
        let files = project.files.iter().chain(&project.env_files).cloned();
        let time = |file: String| Path::new(&file).metadata().ok()?.modified().ok();
        files.chain(variables).map(time).collect()
    }

    /// What compose makes of the project's files now.
    ///
    /// # Errors
    /// Files are gone or not named, no compose is here, or it does not take the files: in its own words.
    pub async fn check(&self, project: &Project) -> Result<Checked, Failure> {
        match self.ask(project).await {
            Ok(checked) => Ok(checked),
            Err(Refused::Unasked(failure)) => Err(failure),
            Err(Refused::Files(stderr)) => {
                let secrets = Secrets::of(project).await;
                Err(Failure {
                    what: refusal(&stderr).map(|words| secrets.masked(words)),
                    advice: say!("mend the files; what runs is not touched").to_owned(),
                    ..Failure::default()
                })
            }
        }
    }

    /// The same; where compose does not take the files, with all that it says.
    async fn ask(&self, project: &Project) -> Result<Checked, Refused> {
        files_are_here(project)?;
        // Before compose reads them: what is written meanwhile is then noticed as a change.
        let files = shown::read_digests(project).await;
        let tool = self.tool(project).await?;
        let config = |args: &[&str]| {
            let program = self.command(tool.argv, &Vec::new());
            let program = program.args(project.args()).args(args.iter().copied());
            process::read(program.within(directory(project)), CONFIG_LIMIT)
        };
        let (output, whole) = tokio::join!(config(&["config", "--hash=*"]), config(&["config"]));
        let output = output.map_err(|why| not_run(&tool, &why))?;
        if output.code != Some(0) {
            return Err(Refused::Files(output.stderr));
        }
        let hashes = output.stdout.lines().filter_map(|line| {
            let (service, hash) = line.trim().split_once(' ')?;
            let clean = |text: &str| text::sanitise_ident(text.trim().as_bytes());
            Some((clean(service), clean(hash)))
        });
        Ok(Checked {
            tool: tool.shown(),
            foreign: !tool.fits(project),
            hashes: hashes.collect(),
            scales: whole.ok().and_then(|whole| scale::read(&whole.stdout)),
            warnings: warnings(&output.stderr),
            files,
        })
    }

    /// Writes the file over that a command wants written first.
    ///
    /// # Errors
    /// It is not what was shown, or cannot be written: then it is as it was.
    pub async fn write(&self, write: &Write, now: DateTime<Utc>) -> Result<(), Failure> {
        let store = self.store.clone().ok_or_else(no_store)?;
        let write = write.clone();
        let work = move || stack_file::write(&write, &store, now);
        let written = tokio::task::spawn_blocking(work).await;
        written.unwrap_or_else(|error| {
            Err(Failure {
                what: Words::as_is(error.to_string()),
                ..Failure::default()
            })
        })
    }

    /// Runs a command to its end; its lines go to `output` as they come. `cancelled` ends it: first as Ctrl-C does.
    ///
    /// # Errors
    /// It could not be started, failed, or was cancelled.
    pub async fn run(
        &self,
        call: &Call,
        environment: &Environment,
        output: mpsc::Sender<Output>,
        cancelled: impl Future<Output = ()>,
    ) -> Result<(), Failure> {
        let project = &call.project;
        files_are_here(project)?;
        let tool = self.tool(project).await?;
        if !tool.fits(project) && !call.foreign {
            return Err(Failure {
                kind: FailureKind::Unsupported,
                what: Words::ours(|| {
                    say!(
                        "only {tool} is here, and another generation of compose made this stack",
                        tool = tool.shown()
                    )
                }),
                advice: rest().to_owned(),
                ..Failure::default()
            });
        }
        let program = self.command(tool.argv, environment);
        let program = program.args(call.args()).within(directory(project));
        let secrets = Secrets::of(project).await;
        let (lines, mut told) = mpsc::channel::<Output>(8);
        let masking = async {
            while let Some(lines) = told.recv().await {
                let masked = lines.iter().map(|line| secrets.masked(line));
                // Without a reader it is still run to its end.
                let _closed = output.send(masked.collect()).await;
            }
        };
        let (ended, ()) = tokio::join!(process::run(program, lines, cancelled), masking);
        match ended.map_err(|why| not_run(&tool, &why))? {
            process::Ended::Code(Some(0)) => Ok(()),
            process::Ended::Code(code) => Err(Failure {
                what: Words::ours(|| {
                    let program = tool.argv.join(" ");
                    if let Some(code) = code {
                        say!("{program} ended with exit code {code}", program, code)
                    } else {
                        say!("{program} was killed", program)
                    }
                }),
                advice: say!("its last lines say why").to_owned(),
                ..Failure::default()
            }),
            process::Ended::Cancelled => Err(Failure {
                what: Words::ours(|| say!("cancelled; what was done until then stays")),
                ..Failure::default()
            }),
        }
    }
}

fn no_store() -> Failure {
    Failure {
        kind: FailureKind::Unsupported,
        what: Words::ours(|| say!("there is no directory to keep earlier versions in")),
        advice: say!("set {a} or {b}", a = "XDG_STATE_HOME", b = "HOME"),
        ..Failure::default()
    }
}

fn found_in(path: &OsString, program: &str) -> OsString {
    std::env::split_paths(path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .map_or_else(|| format!("/nowhere/{program}").into(), Into::into)
}

fn not_run(tool: &Tool, why: &std::io::Error) -> Failure {
    Failure {
        what: Words::ours(|| say!("{name}: {why}", name = tool.argv.join(" "), why)),
        ..Failure::default()
    }
}

fn directory(project: &Project) -> &Path {
    Path::new(project.directory.as_deref().unwrap_or("/"))
}

/// Compose itself would say so too, but of the first file alone and not what to do.
fn files_are_here(project: &Project) -> Result<(), Failure> {
    let unsupported = |what: Words, advice: &str| Failure {
        kind: FailureKind::Unsupported,
        what,
        advice: say!("{advice}; {rest}", advice, rest = rest()),
        ..Failure::default()
    };
    if project.files.is_empty() {
        let what = Words::ours(|| say!("no label names its compose files"));
        let advice = say!("compose cannot be run for it from here");
        return Err(unsupported(what, advice));
    }
    let files = project.files.iter().chain(&project.env_files);
    let named = files.map(|path| (path, true));
    let needed = project.directory.iter().map(|path| (path, false));
    let gone = needed
        .chain(named)
        .find_map(|(path, is_file)| match Path::new(path).metadata() {
            Ok(there) if is_file && there.is_dir() => Some(Words::ours(|| {
                say!("{path} is a directory, not a file", path)
            })),
            Ok(_) => None,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Some(Words::ours(|| say!("{path} is not on this machine", path)))
            }
            Err(error) => Some(Words::ours(|| {
                say!("{name}: {why}", name = path, why = error)
            })),
        });
    match gone {
        Some(what) => Err(unsupported(
            what,
            say!("it is gone, or the stack was made on another machine or in a container"),
        )),
        None => Ok(()),
    }
}

/// The first lines of what a program complained of, safe for one line of a screen.
fn refusal(stderr: &str) -> Words {
    let lines: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !is_warning(line))
        .take(4)
        .collect();
    let lines: Vec<String> = lines.into_iter().map(text::without_value).collect();
    let words = text::sanitise_ident(lines.join(" ").as_bytes());
    if words.is_empty() {
        return Words::ours(|| say!("compose does not take the files, and does not say why"));
    }
    Words::as_is(words)
}

fn is_warning(line: &str) -> bool {
    let words = ["level=warning", " variable is not set"];
    line.starts_with("WARNING") || words.iter().any(|word| line.contains(word))
}

/// What compose warns of, once each. Compose 1 writes `WARNING: …`, or before its log is set up (`config`) the bare words;
/// compose 2 `time=… level=warning msg="…"`.
fn warnings(stderr: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in stderr.lines().filter(|line| is_warning(line.trim())) {
        let words = match line.split_once("msg=\"") {
            Some((_, quoted)) => quoted.trim_end().trim_end_matches('"').replace("\\\"", ""),
            None => line.trim().trim_start_matches("WARNING: ").to_owned(),
        };
        let words = text::sanitise_ident(words.as_bytes());
        // It is of interest to those who write compose files, not to those who run them.
        if !words.contains("`version` is obsolete") && !found.contains(&words) {
            found.push(words);
        }
    }
    found
}

#[cfg(test)]
mod tests;
