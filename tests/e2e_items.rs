//! Images, volumes and networks end to end: the real loop on a screen, over the simulated engine with a paused clock and over
//! a real engine where one answers.
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

use driver::{Driver, demo, later, on_engine, on_local};

#[tokio::test(start_paused = true)]
async fn a_volume_goes_only_by_its_name() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("4").await;
        it.sees("old-otrs-attachments").await;
        it.narrow("old-otrs").await;
        it.press("D").await;
        it.sees("type old-otrs-attachments").await;
        later().await;
        it.press("y enter").await;
        it.sees("type old-otrs-attachments").await;
        it.press("ctrl-u").await;
        it.type_in("old-otrs-attachments").await;
        it.press("enter").await;
        it.sees("Nothing matches").await;
        it.press("esc").await;
        it.until("the others", |s| {
            !s.contains("old-otrs") && s.contains("zammad-db-data")
        })
        .await;
        // One in use stays, and says who uses it.
        it.narrow("zammad-db-data").await;
        it.press("D").await;
        it.sees("is in use").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_image_shows_its_layers_and_leads_to_its_container() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("3").await;
        it.sees("traefik:v3.1").await;
        it.narrow("traefik").await;
        it.press("enter").await;
        it.sees("Layers, the newest first").await;
        it.press("i").await;
        it.sees("RepoTags").await;
        it.press("esc u").await;
        it.until("the container's details", |s| {
            s.contains("traefik-1 › details") && s.contains("Networks")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_real_networks_members_come_and_go() {
    let Some(endpoint) = engine::real_engine("a_real_networks_members_come_and_go") else {
        return;
    };
    let own = std::process::id();
    let network = format!("e2e-net-{own}");
    let volume = format!("e2e-vol-{own}");
    let it = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-member-{own}"))
        .option(&format!("--volume={volume}:/data"))
        .sh("while true; do sleep 1; done")
        .run();
    // A container without network can be in no other.
    it.docker(&["network", "disconnect", "none", &it.name]);
    it.docker(&["network", "create", &network]);
    on_local(async {
        let screen = Driver::start(on_engine(&endpoint), (140, 40));
        // Other things of the engine may fill the screen.
        screen.sees("● up").await;
        screen.press("5").await;
        screen.narrow(&network).await;
        // Its row tells its driver; the toasts do not.
        let line = |s: &str| {
            let mut lines = s.lines();
            let its = lines.find(|l| l.contains(&network) && l.contains("bridge"));
            its.map(str::to_owned)
        };
        let member = |s: &str| line(s).is_some_and(|l| l.contains(&it.name));
        let alone = |s: &str| line(s).is_some_and(|l| !l.contains(&it.name));
        screen.until("its row", alone).await;
        screen.press("+").await;
        screen.sees("Put which container").await;
        // The menu is chosen from by its row: other tests' containers may stand in it.
        choose(&screen, &it.name).await;
        screen.until("a member", member).await;
        let networks = it.inspect("{{json .NetworkSettings.Networks}}");
        assert!(networks.contains(&network), "{networks}");
        screen.press("-").await;
        screen.sees("Take which container").await;
        choose(&screen, &it.name).await;
        screen.until("no member", alone).await;
        screen.press("D").await;
        screen.sees("Remove e2e-net").await;
        later().await;
        screen.press("y").await;
        screen.sees("Nothing matches").await;
        // A volume that is in use.
        screen.press("4").await;
        screen.narrow(&volume).await;
        screen
            .until("its row", |s| row(s, &volume).contains("local"))
            .await;
        screen.press("D").await;
        screen.sees("is in use").await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
    let left = it.docker(&["network", "ls"]);
    assert!(!left.contains(&network), "{left}");
    it.docker(&["rm", "--force", &it.name]);
    it.docker(&["volume", "rm", &volume]);
}

#[tokio::test]
async fn a_real_image_is_tagged_and_untagged() {
    let Some(endpoint) = engine::real_engine("a_real_image_is_tagged_and_untagged") else {
        return;
    };
    let tag = format!("e2e/image-{}:one", std::process::id());
    let other = tag.replace(":one", ":two");
    let it = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-image-{}", std::process::id()))
        .sh("true")
        .create();
    it.docker(&["commit", &it.name, &tag]);
    on_local(async {
        let screen = Driver::start(on_engine(&endpoint), (140, 40));
        screen.sees("● up").await;
        screen.press("3").await;
        screen.narrow(&tag).await;
        screen
            .until("its row", |s| row(s, "e2e/image").contains("1.9M"))
            .await;
        screen.press("n").await;
        screen.sees("tag e2e/image").await;
        screen.press("ctrl-u").await;
        screen.type_in(&other).await;
        screen.press("enter").await;
        screen
            .until("two names", |s| row(s, "e2e/image").contains(&other))
            .await;
        screen.press("D").await;
        screen.sees("this name alone: the image stays").await;
        screen.answer("down enter").await;
        screen.until("one name", |s| !s.contains(&other)).await;
        screen.press("D").await;
        screen.sees("Remove e2e/image").await;
        screen.answer("y").await;
        screen.sees("Nothing matches").await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
    assert!(!it.docker(&["image", "ls"]).contains("e2e/image"));
}

/// The last row with this text: above it stands what was filtered for.
fn row<'a>(screen: &'a str, text: &str) -> &'a str {
    let mut rows = screen.lines().rev();
    rows.find(|line| line.contains(text)).unwrap_or_default()
}

/// Goes down in the menu until the row under the cursor is this one, and takes it.
async fn choose(screen: &Driver, name: &str) {
    for _ in 0..60 {
        if row(&screen.paper.text(), name).contains('▌') {
            break;
        }
        screen.press("down").await;
    }
    later().await;
    screen.press("enter").await;
}

#[tokio::test(start_paused = true)]
async fn what_no_container_uses_gives_its_room_back() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("F").await;
        it.sees("volumes no container mounts").await;
        it.press("p").await;
        it.sees("Free what?").await;
        later().await;
        it.press("down down down enter").await;
        it.sees("Remove").await;
        it.sees("nothing brings it back").await;
        later().await;
        it.type_in("1").await;
        it.press("enter").await;
        it.sees("given back:").await;
        it.sees("old-otrs-attachments").await;
        it.press("esc").await;
        it.until("the new picture", |s| {
            s.contains("can be freed") && !s.contains("volumes no container mounts")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
