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
use stacktui::runtime::demo::simulated;
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

/// Each step of a key's way that is looked at.
#[derive(Debug, Default)]
struct Waits {
    /// A letter typed into a line.
    letter: Vec<Duration>,
    /// The title of a window.
    window: Vec<Duration>,
    /// The whole of it.
    whole: Vec<Duration>,
}

/// How long until the screen says so, to 5 ms.
async fn until(it: &Driver, test: impl Fn(&str) -> bool) -> Duration {
    let begin = Instant::now();
    while !test(&it.paper.text()) {
        assert!(begin.elapsed() < Duration::from_secs(600), "never seen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begin.elapsed()
}

/// How long until a key's effect is seen in a flood of lines, each of so many times.
async fn key_to_screen(answers: bool, times: usize) -> Waits {
    let world = Scenario::parse(FLOOD).expect("the scenario");
    let it = Driver::start(simulated(world), (200, 50));
    it.thin_link(THIN, answers);
    it.sees("flood").await;
    it.press("l").await;
    it.sees("› logs").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut waits = Waits::default();
    for n in 0..times {
        // Never at the same place of a frame.
        tokio::time::sleep(Duration::from_millis(500 + 37 * n as u64)).await;
        it.type_ahead("?").await;
        waits
            .window
            .push(until(&it, |s| s.contains("Keys in")).await);
        if !answers {
            // The longer it is looked at, the longer it takes.
            break;
        }
        let rest = until(&it, |s| s.contains('╯')).await;
        waits.whole.push(waits.window[n] + rest);
        it.press("esc").await;
        it.until("the keys are gone", |s| !s.contains("Keys in"))
            .await;
        it.press("/").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let letters = format!("zq{n}");
        it.type_ahead(&letters).await;
        waits
            .letter
            .push(until(&it, |s| s.contains(&letters)).await);
        it.press("esc").await;
    }
    for list in [&mut waits.letter, &mut waits.window, &mut waits.whole] {
        list.sort_unstable();
    }
    assert_eq!(it.quit().await, 0);
    waits
}

#[tokio::test(start_paused = true)]
async fn a_key_does_not_queue_behind_a_flood() {
    on_local(async {
        // Not held back, what waits on the link grows all the time.
        let free = key_to_screen(false, 1).await;
        let paced = key_to_screen(true, 9).await;
        println!("100 kbit/s, key to screen: paced {paced:#?}, free {free:?}");
        let most = |list: &[Duration], millis| {
            assert!(list[4] <= Duration::from_millis(millis), "{paced:?}");
        };
        most(&paced.letter, 250);
        most(&paced.window, 300);
        most(&paced.whole, 1_000);
        assert!(
            free.window[0] > 10 * paced.window[4],
            "{free:?} beside {paced:?}"
        );
    })
    .await;
}
