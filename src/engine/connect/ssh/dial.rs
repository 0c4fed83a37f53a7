//! A process's input and output as one stream; the process ends with it. Must not know what is said over it.
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::Forward;

/// Both pipes of a running process.
pub(super) struct Piped {
    /// None once our side is closed.
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    /// Killed when this is dropped.
    _child: Child,
    /// Whose login it uses.
    _master: Arc<Forward>,
}

impl Piped {
    /// Starts the command, whose three pipes must be asked for.
    pub(super) fn start(
        command: &mut Command,
        master: Arc<Forward>,
        listen: impl FnOnce(ChildStderr),
    ) -> io::Result<Self> {
        let mut child = command.spawn()?;
        if let Some(stderr) = child.stderr.take() {
            listen(stderr);
        }
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (stdin, stdout) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self {
            stdin: Some(stdin),
            stdout,
            _child: child,
            _master: master,
        })
    }

    fn stdin(&mut self) -> io::Result<Pin<&mut ChildStdin>> {
        let stdin = self.stdin.as_mut().map(Pin::new);
        stdin.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

impl AsyncRead for Piped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdout).poll_read(cx, buf)
    }
}

impl AsyncWrite for Piped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stdin()?.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    /// The process reads the end of its input only when the pipe is closed.
    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stdin = None;
        Poll::Ready(Ok(()))
    }
}
