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
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use driver::{Driver, demo, on_engine, on_local, row};
use futures::{Stream, StreamExt};
use serde_json::json;
use stacktui::engine::{Endpoint, Engine, Error, Keyring};
use stacktui::model::{Freshness, Transfer, TransferLine};

/// `ann` with the password `open sesame`, as htpasswd writes it.
const ANN: &str = "ann:$2b$04$CEgMKJxRN3IxD2WtRETuj.JmwgjSXAlbEvDwpjjFfJw2SYMnRJ5sW\n";
const PASSWORD: &str = "open sesame";

/// A registry on a free port of this host, which engines trust without TLS.
struct Registry {
    child: Child,
    place: String,
    _folder: tempfile::TempDir,
}

/// Whom it serves.
#[derive(PartialEq)]
enum Door {
    Open,
    /// Ann.
    Locked,
}

impl Registry {
    /// Where the engine is on this host and the program is installed.
    fn start(door: &Door) -> Option<Self> {
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
        let mut text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {place}\n",
            root.display()
        );
        if *door == Door::Locked {
            let users = folder.path().join("users");
            std::fs::write(&users, ANN).unwrap();
            let auth = format!(
                "auth:\n  htpasswd:\n    realm: x\n    path: {}\n",
                users.display()
            );
            text.push_str(&auth);
        }
        std::fs::write(&config, text).unwrap();
        // It goes with this process, however that ends.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", program, "serve"])
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

/// Docker's folder with this in its `config.json`, and this helper beside it.
fn keyring(config: &serde_json::Value, helper: &str) -> (tempfile::TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let program = folder.path().join("docker-credential-fake");
    std::fs::write(&program, format!("#!/bin/sh\n{helper}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let keyring = Keyring::at(folder.path(), Some(path.into()));
    (folder, keyring)
}

fn auths(place: &str, password: &str) -> serde_json::Value {
    let auth = STANDARD.encode(format!("ann:{password}"));
    json!({"auths": {place: {"auth": auth}}})
}

/// All that is told of a pull or a push, or why it failed.
async fn whole(
    mut lines: impl Stream<Item = Result<TransferLine, Error>> + Unpin,
) -> Result<Transfer, Error> {
    let mut transfer = Transfer::default();
    while let Some(line) = lines.next().await {
        transfer.note(&line?);
    }
    let (done, all) = transfer.count();
    assert_eq!(done, all, "{transfer:?}");
    Ok(transfer)
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
    let Some(registry) = Registry::start(&Door::Open) else {
        return;
    };
    let nobody = Keyring::default();
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
    let parsed = Endpoint::parse(&endpoint).unwrap();
    let client = Engine::open(&parsed).await.unwrap();
    let pushed = whole(client.push(&name, &nobody)).await.unwrap();
    assert!(pushed.count().0 >= 1, "{pushed:?}");
    let old = digests();
    assert_eq!(
        client.freshness(&name, &old, &nobody).await,
        Ok(Freshness::Same)
    );
    // Another host pushes a newer one.
    it.docker(&["wait", &it.id]);
    let newer = it.docker(&["commit", &it.id, &name]);
    it.docker(&["push", "--quiet", &name]);
    it.docker(&["tag", engine::BUSYBOX, &name]);
    it.docker(&["rmi", &newer]);
    assert_eq!(
        client.freshness(&name, &old, &nobody).await,
        Ok(Freshness::Behind)
    );
    let pulled = whole(client.pull(&name, &nobody)).await.unwrap();
    assert!(pulled.count().0 >= 1, "{pulled:?}");
    assert_eq!(
        client.freshness(&name, &digests(), &nobody).await,
        Ok(Freshness::Same)
    );
    it.docker(&["rmi", "--force", &name]);
    // Other tests push the same image to registries of their own.
    for digest in old.iter().filter(|d| d.starts_with(&registry.place)) {
        it.docker(&["rmi", digest]);
    }
    // What is not there is told in the registry's words.
    let nothing = format!("{}/shop/nothing:1", registry.place);
    let refused = client.freshness(&nothing, &[], &nobody).await.unwrap_err();
    assert!(
        refused.to_string().contains("manifest unknown"),
        "{refused}"
    );
    drop(registry);
    let refused = client.freshness(&name, &old, &nobody).await.unwrap_err();
    assert!(refused.to_string().contains("refused"), "{refused}");
}

#[tokio::test]
async fn an_image_is_behind_when_one_of_its_names_is() {
    let Some(endpoint) = engine::real_engine("an_image_is_behind_when_one_of_its_names_is") else {
        return;
    };
    let Some(registry) = Registry::start(&Door::Open) else {
        return;
    };
    let it = engine::Fixture::new(&endpoint, "registry")
        .sh("echo newer > /tmp/x")
        .run();
    it.docker(&["wait", &it.id]);
    // One image under two names; the registry gets a newer one under the second.
    let names = [1, 2].map(|n| format!("{}/twice:{n}", registry.place));
    let [first, second] = &names;
    it.docker(&["commit", &it.id, first]);
    it.docker(&["tag", first, second]);
    it.docker(&["push", "--quiet", first]);
    it.docker(&["commit", "--message", "newer", &it.id, second]);
    it.docker(&["push", "--quiet", second]);
    it.docker(&["tag", first, second]);
    on_local(async {
        let screen = Driver::start(on_engine(&endpoint), (160, 40));
        screen.press("3 /").await;
        // The one before has no name any more.
        screen.type_in(first).await;
        screen.press("enter").await;
        screen.sees(first).await;
        screen.press("U").await;
        let told = format!("newer there ({second})");
        screen.sees(&told).await;
        screen.press("enter").await;
        screen
            .until("each", |s| {
                s.contains("up to date") && s.contains("newer there")
            })
            .await;
        screen.press("q p").await;
        screen.sees("Pull which name?").await;
        screen.press("down enter").await;
        // They differ in what the image says alone: no layer of it is another.
        screen.sees("Downloaded newer image").await;
        screen.sees("pulled").await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
    let ids = names
        .each_ref()
        .map(|name| it.docker(&["inspect", "--format", "{{.Id}}", name]));
    assert_ne!(ids[0], ids[1]);
    for name in &names {
        it.docker(&["rmi", "--force", name]);
    }
}

#[tokio::test]
async fn a_registry_with_a_password_gets_the_one_that_docker_keeps() {
    let Some(endpoint) =
        engine::real_engine("a_registry_with_a_password_gets_the_one_that_docker_keeps")
    else {
        return;
    };
    let Some(registry) = Registry::start(&Door::Locked) else {
        return;
    };
    let place = registry.place.as_str();
    let name = format!("{place}/shop/web:1");
    let it = engine::Fixture::new(&endpoint, "registry").create();
    it.docker(&["tag", engine::BUSYBOX, &name]);
    let parsed = Endpoint::parse(&endpoint).unwrap();
    let client = Engine::open(&parsed).await.unwrap();
    let config = |password| auths(place, password);
    let (_none, nobody) = keyring(&json!({}), "");
    let (_wrong, stranger) = keyring(&config("open says me"), "");
    let (_right, ann) = keyring(&config(PASSWORD), "");
    let answer = format!(
        r#"read asked; [ "$asked" = {place} ] || exit 1
echo '{{"Username":"ann","Secret":"{PASSWORD}"}}'"#
    );
    let (_store, store) = keyring(&json!({"credsStore": "fake"}), &answer);
    let (_no, empty) = keyring(
        &json!({"credHelpers": {place: "fake"}}),
        "echo credentials not found in native keychain; exit 1",
    );
    let mut refusals = Vec::new();
    for (keyring, words) in [
        (&nobody, "config.json has no credentials for"),
        (&stranger, "config.json: docker login"),
        (&empty, "docker-credential-fake has no credentials for"),
    ] {
        let push = whole(client.push(&name, keyring)).await.unwrap_err();
        let pull = whole(client.pull(&name, keyring)).await.unwrap_err();
        let asked = client.freshness(&name, &[], keyring).await.unwrap_err();
        for error in [push, pull, asked] {
            let failure = error.failure();
            assert!(failure.advice.contains(words), "{failure:?}");
            let login = format!("docker login {place}");
            assert!(failure.advice.contains(&login), "{failure:?}");
            refusals.push(format!("{failure:?} {error:?}"));
        }
    }
    let told = refusals.concat();
    assert!(
        !told.contains("says me") && !told.contains("sesame"),
        "{told}"
    );
    whole(client.push(&name, &ann)).await.unwrap();
    let digests = it.docker(&[
        "image",
        "inspect",
        "--format",
        "{{json .RepoDigests}}",
        &name,
    ]);
    let digests: Vec<String> = serde_json::from_str(&digests).unwrap();
    for keyring in [&ann, &store] {
        whole(client.pull(&name, keyring)).await.unwrap();
        let fresh = client.freshness(&name, &digests, keyring).await;
        assert_eq!(fresh, Ok(Freshness::Same));
    }
    it.docker(&["rmi", &name]);
}

#[tokio::test(start_paused = true)]
async fn an_image_is_checked_and_pulled() {
    on_local(async {
        let it = Driver::start(demo(), (140, 40));
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
        it.press(">").await;
        it.sees("to ghcr.io").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        it.press("y").await;
        it.sees("Pushing").await;
        it.sees("pushed in").await;
        // This registry wants to know who sends: nobody has signed in here.
        it.press("q / ctrl-u").await;
        it.type_in("redis").await;
        it.press("enter >").await;
        it.sees("to docker.io").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        it.press("y").await;
        it.sees("requested access to the resource is denied").await;
        it.sees("docker login").await;
        it.press("q 9").await;
        let tells = |line: &str| line.contains(&name) && line.contains("pull");
        it.until("the journal tells it", |s| s.lines().any(tells))
            .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
