//! A stack that compose 1 made on a real engine, as a whole: what it does not write down is read out of its files.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use driver::{Driver, on_engine, on_local};

/// Four services on the engine: `web` needs `app`, and that needs `db` and `cache`. They go when this is dropped.
struct Shop {
    folder: tempfile::TempDir,
    endpoint: String,
    name: String,
}

impl Shop {
    fn new(test: &str) -> Option<Self> {
        let endpoint = engine::real_engine(test)?;
        let there = Command::new("docker-compose").arg("version").output();
        if !there.is_ok_and(|output| output.status.success()) {
            let required = std::env::var("STACKTUI_REQUIRE_ENGINE").is_ok_and(|v| v == "1");
            assert!(!required, "{test} needs docker-compose");
            // Past the capture of the test's own output: a skip is always seen.
            let _closed = writeln!(std::io::stderr(), "SKIP {test}: docker-compose is not here");
            return None;
        }
        let it = Self {
            name: format!("stacks-{test}-{}", std::process::id()),
            folder: tempfile::tempdir().expect("a folder"),
            endpoint,
        };
        // Without a network: engines on machines that allow no packet filter have none.
        let service = |name: &str, more: &str| {
            let image = engine::BUSYBOX;
            format!(
                "  {name}:\n    image: {image}\n    network_mode: none\n    stop_grace_period: 0s\n    \
                 command: [sleep, '1000']\n{more}"
            )
        };
        let file = [
            "version: '3'\nservices:\n".to_owned(),
            service("web", "    depends_on: [app]\n"),
            service("app", "    depends_on:\n      - db\n      - cache\n"),
            service("db", ""),
            service("cache", ""),
        ];
        std::fs::write(it.file(), file.concat()).expect("a file");
        it.run(Command::new("docker-compose").args(["-p", &it.name, "up", "-d"]));
        Some(it)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("docker-compose.yml")
    }

    fn run(&self, command: &mut Command) -> String {
        let output = command
            .env("DOCKER_HOST", &self.endpoint)
            .current_dir(self.folder.path())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn docker(&self, words: &[&str]) -> String {
        self.run(Command::new("docker").args(words))
    }

    fn label(&self) -> String {
        format!("label=com.docker.compose.project={}", self.name)
    }

    /// The engine's time, for what happens after.
    fn now(&self) -> String {
        self.docker(&["info", "--format", "{{.SystemTime}}"])
    }

    /// Services to which this has happened since then, in the engine's order.
    fn events(&self, action: &str, since: &str) -> Vec<String> {
        let until = self.now();
        let event = format!("event={action}");
        let service = "{{index .Actor.Attributes \"com.docker.compose.service\"}}";
        let told = self.docker(&[
            "events",
            "--since",
            since,
            "--until",
            &until,
            "--filter",
            &self.label(),
            "--filter",
            &event,
            "--format",
            service,
        ]);
        told.lines().map(str::to_owned).collect()
    }

    /// The list of stacks, narrowed to this one.
    async fn open(&self) -> Driver {
        let it = Driver::start(on_engine(&self.endpoint), (140, 40));
        it.sees("up").await;
        it.press("2").await;
        it.sees(&self.name).await;
        it.narrow(&self.name).await;
        it
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // A test that fails here must not fail twice.
        let docker = |words: &[&str]| {
            let mut command = Command::new("docker");
            command.args(words).env("DOCKER_HOST", &self.endpoint);
            let output = command.output().ok();
            output.map_or_else(String::new, |it| {
                String::from_utf8_lossy(&it.stdout).into_owned()
            })
        };
        for id in docker(&["ps", "-aq", "--filter", &self.label()]).lines() {
            docker(&["rm", "-f", id]);
        }
    }
}

/// The two that need nothing may come in either order.
fn steps(services: &[String]) -> (Vec<&str>, Vec<&str>) {
    let names: Vec<&str> = services.iter().map(String::as_str).collect();
    let place = |name: &str| names.iter().position(|other| *other == name);
    let mut free: Vec<&str> = names.clone();
    free.retain(|name| ["db", "cache"].contains(name));
    free.sort_unstable();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(
        place("web").is_some() && place("app").is_some(),
        "{names:?}"
    );
    (names, free)
}

#[tokio::test]
async fn it_stops_and_starts_in_the_order_of_its_files() {
    let Some(shop) = Shop::new("order") else {
        return;
    };
    on_local(async {
        let it = shop.open().await;
        it.sees("4/4 up").await;

        let before = shop.now();
        it.press("s").await;
        it.sees(&format!("Stop {} (4 containers)?", shop.name))
            .await;
        it.sees("in this order: web, then app, then cache, db")
            .await;
        it.answer("y").await;
        it.sees("0/4 up").await;
        let died = shop.events("die", &before);
        let (names, free) = steps(&died);
        assert_eq!(
            (&names[..2], free),
            (&["web", "app"][..], vec!["cache", "db"])
        );

        for (key, action) in [("u", "start"), ("r", "restart")] {
            let before = shop.now();
            it.press(key).await;
            it.sees("in this order: cache, db, then app, then web")
                .await;
            it.until("all of it is done", |_| {
                shop.events(action, &before).len() == 4
            })
            .await;
            let done = shop.events(action, &before);
            let (names, free) = steps(&done);
            assert_eq!(
                (&names[2..], free),
                (&["app", "web"][..], vec!["cache", "db"]),
                "{action}"
            );
            it.sees("4/4 up").await;
            // The words of the one are not taken for those of the other.
            it.until("no toast", |screen| !screen.contains("in this order"))
                .await;
        }
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn without_its_files_it_says_that_the_order_is_not_known() {
    let Some(shop) = Shop::new("moved") else {
        return;
    };
    on_local(async {
        let it = shop.open().await;
        it.press("s").await;
        it.sees("in this order: web, then app").await;
        it.press("esc").await;
        std::fs::remove_file(shop.file()).expect("it was there");
        // They are looked at every two seconds.
        for _ in 0..20 {
            it.press("s").await;
            if it.paper.text().contains("its order is not known") {
                break;
            }
            it.answer("esc").await;
        }
        it.sees("all at once, as its order is not known").await;
        it.sees("is not on this machine").await;
        it.answer("y").await;
        it.sees("0/4 up").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_list_tells_what_is_missing_and_how_it_stands_to_its_files() {
    let Some(shop) = Shop::new("list") else {
        return;
    };
    on_local(async {
        let it = shop.open().await;
        it.sees("4/4 up").await;
        // The filter stands on screen, too.
        let row = |told: &'static str| {
            let both = [shop.name.clone(), told.to_owned()];
            it.until(told, move |screen| {
                let mut lines = screen.lines();
                lines.any(|line| both.iter().all(|part| line.contains(part)))
            })
        };
        row(" ? ").await;
        shop.docker(&["rm", "-f", &format!("{}_db_1", shop.name)]);
        row(" 3/4 up 1 not made").await;
        row(" 1 differs ").await;

        it.press("enter").await;
        it.sees("db: not made yet").await;
        it.press("j j j").await;
        it.sees("› db").await;
        it.press("u").await;
        it.sees("no container of it is there: U makes it").await;
        it.press("C").await;
        it.sees(&format!("Compose: db of {}", shop.name)).await;
        it.answer("r").await;
        it.sees("Recreate db?").await;
        it.answer("y").await;
        it.sees("recreated in").await;
        it.press("esc").await;
        it.sees("as the files say").await;
        // One service of it alone.
        it.press("s").await;
        it.sees("Stop db_1?").await;
        it.answer("y").await;
        it.sees("3/4 up").await;
        it.press("esc").await;
        row(" 3/4 up ").await;
        row(" none ").await;

        std::fs::write(shop.file(), "services: [").expect("a file");
        row(" invalid ").await;
        std::fs::remove_file(shop.file()).expect("it was there");
        row(" no files ").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[test]
fn the_command_line_keeps_the_order_or_says_that_it_is_not_known() {
    let Some(shop) = Shop::new("command") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let stacktui = |verb: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_stacktui"))
            .args(["--host", &shop.endpoint, "--lang", "en", verb, &shop.name])
            .env("HOME", home.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_STATE_HOME")
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{verb}: {said}");
        said
    };
    for (verb, action) in [("stop", "die"), ("start", "start")] {
        let before = shop.now();
        assert_eq!(stacktui(verb), "");
        let mut done = shop.events(action, &before);
        if verb == "start" {
            done.reverse();
        }
        let (names, free) = steps(&done);
        assert_eq!(
            (&names[..2], free),
            (&["web", "app"][..], vec!["cache", "db"]),
            "{verb}"
        );
    }
    std::fs::remove_file(shop.file()).expect("it was there");
    let said = stacktui("stop");
    assert!(
        said.contains("all at once, as its order is not known"),
        "{said}"
    );
}
