//! Addresses that other proxies make, and published ports: caddy-docker-proxy by labels, nginx-proxy by environment.
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{
    Fault, Protocol, Route, Seen, Source, Sources, VirtualPath, fault, is_caddy, is_nginx_proxy,
    is_traefik,
};
use crate::model::container::Container;

/// Ports on which web pages are usually served.
const WEB: &[u16] = &[
    80, 81, 443, 1080, 3000, 3001, 4000, 4200, 5000, 5601, 8000, 8001, 8008, 8025, 8080, 8081,
    8082, 8086, 8088, 8090, 8096, 8123, 8161, 8200, 8443, 8500, 8888, 9000, 9001, 9090, 9091, 9093,
    9100, 9200, 9443, 15672, 16686,
];

/// Every route of caddy-docker-proxy and nginx-proxy.
pub fn routes(sources: Sources) -> Vec<Route> {
    let nginx = super::proxy(sources.containers, is_nginx_proxy);
    let caddies = super::proxy(sources.containers, is_caddy);
    let mut found = Vec::new();
    for container in sources.containers {
        let mut mine = caddy(container, sources.docker_host);
        if let Some(seen) = sources.seen.get(&container.key) {
            mine.extend(nginx_proxy(container, seen));
        }
        for route in &mut mine {
            let proxy = match route.source {
                Source::NginxProxy => nginx,
                _ => caddies,
            };
            route.fault = fault_of(container, route.source, proxy);
        }
        found.extend(mine);
    }
    found
}

/// Why these proxies would not lead to a container: they do not look at health.
fn fault_of(container: &Container, source: Source, proxy: Option<&Container>) -> Option<Fault> {
    let Some(proxy) = proxy else {
        return Some(Fault::NoProxy(source.word()));
    };
    let own = fault::of_state(container);
    let own = own.filter(|f| matches!(f, Fault::Stopped { .. } | Fault::Paused));
    let down = || Fault::ProxyDown {
        proxy: proxy.short_name().to_owned(),
        state: proxy.state.clone(),
    };
    own.or_else(|| (!proxy.state.is_live()).then(down))
}

/// Sites in the labels of caddy-docker-proxy: `caddy`, `caddy_0` and so on, one route each.
fn caddy(container: &Container, docker_host: &str) -> Vec<Route> {
    let labels = &container.labels;
    let is_site = |name: &str| {
        let number = name.strip_prefix("caddy_");
        name == "caddy"
            || number.is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
    };
    let mut found = Vec::new();
    for (name, sites) in labels.iter().filter(|(name, _)| is_site(name)) {
        let sites = sites.trim();
        if sites.is_empty() || sites.starts_with('(') {
            continue;
        }
        let mut route = Route::bare(Source::Caddy, Protocol::Http, name, container);
        let inner = format!("{name}.");
        let of_site: BTreeMap<&str, &str> = labels
            .iter()
            .filter_map(|(label, value)| Some((label.strip_prefix(&inner)?, value.as_str())))
            .collect();
        let path = of_site.iter().find_map(|(label, value)| {
            let first = label.split('.').next().unwrap_or(label);
            let directive = first.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
            let handles =
                first == *label && matches!(directive, "handle_path" | "handle" | "route");
            handles
                .then(|| value.trim_end_matches('*'))
                .filter(|path| path.starts_with('/'))
        });
        route.port = of_site.values().find_map(|value| upstream_port(value));
        route.rule = sites.to_owned();
        for site in sites.split([',', ' ']).filter(|site| !site.is_empty()) {
            put_site(&mut route, site, path.unwrap_or_default(), docker_host);
        }
        found.push(route);
    }
    found
}

fn put_site(route: &mut Route, site: &str, path: &str, docker_host: &str) {
    let (scheme, address) = site.split_once("://").unwrap_or(("https", site));
    if address.contains('*') {
        route.patterns.push(format!("{address}{path}"));
        return;
    }
    let (host, scheme) = match address.strip_prefix(':') {
        // A port alone: any host, and no certificate for it.
        Some("443") => (docker_host.to_owned(), "https"),
        Some("80") => (docker_host.to_owned(), "http"),
        Some(port) => (format!("{docker_host}:{port}"), "http"),
        None => (address.to_owned(), scheme),
    };
    route.tls |= scheme == "https";
    let host = host
        .strip_suffix(":443")
        .filter(|_| scheme == "https")
        .unwrap_or(&host);
    let host = host
        .strip_suffix(":80")
        .filter(|_| scheme == "http")
        .unwrap_or(host);
    route.urls.push(format!("{scheme}://{host}{path}"));
}

/// `{{upstreams https 9443}}` leads to port 9443.
fn upstream_port(value: &str) -> Option<u16> {
    let (_, inside) = value.split_once("{{upstreams")?;
    let (inside, _) = inside.split_once("}}")?;
    inside.split_whitespace().find_map(|word| word.parse().ok())
}

/// A variable of a container's environment.
fn variable<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    let mut all = seen.environment.iter();
    let found = all.find(|(known, _)| known == name);
    found.map(|(_, value)| value.trim())
}

/// The routes of a container that nginx-proxy takes. Several ports under one name go over all else.
fn nginx_proxy(container: &Container, seen: &Seen) -> Vec<Route> {
    if seen.multiports.is_empty() {
        return virtual_host(container, seen).into_iter().collect();
    }
    let one = |place: &VirtualPath| {
        let name = format!("{}{}", place.host, place.path);
        let mut route = Route::bare(Source::NginxProxy, Protocol::Http, &name, container);
        route.rule.clone_from(&name);
        route.port = place.port.or_else(|| usual_port(container));
        route.scheme.clone_from(&place.scheme);
        put_host(&mut route, &place.host, &place.path, seen);
        route
    };
    seen.multiports.iter().map(one).collect()
}

/// The one port it exposes, else 80.
fn usual_port(container: &Container) -> Option<u16> {
    let exposed: BTreeSet<u16> = container.ports.iter().map(|port| port.private).collect();
    if exposed.len() == 1 {
        exposed.first().copied()
    } else {
        Some(80)
    }
}

/// A host that nginx-proxy answers for: with TLS where somebody sees to its certificate.
fn put_host(route: &mut Route, host: &str, path: &str, seen: &Seen) {
    if host.starts_with('~') || host.contains('*') {
        route.patterns.push(format!("{host}{path}"));
        return;
    }
    let certified = variable(seen, "LETSENCRYPT_HOST").unwrap_or_default();
    let mut certified = certified.split(',').map(str::trim);
    let tls = certified.any(|known| known == host) || variable(seen, "CERT_NAME").is_some();
    route.tls |= tls;
    let scheme = if tls { "https" } else { "http" };
    route.urls.push(format!("{scheme}://{host}{path}"));
}

/// `VIRTUAL_HOST` and what belongs to it.
fn virtual_host(container: &Container, seen: &Seen) -> Option<Route> {
    let of = |name: &str| variable(seen, name);
    let hosts = of("VIRTUAL_HOST").filter(|hosts| !hosts.is_empty())?;
    let mut route = Route::bare(
        Source::NginxProxy,
        Protocol::Http,
        "VIRTUAL_HOST",
        container,
    );
    hosts.clone_into(&mut route.rule);
    route.port = of("VIRTUAL_PORT")
        .and_then(|port| port.parse().ok())
        .or_else(|| usual_port(container));
    route.scheme = of("VIRTUAL_PROTO").map(str::to_owned);
    let path = of("VIRTUAL_PATH")
        .filter(|path| path.starts_with('/') && *path != "/")
        .unwrap_or_default();
    let hosts = hosts.split(',').map(str::trim);
    for host in hosts.filter(|host| !host.is_empty()) {
        put_host(&mut route, host, path, seen);
    }
    Some(route)
}

/// Published ports on which a web page is likely, of containers that are no proxy's own doors.
pub fn published(sources: Sources, known: &[Route]) -> Vec<Route> {
    let known: HashSet<&str> = known
        .iter()
        .flat_map(|route| route.urls.iter().map(String::as_str))
        .collect();
    let mut found = Vec::new();
    let proxy = super::proxy(sources.containers, is_traefik);
    let setup = super::traefik::setup_of(proxy, sources.seen);
    // Behind a proxy's own doors are the routes above.
    let is_door = |container: &Container, port: u16| {
        let mut entries = setup.entry_points.iter();
        let entry = entries.any(|(name, entry)| entry.port == port && name != "traefik");
        let web = matches!(port, 80 | 443);
        (is_traefik(container) && entry)
            || (web && (is_nginx_proxy(container) || is_caddy(container)))
    };
    for container in sources.containers {
        let mut seen = BTreeSet::new();
        let ports = container.ports.iter().filter(|port| port.protocol == "tcp");
        let ports = ports.filter(|port| !is_door(container, port.private));
        for port in ports.filter(|port| WEB.contains(&port.private)) {
            let Some(public) = port
                .public
                .filter(|public| seen.insert((port.private, *public)))
            else {
                continue;
            };
            let name = format!("{public}->{}", port.private);
            let mut route = Route::bare(Source::Port, Protocol::Http, &name, container);
            route.tls = matches!(port.private, 443 | 8443 | 9443);
            let scheme = if route.tls { "https" } else { "http" };
            route.scheme = route.tls.then(|| scheme.to_owned());
            let host = match port.ip.as_str() {
                "" | "0.0.0.0" | "::" => sources.docker_host.to_owned(),
                ip if ip.contains(':') => format!("[{ip}]"),
                ip => ip.to_owned(),
            };
            let usual = matches!((scheme, public), ("http", 80) | ("https", 443));
            let door = if usual {
                String::new()
            } else {
                format!(":{public}")
            };
            let url = format!("{scheme}://{host}{door}");
            if known.contains(url.as_str()) {
                continue;
            }
            route.urls.push(url);
            route.port = Some(port.private);
            route.fault = fault::of_state(container)
                .filter(|f| matches!(f, Fault::Stopped { .. } | Fault::Paused));
            found.push(route);
        }
    }
    found
}
