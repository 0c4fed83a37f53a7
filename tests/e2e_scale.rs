//! Bad days and what the program costs: the real loop on a screen over the simulated engine with a paused clock.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use std::time::Duration;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    CreateContainerOptions, RemoveContainerOptions, StartContainerOptions,
};
use driver::{Driver, built_in, on_local, on_sim, way_to};
use stacktui::engine::{Candidate, Endpoint, Engine};
use stacktui::sim::{Fault, Scenario, Sim};

fn served(scenario: &str) -> (Sim, Endpoint) {
    let sim = Sim::new(built_in(scenario));
    let endpoint = Endpoint::Custom(way_to(&sim));
    (sim, endpoint)
}

fn on(endpoint: &Endpoint) -> Vec<Candidate> {
    vec![Candidate::new(endpoint.clone(), "test")]
}

#[tokio::test(start_paused = true)]
async fn what_it_costs_is_told() {
    on_local(async {
        let (sim, endpoint) = served("systeme-ticketing");
        let it = Driver::start(on(&endpoint), (120, 40));
        it.sees("zammad-1").await;
        it.press(":").await;
        it.type_in("cost").await;
        it.press("enter").await;
        it.until("rates", |s| {
            let asks = |l: &str| l.contains("requests/s") && !l.contains(" 0.0 requests/s");
            s.contains("of a core") && s.contains("oldest") && s.lines().any(asks)
        })
        .await;
        it.press("esc").await;
        it.until("gone", |s| !s.contains("requests/s")).await;
        // Where nothing is looked at, nothing is asked.
        it.press("9").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = sim.requests();
        tokio::time::sleep(Duration::from_secs(60)).await;
        // Whether it still answers, and the row of the one that crashes again and again.
        let asked = sim.requests() - before;
        assert!(asked <= 20, "{asked} requests in a minute");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_quiet_thousand_is_not_listed_again_and_within_the_budget() {
    on_local(async {
        let (sim, endpoint) = served("generated:1000");
        let it = Driver::start(on(&endpoint), (120, 40));
        it.until("all of them", |s| s.contains("cpu") && s.contains(" up "))
            .await;
        // The first screens are filled in a burst.
        tokio::time::sleep(Duration::from_secs(30)).await;
        let before = sim.requests();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let a_second = (sim.requests() - before) as f64 / 60.0;
        assert!(a_second <= 21.0, "{a_second} requests a second");
        assert!(a_second > 5.0, "figures are still read: {a_second}");
        assert!(sim.connections() <= 40, "{}", sim.connections());
        // What that budget means for the figures is told beside what they cost.
        it.press(":").await;
        it.type_in("cost").await;
        it.press("enter").await;
        let old = |l: &str| l.contains("oldest") && l.contains("dimmed after 5s");
        it.until("their age", |s| s.lines().any(old)).await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_window_behind_others_asks_for_signs_of_life_and_a_list_a_minute() {
    on_local(async {
        // Eight of these are mail servers, and none answers.
        let sim = Sim::new(built_in("generated:1000"));
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let way =
            way_to(&sim).with_beyond(move |_, _| Box::pin(std::future::ready(Err(refused()))));
        let it = Driver::start(on(&Endpoint::Custom(way)), (120, 40));
        it.until("all of them", |s| s.contains("cpu") && s.contains(" up "))
            .await;
        tokio::time::sleep(Duration::from_secs(30)).await;
        it.focus(false).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = sim.requests();
        tokio::time::sleep(Duration::from_secs(120)).await;
        let asked = sim.requests() - before;
        assert!(asked <= 18, "{asked} requests in two minutes");
        assert!(
            asked >= 10,
            "it still looks whether the engine answers: {asked}"
        );
        it.focus(true).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(
            sim.requests() > before + asked + 50,
            "figures are read again"
        );
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn twelve_busy_ones_are_less_than_a_hundred_bytes_a_second() {
    on_local(async {
        for size in [(200, 50), (80, 24)] {
            let (_sim, endpoint) = served("generated:12");
            let it = Driver::start(on(&endpoint), size);
            it.sees(" up ").await;
            tokio::time::sleep(Duration::from_secs(90)).await;
            let count = |it: &Driver| it.paper.writes().iter().map(Vec::len).sum::<usize>();
            let before = count(&it);
            tokio::time::sleep(Duration::from_secs(120)).await;
            let a_second = (count(&it) - before) / 120;
            println!("{size:?}: {a_second} bytes a second");
            assert!(a_second < 100, "{a_second} bytes a second at {size:?}");
            assert!(a_second > 5, "figures are still shown: {a_second}");
            assert_eq!(it.quit().await, 0);
        }
    })
    .await;
}

/// Tasks of this runtime that have not ended.
fn tasks() -> usize {
    let runtime = tokio::runtime::Handle::current();
    runtime.metrics().num_alive_tasks()
}

/// So many come and go within a minute.
const COMERS: u64 = 3_000;

/// Makes, starts and removes one.
async fn come_and_go(engine: &Engine, name: &str) {
    let docker = engine.docker();
    let options = CreateContainerOptions {
        name: Some(name.to_owned()),
        ..CreateContainerOptions::default()
    };
    let body = ContainerCreateBody {
        image: Some("busybox:1.36".to_owned()),
        cmd: Some(vec!["sleep".to_owned(), "1000".to_owned()]),
        ..ContainerCreateBody::default()
    };
    docker
        .create_container(Some(options), body)
        .await
        .expect("it is made");
    docker
        .start_container(name, None::<StartContainerOptions>)
        .await
        .expect("it starts");
    let force = RemoveContainerOptions {
        force: true,
        ..RemoveContainerOptions::default()
    };
    docker
        .remove_container(name, Some(force))
        .await
        .expect("it goes");
}

#[tokio::test(start_paused = true)]
async fn fifty_a_second_come_and_go_and_nothing_is_left() {
    on_local(async {
        let (sim, endpoint) = served("systeme-ticketing");
        let it = Driver::start(on(&endpoint), (120, 40));
        it.sees("zammad-1").await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        let (quiet, alive) = (sim.connections(), tasks());
        let opened = Box::pin(Engine::open(&endpoint)).await;
        let engine = opened.expect("an engine");
        let before = sim.requests();
        for n in 0..COMERS {
            Box::pin(come_and_go(&engine, &format!("storm-{n}"))).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let asked = sim.requests() - before - 3 * COMERS;
        // A minute: figures at most twenty a second, lists in batches, never one for each event.
        assert!(asked < 60 * 60, "{asked} requests beside the storm's own");
        drop(engine);
        it.until("calm", |s| !s.contains("storm-") && s.contains("zammad-1"))
            .await;
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(
            sim.connections() <= quiet + 2,
            "{} connections, {quiet} before",
            sim.connections()
        );
        assert!(tasks() <= alive + 4, "{} tasks, {alive} before", tasks());
        it.sees("zammad-1").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn after_bad_days_the_table_is_right_and_nothing_more_is_open() {
    on_local(async {
        let (sim, endpoint) = served("systeme-ticketing");
        let it = Driver::start(on(&endpoint), (120, 40));
        it.sees("zammad-1").await;
        tokio::time::sleep(Duration::from_secs(30)).await;
        let tasks = || {
            tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks()
        };
        let (quiet, alive) = (sim.connections(), tasks());
        let days = [
            Fault::NoStats,
            Fault::Slow(Duration::from_secs(3)),
            Fault::Slow(Duration::from_secs(10)),
            Fault::Hang,
            Fault::Cut,
            Fault::Backwards,
            Fault::Clock(-3_600),
            Fault::Clock(3_600),
        ];
        for day in days {
            sim.set_fault(Some(day));
            tokio::time::sleep(Duration::from_secs(60)).await;
            let screen = it.paper.text();
            assert!(screen.contains("zammad-1"), "{day:?}: {screen}");
            sim.set_fault(None);
            tokio::time::sleep(Duration::from_secs(150)).await;
            let screen = it.paper.text();
            assert!(screen.contains("● up"), "{day:?}: {screen}");
            let figures = driver::row(&screen, "zammad-db");
            assert!(
                figures.contains('%') || figures.contains('.'),
                "{day:?}: {screen}"
            );
            assert!(
                sim.connections() <= quiet + 2,
                "{day:?}: {}",
                sim.connections()
            );
            assert!(tasks() <= alive + 4, "{day:?}: {} of {alive}", tasks());
        }
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_when_it_is_opened_and_kept_by_events() {
    on_local(Box::pin(async {
        let (sim, endpoint) = served("systeme-ticketing");
        let it = Driver::start(on(&endpoint), (120, 40));
        it.sees("zammad-1").await;
        it.press("4").await;
        it.sees("old-otrs-attachments").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = sim.requests();
        tokio::time::sleep(Duration::from_secs(60)).await;
        // As few as where nothing is looked at.
        let asked = sim.requests() - before;
        assert!(asked <= 20, "{asked} requests in a minute");
        let other = Engine::open(&endpoint).await.expect("the engine");
        let wanted = serde_json::json!({"Name": "made-elsewhere"});
        let made = other
            .raw()
            .post_json("/volumes/create", &wanted, Duration::from_secs(5));
        made.await.expect("a volume");
        it.sees("made-elsewhere").await;
        assert_eq!(it.quit().await, 0);
    }))
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_that_answers_no_inspect_keeps_nothing_waiting() {
    on_local(async {
        let world = r#"
            [[image]]
            name = "box:1"
            shells = ["sh"]
            command = ["sh"]
            [[container]]
            name = "mute"
            image = "box:1"
            mute = true
            [[container]]
            name = "other"
            image = "box:1"
        "#;
        let sim = Sim::new(Scenario::parse(world).expect("a world"));
        let it = Driver::start(on_sim(&sim), (120, 40));
        it.sees("mute").await;
        it.press("g enter").await;
        it.sees("no answer within").await;
        it.press("esc").await;
        // The other one is acted on at once.
        it.press("G r").await;
        it.sees("restarted in").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
