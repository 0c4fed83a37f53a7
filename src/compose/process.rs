//! One process, or a program that is played in this one, and its output as lines. Must not know what it is for.
use std::fmt;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::lang::Words;
use crate::text;

/// Time a process has to end by itself after each signal.
const GRACE: Duration = Duration::from_secs(10);
/// Longest line that is told whole, in bytes.
const LINE: usize = 16 * 1024;
/// Most that is kept of what a process answers, in bytes.
const ANSWER: u64 = 4 << 20;
/// Lines that may wait to be taken.
const WAITING: usize = 256;

/// Lines that came together, made safe.
pub type Output = Vec<String>;

/// What a short process answered.
#[derive(Debug, Default)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    /// None: ended by a signal.
    pub code: Option<i32>,
}

/// A program that is played in this process: its words, and what comes of them. It may take its time.
#[derive(Clone)]
pub struct Played(Arc<Play>);

type Play = dyn Fn(&[String]) -> Answer + Send + Sync;

impl Played {
    pub fn new(play: impl Fn(&[String]) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(play))
    }

    async fn answer(self, words: Vec<String>) -> io::Result<Answer> {
        let work = move || (self.0)(&words);
        tokio::task::spawn_blocking(work)
            .await
            .map_err(io::Error::other)
    }
}

impl fmt::Debug for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Played")
    }
}

/// What is run, with its words.
#[derive(Debug)]
pub(super) enum Program {
    Process(Command),
    Played(Played, Vec<String>),
}

impl Program {
    pub fn args(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        for word in words {
            let word = word.into();
            match &mut self {
                Self::Process(command) => drop(command.arg(word)),
                Self::Played(_, words) => words.push(word),
            }
        }
        self
    }

    /// In this folder.
    pub fn within(mut self, folder: &Path) -> Self {
        if let Self::Process(command) = &mut self {
            command.current_dir(folder);
        }
        self
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// None: by a signal that was not ours.
    Code(Option<i32>),
    Cancelled,
}

/// A process group; what is left of it ends when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.map(Pid::from_raw))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // One that is gone already is what is wanted.
            let _gone = killpg(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
    }
}

fn spawn(mut command: Command) -> io::Result<(Child, Group)> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Keys typed at the terminal are not for it.
        .process_group(0)
        .spawn()?;
    let group = Group::of(&child);
    Ok((child, group))
}

/// Runs a short process and gives what it wrote.
pub(super) async fn read(program: Program, limit: Duration) -> io::Result<Answer> {
    let command = match program {
        Program::Process(command) => command,
        Program::Played(played, words) => return played.answer(words).await,
    };
    let (mut child, _group) = spawn(command)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let all = async {
        let (out, err) = tokio::join!(whole(stdout), whole(stderr));
        let status = child.wait().await?;
        Ok::<_, io::Error>(Answer {
            stdout: out?,
            stderr: err?,
            code: status.code(),
        })
    };
    timeout(limit, all).await.map_err(|_| {
        io::Error::new(
            io::ErrorKind::TimedOut,
            Words::ours(|| {
                say!(
                    "no answer within {span}",
                    span = format!("{} s", limit.as_secs())
                )
            }),
        )
    })?
}

async fn whole(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(ANSWER).read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs a process to its end and tells its lines. When `cancelled` is over it is asked to end as by Ctrl-C; then what it
/// started is ended with SIGTERM, and what is left is killed.
pub(super) async fn run(
    program: Program,
    output: mpsc::Sender<Output>,
    cancelled: impl Future<Output = ()>,
) -> io::Result<Ended> {
    let command = match program {
        Program::Process(command) => command,
        Program::Played(played, words) => {
            let answer = played.answer(words).await?;
            let lines = answer.stdout.lines().chain(answer.stderr.lines());
            let lines = lines.map(|line| text::sanitise(line.as_bytes()).text);
            let _closed = output.send(lines.collect()).await;
            return Ok(Ended::Code(answer.code));
        }
    };
    let (mut child, group) = spawn(command)?;
    let (lines, mut told) = mpsc::channel::<String>(WAITING);
    let pipes = (child.stdout.take(), child.stderr.take());
    let reading = async {
        tokio::join!(split(pipes.0, lines.clone()), split(pipes.1, lines));
    };
    let telling = async {
        let mut batch = Vec::new();
        while told.recv_many(&mut batch, WAITING).await > 0 {
            // Without a reader it is still run to its end.
            let _closed = output.send(std::mem::take(&mut batch)).await;
        }
    };
    let mut draining = pin!(async { tokio::join!(reading, telling) });
    let mut working = pin!(end(&mut child, &group, cancelled));
    let ended = tokio::select! {
        ended = &mut working => {
            // A process left behind may hold the pipes.
            if timeout(GRACE, draining).await.is_err() {
                group.signal(Signal::SIGKILL);
            }
            ended
        }
        _ = &mut draining => working.await,
    };
    ended
}

/// Waits for the process, and ends it when that is asked for.
async fn end(
    child: &mut Child,
    group: &Group,
    cancelled: impl Future<Output = ()>,
) -> io::Result<Ended> {
    tokio::select! {
        status = child.wait() => return Ok(Ended::Code(status?.code())),
        () = cancelled => {}
    }
    group.signal(Signal::SIGINT);
    let _late = timeout(GRACE, child.wait()).await;
    group.signal(Signal::SIGTERM);
    if timeout(GRACE, child.wait()).await.is_err() {
        group.signal(Signal::SIGKILL);
    }
    Ok(Ended::Cancelled)
}

/// Tells the lines of a pipe. A carriage return ends one too: progress that is drawn over itself is told step by step.
async fn split(pipe: Option<impl AsyncRead + Unpin>, lines: mpsc::Sender<String>) {
    let Some(mut pipe) = pipe else { return };
    let mut line = Vec::new();
    let mut bytes = vec![0; 8192];
    loop {
        let read = pipe.read(&mut bytes).await.unwrap_or(0);
        for byte in bytes.get(..read).unwrap_or_default() {
            let ends = matches!(byte, b'\n' | b'\r');
            if (ends || line.len() == LINE) && !line.is_empty() {
                let _closed = lines.send(text::sanitise(&line).text).await;
                line.clear();
            }
            if !ends {
                line.push(*byte);
            }
        }
        if read == 0 {
            break;
        }
    }
    if !line.is_empty() {
        let _closed = lines.send(text::sanitise(&line).text).await;
    }
}
