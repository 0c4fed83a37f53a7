//! Routes: what is read out of the containers, and what may be done with one.
use std::collections::BTreeSet;

use chrono::TimeDelta;
use stacktui::effect::{Effect, Fetch, Subscription};
use stacktui::model::Key;
use stacktui::model::route::probe::{Answer, Probe};
use stacktui::model::route::{Protocol, Seen, Told, ToldRouter};
use stacktui::msg::{Failure, FailureKind, Msg};
use stacktui::state::{RowId, ViewId};

use crate::harness::{Scene, of};
use crate::world as base;

fn routed() -> Scene {
    let mut it = of(base::routed(base::now()));
    it.press("7").view(ViewId::Routes);
    it
}

/// Titles of the rows, in order, and the short reason where one leads nowhere.
fn rows(it: &Scene) -> Vec<(String, &'static str)> {
    let shelf = &it.state.shelves.routes;
    let rows = shelf.listing.table.rows.iter().filter_map(RowId::key);
    let routes = rows.filter_map(|key| shelf.things.get(key));
    routes
        .map(|r| {
            (
                r.title().to_owned(),
                r.fault.as_ref().map_or("", |f| f.short()),
            )
        })
        .collect()
}

/// Puts the cursor on a route by what is in its title.
fn on(it: &mut Scene, title: &str) {
    it.press("g");
    for _ in 0..40 {
        let key = it.state.shelves.routes.listing.selected().expect("a row");
        if it.state.shelves.routes.things[&key].title().contains(title) {
            return;
        }
        it.press("j");
    }
    panic!("no route {title}: {:?}", rows(it));
}

fn proxy(it: &Scene) -> Key {
    let mut all = it.state.world.containers();
    all.find(|c| c.service() == Some("traefik"))
        .expect("it")
        .key
        .clone()
}

#[test]
fn each_route_is_a_row_with_why_it_leads_nowhere() {
    let it = routed();
    let found = rows(&it);
    let of = |title: &str| {
        found
            .iter()
            .find(|(t, _)| t.contains(title))
            .expect("a row")
            .1
    };
    assert_eq!(of("grafana"), "");
    assert_eq!(of("portainer"), "v2 rule under v3");
    assert_eq!(of("prom"), "misspelt label");
    assert_eq!(of("tickets"), "unhealthy", "{found:?}");
}

#[test]
fn a_filter_finds_a_route_by_its_address_and_by_its_fault() {
    let mut it = routed();
    it.press("/").type_in("misspelt").press("enter");
    assert_eq!(rows(&it).len(), 1);
    it.press("esc a").shows("prometheus");
    assert!(
        rows(&it).iter().all(|(_, fault)| !fault.is_empty()),
        "dead ones only"
    );
}

#[test]
fn enter_goes_to_the_container() {
    let mut it = routed();
    on(&mut it, "tickets");
    it.press("enter").view(ViewId::Details);
    let about = it.state.subject().expect("a container");
    assert_eq!(
        it.state.world.container(&about).and_then(|c| c.service()),
        Some("zammad")
    );
}

#[test]
fn an_address_is_copied_where_no_browser_would_be_seen_and_opened_where_one_would() {
    let mut it = routed();
    on(&mut it, "tickets");
    it.press("w");
    let url = "https://tickets.example.com".to_owned();
    assert_eq!(it.effects.last(), Some(&Effect::Copy(url.clone())));
    it.state.prefs.browser = true;
    it.press("w");
    assert_eq!(it.effects.last(), Some(&Effect::OpenUrl(url)));
    // Two addresses: it asks which.
    on(&mut it, "portainer");
    it.press("w");
    assert_eq!(it.menu().items.len(), 2);
    it.press("j enter");
    let second = "https://docker.example.com".to_owned();
    assert_eq!(it.effects.last(), Some(&Effect::OpenUrl(second)));
}

fn asked(it: &Scene) -> Probe {
    match it.effects.last() {
        Some(Effect::Fetch(Fetch::Route(probe))) => (**probe).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_check_asks_the_container_with_the_routes_own_host_and_its_outcome_stands_on_the_row() {
    let mut it = routed();
    on(&mut it, "tickets");
    it.press("c").shows("checking");
    let probe = asked(&it);
    assert_eq!(
        (probe.host.as_str(), probe.path.as_str(), probe.port),
        ("tickets.example.com", "/", 8080)
    );
    assert_eq!(probe.reach.addresses, ["172.20.0.5"]);
    let answer = Answer {
        status: 502,
        took_ms: 41,
        via: "172.20.0.5:8080".to_owned(),
        certificate: Some(base::now() + TimeDelta::days(30)),
    };
    it.send(Msg::RouteChecked(probe.route.clone(), Ok(answer.clone())));
    it.shows("unhealthy")
        .shows("502 through 172.20.0.5:8080 in 41 ms")
        .shows("certificate is good for 4w");
    let expired = Answer {
        status: 200,
        certificate: Some(base::now() - TimeDelta::days(30)),
        ..answer
    };
    it.send(Msg::RouteChecked(probe.route.clone(), Ok(expired)));
    it.shows("certificate expired 4w").hides("good for");
    it.press("c");
    let why = "172.20.0.5:8080: nothing listens there".to_owned();
    it.send(Msg::RouteChecked(probe.route, Err(why)));
    it.shows("unhealthy").shows("nothing listens there");
}

#[test]
fn what_a_check_found_never_stands_in_the_place_of_a_reason_and_a_failed_one_is_not_green() {
    let mut it = routed();
    on(&mut it, "grafana");
    let at = |it: &Scene, words: &str| {
        let screen = it.screen();
        let mut rows = screen.lines();
        let row = rows.find(|row| row.contains("grafana.example"));
        row.is_some_and(|row| row.contains(words))
    };
    assert!(at(&it, "● "));
    it.press("c");
    let probe = asked(&it);
    let answer = Answer {
        status: 200,
        took_ms: 41,
        via: "172.20.0.6:3000".to_owned(),
        certificate: Some(base::now() + TimeDelta::days(60)),
    };
    it.send(Msg::RouteChecked(probe.route.clone(), Ok(answer.clone())));
    assert!(at(&it, "● ") && at(&it, "200 in 41 ms "));
    let certificate = Some(base::now() + TimeDelta::days(6));
    let soon = Answer {
        certificate,
        ..answer.clone()
    };
    it.send(Msg::RouteChecked(probe.route.clone(), Ok(soon)));
    assert!(at(&it, "200, TLS 6d left"));
    let late = Answer {
        certificate: Some(base::now() - TimeDelta::days(1)),
        ..answer
    };
    it.send(Msg::RouteChecked(probe.route.clone(), Ok(late)));
    assert!(at(&it, "✖ ") && at(&it, "200, TLS expired"));
    let why = "172.20.0.6:3000: nothing listens there".to_owned();
    it.send(Msg::RouteChecked(probe.route, Err(why)));
    assert!(at(&it, "✖ "));
}

#[test]
fn a_filter_finds_a_route_by_its_container() {
    let mut it = routed();
    it.press("/").type_in("zammad-1").press("enter");
    let found = rows(&it);
    assert!(!found.is_empty(), "a route by its container");
    assert!(
        found.iter().all(|(title, _)| title.contains("tickets")),
        "{found:?}"
    );
}

#[test]
fn on_a_small_screen_the_reason_is_told_and_two_paths_of_one_host_differ() {
    let mut it = routed();
    on(&mut it, "tickets");
    it.send(Msg::Resize {
        width: 40,
        height: 12,
    });
    it.shows("is unhealthy").shows("tickets.example.com");
    it.send(Msg::Resize {
        width: 80,
        height: 24,
    });
    it.press("a").shows("dead only").hides("unused");
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut it = routed();
    on(&mut it, "inventory");
    it.press("c").sees_toast("does not run");
    assert!(
        !it.effects
            .iter()
            .any(|e| matches!(e, Effect::Fetch(Fetch::Route(_))))
    );
}

#[test]
fn traefik_is_asked_only_while_routes_are_looked_at() {
    let mut it = routed();
    let key = proxy(&it);
    let asks = |it: &Scene| {
        it.flows()
            .iter()
            .any(|s| matches!(s, Subscription::Proxy(k, Some(_)) if *k == key))
    };
    assert!(asks(&it));
    it.press("1");
    assert!(!asks(&it));
}

#[test]
fn traefiks_own_words_stand_beside_what_the_labels_say() {
    let mut it = routed();
    let key = proxy(&it);
    let router = |name: &str, status: &str, error: &str| ToldRouter {
        name: name.to_owned(),
        provider: "docker".to_owned(),
        status: status.to_owned(),
        errors: if error.is_empty() {
            vec![]
        } else {
            vec![error.to_owned()]
        },
        ..ToldRouter::default()
    };
    let file = ToldRouter {
        name: "legacy".to_owned(),
        provider: "file".to_owned(),
        rule: "Host(`legacy.example.com`)".to_owned(),
        tls: true,
        status: "enabled".to_owned(),
        ..ToldRouter::default()
    };
    let arguments = ["traefik", "--entrypoints.websecure.address=:443"];
    let seen = Seen {
        arguments: arguments.map(str::to_owned).to_vec(),
        told: Some(Told {
            version: "3.1.0".to_owned(),
            routers: vec![
                router(
                    "grafana",
                    "disabled",
                    "middleware \"auth@file\" does not exist",
                ),
                router("mailhog", "enabled", ""),
                file,
            ],
            whole: BTreeSet::from([Protocol::Http]),
        }),
        ..Seen::default()
    };
    it.send(Msg::Proxy(key.clone(), Ok(Box::new(seen))));
    it.wait(600);
    let found = rows(&it);
    let of = |title: &str| {
        found
            .iter()
            .find(|(t, _)| t.contains(title))
            .expect("a row")
            .1
    };
    assert_eq!(of("grafana"), "refused by Traefik");
    assert_eq!(of("mailhog"), "");
    assert_eq!(of("tickets"), "unhealthy", "what is known to pass stays");
    assert_eq!(of("legacy"), "", "a router of a file is told, too");
    on(&mut it, "grafana");
    it.shows("auth@file");
    on(&mut it, "legacy");
    it.press("enter").sees_toast("no container");
    // A refusal of inspect leaves what was known.
    let failure = Failure {
        kind: FailureKind::TimedOut,
        ..Default::default()
    };
    it.send(Msg::Proxy(key, Err(failure)));
    assert_eq!(rows(&it), found);
    // What it said is not held against routes once nobody asks it any more.
    it.press("1").press("7");
    let later = rows(&it);
    assert!(
        later.iter().all(|(_, why)| *why != "refused by Traefik"),
        "{later:?}"
    );
    assert!(!later.iter().any(|(title, _)| title.contains("legacy")));
}

#[test]
fn a_containers_addresses_are_in_its_row_and_its_details() {
    let mut it = of(base::routed(base::now()));
    it.state.containers.columns = ["name", "state", "url"].map(str::to_owned).to_vec();
    it.state.containers.stale = true;
    it.wait(0)
        .shows("mailhog.example.com")
        .shows("✖ tickets.example.com");
    it.on("zammad").press("w");
    assert_eq!(it.menu().items[0].label, "https://tickets.example.com");
    assert_eq!(it.menu().items[0].hint, "unhealthy");
    it.press("esc enter").view(ViewId::Details);
    let key = it.state.subject().expect("a container");
    let details = base::details("systeme-ticketing-zammad-1", base::now());
    it.send(Msg::Details(key, Ok(Box::new(details))));
    it.shows("URLs").shows("https://tickets.example.com");
}

/// What a container of an nginx-proxy asks for.
fn asks_for(it: &mut Scene, key: &Key, host: &str) {
    let seen = Seen {
        environment: vec![("VIRTUAL_HOST".to_owned(), host.to_owned())],
        ..Seen::default()
    };
    it.send(Msg::Proxy(key.clone(), Ok(Box::new(seen))));
}

#[test]
fn answers_that_come_together_are_read_together() {
    let mut it = routed();
    it.change("mailhog", |c| c.image = "nginxproxy/nginx-proxy".to_owned());
    let looked: Vec<Key> = it
        .flows()
        .into_iter()
        .filter_map(|flow| match flow {
            Subscription::Proxy(key, _) => Some(key),
            _ => None,
        })
        .collect();
    assert!(looked.len() > 5, "{looked:?}");
    let behind = |it: &Scene| it.state.shelves.route_book.behind;
    let (last, others) = looked.split_last().expect("some");
    for (number, key) in others.iter().enumerate() {
        asks_for(&mut it, key, &format!("{number}.n.example"));
        assert!(behind(&it), "more is on the way");
    }
    it.hides("n.example");
    assert!(
        it.flows().contains(&Subscription::Tick),
        "it is not forgotten"
    );
    it.wait(600).send(Msg::Tick).shows("n.example");
    assert!(!behind(&it));
    // Again some time must pass, or the last answer come, were it a refusal.
    asks_for(&mut it, &looked[0], "new.n.example");
    assert!(behind(&it));
    let failure = Failure {
        kind: FailureKind::Unreachable,
        ..Failure::default()
    };
    it.send(Msg::Proxy(last.clone(), Err(failure)));
    assert!(!behind(&it));
    asks_for(&mut it, &looked[1], "newer.n.example");
    assert!(!behind(&it), "no other is awaited");
    assert!(!it.flows().contains(&Subscription::Tick));
}
