//! What only a real terminal shows: that it comes back whole, whatever ends or stops the program. Drives the example
//! `terminal_probe`, a loop of a few lines over the same parts the program stands on.
#[cfg(test)]
#[path = "support/pty.rs"]
mod support;

#[path = "pty/drawing.rs"]
mod drawing;
#[path = "pty/ending.rs"]
mod ending;
#[path = "pty/stopping.rs"]
mod stopping;

use support::{Pty, example};

/// The probe, with its first frame on the screen.
fn probe(arguments: &[&str]) -> Pty {
    let pty = Pty::spawn(&example("terminal_probe"), arguments);
    pty.wait_for("frame 1 ");
    for mode in [1000, 1002, 1006, 1004, 2004, 1049] {
        assert!(pty.mode(mode), "the session switches {mode} on");
    }
    assert!(!pty.cooked());
    pty
}
