//! The one reader of the terminal: a thread that waits for bytes, decodes them or hands them on raw, and notices when
//! the terminal is gone. Knows keys; knows nothing of what they do.
use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::terminal;
use crate::keys::{Chord, Decoder, Input};

/// Silence after which an escape byte was the Esc key, in milliseconds. A sequence cut by a slow line is kept longer:
/// only what can be complete is taken for it.
const ESC_SILENCE: u16 = 40;

/// Silence within a paste after which its end is taken for lost, in milliseconds: longer than a slow line holds its
/// breath, for what comes after it is keys again.
const PASTE_SILENCE: u16 = 5_000;

/// Pause before the next try when nobody takes what was read, in milliseconds.
const FULL_PAUSE: u16 = 10;

/// How long the program may take to end by itself after the terminal is gone.
const LAST_WORDS: Duration = Duration::from_millis(400);

/// Exit code when the program did not end by itself: that of SIGHUP.
const LOST_EXIT: i32 = 129;

/// What came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermInput {
    Inputs(Vec<Input>),
    /// Undecoded, while passing through.
    Raw(Vec<u8>),
    /// The terminal is gone. The process ends within half a second, whoever handles this or not.
    Lost,
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
    stop: AtomicBool,
}

/// Starts to read stdin, which must be a terminal in raw mode.
///
/// # Errors
/// No pipe or no thread can be had.
pub fn start(sink: Sender<TermInput>) -> io::Result<InputThread> {
    let (wake_reader, wake) = io::pipe()?;
    let shared = Arc::new(Shared::default());
    let reader = Reader {
        shared: Arc::clone(&shared),
        wake: wake_reader,
        sink,
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

    /// Ends the thread and waits for it; what it has not read stays in the terminal.
    pub fn stop(mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.wake();
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
                        let bytes = buffer.get(..count).unwrap_or_default();
                        self.backlog.extend(self.decoding.take(bytes));
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
        } else if let Some(silence) = self.decoding.waits() {
            (PollFlags::POLLIN, PollTimeout::from(silence))
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
        self.backlog.push_back(TermInput::Lost);
        let _nobody = self.deliver();
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

/// Decodes or not, and keeps the bytes of an unfinished sequence to hand them on when the mode switches.
#[derive(Debug, Default)]
struct Decoding {
    decoder: Decoder,
    raw: bool,
    /// What the decoder has of an input that is not whole yet.
    held: Vec<u8>,
    /// Nothing new since the silence was noted.
    quiet: bool,
}

/// An unfinished sequence longer than this is a paste; its bytes are not kept twice.
const HELD_CAP: usize = 256;

impl Decoding {
    /// The silence, in milliseconds, that would say something.
    fn waits(&self) -> Option<u16> {
        if self.decoder.is_pasting() {
            Some(PASTE_SILENCE)
        } else {
            self.holds().then_some(ESC_SILENCE)
        }
    }

    fn holds(&self) -> bool {
        !self.held.is_empty() && !self.quiet
    }

    fn switch(&mut self, raw: bool) -> Option<TermInput> {
        if self.raw == raw {
            return None;
        }
        self.raw = raw;
        self.decoder = Decoder::default();
        self.quiet = false;
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then_some(TermInput::Raw(held))
    }

    fn take(&mut self, bytes: &[u8]) -> Option<TermInput> {
        if bytes.is_empty() {
            return None;
        }
        if self.raw {
            return Some(TermInput::Raw(bytes.to_vec()));
        }
        self.quiet = false;
        let inputs = self.decoder.feed(bytes);
        if !inputs.is_empty() {
            self.held.clear();
        }
        self.held.extend_from_slice(bytes);
        let whole = self.held.len() - unfinished(&self.held).len();
        self.held.drain(..whole);
        (!inputs.is_empty()).then_some(TermInput::Inputs(inputs))
    }

    fn silence(&mut self) -> Option<TermInput> {
        self.quiet = true;
        let mut inputs = self.decoder.end_paste();
        inputs.extend(self.decoder.flush());
        if inputs.is_empty() {
            return None;
        }
        self.held.clear();
        Some(TermInput::Inputs(inputs))
    }
}

/// The end of these bytes that is no whole input yet: a sequence from its escape byte on, or a character from its
/// first byte on.
fn unfinished(bytes: &[u8]) -> &[u8] {
    let starts: [fn(&u8) -> bool; 2] = [|byte| *byte == 0x1b, |byte| *byte >= 0xc0];
    starts
        .into_iter()
        .filter_map(|start| bytes.get(bytes.iter().rposition(start)?..))
        .find(|tail| tail.len() <= HELD_CAP && open(tail))
        .unwrap_or_default()
}

/// Whether a letter after these bytes would not be that letter.
fn open(tail: &[u8]) -> bool {
    let mut decoder = Decoder::default();
    let letter = Input::Key(Chord::char('x'));
    decoder.feed(tail).is_empty() && decoder.feed(b"x") != [letter]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Code;

    fn key(code: Code) -> TermInput {
        TermInput::Inputs(vec![Input::Key(Chord::plain(code))])
    }

    #[test]
    fn an_escape_is_esc_after_silence_and_a_sequence_before() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b"), None);
        assert!(decoding.holds());
        assert_eq!(decoding.silence(), Some(key(Code::Esc)));
        assert!(!decoding.holds());

        assert_eq!(decoding.take(b"\x1b"), None);
        assert_eq!(decoding.take(b"[A"), Some(key(Code::Up)));
        assert!(!decoding.holds(), "nothing is left to wait for");
    }

    #[test]
    fn a_sequence_cut_by_silence_is_still_read_whole() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b["), None);
        assert_eq!(decoding.silence(), None);
        assert!(
            !decoding.holds(),
            "it does not wake the thread again and again"
        );
        assert_eq!(decoding.take(b"B"), Some(key(Code::Down)));
    }

    #[test]
    fn the_switch_loses_no_byte() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"j\x1b["), Some(key(Code::Char('j'))));
        assert_eq!(
            decoding.switch(true),
            Some(TermInput::Raw(b"\x1b[".to_vec()))
        );
        assert_eq!(
            decoding.take(b"A\x03"),
            Some(TermInput::Raw(b"A\x03".to_vec()))
        );
        assert_eq!(decoding.switch(false), None);
        assert_eq!(decoding.take(b"k"), Some(key(Code::Char('k'))));

        assert_eq!(
            decoding.take(b"\x1b[Aj\xc3"),
            Some(TermInput::Inputs(vec![
                Input::Key(Chord::plain(Code::Up)),
                Input::Key(Chord::char('j')),
            ]))
        );
        assert_eq!(decoding.switch(true), Some(TermInput::Raw(vec![0xc3])));
    }

    #[test]
    fn an_answer_of_the_terminal_is_neither_kept_nor_handed_on() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b[24;8"), None);
        assert!(decoding.holds());
        assert_eq!(decoding.take(b"0R"), None);
        assert!(!decoding.holds());
        assert_eq!(decoding.take(b"j\xc3"), Some(key(Code::Char('j'))));
        assert!(decoding.holds());
        assert_eq!(decoding.take(b"\xa9"), Some(key(Code::Char('é'))));
        assert_eq!(decoding.switch(true), None);
    }

    #[test]
    fn a_paste_in_pieces_is_one_paste() {
        let mut decoding = Decoding::default();
        let text = "long ".repeat(200);
        assert_eq!(decoding.take(b"\x1b[200~"), None);
        assert_eq!(decoding.take(text.as_bytes()), None);
        assert_eq!(decoding.waits(), Some(PASTE_SILENCE));
        assert_eq!(
            decoding.take(b"\x1b[201~"),
            Some(TermInput::Inputs(vec![Input::Paste(text)]))
        );
        assert_eq!(decoding.waits(), None);

        assert_eq!(decoding.take(b"\x1b[200~no end"), None);
        let cut = Input::Paste("no end".to_owned());
        assert_eq!(decoding.silence(), Some(TermInput::Inputs(vec![cut])));
        assert_eq!(decoding.waits(), None);
        assert_eq!(decoding.take(b"q"), Some(key(Code::Char('q'))));
    }
}
