//! Signals as messages, with the promise that those that end a program do end it. Knows the terminal session; knows
//! nothing of what the loop does with a signal.
use std::io;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal as Number, kill};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use tokio::sync::mpsc::Sender;

use super::terminal;
use super::unfinished::Unfinished;

/// How long the loop may take to end by itself.
const GRACE: Duration = Duration::from_millis(200);
/// How long giving back the terminal may take after that.
const RESTORE: Duration = Duration::from_millis(150);

/// What the system told us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Its number: TERM, INT, HUP or QUIT. Exit with 128 and that.
    Terminate(i32),
    /// The terminal has another size.
    Resize,
    /// Somebody wants us stopped: leave the terminal, then [`stop_self`].
    Suspend,
    /// We run again: take the terminal, ask its size, repaint.
    Continue,
}

/// Starts the thread that receives them. It lives as long as the process, which is not ended in the middle of what is
/// unfinished: only by an interrupt after that.
///
/// # Errors
/// The system refuses a handler or a thread.
pub fn start(sink: Sender<Signal>, unfinished: Unfinished) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for number in signals.forever() {
                let signal = match number {
                    SIGWINCH => Signal::Resize,
                    SIGTSTP => Signal::Suspend,
                    SIGCONT => Signal::Continue,
                    _ => Signal::Terminate(number),
                };
                if number == SIGHUP {
                    terminal::hang_up();
                }
                let ends = matches!(signal, Signal::Terminate(_));
                let again = ends && unfinished.leave();
                if again && matches!(number, SIGINT | SIGQUIT) {
                    unfinished.give_up();
                }
                // A full channel holds the same news already, or a loop that hangs.
                let _full = sink.try_send(signal);
                if ends && !again {
                    see_to_the_end(number, unfinished.clone());
                }
            }
        })?;
    Ok(())
}

/// The loop has been told; when it does not end, this does. Beside the thread that receives, for more may come.
fn see_to_the_end(number: i32, unfinished: Unfinished) {
    let end = {
        let unfinished = unfinished.clone();
        move || end(number, &unfinished)
    };
    let spawned = thread::Builder::new().name("ending".to_owned()).spawn(end);
    if spawned.is_err() {
        self::end(number, &unfinished);
    }
}

fn end(number: i32, unfinished: &Unfinished) {
    let code = 128 + number;
    unfinished.wait();
    thread::sleep(GRACE);
    let _no_thread = thread::Builder::new()
        .name("exit".to_owned())
        .spawn(move || {
            thread::sleep(RESTORE);
            signal_hook::low_level::exit(code);
        });
    terminal::restore_now();
    signal_hook::low_level::exit(code);
}

/// Whether a shell is there to continue us. Where none is (the program is all the terminal window runs), a stop would
/// be for ever.
pub fn can_stop() -> bool {
    let (Ok(session), Ok(parent_session)) = (getsid(None), getsid(Some(getppid()))) else {
        return false;
    };
    let group = getpgrp();
    let parent_elsewhere = getpgid(Some(getppid())).is_ok_and(|parent| parent != group);
    // The kernel's rule for an orphaned group, as far as we can see it from here.
    group != session && (parent_session == session || !parent_elsewhere)
}

/// Stops the whole process group, as Ctrl-Z does, and returns when it is continued. Leave the terminal first. Does
/// nothing where nobody could continue us.
pub fn stop_self() {
    if can_stop() {
        let _refused = kill(Pid::from_raw(0), Number::SIGSTOP);
    }
}
