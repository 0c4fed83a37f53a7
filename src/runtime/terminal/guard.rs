//! What any thread needs to give the terminal back: the phase it is in, its settings from before us, and one writer at
//! a time. Waits nowhere without a limit, so that a stuck terminal cannot hold the exit.
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::termios::{
    ControlFlags, InputFlags, LocalFlags, OutputFlags, SetArg, Termios, cfmakeraw, tcgetattr,
    tcsetattr,
};
use nix::unistd;
use std::os::fd::AsFd;

use super::{Options, modes};

/// Who has the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The shell: nothing is to be undone.
    Off,
    /// We.
    Drawing,
    /// A foreign program, through us.
    Passthrough,
}

/// Terminal settings as plain values; nix's own type cannot be shared between threads.
#[derive(Debug, Clone, Copy)]
struct Saved {
    input: InputFlags,
    output: OutputFlags,
    control: ControlFlags,
    local: LocalFlags,
    chars: [u8; CHARS],
}

const CHARS: usize = nix::libc::NCCS;

/// Longest wait for a writer that is stuck in the terminal, and for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(100);

static PHASE: AtomicU8 = AtomicU8::new(0);
static ALTERNATE: AtomicBool = AtomicBool::new(false);
static LINKS: AtomicBool = AtomicBool::new(false);
static HUNG_UP: AtomicBool = AtomicBool::new(false);
static SAVED: Mutex<Option<Saved>> = Mutex::new(None);
static WRITER: Mutex<()> = Mutex::new(());

pub(super) fn phase() -> Phase {
    as_phase(PHASE.load(Ordering::SeqCst))
}

pub(super) fn set(phase: Phase, options: Options) {
    ALTERNATE.store(options.alternate, Ordering::SeqCst);
    LINKS.store(options.links, Ordering::SeqCst);
    PHASE.store(phase as u8, Ordering::SeqCst);
}

fn as_phase(value: u8) -> Phase {
    match value {
        1 => Phase::Drawing,
        2 => Phase::Passthrough,
        _ => Phase::Off,
    }
}

/// What undoes a phase, to be written one after the other.
pub(super) fn leave_bytes(phase: Phase, alternate: bool, links: bool) -> [&'static [u8]; 2] {
    let modes: &[u8] = match (phase, alternate) {
        (Phase::Off, _) => b"",
        (Phase::Drawing, true) => modes::LEAVE_ALTERNATE,
        (Phase::Drawing, false) => modes::LEAVE_MAIN,
        (Phase::Passthrough, _) => modes::TIDY,
    };
    let linked = links && phase != Phase::Off;
    [if linked { modes::UNLINK } else { b"" }, modes]
}

/// Keeps the settings of now as those to come back to.
pub(super) fn remember() -> io::Result<()> {
    let termios = tcgetattr(io::stdin())?;
    let saved = Saved {
        input: termios.input_flags,
        output: termios.output_flags,
        control: termios.control_flags,
        local: termios.local_flags,
        chars: termios.control_chars,
    };
    *SAVED.lock().unwrap_or_else(PoisonError::into_inner) = Some(saved);
    Ok(())
}

/// Keys one by one, none of them a signal. From a background process group the system stops us here until `fg`.
pub(super) fn raw() -> io::Result<()> {
    let mut termios = tcgetattr(io::stdin())?;
    cfmakeraw(&mut termios);
    set_attributes(&termios)
}

fn set_attributes(termios: &Termios) -> io::Result<()> {
    loop {
        match tcsetattr(io::stdin(), SetArg::TCSANOW, termios) {
            Ok(()) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// All bytes in one write, unless the terminal has been given away.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    if phase() == Phase::Off {
        return Ok(());
    }
    write_all(bytes, None)
}

/// Gives the terminal back, from any thread, as often as one likes: the first call does it. Never blocks for longer
/// than a moment, never panics, allocates nothing.
pub fn restore_now() {
    let _writer = patiently();
    let phase = as_phase(PHASE.swap(Phase::Off as u8, Ordering::SeqCst));
    if phase == Phase::Off || (HUNG_UP.load(Ordering::SeqCst) && !foreground()) {
        return;
    }
    let _masked = Masked::new();
    let alternate = ALTERNATE.load(Ordering::SeqCst);
    for bytes in leave_bytes(phase, alternate, LINKS.load(Ordering::SeqCst)) {
        let _lost = write_all(bytes, Some(PATIENCE));
    }
    if foreground() {
        restore_attributes();
    }
}

/// The terminal is gone or somebody else's: from now on not a byte for it, unless it is still ours after all.
pub(in crate::runtime) fn hang_up() {
    HUNG_UP.store(true, Ordering::SeqCst);
}

fn restore_attributes() {
    let saved = match SAVED.try_lock() {
        Ok(saved) => *saved,
        Err(TryLockError::Poisoned(error)) => *error.into_inner(),
        Err(TryLockError::WouldBlock) => None,
    };
    let (Some(saved), Ok(mut termios)) = (saved, tcgetattr(io::stdin())) else {
        return;
    };
    termios.input_flags = saved.input;
    termios.output_flags = saved.output;
    termios.control_flags = saved.control;
    termios.local_flags = saved.local;
    termios.control_chars = saved.chars;
    let _lost = set_attributes(&termios);
}

/// Puts a terminal right that we never took; `links`: it takes links, and one may be open.
pub(super) fn reset(links: bool) -> io::Result<()> {
    let _masked = Masked::new();
    if links {
        write_all(modes::UNLINK, None)?;
    }
    write_all(modes::LEAVE_ALTERNATE, None)?;
    write_all(modes::TIDY, None)?;
    let Ok(mut termios) = tcgetattr(io::stdin()) else {
        return Ok(());
    };
    termios.input_flags |= InputFlags::ICRNL | InputFlags::IXON | InputFlags::BRKINT;
    termios.input_flags &= !(InputFlags::INLCR | InputFlags::IGNCR);
    termios.output_flags |= OutputFlags::OPOST | OutputFlags::ONLCR;
    termios.local_flags |= LocalFlags::ICANON
        | LocalFlags::ISIG
        | LocalFlags::IEXTEN
        | LocalFlags::ECHO
        | LocalFlags::ECHOE
        | LocalFlags::ECHOK;
    set_attributes(&termios)
}

/// The terminal is there and our process group has it.
fn foreground() -> bool {
    unistd::tcgetpgrp(io::stdin()).is_ok_and(|group| group == unistd::getpgrp())
}

/// The writer's place, or nothing after [`PATIENCE`]: then somebody is stuck in the terminal.
fn patiently() -> Option<MutexGuard<'static, ()>> {
    for _ in 0..PATIENCE.as_millis() {
        match WRITER.try_lock() {
            Ok(writer) => return Some(writer),
            Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

/// One write where the terminal takes it whole. With a limit, gives up when the terminal takes nothing for that long.
fn write_all(mut bytes: &[u8], limit: Option<Duration>) -> io::Result<()> {
    let stdout = io::stdout();
    while !bytes.is_empty() {
        if let Some(limit) = limit {
            writable(&stdout, Some(limit))?;
        }
        match unistd::write(&stdout, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => writable(&stdout, limit)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Waits until the terminal takes bytes.
fn writable(stdout: &io::Stdout, limit: Option<Duration>) -> io::Result<()> {
    let timeout = limit.map_or(PollTimeout::NONE, |limit| {
        PollTimeout::try_from(limit).unwrap_or(PollTimeout::ZERO)
    });
    let mut fds = [PollFd::new(stdout.as_fd(), PollFlags::POLLOUT)];
    loop {
        match poll(&mut fds, timeout) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    match fds.first().and_then(PollFd::revents) {
        Some(events) if events.intersects(gone) => Err(io::ErrorKind::BrokenPipe.into()),
        _ => Ok(()),
    }
}

/// While this lives, touching the terminal from the background does not stop this thread.
struct Masked(Option<SigSet>);

impl Masked {
    fn new() -> Self {
        let mut set = SigSet::empty();
        set.add(Signal::SIGTTOU);
        Self(set.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok())
    }
}

impl Drop for Masked {
    fn drop(&mut self) {
        if let Some(mask) = self.0.take() {
            let _ignored = mask.thread_set_mask();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a frame may have written when it was cut: a link that is open, or a half of one.
    #[test]
    fn no_link_stays_open_where_a_write_was_cut() {
        let shown = |cut: &str, phase| {
            let left = leave_bytes(phase, true, true).concat();
            let bytes = [cut.as_bytes(), &left].concat();
            let mut last = None;
            for link in String::from_utf8(bytes).unwrap().split("\x1b]8;").skip(1) {
                let end = link.find("\x1b\\").unwrap();
                last = Some(link[..end].to_owned());
            }
            last
        };
        for cut in [
            "\x1b]8;id=1;https://a.example\x1b\\wor",
            "\x1b]8;id=1;https://a.exa",
            "\x1b]8;id=1;https://a.example\x1b",
        ] {
            for phase in [Phase::Drawing, Phase::Passthrough] {
                assert_eq!(shown(cut, phase).as_deref(), Some(";"), "{cut:?}");
            }
        }
        let plain = leave_bytes(Phase::Drawing, true, false).concat();
        assert!(!plain.windows(2).any(|two| two == b"\x1b]"));
        assert!(leave_bytes(Phase::Off, true, true).concat().is_empty());
    }
}
