//! Stacks, images, volumes and networks: what the engine answered, and which of it are rows, in which order.
use std::cmp::Ordering;

use crate::columns::listed::{Listed, order};
use crate::columns::{Cx, Rank};
use crate::layout::list_height;
use crate::model::{
    HostEntry, HostId, Image, Key, Kind, Mail, Network, Outlines, Resources, Route, Stack, Volume,
    swarm,
};
use crate::msg::Failure;
use crate::state::{Host, RowId, State, Uses, ViewId};

/// Takes an answer.
pub(super) fn resources(
    state: &mut State,
    host: HostId,
    kind: Kind,
    answer: Result<Resources, Failure>,
) {
    if state.world.host(host).is_none() {
        // Closed meanwhile.
        return;
    }
    let shelves = &mut state.shelves;
    match answer {
        Ok(Resources::Images(images)) => shelves.images.put(host, images, Listed::key),
        Ok(Resources::Volumes(volumes)) => {
            shelves.volumes.put(host, volumes, Listed::key);
            super::space::sizes(state, host);
        }
        Ok(Resources::Networks(networks)) => {
            shelves.networks.put(host, networks, Listed::key);
            shelves.uses.stale = true;
        }
        Ok(Resources::Services(services)) => shelves.services.put(host, services, Listed::key),
        Ok(Resources::Nodes(nodes)) => shelves.nodes.put(host, nodes, Listed::key),
        Err(failure) => match kind {
            Kind::Image => shelves.images.failed(host, failure),
            Kind::Volume => shelves.volumes.failed(host, failure),
            Kind::Network => shelves.networks.failed(host, failure),
            Kind::Service => shelves.services.failed(host, failure),
            Kind::Node => shelves.nodes.failed(host, failure),
            Kind::Container | Kind::Stack | Kind::Mail | Kind::Route | Kind::Host => {}
        },
    }
}

/// Takes the rows anew where what they stand on has changed and they are looked at.
pub(super) fn settle(state: &mut State) {
    match state.view() {
        ViewId::Stacks => settle_one::<Stack>(state),
        ViewId::Images => settle_one::<Image>(state),
        ViewId::Volumes => settle_one::<Volume>(state),
        ViewId::Networks => settle_one::<Network>(state),
        ViewId::Services => settle_one::<swarm::Service>(state),
        ViewId::Nodes => settle_one::<swarm::Node>(state),
        ViewId::Mail => settle_one::<Mail>(state),
        ViewId::Hosts if state.shelves.hosts.listing.stale => {
            entries(state);
            refresh::<HostEntry>(state);
        }
        ViewId::Routes => settle_one::<Route>(state),
        ViewId::Item | ViewId::Stack | ViewId::StackFiles | ViewId::Proposal | ViewId::Space => {
            derive(state);
        }
        _ => {}
    }
}

/// Reads out of the containers who uses what and which stacks there are, where they have changed.
fn derive(state: &mut State) {
    if !state.shelves.uses.stale {
        return;
    }
    let shelves = &mut state.shelves;
    shelves.uses = Uses::of(state.world.containers(), &shelves.networks.things);
    for host in state.world.hosts.values().filter(|host| host.loaded) {
        let mut stacks = Stack::all(host.containers());
        for stack in &mut stacks {
            fill(stack, &state.outlines);
        }
        shelves.stacks.put(host.id, stacks, Listed::key);
    }
}

fn fill(stack: &mut Stack, outlines: &Outlines) {
    if let Some(Ok(outline)) = outlines.of(&stack.key) {
        stack.fill(outline);
    }
}

/// Reads one stack out of its containers again: its files ask for something else. The others are as they were.
pub(super) fn read_again(state: &mut State, key: &Key) {
    for mut stack in Stack::all(state.world.members(key)) {
        fill(&mut stack, &state.outlines);
        if let Some(known) = state.shelves.stacks.things.get_mut(key) {
            *known = stack;
        }
    }
    state.shelves.stacks.listing.stale = true;
}

/// The hosts as things in a list.
fn entries(state: &mut State) {
    let entry = |host: &Host| {
        let key = Key::new(host.id, Kind::Host, &host.label);
        (key.clone(), HostEntry { key })
    };
    let shelf = &mut state.shelves.hosts;
    shelf.things = state.world.hosts.values().map(entry).collect();
    // They are known without asking.
    let hosts = state.world.hosts.keys();
    shelf.answers = hosts.map(|id| (*id, None)).collect();
}

fn settle_one<R: Listed>(state: &mut State) {
    derive(state);
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
    meet::<R>(state, height);
}

/// Puts the cursor on what was made just now, once it is there.
fn meet<R: Listed>(state: &mut State, height: usize) {
    let now = state.now;
    let awaited = R::shelf_mut(&mut state.shelves).listing.awaited.take();
    let Some(awaited) = awaited.filter(|awaited| awaited.until >= now) else {
        return;
    };
    let is_it = |thing: &&R| {
        let names = thing.known_by(state);
        thing.key().host == awaited.host && names.first() == Some(&&*awaited.name)
    };
    let mut things = R::shelf(&state.shelves).things.values();
    let key = things.find(is_it).map(|thing| thing.key().clone());
    let listing = &mut R::shelf_mut(&mut state.shelves).listing;
    let Some(key) = key else {
        listing.awaited = Some(awaited);
        return;
    };
    if !listing.table.select_id(&RowId::Item(key), height) {
        let words = say!(
            "{name} is there, and the filter hides it",
            name = awaited.name
        );
        state.toasts.bad(words, now);
    }
}

/// The rows in order, and how many things have none.
fn rows<R: Listed>(state: &State) -> (Vec<RowId>, usize) {
    let shelf = R::shelf(&state.shelves);
    let listing = &shelf.listing;
    let mut sieve = (!listing.filter.is_empty()).then(|| R::sieve(&listing.filter, state));
    let column = order::<R>(listing);
    let cx = Cx {
        state,
        now: state.now,
        hits: None,
    };
    let in_scope = |thing: &&R| R::KIND == Kind::Host || state.in_scope(thing.key().host);
    let mut left = 0;
    let mut shown: Vec<(Rank, &R)> = shelf
        .things
        .values()
        .filter(in_scope)
        .inspect(|_| left += 1)
        .filter(|thing| !listing.unused_only || thing.is_idle(state))
        .filter(|thing| sieve.as_mut().is_none_or(|sieve| sieve(thing)))
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
    let hidden = left - shown.len();
    let rows = shown
        .into_iter()
        .map(|(_, thing)| RowId::Item(thing.key().clone()));
    (rows.collect(), hidden)
}
