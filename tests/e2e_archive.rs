//! Images that are moved while something breaks: a pull that is cut, a disk that is full, here and at the engine. Nothing is
//! lost, what happened is told, and a retry works.
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
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use driver::{Driver, demo_sim, on_local, row};
use stacktui::effect::JobId;
use stacktui::engine::{BoxedIo, Candidate, Connector, Endpoint, Engine};
use stacktui::runtime::archive;
use stacktui::runtime::recreate::Steps;
use stacktui::sim::{Fault, Sim};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

/// Carries a connection. Armed, it is cut in the middle of a layer, once.
async fn carry(
    mut far: DuplexStream,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
    armed: Arc<AtomicBool>,
) {
    loop {
        let (mut asked, mut answer) = ([0; 1 << 12], [0; 1 << 12]);
        tokio::select! {
            Ok(n @ 1..) = far.read(&mut asked) => server.write_all(&asked[..n]).await.unwrap(),
            Ok(n @ 1..) = server.read(&mut answer) => {
                let layer = answer[..n].windows(11).any(|at| at == b"Downloading");
                if far.write_all(&answer[..n]).await.is_err()
                    || layer && armed.swap(false, Ordering::Relaxed)
                {
                    return;
                }
            }
            else => return,
        }
    }
}

/// The simulated engine, and what cuts a pull of it.
fn breakable(sim: &Sim) -> (Vec<Candidate>, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let (sim, held) = (sim.clone(), Arc::clone(&armed));
    let connector = Connector::new(move || {
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(carry(far, sim.connect(), Arc::clone(&held)));
        let near: BoxedIo = Box::new(near);
        Box::pin(std::future::ready(Ok(near)))
    });
    let candidate = Candidate::new(Endpoint::Custom(connector), "a simulated engine");
    (vec![candidate], armed)
}

/// The images' view with the cursor on one that is behind; its name.
async fn behind(it: &Driver) -> String {
    it.sees("zammad-1").await;
    it.press("3").await;
    it.sees("traefik:v3.1").await;
    it.press("* U").await;
    it.sees("newer there").await;
    it.press("esc").await;
    let screen = it.paper.text();
    let row = row(&screen, "newer there").split_whitespace();
    let name = row.into_iter().find(|word| word.contains(':'));
    let name = name.expect("a name").to_owned();
    it.press("/").await;
    it.type_in(&name).await;
    it.press("enter").await;
    name
}

#[tokio::test(start_paused = true)]
async fn a_pull_that_breaks_half_way_changes_nothing_and_a_retry_works() {
    on_local(async {
        let sim = demo_sim();
        let (candidates, armed) = breakable(&sim);
        let it = Driver::start(candidates, (140, 40));
        let name = behind(&it).await;
        armed.store(true, Ordering::Relaxed);
        it.press("p").await;
        it.sees("the connection was cut").await;
        it.press("q").await;
        it.until("the row tells it", |s| {
            row(s, &name).contains("the connection was cut · pull failed")
        })
        .await;
        // The engine's disk is full in the middle of a layer.
        sim.set_fault(Some(Fault::Full));
        it.press("p").await;
        it.sees("no space left on device").await;
        it.sees("the engine's disk is full").await;
        it.press("q U").await;
        it.until("still the old one", |s| {
            row(s, &name).contains("newer there")
        })
        .await;
        sim.set_fault(None);
        it.press("p").await;
        it.sees("pulled in").await;
        it.press("q U").await;
        it.until("the newest", |s| row(s, &name).contains("up to date"))
            .await;
        it.press("9").await;
        it.until("the journal tells each", |s| {
            s.contains("the connection was cut") && s.contains("write /var/lib/docker")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_recreate_on_a_full_disk_touches_nothing() {
    on_local(async {
        let sim = demo_sim();
        let (candidates, _armed) = breakable(&sim);
        let it = Driver::start(candidates, (140, 40));
        it.sees("grafana-1").await;
        it.press("/").await;
        it.type_in("grafana").await;
        it.press("enter").await;
        sim.set_fault(Some(Fault::Full));
        it.press("R").await;
        it.sees("Recreate").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        it.press("y").await;
        it.sees("nothing was touched").await;
        sim.set_fault(None);
        it.press("R").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        it.press("y").await;
        it.sees("recreated in").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn images_are_saved_and_loaded_by_keys() {
    on_local(async {
        let sim = demo_sim();
        let (candidates, _armed) = breakable(&sim);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("redis.tar");
        let path = file.display().to_string();
        std::fs::write(&file, "precious").unwrap();
        let it = Driver::start(candidates, (140, 40));
        it.sees("zammad-1").await;
        it.press("3 /").await;
        it.type_in("redis").await;
        it.press("enter s").await;
        it.sees("redis_7.4-alpine.tar").await;
        it.press("ctrl-u").await;
        it.type_in(&path).await;
        it.press("enter").await;
        it.sees("is there already").await;
        assert_eq!(std::fs::read(&file).unwrap(), b"precious");
        tokio::time::sleep(Duration::from_secs(1)).await;
        it.press("r").await;
        it.sees("saved in").await;
        it.sees(&format!("docker save --output {path} redis:7.4-alpine"))
            .await;
        assert!(std::fs::metadata(&file).unwrap().len() > 1024);
        it.press("q").await;
        it.sees("3 Images").await;
        it.press("L").await;
        it.type_in(&path).await;
        it.press("enter").await;
        it.sees("Loaded image: redis:7.4-alpine").await;
        it.sees("loaded in").await;
        it.press("q L").await;
        it.type_in("/no/such/file.tar").await;
        it.press("enter").await;
        it.sees("there is no such file or directory").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_the_engine_breaks_off_is_told_as_that() {
    on_local(async {
        let sim = demo_sim();
        let connector = Connector::new(move || {
            let (near, mut far) = tokio::io::duplex(1 << 12);
            let mut server = sim.connect();
            tokio::spawn(async move {
                loop {
                    let (mut asked, mut answer) = ([0; 1 << 12], [0; 1 << 12]);
                    tokio::select! {
                        Ok(n @ 1..) = far.read(&mut asked) => {
                            // It reads no further and is gone.
                            if asked[..n].starts_with(b"POST /images/load") {
                                return;
                            }
                            server.write_all(&asked[..n]).await.unwrap();
                        }
                        Ok(n @ 1..) = server.read(&mut answer) => {
                            if far.write_all(&answer[..n]).await.is_err() {
                                return;
                            }
                        }
                        else => return,
                    }
                }
            });
            let near: BoxedIo = Box::new(near);
            Box::pin(std::future::ready(Ok(near)))
        });
        let candidate = Candidate::new(Endpoint::Custom(connector), "a simulated engine");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("huge.tar");
        std::fs::write(&file, vec![0; 1 << 20]).unwrap();
        let it = Driver::start(vec![candidate], (200, 40));
        it.sees("zammad-1").await;
        it.press("3 L").await;
        it.type_in(&file.display().to_string()).await;
        it.press("enter").await;
        it.sees("the engine broke the upload off").await;
        it.sees("is there room on the engine's disk?").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

/// A small file system in memory; gone with this.
struct Tmpfs(tempfile::TempDir);

impl Tmpfs {
    /// Where one may be mounted.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "stacktui-test"])
            .arg(folder.path())
            .output()
            .is_ok_and(|done| done.status.success());
        let required = std::env::var("CI").is_ok_and(|v| v == "true");
        assert!(mounted || !required, "a small file system is wanted");
        if !mounted {
            let _closed = writeln!(std::io::stderr(), "SKIP full disk: nothing can be mounted");
        }
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_here_leaves_nothing_and_keeps_what_was_there() {
    let Some(endpoint) = engine::real_engine("a_full_disk_here_leaves_nothing") else {
        return;
    };
    let Some(small) = Tmpfs::mount("256k") else {
        return;
    };
    let client = Engine::open(&Endpoint::parse(&endpoint).unwrap())
        .await
        .unwrap();
    let steps = || {
        let (told, _) = mpsc::channel(1);
        Steps { id: JobId(1), told }
    };
    let file = small.path().join("image.tar");
    std::fs::write(&file, "precious").unwrap();
    let images = [engine::BUSYBOX.to_owned()];
    for (path, left) in [
        (&file, "the file that was there is as it was"),
        (
            &small.path().join("other.tar"),
            "nothing is left of the file",
        ),
    ] {
        let never = std::future::pending();
        let full = archive::save(&client, &images, (path, true), &steps(), never).await;
        let why = full.unwrap_err().what.to_string();
        assert!(why.contains("the disk is full after "), "{why}");
        assert!(why.ends_with(left), "{why}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    assert_eq!(std::fs::read_dir(small.path()).unwrap().count(), 1);
    // Where there is room it goes.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let never = std::future::pending();
    let bytes = archive::save(&client, &images, (&path, false), &steps(), never).await;
    assert!(bytes.unwrap() > 256 << 10);
}
