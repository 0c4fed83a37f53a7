//! What changes a container: each verb, what it says when it was so already or cannot be, and what it leaves.
use std::time::Duration;

use stacktui::effect::Verb;
use stacktui::model::RunState;
use stacktui::model::limits::Change;
use stacktui::msg::FailureKind;
use tokio::time::Instant;

use crate::bench::{Bench, Thing, soon};

const STOP: Verb = Verb::Stop { timeout: None };
const RESTART: Verb = Verb::Restart { timeout: None };

fn kill(signal: &str) -> Verb {
    Verb::Kill {
        signal: signal.to_owned(),
    }
}

async fn state(bench: &Bench, it: &Thing) -> RunState {
    bench.row(it).await.unwrap().state
}

async fn becomes(bench: &Bench, it: &Thing, wanted: RunState) {
    soon("a state", async {
        while state(bench, it).await != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// From engine 25 on a stop can be answered a moment before the list says it: the `die` comes after both.
async fn ended(bench: &Bench, it: &Thing, code: i64) {
    becomes(bench, it, RunState::Exited).await;
    assert_eq!(bench.row(it).await.unwrap().exit_code, Some(code));
}

pub async fn starting_and_stopping_is_told_from_being_so_already(bench: Bench) {
    let it = bench.obedient().await;
    assert_eq!(bench.act(&it, Verb::Start).await, Ok(true));
    assert_eq!(bench.act(&it, STOP).await, Ok(false));
    ended(&bench, &it, 7).await;
    assert_eq!(bench.act(&it, STOP).await, Ok(true));
    assert_eq!(bench.act(&it, Verb::Start).await, Ok(false));
    assert_eq!(state(&bench, &it).await, RunState::Running);
}

pub async fn what_ignores_the_stop_is_killed_at_its_timeout(bench: Bench) {
    let it = bench.stubborn().await;
    // Its shell must have set its trap.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    assert_eq!(bench.act(&it, STOP).await, Ok(false));
    let took = began.elapsed().as_secs_f64();
    assert!((1.9..6.0).contains(&took), "{took} s");
    ended(&bench, &it, 137).await;
    bench.start(&it).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    let verb = Verb::Stop { timeout: Some(0) };
    assert_eq!(bench.act(&it, verb).await, Ok(false));
    assert!(
        began.elapsed() < Duration::from_millis(1_900),
        "the call's own time limit"
    );
}

pub async fn a_restart_runs_anew(bench: Bench) {
    let it = bench.obedient().await;
    let before = bench.details(&it).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.act(&it, RESTART).await, Ok(false));
    let after = bench.details(&it).await;
    assert_eq!(after.state, RunState::Running);
    assert!(after.started > before.started);
    assert!(after.pid.is_some() && after.pid != before.pid);
    assert_eq!(
        after.restart_count, 0,
        "the policy's restarts alone are counted"
    );
    // What has ended is started by it.
    let failed = bench.fresh().await;
    assert_eq!(bench.act(&failed, RESTART).await, Ok(false));
    assert_eq!(state(&bench, &failed).await, RunState::Running);
}

pub async fn pausing_twice_is_a_conflict(bench: Bench) {
    let it = bench.obedient().await;
    assert_eq!(bench.act(&it, Verb::Pause).await, Ok(false));
    assert_eq!(state(&bench, &it).await, RunState::Paused);
    let again = bench.act(&it, Verb::Pause).await.unwrap_err();
    let status = if bench.podman() { 500 } else { 409 };
    assert_eq!(
        (again.kind(), again.status()),
        (FailureKind::Conflict, Some(status))
    );
    assert!(again.to_string().contains("already paused"), "{again}");
    assert_eq!(bench.act(&it, Verb::Unpause).await, Ok(false));
    let again = bench.act(&it, Verb::Unpause).await.unwrap_err();
    assert_eq!(again.kind(), FailureKind::Conflict);
    assert!(again.to_string().contains("not paused"), "{again}");
    let ended = bench.failed().await;
    let error = bench.act(&ended, Verb::Pause).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::Conflict);
    assert!(error.to_string().contains("not running"), "{error}");
}

pub async fn signals_reach_the_process(bench: Bench) {
    let it = bench.obedient().await;
    let wrong = bench.act(&it, kill("NONSENSE")).await.unwrap_err();
    assert_eq!(wrong.status(), Some(if bench.podman() { 500 } else { 400 }));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(bench.act(&it, kill("TERM")).await, Ok(false));
    becomes(&bench, &it, RunState::Exited).await;
    assert_eq!(bench.row(&it).await.unwrap().exit_code, Some(7));

    let it = bench.stubborn().await;
    assert_eq!(bench.act(&it, kill("KILL")).await, Ok(false));
    becomes(&bench, &it, RunState::Exited).await;
    assert_eq!(bench.row(&it).await.unwrap().exit_code, Some(137));
    let error = bench.act(&it, kill("KILL")).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::Conflict);
    let words = if bench.podman() {
        "only kill running containers"
    } else {
        "is not running"
    };
    assert!(error.to_string().contains(words), "{error}");
}

pub async fn limits_change_while_it_runs(bench: Bench) {
    let it = bench.obedient().await;
    let memory = |bytes| Change::Memory {
        bytes,
        with_swap: 2 * i64::try_from(bytes).unwrap(),
    };
    let mut changes = vec![memory(64 << 20), memory(96 << 20), Change::Cpus(500)];
    if !bench.podman() {
        changes.push(Change::Processes(77));
        changes.push(Change::Restart("on-failure:3".to_owned()));
    }
    for change in changes {
        let done = bench.act(&it, Verb::Update(change)).await;
        if let Err(error) = &done
            && bench.podman()
            && error.kind() == FailureKind::Unsupported
        {
            assert!(error.to_string().contains("podman update"), "{error}");
            return;
        }
        assert_eq!(done, Ok(false));
    }
    let now = stacktui::runtime::clock::now();
    let details = bench.engine.details(&it.key, now).await.unwrap();
    assert_eq!(details.memory_limit, Some(96 << 20));
    assert_eq!(details.cpu_limit, Some(0.5));
    assert_eq!(details.state, RunState::Running);
    if !bench.podman() {
        assert_eq!(details.pids_limit, Some(77));
        assert_eq!(details.restart_policy, "on-failure:3");
    }
    let little = bench.act(&it, Verb::Update(memory(1 << 20))).await;
    assert!(matches!(little.unwrap_err().status(), Some(400 | 500)));
}

pub async fn names_are_unique(bench: Bench) {
    let (one, two) = (bench.fresh().await, bench.failed().await);
    let to = format!("{}-renamed", one.name);
    let rename = |to: &str| Verb::Rename { to: to.to_owned() };
    assert_eq!(bench.act(&one, rename(&to)).await, Ok(false));
    assert_eq!(bench.row(&one).await.unwrap().name, to);
    let taken = bench.act(&two, rename(&to)).await.unwrap_err();
    assert_eq!(taken.kind(), FailureKind::Conflict);
    assert!(taken.to_string().contains("already in use"), "{taken}");
    let wrong = bench.act(&two, rename("no good")).await.unwrap_err();
    assert!(matches!(wrong.status(), Some(400 | 500)), "{wrong}");
    assert_eq!(bench.row(&two).await.unwrap().name, two.name);
}

pub async fn what_runs_is_not_removed_without_force(bench: Bench) {
    let it = bench.obedient().await;
    let remove = |force| Verb::Remove {
        force,
        volumes: true,
    };
    let held = bench.act(&it, remove(false)).await.unwrap_err();
    assert_eq!(held.kind(), FailureKind::Conflict);
    assert_eq!(bench.act(&it, remove(true)).await, Ok(false));
    assert!(bench.row(&it).await.is_none());
    let ended = bench.failed().await;
    assert_eq!(bench.act(&ended, remove(false)).await, Ok(false));
    assert!(bench.row(&ended).await.is_none());
}

pub async fn a_call_is_given_up_after_its_limit(bench: Bench) {
    let it = bench.stubborn().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let limit = Duration::from_millis(300);
    let error = bench
        .engine
        .perform(&it.key, &STOP, limit)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), FailureKind::TimedOut);
    // The engine goes on with it all the same.
    becomes(&bench, &it, RunState::Exited).await;
}
