//! Images, volumes and networks: what the engine answered, and which of it are rows, in which order.
use std::cmp::Ordering;

use crate::columns::listed::{Listed, order};
use crate::columns::{Cx, Rank};
use crate::layout::list_height;
use crate::model::{HostId, Image, Kind, Network, Resources, Volume};
use crate::msg::Failure;
use crate::state::{RowId, State, Uses, ViewId};
use crate::text::FuzzyMatcher;

/// Takes an answer.
pub(super) fn resources(
    state: &mut State,
    host: HostId,
    kind: Kind,
    answer: Result<Resources, Failure>,
) {
    let shelves = &mut state.shelves;
    match answer {
        Ok(Resources::Images(images)) => shelves.images.put(host, images, Listed::key),
        Ok(Resources::Volumes(volumes)) => shelves.volumes.put(host, volumes, Listed::key),
        Ok(Resources::Networks(networks)) => {
            shelves.networks.put(host, networks, Listed::key);
            shelves.uses.stale = true;
        }
        Err(failure) => match kind {
            Kind::Image => shelves.images.failed(host, failure),
            Kind::Volume => shelves.volumes.failed(host, failure),
            Kind::Network => shelves.networks.failed(host, failure),
            Kind::Container | Kind::Stack | Kind::Host => {}
        },
    }
}

/// Takes the rows anew where what they stand on has changed and they are looked at.
pub(super) fn settle(state: &mut State) {
    match state.view() {
        ViewId::Images => settle_one::<Image>(state),
        ViewId::Volumes => settle_one::<Volume>(state),
        ViewId::Networks => settle_one::<Network>(state),
        ViewId::Item => take_uses(state),
        _ => {}
    }
}

fn take_uses(state: &mut State) {
    if state.shelves.uses.stale {
        state.shelves.uses = Uses::of(state.world.containers(), &state.shelves.networks.things);
    }
}

fn settle_one<R: Listed>(state: &mut State) {
    take_uses(state);
    if R::shelf(&state.shelves).listing.stale {
        refresh::<R>(state);
    }
}

/// Takes the rows of one list anew.
pub(super) fn refresh<R: Listed>(state: &mut State) {
    let height = list_height(state);
    let (rows, hidden) = rows::<R>(state);
    let listing = &mut R::shelf_mut(&mut state.shelves).listing;
    listing.hidden = hidden;
    listing.stale = false;
    listing.table.set_rows(rows, height);
}

/// The rows in order, and how many things have none.
fn rows<R: Listed>(state: &State) -> (Vec<RowId>, usize) {
    let shelf = R::shelf(&state.shelves);
    let listing = &shelf.listing;
    let mut matcher = (!listing.filter.is_empty()).then(|| FuzzyMatcher::new(&listing.filter));
    let column = order::<R>(listing);
    let cx = Cx {
        state,
        now: state.now,
        hits: None,
    };
    let uses = &state.shelves.uses;
    let mut shown: Vec<(Rank, &R)> = shelf
        .things
        .values()
        .filter(|thing| !listing.unused_only || uses.of_key(thing.key()).is_empty())
        .filter(|thing| {
            let Some(matcher) = matcher.as_mut() else {
                return true;
            };
            let known = thing.known_by();
            known.iter().any(|name| matcher.score(name).is_some())
        })
        .map(|thing| {
            let rank = column.map_or(Rank::Unknown, |column| (column.rank)(thing, &cx));
            (rank, thing)
        })
        .collect();
    let turn = |order: Ordering| {
        if listing.reverse {
            order.reverse()
        } else {
            order
        }
    };
    shown.sort_by(|(a, x), (b, y)| turn(a.cmp(b)).then_with(|| x.key().cmp(y.key())));
    let hidden = shelf.things.len() - shown.len();
    let rows = shown
        .into_iter()
        .map(|(_, thing)| RowId::Item(thing.key().clone()));
    (rows.collect(), hidden)
}
