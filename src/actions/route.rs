//! What may be done with a route: go to its container, open or copy its address, ask whether it answers.
use crate::effect::{Effect, Effects, Fetch};
use crate::lang;
use crate::model::route::Protocol;
use crate::model::route::probe::Probe;
use crate::model::{Key, Route};
use crate::state::routes::Check;
use crate::state::{Choice, Menu, MenuItem, Scope, State, ViewId};

use super::container::{NO_LINK, open_on};
use super::{Action, shelf};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 1,
        unavailable: no_container,
        ..route(
            "route.container",
            "container",
            "Go to the container that the route leads to.",
            &["enter"],
            container,
        )
    },
    Action {
        footer: 2,
        unavailable: no_url,
        ..route(
            "route.url",
            "open/copy",
            "Open the address in a browser of this machine; over SSH, or without a browser, copy it.",
            &["w"],
            url,
        )
    },
    Action {
        footer: 3,
        unavailable: no_probe,
        ..route(
            "route.check",
            "check now",
            "Ask the container as its proxy would, and the address itself for its certificate.",
            &["c"],
            check,
        )
    },
    Action {
        footer: 4,
        unavailable: no_container,
        ..route(
            "route.logs",
            "logs",
            "Show the log of the container that the route leads to.",
            &["l"],
            logs,
        )
    },
    Action {
        footer: 9,
        ..route(
            "route.dead",
            "all/dead",
            "Show only what leads nowhere, or all.",
            &["a"],
            |s| shelf::change(s, |listing| listing.unused_only = !listing.unused_only),
        )
    },
    Action {
        unavailable: |s| chosen(s).is_none().then(nothing),
        ..route(
            "route.copy",
            "copy",
            "Copy its address, its rule or its router's name.",
            &["y"],
            copy,
        )
    },
    route(
        "route.columns",
        "columns",
        "Choose the columns.",
        &["C"],
        shelf::columns_menu,
    ),
];

const fn route(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::View(ViewId::Routes), id, title, help, keys, run)
}

fn nothing() -> String {
    say!("nothing is chosen").to_owned()
}

/// The route under the cursor.
fn chosen(state: &State) -> Option<&Route> {
    let key = state.shelves.routes.listing.selected()?;
    state.shelves.routes.things.get(&key)
}

fn container_of(state: &State) -> Option<Key> {
    let key = chosen(state)?.container.clone()?;
    state
        .world
        .container(&key)
        .map(|container| container.key.clone())
}

fn no_container(state: &State) -> Option<String> {
    match (chosen(state), container_of(state)) {
        (None, _) => Some(nothing()),
        (Some(_), None) => Some(say!("it leads to no container of this engine").to_owned()),
        (Some(_), Some(_)) => None,
    }
}

fn no_url(state: &State) -> Option<String> {
    match chosen(state) {
        None => Some(nothing()),
        Some(route) if route.urls.is_empty() => {
            Some(say!("it stands for many addresses, or for none: y copies its rule").to_owned())
        }
        Some(_) => None,
    }
}

fn no_probe(state: &State) -> Option<String> {
    let Some(route) = chosen(state) else {
        return Some(nothing());
    };
    let up = state
        .world
        .host(route.key.host)
        .is_some_and(|host| host.link.is_up());
    if !up {
        return Some(lang::say(NO_LINK).to_owned());
    }
    let container = route
        .container
        .as_ref()
        .and_then(|key| state.world.container(key));
    let Some(container) = container else {
        return no_container(state);
    };
    if !container.state.is_live() {
        return Some(say!("{name} does not run", name = container.short_name()));
    }
    match Probe::of(route, container) {
        Some(_) => None,
        None if route.protocol != Protocol::Http => Some(say!(
            "only HTTP can be checked, not {protocol}",
            protocol = route.protocol.word()
        )),
        None => Some(say!("it has no address or no port to ask").to_owned()),
    }
}

fn container(state: &mut State) -> Effects {
    if let Some(key) = container_of(state) {
        open_on(state, ViewId::Details, &key);
    }
    Effects::new()
}

fn logs(state: &mut State) -> Effects {
    if let Some(key) = container_of(state) {
        super::container::open_logs(state, &[key], None);
    }
    Effects::new()
}

fn check(state: &mut State) -> Effects {
    let probe = chosen(state).and_then(|route| {
        let container = state.world.container(route.container.as_ref()?)?;
        Probe::of(route, container)
    });
    let Some(probe) = probe else {
        return Effects::new();
    };
    let check = Check::UnderWay(state.now);
    state
        .shelves
        .route_book
        .checks
        .insert(probe.route.clone(), check);
    vec![Effect::Fetch(Fetch::Route(Box::new(probe)))]
}

fn url(state: &mut State) -> Effects {
    let urls = chosen(state).map(|route| route.urls.clone());
    open_one(state, &urls.unwrap_or_default())
}

/// Opens the address; of several, asks which.
pub fn open_one(state: &mut State, urls: &[String]) -> Effects {
    match urls {
        [one] => open_url(state, one.clone()),
        many => {
            let item = |url: &String| MenuItem::new(url, "", Choice::Url(url.clone()));
            state.offer(Menu::new(say!("Which address?"), many.iter().map(item)));
            Effects::new()
        }
    }
}

/// Opens an address where there is a browser, else copies it.
pub fn open_url(state: &mut State, url: String) -> Effects {
    if state.prefs.browser {
        vec![Effect::OpenUrl(url)]
    } else {
        vec![Effect::Copy(url)]
    }
}

/// Shows the routes of a machine: what its name filters.
pub fn show_of(state: &mut State, host: &str) -> Effects {
    let listing = &mut state.shelves.routes.listing;
    host.clone_into(&mut listing.filter);
    listing.unused_only = false;
    listing.stale = true;
    super::view::go(state, ViewId::Routes)
}

fn copy(state: &mut State) -> Effects {
    let Some(route) = chosen(state) else {
        return Effects::new();
    };
    let urls = route
        .urls
        .iter()
        .chain(&route.patterns)
        .map(|url| (say!("address"), url.clone()));
    let mut texts: Vec<(&str, String)> = urls.collect();
    texts.extend([
        (say!("rule"), route.rule.clone()),
        (say!("router"), route.name.clone()),
    ]);
    texts.extend(
        route
            .fault
            .as_ref()
            .map(|fault| (say!("why not"), fault.words())),
    );
    let items = texts.into_iter().filter(|(_, text)| !text.is_empty());
    let items = items.map(|(what, text)| MenuItem::copy(what, &text));
    let menu = Menu::new(say!("Copy"), items);
    state.offer(menu);
    Effects::new()
}
