//! What can be done with hosts: look at one alone, try its link again, take one up beside the others, let one go.
use crate::effect::{Effect, Effects};
use crate::model::HostId;
use crate::state::{Choice, Menu, MenuItem, Scope, State, ViewId};

use super::{Action, view};

const fn of_hosts(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::View(ViewId::Hosts), id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        unavailable: |state| {
            let why = say!("the demo and real engines do not mix");
            state.demo.then(|| why.to_owned())
        },
        ..Action::harmless(
            Scope::Global,
            "host.add",
            "add a host",
            "Open another docker context beside what is open.",
            &["+"],
            choose,
        )
    },
    Action {
        footer: 3,
        unavailable: |state| {
            (!state.world.several()).then(|| say!("it is the only one: q leaves").to_owned())
        },
        ..of_hosts(
            "host.close",
            "close",
            "Close the host: it is no longer shown, and nothing on it changes.",
            &["-"],
            close,
        )
    },
    Action {
        footer: 2,
        ..of_hosts(
            "host.retry",
            "retry",
            "Try the link now, or ask for everything anew where it is up.",
            &["r"],
            |state| ids(state).into_iter().map(Effect::Reconnect).collect(),
        )
    },
];

/// The marked hosts, else the one under the cursor.
fn ids(state: &State) -> Vec<HostId> {
    let keys = state.shelves.hosts.listing.targets();
    keys.iter().map(|key| key.host).collect()
}

/// Narrows everything to the host under the cursor; once more: all again.
pub fn narrow(state: &mut State) -> Effects {
    let Some(key) = state.shelves.hosts.listing.selected() else {
        return Effects::new();
    };
    if state.only == Some(key.host) {
        state.narrow(None);
        return Effects::new();
    }
    // Of one host there is nothing to narrow, and its containers are what is asked for.
    state.narrow(Some(key.host).filter(|_| state.world.several()));
    view::go(state, ViewId::Containers)
}

fn choose(state: &mut State) -> Effects {
    if state.contexts.is_empty() {
        let words =
            say!("there is no other docker context: --host or `hosts` in the settings open more");
        state.toasts.bad(words, state.now);
        return Effects::new();
    }
    let contexts = state.contexts.iter();
    let items = contexts.map(|name| MenuItem::new(name, "", Choice::AddContext(name.clone())));
    state.offer(Menu::new(say!("Open a docker context beside these"), items));
    Effects::new()
}

/// Takes up a docker context as a further host.
pub fn add(state: &mut State, context: String) -> Effects {
    let numbered = (2_u32..).map(|n| format!("{context}-{n}"));
    let mut labels = std::iter::once(context.clone()).chain(numbered);
    let label = labels.find(|label| !state.world.has_label(label));
    let id = state.world.open(&label.unwrap_or_default(), true);
    state.contexts.retain(|name| *name != context);
    state.touch();
    vec![Effect::OpenHost(id, context)]
}

fn close(state: &mut State) -> Effects {
    let mut effects = Effects::new();
    for id in ids(state) {
        let busy = state
            .jobs
            .running
            .values()
            .any(|job| job.job.key.host == id);
        let label = state.world.label(id).to_owned();
        if busy {
            let words = say!("{label}: something is under way there", label);
            state.toasts.bad(words, state.now);
            continue;
        }
        if !state.world.several() {
            break;
        }
        state.close(id);
        state.toasts.ok(say!("{label} is closed", label), state.now);
        effects.push(Effect::CloseHost(id));
    }
    effects
}
