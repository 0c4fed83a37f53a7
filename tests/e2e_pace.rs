//! Frame pacing end to end: a log at thousands of lines a second, on a link of 100 kbit/s, with and without a terminal that
//! says when it has shown a frame.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use std::time::Duration;

use driver::{Driver, on_local};
use stacktui::runtime::effects::simulated;
use stacktui::sim::Scenario;
use tokio::time::Instant;

/// 100 kbit/s.
const THIN: u32 = 12_500;

const FLOOD: &str = r#"
seed = 1

[[image]]
name = "flood:1"
size = "1m"
age = "1d"

[[container]]
name = "flood"
image = "flood:1"
voice = "flood"
up = "1m"
"#;

/// How long until a key's effect is seen in a flood of lines, each of so many times.
async fn key_to_screen(answers: bool, times: usize) -> Vec<Duration> {
    let world = Scenario::parse(FLOOD).expect("the scenario");
    let it = Driver::start(simulated(world), (200, 50));
    it.thin_link(THIN, answers);
    it.sees("flood").await;
    it.press("l").await;
    it.sees("› logs").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut waits = Vec::new();
    for _ in 0..times {
        let pressed = Instant::now();
        it.press("?").await;
        it.sees("Keys in").await;
        waits.push(pressed.elapsed());
        it.press("esc").await;
        it.until("the keys are gone", |s| !s.contains("Keys in"))
            .await;
    }
    waits.sort_unstable();
    assert_eq!(it.quit().await, 0);
    waits
}

#[tokio::test(start_paused = true)]
async fn a_key_does_not_queue_behind_a_flood() {
    on_local(async {
        // Not held back, what waits on the link grows all the time.
        let free = key_to_screen(false, 1).await;
        let paced = key_to_screen(true, 5).await;
        println!("100 kbit/s, key to screen: paced {paced:?}, free {free:?}");
        assert!(paced[2] < Duration::from_secs(1), "{paced:?}");
        assert!(free[0] > 4 * paced[2], "{free:?} beside {paced:?}");
    })
    .await;
}
