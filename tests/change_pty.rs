//! The program is ended, or its terminal goes away, while a container is being made anew: what was begun is brought to an end
//! first. In the real program on a real terminal, over a simulated engine on a socket.
#[cfg(test)]
#[path = "support/home.rs"]
mod home;
#[cfg(test)]
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use home::{Home, ran, waits_until};
use nix::sys::signal::Signal;
use portable_pty::CommandBuilder;
use support::Pty;

/// The screen on a simulated engine, with prometheus's new one in its place, about to settle.
fn in_the_middle(home: &Home) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stacktui"));
    command.args(["--host", &home.endpoint("engine")]);
    command.env("HOME", home.path());
    for name in ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "DOCKER_HOST"] {
        command.env_remove(name);
    }
    let mut pty = Pty::run(command, 120, 40);
    pty.wait_for("prometheus-1");
    pty.send("/prometheus-1\r");
    pty.wait_until("it alone", |pty| !pty.screen().contains("wikijs-1"));
    pty.send("R");
    pty.wait_for("Recreate prometheus-1?");
    // A question does not take keys at once.
    std::thread::sleep(std::time::Duration::from_millis(500));
    pty.send("y");
    pty.wait_for("seeing whether it stays up");
    pty
}

/// What the engine has of prometheus, a line each.
fn there(home: &Home) -> Vec<String> {
    let listed = ran(&mut home.program(&["--host", &home.endpoint("engine"), "ps", "--all"]));
    let lines = listed
        .1
        .lines()
        .filter(|line| line.contains("prometheus-1"));
    lines.map(str::to_owned).collect()
}

/// It runs, it alone has the name, and the journal tells how it went.
fn is_whole(home: &Home) {
    let list = there(home);
    assert_eq!(list.len(), 1, "{list:?}");
    assert!(
        list[0].contains(" running ") && !list[0].contains("prometheus-1."),
        "{list:?}"
    );
    let journal = ran(&mut home.program(&["journal"])).1;
    let mut lines = journal.lines().filter(|line| line.contains("recreate"));
    assert!(lines.any(|line| line.contains("success")), "{journal}");
}

#[test]
fn a_lost_terminal_does_not_cut_short_what_changes_places() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let mut pty = in_the_middle(&home);
    pty.close();
    assert_eq!(pty.wait_exit().exit_code(), 129);
    is_whole(&home);
}

#[test]
fn a_signal_gives_the_terminal_back_and_ends_it_once_that_is_done() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let mut pty = in_the_middle(&home);
    pty.signal(Signal::SIGTERM);
    pty.wait_for("making systeme-ticketing-prometheus-1 anew is finished first");
    assert_eq!(pty.wait_exit().exit_code(), 143);
    pty.assert_whole();
    assert!(
        pty.screen().contains("prometheus-1 recreated in"),
        "{}",
        pty.screen()
    );
    is_whole(&home);
}

#[test]
fn an_interrupt_while_that_is_waited_for_ends_it_with_the_way_back_by_hand() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let mut pty = in_the_middle(&home);
    pty.signal(Signal::SIGTERM);
    pty.wait_for("is finished first");
    pty.send("\x03");
    pty.wait_exit();
    pty.assert_whole();
    assert!(pty.screen().contains("was cut short"), "{}", pty.screen());
    waits_until("both", || there(&home).len() == 2);
}
