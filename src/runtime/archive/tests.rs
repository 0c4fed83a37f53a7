//! A file is whole or not there, and no file is lost, whatever the engine, the disk or the user does.
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::effect::JobId;
use crate::engine::{BoxedIo, Connector, Endpoint};
use crate::sim::{Fault, Scenario, Sim};

struct Scene {
    sim: Sim,
    engine: Engine,
    dir: TempDir,
}

async fn scene() -> Scene {
    let sim = Sim::new(Scenario::named("systeme-ticketing").unwrap());
    let dialled = sim.clone();
    let connector = Connector::new(move || {
        let connection: BoxedIo = Box::new(dialled.connect());
        Box::pin(std::future::ready(Ok(connection)))
    });
    Scene {
        sim,
        engine: Engine::open(&Endpoint::Custom(connector)).await.unwrap(),
        dir: tempfile::tempdir().unwrap(),
    }
}

fn steps() -> (Steps, mpsc::Receiver<crate::msg::Msg>) {
    let (told, heard) = mpsc::channel(64);
    (Steps { id: JobId(1), told }, heard)
}

impl Scene {
    fn path(&self) -> PathBuf {
        self.dir.path().join("images.tar")
    }

    async fn save(&self, replace: bool) -> Result<u64, Failure> {
        let images = [
            "redis:7.4-alpine".to_owned(),
            "grafana/grafana:11.1.3".to_owned(),
        ];
        let (steps, _heard) = steps();
        let never = std::future::pending();
        save(
            &self.engine,
            &images,
            (&self.path(), replace),
            &steps,
            never,
        )
        .await
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_saved_file_is_whole_and_the_users_alone() {
    let it = scene().await;
    let bytes = it.save(false).await.unwrap();
    let there = fs::metadata(it.path()).unwrap();
    assert_eq!(
        (there.len(), there.permissions().mode() & 0o777),
        (bytes, 0o600)
    );
    assert!(fs::read(it.path()).unwrap().ends_with(&END));
    assert_eq!(it.names(), ["images.tar"]);
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_when_that_is_wanted_and_by_a_whole_one() {
    let it = scene().await;
    fs::write(it.path(), "precious").unwrap();
    let taken = it.save(false).await.unwrap_err();
    assert_eq!(taken.kind, FailureKind::Conflict, "{taken:?}");
    it.sim.set_fault(Some(Fault::Cut));
    it.save(true).await.unwrap_err();
    assert_eq!(fs::read(it.path()).unwrap(), b"precious");
    it.sim.set_fault(Some(Fault::Full));
    it.save(true).await.unwrap_err();
    assert_eq!(fs::read(it.path()).unwrap(), b"precious");
    it.sim.set_fault(None);
    it.save(true).await.unwrap();
    assert!(fs::metadata(it.path()).unwrap().len() > 1024);
    assert_eq!(it.names(), ["images.tar"]);
}

#[tokio::test]
async fn what_breaks_half_way_is_told_in_its_own_words_and_leaves_nothing() {
    let it = scene().await;
    for (fault, words) in [
        (Fault::Cut, "cut"),
        (Fault::Full, "no space left on device"),
    ] {
        it.sim.set_fault(Some(fault));
        let broken = it.save(false).await.unwrap_err();
        assert!(broken.what.as_str().contains(words), "{broken:?}");
        assert!(
            broken
                .what
                .as_str()
                .ends_with("; nothing is left of the file"),
            "{broken:?}"
        );
        assert_eq!(it.names(), [""; 0], "{broken:?}");
    }
    // And a retry works.
    it.sim.set_fault(None);
    it.save(false).await.unwrap();
    assert_eq!(it.names(), ["images.tar"]);
}

#[tokio::test]
async fn a_cancel_leaves_nothing() {
    let it = scene().await;
    it.sim.set_fault(Some(Fault::Hang));
    let (steps, _heard) = steps();
    let now = std::future::ready(());
    let images = ["redis:7.4-alpine".to_owned()];
    let ended = save(&it.engine, &images, (&it.path(), false), &steps, now).await;
    assert_eq!(
        ended.unwrap_err().what.as_str(),
        "ended; nothing is left of the file"
    );
    assert_eq!(it.names(), [""; 0]);
}

#[tokio::test]
async fn a_program_that_is_left_meanwhile_leaves_nothing() {
    let it = scene().await;
    it.sim.set_fault(Some(Fault::Hang));
    let (images, path) = (["redis:7.4-alpine".to_owned()], it.path());
    let (steps, mut heard) = steps();
    let never = std::future::pending();
    let saving = save(&it.engine, &images, (&path, false), &steps, never);
    let mut saving = Box::pin(saving);
    tokio::select! {
        _ = &mut saving => panic!("the engine does not answer"),
        step = heard.recv() => assert!(step.is_some(), "its file is there, and the engine is asked"),
    }
    assert_ne!(it.names(), ["images.tar"]);
    drop(saving);
    assert_eq!(it.names(), [""; 0]);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told_before_the_engine_is_asked() {
    let it = scene().await;
    let (steps, _heard) = steps();
    let asked = it.engine.asked();
    for (path, words) in [
        (it.dir.path().to_owned(), "that is a directory"),
        (
            it.dir.path().join("no/such.tar"),
            "no such file or directory",
        ),
        (PathBuf::from("/"), "that is a directory"),
    ] {
        let images = ["redis:7.4-alpine".to_owned()];
        let never = std::future::pending();
        let refused = save(&it.engine, &images, (&path, false), &steps, never).await;
        let refused = refused.unwrap_err();
        assert!(refused.what.as_str().contains(words), "{refused:?}");
    }
    assert_eq!(it.engine.asked(), asked);
}

#[tokio::test]
async fn what_was_saved_comes_back_and_what_is_no_archive_is_refused() {
    let it = scene().await;
    it.save(false).await.unwrap();
    let (steps, _heard) = steps();
    let (size, chunks) = read(&it.path(), steps).await.unwrap();
    assert_eq!(size, fs::metadata(it.path()).unwrap().len());
    let lines: Vec<_> = it.engine.load(chunks, size).collect().await;
    let told: Vec<String> = lines.into_iter().map(|line| line.unwrap().status).collect();
    assert!(
        told.contains(&"Loaded image: redis:7.4-alpine".to_owned()),
        "{told:?}"
    );
    fs::write(it.path(), "no archive").unwrap();
    let (steps, _heard) = self::steps();
    let (size, chunks) = read(&it.path(), steps).await.unwrap();
    let lines: Vec<_> = it.engine.load(chunks, size).collect().await;
    assert!(lines.iter().any(Result::is_err), "{lines:?}");
    let (steps, _heard) = self::steps();
    let missing = read(&it.dir.path().join("none"), steps)
        .await
        .err()
        .unwrap();
    assert!(
        missing
            .what
            .as_str()
            .ends_with("there is no such file or directory")
    );
    let (steps, _heard) = self::steps();
    let folder = read(it.dir.path(), steps).await.err().unwrap();
    assert!(folder.what.as_str().ends_with("that is not a file"));
}

#[test]
fn an_archive_without_an_end_is_none() {
    assert!(whole(&[0; 2048]).is_ok());
    assert!(whole(&[0; 1000]).is_err());
    let told = b"half a layer{\"errorDetail\":{\"message\":\"no space left on device\"},\"error\":\"x\"}\r\n";
    assert_eq!(
        whole(told).unwrap_err().what.as_str(),
        "no space left on device"
    );
}

#[test]
fn a_home_is_found_as_shells_find_it() {
    let home = std::env::home_dir().unwrap();
    assert_eq!(from_home(Path::new("~/a.tar")), home.join("a.tar"));
    assert_eq!(from_home(Path::new("/~/a.tar")), Path::new("/~/a.tar"));
    assert_eq!(from_home(Path::new("~x")), Path::new("~x"));
}
