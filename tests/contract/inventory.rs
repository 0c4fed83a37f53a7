//! Who the engine is and what it has: the table's rows and all of one container.
use chrono::Utc;
use stacktui::effect::Verb;
use stacktui::model::host::ApiVersion;
use stacktui::model::space::Prune;
use stacktui::model::{Key, Node, RunState};
use stacktui::msg::FailureKind;

use crate::bench::{Bench, HOST, Thing};

pub async fn an_engine_tells_what_it_is(bench: Bench) {
    bench.engine.ping().await.unwrap();
    let info = bench.engine.info();
    assert!(!info.name.is_empty() && !info.kernel.is_empty(), "{info:?}");
    assert!(
        info.version.starts_with(|c: char| c.is_ascii_digit()),
        "{info:?}"
    );
    assert!(
        info.api >= ApiVersion(1, 24) && info.api < ApiVersion(2, 0),
        "{info:?}"
    );
    assert!(info.cpus.is_some_and(|n| n > 0), "{info:?}");
    assert!(info.memory.is_some_and(|n| n > 64 << 20), "{info:?}");
    assert!(matches!(info.cgroup_version, Some(1 | 2)), "{info:?}");
    // Podman gives the distribution's short name: `debian`.
    assert!(
        info.os.contains("Linux") || bench.podman() && !info.os.is_empty(),
        "{info:?}"
    );
    assert_eq!((info.podman, info.swarm_manager), (bench.podman(), false));
}

pub async fn a_row_tells_what_the_table_shows(bench: Bench) {
    let it = bench.obedient().await;
    let row = bench.row(&it).await.unwrap();
    assert_eq!((&row.key, &row.name), (&it.key, &it.name));
    assert_eq!(it.key.id.len(), 64);
    assert_eq!(row.state, RunState::Running);
    assert!(row.status.starts_with("Up "), "{}", row.status);
    assert_eq!(
        (row.stack(), row.service()),
        (Some("contract"), Some("obedient"))
    );
    assert!(row.is_protected());
    assert!(
        !row.image.is_empty() && row.image_id.starts_with("sha256:"),
        "{row:?}"
    );
    assert!(row.command.starts_with("sh -c"), "{}", row.command);
    assert!(row.created.is_some() && row.since.is_some());
    assert_eq!(
        (row.exit_code, row.health, row.problem()),
        (None, None, None)
    );
    assert_eq!(row.oddities, Vec::<String>::new());
    let all = bench.engine.list(HOST, Utc::now()).await.unwrap();
    assert_eq!(all.iter().filter(|other| other.key == it.key).count(), 1);
}

pub async fn what_ended_and_what_never_ran_is_told(bench: Bench) {
    let row = bench.row(&bench.failed().await).await.unwrap();
    assert_eq!((&row.state, row.exit_code), (&RunState::Exited, Some(3)));
    assert!(row.status.starts_with("Exited (3) "), "{}", row.status);
    assert!(row.problem().is_some());

    let fresh = bench.fresh().await;
    let row = bench.row(&fresh).await.unwrap();
    assert_eq!((&row.state, row.exit_code), (&RunState::Created, None));
    assert_eq!((row.status.as_str(), row.problem()), ("Created", None));
}

pub async fn some_rows_are_asked_for_by_id(bench: Bench) {
    let (one, two) = (bench.failed().await, bench.fresh().await);
    let nobody = "0".repeat(64);
    let ids = [&*one.key.id, &*two.key.id, &nobody];
    let rows = bench
        .engine
        .list_some(HOST, &ids, Utc::now())
        .await
        .unwrap();
    let mut keys: Vec<Key> = rows.into_iter().map(|row| row.key).collect();
    keys.sort();
    let mut expected = vec![one.key.clone(), two.key.clone()];
    expected.sort();
    assert_eq!(keys, expected);
}

pub async fn details_tell_what_was_asked_for_at_creation(bench: Bench) {
    let it = bench.obedient().await;
    let details = bench.details(&it).await;
    assert_eq!((&details.key, &details.name), (&it.key, &it.name));
    assert_eq!(details.state, RunState::Running);
    assert!(details.pid.is_some_and(|pid| pid > 0));
    assert_eq!(
        (details.stop_timeout, details.memory_limit),
        (7, Some(64 << 20))
    );
    let pair = ("GREETING".to_owned(), "hello there".to_owned());
    assert!(
        details.environment.contains(&pair),
        "{:?}",
        details.environment
    );
    assert_eq!(details.labels["com.docker.compose.service"], "obedient");
    assert_eq!(
        (details.restart_policy.as_str(), details.restart_count),
        ("no", 0)
    );
    assert_eq!(details.command.first().map(String::as_str), Some("sh"));
    assert_eq!(
        (details.log_driver.as_str(), details.tty),
        ("json-file", false)
    );
    assert!(details.created.is_some() && details.started.is_some() && details.health.is_none());
    assert!(!details.oom_killed && !details.privileged && details.error.is_empty());
    assert!(!details.hostname.is_empty());
    let Node::Object(members) = &details.document else {
        panic!("{:?}", details.document);
    };
    for name in [
        "Id",
        "State",
        "Config",
        "HostConfig",
        "NetworkSettings",
        "Mounts",
    ] {
        assert!(members.iter().any(|(member, _)| member == name), "{name}");
    }
}

pub async fn details_of_what_ended_tell_how(bench: Bench) {
    let failed = bench.failed().await;
    let details = bench.details(&failed).await;
    assert_eq!((details.state, details.exit_code), (RunState::Exited, 3));
    assert!(details.pid.is_none() && details.started <= details.finished);
    // What docker's API did not ask for is none at all to podman: it kills at once.
    assert_eq!(
        details.stop_timeout,
        if bench.podman() { 0 } else { 10 },
        "the engine's own when none was asked for"
    );

    let details = bench.details(&bench.fresh().await).await;
    assert_eq!(details.state, RunState::Created);
    assert_eq!(
        (details.started, details.finished, details.pid),
        (None, None, None)
    );
}

pub async fn processes_have_titles_and_rows(bench: Bench) {
    let processes = bench
        .engine
        .processes(&bench.stubborn().await.key)
        .await
        .unwrap();
    let at = processes
        .titles
        .iter()
        .position(|title| title == "PID")
        .unwrap();
    assert!(!processes.rows.is_empty());
    for row in &processes.rows {
        assert_eq!(row.len(), processes.titles.len());
        assert!(row[at].parse::<u32>().is_ok_and(|pid| pid > 0), "{row:?}");
    }
    let stopped = bench.engine.processes(&bench.failed().await.key).await;
    assert_eq!(stopped.unwrap_err().kind(), FailureKind::Conflict);
}

pub async fn what_is_not_there_is_not_found(bench: Bench) {
    let nobody = Key::container(HOST, &"0".repeat(64));
    let missing = bench.engine.details(&nobody, Utc::now()).await.unwrap_err();
    assert_eq!(missing.kind(), FailureKind::NotFound);
    assert_eq!(missing.status(), Some(404));
    let said = missing.to_string().to_lowercase();
    assert!(said.contains("no such container"), "{said}");
    for verb in [
        Verb::Start,
        Verb::Stop { timeout: None },
        Verb::Restart { timeout: None },
        Verb::Kill {
            signal: "KILL".to_owned(),
        },
        Verb::Pause,
        Verb::Unpause,
        Verb::Remove {
            force: true,
            volumes: false,
        },
        Verb::Rename {
            to: "somebody".to_owned(),
        },
    ] {
        let error = bench
            .engine
            .perform(&nobody, &verb, crate::bench::LONG)
            .await;
        assert_eq!(error.unwrap_err().kind(), FailureKind::NotFound, "{verb}");
    }
    let error = bench.engine.processes(&nobody).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::NotFound);
    let error = bench
        .engine
        .stats_once(&nobody.id, crate::bench::LONG)
        .await;
    assert_eq!(error.unwrap_err().kind(), FailureKind::NotFound);
    let error = bench.engine.log_setup(&nobody.id).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::NotFound);
    let error = bench.engine.exec_capture(&nobody.id, &["true"]).await;
    assert_eq!(error.unwrap_err().kind(), FailureKind::NotFound);
}

pub async fn the_room_on_the_disk_is_told(bench: Bench) {
    let (runs, ended) = (bench.obedient().await, bench.failed().await);
    let now = stacktui::runtime::clock::now();
    let space = bench.engine.space(now).await.unwrap();
    assert!(space.images.count > 0, "{space:?}");
    assert!(space.images.active <= space.images.count);
    assert!(space.images.free.least <= space.images.bytes);
    assert!(
        space
            .images
            .free
            .most
            .is_some_and(|most| most <= space.images.bytes)
    );
    let removable = space.items(Prune::Containers);
    let told = |it: &Thing| removable.iter().any(|item| item.name == it.name);
    assert!(told(&ended), "{removable:?}");
    assert!(!told(&runs), "{removable:?}");
}
