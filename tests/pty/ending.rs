//! All the ways a program ends.
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::{Signal, kill};
use portable_pty::CommandBuilder;

use super::probe;
use super::support::{Pty, example};

#[test]
fn a_key_ends_it() {
    for (key, code) in [("q", 0), ("\x03", 130)] {
        let mut pty = probe(&[]);
        pty.send(key);
        assert_eq!(pty.wait_exit().exit_code(), code);
        pty.assert_whole();
        assert!(
            !pty.screen().contains("frame"),
            "the main screen is as it was"
        );
    }
}

#[test]
fn a_signal_ends_it() {
    for signal in [
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGHUP,
    ] {
        let mut pty = probe(&[]);
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

#[test]
fn a_signal_ends_it_when_the_loop_hangs() {
    for signal in [
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGHUP,
    ] {
        let mut pty = probe(&["stuck"]);
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

#[test]
fn a_panic_in_a_task_ends_it_with_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let mut pty = probe(&[dir.path().to_str().unwrap()]);
    pty.send("p");
    assert_eq!(pty.wait_exit().exit_code(), 101);
    pty.assert_whole();
    let said = pty.screen().replace('\n', "");
    assert!(
        said.contains("because of a bug in it: index out of bounds"),
        "{said}"
    );
    assert!(said.contains("terminal_probe.rs:"), "{said}");

    let report = dir.path().read_dir().unwrap().next().unwrap().unwrap();
    assert!(
        said.contains(report.file_name().to_str().unwrap()),
        "{said}"
    );
    assert_eq!(
        report.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = std::fs::read_to_string(report.path()).unwrap();
    for part in ["thread: main", "task: ", "panic: index out of bounds"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("PATH="), "no environment");
}

#[test]
fn a_panic_ends_it_when_nobody_reads_its_words() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!(
        r#"("$0" {} 2>&1 >/dev/tty </dev/tty; echo "code=$?" >/dev/tty) | true"#,
        dir.path().display()
    );
    let mut pty = Pty::shell(&script, &example("terminal_probe"));
    pty.wait_for("frame 1 ");
    pty.send("p");
    pty.wait_for("code=101");
    pty.wait_exit();
    pty.assert_whole();
    assert_eq!(dir.path().read_dir().unwrap().count(), 1);
}

#[test]
fn the_loss_of_the_terminal_ends_it() {
    let mut pty = probe(&[]);
    pty.close();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

#[test]
fn the_loss_of_the_terminal_ends_it_without_a_signal() {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", r#"trap "" HUP; exec "$0" deaf"#]);
    command.arg(example("terminal_probe"));
    let mut pty = Pty::run(command, 80, 24);
    pty.wait_for("frame 1 ");
    // Deaf to the size as well: a key makes it draw.
    pty.close_after("x");
    let status = pty.wait_exit();
    assert_eq!((status.exit_code(), status.signal()), (129, None));
}

#[test]
fn the_loss_of_the_terminal_ends_it_when_the_loop_hangs_and_signals_are_ignored() {
    let mut command = CommandBuilder::new("sh");
    command.args([
        "-c",
        r#"trap "" HUP; (sleep 1; echo; echo; sleep 1; echo) & exec "$0" deaf stuck"#,
    ]);
    command.arg(example("terminal_probe"));
    let mut pty = Pty::run(command, 80, 24);
    pty.wait_for("frame 1 ");
    pty.close_after("");
    let status = pty.wait_exit();
    assert_eq!((status.exit_code(), status.signal()), (129, None));
}

#[test]
fn without_a_terminal_it_says_so_and_writes_nothing_else() {
    let cases = [
        (r#""$0" </dev/null"#, "stdin is not a terminal"),
        (r#""$0" | cat"#, "stdout is not a terminal"),
        (r#"TERM=dumb "$0""#, "set TERM"),
        (r#"unset TERM; "$0""#, "set TERM"),
    ];
    for (script, said) in cases {
        let mut pty = Pty::shell(
            &format!("{script}; echo code=$?"),
            &example("terminal_probe"),
        );
        pty.wait_for("code=");
        pty.wait_exit();
        let screen = pty.screen().replace('\n', "");
        assert!(screen.contains(said), "{script}: {screen}");
        assert!(!pty.bytes().contains(&0x1b), "{script}: no escape byte");
        assert!(
            screen.contains("code=2") || script.contains("cat"),
            "{script}: {screen}"
        );
    }
}

#[test]
fn what_a_killed_program_leaves_can_be_put_right() {
    let mut pty = Pty::shell(
        r#""$0"; stty -echo -icanon -opost; echo left; read -r x; "$0" reset; echo right"#,
        &example("terminal_probe"),
    );
    pty.wait_for("frame 1 ");
    kill(pty.foreground(), Signal::SIGKILL).unwrap();
    pty.wait_for("left");
    assert!(!pty.damage().is_empty());
    pty.send("\n");
    pty.wait_for("right");
    pty.wait_until("whole", |pty| pty.damage().is_empty());
    pty.wait_exit();
}
