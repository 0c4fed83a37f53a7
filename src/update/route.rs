//! Routes: read anew out of the containers where those have changed, and what is found out about them.
use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::columns;
use crate::columns::listed::Listed;
use crate::effect::Effects;
use crate::model::route::probe::Answer;
use crate::model::route::{self, Seen, Sources, Told};
use crate::model::{Container, Key, Kind};
use crate::msg::Failure;
use crate::state::routes::{Check, looked_at};
use crate::state::{State, ViewId};

/// While answers are on the way, routes are read anew this far apart.
const APART: TimeDelta = TimeDelta::milliseconds(500);

/// What a container was started with came, or Traefik's own account of its routers.
pub(super) fn seen(state: &mut State, key: Key, answer: Result<Box<Seen>, Failure>) -> Effects {
    let book = &mut state.shelves.route_book;
    match answer {
        Ok(seen) => {
            book.in_vain.remove(&key);
            if book.seen.get(&key) != Some(&*seen) {
                book.seen.insert(key, *seen);
                book.behind = true;
            }
        }
        // What was known of it stays; the list shows what its labels say.
        Err(_) => {
            book.in_vain.insert(key);
        }
    }
    Effects::new()
}

/// A route was looked at.
pub(super) fn checked(state: &mut State, key: Key, answer: Result<Answer, String>) -> Effects {
    let check = Check::Done(state.now, answer);
    state.shelves.route_book.checks.insert(key, check);
    state.shelves.routes.listing.stale = true;
    Effects::new()
}

/// Reads the routes anew where they are on screen and what they stand on has changed.
pub(super) fn derive(state: &mut State) {
    forget_told(state);
    if !is_due(state) || !are_shown(state) {
        return;
    }
    let mut of: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    let shelves = &mut state.shelves;
    for host in state.world.hosts.values().filter(|host| host.loaded) {
        let containers: Vec<&Container> = host.containers().collect();
        let endpoint = host.link.info().map_or("", |info| info.endpoint.as_str());
        let docker_host = machine(endpoint, &state.prefs.machine);
        let routes = route::all(Sources {
            containers: &containers,
            seen: &shelves.route_book.seen,
            docker_host: &docker_host,
        });
        for route in &routes {
            if let Some(container) = &route.container {
                of.entry(container.clone())
                    .or_default()
                    .push(route.key.clone());
            }
        }
        shelves.routes.put(host.id, routes, Listed::key);
    }
    let book = &mut shelves.route_book;
    book.of = of;
    state.containers.changed();
    (book.stale, book.behind) = (false, false);
    book.read_at = Some(state.now);
    let routes = &shelves.routes.things;
    book.checks.retain(|key, _| routes.contains_key(key));
    let world = &state.world;
    book.seen.retain(|key, _| world.container(key).is_some());
    book.in_vain.retain(|key| world.container(key).is_some());
}

/// Answers come one by one, and one of a Traefik may change every route: with more of them on the way they are read together.
fn is_due(state: &State) -> bool {
    let book = &state.shelves.route_book;
    if book.stale || !book.behind {
        return book.stale;
    }
    let long_ago = book.read_at.is_none_or(|at| state.now - at >= APART);
    let known = |c: &Container| book.seen.contains_key(&c.key) || book.in_vain.contains(&c.key);
    long_ago || state.world.hosts.values().flat_map(looked_at).all(known)
}

/// A proxy's own account holds while it is asked: once the routes are left, a router that is new would be missing from it.
fn forget_told(state: &mut State) {
    if state.view() == ViewId::Routes {
        return;
    }
    let book = &mut state.shelves.route_book;
    let told = book.seen.values_mut().filter_map(|seen| seen.told.as_mut());
    let had = told.map(Told::forget_routers).filter(|had| *had).count() > 0;
    if had {
        book.stale = true;
        state.containers.stale = true;
    }
}

/// Something on screen tells of routes.
fn are_shown(state: &State) -> bool {
    match state.view() {
        ViewId::Routes => true,
        ViewId::Details => state
            .subject()
            .is_some_and(|key| key.kind == Kind::Container),
        ViewId::Containers => {
            let chosen = &state.containers.columns;
            let by_default = || columns::find("url").is_some_and(|column| column.default);
            chosen.iter().any(|id| id == "url") || (chosen.is_empty() && by_default())
        }
        _ => false,
    }
}

/// The engine's machine as the user reaches it: out of the engine's address; of a local engine what the user's own session says.
pub fn machine(endpoint: &str, here: &str) -> String {
    let Some((scheme, rest)) = endpoint.split_once("://") else {
        return here.to_owned();
    };
    if !matches!(scheme, "ssh" | "tcp" | "http" | "https") {
        return here.to_owned();
    }
    let rest = rest.split('/').next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host.to_owned(),
        _ => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_machine_is_told_by_its_address() {
        for (endpoint, told) in [
            ("unix:///var/run/docker.sock", "here"),
            ("ssh://ada@srv.example:2222/run/docker.sock", "srv.example"),
            ("ssh://srv.example", "srv.example"),
            ("tcp://10.0.0.5:2375", "10.0.0.5"),
            ("https://[2001:db8::1]:2376", "[2001:db8::1]"),
            ("--demo", "here"),
        ] {
            assert_eq!(machine(endpoint, "here"), told, "{endpoint}");
        }
    }
}
