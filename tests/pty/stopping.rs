//! Ctrl-Z, `fg`, and their signals, under a shell with job control.
use nix::sys::signal::{Signal, kill};

use super::probe;
use super::support::{Pty, example, state};

/// The probe as a shell's job: says when it stopped, brings it back on Enter.
fn job() -> Pty {
    let script = r#""$0"; echo "stopped=$?"; read -r x; fg; echo "ended=$?""#;
    let pty = Pty::shell(script, &example("terminal_probe"));
    pty.wait_for("frame 1 ");
    pty
}

fn stops_and_comes_back(stop: impl FnOnce(&mut Pty)) {
    let mut pty = job();
    let probe = pty.foreground();
    stop(&mut pty);
    pty.wait_for("stopped=");
    assert_eq!(state(probe), 'T');
    pty.assert_whole();
    assert!(!pty.screen().contains("frame"), "{}", pty.screen());

    pty.send("\n");
    pty.wait_for("frame 2 ");
    assert!(pty.mode(1049) && pty.mode(1006) && pty.mode(2004) && pty.mode(1004));
    assert!(!pty.cooked());
    pty.send("x");
    pty.wait_for("typed [x]");
    pty.send("q");
    pty.wait_for("ended=0");
    pty.wait_exit();
    pty.assert_whole();
}

#[test]
fn ctrl_z_stops_and_fg_continues() {
    stops_and_comes_back(|pty| pty.send("\x1a"));
}

#[test]
fn a_stop_signal_does_the_same() {
    stops_and_comes_back(|pty| kill(pty.foreground(), Signal::SIGTSTP).unwrap());
}

#[test]
fn where_nobody_could_continue_it_nothing_stops() {
    let mut pty = probe(&[]);
    pty.send("\x1a");
    pty.signal(Signal::SIGTSTP);
    pty.send("x");
    pty.wait_for("typed [x]");
    assert!(pty.mode(1049));
    pty.send("q");
    pty.wait_exit();
    pty.assert_whole();
}

#[test]
fn a_stop_that_cannot_be_caught_is_mended_on_return() {
    let mut pty = job();
    kill(pty.foreground(), Signal::SIGSTOP).unwrap();
    pty.wait_for("stopped=");
    pty.send("\n");
    pty.wait_until("frame 2", |pty| {
        pty.screen().contains("frame 2 ") && !pty.cooked()
    });
    pty.send("q");
    pty.wait_for("ended=0");
    pty.wait_exit();
    pty.assert_whole();
}

#[test]
fn a_stopped_one_can_be_terminated() {
    let mut pty = job();
    let probe = pty.foreground();
    pty.send("\x1a");
    pty.wait_for("stopped=");
    kill(probe, Signal::SIGTERM).unwrap();
    kill(probe, Signal::SIGCONT).unwrap();
    pty.wait_until("its end", |_| !matches!(state(probe), 'T' | 'S' | 'R'));
    pty.assert_whole();
}
