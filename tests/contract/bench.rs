//! An engine with a container of each character on it, simulated or real. Both are described here, so that the contract's
//! functions need not know which they have.
use std::time::Duration;

use chrono::Utc;
use stacktui::effect::Verb;
use stacktui::engine::{BoxedIo, Connector, Endpoint, Engine, Error};
use stacktui::model::{Container, Details, HostId, Key};
use stacktui::sim::{Scenario, Sim};

use crate::engine::{Fixture, NOSHELL, Running, real_engine};

pub const HOST: HostId = HostId(0);
pub const LONG: Duration = Duration::from_secs(40);

/// Bytes of the long line: three parts of the engine's.
pub const LONG_LINE: usize = 40_960;

/// The simulated counterparts of the fixtures below.
const WORLD: &str = r#"
[[stack]]
name = "contract"
directory = "/srv/contract"

[[image]]
name = "box:1"
shells = ["ash", "sh"]
command = ["sh"]

[[image]]
name = "bare:1"
command = ["/bin/sleep", "1000000"]

[voice.talker]
boot = ["first", "second", "third"]
lines = ["more"]
rate = 5.0
errors = []

[voice.complainer]
boot = ["a complaint"]
stderr = true
rate = 0.0

[voice.flood]
lines = ["«count» of many lines that are all different"]
rate = 10000.0
errors = []

[voice.long]
boot = ["LONG"]
lines = ["short"]
rate = 5.0
errors = []

[voice.breathless]
boot = ["begin"]
stop = ["no end"]
open_end = true
rate = 0.0

[[image]]
name = "doomed:1"
shells = ["sh"]
command = ["sh"]

[[image]]
name = "failing:1"
shells = ["sh"]
command = ["sh", "-c", "exit 3"]

[[image]]
name = "nowhere.invalid/gone:1"
shells = ["sh"]
command = ["sh"]

[[volume]]
name = "odd"
files = [
    { path = "sub/file", text = "hello\n", mode = 0o600 },
    { path = "sub/deep/er", text = "" },
    { path = "-rf", text = "x" },
    { path = "two\nlines", text = "y" },
    { path = "bytes", text = "a\u0000b" },
    { path = "link", link = "/etc/passwd" },
]

[[network]]
name = "front"

[[network]]
name = "back"

[[container]]
name = "doomed"
image = "doomed:1"
stop_takes = "100ms"
voice = "silent"

[[container]]
name = "orphan"
image = "nowhere.invalid/gone:1"
stop_takes = "100ms"
voice = "silent"

[[container]]
name = "furnished"
image = "box:1"
command = ["sh", "-c", "serve"]
env = ["MODE=a b"]
labels = { mine = "yes", other = "x=y" }
memory_limit = "64m"
cpus = 0.5
pids_limit = 99
restart = "on-failure:3"
stop_timeout = 3
stop_takes = "100ms"
networks = ["back", "front"]
mounts = ["named:/named", "0123456789012345678901234567890123456789012345678901234567890123:/nameless"]
health = { test = "true", interval = "1s", retries = 2 }
voice = "silent"

[[container]]
stack = "contract"
service = "obedient"
image = "box:1"
command = ["sh", "-c", "obey"]
env = ["GREETING=hello there"]
labels = { "stacktui.protect" = "true" }
memory = "2m"
memory_limit = "64m"
stop_timeout = 7
stop_code = 7
stop_takes = "100ms"
voice = "silent"

[[container]]
name = "stubborn"
image = "box:1"
stuck = true
stop_timeout = 2
voice = "silent"

[[container]]
name = "talker"
image = "box:1"
state = "created"
stop_takes = "100ms"
voice = "talker"

[[container]]
name = "complainer"
image = "box:1"
state = "created"
stop_takes = "100ms"
voice = "complainer"

[[container]]
name = "flood"
image = "box:1"
state = "created"
stop_takes = "100ms"
voice = "flood"

[[container]]
name = "breathless"
image = "box:1"
state = "created"
stop_takes = "100ms"
voice = "breathless"

[[container]]
name = "long"
image = "box:1"
state = "created"
stop_takes = "100ms"
voice = "long"

[[container]]
name = "failed"
image = "box:1"
state = "exited"
exit_code = 3
ended = "5s"
up = "6s"
voice = "silent"

[[container]]
name = "fresh"
image = "box:1"
state = "created"
stop_takes = "100ms"
voice = "silent"

[[container]]
name = "shellless"
image = "bare:1"
voice = "silent"
"#;

/// A container of the bench; a real one goes with it.
pub struct Thing {
    pub key: Key,
    pub name: String,
    _real: Option<Running>,
}

impl Thing {
    /// One that was made by what is tested.
    pub fn of(key: Key, name: &str) -> Self {
        Self {
            key,
            name: name.to_owned(),
            _real: None,
        }
    }
}

/// A docker command for the end of the test.
pub struct Leftover {
    endpoint: String,
    words: Vec<String>,
}

impl Drop for Leftover {
    fn drop(&mut self) {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        docker(&self.endpoint, &words);
    }
}

/// What a docker command printed, whether it failed or not.
fn docker(endpoint: &str, words: &[&str]) -> String {
    let done = std::process::Command::new("docker")
        .args(words)
        .env("DOCKER_HOST", endpoint)
        .env_remove("DOCKER_CONTEXT")
        .output()
        .expect("the docker command runs");
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

enum Place {
    Simulated,
    Real { endpoint: String, podman: bool },
}

/// Asked of the docker command, so that no mistake is shared with the program.
fn is_podman(endpoint: &str) -> bool {
    let asked = std::process::Command::new("docker")
        .args(["version", "--format", "{{json .Server.Components}}"])
        .env("DOCKER_HOST", endpoint)
        .env_remove("DOCKER_CONTEXT")
        .output()
        .expect("the docker command runs");
    String::from_utf8_lossy(&asked.stdout).contains("Podman Engine")
}

pub struct Bench {
    pub engine: Engine,
    place: Place,
}

impl Bench {
    pub async fn simulated() -> Self {
        let world = WORLD.replace("LONG", &"x".repeat(LONG_LINE));
        let sim = Sim::new(Scenario::parse(&world).expect("the bench's world"));
        let connector = Connector::new(move || {
            let connection: BoxedIo = Box::new(sim.connect());
            Box::pin(std::future::ready(Ok(connection)))
        });
        let engine = Engine::open(&Endpoint::Custom(connector)).await.unwrap();
        Self {
            engine,
            place: Place::Simulated,
        }
    }

    /// `None`, said aloud, where no engine answers.
    pub async fn real(test: &str) -> Option<Self> {
        let endpoint = real_engine(test)?;
        let parsed = Endpoint::parse(&endpoint).unwrap();
        Some(Self {
            engine: Engine::open(&parsed).await.unwrap(),
            place: Place::Real {
                podman: is_podman(&endpoint),
                endpoint,
            },
        })
    }

    pub fn is_real(&self) -> bool {
        matches!(self.place, Place::Real { .. })
    }

    /// Podman's answers differ where docker's own words, codes and order of events are not needed by the program.
    pub fn podman(&self) -> bool {
        matches!(self.place, Place::Real { podman: true, .. })
    }

    async fn thing(&self, name: &str, fixture: impl FnOnce(Fixture) -> Running) -> Thing {
        match &self.place {
            Place::Simulated => {
                let rows = self.engine.list(HOST, Utc::now()).await.unwrap();
                let row = rows
                    .into_iter()
                    .find(|row| row.short_name().starts_with(name));
                let row = row.unwrap_or_else(|| panic!("no {name}"));
                Thing {
                    key: row.key,
                    name: row.name,
                    _real: None,
                }
            }
            Place::Real { endpoint, .. } => {
                let made = fixture(Fixture::new(endpoint, name));
                Thing {
                    key: Key::container(HOST, &made.id),
                    name: made.name.clone(),
                    _real: Some(made),
                }
            }
        }
    }

    /// Runs, ends with 7 when asked to.
    pub async fn obedient(&self) -> Thing {
        self.thing("obedient", |f| {
            f.env("GREETING", "hello there")
                .label("com.docker.compose.project", "contract")
                .label("com.docker.compose.service", "obedient")
                .label("stacktui.protect", "true")
                .memory("64m")
                .stop_timeout(7)
                .sh("trap 'exit 7' TERM; while :; do sleep 0.1; done")
                .run()
        })
        .await
    }

    /// Runs a docker command on a real engine; the simulated one was made so.
    pub fn docker(&self, words: &[&str]) -> String {
        match &self.place {
            Place::Simulated => String::new(),
            Place::Real { endpoint, .. } => docker(endpoint, words),
        }
    }

    /// The same at the end of the test.
    pub fn afterwards(&self, words: &[&str]) -> Option<Leftover> {
        match &self.place {
            Place::Simulated => None,
            Place::Real { endpoint, .. } => Some(Leftover {
                endpoint: endpoint.clone(),
                words: words.iter().map(|&word| word.to_owned()).collect(),
            }),
        }
    }

    /// Runs with all that can be asked for: networks `net-back` and `net-front` (`back`, `front` where simulated), a fixed
    /// address, volumes with and without a name, limits, a policy, a check.
    pub async fn furnished(&self, net: &str) -> Thing {
        self.thing("furnished", |f| {
            let mut f = f
                .network(&format!("{net}-back"))
                .env("MODE", "a b")
                .label("mine", "yes")
                .label("other", "x=y")
                .memory("64m")
                .restart("on-failure:3")
                .stop_timeout(3)
                .health("true");
            for option in [
                "--network-alias=known",
                "--ip=10.213.7.77",
                "--cpus=0.5",
                "--pids-limit=99",
                "--volume=/nameless",
                &format!("--volume={net}-named:/named:ro"),
                "--mount=type=tmpfs,target=/scratch",
                "--ulimit=nofile=128:256",
                "--cap-add=NET_ADMIN",
                "--dns=10.9.9.9",
                "--add-host=elsewhere:10.8.8.8",
                "--hostname=chosen",
                "--user=app",
                "--workdir=/tmp",
                "--init",
            ] {
                f = f.option(option);
            }
            let made = f
                .sh("trap 'exit 0' TERM; while :; do sleep 0.1; done")
                .create();
            made.docker(&[
                "network",
                "connect",
                "--alias",
                "second",
                &format!("{net}-front"),
                &made.id,
            ]);
            made.docker(&["start", &made.id]);
            made
        })
        .await
    }

    /// Runs the command of this image, which is no other's.
    pub async fn of_image(&self, name: &str, image: &str) -> Thing {
        self.thing(name, |f| f.image(image).run()).await
    }

    /// Runs, ends only when killed, which the engine does after two seconds.
    pub async fn stubborn(&self) -> Thing {
        self.thing("stubborn", |f| {
            f.stop_timeout(2)
                .sh("trap '' TERM; while :; do sleep 0.1; done")
                .run()
        })
        .await
    }

    /// Never started; says `first`, `second`, `third`, and then `more` five times a second.
    pub async fn talker(&self) -> Thing {
        self.thing("talker", |f| {
            f.sh("trap 'exit 0' TERM; echo first; echo second; echo third; while :; do sleep 0.2; echo more; done")
                .create()
        })
        .await
    }

    /// Never started; says tens of thousands of different lines within two seconds.
    pub async fn flood(&self) -> Thing {
        self.thing("flood", |f| {
            f.sh("trap 'exit 0' TERM; seq 200000; while :; do sleep 0.1; done")
                .create()
        })
        .await
    }

    /// Never started; says a line of 40 KiB, then `short` five times a second.
    pub async fn long(&self) -> Thing {
        self.thing("long", |f| {
            f.sh("trap 'exit 0' TERM; head -c 40960 /dev/zero | tr '\\0' x; echo; while :; do sleep 0.2; echo short; done")
                .create()
        })
        .await
    }

    /// Never started; says `begin`, and when it is stopped `no end` without a newline.
    pub async fn breathless(&self) -> Thing {
        self.thing("breathless", |f| {
            f.sh("trap 'printf \"no end\"; exit 0' TERM; echo begin; while :; do sleep 0.1; done")
                .create()
        })
        .await
    }

    /// Never started; says `a complaint` on standard error.
    pub async fn complainer(&self) -> Thing {
        self.thing("complainer", |f| {
            f.sh("trap 'exit 0' TERM; echo a complaint >&2; while :; do sleep 0.1; done")
                .create()
        })
        .await
    }

    /// Ended with 3.
    pub async fn failed(&self) -> Thing {
        self.thing("failed", |f| {
            // An engine notes the start after it happened: later than the end of what ends at once.
            let made = f.sh("sleep 0.2; exit 3").run();
            // Podman answers a wait up to twenty seconds late.
            let ended = || made.inspect("{{.State.Running}}") == "false";
            let again = || std::thread::sleep(Duration::from_millis(50));
            assert!(
                (0..200).any(|_| ended() || {
                    again();
                    false
                }),
                "it never ended"
            );
            made
        })
        .await
    }

    /// Never started; ends when asked to.
    pub async fn fresh(&self) -> Thing {
        self.thing("fresh", |f| {
            f.sh("trap 'exit 0' TERM; while :; do sleep 0.1; done")
                .create()
        })
        .await
    }

    /// Runs, from an image without a shell.
    pub async fn shellless(&self) -> Thing {
        self.thing("shellless", |f| {
            f.image(NOSHELL).cmd(&["/bin/sleep", "1000000"]).run()
        })
        .await
    }

    pub async fn row(&self, thing: &Thing) -> Option<Container> {
        let rows = self
            .engine
            .list_some(HOST, &[&thing.key.id], Utc::now())
            .await;
        rows.unwrap().into_iter().next()
    }

    pub async fn details(&self, thing: &Thing) -> Details {
        self.engine.details(&thing.key, Utc::now()).await.unwrap()
    }

    /// Does it; whether it was so already.
    pub async fn act(&self, thing: &Thing, verb: Verb) -> Result<bool, Error> {
        let done = self.engine.perform(&thing.key, &verb, LONG).await;
        done.map(|done| done.already)
    }

    pub async fn start(&self, thing: &Thing) {
        self.act(thing, Verb::Start).await.unwrap();
    }

    pub async fn stop(&self, thing: &Thing) {
        let verb = Verb::Stop { timeout: None };
        self.act(thing, verb).await.unwrap();
    }
}

/// Waits for something, at most half a minute of the clock the test has.
pub async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work)
        .await
        .unwrap_or_else(|_| panic!("never came: {what}"))
}
