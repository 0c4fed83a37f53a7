//! The command line on a real terminal: a shell that has it, and gives it back.
#[cfg(test)]
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::path::Path;

use portable_pty::CommandBuilder;
use support::Pty;

/// The program on a terminal, with a home of its own.
fn program(home: &Path, args: &[&str]) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stacktui"));
    command.args(args);
    command.env("HOME", home);
    for variable in ["XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        command.env_remove(variable);
    }
    Pty::run(command, 80, 24)
}

#[test]
fn a_shell_has_the_terminal_and_its_exit_code_is_ours() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = program(home.path(), &["--demo", "exec", "scratchpad"]);
    pty.wait_for("/ #");
    assert!(!pty.cooked(), "keys go to the shell one by one");
    pty.send("echo he''llo\r");
    pty.wait_until("the shell's answer", |pty| {
        pty.screen().lines().any(|line| line.trim() == "hello")
    });
    pty.send("exit 3\r");
    assert_eq!(pty.wait_exit().exit_code(), 3);
    pty.assert_whole();
}

#[test]
fn the_detach_keys_leave_a_shell_and_settings_may_change_them() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = program(home.path(), &["--demo", "exec", "scratchpad"]);
    pty.wait_for("/ #");
    pty.send("\x10\x11");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();

    let config = home.path().join("own.toml");
    std::fs::write(&config, "detach_keys = 'ctrl-x'\n").unwrap();
    let config = config.to_str().unwrap();
    let args = ["--demo", "--config", config, "exec", "scratchpad"];
    let mut pty = program(home.path(), &args);
    pty.wait_for("/ #");
    pty.send("\x18");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}

#[test]
fn a_terminal_that_a_killed_program_left_in_its_modes_is_brought_back() {
    let left = r"stty raw -echo; printf '\033[?1049h\033[?25l\033[?2004h\033[?1004h\033[?1000h\033[?1002h\033[?1006h'";
    let link = r"printf '\033]8;;http://shop.localhost/\033\\orders'";
    for (term, ends) in [("xterm-256color", true), ("linux", false)] {
        let mut command = CommandBuilder::new("sh");
        command.args([
            "-c",
            &format!(r#"{left}; {link}; TERM={term} exec "$0" --reset-terminal"#),
        ]);
        command.arg(env!("CARGO_BIN_EXE_stacktui"));
        let mut pty = Pty::run(command, 80, 24);
        assert_eq!(pty.wait_exit().exit_code(), 0);
        pty.assert_whole();
        assert!(pty.cooked());
        let bytes = pty.bytes();
        let unlinked = bytes.windows(7).any(|some| some == b"\x1b]8;;\x1b\\");
        assert_eq!(unlinked, ends, "{term}");
    }
}
