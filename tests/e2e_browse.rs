//! A look into a volume end to end: the real loop on a screen, over the simulated engine with a paused clock and over a real
//! engine where one answers.
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

use driver::{Driver, demo, on_engine, on_local};

#[tokio::test(start_paused = true)]
async fn a_volume_is_walked_and_a_file_saved() {
    on_local(async {
        let here = tempfile::tempdir().expect("a directory");
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("4").await;
        it.narrow("zammad-db-data").await;
        it.press("b").await;
        it.until("the top", |s| {
            s.contains("by a helper from busybox:1.36") && s.contains("base/")
        })
        .await;
        it.sees("999:999").await;
        // Into a directory, and back to where the cursor was.
        it.press("j enter").await;
        it.sees("pg_control").await;
        it.press("esc").await;
        it.sees("pg_wal/").await;
        it.press("enter").await;
        it.sees("pg_control").await;
        it.press("left").await;
        it.sees("PG_VERSION").await;
        // A link is told, not followed.
        it.press("j enter").await;
        it.sees("16385 →").await;
        it.press("enter").await;
        it.sees("16385 leads to").await;
        it.press("esc").await;
        it.sees("pg_hba.conf").await;
        it.press("G k k enter").await;
        it.sees("scram-sha-256").await;
        let to = here.path().join("hba");
        it.press("ctrl-s ctrl-u").await;
        it.type_in(&to.display().to_string()).await;
        it.press("enter").await;
        it.sees("saved").await;
        let saved = std::fs::read_to_string(&to).expect("the file");
        assert!(saved.starts_with("# TYPE") && saved.ends_with("scram-sha-256\n"));
        // Once more: asked first.
        it.press("ctrl-s ctrl-u").await;
        it.type_in(&to.display().to_string()).await;
        it.press("enter").await;
        it.sees("is there already").await;
        it.press("esc esc").await;
        it.sees("PG_VERSION").await;
        it.press("1").await;
        it.until("the helper's end", |s| {
            !s.contains("Up") && s.contains("zammad-1")
        })
        .await;
        it.press("9").await;
        it.until("the journal", |s| {
            [
                "looked into volume",
                "read a file of volume",
                "saved a file of volume",
            ]
            .iter()
            .all(|act| s.contains(act))
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_real_volume_is_looked_into_and_its_helper_goes_with_the_view() {
    let test = "a_real_volume_is_looked_into_and_its_helper_goes_with_the_view";
    let Some(endpoint) = engine::real_engine(test) else {
        return;
    };
    let own = std::process::id();
    let volume = format!("e2e-browse-{own}");
    let it = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-browsed-{own}"))
        .option(&format!("--volume={volume}:/data"))
        .sh("mkdir -p /data/inner; echo hello there > /data/inner/greeting; while true; do sleep 1; done")
        .run();
    let here = tempfile::tempdir().expect("a directory");
    let filter = format!("label=stacktui.helper.for={volume}");
    let helpers = || it.docker(&["ps", "--all", "--quiet", "--filter", &filter]);
    on_local(async {
        let screen = Driver::start(on_engine(&endpoint), (120, 40));
        screen.sees(&it.name).await;
        screen.press("4").await;
        screen.sees(&volume).await;
        screen.narrow(&volume).await;
        screen.press("b").await;
        screen.sees("inner/").await;
        screen.press("enter").await;
        screen.sees("greeting").await;
        screen.press("enter").await;
        screen.sees("hello there").await;
        assert_eq!(helpers().lines().count(), 1);
        // Somebody takes the helper away: a file is saved all the same.
        it.docker(&["rm", "--force", &helpers()]);
        let to = here.path().join("greeting");
        screen.press("ctrl-s ctrl-u").await;
        screen.type_in(&to.display().to_string()).await;
        screen.press("enter").await;
        screen.sees("saved").await;
        let saved = std::fs::read_to_string(&to).expect("the file");
        assert_eq!(saved, "hello there\n");
        assert_eq!(helpers().lines().count(), 1);
        screen.press("q q").await;
        for _ in 0..100 {
            if helpers().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(helpers(), "", "it goes with the view");
        screen.press("b").await;
        screen.sees("inner/").await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
    for _ in 0..100 {
        if helpers().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(helpers(), "", "it goes with the program");
    it.docker(&["rm", "--force", &it.name]);
    it.docker(&["volume", "rm", &volume]);
}
