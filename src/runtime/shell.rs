//! A process in a container that has the whole terminal: bytes both ways, its size, the way out. Knows channels, not the
//! terminal itself.
mod detach;
mod pump;
mod session;

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use self::pump::{Far, Pumped, pump};
use self::session::Session;
use super::helper::{self, Helper};
use crate::effect::ShellRequest;
use crate::engine::exec::ExecRequest;
use crate::engine::logs::LogSetup;
use crate::engine::{Engine, Error};
use crate::lang::Words;
use crate::model::Key;
use crate::msg::{Failure, FailureKind, ShellEnd};

/// After a container's pipe was closed its end is asked for so often, so far apart.
const END_ASKS: u32 = 10;
const END_PAUSE: Duration = Duration::from_millis(100);

/// The terminal's side.
#[derive(Debug)]
pub struct ShellIo {
    pub input: mpsc::Receiver<Vec<u8>>,
    pub output: mpsc::Sender<Vec<u8>>,
    /// Columns and rows.
    pub size: watch::Receiver<(u16, u16)>,
    /// As bytes; empty: none.
    pub detach_keys: Vec<u8>,
    /// What a command said is left to be read until a key is pressed, when the screen comes back after it.
    pub linger: bool,
}

/// Runs a shell or command in the container, or beside it in a helper. Dropping this ends the process, too, and removes
/// the helper.
pub async fn run(engine: Engine, key: Key, request: ShellRequest, io: ShellIo) -> ShellEnd {
    let ended = match request.helper_image.clone() {
        Some(image) => beside(&engine, &key, &image, request, io).await,
        None => inside(&engine, &key.id, request, io).await,
    };
    ended.unwrap_or_else(|error| ShellEnd::Failed(error.failure_of(|| say!("shell"))))
}

async fn inside(
    engine: &Engine,
    container: &str,
    request: ShellRequest,
    mut io: ShellIo,
) -> Result<ShellEnd, Error> {
    let found = request.command.is_empty();
    let command = if found {
        let Some(shell) = engine.find_shell(container, &request.prefer).await? else {
            let helpers = helper::images(engine).await;
            return Ok(ShellEnd::NoShell { helpers });
        };
        vec![shell]
    } else {
        request.command
    };
    let session = Session::new(engine, container, request.user.clone());
    let term = std::env::var("TERM").unwrap_or_default();
    let wanted = ExecRequest {
        command: command.clone(),
        tty: true,
        stdin: true,
        user: request.user,
        working_dir: request.working_dir,
        environment: vec![format!("TERM={}", known_term(&term))],
        size: Some(*io.size.borrow()),
        mark: session.mark().to_owned(),
    };
    let exec = engine.exec(container, &wanted).await?;
    let far = Far::Exec(exec.id.clone());
    match pump(engine, exec.pipe, &mut io, &far).await {
        Pumped::Closed { typed } => {
            let Some(code) = engine.exec_ended(&exec.id).await? else {
                session.end().await;
                return Ok(ShellEnd::Failed(cut(|| {
                    say!("the connection to the shell was cut")
                })));
            };
            session.ended();
            // Who typed something was there to read the answer.
            if io.linger && !found && !typed {
                linger(&mut io, code).await;
            }
            let command = if found { command } else { Vec::new() };
            Ok(ShellEnd::Exited { code, command })
        }
        Pumped::Detached => {
            session.end().await;
            Ok(ShellEnd::Detached)
        }
        // The session ends its processes as soon as the engine is back.
        Pumped::Lost(error) => Err(error),
    }
}

/// Leaves what was said on the screen until a key is pressed.
async fn linger(io: &mut ShellIo, code: i64) {
    let hint = say!("[exit code {code}; any key comes back]", code);
    let hint = format!("\r\n{hint}");
    if io.output.send(hint.into_bytes()).await.is_ok() {
        let _key_or_closed = io.input.recv().await;
    }
}

/// Terminals that only their own descriptions know are told as what every image knows.
fn known_term(term: &str) -> &str {
    match term {
        "xterm" | "xterm-256color" | "linux" | "vt100" | "screen" | "screen-256color" => term,
        _ => "xterm-256color",
    }
}

fn cut(say: fn() -> &'static str) -> Failure {
    Failure {
        kind: FailureKind::Unreachable,
        what: Words::ours(say),
        ..Failure::default()
    }
}

async fn beside(
    engine: &Engine,
    key: &Key,
    image: &str,
    request: ShellRequest,
    io: ShellIo,
) -> Result<ShellEnd, Error> {
    let (own, target, from) = (engine.clone(), key.clone(), image.to_owned());
    let starting = async move { Ok((own.run_helper(&target, &from).await?, None)) };
    let helper = match Helper::start(engine, starting).await {
        Ok(helper) => helper,
        Err(error) => {
            return Ok(ShellEnd::Failed(
                error.failure_of(|| say!("start a helper container")),
            ));
        }
    };
    let request = ShellRequest {
        helper_image: None,
        ..request
    };
    let ended = inside(engine, helper.id(), request, io).await;
    helper.remove().await;
    Ok(match ended? {
        ShellEnd::NoShell { .. } => ShellEnd::Failed(Failure {
            kind: FailureKind::NoShell,
            what: Words::ours(|| say!("{image} has no shell either", image)),
            ..Failure::default()
        }),
        // The helper's shell says nothing of the container's.
        ShellEnd::Exited { code, .. } => ShellEnd::Exited {
            code,
            command: Vec::new(),
        },
        end => end,
    })
}

/// Attaches to the container's own process. Leaving never stops it.
pub async fn attach(engine: Engine, key: Key, io: ShellIo) -> ShellEnd {
    attached(&engine, &key, io)
        .await
        .unwrap_or_else(|error| ShellEnd::Failed(error.failure_of(|| say!("attach"))))
}

async fn attached(engine: &Engine, key: &Key, mut io: ShellIo) -> Result<ShellEnd, Error> {
    let setup = engine.log_setup(&key.id).await?;
    if !setup.running {
        return Ok(ShellEnd::Failed(Failure {
            kind: FailureKind::Conflict,
            what: Words::ours(|| say!("the container does not run: there is nothing to attach to")),
            advice: say!("start it first").to_owned(),
            ..Failure::default()
        }));
    }
    let pipe = engine.attach(&key.id, setup.tty).await?;
    let far = if setup.tty {
        // A program draws itself anew only when the size really changes.
        let (columns, rows) = *io.size.borrow();
        let other = (columns, rows.saturating_add(1));
        engine.resize_container(&key.id, other).await;
        Far::Terminal(key.id.to_string())
    } else {
        let hint = say!("[no terminal: output only; the detach keys leave]");
        let _closed = io.output.send(format!("{hint}\r\n").into_bytes()).await;
        Far::Frames
    };
    match pump(engine, pipe, &mut io, &far).await {
        Pumped::Closed { .. } => over(engine, key, &setup).await,
        Pumped::Detached => Ok(ShellEnd::Detached),
        Pumped::Lost(error) => Err(error),
    }
}

/// What became of the container whose pipe was closed.
async fn over(engine: &Engine, key: &Key, before: &LogSetup) -> Result<ShellEnd, Error> {
    for _ in 0..END_ASKS {
        let now = match engine.log_setup(&key.id).await {
            Err(error) if error.kind() == FailureKind::NotFound => {
                return Ok(ShellEnd::Failed(Failure {
                    kind: FailureKind::NotFound,
                    what: Words::ours(|| {
                        say!("the container ended and was removed: its exit code is not known")
                    }),
                    ..Failure::default()
                }));
            }
            now => now?,
        };
        if !now.running || now.started != before.started {
            return Ok(ShellEnd::Exited {
                code: now.exit_code,
                command: Vec::new(),
            });
        }
        sleep(END_PAUSE).await;
    }
    Ok(ShellEnd::Failed(cut(|| {
        say!("the connection to the container was cut; it runs on")
    })))
}
