//! The addresses that texts on screen stand for, by the numbers that views gave them: so that a terminal can make links of
//! them. Must not know how links are drawn.
use crate::columns::container::url::best_route;
use crate::model::Route;
use crate::state::{RowId, State, ViewId};

/// The address of this number on the screen as it is. In tables the number is that of the row among all rows.
pub fn of(state: &State, number: u32) -> Option<&str> {
    let number = usize::try_from(number).ok()?;
    match state.view() {
        ViewId::Routes => of_route(state, number),
        ViewId::Containers => of_row(state, number),
        ViewId::Details => of_container(state).nth(number),
        ViewId::Letter => {
            let opened = state.mail.opened.get(&state.subject()?)?;
            let letter = opened.letter.as_ref().ok()?;
            letter.links.get(number).map(String::as_str)
        }
        _ => None,
    }
}

fn of_route(state: &State, row: usize) -> Option<&str> {
    let shelf = &state.shelves.routes;
    let key = shelf.listing.table.rows.get(row)?.key()?;
    first(shelf.things.get(key)?)
}

fn of_row(state: &State, row: usize) -> Option<&str> {
    let RowId::Container(key) = state.containers.table.rows.get(row)? else {
        return None;
    };
    first(best_route(state.world.container(key)?, state)?)
}

fn first(route: &Route) -> Option<&str> {
    route.urls.first().map(String::as_str)
}

/// Those that lead to the container on screen, in the order of its routes.
fn of_container(state: &State) -> impl Iterator<Item = &str> {
    let book = &state.shelves.route_book.of;
    let keys = state.subject().and_then(|key| book.get(&key));
    let routes = &state.shelves.routes.things;
    let routes = keys.into_iter().flatten().filter_map(|key| routes.get(key));
    routes.flat_map(|route| route.urls.iter().map(String::as_str))
}
