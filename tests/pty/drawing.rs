//! Keys in, frames out, and the screen handed to another program and back.
use std::time::Duration;

use super::probe;

#[test]
fn keys_come_whole_however_they_are_cut() {
    let mut pty = probe(&[]);
    pty.send("é");
    pty.send("\x1b[A");
    pty.wait_for("typed [é<↑>]");
    pty.send("\x1b");
    pty.wait_for("<Esc>]");
    pty.send("\x1b[");
    std::thread::sleep(Duration::from_millis(120));
    pty.send("B");
    pty.wait_for("<Esc><↓>]");
    pty.send("\x1b[200~two words\x1b[201~");
    pty.wait_for("two words]");
    pty.send("\x1b[24;80R\x1b[0n!");
    pty.wait_for("two words!]");
}

#[test]
fn another_size_is_drawn() {
    let mut pty = probe(&[]);
    pty.wait_for("size 80x24");
    pty.resize(100, 30);
    pty.wait_for("size 100x30");
}

#[test]
fn idle_costs_no_byte_and_a_key_one_small_write() {
    let mut pty = probe(&[]);
    pty.send("a");
    pty.wait_for("typed [a]");
    let before = pty.bytes().len();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(pty.bytes().len(), before);
    pty.send("b");
    pty.wait_for("typed [ab]");
    let cost = pty.bytes().len() - before;
    assert!(cost < 40, "{cost} bytes for one letter and a number");
}

#[test]
fn the_screen_is_handed_over_and_comes_back() {
    let mut pty = probe(&[]);
    pty.send("s");
    pty.wait_for("passing");
    for mode in [1049, 1000, 1002, 1006, 1004, 2004] {
        assert!(!pty.mode(mode), "{mode} is off for a shell");
    }
    assert!(pty.mode(25) && !pty.cooked());
    // Not decoded, and come back as they are: half a sequence too.
    pty.send("ls \x1b[");
    pty.wait_for("ls");
    pty.send("31mred");
    pty.wait_for("red");
    // A shell in there leaves its own modes behind.
    pty.send("\x1b[?1h\x1b[?1003h");
    pty.wait_until("its modes", |pty| pty.mode(1) && pty.mode(1003));
    pty.send("\x1d");
    pty.wait_for("frame 2 ");
    pty.send("x\x1b[A");
    pty.wait_for("typed [x<↑>]");
    assert!(pty.mode(1049) && !pty.mode(1) && !pty.mode(1003));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}

#[test]
fn it_ends_whole_from_within_a_hand_over() {
    let mut pty = probe(&[]);
    pty.send("s");
    pty.wait_for("passing");
    pty.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(pty.wait_exit().exit_code(), 143);
    pty.assert_whole();
    assert!(
        pty.screen().contains("passing"),
        "what was said there stays"
    );
}

#[test]
fn the_mouse_can_be_let_go() {
    let mut pty = probe(&[]);
    pty.send("m");
    pty.wait_until("no mouse", |pty| {
        !pty.mode(1000) && !pty.mode(1002) && !pty.mode(1006)
    });
    assert!(pty.mode(1049));
}
