//! `routes`: which address leads to which container, and why one leads nowhere; as text one address a line, as JSON one
//! route.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::RoutesArgs;
use super::context::{Context, block_on};
use super::hosts::{Site, Sites};
use super::out::{Out, Quit};
use super::{DONE, FAILED, table};
use crate::engine::Engine;
use crate::lang::{self, english};
use crate::model::route::{self, Fault, Seen, Sources};
use crate::model::{Container, Key, Reach, Route};
use crate::runtime::{browser, clock, roads};
use crate::update::machine;

pub(super) fn run(context: &Context, args: &RoutesArgs, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let sites = Sites::open(context, &[]).await?;
        let mut all: Vec<(Route, String)> = Vec::new();
        for site in &sites.up {
            let routes = of_site(context, site).await;
            all.extend(routes.into_iter().map(|route| {
                let key = route.container.as_ref();
                let found = key.and_then(|key| site.containers.iter().find(|c| c.key == *key));
                let name = found.map_or(String::new(), |c| sites.name(c));
                (route, name)
            }));
        }
        let shown: Vec<&(Route, String)> = all
            .iter()
            .filter(|(route, _)| !args.dead || route.status() == "dead")
            .collect();
        if args.json {
            for (route, name) in &shown {
                out.line(&english(|| object(route, name)).to_string())?;
            }
        } else {
            let columns = out.columns();
            let lines = lang::within(out.language(), || {
                let rows = shown.iter().flat_map(|(r, name)| rows(r, name));
                let rows: Vec<Vec<String>> = rows.collect();
                table::lines(HEAD, &rows, columns)
            });
            for line in lines {
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

/// The routes of a host.
pub(super) async fn of_site(context: &Context, site: &Site) -> Vec<Route> {
    let here = browser::machine(|name| context.env.get(name).map(str::to_owned));
    reached_at(site, &machine(&site.engine.info().endpoint, &here)).await
}

/// The routes of a host whose machine is called so.
pub(super) async fn reached_at(site: &Site, docker_host: &str) -> Vec<Route> {
    let listed: Vec<&Container> = site.containers.iter().collect();
    let seen = seen(&site.engine, &listed).await;
    route::all(Sources {
        containers: &listed,
        seen: &seen,
        docker_host,
    })
}

/// What routes depend on beyond the list, each container asked once.
async fn seen(engine: &Engine, all: &[&Container]) -> BTreeMap<Key, Seen> {
    let environments = route::reads_environments(all.iter().copied());
    let mut found = BTreeMap::new();
    for container in all {
        let proxy = route::is_traefik(container);
        if !proxy && !environments {
            continue;
        }
        if let Ok(details) = engine.details(&container.key, clock::now()).await {
            let reach = (proxy && container.state.is_live()).then(|| Reach::of(container));
            let seen = roads::seen(engine, &details, reach.as_ref()).await;
            found.insert(container.key.clone(), seen);
        }
    }
    found
}

const HEAD: &[table::Head] = &[
    (key!("URL"), false),
    (key!("STATUS"), false),
    (key!("CONTAINER"), false),
    (key!("PORT"), true),
    (key!("SOURCE"), false),
    (key!("REASON"), false),
    (key!("RULE"), false),
];

/// A line for each address of a route, and one for a route without any.
fn rows(route: &Route, container: &str) -> Vec<Vec<String>> {
    let row = |url: &str, reason: String| {
        vec![
            url.to_owned(),
            route.status().to_owned(),
            container.to_owned(),
            route.port.map(|port| port.to_string()).unwrap_or_default(),
            route.source.word().to_owned(),
            reason,
            route.rule.clone(),
        ]
    };
    let named = route.urls.iter().chain(&route.patterns);
    let mut rows: Vec<Vec<String>> = named.map(|url| row(url, reason(route))).collect();
    let redirects = route.redirects.iter();
    rows.extend(redirects.map(|url| row(url, redirection(route))));
    if rows.is_empty() {
        rows.push(row(&route.name, reason(route)));
    }
    rows
}

/// What there is to say of an address that leads to another one.
fn redirection(route: &Route) -> String {
    match (&route.fault, route.urls.first()) {
        (Some(fault), _) => fault.words(),
        (None, Some(url)) => say!("redirects to {url}", url),
        (None, None) => say!("redirects elsewhere").to_owned(),
    }
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
        "url": route.urls.first().or(route.redirects.first()),
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
