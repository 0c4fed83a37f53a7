//! When a new one is well.
use super::*;
use crate::sim::Scenario;

/// A container of a simulated engine as its details are, running, without a check.
async fn details() -> Details {
    let scenario = Scenario::named("systeme-ticketing").unwrap();
    let candidate = super::super::effects::simulated(scenario).remove(0);
    let engine = Engine::open(&candidate.endpoint.unwrap()).await.unwrap();
    let rows = engine
        .list(crate::model::HostId(0), clock::now())
        .await
        .unwrap();
    let mut details = engine.details(&rows[0].key, clock::now()).await.unwrap();
    details.state = RunState::Running;
    details.health = None;
    details.restart_count = 0;
    details
}

#[tokio::test]
async fn an_end_is_a_failure_whatever_its_exit_code() {
    for policy in ["no", "on-failure", "always", "unless-stopped"] {
        for code in [0, 1] {
            let ended = Details {
                state: RunState::Exited,
                exit_code: code,
                oom_killed: false,
                restart_policy: policy.to_owned(),
                ..details().await
            };
            let verdict = verdict(&ended, Duration::ZERO, None);
            let Some(Err(unwell)) = verdict else {
                panic!("{policy} {code}: {verdict:?}")
            };
            assert!(unwell.why.starts_with("ended: "), "{unwell:?}");
        }
    }
}

#[tokio::test]
async fn without_a_check_it_is_well_once_it_has_settled() {
    let running = details().await;
    assert_eq!(verdict(&running, Duration::ZERO, None), None);
    assert_eq!(verdict(&running, SETTLE, None), Some(Ok(())));
    // With one it is waited for.
    let grace = Some(Duration::from_secs(60));
    assert_eq!(verdict(&running, SETTLE, grace), None);
    let late = verdict(&running, Duration::from_secs(60), grace);
    assert!(matches!(late, Some(Err(_))));
}
