//! What a host's link says: condition, inventory, events, figures.
use crate::columns;
use crate::effect::Effects;
use crate::model::{EngineEvent, HostEntry, HostId, Key, Kind, Link, Stack};
use crate::msg::{Failure, FailureKind, HostMsg};
use crate::state::State;

use super::{log, past};

pub(super) fn host(state: &mut State, id: HostId, msg: HostMsg) -> Effects {
    let now = state.now;
    let Some(host) = state.world.hosts.get_mut(&id) else {
        return Effects::new();
    };
    if !matches!(msg, HostMsg::Link(_)) {
        host.heard = Some(now);
    }
    match msg {
        HostMsg::Link(link) => condition(state, id, link),
        HostMsg::Info(info) => {
            host.ahead = info.clock.map(|clock| clock - now);
            if host.link.is_up() {
                condition(state, id, Link::Up(info));
            }
        }
        HostMsg::Snapshot(containers) => {
            host.snapshot(containers);
            let doubtful = past::doubtful(host, now);
            super::mail::inventory(state, id);
            state.containers.changed();
            state.shelves.touch();
            settle_jobs(state);
            return doubtful;
        }
        HostMsg::Delta { changed, gone } => {
            let keys: Vec<Key> = changed.iter().map(|c| c.key.clone()).collect();
            host.delta(changed, &gone);
            let doubtful = past::unplugged(host, &keys);
            super::mail::changed(state, &keys, &gone);
            state.containers.changed();
            state.shelves.touch();
            settle_jobs(state);
            return doubtful;
        }
        HostMsg::Events(events) => return take_events(state, id, events),
        HostMsg::Samples(samples) => {
            let full = host.totals().full;
            host.samples(&samples, now);
            if host.totals().full != full {
                state.containers.changed();
            }
            let order = columns::find(&state.containers.order);
            state.containers.stale |= order.is_some_and(|column| column.sampled);
            let stacks = &mut state.shelves.stacks.listing;
            let order = columns::listed::order::<Stack>(stacks);
            stacks.stale |= order.is_some_and(|column| column.sampled);
            let hosts = &mut state.shelves.hosts.listing;
            let order = columns::listed::order::<HostEntry>(hosts);
            hosts.stale |= order.is_some_and(|column| column.sampled);
        }
        HostMsg::NoSample(keys) => {
            for key in keys {
                host.no_sample(&key);
            }
        }
    }
    Effects::new()
}

fn condition(state: &mut State, id: HostId, link: Link) {
    let now = state.now;
    let Some(host) = state.world.hosts.get_mut(&id) else {
        return;
    };
    let was_up = host.link.is_up();
    let was_down = matches!(host.link, Link::Down { .. });
    match &link {
        Link::Up(info) => {
            if !info.name.is_empty() && !host.named {
                host.label.clone_from(&info.name);
            }
            host.known = Some(info.clone());
            if !was_up {
                host.since = Some(now);
                host.listens.get_or_insert(now);
            }
            host.heard = Some(now);
            if was_down && host.loaded {
                state
                    .toasts
                    .ok(say!("{host} is back", host = host.label), now);
            }
        }
        Link::Down { reason, .. } if was_up => {
            state.toasts.bad(
                say!("lost {host}: {why}", host = host.label, why = reason.why),
                now,
            );
        }
        Link::Down { .. } | Link::Connecting { .. } => {}
    }
    // A link that tries again is still down for the reader until it has an answer.
    let keeps_down = was_down && matches!(link, Link::Connecting { .. });
    if let Some(host) = state.world.hosts.get_mut(&id)
        && !keeps_down
    {
        if link.is_up() && !was_up {
            host.ask_words_anew();
        }
        host.link = link;
    }
    state.shelves.hosts.listing.stale = true;
}

fn take_events(state: &mut State, id: HostId, events: Vec<EngineEvent>) -> Effects {
    let mut died: Vec<Key> = Vec::new();
    let mut effects = Effects::new();
    for event in events {
        effects.extend(past::left_network(state, id, &event));
        if event.kind == "container" && event.action == "die" {
            let key = Key::container(id, &event.id);
            died.retain(|other| *other != key);
            died.push(key);
        }
        take_event(state, id, event);
    }
    // Of each the newest run: what earlier ones said is gone, or known.
    let newest = died.iter().rev();
    effects.extend(newest.flat_map(|key| past::died(state, key)));
    effects
}

fn take_event(state: &mut State, id: HostId, event: EngineEvent) {
    if let Some(host) = state.world.hosts.get_mut(&id) {
        host.observe(&event);
        if event.action == "die" {
            host.tell_loops(state.now);
        }
    }
    if event.kind == "container" {
        let key = Key::container(id, &event.id);
        if event.action == "die" {
            state.jobs.died(&key);
            super::job::died(state, &key);
        }
        if !event.is_noise() {
            forget_silence(state, &key);
        }
        log::separator(state, &key, &event);
    }
    state.events.push(id, event);
}

/// One that something happened to answers again, as far as is known.
fn forget_silence(state: &mut State, key: &Key) {
    if let Some(sheet) = state.sheets.get_mut(key) {
        let silent = |failure: &mut Failure| failure.kind == FailureKind::TimedOut;
        sheet.failure.take_if(silent);
    }
}

/// A crash loop is over when nothing happens, of which nothing tells.
pub(super) fn tell_loops(state: &mut State) {
    for host in state.world.hosts.values_mut() {
        host.tell_loops(state.now);
    }
}

/// A container that is gone or that a job has reached is not waited for on its row.
fn settle_jobs(state: &mut State) {
    let gone: Vec<Key> = state
        .sheets
        .keys()
        .filter(|key| key.kind == Kind::Container && state.world.container(key).is_none())
        .cloned()
        .collect();
    for key in gone {
        let open = state.nav.current().key.as_ref() == Some(&key);
        if !open {
            state.sheets.remove(&key);
        }
    }
}
