//! The one reader of the terminal: a thread that waits for bytes, decodes them or hands them on raw, and notices when
//! the terminal is gone. Knows keys; knows nothing of what they do.
mod answers;
mod decoding;

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use self::decoding::Decoding;
use super::terminal;
use super::unfinished::Unfinished;
use crate::keys::Input;

/// Silence after which an escape byte was the Esc key, in milliseconds. A sequence cut by a slow line is kept longer:
/// only what can be complete is taken for it.
const ESC_SILENCE: u16 = 40;

/// Silence after which a paste without an end is over, in milliseconds.
const PASTE_SILENCE: u16 = 1000;

/// Pause before the next try when nobody takes what was read, in milliseconds.
const FULL_PAUSE: u16 = 10;

/// How long the program may take to end by itself after the terminal is gone.
const LAST_WORDS: Duration = Duration::from_millis(400);

/// Exit code when the program did not end by itself: that of SIGHUP.
const LOST_EXIT: i32 = 129;

/// What came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermInput {
    Inputs(Vec<Typed>),
    /// Undecoded, while passing through.
    Raw(Vec<u8>),
    /// So many questions whether all was shown were answered.
    Answered(usize),
    /// The terminal is gone. The process ends within half a second of the end of what is unfinished, whoever handles this or
    /// not.
    Lost,
}

/// An input and what a foreign program would have been sent for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    pub input: Input,
    /// A key's bytes, a paste's text; empty for what no program asked for (mouse, focus).
    pub raw: Vec<u8>,
}

/// The running reader.
#[derive(Debug)]
pub struct InputThread {
    shared: Arc<Shared>,
    wake: PipeWriter,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    passthrough: AtomicBool,
    /// Questions sent to the terminal since the start.
    asked: AtomicUsize,
    stop: AtomicBool,
}

/// Starts to read stdin, which must be a terminal in raw mode.
///
/// # Errors
/// No pipe or no thread can be had.
pub fn start(sink: Sender<TermInput>, unfinished: Unfinished) -> io::Result<InputThread> {
    let (wake_reader, wake) = io::pipe()?;
    let shared = Arc::new(Shared::default());
    let reader = Reader {
        shared: Arc::clone(&shared),
        wake: wake_reader,
        sink,
        unfinished,
        backlog: VecDeque::new(),
        decoding: Decoding::default(),
    };
    let thread = thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || reader.run())?;
    Ok(InputThread {
        shared,
        wake,
        thread: Some(thread),
    })
}

impl InputThread {
    /// From now on bytes go raw, or are decoded again. A sequence that is half read when this switches on goes raw,
    /// whole.
    pub fn passthrough(&self, on: bool) {
        self.shared.passthrough.store(on, Ordering::SeqCst);
        self.wake();
    }

    /// The terminal is about to be asked whether it has shown all: one answer more is no input.
    pub fn asked(&self) {
        self.shared.asked.fetch_add(1, Ordering::SeqCst);
    }

    /// Reads no more; what it has not read stays in the terminal.
    pub fn rest(&self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Ends the thread and waits for it; what it has not read stays in the terminal.
    pub fn stop(mut self) {
        self.rest();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }

    fn wake(&self) {
        let _gone = (&self.wake).write_all(b"!");
    }
}

/// What woke the reader.
enum Woke {
    Bytes,
    Switch,
    Silence,
    Nothing,
    Lost,
}

struct Reader {
    shared: Arc<Shared>,
    wake: PipeReader,
    sink: Sender<TermInput>,
    unfinished: Unfinished,
    /// Read, but not yet taken: at most one read's worth, as reading waits for it.
    backlog: VecDeque<TermInput>,
    decoding: Decoding,
}

impl Reader {
    fn run(mut self) {
        let mut buffer = [0_u8; 4096];
        while !self.shared.stop.load(Ordering::SeqCst) {
            self.follow_switch();
            if self.deliver().is_err() {
                return;
            }
            match self.wait() {
                Woke::Bytes => match read(&mut buffer) {
                    Some(count) => {
                        // Asked again: a switch that came while we waited counts for these bytes.
                        self.follow_switch();
                        self.decoding
                            .asked(self.shared.asked.load(Ordering::SeqCst));
                        let bytes = buffer.get(..count).unwrap_or_default();
                        let typed = self.decoding.take(bytes);
                        self.backlog.extend(self.decoding.answered());
                        self.backlog.extend(typed);
                    }
                    None => return self.lost(),
                },
                Woke::Silence => self.backlog.extend(self.decoding.silence()),
                Woke::Switch => {
                    let _count = self.wake.read(&mut [0; 16]);
                }
                Woke::Nothing => {}
                Woke::Lost => return self.lost(),
            }
        }
    }

    fn follow_switch(&mut self) {
        let raw = self.shared.passthrough.load(Ordering::SeqCst);
        self.backlog.extend(self.decoding.switch(raw));
    }

    /// Hands over what was read, as far as it is taken. An error: nobody will take it any more.
    fn deliver(&mut self) -> Result<(), ()> {
        while let Some(item) = self.backlog.pop_front() {
            match self.sink.try_send(item) {
                Ok(()) => {}
                Err(TrySendError::Full(item)) => {
                    self.backlog.push_front(item);
                    return Ok(());
                }
                Err(TrySendError::Closed(_)) => return Err(()),
            }
        }
        Ok(())
    }

    fn wait(&self) -> Woke {
        let (events, timeout) = if !self.backlog.is_empty() {
            (PollFlags::empty(), PollTimeout::from(FULL_PAUSE))
        } else if self.decoding.holds() {
            (PollFlags::POLLIN, PollTimeout::from(ESC_SILENCE))
        } else if self.decoding.waits() {
            (PollFlags::POLLIN, PollTimeout::from(PASTE_SILENCE))
        } else {
            (PollFlags::POLLIN, PollTimeout::NONE)
        };
        let stdin = io::stdin();
        let mut fds = [
            PollFd::new(stdin.as_fd(), events),
            PollFd::new(self.wake.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut fds, timeout) {
            Ok(0) if self.backlog.is_empty() => return Woke::Silence,
            Ok(0) | Err(Errno::EINTR) => return Woke::Nothing,
            Err(_) => return Woke::Lost,
            Ok(_) => {}
        }
        let happened = |at: usize, flags: PollFlags| {
            let events = fds.get(at).and_then(PollFd::revents);
            events.is_some_and(|events| events.intersects(flags))
        };
        // A hang-up first: what was typed into a terminal that is gone means nothing any more.
        let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
        if happened(0, gone) {
            Woke::Lost
        } else if happened(1, PollFlags::POLLIN) {
            Woke::Switch
        } else {
            Woke::Bytes
        }
    }

    /// Tells, and sees to it that the process ends. The loop may be stuck in a write to the dead terminal, or in
    /// anything else; no output, and no settings to restore on what is gone.
    fn lost(mut self) {
        terminal::hang_up();
        self.unfinished.leave();
        self.backlog.push_back(TermInput::Lost);
        let _nobody = self.deliver();
        self.unfinished.wait();
        thread::sleep(LAST_WORDS);
        signal_hook::low_level::exit(LOST_EXIT);
    }
}

/// Bytes of stdin; none on an interruption, nothing at all when the terminal is gone.
fn read(buffer: &mut [u8]) -> Option<usize> {
    match nix::unistd::read(io::stdin(), buffer) {
        Ok(0) => None,
        Ok(count) => Some(count),
        Err(Errno::EINTR | Errno::EAGAIN) => Some(0),
        Err(_) => None,
    }
}
