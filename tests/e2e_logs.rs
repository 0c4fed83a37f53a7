//! The log view end to end: the real loop on a screen, over the simulated engine with a paused clock and over a real engine
//! where one answers.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::time::Duration;

use driver::{Driver, demo, on_engine, on_local, row};

async fn open(it: &Driver, name: &str) {
    it.sees(name).await;
    it.press("/").await;
    it.type_in(name).await;
    it.press("enter l").await;
    it.sees("following").await;
}

/// The log view's own line.
fn status(screen: &str) -> &str {
    screen.lines().nth(2).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_filter_and_a_search_hold_while_lines_come() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        open(&it, "traefik-1").await;
        it.press("&").await;
        it.type_in("DownstreamStatus=200").await;
        it.press("enter").await;
        it.until("only those", |s| {
            let rest = || s.lines().skip(3).filter(|l| l.contains("ClientAddr"));
            status(s).contains("&Downstream") && rest().count() > 10
        })
        .await;
        let shown = |s: &str| -> Option<u32> {
            let (before, _) = status(s).split_once(" of ")?;
            before.rsplit(' ').next()?.replace(',', "").parse().ok()
        };
        let before = shown(&it.paper.text()).expect("a count");
        it.until("more of them", |s| shown(s) > Some(before)).await;
        it.press("/").await;
        it.type_in("duration").await;
        it.press("enter").await;
        it.until("hits", |s| status(s).contains("/duration ")).await;
        it.press("f").await;
        it.sees("following").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn going_up_comes_to_the_beginning_of_the_log() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        open(&it, "zammad-redis-1").await;
        for _ in 0..200 {
            it.press("g").await;
            if it.paper.text().contains("from the beginning") {
                break;
            }
        }
        it.sees("from the beginning").await;
        it.press("G").await;
        it.sees("following").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_long_log_of_a_real_container_is_searched_to_its_first_line() {
    let Some(endpoint) = engine::real_engine("a_long_log_of_a_real_container") else {
        return;
    };
    let it = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-long-{}", std::process::id()))
        .sh("echo the needle; seq 1 200000; while true; do sleep 1; done")
        .run();
    on_local(async {
        let screen = Driver::start(on_engine(&endpoint), (120, 40));
        open(&screen, &it.name).await;
        screen.sees("200000").await;
        screen.press("/").await;
        screen.type_in("needle").await;
        screen.press("enter").await;
        screen
            .until("the needle", |s| s.contains("the needle"))
            .await;
        assert!(
            row(&screen.paper.text(), "the needle").starts_with(" ▌"),
            "{}",
            screen.paper.text()
        );
        screen.press("k g").await;
        screen.sees("from the beginning").await;
        screen
            .until("all of it, once", |s| {
                status(s).contains("200,001 lines") || status(s).contains("200k lines")
            })
            .await;
        // Back to what is new.
        screen.press("esc").await;
        screen.press("G").await;
        screen.sees("following").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_container_made_anew_by_name_is_followed() {
    let Some(endpoint) = engine::real_engine("a_container_made_anew_by_name") else {
        return;
    };
    let name = format!("e2e-anew-{}", std::process::id());
    let life = |which: &str| {
        let script = format!("while true; do echo of the {which} life; sleep 0.3; done");
        engine::Fixture::new(&endpoint, "")
            .name(&name)
            .sh(&script)
            .run()
    };
    let first = life("first");
    on_local(async {
        let screen = Driver::start(on_engine(&endpoint), (120, 40));
        open(&screen, &name).await;
        screen.sees("of the first life").await;
        drop(first);
        screen.sees(&format!("{name} removed")).await;
        let second = life("second");
        screen.sees("of the second life").await;
        screen
            .until("one source's lines in order", |s| {
                let place = |text: &str| s.find(text);
                place("of the first life") < place("removed")
                    && place("removed") < place("of the second life")
            })
            .await;
        assert_eq!(screen.quit().await, 0);
        drop(second);
    })
    .await;
}
