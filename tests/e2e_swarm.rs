//! A swarm end to end: the real loop on a screen, over the simulated engine with a paused clock and over an engine of the
//! test's own that is made a swarm of one node.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[path = "support/apart.rs"]
mod apart;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use std::time::Duration;

use apart::Apart;
use driver::{Driver, built_in, on_engine, on_local, on_sim};
use stacktui::sim::Sim;

/// Goes to a view by its name.
async fn go(it: &Driver, view: &str) {
    it.press(":").await;
    it.type_in(view).await;
    it.press("enter").await;
}

/// The row of this thing.
fn row(screen: &str, name: &str) -> String {
    let found = screen.lines().find(|line| line.contains(name));
    found.unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn services_tell_what_does_not_run_and_why() {
    on_local(async {
        let it = Driver::start(on_sim(&Sim::new(built_in("swarm"))), (120, 40));
        it.sees("web.1.").await;
        it.until("tabs of a swarm", |s| {
            s.contains("Services") && s.contains("Nodes")
        })
        .await;
        go(&it, "services").await;
        it.until("all services", |s| {
            row(s, "shop_web").contains("3/3") && row(s, "agent").contains("2/2")
        })
        .await;
        it.press("!").await;
        it.until("the two in trouble", |s| {
            s.contains("no suitable node") && s.contains("No such image") && !s.contains("3/3")
        })
        .await;
        it.press("!").await;
        it.narrow("shop_import").await;
        it.press("enter").await;
        it.until("its page", |s| {
            s.contains("Tasks, the newest") && s.contains("registry.example.com")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_service_is_scaled_restarted_and_removed() {
    on_local(async {
        let it = Driver::start(on_sim(&Sim::new(built_in("swarm"))), (120, 40));
        it.sees("web.1.").await;
        go(&it, "services").await;
        it.sees("3/3").await;
        it.narrow("shop_web").await;
        it.press("s").await;
        it.sees("replicas of shop_web").await;
        it.type_in("5").await;
        it.press("enter").await;
        it.sees("docker service scale shop_web=5").await;
        it.answer("y").await;
        it.sees("5/5").await;
        // Two nodes take tasks, so that three of five are containers here.
        it.press("l").await;
        it.until("its log", |s| s.contains("shop_web") && s.contains("log"))
            .await;
        it.press("esc r").await;
        it.sees("updating").await;
        it.until("it is over", |s| row(s, "● shop_web").contains("running"))
            .await;
        it.press("b").await;
        it.sees("docker service rollback shop_web").await;
        it.answer("y").await;
        it.sees("rolling back").await;
        it.press("D").await;
        it.sees("all its tasks").await;
        it.answer("y").await;
        it.sees("Nothing matches").await;
        it.press("1").await;
        it.until("its containers are gone", |s| {
            s.contains("api.1.") && !s.contains("web.1.")
        })
        .await;
        it.press("9").await;
        it.until("all is told", |s| {
            s.contains("scaled shop_web") && s.contains("removed service shop_web")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_node_gives_its_tasks_away() {
    on_local(async {
        let it = Driver::start(on_sim(&Sim::new(built_in("swarm"))), (120, 40));
        it.sees("web.1.").await;
        go(&it, "nodes").await;
        it.until("all nodes", |s| {
            row(s, "● swarm-01").contains("leader")
                && row(s, "◐ swarm-03").contains("drained")
                && row(s, "✖ swarm-04").contains("heartbeat failure")
        })
        .await;
        it.narrow("swarm-02").await;
        it.press("p").await;
        it.sees("Availability of swarm-02").await;
        it.answer("j j enter").await;
        it.until("it is drained", |s| {
            row(s, "◐ swarm-02").contains("drained")
        })
        .await;
        // One that is up does not go; one that is down does.
        it.press("D").await;
        it.sees("is up: a node").await;
        it.press("esc").await;
        it.narrow("swarm-04").await;
        it.press("D").await;
        it.sees("docker node rm swarm-04").await;
        it.answer("y").await;
        it.sees("Nothing matches").await;
        go(&it, "services").await;
        it.until("all on one node", |s| row(s, "agent").contains("1/1"))
            .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_without_a_swarm_says_so() {
    on_local(async {
        let it = Driver::start(driver::demo(), (120, 40));
        it.sees("zammad-1").await;
        go(&it, "services").await;
        it.sees("not a swarm manager").await;
        it.press("1").await;
        it.until("no tabs of it", |s| {
            s.contains("zammad-1") && !s.contains("Services")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_real_service_is_scaled_restarted_and_removed() {
    let test = "a_real_service_is_scaled_restarted_and_removed";
    let Some(engine) = Apart::start(test) else {
        return;
    };
    engine.must(&["swarm", "init", "--advertise-addr", "127.0.0.1"]);
    let create = |name: &str, command: &[&str]| {
        let head = [
            "service",
            "create",
            "--detach",
            "--no-resolve-image",
            "--name",
            name,
        ];
        let image = "stacktui-test/busybox:latest";
        engine.must(&[&head, &[image][..], command].concat());
    };
    create("web", &["sh", "-c", "echo here; exec sleep 1000"]);
    create("bad", &["nosuchprogram"]);
    let replicas = || {
        let format = "--format={{.Spec.Mode.Replicated.Replicas}}";
        engine.must(&["service", "inspect", format, "web"])
    };
    on_local(async {
        let it = Driver::start(on_engine(&engine.endpoint), (140, 40));
        it.sees("web.1.").await;
        go(&it, "services").await;
        it.until("what runs and what does not", |s| {
            row(s, "● web").contains("1/1") && row(s, "✖ bad").contains("0/1")
        })
        .await;
        it.narrow("web").await;
        it.press("s").await;
        it.sees("replicas of web").await;
        it.type_in("3").await;
        it.press("enter").await;
        it.sees("docker service scale web=3").await;
        it.answer("y").await;
        it.until("three of it", |s| row(s, "● web").contains("3/3"))
            .await;
        assert_eq!(replicas(), "3");
        it.press("r").await;
        it.sees("updating").await;
        let forced = || {
            let format = "--format={{.Spec.TaskTemplate.ForceUpdate}}";
            engine.must(&["service", "inspect", format, "web"])
        };
        assert_eq!(forced(), "1");
        it.press("b").await;
        it.answer("y").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        it.until("it went back", |_| forced() == "0").await;
        it.press("esc").await;
        go(&it, "nodes").await;
        it.sees("leader").await;
        it.press("p").await;
        it.sees("Availability").await;
        it.answer("j j enter").await;
        it.until("it is drained", |s| s.contains("drained")).await;
        let node = engine.must(&["node", "inspect", "self", "--format={{.Spec.Availability}}"]);
        assert_eq!(node, "drain");
        go(&it, "services").await;
        it.narrow("web").await;
        it.until("nowhere to go", |s| {
            row(s, "✖ web").contains("pending: no suitable")
        })
        .await;
        it.press("D").await;
        it.answer("y").await;
        it.sees("Nothing matches").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
    let left = engine.must(&["service", "ls", "--format={{.Name}}"]);
    assert_eq!(left, "bad");
}
