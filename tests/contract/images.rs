//! Images in files: what is written is whole, and what is taken out is what was put in.
use futures::StreamExt;
use stacktui::effect::{JobId, Verb};
use stacktui::model::{Image, Key, Kind, Particulars, Resources};
use stacktui::msg::FailureKind;
use stacktui::runtime::archive;
use stacktui::runtime::recreate::Steps;
use tokio::sync::mpsc;

use crate::bench::{Bench, HOST, LONG};

/// Nobody listens.
fn steps() -> Steps {
    let (told, _) = mpsc::channel(1);
    Steps { id: JobId(1), told }
}

async fn found(bench: &Bench, name: &str) -> Option<Image> {
    match bench.engine.resources(HOST, Kind::Image).await.unwrap() {
        Resources::Images(all) => all
            .into_iter()
            .find(|image| image.tags.iter().any(|t| t == name)),
        other => panic!("{other:?}"),
    }
}

async fn is_there(bench: &Bench, name: &str) -> bool {
    found(bench, name).await.is_some()
}

fn source(bench: &Bench) -> Key {
    let name = if bench.is_real() {
        crate::engine::BUSYBOX
    } else {
        "box:1"
    };
    Key::new(HOST, Kind::Image, name)
}

pub async fn an_image_goes_into_a_file_and_comes_back(bench: Bench) {
    if bench.podman() {
        return;
    }
    let name = format!("stacktui-test/filed-{}:1", std::process::id());
    let _image = bench.afterwards(&["rmi", "--force", &name]);
    let source = source(&bench);
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

pub async fn of_an_images_names_one_is_taken_away(bench: Bench) {
    if bench.podman() {
        return;
    }
    let own = std::process::id();
    let [first, second] = ["one", "two"].map(|word| format!("stacktui-test/named-{word}-{own}:1"));
    let _images = [&first, &second].map(|name| bench.afterwards(&["rmi", "--force", name]));
    let source = source(&bench);
    for name in [&first, &second] {
        let tag = Verb::Tag { to: name.clone() };
        bench.engine.perform(&source, &tag, LONG).await.unwrap();
    }
    let image = found(&bench, &first).await.unwrap();
    assert!(image.tags.contains(&second), "{image:?}");
    let remove = |name: &String| Verb::RemoveImage {
        names: vec![name.clone()],
        force: false,
    };
    let (one, two) = (remove(&first), remove(&second));
    let removed = bench.engine.perform(&image.key, &one, LONG);
    removed.await.unwrap();
    assert!(!is_there(&bench, &first).await);
    let left = found(&bench, &second).await.expect("its other name stays");
    assert_eq!(left.key, image.key);
    // A name that is another image's by now stays with that one.
    let other = Key::new(HOST, Kind::Image, &format!("sha256:{}", "0".repeat(64)));
    let moved = bench.engine.perform(&other, &two, LONG);
    assert_eq!(moved.await.unwrap_err().kind(), FailureKind::Conflict);
    assert!(is_there(&bench, &second).await);
    // One that is gone already.
    let gone = bench.engine.perform(&image.key, &one, LONG);
    assert_eq!(gone.await.unwrap_err().kind(), FailureKind::NotFound);
}

pub async fn an_image_tells_its_layers(bench: Bench) {
    let source = source(&bench);
    let name = source.id.trim_start_matches("localhost/");
    let full = found(&bench, name).await;
    let about = bench.engine.about(&source).await.unwrap();
    let Particulars::Image {
        layers, platform, ..
    } = &about.particulars
    else {
        panic!("an image was asked for")
    };
    assert!(platform.starts_with("linux/"), "{platform}");
    let sum: u64 = layers.iter().map(|layer| layer.size).sum();
    assert!(!layers.is_empty() && layers.iter().all(|layer| !layer.made_by.is_empty()));
    if let Some(size) = full
        .and_then(|image| image.size)
        .filter(|_| !bench.podman())
    {
        assert_eq!(sum, size);
    }
}
