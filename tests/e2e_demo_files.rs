//! The files of the demo's stack: seen, edited, checked, deployed and brought back, with nothing else on the machine.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use driver::{Driver, built_in, on_local};
use stacktui::runtime::demo::{Demo, candidate};

/// The files of the demo's stack on screen, with this as the user's editor.
async fn files(demo: &mut Demo, editor: &str) -> Driver {
    let sim = demo.add(built_in("systeme-ticketing")).expect("its files");
    let programs = demo.programs(None);
    let it = Driver::with(vec![candidate(&sim, "--demo")], (240, 60), |runner| {
        runner.programs = programs;
        runner.editor = Some(editor.to_owned());
    });
    it.sees("up").await;
    it.press("2").await;
    it.sees("systeme-ticketing").await;
    it.narrow("systeme-ticketing").await;
    it.press("enter").await;
    it.sees("as the files say").await;
    it.press("f").await;
    it.sees("image: traefik:v3.1").await;
    it
}

/// An editor that replaces one word by another.
fn changes(from: &str, to: &str) -> String {
    format!("sh -c 'sed -i \"s/{from}/{to}/\" \"$1\"' x")
}

/// From what would change to its end.
async fn deploy(it: &Driver) {
    it.press("U").await;
    it.sees("Deploy").await;
    it.answer("y").await;
    it.sees("systeme-ticketing-traefik-1  Recreated").await;
    it.sees("deployed").await;
}

#[tokio::test]
async fn the_demo_s_files_are_edited_deployed_and_brought_back() {
    on_local(async {
        let mut demo = Demo::new().expect("a folder");
        let home = demo.journal().parent().expect("its folder").to_owned();
        let file = home.join("systeme-ticketing/docker-compose.yml");
        let read = || std::fs::read_to_string(&file).expect("the file");
        let it = files(&mut demo, &changes("traefik:v3.1", "traefik:v3.2")).await;
        let before = read();
        it.press("e").await;
        it.sees("docker compose 2.26.1-demo takes it").await;
        it.sees("changed, made anew: traefik").await;
        deploy(&it).await;
        assert!(read().contains("traefik:v3.2"));
        it.press("esc").await;
        it.sees("1 earlier version").await;
        it.press("H").await;
        it.answer("enter").await;
        it.sees("as it was until").await;
        deploy(&it).await;
        it.press("esc").await;
        it.sees("2 earlier versions").await;
        assert_eq!(read(), before);
        it.press("]").await;
        it.sees("DOMAIN=example.com").await;
        it.until("masks", |s| !s.contains("s3cr3t-zammad-db")).await;
        it.press("v").await;
        it.sees("s3cr3t-zammad-db").await;
        assert_eq!(it.quit().await, 0);
        drop(demo);
        assert!(!home.exists(), "it goes when the demo ends");
    })
    .await;
}

#[tokio::test]
async fn the_demo_s_compose_refuses_what_compose_would() {
    on_local(async {
        let mut demo = Demo::new().expect("a folder");
        let it = files(&mut demo, &changes("image: traefik", "imge: traefik")).await;
        it.press("e").await;
        it.sees("does not take it").await;
        it.sees("Additional property imge is not allowed").await;
        it.press("U").await;
        it.sees("edit it again first").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
