//! The support for tests at a real engine does what those tests rely on: containers are as asked for and go in the end;
//! without an engine a test is skipped aloud, or fails where an engine is required.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#[cfg(test)]
#[path = "support/engine.rs"]
mod engine;

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::process::{Command, Output};

use engine::{BUSYBOX, Fixture, NOSHELL, ping, real_engine};

#[test]
fn a_container_is_as_asked_for_and_goes_in_the_end() {
    let Some(endpoint) = real_engine("a_container_is_as_asked_for_and_goes_in_the_end") else {
        return;
    };
    let name = format!("stacktui-test-named-{}", std::process::id());
    let other = Fixture::new(&endpoint, "other")
        .name(&name)
        .image(NOSHELL)
        .create();
    assert_eq!(other.inspect("{{.Name}}"), format!("/{name}"));
    let made = Fixture::new(&endpoint, "whole")
        .env("COLOUR", "blue")
        .label("made.by", "support")
        .tty()
        .health("true")
        .restart("on-failure:3")
        .memory("32m")
        .stop_timeout(1)
        .sh("echo colour $COLOUR; exec sleep 1000")
        .run();
    assert_eq!(made.id.len(), 64, "{}", made.id);
    // Podman puts a registry before it.
    let image = made.inspect("{{.Config.Image}}");
    assert!(image.ends_with(BUSYBOX), "{image}");
    for (template, expected) in [
        ("{{.Name}}", format!("/{}", made.name)),
        ("{{.State.Status}}", "running".to_owned()),
        ("{{.Config.Tty}}", "true".to_owned()),
        ("{{index .Config.Labels \"made.by\"}}", "support".to_owned()),
        (
            "{{.Config.Healthcheck.Test}}",
            "[CMD-SHELL true]".to_owned(),
        ),
        (
            "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}",
            "on-failure 3".to_owned(),
        ),
        ("{{.HostConfig.Memory}}", (32 << 20).to_string()),
        ("{{.Config.StopTimeout}}", "1".to_owned()),
        ("{{.HostConfig.NetworkMode}}", "none".to_owned()),
    ] {
        assert_eq!(made.inspect(template), expected, "{template}");
    }
    assert_eq!(other.inspect("{{.State.Status}}"), "created");
    let host = Fixture::new(&endpoint, "host").network("host").create();
    assert_eq!(host.inspect("{{.HostConfig.NetworkMode}}"), "host");
    let user = made.docker(&["exec", "--user", "app", &made.id, "id", "-un"]);
    assert_eq!(user, "app");
    let said = made.docker(&["logs", &made.id]);
    assert_eq!(said.trim(), "colour blue");

    let filter = format!("id={}", made.id);
    let listed = || other.docker(&["ps", "--all", "--quiet", "--filter", &filter]);
    assert!(!listed().is_empty());
    drop(made);
    assert_eq!(listed(), "");
}

#[test]
fn an_answer_other_than_200_is_no_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut part = [0; 512];
        let asked = stream.read(&mut part).unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap();
        String::from_utf8_lossy(&part[..asked]).into_owned()
    });
    let error = ping(&format!("unix://{}", path.display())).unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
    assert!(server.join().unwrap().starts_with("GET /_ping "));
    assert!(ping("ssh://somewhere").is_err());
}

const INNER: &str = "STACKTUI_TEST_INNER";

/// Run by the next test in a process of its own, for its environment; by itself it does nothing.
#[test]
fn inner() {
    if std::env::var_os(INNER).is_some() {
        assert_eq!(real_engine("inner"), None);
    }
}

fn without_engine(names: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "inner"])
        .env_remove("CI")
        .env_remove("STACKTUI_REQUIRE_ENGINE")
        .env("STACKTUI_TEST_ENGINE", "unix:///nowhere/engine.sock")
        .env(INNER, "1")
        .envs(names.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn without_an_engine_a_test_is_skipped_aloud_or_fails_where_one_is_required() {
    let skipped = without_engine(&[]);
    let said = String::from_utf8_lossy(&skipped.stderr);
    assert!(skipped.status.success(), "{said}");
    assert!(
        said.contains("SKIP inner: unix:///nowhere/engine.sock: "),
        "{said}"
    );
    for name in [("CI", "true"), ("STACKTUI_REQUIRE_ENGINE", "1")] {
        let failed = without_engine(&[name]);
        let said = String::from_utf8_lossy(&failed.stdout);
        assert!(!failed.status.success(), "{name:?}: {said}");
        assert!(
            said.contains("inner needs a real engine"),
            "{name:?}: {said}"
        );
    }
}
