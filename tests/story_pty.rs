//! The operator's whole story on one screen, in the program itself on a real terminal: what is stuck is found, restarted, the
//! mail that this causes is read, its address followed to its route, the route checked, and the journal tells of it. On the
//! demo, and on a real engine where there is one.
#[cfg(test)]
#[path = "support/engine.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod engine;
#[cfg(test)]
#[path = "story_pty/real.rs"]
mod real;
#[cfg(test)]
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use portable_pty::CommandBuilder;
use support::Pty;
use tempfile::TempDir;

/// A home of its own, as somebody has who came in over SSH.
fn program(home: &TempDir, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stacktui"));
    command.args(args);
    command.env("HOME", home.path());
    command.cwd(home.path());
    command.env("SSH_CONNECTION", "203.0.113.7 51544 10.0.0.5 22");
    for name in [
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "DOCKER_HOST",
        "NO_COLOR",
    ] {
        command.env_remove(name);
    }
    command
}

/// The row below the line of tabs that holds a word, or nothing.
fn row(pty: &Pty, word: &str) -> String {
    let screen = pty.screen();
    let found = screen.lines().skip(2).find(|line| line.contains(word));
    found.unwrap_or_default().to_owned()
}

/// Whether these bytes went to the terminal.
fn wrote(pty: &Pty, wanted: &[u8]) -> bool {
    let bytes = pty.bytes();
    bytes.windows(wanted.len()).any(|bytes| bytes == wanted)
}

/// The number behind `mail` in the header.
fn unread(pty: &Pty) -> Option<u32> {
    let screen = pty.screen();
    let header = screen.lines().next()?;
    let (_, behind) = header.split_once("mail ")?;
    behind.split_whitespace().next()?.parse().ok()
}

#[test]
fn the_operators_whole_story_is_one_screen() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::run(program(&home, &["--demo"]), 120, 40);
    // Every container of the stack is there, with what it costs.
    pty.wait_until("every container", |pty| {
        [
            "traefik-1",
            "zammad-1",
            "zammad-db-1",
            "grafana-1",
            "mailhog-1",
            "wikijs-1",
        ]
        .iter()
        .all(|name| !row(pty, name).is_empty())
            && row(pty, "grafana-1").contains("M  ")
    });
    pty.wait_until("the mail so far", |pty| unread(pty).is_some());
    // What is in trouble, and the one that is stuck.
    pty.send("!");
    pty.wait_until("only what is in trouble", |pty| {
        row(pty, "zammad-1").contains("unhealthy") && row(pty, "grafana-1").is_empty()
    });
    pty.send("/zammad-1\r");
    pty.wait_until("it alone", |pty| row(pty, "wikijs-1").is_empty());
    pty.send("r");
    pty.wait_until("the restart on its row", |pty| {
        row(pty, "zammad-1").contains("restarting")
    });
    pty.send("K");
    pty.wait_until("its end", |pty| pty.screen().contains("zammad-1 restarted"));
    // Its start sends a mail: the header counts it, the list has it on top.
    pty.send("6");
    pty.wait_for("Ticket updated (printer out of order)");
    let before = unread(&pty).unwrap();
    pty.send("g\r");
    pty.wait_for("was updated by");
    pty.wait_until("one unread less", |pty| unread(pty) == Some(before - 1));
    // Its address: over SSH it is copied, never opened on the server. (`aHR0cHM6Ly90aWNrZXRz` is `https://tickets`.)
    pty.send("w");
    pty.wait_until("the copy", |pty| {
        wrote(pty, b"\x1b]52;c;aHR0cHM6Ly90aWNrZXRz")
    });
    // The route of its host, which works again once the check has passed; it is asked now.
    pty.send("\r");
    pty.wait_for("https://tickets.example.com");
    pty.wait_until("a route that leads there", |pty| {
        row(pty, "https://tickets").contains(" ok ")
    });
    // It is a link of the terminal, which opens it on the user's own machine.
    pty.wait_until("a link", |pty| {
        wrote(pty, b";https://tickets.example.com\x1b\\")
    });
    pty.send("c");
    pty.wait_until("what it answers", |pty| {
        row(pty, "https://tickets").contains("200 in")
    });
    pty.wait_for("200 through 172.20.");
    // What was done stands in the journal: the act, to what, and how it ended.
    pty.send("9");
    pty.wait_until("the journal", |pty| {
        let line = row(pty, "restarted");
        line.contains("systeme-ticketing-zammad-1") && line.contains("done in")
    });
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_whole();
}
