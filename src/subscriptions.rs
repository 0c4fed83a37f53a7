//! Which streams should flow, derived from state. Leaving a view ends what only it needed.
use std::collections::BTreeSet;

use crate::effect::Subscription;
use crate::layout::list_height;
use crate::model::compose::Project;
use crate::model::mail::Source;
use crate::model::route::is_traefik;
use crate::model::{Container, Key, Kind, Link, Reach};
use crate::state::routes::looked_at;
use crate::state::{Layer, RowId, Stamps, State, ViewId};

/// Everything that should flow now.
pub fn subscriptions(state: &State) -> BTreeSet<Subscription> {
    let mut wanted: BTreeSet<Subscription> = state
        .world
        .hosts
        .keys()
        .map(|id| Subscription::Link(*id))
        .collect();
    if state.quitting {
        return wanted;
    }
    if counts(state) || matches!(state.view(), ViewId::Space | ViewId::Hosts) {
        wanted.insert(Subscription::Tick);
    }
    if state.layers.contains(&Layer::Cost) {
        wanted.extend([Subscription::Cost, Subscription::Tick]);
    }
    let browsed = state.browse.as_ref().map(|browse| browse.volume.clone());
    wanted.extend(browsed.map(Subscription::Volume));
    if state.handed_over {
        return wanted;
    }
    let servers = state.mail.asked().cloned();
    wanted.extend(servers.map(|source| Subscription::Mail(Box::new(source))));
    on_screen(state, &mut wanted);
    proxies(state, &mut wanted);
    if let Some(book) = state.logs.as_ref().filter(|book| !book.apart) {
        let read = state.world.containers().filter(|c| book.target.includes(c));
        wanted.extend(read.map(|c| Subscription::Logs(book.query(&c.key))));
    }
    wanted
}

/// What the view on screen shows.
fn on_screen(state: &State, wanted: &mut BTreeSet<Subscription>) {
    let place = state.nav.current();
    match (place.view, place.key) {
        (ViewId::Containers, _) if state.focused => sampled(state, wanted),
        (ViewId::Stacks | ViewId::Stack, key) if state.focused => {
            rest(state, wanted);
            if let Some(key) = key.as_ref() {
                near(state, state.world.members(key).map(|c| &c.key), wanted);
            }
            let stack = key.and_then(|key| state.shelves.stacks.things.get(&key));
            if let Some(stack) = stack.filter(|stack| stack.is_compose()) {
                let project = Box::new(Project::of(stack));
                wanted.insert(Subscription::Compose(stack.key.clone(), project));
            }
        }
        (ViewId::StackFiles, Some(key)) => {
            if let Some(stack) = state.shelves.stacks.things.get(&key) {
                let project = Box::new(Project::of(stack));
                wanted.insert(Subscription::Files(key, project));
            }
        }
        (ViewId::Hosts, _) if state.focused => {
            let hosts = state.world.hosts.keys();
            wanted.extend(hosts.map(|host| Subscription::StatsRest(*host)));
        }
        (ViewId::Details, Some(key)) => {
            if is_sampled(state.world.container(&key)) {
                wanted.insert(Subscription::StatsFocused(key.clone()));
                wanted.insert(Subscription::Processes(key.clone()));
            }
            wanted.insert(Subscription::Details(key));
        }
        (ViewId::Inspect, Some(key)) => {
            wanted.insert(Subscription::Details(key));
        }
        (ViewId::Item, Some(key)) => {
            wanted.insert(Subscription::Resources(key.host, key.kind));
            wanted.insert(Subscription::Details(key));
        }
        (ViewId::Processes, Some(key)) => {
            wanted.insert(Subscription::Processes(key));
        }
        (ViewId::Images, _) => on_hosts(state, Kind::Image, wanted),
        (ViewId::Volumes, _) => on_hosts(state, Kind::Volume, wanted),
        (ViewId::Networks | ViewId::Space, _) => on_hosts(state, Kind::Network, wanted),
        (ViewId::Mail | ViewId::Letter | ViewId::MailDoctor, _) => {
            wanted.insert(Subscription::MailWatched);
            let words = &state.shelves.mails.listing.filter;
            let search =
                |source: &Source| Subscription::MailSearch(Box::new(source.clone()), words.clone());
            wanted.extend(state.searched_boxes().map(|known| search(&known.source)));
        }
        (ViewId::Journal | ViewId::Entry, _) => {
            wanted.insert(Subscription::Journal);
        }
        _ => {}
    }
}

/// What routes depend on beyond labels; of a Traefik that runs also what it says itself.
fn proxies(state: &State, wanted: &mut BTreeSet<Subscription>) {
    if state.view() != ViewId::Routes {
        return;
    }
    for container in state.world.hosts.values().flat_map(looked_at) {
        let asked = is_traefik(container) && container.state.is_live();
        let reach = asked.then(|| Reach::of(container));
        wanted.insert(Subscription::Proxy(container.key.clone(), reach));
    }
}

fn on_hosts(state: &State, kind: Kind, wanted: &mut BTreeSet<Subscription>) {
    let hosts = state.scope();
    wanted.extend(hosts.map(|host| Subscription::Resources(host.id, kind)));
}

fn is_sampled(container: Option<&Container>) -> bool {
    container.is_some_and(|c| c.state.is_live())
}

fn sampled(state: &State, wanted: &mut BTreeSet<Subscription>) {
    let table = &state.containers.table;
    let rows = table.rows.iter().skip(table.top).take(list_height(state));
    let on_screen = rows.filter_map(|row| match row {
        RowId::Container(key) => Some(key),
        _ => None,
    });
    let marked = state.containers.marked.iter();
    near(state, on_screen.chain(marked), wanted);
    // The sums of stacks and header stand on all of them; which those are is not listed here with each key.
    rest(state, wanted);
}

/// The figures of all others, on the hosts that the screen is about.
fn rest(state: &State, wanted: &mut BTreeSet<Subscription>) {
    let hosts = state.scope();
    wanted.extend(hosts.map(|host| Subscription::StatsRest(host.id)));
}

/// What is looked at, of that which has figures.
fn near<'a>(
    state: &State,
    keys: impl Iterator<Item = &'a Key>,
    wanted: &mut BTreeSet<Subscription>,
) {
    let live = keys.filter(|key| is_sampled(state.world.container(key)));
    wanted.extend(live.map(|key| Subscription::Stats(key.clone())));
}

/// Something on screen counts seconds.
fn counts(state: &State) -> bool {
    let waiting = state
        .world
        .hosts
        .values()
        .any(|host| !matches!(host.link, Link::Up(_)));
    let relative = state.logs.as_ref().is_some_and(|book| {
        book.look.stamps == Stamps::Relative || book.lines_a_second(state.now) > 0
    });
    waiting
        || relative
        || state.shelves.route_book.behind
        || !state.jobs.running.is_empty()
        || state.jobs.any_expires()
        || !state.toasts.shown.is_empty()
}
