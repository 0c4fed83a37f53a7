//! A command without a terminal: our input into it, its output and errors out of it, apart. What goes to a terminal is
//! made safe; what goes into a file or a pipe stays as it is.
use std::io::{IsTerminal, Read, Write};

use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::sync::mpsc;

use crate::cli::args::Exec;
use crate::cli::context::interrupted;
use crate::cli::out::{Out, Quit};
use crate::engine::exec::ExecRequest;
use crate::engine::logs::Demux;
use crate::engine::{Engine, Error};
use crate::model::{Container, LogStream};
use crate::msg::ShellEnd;
use crate::text::sanitise;

/// Longest line held back for a terminal, in bytes.
const LINE_MAX: usize = 64 * 1024;

/// How it ended; and, apart from that, how our output did.
pub(super) async fn run(
    engine: &Engine,
    container: &Container,
    args: &Exec,
    out: &mut Out,
) -> (ShellEnd, Option<Quit>) {
    let feed = !std::io::stdin().is_terminal();
    let request = ExecRequest {
        command: args.command.clone(),
        stdin: feed,
        user: args.user.clone(),
        working_dir: args.workdir.clone(),
        mark: ulid::Ulid::generate().to_string(),
        ..ExecRequest::default()
    };
    let id = &container.key.id;
    let mut quit = None;
    let carried = tokio::select! {
        carried = carry(engine, id, &request, out) => carried,
        () = interrupted() => Ok(Carried::Interrupted),
    };
    let end = match carried {
        Ok(Carried::Exited(code)) => ShellEnd::Exited {
            code,
            command: Vec::new(),
        },
        Ok(Carried::Unread(why)) => {
            end_session(engine, id, &request).await;
            quit = Some(why);
            ShellEnd::Detached
        }
        Ok(Carried::Interrupted) => {
            end_session(engine, id, &request).await;
            ShellEnd::Exited {
                code: 130,
                command: Vec::new(),
            }
        }
        Err(error) => {
            ShellEnd::Failed(error.failure_of(|| say!("exec in {name}", name = container.name)))
        }
    };
    (end, quit)
}

enum Carried {
    Exited(i64),
    /// Our output could not be written.
    Unread(Quit),
    Interrupted,
}

async fn carry(
    engine: &Engine,
    id: &str,
    request: &ExecRequest,
    out: &mut Out,
) -> Result<Carried, Error> {
    let exec = engine.exec(id, request).await?;
    let (mut reader, mut writer) = split(exec.pipe);
    let mut input = request.stdin.then(read_stdin);
    let mut demux = Demux::new(false);
    let mut output = Sides::new(out);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let more = async {
            match &mut input {
                Some(input) => input.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            count = reader.read(&mut buffer) => {
                let count = count?;
                if count == 0 {
                    break;
                }
                let mut written = Ok(());
                demux.push(buffer.get(..count).unwrap_or_default(), |frame| {
                    if written.is_ok() {
                        written = output.take(frame.stream, frame.bytes);
                    }
                })?;
                if let Err(quit) = written.and_then(|()| output.flush()) {
                    return Ok(Carried::Unread(quit));
                }
            }
            bytes = more => {
                let fed = match bytes {
                    Some(bytes) => writer.write_all(&bytes).await.is_ok(),
                    None => false,
                };
                // Our input is over, or the command reads no more: its end is told by its output.
                if !fed {
                    input = None;
                    let _gone = writer.shutdown().await;
                }
            }
        }
    }
    if let Err(quit) = output.finish() {
        return Ok(Carried::Unread(quit));
    }
    for _ in 0..20 {
        if let Some(code) = engine.exec_exit(&exec.id).await? {
            return Ok(Carried::Exited(code));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(Error::Cut)
}

/// Standard input piece by piece, read on a thread of its own: it may wait for ever.
fn read_stdin() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match stdin.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => {
                    let bytes = buffer.get(..count).unwrap_or_default().to_vec();
                    if sender.blocking_send(bytes).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    });
    receiver
}

/// Our two outputs.
struct Sides<'a> {
    out: &'a mut Out,
    /// What of the last line waits for its end, where a terminal shows it.
    out_line: Option<Vec<u8>>,
    err_line: Option<Vec<u8>>,
}

impl<'a> Sides<'a> {
    fn new(out: &'a mut Out) -> Self {
        let out_line = out.is_terminal().then(Vec::new);
        Self {
            out,
            out_line,
            err_line: std::io::stderr().is_terminal().then(Vec::new),
        }
    }

    fn take(&mut self, stream: LogStream, bytes: &[u8]) -> Result<(), Quit> {
        if stream == LogStream::Stderr {
            let safe = self.err_line.as_mut().map(|line| lines(line, bytes));
            std::io::stderr()
                .lock()
                .write_all(safe.as_deref().unwrap_or(bytes))?;
            return Ok(());
        }
        let safe = self.out_line.as_mut().map(|line| lines(line, bytes));
        self.out.bytes(safe.as_deref().unwrap_or(bytes))
    }

    fn flush(&mut self) -> Result<(), Quit> {
        self.out.flush()
    }

    /// A last line without an end.
    fn finish(mut self) -> Result<(), Quit> {
        for stream in [LogStream::Stdout, LogStream::Stderr] {
            let held = match stream {
                LogStream::Stderr => &self.err_line,
                LogStream::Stdout | LogStream::Tty => &self.out_line,
            };
            if held.as_ref().is_some_and(|line| !line.is_empty()) {
                self.take(stream, b"\n")?;
            }
        }
        self.flush()
    }
}

/// The whole lines in what was held and what came, made safe; the rest is held.
fn lines(held: &mut Vec<u8>, bytes: &[u8]) -> Vec<u8> {
    let mut safe = Vec::new();
    for piece in bytes.split_inclusive(|b| *b == b'\n') {
        held.extend_from_slice(piece);
        if piece.ends_with(b"\n") || held.len() > LINE_MAX {
            let line = held.strip_suffix(b"\n").unwrap_or(held);
            safe.extend_from_slice(sanitise(line).text.as_bytes());
            safe.push(b'\n');
            held.clear();
        }
    }
    safe
}

/// Ends what the command left behind; what cannot be ended is told in the diagnostics.
async fn end_session(engine: &Engine, id: &str, request: &ExecRequest) {
    let ended = engine
        .end_session(id, request.user.as_deref(), &request.mark)
        .await;
    if let Err(error) = ended {
        tracing::warn!(%error, "the command may still run in the container");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_whole_safe_lines() {
        let mut held = Vec::new();
        assert_eq!(lines(&mut held, b"a\x1b]0;x\x07b\nhal"), b"ab\n");
        assert_eq!(lines(&mut held, b"f\n"), b"half\n");
        assert!(held.is_empty());
    }
}
