//! The reverse proxy of the simulated stack: sends from HTTP to HTTPS, and tells by its API which routers it made out of
//! the labels of the containers that run and are well. Its pages behind TLS are not served.
use std::collections::BTreeMap;

use hyper::Request;
use hyper::header::HOST;
use serde_json::{Value, json};

use super::server::Shared;
use super::web::Page;
use super::world::{Container, Phase, World};

const WEB: u16 = 80;
const API: u16 = 8080;

/// Whether it is one that listens at this port.
pub fn listens(container: &Container, port: u16) -> bool {
    let name = container.spec.image.split(':').next();
    let api = || option(container, "api.insecure") == Some("true");
    name == Some("traefik") && (port == WEB || port == API && api())
}

/// What it answers to a request at one of its ports.
pub fn answer<B>(shared: &Shared, proxy: &str, port: u16, asked: &Request<B>) -> Page {
    let world = shared.world();
    let Some(proxy) = world.containers.get(proxy) else {
        return missing();
    };
    match port {
        WEB => redirect(proxy, asked),
        _ => api(&world, proxy, asked.uri().path()),
    }
}

fn missing() -> Page {
    Page::text(404, "404 page not found\n")
}

/// To the same address with TLS, where it was started so.
fn redirect<B>(proxy: &Container, asked: &Request<B>) -> Page {
    let host = asked
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let to = option(proxy, "entrypoints.web.http.redirections.entrypoint.to");
    match host.filter(|_| to.is_some()) {
        Some(host) => Page {
            location: format!("https://{host}{}", asked.uri()),
            ..Page::text(301, "Moved Permanently")
        },
        None => missing(),
    }
}

fn api(world: &World, proxy: &Container, path: &str) -> Page {
    let told = match path {
        "/api/version" => version(proxy),
        "/api/http/routers" => Value::Array(routers(world, proxy)),
        "/api/tcp/routers" | "/api/udp/routers" => json!([]),
        _ => return missing(),
    };
    Page {
        content: "application/json",
        ..Page::text(200, &told.to_string())
    }
}

fn version(proxy: &Container) -> Value {
    let tag = proxy.spec.image.rsplit(':').next().unwrap_or_default();
    json!({ "Version": format!("{}.0", tag.trim_start_matches('v')), "Codename": "comte" })
}

/// Its own, then those of each container.
fn routers(world: &World, proxy: &Container) -> Vec<Value> {
    let mut all = vec![json!({
        "entryPoints": ["traefik"], "service": "api@internal", "rule": "PathPrefix(`/api`)", "status": "enabled",
        "using": ["traefik"], "name": "api@internal", "provider": "internal",
    })];
    let mut taken: Vec<&Container> = world.containers.values().filter(|c| takes(c)).collect();
    taken.sort_by(|a, b| a.name.cmp(&b.name));
    all.extend(taken.iter().flat_map(|c| of_container(proxy, c)));
    all
}

/// One that frozen or unhealthy programs have taken out of the table is not in it.
fn takes(container: &Container) -> bool {
    let enabled = container.label("traefik.enable") == Some("true");
    let checked = container.health.as_ref();
    let healthy = checked.is_none_or(|health| health.status == "healthy");
    enabled && healthy && container.phase == Phase::Running
}

/// What its labels say of each router; without any the one that is made by itself.
fn of_container(proxy: &Container, container: &Container) -> Vec<Value> {
    let mut found: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (label, value) in &container.labels {
        let rest = label.strip_prefix("traefik.http.routers.");
        if let Some((name, field)) = rest.and_then(|rest| rest.split_once('.')) {
            found.entry(name).or_default().insert(field, value);
        }
    }
    let own = own_name(container);
    if found.is_empty() {
        found.insert(&own, BTreeMap::new());
    }
    let routers = found.iter();
    routers
        .map(|(name, fields)| router(proxy, container, name, fields))
        .collect()
}

fn router(
    proxy: &Container,
    container: &Container,
    name: &str,
    fields: &BTreeMap<&str, &str>,
) -> Value {
    let own = own_name(container);
    let list = |field: &str| -> Vec<&str> {
        let words = fields.get(field).map(|words| words.split(','));
        words.into_iter().flatten().map(str::trim).collect()
    };
    let rule = match fields.get("rule") {
        Some(rule) => (*rule).to_owned(),
        None => format!("Host(`{own}`)"),
    };
    let entry_points = list("entrypoints");
    let mut router = json!({
        "entryPoints": entry_points, "using": entry_points, "rule": rule, "priority": rule.len(), "status": "enabled",
        "service": fields.get("service").copied().or_else(|| service(container)).unwrap_or(&own),
        "name": format!("{name}@docker"), "provider": "docker",
    });
    let middlewares = list("middlewares");
    if !middlewares.is_empty() {
        router["middlewares"] = json!(middlewares);
    }
    let by_entry_point = entry_points
        .iter()
        .any(|entry| option(proxy, &format!("entrypoints.{entry}.http.tls")) == Some("true"));
    let resolver = fields.get("tls.certresolver");
    if resolver.is_some() || by_entry_point || fields.get("tls") == Some(&"true") {
        router["tls"] = resolver.map_or(json!({}), |resolver| json!({ "certResolver": resolver }));
    }
    router
}

/// The first service that its labels name.
fn service(container: &Container) -> Option<&str> {
    container.labels.iter().find_map(|(label, _)| {
        let rest = label.strip_prefix("traefik.http.services.")?;
        Some(rest.split_once('.')?.0)
    })
}

/// What a router and a service are called that no label names.
fn own_name(container: &Container) -> String {
    match &container.spec.stack {
        Some(stack) => format!("{}-{stack}", container.spec.service),
        None => container.name.clone(),
    }
}

/// What it was started with: `--NAME=value`, whatever the case of the name.
fn option<'a>(proxy: &'a Container, name: &str) -> Option<&'a str> {
    proxy.command.iter().find_map(|argument| {
        let (given, value) = argument.strip_prefix("--")?.split_once('=')?;
        given.eq_ignore_ascii_case(name).then_some(value)
    })
}
