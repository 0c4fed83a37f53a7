//! Lists of images, volumes and networks: their order, their marks, what is shown of them.
use crate::columns::Column;
use crate::columns::listed::{self, Listed};
use crate::effect::Effects;
use crate::model::swarm::{Node, Service};
use crate::model::{HostEntry, Image, Mail, Network, Route, Stack, Volume};
use crate::state::{Choice, Listing, Menu, MenuItem, RowId, Scope, State, ViewId};

use super::Action;

const fn list(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::Shelf, id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    list(
        "list.columns",
        "columns",
        "Choose the columns.",
        &["c"],
        columns_menu,
    ),
    list(
        "list.mark",
        "mark",
        "Mark the row: actions then take all marked ones.",
        &["space"],
        mark,
    ),
    list(
        "list.mark_all",
        "mark all",
        "Mark every row shown, or none.",
        &["*"],
        mark_all,
    ),
    list(
        "list.order",
        "order by",
        "Choose the column that orders the rows.",
        &["o"],
        |s| menu(s, true, Choice::OrderBy),
    ),
    list(
        "list.reverse",
        "reverse",
        "Turn the order around.",
        &["O"],
        |s| change(s, |listing| listing.reverse = !listing.reverse),
    ),
    Action {
        footer: 9,
        unavailable: |s| match s.view() {
            ViewId::Hosts => Some(say!("a host is never unused").to_owned()),
            ViewId::Mail => Some(say!("no container uses a mail").to_owned()),
            ViewId::Routes => Some(say!("no container uses a route").to_owned()),
            ViewId::Services | ViewId::Nodes => Some(say!("! shows what is in trouble").to_owned()),
            _ => None,
        },
        ..list(
            "list.unused",
            "all/unused",
            "Show only what no container uses, or all.",
            &["a"],
            |s| change(s, |listing| listing.unused_only = !listing.unused_only),
        )
    },
];

/// Asks which columns are shown.
pub fn columns_menu(state: &mut State) -> Effects {
    menu(state, false, Choice::Column)
}

/// Changes how the list on screen looks.
pub(super) fn change(state: &mut State, how: impl FnOnce(&mut Listing)) -> Effects {
    if let Some(listing) = listed::listing_mut(state) {
        how(listing);
        listing.stale = true;
    }
    Effects::new()
}

/// The rows are ordered by this column; by it once more: the other way round.
pub fn order_by(listing: &mut Listing, id: String) {
    listing.reverse = listing.order == id && !listing.reverse;
    listing.order = id;
    listing.stale = true;
}

fn mark(state: &mut State) -> Effects {
    if let Some(listing) = listed::listing_mut(state)
        && let Some(key) = listing.selected()
        && !listing.marked.remove(&key)
    {
        listing.marked.insert(key);
    }
    super::table::move_by(state, 1);
    Effects::new()
}

fn mark_all(state: &mut State) -> Effects {
    change(state, |listing| {
        let shown = || listing.table.rows.iter().filter_map(RowId::key).cloned();
        if shown().all(|key| listing.marked.contains(&key)) {
            listing.marked.clear();
        } else {
            listing.marked = shown().collect();
        }
    })
}

/// A column to choose.
struct Offered {
    id: &'static str,
    name: &'static str,
    help: &'static str,
    shown: bool,
    orders: bool,
}

/// Columns of the list on screen.
fn columns(state: &State) -> Vec<Offered> {
    fn of<R: Listed>(state: &State) -> Vec<Offered> {
        let listing = &R::shelf(&state.shelves).listing;
        let shown = listed::chosen::<R>(state);
        let orders = listed::order::<R>(listing).map(|column| column.id);
        let one = |c: &'static Column<R>| Offered {
            id: c.id,
            name: c.name(),
            help: c.help(),
            shown: shown.iter().any(|s| s.id == c.id),
            orders: orders == Some(c.id),
        };
        let columns = R::columns()
            .iter()
            .filter(|c| c.comes.is_none_or(|comes| comes(state)));
        columns.map(one).collect()
    }
    match state.view() {
        ViewId::Stacks => of::<Stack>(state),
        ViewId::Images => of::<Image>(state),
        ViewId::Volumes => of::<Volume>(state),
        ViewId::Networks => of::<Network>(state),
        ViewId::Services => of::<Service>(state),
        ViewId::Nodes => of::<Node>(state),
        ViewId::Hosts => of::<HostEntry>(state),
        ViewId::Routes => of::<Route>(state),
        ViewId::Mail => of::<Mail>(state),
        _ => Vec::new(),
    }
}

/// The columns: which one orders, or which ones are shown.
fn menu(state: &mut State, orders: bool, choice: fn(String) -> Choice) -> Effects {
    let (title, note) = if orders {
        (say!("Order by"), "")
    } else {
        let note = say!("Enter or Space switches, Esc closes");
        (say!("Columns"), note)
    };
    let mut columns = columns(state);
    // That one comes and goes by itself.
    columns.retain(|column| orders || column.id != "host");
    let selected = columns.iter().position(|column| orders && column.orders);
    let item = |column: Offered| {
        let on = if orders { column.orders } else { column.shown };
        MenuItem::new(column.name, column.help, choice(column.id.to_owned())).on(on)
    };
    state.offer(Menu {
        selected: selected.unwrap_or(0),
        ..Menu::new(title, columns.into_iter().map(item)).note(note)
    });
    Effects::new()
}
