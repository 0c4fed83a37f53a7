//! The address that leads to a container, as its column shows it, and the room it wants there.
use crate::columns::{Cell, Cx, Fit};
use crate::model::route::fault::of_state;
use crate::model::route::{Fault, Source};
use crate::model::{Container, Route};
use crate::state::State;
use crate::state::table::Want;
use crate::text;
use crate::theme::Key;

/// The best address that leads to it.
pub(super) fn url<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    best_route(c, cx.state).map_or_else(Cell::blank, |route| cell(c, route))
}

fn cell<'a>(c: &Container, route: &'a Route) -> Cell<'a> {
    let url = route.urls.first().map_or("", String::as_str);
    let address = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (sign, style, weight) = match route.fault {
        None => ("", Key::Text, Key::Text),
        Some(Fault::Starting) => ("◐ ", Key::StateBusy, Key::Dim),
        Some(_) => ("✖ ", Key::StateBad, Key::Dim),
    };
    let mut pieces = vec![(sign.into(), style), (address.into(), weight)];
    // What the container's own state says is told beside it.
    let told = |fault: &&Fault| **fault == Fault::Starting || of_state(c).as_ref() == Some(*fault);
    if let Some(fault) = route.fault.as_ref().filter(|fault| !told(fault)) {
        pieces.push((format!("  {}", fault.short()).into(), style));
    }
    Cell {
        pieces,
        fit: Fit::Address,
    }
}

/// The route that is shown of a container: one that leads there before one that does not.
pub fn best_route<'a>(c: &Container, state: &'a State) -> Option<&'a Route> {
    let shelves = &state.shelves;
    let keys = shelves.route_book.of.get(&c.key)?;
    let routes = keys.iter().filter_map(|key| shelves.routes.things.get(key));
    let mut routes = routes.filter(|route| !route.urls.is_empty());
    let first = routes.clone().next();
    routes.find(|route| route.fault.is_none()).or(first)
}

/// The least room is that of the longest host. Nothing is wanted where all addresses are published ports, which have a
/// column of their own.
pub fn want(state: &State) -> Want {
    let keys = state.shelves.route_book.of.keys();
    let containers = keys.filter_map(|key| state.world.container(key));
    let wants = containers.filter_map(|c| {
        let route = best_route(c, state).filter(|route| route.source != Source::Port)?;
        let cell = cell(c, route);
        let [(sign, _), (address, _), ..] = cell.pieces.as_slice() else {
            return None;
        };
        let least = text::width(sign) + text::host_width(address);
        Some(Want::new(least, cell.width()))
    });
    wants.fold(Want::default(), Want::both)
}
