//! The command that makes a container, run by a shell at a real engine: what it makes is made of the same.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
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

/// Makes a container of which all that can be asked for is unusual, as a user would.
fn unusual(endpoint: &str, by: &Running) -> String {
    let name = format!("{}-unusual", by.name);
    let mut words = vec!["run", "--detach", "--name", &name];
    words.extend(OPTIONS);
    words.extend([engine::BUSYBOX, "sh", "-c", LOOP]);
    let done = Command::new("docker")
        .args(words)
        .env("DOCKER_HOST", endpoint)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    name
}

const LOOP: &str = "trap 'exit 0' TERM; while :; do sleep 1; done";
const OPTIONS: &[&str] = &[
    "--env=GREETING=it's $HOME \"and\" more",
    "--env=LINES=one\ntwo\tthree",
    "--env=DB_PASSWORD=hunter2",
    "--label=com.example.what=a b; c",
    "--health-cmd=test -e / || exit 1",
    "--health-interval=2500ms",
    "--health-retries=2",
    "--restart=on-failure:3",
    "--memory=32m",
    "--stop-timeout=3",
    "--stop-signal=SIGINT",
    "--tty",
    "--interactive",
    "--network=none",
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
    "--device=/dev/null:/dev/nothing:rw",
    "--oom-score-adj=100",
    "--expose=81/udp",
    "--ipc=shareable",
];

/// Makes it again by its own command; what both are made of.
async fn again(endpoint: &str, by: &Running, name: &str, whole: bool) -> (Blueprint, Blueprint) {
    let client = Engine::open(&Endpoint::parse(endpoint).unwrap())
        .await
        .unwrap();
    let before = client.blueprint(&key(name)).await.unwrap();
    let line = client.run_line(&key(name)).await.unwrap();
    assert!(line.left_out.is_empty(), "{line:?}");
    let text = line.text(whole);
    // Its name must be free.
    by.docker(&["rm", "--force", name]);
    let done = Command::new("bash")
        .args(["-c", &text])
        .env("DOCKER_HOST", endpoint)
        .env("DB_PASSWORD", "hunter2")
        .output()
        .unwrap();
    let after = client.blueprint(&key(name)).await;
    by.docker(&["rm", "--force", "--volumes", name]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{text}\n{said}");
    (before, after.unwrap())
}

/// All that it says, its variables in the order of their names: the engine puts them in none.
fn said(made: &Blueprint) -> Vec<String> {
    let mut lines: Vec<String> = format!("{made:#?}").lines().map(str::to_owned).collect();
    let env = lines
        .iter()
        .position(|line| line.contains("\"Env\": Array ["));
    let first = env.expect("variables") + 1;
    let ends = |line: &String| line.trim() == "],";
    let count = lines[first..].iter().position(ends).expect("their end");
    lines[first..first + count].sort_unstable();
    lines
}

#[tokio::test]
async fn what_the_command_makes_is_made_of_the_same() {
    let Some(endpoint) = engine::real_engine("what_the_command_makes_is_made_of_the_same") else {
        return;
    };
    let by = Fixture::new(&endpoint, "line").create();
    for whole in [true, false] {
        let name = unusual(&endpoint, &by);
        let (before, after) = again(&endpoint, &by, &name, whole).await;
        assert_eq!(said(&before), said(&after), "with secrets: {whole}");
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
        .run();
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
    let (before, after) = again(&endpoint, &by, &it.name, true).await;
    assert_eq!(before, after);
}
