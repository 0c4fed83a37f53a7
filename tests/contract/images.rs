//! Images in files: what is written is whole, and what is taken out is what was put in.
use futures::StreamExt;
use stacktui::effect::{JobId, Verb};
use stacktui::model::{Key, Kind, Resources};
use stacktui::runtime::archive;
use stacktui::runtime::recreate::Steps;
use tokio::sync::mpsc;

use crate::bench::{Bench, HOST, LONG};

/// Nobody listens.
fn steps() -> Steps {
    let (told, _) = mpsc::channel(1);
    Steps { id: JobId(1), told }
}

async fn is_there(bench: &Bench, name: &str) -> bool {
    match bench.engine.resources(HOST, Kind::Image).await.unwrap() {
        Resources::Images(all) => all.iter().any(|image| image.tags.iter().any(|t| t == name)),
        other => panic!("{other:?}"),
    }
}

pub async fn an_image_goes_into_a_file_and_comes_back(bench: Bench) {
    if bench.podman() {
        return;
    }
    let name = format!("stacktui-test/filed-{}:1", std::process::id());
    let _image = bench.afterwards(&["rmi", "--force", &name]);
    let source = if bench.is_real() {
        crate::engine::BUSYBOX
    } else {
        "box:1"
    };
    let source = Key::new(HOST, Kind::Image, source);
    let tag = Verb::Tag { to: name.clone() };
    bench.engine.perform(&source, &tag, LONG).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let images = [name.clone()];
    let never = std::future::pending();
    let saved = archive::save(&bench.engine, &images, (&path, false), &steps(), never).await;
    assert_eq!(saved.unwrap(), std::fs::metadata(&path).unwrap().len());
    let key = Key::new(HOST, Kind::Image, &name);
    let remove = Verb::RemoveImage {
        names: Vec::new(),
        force: false,
    };
    bench.engine.perform(&key, &remove, LONG).await.unwrap();
    assert!(!is_there(&bench, &name).await);
    let (size, chunks) = archive::read(&path, steps()).await.unwrap();
    let lines: Vec<_> = bench.engine.load(chunks, size).collect().await;
    let told: Vec<String> = lines.into_iter().map(|line| line.unwrap().status).collect();
    assert!(told.contains(&format!("Loaded image: {name}")), "{told:?}");
    assert!(is_there(&bench, &name).await);
}

pub async fn what_cannot_be_saved_or_loaded_is_told_in_the_engines_words(bench: Bench) {
    if bench.podman() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let images = ["stacktui-test/never-made:1".to_owned()];
    let never = std::future::pending();
    let saved = archive::save(&bench.engine, &images, (&path, false), &steps(), never).await;
    let why = saved.unwrap_err().what.as_str().to_ascii_lowercase();
    assert!(
        why.contains("no such image") || why.contains("does not exist"),
        "{why}"
    );
    assert!(!path.exists());
    std::fs::write(&path, "this is no archive of images").unwrap();
    let (size, chunks) = archive::read(&path, steps()).await.unwrap();
    let lines: Vec<_> = bench.engine.load(chunks, size).collect().await;
    assert!(lines.iter().any(Result::is_err), "{lines:?}");
}
