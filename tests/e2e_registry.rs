//! Pulls and update checks against a registry that the test starts itself, on a real engine; and the screens of them over the
//! simulated one.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use driver::{Driver, demo, on_local, row};
use futures::StreamExt;
use stacktui::engine::{Endpoint, Engine};
use stacktui::model::{Freshness, Pull};

/// A registry on a free port of this host, which engines trust without TLS.
struct Registry {
    child: Child,
    place: String,
    _folder: tempfile::TempDir,
}

impl Registry {
    /// Where the engine is on this host and the program is installed.
    fn start() -> Option<Self> {
        let program = ["/usr/bin/docker-registry", "/usr/local/bin/docker-registry"];
        let program = program
            .into_iter()
            .find(|path| std::path::Path::new(path).exists());
        let required = std::env::var("CI").is_ok_and(|v| v == "true");
        let Some(program) = program else {
            assert!(!required, "docker-registry is missing");
            let _closed = writeln!(
                std::io::stderr(),
                "SKIP registry: docker-registry is missing"
            );
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let place = format!("127.0.0.1:{port}");
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.yml");
        let root = folder.path().join("data");
        let text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {place}\n",
            root.display()
        );
        std::fs::write(&config, text).unwrap();
        let child = Command::new(program)
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..200 {
            if TcpStream::connect(&place).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self {
            child,
            place,
            _folder: folder,
        })
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

#[tokio::test]
async fn a_real_registry_tells_when_it_has_a_newer_image() {
    let Some(endpoint) = engine::real_engine("a_real_registry_tells_when_it_has_a_newer_image")
    else {
        return;
    };
    let Some(registry) = Registry::start() else {
        return;
    };
    let name = format!("{}/shop/web:1", registry.place);
    let it = engine::Fixture::new(&endpoint, "registry")
        .sh("echo newer > /tmp/x")
        .run();
    let digests = || {
        let told = it.docker(&[
            "image",
            "inspect",
            "--format",
            "{{json .RepoDigests}}",
            &name,
        ]);
        let list: Vec<String> = serde_json::from_str(&told).unwrap();
        list
    };
    it.docker(&["tag", engine::BUSYBOX, &name]);
    it.docker(&["push", "--quiet", &name]);
    let old = digests();
    let parsed = Endpoint::parse(&endpoint).unwrap();
    let client = Engine::open(&parsed).await.unwrap();
    assert_eq!(client.freshness(&name, &old).await, Ok(Freshness::Same));
    // Another host pushes a newer one.
    it.docker(&["wait", &it.id]);
    let newer = it.docker(&["commit", &it.id, &name]);
    it.docker(&["push", "--quiet", &name]);
    it.docker(&["tag", engine::BUSYBOX, &name]);
    it.docker(&["rmi", &newer]);
    assert_eq!(client.freshness(&name, &old).await, Ok(Freshness::Behind));
    let mut pull = Pull::default();
    let mut lines = Box::pin(client.pull(&name));
    while let Some(line) = lines.next().await {
        pull.note(&line.unwrap());
    }
    let (done, all) = pull.count();
    assert!(all >= 1 && done == all, "{pull:?}");
    assert_eq!(
        client.freshness(&name, &digests()).await,
        Ok(Freshness::Same)
    );
    it.docker(&["rmi", "--force", &name]);
    for digest in &old {
        it.docker(&["rmi", digest]);
    }
    // What is not there is told in the registry's words.
    let nothing = format!("{}/shop/nothing:1", registry.place);
    let refused = client.freshness(&nothing, &[]).await.unwrap_err();
    assert!(
        refused.to_string().contains("manifest unknown"),
        "{refused}"
    );
    drop(registry);
    let refused = client.freshness(&name, &old).await.unwrap_err();
    assert!(refused.to_string().contains("refused"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn an_image_is_checked_and_pulled() {
    let candidates = demo();
    on_local(async {
        let it = Driver::start(candidates, (140, 40));
        it.sees("zammad-1").await;
        it.press("3").await;
        it.sees("traefik:v3.1").await;
        // The first one has no name: the others are asked for all the same.
        it.press("* U").await;
        it.until("one that is behind", |s| {
            s.contains("newer there") && s.contains("up to date")
        })
        .await;
        it.press("esc").await;
        let screen = it.paper.text();
        let behind = row(&screen, "newer there").split_whitespace();
        let name = behind
            .into_iter()
            .find(|word| word.contains(':'))
            .expect("a name")
            .to_owned();
        it.press("/").await;
        it.type_in(&name).await;
        it.press("enter p").await;
        it.sees("Downloading").await;
        it.sees("Pull complete").await;
        it.sees("pulled in").await;
        it.press("q U").await;
        it.until("the newest", |s| row(s, &name).contains("up to date"))
            .await;
        it.press("9").await;
        it.until("the journal tells it", |s| row(s, &name).contains("pull"))
            .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
