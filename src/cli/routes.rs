//! `routes`: which address leads to which container, and why one leads nowhere; one route a line, as text or as JSON.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::RoutesArgs;
use super::context::{Context, block_on};
use super::out::{Out, Quit};
use super::verb::containers;
use super::{DONE, FAILED, table};
use crate::engine::Engine;
use crate::model::route::probe::Doors;
use crate::model::route::{self, Fault, Seen, Sources};
use crate::model::{Container, Key, Route};
use crate::runtime::{browser, clock, roads};
use crate::update::machine;

pub(super) fn run(context: &Context, args: &RoutesArgs, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let engine = context.engine().await?;
        let all = containers(&engine).await?;
        let listed: Vec<&Container> = all.iter().collect();
        let seen = seen(&engine, &listed).await;
        let here = browser::machine(|name| context.env.get(name).map(str::to_owned));
        let routes = route::all(Sources {
            containers: &listed,
            seen: &seen,
            docker_host: &machine(&engine.info().endpoint, &here),
        });
        let name = |route: &Route| {
            let container = route.container.as_ref();
            let found = container.and_then(|key| all.iter().find(|c| c.key == *key));
            found.map_or(String::new(), |c| c.name.clone())
        };
        let shown: Vec<&Route> = routes
            .iter()
            .filter(|r| !args.dead || r.status() == "dead")
            .collect();
        if args.json {
            for route in &shown {
                out.line(&object(route, &name(route)).to_string())?;
            }
        } else {
            let rows: Vec<Vec<String>> = shown.iter().map(|r| row(r, &name(r))).collect();
            let columns = out.columns();
            for line in table::lines(HEAD, &rows, columns) {
                out.line(&line)?;
            }
        }
        out.flush()?;
        // For scripts: `--dead` asks whether there are any.
        Ok(if args.dead && !shown.is_empty() {
            FAILED
        } else {
            DONE
        })
    })
}

/// What routes depend on beyond the list, each container asked once.
pub(super) async fn seen(engine: &Engine, all: &[&Container]) -> BTreeMap<Key, Seen> {
    let environments = all.iter().any(|c| route::is_nginx_proxy(c));
    let mut found = BTreeMap::new();
    for container in all {
        let proxy = route::is_traefik(container);
        if !proxy && !environments {
            continue;
        }
        if let Ok(details) = engine.details(&container.key, clock::now()).await {
            let doors = (proxy && container.state.is_live()).then(|| Doors::of(container));
            let seen = roads::seen(engine, &details, doors.as_ref()).await;
            found.insert(container.key.clone(), seen);
        }
    }
    found
}

const HEAD: &[table::Head] = &[
    ("URL", false),
    ("STATUS", false),
    ("CONTAINER", false),
    ("PORT", true),
    ("SOURCE", false),
    ("REASON", false),
    ("RULE", false),
];

fn row(route: &Route, container: &str) -> Vec<String> {
    vec![
        route.title().to_owned(),
        route.status().to_owned(),
        container.to_owned(),
        route.port.map(|port| port.to_string()).unwrap_or_default(),
        route.source.word().to_owned(),
        reason(route),
        route.rule.clone(),
    ]
}

/// Why it leads nowhere, else what is odd about it.
fn reason(route: &Route) -> String {
    match &route.fault {
        Some(fault) => fault.words(),
        None => route.hints.join("; "),
    }
}

fn object(route: &Route, container: &str) -> Value {
    let container = (!container.is_empty()).then_some(container);
    json!({
        "url": route.urls.first(),
        "status": route.status(),
        "reason": route.fault.as_ref().map(Fault::words),
        "container": container,
        "rule": route.rule,
        "source": route.source.word(),
        "urls": route.urls,
        "patterns": route.patterns,
        "redirects": route.redirects,
        "conditions": route.conditions,
        "excludes": route.excludes,
        "kind": route.protocol.word(),
        "router": route.name,
        "entry_points": route.entry_points,
        "tls": route.tls,
        "cert_resolver": route.resolver,
        "middlewares": route.middlewares,
        "service": route.service,
        "port": route.port,
        "backend": route.backend,
        "hints": route.hints,
        "confirmed": route.confirmed,
    })
}
