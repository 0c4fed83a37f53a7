//! A look into a volume: what is in it, whatever it is called, and that nothing is left behind.
use stacktui::effect::Verb;
use stacktui::model::browse::{Directory, EntryKind, VolumePath};
use stacktui::model::{Key, Kind};
use stacktui::msg::FailureKind;

use crate::bench::{Bench, HOST, LONG, soon};
use crate::engine::BUSYBOX;

fn names(directory: &Directory) -> Vec<Vec<u8>> {
    let names = directory.entries.iter().map(|entry| entry.name.clone());
    names.collect()
}

/// A volume with odd things in it; on a real engine laid there by a container.
fn volume(bench: &Bench, name: &str) -> String {
    if !bench.is_real() {
        return "odd".to_owned();
    }
    let name = format!("contract-{name}-{}", std::process::id());
    let script = "cd /v && mkdir -p sub/deep && echo hello > sub/file && printf x > ./-rf && ln -s /etc/passwd link && \
                  printf 'a\\0b' > bytes && printf y > \"$(printf 'two\\nlines')\" && chmod 600 sub/file && \
                  printf z > \"$(printf 'bad\\377\\033[2J')\" && mkfifo pipe";
    let mount = format!("{name}:/v");
    let own = format!("{name}-filler");
    let run = [
        "run",
        "--detach",
        "--name",
        &own,
        "--network",
        "none",
        "--volume",
        &mount,
    ];
    bench.docker(&[&run[..], &[BUSYBOX, "sh", "-c", script]].concat());
    bench.docker(&["wait", &own]);
    bench.docker(&["rm", &own]);
    name
}

fn image(bench: &Bench) -> &'static str {
    if bench.is_real() { BUSYBOX } else { "box:1" }
}

pub async fn a_volume_is_looked_into_and_nothing_is_left(bench: Bench) {
    let name = volume(&bench, "look");
    let _left = bench.afterwards(&["volume", "rm", "--force", &name]);
    let engine = &bench.engine;
    let window = engine.open_volume(&name, image(&bench)).await.unwrap();
    let top = VolumePath::default();
    let found = engine.list_volume(&window.id, &top).await.unwrap();
    let listed = names(&found);
    for wanted in [&b"sub"[..], b"-rf", b"two\nlines", b"link", b"bytes"] {
        assert!(listed.iter().any(|name| name == wanted), "{listed:?}");
    }
    if bench.is_real() {
        assert!(
            listed.iter().any(|name| name == b"bad\xff\x1b[2J"),
            "{listed:?}"
        );
        let pipe = found
            .entries
            .iter()
            .find(|entry| entry.name == b"pipe")
            .unwrap();
        assert_eq!(pipe.kind, EntryKind::Pipe);
    }
    assert_eq!(
        found.entries[0].kind,
        EntryKind::Directory,
        "directories first"
    );
    assert!(
        found
            .entries
            .iter()
            .all(|e| !e.shown.contains(['\n', '\u{1b}']))
    );
    let link = found
        .entries
        .iter()
        .find(|entry| entry.name == b"link")
        .unwrap();
    assert_eq!(
        (link.kind, link.target.as_str()),
        (EntryKind::Link, "/etc/passwd")
    );
    let sub = top.join(b"sub");
    let inside = engine.list_volume(&window.id, &sub).await.unwrap();
    let file = inside
        .entries
        .iter()
        .find(|entry| entry.name == b"file")
        .unwrap();
    assert_eq!((file.size, file.permissions().as_str()), (6, "-rw-------"));
    let (bytes, cut) = engine
        .read_volume(&window.id, &sub.join(b"file"), 4)
        .await
        .unwrap();
    assert_eq!((bytes.as_slice(), cut), (&b"hell"[..], true));
    for (name, content) in [
        (&b"-rf"[..], &b"x"[..]),
        (b"two\nlines", b"y"),
        (b"bytes", b"a\0b"),
    ] {
        let mut whole = Vec::new();
        engine
            .copy_volume(&window.id, &top.join(name), &mut whole)
            .await
            .unwrap();
        assert_eq!(whole, content);
    }
    let gone = engine
        .list_volume(&window.id, &top.join(b"nowhere"))
        .await
        .unwrap_err();
    assert_eq!(gone.to_string(), "No such file or directory");
    let gone = engine
        .read_volume(&window.id, &top.join(b"nowhere"), 9)
        .await;
    assert!(gone.is_err());
    // Its connection is its life.
    let key = Key::container(HOST, &window.id);
    drop(window);
    if bench.podman() {
        // There it outlives a program that is killed: its input does not end with the connection.
        let removed = Verb::Remove {
            force: true,
            volumes: false,
        };
        engine.perform(&key, &removed, LONG).await.unwrap();
        return;
    }
    soon("the end of the helper", async {
        while engine.details(&key, chrono::Utc::now()).await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// One that was made and never started, as a program leaves it that was killed between the two.
async fn leave_behind(bench: &Bench, name: &str) -> Key {
    let body = serde_json::json!({"Image": image(bench), "Entrypoint": ["cat"], "OpenStdin": true,
        "Labels": {"stacktui.helper": "browse"}, "HostConfig": {"AutoRemove": true}});
    let path = format!("/containers/create?name={name}");
    let raw = bench.engine.raw();
    let (_, made) = raw.post_json(&path, &body, LONG).await.unwrap();
    Key::container(HOST, made["Id"].as_str().unwrap())
}

pub async fn what_a_killed_look_left_goes_with_the_next_one(bench: Bench) {
    let own = std::process::id();
    let name = volume(&bench, "left");
    let _left = bench.afterwards(&["volume", "rm", "--force", &name]);
    let [old, young] = ["old", "young"].map(|age| format!("contract-{age}-{own}"));
    let _gone = [&old, &young].map(|name| bench.afterwards(&["rm", "--force", name]));
    let old = leave_behind(&bench, &old).await;
    // A real minute is not waited for.
    let minute = std::time::Duration::from_secs(61);
    if !bench.is_real() {
        tokio::time::sleep(minute).await;
    }
    // Another program may be about to start this one.
    let young = leave_behind(&bench, &young).await;
    let engine = &bench.engine;
    let first = engine.open_volume(&name, image(&bench)).await.unwrap();
    let is_there = async |key: &Key| engine.details(key, chrono::Utc::now()).await.is_ok();
    assert_eq!(is_there(&old).await, bench.is_real());
    assert!(is_there(&young).await);
    if !bench.is_real() {
        // One that runs has a program that looks through it, however old it is.
        tokio::time::sleep(minute).await;
        let _second = engine.open_volume(&name, image(&bench)).await.unwrap();
        assert!(!is_there(&young).await);
        assert!(is_there(&Key::container(HOST, &first.id)).await);
    }
}

pub async fn what_is_not_there_is_not_made_by_looking(bench: Bench) {
    let name = format!("contract-nowhere-{}", std::process::id());
    let refused = bench.engine.open_volume(&name, image(&bench)).await;
    assert_eq!(refused.unwrap_err().kind(), FailureKind::NotFound);
    let key = Key::new(HOST, Kind::Volume, &name);
    let removed = bench.engine.perform(&key, &Verb::RemoveVolume, LONG).await;
    assert_eq!(removed.unwrap_err().kind(), FailureKind::NotFound);
}
