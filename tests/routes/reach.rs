//! Behind which port a proxy's addresses are, whether it reaches the container, and what it asks it for.
use super::*;

fn bare(name: &str, image: &str, network: &str) -> Container {
    let mut container = Container::bare(Key::container(HostId(0), name), name);
    container.state = RunState::Running;
    container.image = image.to_owned();
    container.networks = vec![(network.to_owned(), String::new())];
    container
}

fn published(private: u16, public: u16) -> Port {
    Port {
        private,
        public: Some(public),
        protocol: "tcp".to_owned(),
        ..Port::default()
    }
}

fn labelled(mut container: Container, labels: &[(&str, &str)]) -> Container {
    let labels = labels
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
    container.labels.extend(labels);
    container
}

/// The routes of an application with this environment behind an nginx-proxy.
fn behind_nginx(proxy: &Container, app: &Container, variables: &[(&str, &str)]) -> Vec<Route> {
    let environment: Vec<(String, String)> = variables
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    let seen = Seen {
        multiports: nginx_proxy::multiports(&environment),
        environment,
        ..Seen::default()
    };
    routes(&[proxy, app], &BTreeMap::from([(app.key.clone(), seen)]))
        .into_iter()
        .filter(|route| route.source != Source::Port)
        .collect()
}

fn asked(route: &Route, container: &Container) -> String {
    Probe::of(route, container).map(|probe| probe.path).unwrap()
}

#[test]
fn addresses_have_the_port_that_the_proxy_is_published_at() {
    let mut nginx = bare("proxy", "nginxproxy/nginx-proxy:1.6", "net");
    nginx.ports = vec![published(80, 18090), published(443, 18443)];
    let app = bare("app", "app", "net");
    let found = behind_nginx(&nginx, &app, &[("VIRTUAL_HOST", "shop.example")]);
    assert_eq!(found[0].urls, ["http://shop.example:18090"]);
    let certified = [
        ("VIRTUAL_HOST", "shop.example"),
        ("LETSENCRYPT_HOST", "shop.example"),
    ];
    let found = behind_nginx(&nginx, &app, &certified);
    assert_eq!(found[0].urls, ["https://shop.example:18443"]);

    let mut caddy = bare("caddy", "lucaslorentz/caddy-docker-proxy:2.9", "net");
    caddy.ports = vec![published(443, 18444)];
    let app = labelled(
        bare("app", "app", "net"),
        &[(
            "caddy",
            "cc.example, http://plain.example, own.example:8443",
        )],
    );
    let found = routes(&[&caddy, &app], &BTreeMap::new());
    assert_eq!(
        found[0].urls,
        [
            "https://cc.example:18444",
            "http://plain.example",
            "https://own.example:8443"
        ]
    );
}

#[test]
fn every_proxy_must_be_in_a_network_of_the_container() {
    let nginx = bare("proxy", "nginxproxy/nginx-proxy:1.6", "net");
    let other = bare("app", "app", "elsewhere");
    let host = [("VIRTUAL_HOST", "shop.example")];
    let found = behind_nginx(&nginx, &other, &host);
    assert!(
        matches!(&found[0].fault, Some(Fault::OtherNetwork { networks, .. }) if *networks == ["elsewhere"])
    );
    let found = behind_nginx(&nginx, &bare("app", "app", "net"), &host);
    assert_eq!(found[0].fault, None);

    let caddy = bare("caddy", "lucaslorentz/caddy-docker-proxy:2.9", "net");
    let labels = [("caddy", "cc.example")];
    let found = routes(&[&caddy, &labelled(other, &labels)], &BTreeMap::new());
    assert_eq!(found[0].status(), "dead");
    let on_host = labelled(bare("app", "app", "host"), &labels);
    let found = routes(&[&caddy, &on_host], &BTreeMap::new());
    assert_eq!(found[0].status(), "ok");
}

#[test]
fn a_container_is_asked_for_what_its_proxy_leaves_of_the_path() {
    let mut bench = Bench::new();
    let rule = "Host(`shop.example`) && PathPrefix(`/app`)".to_owned();
    for (name, value) in [
        ("traefik.http.routers.shop.rule", rule.as_str()),
        ("traefik.http.routers.shop.middlewares", "inner"),
        (
            "traefik.http.middlewares.inner.chain.middlewares",
            "strip@docker",
        ),
        (
            "traefik.http.middlewares.strip.stripprefix.prefixes",
            "/app",
        ),
    ] {
        let labels = &mut bench.shop().labels;
        labels.insert(name.to_owned(), value.to_owned());
    }
    bench.shop().ports = vec![Port {
        private: 80,
        protocol: "tcp".to_owned(),
        ..Port::default()
    }];
    let route = bench.routes().remove(0);
    assert_eq!(route.urls, ["https://shop.example/app"]);
    assert_eq!(asked(&route, bench.shop()), "/");
    bench
        .shop()
        .labels
        .remove("traefik.http.routers.shop.middlewares");
    let route = bench.routes().remove(0);
    assert_eq!(asked(&route, bench.shop()), "/app");

    let caddy = bare("caddy", "lucaslorentz/caddy-docker-proxy:2.9", "net");
    for (directive, path) in [("caddy.handle_path", "/"), ("caddy.handle", "/app/")] {
        let labels = [
            ("caddy", "cc.example"),
            (directive, "/app/*"),
            ("caddy.reverse_proxy", "{{upstreams 8080}}"),
        ];
        let app = labelled(bare("app", "app", "net"), &labels);
        let found = routes(&[&caddy, &app], &BTreeMap::new());
        assert_eq!(asked(&found[0], &app), path, "{directive}");
    }

    let nginx = bare("proxy", "nginxproxy/nginx-proxy:1.6", "net");
    let app = bare("app", "app", "net");
    let variables = [
        ("VIRTUAL_HOST", "shop.example"),
        ("VIRTUAL_PATH", "/app/"),
        ("VIRTUAL_DEST", "/"),
    ];
    let found = behind_nginx(&nginx, &app, &variables);
    assert_eq!(found[0].urls, ["http://shop.example/app/"]);
    assert_eq!(asked(&found[0], &app), "/");
    let several = "a.example: {/api/: {port: 9000, dest: /v1/}}";
    let found = behind_nginx(&nginx, &app, &[("VIRTUAL_HOST_MULTIPORTS", several)]);
    assert_eq!(asked(&found[0], &app), "/v1/");
}

#[test]
fn an_entry_point_that_is_not_published_is_told() {
    let mut bench = Bench::new();
    let hints = |bench: &Bench| bench.routes()[0].hints.join("; ");
    assert_eq!(hints(&bench), "", "of nothing published nothing is known");
    bench.containers[0].ports = vec![published(80, 8080)];
    assert_eq!(
        hints(&bench),
        "Traefik's entry point websecure (443) is not published"
    );
    bench.containers[0].ports.push(published(443, 8443));
    assert_eq!(hints(&bench), "");
}
