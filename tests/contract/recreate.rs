//! A container made anew: what it keeps, and what there is when it fails.
use serde_json::{Value, json};
use stacktui::effect::{JobId, Verb};
use stacktui::engine::Moved;
use stacktui::lang::Words;
use stacktui::model::{Key, Kind, RunState};
use stacktui::msg::Failure;
use stacktui::runtime::recreate::others::{left_behind, see_to};
use stacktui::runtime::recreate::{self, Line, Steps};
use tokio::sync::mpsc;

use crate::bench::{Bench, HOST, LONG, Leftover, Thing, soon};
use crate::engine::BUSYBOX;

async fn anew(bench: &Bench, it: &Thing, pull: bool) -> Result<Key, Failure> {
    let (told, mut steps) = mpsc::channel(64);
    let drain = tokio::spawn(async move { while steps.recv().await.is_some() {} });
    let steps = Steps { id: JobId(1), told };
    let line = Line::from(bench.engine.clone());
    let done = Box::pin(recreate::run(line, &it.key, pull, LONG, &steps)).await;
    drop(steps);
    drain.await.unwrap();
    done
}

async fn inspect(bench: &Bench, id: &str) -> Value {
    let path = format!("/containers/{id}/json");
    bench
        .engine
        .raw()
        .get_json(&path, 1 << 20, LONG)
        .await
        .unwrap()
}

/// All that was asked for, without what is another in each container.
fn asked(inspect: &Value) -> Value {
    let id = inspect["Id"].as_str().unwrap();
    let mut config = inspect["Config"].clone();
    if id.starts_with(config["Hostname"].as_str().unwrap()) {
        config["Hostname"] = Value::Null;
    }
    // Where a volume without a name is asked for is another place, which volume it is must not be.
    let mut host = inspect["HostConfig"].clone();
    for volumes in ["Mounts", "Binds"] {
        host[volumes] = Value::Null;
    }
    let mut mounts: Vec<Value> = inspect["Mounts"].as_array().unwrap().clone();
    for mount in &mut mounts {
        mount["Mode"] = Value::Null;
    }
    mounts.sort_by_key(|mount| mount["Destination"].to_string());
    let mut networks = inspect["NetworkSettings"]["Networks"].clone();
    for (_, link) in networks.as_object_mut().unwrap() {
        let aliases = link["Aliases"].as_array().cloned().unwrap_or_default();
        let mut aliases: Vec<String> = aliases
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        aliases.retain(|alias| !id.starts_with(alias));
        aliases.sort();
        *link = json!({"IPAMConfig": link["IPAMConfig"]["IPv4Address"], "Aliases": aliases, "NetworkID": link["NetworkID"]});
    }
    json!({"Name": inspect["Name"], "Config": config, "HostConfig": host, "Mounts": mounts, "Networks": networks,
        "Image": inspect["Image"], "Status": inspect["State"]["Status"]})
}

pub async fn made_anew_it_is_as_it_was(bench: Bench) {
    if bench.podman() {
        return;
    }
    let net = format!("again-{}", std::process::id());
    let (back, front, named) = (
        format!("{net}-back"),
        format!("{net}-front"),
        format!("{net}-named"),
    );
    let _networks = [
        bench.afterwards(&["network", "rm", &back]),
        bench.afterwards(&["network", "rm", &front]),
        bench.afterwards(&["volume", "rm", &named]),
    ];
    bench.docker(&["network", "create", "--subnet=10.213.7.0/24", &back]);
    bench.docker(&["network", "create", &front]);
    let it = bench.furnished(&net).await;
    let before = inspect(&bench, &it.key.id).await;
    let volumes: Vec<Option<Leftover>> = before["Mounts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|mount| Some(bench.afterwards(&["volume", "rm", mount["Name"].as_str()?])))
        .collect();
    let gone = bench.afterwards(&["rm", "--force", "--volumes", &it.name]);
    let new = soon("a new one", anew(&bench, &it, false)).await.unwrap();
    let after = inspect(&bench, &new.id).await;
    assert_ne!(before["Id"], after["Id"]);
    assert_eq!(asked(&before), asked(&after));
    assert_eq!(after["State"]["Health"]["Status"], "healthy");
    assert!(bench.row(&it).await.is_none(), "the old one is still there");
    // A second time nothing has been lost or added either.
    let again = Thing::of(new, &it.name);
    let new = soon("another", anew(&bench, &again, false)).await.unwrap();
    let third = inspect(&bench, &new.id).await;
    assert_eq!(asked(&before), asked(&third));
    // A volume that nobody named goes with it when that is asked for, though it is mounted by name by now.
    let nameless = |mount: &&Value| mount["Destination"] == "/nameless";
    let mounts = third["Mounts"].as_array().unwrap();
    let volume = mounts.iter().find(nameless);
    let remove = Verb::Remove {
        force: true,
        volumes: true,
    };
    let last = Thing::of(new, &it.name);
    bench.act(&last, remove).await.unwrap();
    if let Some(name) = volume.and_then(|mount| mount["Name"].as_str()) {
        let volume = Key::new(last.key.host, Kind::Volume, name);
        assert!(bench.engine.about(&volume).await.is_err(), "{name} is left");
    } else {
        assert!(!bench.is_real(), "a volume without a name is made");
    }
    drop((gone, volumes));
}

pub async fn what_did_not_run_is_not_started(bench: Bench) {
    if bench.podman() {
        return;
    }
    let it = bench.fresh().await;
    let _gone = bench.afterwards(&["rm", "--force", &it.name]);
    let new = anew(&bench, &it, false).await.unwrap();
    let now = inspect(&bench, &new.id).await;
    assert_eq!(now["State"]["Status"], "created");
    assert_eq!(now["Name"], format!("/{}", it.name));
}

pub async fn what_is_started_meanwhile_is_no_less_than_started_afterwards(bench: Bench) {
    if bench.podman() {
        return;
    }
    let it = bench.fresh().await;
    let _gone = bench.afterwards(&["rm", "--force", &it.name]);
    // Nobody takes the steps, so it stops at the second one: the new one is made, the old one not looked at again.
    let (told, mut steps) = mpsc::channel(1);
    let steps_of = Steps { id: JobId(1), told };
    let line = Line::from(bench.engine.clone());
    let running = recreate::run(line, &it.key, false, LONG, &steps_of);
    let meddle = async {
        while rows_like(&bench, &it).await < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        bench.act(&it, Verb::Start).await.unwrap();
        for _ in 0..6 {
            steps.recv().await;
        }
    };
    let (new, ()) = tokio::join!(soon("a new one", running), meddle);
    let now = inspect(&bench, &new.unwrap().id).await;
    assert_eq!(now["State"]["Status"], "running");
    assert_eq!(now["Name"], format!("/{}", it.name));
    assert_eq!(rows_like(&bench, &it).await, 1);
}

pub async fn a_new_one_that_dies_gives_way_to_the_old_one(bench: Bench) {
    if bench.podman() {
        return;
    }
    let own = std::process::id();
    let image = |name: &str| {
        let real = format!("stacktui-test/{name}-{own}:1");
        if bench.is_real() {
            real
        } else {
            format!("{name}:1")
        }
    };
    let (doomed, failing) = (image("doomed"), image("failing"));
    let _images = [
        bench.afterwards(&["rmi", "--force", &doomed]),
        bench.afterwards(&["rmi", "--force", &failing]),
    ];
    bench.docker(&["tag", BUSYBOX, &doomed]);
    let it = bench.of_image("doomed", &doomed).await;
    let before = inspect(&bench, &it.key.id).await;
    let command = r#"CMD ["sh","-c","echo no luck; sleep 1; exit 3"]"#;
    bench.docker(&["commit", "--change", command, &it.key.id, &failing]);
    let image = Key::new(HOST, Kind::Image, &failing);
    let tag = Verb::Tag { to: doomed };
    bench.engine.perform(&image, &tag, LONG).await.unwrap();
    let failure = soon("the end of it", anew(&bench, &it, false))
        .await
        .unwrap_err();
    assert!(
        failure
            .what
            .as_str()
            .contains("the new one ended: exit code 3"),
        "{failure:?}"
    );
    assert!(
        failure
            .what
            .as_str()
            .ends_with("the old one is back as it was"),
        "{failure:?}"
    );
    // What it said is for the screen, not for the journal.
    assert!(!failure.what.as_str().contains("no luck"), "{failure:?}");
    if bench.is_real() {
        assert_eq!(failure.said, "its last words: no luck");
    }
    let after = inspect(&bench, &it.key.id).await;
    assert_eq!(
        (&before["Name"], &before["Id"]),
        (&after["Name"], &after["Id"])
    );
    assert_eq!(after["State"]["Status"], "running");
    assert_eq!(rows_like(&bench, &it).await, 1, "something is left over");
}

async fn rows_like(bench: &Bench, it: &Thing) -> usize {
    let rows = bench.engine.list(HOST, chrono::Utc::now()).await.unwrap();
    rows.iter()
        .filter(|row| row.name.starts_with(&it.name))
        .count()
}

pub async fn when_its_image_is_gone_nothing_is_touched(bench: Bench) {
    if bench.podman() {
        return;
    }
    let image = "nowhere.invalid/gone:1";
    bench.docker(&["tag", crate::engine::NOSHELL, image]);
    let it = bench.of_image("orphan", image).await;
    // It goes, but its layers stay under another name.
    let key = Key::new(HOST, Kind::Image, image);
    let spare = format!("stacktui-test/spare-{}:1", std::process::id());
    let _spare = bench.afterwards(&["rmi", &spare]);
    for verb in [
        Verb::Tag { to: spare },
        Verb::RemoveImage {
            names: Vec::new(),
            force: true,
        },
    ] {
        bench.engine.perform(&key, &verb, LONG).await.unwrap();
    }
    let before = inspect(&bench, &it.key.id).await;
    for pull in [false, true] {
        let failure = soon("a refusal", anew(&bench, &it, pull))
            .await
            .unwrap_err();
        assert!(
            failure.what.as_str().ends_with("; nothing was touched"),
            "{failure:?}"
        );
    }
    let after = inspect(&bench, &it.key.id).await;
    assert_eq!(before["State"]["StartedAt"], after["State"]["StartedAt"]);
    assert_eq!(rows_like(&bench, &it).await, 1);
}

pub async fn a_name_in_the_way_is_told_and_nothing_is_touched(bench: Bench) {
    if bench.podman() {
        return;
    }
    let (it, other) = (bench.obedient().await, bench.fresh().await);
    let tag: String = it.key.id.chars().take(6).collect();
    let to = format!("{}.new-{tag}", it.name);
    bench.act(&other, Verb::Rename { to }).await.unwrap();
    let failure = anew(&bench, &it, false).await.unwrap_err();
    assert!(
        failure.what.as_str().contains("already in use"),
        "{failure:?}"
    );
    assert!(
        failure.what.as_str().ends_with("; nothing was touched"),
        "{failure:?}"
    );
    assert_eq!(bench.row(&it).await.unwrap().state, RunState::Running);
}

pub async fn a_put_back_that_fails_tells_what_there_is(bench: Bench) {
    if bench.podman() {
        return;
    }
    let it = bench.stubborn().await;
    let _new = bench.afterwards(&["rm", "--force", &it.name]);
    let tag: String = it.key.id.chars().take(6).collect();
    let (old, aside) = (it.key.clone(), format!("{}.old-{tag}", it.name));
    // The old one is taken away while the new one is looked at, and then the new one dies.
    let meddle = async {
        let named = async |name: &str| {
            let rows = bench.engine.list(HOST, chrono::Utc::now()).await.unwrap();
            rows.into_iter()
                .find(|row| row.name == name && row.key != old)
                .map(|row| row.key)
        };
        loop {
            let row = bench.row(&it).await;
            if row.is_some_and(|row| row.name == aside) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let new = loop {
            if let Some(key) = named(&it.name).await {
                break key;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        bench.engine.remove_id(&old.id, true).await.unwrap();
        let kill = Verb::Kill {
            signal: "KILL".to_owned(),
        };
        while bench.engine.perform(&new, &kill, LONG).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        new
    };
    let (failure, new) = tokio::join!(soon("an end", anew(&bench, &it, false)), meddle);
    let failure = failure.unwrap_err();
    for words in [
        "the new one ended: killed (SIGKILL)",
        "putting the old one back failed",
        "the old one is gone",
        &format!("the new one is {} (exited)", it.name),
    ] {
        assert!(
            failure.what.as_str().contains(words),
            "{words}: {failure:?}"
        );
    }
    assert!(
        failure
            .what
            .as_str()
            .contains(&format!("docker logs {}", it.name)),
        "{failure:?}"
    );
    // All that is left is not thrown away.
    assert_eq!(
        inspect(&bench, &new.id).await["Name"],
        format!("/{}", it.name)
    );
}

pub async fn who_lives_in_its_network_follows_into_the_new_one(bench: Bench) {
    if bench.podman() {
        return;
    }
    let it = bench.obedient().await;
    let side = format!("{}-side", it.name);
    let _gone = [&it.name, &side].map(|name| bench.afterwards(&["rm", "--force", name]));
    let image = if bench.is_real() { BUSYBOX } else { "box:1" };
    let body = json!({"Image": image, "Cmd": ["sh", "-c", "while :; do sleep 0.1; done"], "StopTimeout": 1,
        "HostConfig": {"NetworkMode": format!("container:{}", it.key.id)}});
    let path = format!("/containers/create?name={side}");
    let raw = bench.engine.raw();
    let (_, made) = raw.post_json(&path, &body, LONG).await.unwrap();
    let borrower = Key::container(HOST, made["Id"].as_str().unwrap());
    bench
        .engine
        .perform(&borrower, &Verb::Start, LONG)
        .await
        .unwrap();
    let found = bench.engine.borrowers(&it.key, &it.name).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].name.as_str(), found[0].what.as_str()),
        (side.as_str(), "network")
    );
    let rows = bench.engine.list(HOST, chrono::Utc::now()).await.unwrap();
    let row = rows.iter().find(|row| row.name == side).unwrap();
    assert_eq!(row.lender.as_deref(), Some(&*it.key.id));
    // Started again, it has another network than the one that the other lives in, until that is started again, too.
    let line = Line::from(bench.engine.clone());
    let told = async || {
        let failure = Failure {
            what: Words::as_is("it is bad"),
            ..Failure::default()
        };
        left_behind(&line, &it.key, &found, failure)
            .await
            .what
            .to_string()
    };
    assert_eq!(told().await, "it is bad");
    let restart = Verb::Restart { timeout: Some(1) };
    bench.act(&it, restart.clone()).await.unwrap();
    let words = format!(
        "it is bad; cut off since it was stopped: {side} (network); by hand: docker restart {side}"
    );
    assert_eq!(told().await, words);
    bench
        .engine
        .perform(&borrower, &restart, LONG)
        .await
        .unwrap();
    assert_eq!(told().await, "it is bad");
    let new = soon("a new one", anew(&bench, &it, false)).await.unwrap();
    let moved = Moved {
        old: it.key.clone(),
        name: it.name.clone(),
        new: new.clone(),
    };
    let (told, _steps) = mpsc::channel(64);
    let steps = Steps { id: JobId(1), told };
    let left = see_to(&line, &moved, &found, false, LONG, &steps).await;
    let (well, words) = left.unwrap();
    assert!(!well && words.contains(&side), "{words}");
    let done = soon(
        "the other",
        see_to(&line, &moved, &found, true, LONG, &steps),
    )
    .await;
    assert_eq!(
        done,
        Some((true, format!("made anew too: {side} (network)")))
    );
    let now = inspect(&bench, &side).await;
    assert_eq!(
        now["HostConfig"]["NetworkMode"],
        format!("container:{}", new.id)
    );
    assert_eq!(now["State"]["Status"], "running");
    assert!(bench.engine.borrowers(&it.key, "nobody").await.is_empty());
}
