//! Routes end to end: the real loop on a screen, over the simulated engine with a paused clock and over a real engine where one
//! answers.
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

use driver::{Driver, on_local, row};
use stacktui::engine::{Candidate, Endpoint};
use stacktui::runtime::effects::simulated;
use stacktui::sim::Scenario;

fn demo() -> Vec<Candidate> {
    simulated(Scenario::named("systeme-ticketing").expect("the built-in scenario"))
}

#[tokio::test(start_paused = true)]
async fn the_reference_stack_tells_which_addresses_lead_somewhere() {
    on_local(async {
        let it = Driver::start(demo(), (140, 40));
        it.sees("zammad-1").await;
        it.press("7").await;
        it.sees("https://mailhog.example.com").await;
        it.until("its routes", |s| {
            row(s, "mailhog.example").contains(" ok ")
                && row(s, "wiki.example").contains("paused")
                && row(s, "tickets.example").contains("unhealthy")
        })
        .await;
        // The one that is asked for, and why; then to its container.
        it.press("/").await;
        it.type_in("tickets").await;
        it.press("enter").await;
        it.sees("Traefik takes it out until its check passes").await;
        it.press("enter").await;
        it.until("its container", |s| s.contains("zammad-1 › details"))
            .await;
        it.sees("https://tickets.example.com").await;
        // A restart of it is seen in its route: not there until its check has passed.
        it.press("r esc").await;
        it.until("the check", |s| {
            row(s, "tickets.example").contains("starting")
        })
        .await;
        it.until("the end of it", |s| {
            row(s, "tickets.example").contains(" ok ")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_check_asks_the_container_of_the_route_and_traefik_confirms_what_it_took() {
    on_local(async {
        let it = Driver::start(demo(), (140, 40));
        it.sees("zammad-1").await;
        it.press("7").await;
        it.until("what Traefik says itself", |s| {
            row(s, "grafana.example").contains("traefik ✓")
                && row(s, "mailhog.example").contains("traefik ✓")
                && !row(s, "tickets.example").contains('✓')
                && !row(s, "wiki.example").contains('✓')
        })
        .await;
        for (route, said) in [
            ("grafana", "302 through 172.20."),
            ("portainer", "200 through 172.21."),
            ("tickets", "503 through 172.20."),
            ("wiki", "takes the connection and says nothing"),
        ] {
            it.press("/").await;
            it.type_in(&format!("{route}.example")).await;
            it.press("enter c").await;
            it.sees(said).await;
            it.press("esc").await;
        }
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_real_container_answers_at_the_port_of_its_route() {
    let name = "a_real_container_answers_at_the_port_of_its_route";
    let Some(endpoint) = engine::real_engine(name) else {
        return;
    };
    let own = std::process::id();
    let host = format!("e2e-{own}.example");
    let page = "while true; do printf 'HTTP/1.0 204 No Content\\r\\n\\r\\n' | nc -l -p 8080; done";
    let it = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-route-{own}"))
        .option("--label=traefik.enable=true")
        .option(&format!(
            "--label=traefik.http.routers.e2e-{own}.rule=Host(`{host}`)"
        ))
        .option(&format!(
            "--label=traefik.http.routers.e2e-{own}.entrypoints=web"
        ))
        .option(&format!(
            "--label=traefik.http.services.e2e-{own}.loadbalancer.server.port=8080"
        ))
        .sh(page)
        .run();
    // A container without network can be in no other.
    it.docker(&["network", "disconnect", "none", &it.name]);
    it.docker(&["network", "connect", "bridge", &it.name]);
    on_local(async {
        let endpoint = Endpoint::parse(&endpoint).expect("an endpoint");
        let screen = Driver::start(vec![Candidate::new(endpoint, "the test")], (140, 40));
        screen.press("7").await;
        screen.sees(&host).await;
        screen.press("/").await;
        screen.type_in(&host).await;
        screen.press("enter c").await;
        screen.sees("204 in ").await;
        screen.sees(":8080").await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
}
