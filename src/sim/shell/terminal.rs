//! A terminal's line discipline, or plain pipes: reading lines with echo and editing, writing
//! framed or raw. Must not know what the lines mean.
use std::collections::VecDeque;

use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf,
};

use crate::sim::logs::Output;
use crate::sim::logs::frames::frame;

/// What reading a line gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, without its newline.
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D on an empty line, or the end of the input.
    End,
}

/// The streams of an exec.
#[derive(Debug)]
pub struct Terminal<S> {
    input: ReadHalf<S>,
    output: WriteHalf<S>,
    tty: bool,
    ahead: VecDeque<u8>,
    history: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Terminal<S> {
    /// On a stream, as a terminal or as pipes.
    pub fn new(stream: S, tty: bool) -> Self {
        let (input, output) = tokio::io::split(stream);
        Self {
            input,
            output,
            tty,
            ahead: VecDeque::new(),
            history: Vec::new(),
        }
    }

    /// Whether it is a terminal.
    pub fn is_tty(&self) -> bool {
        self.tty
    }

    /// Writes text to stdout.
    pub async fn out(&mut self, text: &str) {
        self.write(Output::Stdout, text).await;
    }

    /// Writes text to stderr.
    pub async fn err(&mut self, text: &str) {
        self.write(Output::Stderr, text).await;
    }

    async fn write(&mut self, output: Output, text: &str) {
        if text.is_empty() {
            return;
        }
        // A client that is gone does not stop the program.
        let _ = if self.tty {
            let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
            self.output.write_all(text.as_bytes()).await
        } else {
            self.output.write_all(&frame(output, text.as_bytes())).await
        };
        let _ = self.output.flush().await;
    }

    /// Writes bytes to stdout as they are.
    pub async fn raw(&mut self, bytes: &[u8]) {
        let framed = frame(Output::Stdout, bytes);
        let bytes = if self.tty { bytes } else { &framed };
        // As above.
        let _ = self.output.write_all(bytes).await;
        let _ = self.output.flush().await;
    }

    /// Carries bytes both ways between this and another stream, until that one ends.
    pub async fn carry<T: AsyncRead + AsyncWrite + Unpin>(&mut self, other: T) {
        let (mut from, mut to) = tokio::io::split(other);
        let (mut typed, mut come) = (vec![0; 8192], vec![0; 8192]);
        let mut open = true;
        loop {
            tokio::select! {
                read = self.input.read(&mut typed), if open => match read {
                    Ok(count) if count > 0 => {
                        // Its end is seen by the reading side.
                        let _ = to.write_all(&typed[..count]).await;
                        let _ = to.flush().await;
                    }
                    _ => {
                        open = false;
                        let _ = to.shutdown().await;
                    }
                },
                read = from.read(&mut come) => match read {
                    Ok(count) if count > 0 => self.raw(&come[..count]).await,
                    _ => return,
                },
            }
        }
    }

    /// Says that nothing more will come.
    pub async fn close(&mut self) {
        // As above.
        let _ = self.output.shutdown().await;
    }

    /// The word a shell says when it is left by Ctrl-D.
    pub async fn goodbye(&mut self) {
        if self.tty {
            self.out("exit\n").await;
        }
    }

    /// The next byte of input. A terminal has no end: its program lives on without a client.
    pub async fn byte(&mut self) -> Option<u8> {
        if let Some(byte) = self.ahead.pop_front() {
            return Some(byte);
        }
        let mut buffer = [0; 4096];
        match self.input.read(&mut buffer).await {
            Ok(length) if length > 0 => {
                self.ahead.extend(&buffer[..length]);
                self.ahead.pop_front()
            }
            _ if self.tty => std::future::pending().await,
            _ => None,
        }
    }

    /// Waits for Ctrl-C; other input is kept for later.
    pub async fn interrupted(&mut self) {
        let mut kept = VecDeque::new();
        loop {
            let byte = self.byte().await;
            match byte {
                Some(3) if self.tty => {
                    self.ahead.extend(kept);
                    self.out("^C\n").await;
                    return;
                }
                Some(byte) => kept.push_back(byte),
                None => std::future::pending::<()>().await,
            }
        }
    }

    /// Reads a line; on a terminal with a prompt, echo and editing.
    pub async fn line(&mut self, prompt: &str) -> Line {
        if !self.tty {
            return self.plain_line().await;
        }
        self.out(prompt).await;
        let mut line: Vec<u8> = Vec::new();
        let mut place = self.history.len();
        loop {
            let Some(byte) = self.byte().await else {
                return Line::End;
            };
            match byte {
                b'\r' | b'\n' => {
                    self.out("\n").await;
                    let text = String::from_utf8_lossy(&line).into_owned();
                    if !text.trim().is_empty() {
                        self.history.push(text.clone());
                    }
                    return Line::Text(text);
                }
                3 => {
                    self.out("^C\n").await;
                    return Line::Interrupted;
                }
                4 if line.is_empty() => return Line::End,
                8 | 127 => self.rub_out(&mut line).await,
                12 => {
                    let shown = format!("\x1b[H\x1b[2J{prompt}{}", String::from_utf8_lossy(&line));
                    self.out(&shown).await;
                }
                21 => self.replace(&mut line, "").await,
                27 => self.escape(&mut line, &mut place).await,
                0..=31 => {}
                byte => {
                    line.push(byte);
                    // As above.
                    let _ = self.output.write_all(&[byte]).await;
                    let _ = self.output.flush().await;
                }
            }
        }
    }

    async fn rub_out(&mut self, line: &mut Vec<u8>) {
        while let Some(byte) = line.pop() {
            // Continuation bytes of a character go with its first.
            if byte & 0xc0 != 0x80 {
                self.out("\x08 \x08").await;
                return;
            }
        }
    }

    async fn replace(&mut self, line: &mut Vec<u8>, text: &str) {
        while !line.is_empty() {
            self.rub_out(line).await;
        }
        line.extend(text.bytes());
        self.out(text).await;
    }

    /// Takes an escape sequence: arrows walk the history, all else is dropped.
    async fn escape(&mut self, line: &mut Vec<u8>, place: &mut usize) {
        if self.byte().await != Some(b'[') {
            return;
        }
        loop {
            match self.byte().await {
                Some(b'A') => *place = place.saturating_sub(1),
                Some(b'B') => *place = (*place + 1).min(self.history.len()),
                Some(0x40..=0x7e) | None => return,
                Some(_) => continue,
            }
            let text = self.history.get(*place).cloned().unwrap_or_default();
            return self.replace(line, &text).await;
        }
    }

    async fn plain_line(&mut self) -> Line {
        let mut line = Vec::new();
        loop {
            match self.byte().await {
                Some(b'\n') => break,
                Some(byte) => line.push(byte),
                None if line.is_empty() => return Line::End,
                None => break,
            }
        }
        Line::Text(String::from_utf8_lossy(&line).into_owned())
    }
}
