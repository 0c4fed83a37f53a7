//! The command that makes a container, run by a shell at a real engine: what it makes is made of the same.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::process::Command;

use engine::{Fixture, Running};
use stacktui::engine::{Blueprint, Endpoint, Engine};
use stacktui::model::{HostId, Key};

fn key(id: &str) -> Key {
    Key::container(HostId(0), id)
}

/// A network of the test's own.
struct Network<'a>(&'a Running, String);

impl<'a> Network<'a> {
    fn new(by: &'a Running, name: &str, subnet: &str) -> Self {
        let name = format!("{}-{name}", by.name);
        by.docker(&["network", "create", "--subnet", subnet, &name]);
        Self(by, name)
    }
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        self.0.docker(&["network", "rm", &self.1]);
    }
}

fn fixture(endpoint: &str) -> Fixture {
    let mut fixture = Fixture::new(endpoint, "line")
        .env("GREETING", "it's $HOME \"and\" more")
        .env("LINES", "one\ntwo\tthree")
        .env("DB_PASSWORD", "hunter2")
        .label("com.example.what", "a b; c")
        .health("test -e / || exit 1")
        .restart("on-failure:3")
        .memory("32m")
        .stop_timeout(3)
        .tty()
        .sh("trap 'exit 0' TERM; while :; do sleep 1; done");
    for option in [
        "--interactive",
        "--hostname=box",
        "--user=1000:1000",
        "--workdir=/tmp",
        "--memory-swap=64m",
        "--cpus=0.5",
        "--cpu-shares=512",
        "--pids-limit=64",
        "--ulimit=nofile=256:512",
        "--cap-drop=ALL",
        "--cap-add=CHOWN",
        "--security-opt=no-new-privileges",
        "--read-only",
        "--init",
        "--shm-size=1m",
        "--tmpfs=/run:size=1m",
        "--mount=type=tmpfs,target=/cache,tmpfs-size=65536",
        "--volume=/etc/hostname:/host name:ro",
        "--dns=127.0.0.2",
        "--dns-search=example.org",
        "--add-host=db:10.9.8.7",
        "--group-add=44",
        "--log-driver=json-file",
        "--log-opt=max-size=1m",
        "--stop-signal=SIGTERM",
        "--device=/dev/null:/dev/nothing:rw",
        "--oom-score-adj=100",
        "--expose=81/udp",
        "--ipc=shareable",
    ] {
        fixture = fixture.option(option);
    }
    fixture
}

/// Makes it again by its own command; what both are made of.
async fn again(endpoint: &str, it: &Running, masked: bool) -> (Blueprint, Blueprint) {
    let client = Engine::open(&Endpoint::parse(endpoint).unwrap())
        .await
        .unwrap();
    let before = client.blueprint(&key(&it.id)).await.unwrap();
    let line = client.run_line(&key(&it.id)).await.unwrap();
    assert!(line.left_out.is_empty(), "{line:?}");
    let text = line.text(!masked);
    // Its name must be free.
    it.docker(&["rm", "--force", &it.id]);
    let done = Command::new("bash")
        .args(["-c", &text])
        .env("DOCKER_HOST", endpoint)
        .env("DB_PASSWORD", "hunter2")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{text}\n{said}");
    let after = client.blueprint(&key(&it.name)).await;
    it.docker(&["rm", "--force", "--volumes", &it.name]);
    (before, after.unwrap())
}

#[tokio::test]
async fn what_the_command_makes_is_made_of_the_same() {
    let Some(endpoint) = engine::real_engine("what_the_command_makes_is_made_of_the_same") else {
        return;
    };
    for masked in [false, true] {
        let it = fixture(&endpoint).run();
        let (before, after) = again(&endpoint, &it, masked).await;
        assert_eq!(before, after, "masked: {masked}");
    }
}

#[tokio::test]
async fn networks_addresses_and_ports_are_asked_for_again() {
    let Some(endpoint) = engine::real_engine("networks_addresses_and_ports_are_asked_for_again")
    else {
        return;
    };
    let by = Fixture::new(&endpoint, "line-networks").create();
    let front = Network::new(&by, "front", "10.213.1.0/24");
    let back = Network::new(&by, "back", "10.213.2.0/24");
    let it = Fixture::new(&endpoint, "line")
        .network(&front.1)
        .option("--ip=10.213.1.9")
        .option("--network-alias=www")
        .option("--publish=127.0.0.1::80")
        .sh("sleep 1000")
        .create();
    it.docker(&[
        "network",
        "connect",
        "--ip",
        "10.213.2.9",
        "--alias",
        "db",
        &back.1,
        &it.id,
    ]);
    let (before, after) = again(&endpoint, &it, false).await;
    assert_eq!(before, after);
}
