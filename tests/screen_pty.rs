//! The whole program on a real terminal: what no test in the process can see.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as its body does")]
#[cfg(test)]
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use nix::sys::signal::{Signal, kill};
use portable_pty::CommandBuilder;
use support::{Pty, state};
use tempfile::TempDir;

/// `stacktui --demo` with a home of its own, its table on the screen.
struct Program {
    pty: Pty,
    home: TempDir,
}

fn command(home: &TempDir, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stacktui"));
    command.args(args);
    at_home(command, home)
}

fn at_home(mut command: CommandBuilder, home: &TempDir) -> CommandBuilder {
    command.env("HOME", home.path());
    for name in [
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "DOCKER_HOST",
        "NO_COLOR",
        "SSH_TTY",
        "SSH_CONNECTION",
    ] {
        command.env_remove(name);
    }
    command
}

fn demo() -> Program {
    let home = tempfile::tempdir().unwrap();
    let pty = Pty::run(command(&home, &["--demo"]), 120, 40);
    pty.wait_for("zammad-1");
    Program { pty, home }
}

#[test]
fn it_shows_the_stack_and_leaves_the_terminal_whole() {
    let Program { mut pty, home } = demo();
    for mode in [1049, 2004, 1006] {
        assert!(pty.mode(mode), "the screen switches {mode} on");
    }
    assert!(!pty.cooked());
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
    assert!(!pty.screen().contains("zammad"), "{}", pty.screen());
    // What was written on the way is private.
    use std::os::unix::fs::PermissionsExt as _;
    let state = home.path().join(".local/state/stacktui");
    if let Ok(found) = state.metadata() {
        assert_eq!(found.permissions().mode() & 0o077, 0, "{found:?}");
    }
}

#[test]
fn signals_end_it_and_leave_the_terminal_whole() {
    for signal in [
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
    ] {
        let Program { mut pty, .. } = demo();
        pty.signal(signal);
        let status = pty.wait_exit();
        assert_eq!(
            status.exit_code(),
            128 + signal as u32,
            "{signal}: {status:?}"
        );
        pty.assert_whole();
    }
}

/// Stopped as a shell's job, and brought back on Enter.
fn stops_and_comes_back(stop: impl FnOnce(&mut Pty)) {
    let home = tempfile::tempdir().unwrap();
    let script = r#"set -m; "$0" --demo; echo "stopped=$?"; read -r x; fg; echo "ended=$?""#;
    let mut shell = CommandBuilder::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_stacktui")]);
    let mut pty = Pty::run(at_home(shell, &home), 120, 40);
    pty.wait_for("zammad-1");
    let program = pty.foreground();
    stop(&mut pty);
    pty.wait_for("stopped=");
    assert_eq!(state(program), 'T');
    pty.assert_whole();
    assert!(!pty.screen().contains("zammad-1"), "{}", pty.screen());
    pty.send("\n");
    pty.wait_for("zammad-1");
    pty.wait_until("its modes", |pty| pty.mode(1049) && !pty.cooked());
    // Keys reach it as before.
    pty.send("9");
    pty.wait_until("the journal", |pty| !pty.screen().contains("zammad-1"));
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
fn any_size_is_drawn() {
    let Program { mut pty, .. } = demo();
    let before = pty.bytes().len();
    pty.resize(20, 5);
    pty.wait_until("a narrow screen", |pty| {
        pty.bytes().len() > before && pty.screen().contains("grafana")
    });
    // So fast that the program may see the old size only, while the terminal has cut what it showed.
    pty.resize(1, 1);
    pty.resize(120, 40);
    pty.wait_for("zammad-1");
    pty.wait_for("? help");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}

#[test]
fn it_ends_with_its_terminal() {
    let Program { mut pty, .. } = demo();
    pty.close();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

#[test]
fn a_shell_has_the_terminal_and_the_frame_comes_back() {
    let Program { mut pty, .. } = demo();
    pty.send("/scratchpad\r");
    pty.wait_until("one row", |pty| !pty.screen().contains("zammad-1"));
    pty.send("e");
    pty.wait_for("/ #");
    assert!(
        !pty.mode(1000) && !pty.mode(2004),
        "its modes are the shell's own"
    );
    pty.send("echo he''llo; exit 3\r");
    pty.wait_for("exit code 3");
    pty.wait_for("? help");
    assert!(pty.mode(1049) && !pty.cooked());
    pty.send("\x1b");
    pty.wait_for("zammad-1");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}

#[test]
fn nothing_is_written_that_no_one_asked_for() {
    let Program { mut pty, .. } = demo();
    pty.send("9");
    pty.wait_until("the journal", |pty| !pty.screen().contains("zammad-1"));
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let before = pty.bytes().len();
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    let written = pty.bytes().split_off(before);
    assert_eq!(written.escape_ascii().to_string(), "");
    pty.send("\x03");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn told_twice_to_go_on_it_gives_back_what_it_took() {
    let Program { mut pty, .. } = demo();
    let entered = |pty: &Pty| {
        let bytes = pty.bytes();
        bytes.windows(8).filter(|w| w == b"\x1b[?1049h").count()
    };
    pty.signal(Signal::SIGCONT);
    pty.wait_until("a second entry", |pty| entered(pty) == 2);
    pty.wait_for("zammad-1");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}
