//! Changes of containers in place, end to end: the real loop on a screen, over the simulated engine with a paused clock. What
//! the engines answer is held by the contract.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use driver::{Driver, demo, later, on_local, row};

#[tokio::test(start_paused = true)]
async fn a_stuck_one_is_made_anew_and_is_well_again() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("! R").await;
        it.sees("Recreate zammad-1?").await;
        later().await;
        it.press("p y").await;
        it.sees("pulling").await;
        it.sees("stopping the old one").await;
        it.sees("waiting until it is healthy").await;
        it.sees("recreated in").await;
        it.press("esc").await;
        it.until("one row of it, up", |s| {
            row(s, " zammad-1").contains(" up ") && !s.contains(".old-")
        })
        .await;
        it.press("9").await;
        it.until("the journal tells it", |s| {
            let line = row(s, "zammad-1");
            line.contains("made anew") && line.contains("done in") && line.contains("-> healthy")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
