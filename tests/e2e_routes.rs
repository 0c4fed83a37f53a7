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

use driver::{Driver, demo, demo_sim, on_engine, on_local, row, way_to};
use stacktui::engine::{BoxedIo, Endpoint, Engine, Way};
use stacktui::model::route::probe::{Answer, Probe};
use stacktui::model::{HostId, Key, Reach};
use stacktui::runtime::{clock, roads};
use stacktui::sim::Sim;

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

/// The demo's engine, with or without a way to addresses beyond it.
async fn engine_of_demo(beyond: bool) -> (Engine, Sim) {
    let sim = demo_sim();
    let mut connector = way_to(&sim);
    if beyond {
        let outer = sim.clone();
        connector = connector.with_beyond(move |address, port| {
            let opened = outer.connect_to(&address, port);
            Box::pin(std::future::ready(opened.map(|c| Box::new(c) as BoxedIo)))
        });
    }
    let opened = Engine::open(&Endpoint::Custom(connector)).await;
    (opened.expect("an engine"), sim)
}

async fn reach(engine: &Engine, service: &str) -> Reach {
    let listed = engine.list(HostId(0), clock::now()).await;
    let listed = listed.expect("a list");
    let found = listed.iter().find(|c| c.service() == Some(service));
    Reach::of(found.expect("a service"))
}

async fn check(engine: &Engine, reach: &Reach, port: u16) -> Result<Answer, String> {
    let probe = Probe {
        route: Key::container(HostId(0), "route"),
        reach: reach.clone(),
        port,
        tls: false,
        host: "shop.example".to_owned(),
        path: "/".to_owned(),
        outside: None,
    };
    roads::check(engine, &probe).await
}

#[tokio::test(start_paused = true)]
async fn a_process_in_the_container_is_started_for_a_check_and_for_nothing_else() {
    let (engine, sim) = engine_of_demo(false).await;
    let grafana = reach(&engine, "grafana").await;
    let answer = check(&engine, &grafana, 3000).await.expect("an answer");
    assert_eq!((answer.status, answer.via.as_str()), (302, "exec"));
    // Traefik's API is asked for by nobody: it is not worth a process.
    let traefik = reach(&engine, "traefik").await;
    let details = engine.details(&traefik.container, clock::now()).await;
    let details = details.expect("details");
    let before = sim.requests();
    let seen = roads::seen(&engine, &details, Some(&traefik)).await;
    assert_eq!((seen.told, sim.requests()), (None, before));
    let trouble = check(&engine, &reach(&engine, "portainer").await, 9000).await;
    let trouble = trouble.expect_err("no nc");
    assert!(trouble.contains("no nc in its image"), "{trouble}");
}

#[tokio::test(start_paused = true)]
async fn what_the_container_refuses_is_not_asked_for_from_inside() {
    let (engine, sim) = engine_of_demo(true).await;
    let grafana = reach(&engine, "grafana").await;
    let before = sim.requests();
    let trouble = check(&engine, &grafana, 9999).await.expect_err("nobody");
    assert!(
        trouble.ends_with(":9999: nothing listens there"),
        "{trouble}"
    );
    assert_eq!(sim.requests(), before);
    let traefik = reach(&engine, "traefik").await;
    let details = engine.details(&traefik.container, clock::now()).await;
    let seen = roads::seen(&engine, &details.expect("details"), Some(&traefik)).await;
    let told = seen.told.expect("its account");
    let zammad = told.routers.iter().find(|router| router.name == "zammad");
    assert_eq!((told.version.as_str(), zammad), ("3.1.0", None));
    let grafana = told.routers.iter().find(|router| router.name == "grafana");
    let grafana = grafana.expect("one that is well");
    assert_eq!(grafana.rule, "Host(`grafana.example.com`)");
    assert!(grafana.tls && grafana.entry_points == ["websecure"]);
}

#[tokio::test]
async fn ports_of_an_engine_over_the_network_are_at_its_host() {
    let sim = demo_sim();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut inner = sim.connect();
            tokio::spawn(async move {
                let _ended = tokio::io::copy_bidirectional(&mut stream, &mut inner).await;
            });
        }
    });
    let endpoint = Endpoint::parse(&format!("tcp://{address}")).expect("an endpoint");
    let engine = Engine::open(&endpoint).await.expect("an engine");
    let at = |port| Way::Host("127.0.0.1".to_owned(), port);
    let portainer = reach(&engine, "portainer").await;
    assert_eq!(engine.ways(&portainer, 9443), [at(9443), Way::Exec(9443)]);
    assert_eq!(engine.ways(&portainer, 9000), [Way::Exec(9000)]);
    // Bound to the host alone: not to be had from here.
    let prometheus = reach(&engine, "prometheus").await;
    assert_eq!(engine.ways(&prometheus, 9090), [Way::Exec(9090)]);
    let on_host = Reach {
        host_network: true,
        addresses: Vec::new(),
        ..prometheus
    };
    let ways = engine.ways(&on_host, 9100);
    assert_eq!(ways, [at(9100), Way::Exec(9100)]);
    serving.abort();
}

#[tokio::test]
async fn a_real_container_answers_at_the_port_of_its_route() {
    let name = "a_real_container_answers_at_the_port_of_its_route";
    let Some(endpoint) = engine::real_engine(name) else {
        return;
    };
    let own = std::process::id();
    let host = format!("e2e-{own}.example");
    let page = "mkdir /tmp/page; echo hi > /tmp/page/index.html; httpd -f -p 8080 -h /tmp/page";
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
        let screen = Driver::start(on_engine(&endpoint), (140, 40));
        screen.press("7").await;
        screen.sees(&host).await;
        screen.press("/").await;
        screen.type_in(&host).await;
        screen.press("enter c").await;
        screen.sees("200 through ").await;
        screen.sees(":8080").await;
        assert_eq!(screen.quit().await, 0);
    })
    .await;
}
