//! The command line over several hosts: the real program against two simulated engines on sockets, and one that is not there.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests may fail as tests do"
)]
#[path = "support/home.rs"]
mod home;

use std::process::Command;

use home::{Home, Ran, ran};

/// A home of its own with two engines, `a` and `b`, that run the same.
struct Place {
    home: Home,
}

impl Place {
    fn new() -> Self {
        let mut home = Home::new();
        home.serve("a", "front");
        home.serve("b", "front");
        Self { home }
    }

    fn endpoint(&self, name: &str) -> String {
        self.home.endpoint(name)
    }

    fn program(&self, args: &[&str]) -> Command {
        self.home.program(args)
    }

    /// With these hosts and arguments.
    fn run(&self, hosts: &[&str], args: &[&str]) -> Ran {
        let endpoints: Vec<String> = hosts.iter().map(|name| self.endpoint(name)).collect();
        let mut all: Vec<&str> = Vec::new();
        for endpoint in &endpoints {
            all.extend(["--host", endpoint]);
        }
        all.extend(args);
        ran(&mut self.program(&all))
    }

    fn settings(&self, text: &str) {
        let dir = self.home.path().join(".config/stacktui");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("config.toml"), text).unwrap();
    }
}

#[test]
fn ps_shows_all_hosts_with_their_names() {
    let place = Place::new();
    let (code, out, _) = place.run(&["a", "b"], &["ps", "--no-stats"]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("HOST"), "{out}");
    assert_eq!(lines.len(), 9, "{out}");
    assert!(
        lines[1].starts_with("a ") && lines[8].starts_with("b "),
        "{out}"
    );
    let (_, one, _) = place.run(&["a"], &["ps", "--no-stats"]);
    assert!(one.starts_with("NAME"), "{one}");
    let (_, json, _) = place.run(&["a", "b"], &["ps", "--json", "--no-stats", "web"]);
    let hosts: Vec<String> = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|object| object["host"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(hosts, ["a", "b"], "a name is looked for everywhere");
}

#[test]
fn a_silent_host_is_told_and_hides_no_other() {
    let place = Place::new();
    let (code, out, err) = place.run(&["gone", "b"], &["ps", "--no-stats"]);
    assert_eq!(code, 1);
    assert_eq!(out.lines().count(), 5, "{out}");
    assert!(
        err.contains("gone does not answer") && err.contains("no such file"),
        "{err}"
    );
    let (code, _, err) = place.run(&["gone", "b"], &["restart", "wbe"]);
    assert_eq!(code, 1);
    assert!(
        err.contains("did you mean `web`?") && err.contains("(gone did not answer)"),
        "{err}"
    );
    // What is known once may be on the silent one too: nothing is done to it unless it says its host.
    let exec: &[&str] = &["exec", "web", "echo", "hello"];
    for act in [&["restart", "web"], &["stop", "web"], exec] {
        let (code, out, err) = place.run(&["gone", "b"], act);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        let words =
            "`web` may also be on gone, which did not answer: nothing was done; say `b/web`";
        assert!(err.contains(words), "{err}");
    }
    let (_, entries, _) = ran(&mut place.program(&["journal", "--json"]));
    assert!(!entries.contains("container."), "{entries}");
    let (code, _, err) = place.run(&["gone", "b"], &["restart", "b/web"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = place.run(&["gone", "away"], &["ps"]);
    assert_eq!(code, 1);
    assert!(
        err.contains("gone.sock") && err.contains("away.sock"),
        "{err}"
    );
}

#[test]
fn what_is_on_both_hosts_wants_its_host_before_it() {
    let place = Place::new();
    let both = ["a", "b"];
    let (code, out, err) = place.run(&both, &["restart", "web"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("`web` could be `a/web` or `b/web`"), "{err}");
    let (code, out, err) = place.run(&both, &["restart", "b/web"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("b/site-web-1: restarted in"), "{out}");
    let (_, entries, _) = ran(&mut place.program(&["journal", "--json"]));
    assert!(entries.contains("container.restart"), "{entries}");
    // Only the host that is named is asked: another may be silent.
    let (code, out, err) = place.run(&["b", "gone"], &["exec", "b/web", "echo", "hello"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.trim(), "hello");
    let (code, _, err) = place.run(&both, &["logs", "web", "--tail", "1"]);
    assert_eq!(code, 2, "{err}");
    let (code, out, err) = place.run(&both, &["logs", "a/web", "b/cache", "--tail", "1"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().count(), 2, "{out}");
}

#[test]
fn doctor_tells_of_each_host() {
    let place = Place::new();
    let (code, out, _) = place.run(&["a", "gone"], &["doctor"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("Host a\n") && out.contains("Host gone\n"),
        "{out}"
    );
    assert!(out.contains("a.sock (--host): answers") && out.contains("no engine answers"));
}

#[test]
fn hosts_of_the_settings_are_opened_unless_something_goes_over_them() {
    let place = Place::new();
    let (a, b) = (place.endpoint("a"), place.endpoint("b"));
    place.settings(&format!("[hosts]\nfront = \"{a}\"\nback = \"{b}\"\n"));
    let (code, out, err) = place.run(&[], &["ps", "--no-stats"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("front ") && out.contains("back "), "{out}");
    // One of them, by its name.
    let (_, out, _) = ran(&mut place.program(&["--host", "back", "ps", "--no-stats"]));
    assert!(out.starts_with("NAME"), "{out}");
    let mut by_variable = place.program(&["doctor"]);
    let (_, out, _) = ran(by_variable.env("DOCKER_HOST", &a));
    assert!(
        out.contains("DOCKER_HOST is set and goes over them"),
        "{out}"
    );
    assert!(!out.contains("Host back"), "{out}");
}

#[test]
fn hosts_of_the_settings_that_cannot_be_used_are_told_with_their_lines() {
    let place = Place::new();
    place.settings("theme = 'dark'\n[hosts]\n'a b' = 'ssh://x'\nweb = 'shh://web'\nprod = 'context:prod'\nn = 3\n");
    let (code, _, err) = ran(&mut place.program(&["ps"]));
    assert_eq!(code, 2);
    for words in [
        "line 3: a host's name is one word without `/` and `=`, not `a b`",
        "line 4: host `web`: ",
        "shh:// is not known; did you mean ssh://?",
        "line 5: host `prod`: ",
        "no docker context is called \"prod\"",
        "line 6: `hosts.n` takes a text in quotes, not 3",
    ] {
        assert!(err.contains(words), "{words} in\n{err}");
    }
}

#[test]
fn the_demo_of_hosts_has_one_that_is_out_of_reach() {
    let place = Place::new();
    let (code, out, err) = ran(&mut place.program(&["--demo=hosts", "ps", "--no-stats"]));
    assert_eq!(code, 1);
    assert!(out.contains("front ") && out.contains("tickets "), "{out}");
    assert!(err.contains("archive does not answer"), "{err}");
    let (code, _, err) = ran(&mut place.program(&["--demo=hots", "ps"]));
    assert_eq!(code, 2);
    assert!(err.contains("hosts"), "{err}");
}
