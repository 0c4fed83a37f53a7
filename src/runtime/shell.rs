//! A process in a container that has the whole terminal: bytes both ways, its size, the way out. Knows channels, not the
//! terminal itself.
mod detach;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use detach::Detach;

use crate::effect::ShellRequest;
use crate::engine::exec::ExecRequest;
use crate::engine::raw::Hijacked;
use crate::engine::{Engine, Error};
use crate::model::Key;
use crate::msg::{Failure, FailureKind, ShellEnd};

/// When nothing came for this long, the engine is asked whether it is there.
const QUIET: Duration = Duration::from_secs(5);
/// How long a process may take to end after the line was cut politely.
const POLITE: Duration = Duration::from_millis(300);
/// Repositories of images that are known to carry a shell.
const SHELLED: [&str; 9] = [
    "busybox",
    "alpine",
    "debian",
    "ubuntu",
    "fedora",
    "bash",
    "archlinux",
    "rockylinux",
    "nicolaka/netshoot",
];

/// The terminal's side.
#[derive(Debug)]
pub struct ShellIo {
    pub input: mpsc::Receiver<Vec<u8>>,
    pub output: mpsc::Sender<Vec<u8>>,
    /// Columns and rows.
    pub size: watch::Receiver<(u16, u16)>,
    /// As bytes; empty: none.
    pub detach_keys: Vec<u8>,
}

/// How the pump ended.
enum Pumped {
    /// The process closed its side.
    Closed,
    Detached,
    Lost(Error),
}

/// Runs a shell or command in the container, or beside it in a helper.
pub async fn run(engine: Engine, key: Key, request: ShellRequest, io: ShellIo) -> ShellEnd {
    match request.helper_image.clone() {
        Some(image) => beside(engine, key, &image, request, io).await,
        None => match inside(&engine, &key.id, request, io).await {
            Ok(end) => end,
            Err(error) => ShellEnd::Failed(error.failure("shell")),
        },
    }
}

async fn inside(
    engine: &Engine,
    container: &str,
    request: ShellRequest,
    mut io: ShellIo,
) -> Result<ShellEnd, Error> {
    let found = request.command.is_empty();
    let command = if found {
        match engine.find_shell(container, &request.prefer).await? {
            Some(shell) => vec![shell],
            None => {
                return Ok(ShellEnd::NoShell {
                    helpers: helpers(engine).await,
                });
            }
        }
    } else {
        request.command
    };
    let mark = ulid::Ulid::generate().to_string();
    let size = *io.size.borrow_and_update();
    let term = std::env::var("TERM")
        .ok()
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| "xterm-256color".to_owned());
    let wanted = ExecRequest {
        command: command.clone(),
        tty: true,
        stdin: true,
        user: request.user,
        working_dir: request.working_dir,
        environment: vec![format!("TERM={}", known_term(&term))],
        size: Some(size),
        mark: mark.clone(),
    };
    let exec = engine.exec(container, &wanted).await?;
    let id = exec.id.clone();
    let resizer = |size| {
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.resize_exec(&id, size).await }
    };
    let pumped = pump(engine, exec.pipe, io, &resizer).await;
    Ok(match pumped {
        Pumped::Closed => match exit_code(engine, &exec.id).await {
            Ok(Some(code)) => ShellEnd::Exited {
                code,
                command: if found { command } else { Vec::new() },
            },
            Ok(None) => {
                engine.end_session(container, &mark).await;
                ShellEnd::Failed(lost("the connection to the shell was cut"))
            }
            Err(error) => ShellEnd::Failed(error.failure("shell")),
        },
        Pumped::Detached => {
            engine.end_session(container, &mark).await;
            ShellEnd::Detached
        }
        Pumped::Lost(error) => {
            // The engine may be back in a moment, and the shell still be there.
            let (engine, container) = (engine.clone(), container.to_owned());
            tokio::spawn(async move { engine.end_session(&container, &mark).await });
            ShellEnd::Failed(error.failure("shell"))
        }
    })
}

/// Terminals that only their own descriptions know are told as what every image knows.
fn known_term(term: &str) -> &str {
    match term {
        "xterm" | "xterm-256color" | "linux" | "vt100" | "screen" | "screen-256color" => term,
        _ => "xterm-256color",
    }
}

fn lost(what: &str) -> Failure {
    Failure {
        kind: FailureKind::Unreachable,
        what: what.to_owned(),
        ..Failure::default()
    }
}

/// The exit code, waited for a moment: the pipe may close before the engine has noted the end.
async fn exit_code(engine: &Engine, exec: &str) -> Result<Option<i64>, Error> {
    for _ in 0..10 {
        if let Some(code) = engine.exec_exit(exec).await? {
            return Ok(Some(code));
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(None)
}

/// Local images that have a shell, the smallest first.
async fn helpers(engine: &Engine) -> Vec<String> {
    let images = engine.local_images().await.unwrap_or_default();
    let known = |tag: &str| {
        let repository = tag
            .rsplit_once(':')
            .map_or(tag, |(repository, _)| repository);
        let last = repository.rsplit('/').next().unwrap_or(repository);
        SHELLED
            .iter()
            .any(|name| repository.ends_with(name) || last == *name)
            || last.contains("busybox")
    };
    images
        .into_iter()
        .map(|(tag, _)| tag)
        .filter(|tag| known(tag))
        .take(8)
        .collect()
}

/// Removes a helper container whatever happens to the task.
struct Helper {
    engine: Engine,
    id: String,
}

impl Drop for Helper {
    fn drop(&mut self) {
        let (engine, id) = (self.engine.clone(), std::mem::take(&mut self.id));
        tokio::spawn(async move {
            if let Err(error) = engine.remove_id(&id, true).await {
                tracing::warn!(%error, id, "the helper container stays");
            }
        });
    }
}

async fn beside(
    engine: Engine,
    key: Key,
    image: &str,
    request: ShellRequest,
    io: ShellIo,
) -> ShellEnd {
    let helper = match engine.run_helper(&key, image).await {
        Ok(id) => Helper {
            engine: engine.clone(),
            id,
        },
        Err(error) => return ShellEnd::Failed(error.failure("start a helper container")),
    };
    let id = helper.id.clone();
    let end = match inside(
        &engine,
        &id,
        ShellRequest {
            helper_image: None,
            ..request
        },
        io,
    )
    .await
    {
        Ok(ShellEnd::NoShell { .. }) => ShellEnd::Failed(Failure {
            kind: FailureKind::NoShell,
            what: format!("{image} has no shell either"),
            ..Failure::default()
        }),
        Ok(ShellEnd::Exited { code, .. }) => ShellEnd::Exited {
            code,
            command: Vec::new(),
        },
        Ok(end) => end,
        Err(error) => ShellEnd::Failed(error.failure("shell")),
    };
    drop(helper);
    end
}

/// Attaches to the container's own process. Leaving never stops it.
pub async fn attach(engine: Engine, key: Key, io: ShellIo) -> ShellEnd {
    let work = async {
        let setup = engine.log_setup(&key.id).await?;
        if !setup.running {
            return Ok(ShellEnd::Failed(Failure {
                kind: FailureKind::Conflict,
                what: "the container does not run: there is nothing to attach to".to_owned(),
                ..Failure::default()
            }));
        }
        let pipe = engine.attach(&key.id).await?;
        let id = key.id.to_string();
        let resizer = |size| {
            let (engine, id, tty) = (engine.clone(), id.clone(), setup.tty);
            async move {
                if tty {
                    engine.resize_container(&id, size).await;
                }
            }
        };
        if !setup.tty {
            let hint = b"[no terminal: output only; the detach keys leave]\r\n".to_vec();
            let _closed = io.output.send(hint).await;
        }
        let pumped = if setup.tty {
            pump(&engine, pipe, io, &resizer).await
        } else {
            pump_framed(&engine, pipe, io).await
        };
        Ok::<_, Error>(match pumped {
            Pumped::Closed => ShellEnd::Exited {
                code: 0,
                command: Vec::new(),
            },
            Pumped::Detached => ShellEnd::Detached,
            Pumped::Lost(error) => ShellEnd::Failed(error.failure("attach")),
        })
    };
    match work.await {
        Ok(end) => end,
        Err(error) => ShellEnd::Failed(error.failure("attach")),
    }
}

/// Output frames of a container without a terminal, made to lines that a raw terminal shows.
async fn pump_framed(engine: &Engine, pipe: Hijacked, mut io: ShellIo) -> Pumped {
    let (inner_out, mut inner_in) = mpsc::channel::<Vec<u8>>(16);
    let outer = std::mem::replace(&mut io.output, inner_out);
    let translate = tokio::spawn(async move {
        let mut demux = crate::engine::logs::Demux::new(false);
        while let Some(bytes) = inner_in.recv().await {
            let mut shown = Vec::new();
            let done = demux.push(&bytes, |frame| {
                for byte in frame.bytes {
                    if *byte == b'\n' {
                        shown.push(b'\r');
                    }
                    shown.push(*byte);
                }
            });
            if done.is_err() || outer.send(shown).await.is_err() {
                return;
            }
        }
    });
    let pumped = pump(engine, pipe, io, &|_| std::future::ready(())).await;
    let _finished = timeout(POLITE, translate).await;
    pumped
}

/// Carries bytes until one side is done. The engine is asked now and then, so that a dead link is told.
async fn pump<F>(
    engine: &Engine,
    pipe: Hijacked,
    mut io: ShellIo,
    resize: &impl Fn((u16, u16)) -> F,
) -> Pumped
where
    F: Future<Output = ()> + Send + 'static,
{
    let (mut reader, mut writer) = split(pipe);
    let mut detach = Detach::new(&io.detach_keys);
    let mut buffer = vec![0u8; 16 * 1024];
    let mut first = true;
    let mut heard = Instant::now();
    tokio::spawn(resize(*io.size.borrow()));
    let mut probe: Option<tokio::task::JoinHandle<Result<(), Error>>> = None;
    loop {
        let asking = probe.is_some();
        let probed = async {
            match probe.as_mut() {
                Some(probe) => probe.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            count = reader.read(&mut buffer) => match count {
                Ok(0) => return Pumped::Closed,
                Err(error) => return Pumped::Lost(Error::from(error)),
                Ok(count) => {
                    heard = Instant::now();
                    let bytes = buffer.get(..count).unwrap_or_default().to_vec();
                    if std::mem::take(&mut first) {
                        // Engines before 25 take a size only now.
                        tokio::spawn(resize(*io.size.borrow()));
                    }
                    if io.output.send(bytes).await.is_err() {
                        return leave(reader, writer).await;
                    }
                }
            },
            typed = io.input.recv() => {
                let Some(typed) = typed else { return leave(reader, writer).await };
                let (bytes, leaving) = detach.take(&typed);
                if writer.write_all(&bytes).await.is_err() {
                    return Pumped::Closed;
                }
                if leaving {
                    return leave(reader, writer).await;
                }
            }
            changed = io.size.changed() => if changed.is_ok() {
                tokio::spawn(resize(*io.size.borrow_and_update()));
            },
            () = sleep_until(heard + QUIET), if !asking => {
                let engine = engine.clone();
                probe = Some(tokio::spawn(async move { engine.ping().await }));
            }
            answer = probed => {
                probe = None;
                heard = Instant::now();
                if let Ok(Err(error)) = answer {
                    return Pumped::Lost(error);
                }
            }
        }
    }
}

/// Ends input and gives the process a moment to end by itself.
async fn leave(mut reader: ReadHalf<Hijacked>, mut writer: WriteHalf<Hijacked>) -> Pumped {
    let _closed = writer.shutdown().await;
    let mut sink = [0u8; 4096];
    let drained = async { while matches!(reader.read(&mut sink).await, Ok(1..)) {} };
    let _late = timeout(POLITE, drained).await;
    Pumped::Detached
}
