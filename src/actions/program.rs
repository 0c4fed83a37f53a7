//! What can be done everywhere: help, palette, back, quit, the link.
use crate::effect::{Effect, Effects};
use crate::state::{Choice, Field, Layer, Menu, MenuItem, Running, Scope, State, ViewId};

use super::Action;

const fn global(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::Global, id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    global(
        "app.back",
        "back",
        "Go back; at the top, leave.",
        &["q"],
        |state| {
            if state.back() {
                Effects::new()
            } else {
                leave(state)
            }
        },
    ),
    Action {
        footer: 3,
        ..scoped(
            "app.context",
            "context",
            "Connect to another docker context.",
            &["c"],
            contexts,
        )
    },
    Action {
        footer: 2,
        ..scoped(
            "app.demo",
            "demo",
            "Open the built-in simulated engine.",
            &["d"],
            demo,
        )
    },
    global(
        "app.escape",
        "clear",
        "Clear marks, then the filter or search, then go back.",
        &["esc"],
        escape,
    ),
    global(
        "app.cost",
        "cost",
        "Show what the program costs: requests, streams, bytes to the terminal, CPU, memory.",
        &[],
        cost,
    ),
    Action {
        footer: 98,
        ..global(
            "app.help",
            "help",
            "Show the keys that apply here.",
            &["?"],
            help,
        )
    },
    global(
        "app.mouse",
        "mouse",
        "Switch the mouse off, so that the terminal's own selection works, or on.",
        &["f8"],
        mouse,
    ),
    global(
        "app.palette",
        "commands",
        "Find any command by a few letters.",
        &[":"],
        palette,
    ),
    global(
        "app.quit",
        "quit",
        "Leave at once; a recreate asks.",
        &["ctrl-c"],
        interrupt,
    ),
    global(
        "app.repaint",
        "repaint",
        "Paint the screen anew.",
        &["ctrl-l"],
        |_| vec![Effect::Repaint],
    ),
    Action {
        footer: 1,
        ..scoped(
            "app.retry",
            "retry",
            "Try to reach the engine now.",
            &["r"],
            retry,
        )
    },
    global(
        "app.suspend",
        "suspend",
        "Stop the program and go back to the shell that started it; fg comes back.",
        &["ctrl-z"],
        |_| vec![Effect::Suspend],
    ),
];

const fn scoped(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::NoEngine, id, title, help, keys, run)
}

/// Leaves; asks first where something would be ended by that.
fn leave(state: &mut State) -> Effects {
    let ends = |running: &Running| {
        running.is_exchange() || running.job.verb.has_output() || !running.waits.is_empty()
    };
    ask_to_leave(state, ends)
}

/// Leaves at once, unless a service would stay down by that. Asked for twice it leaves all the same.
pub fn interrupt(state: &mut State) -> Effects {
    let asked = matches!(state.layers.last(), Some(Layer::Menu(menu))
        if menu.items.iter().any(|item| matches!(item.choice, Choice::Quit)));
    if asked {
        quit(state)
    } else {
        ask_to_leave(state, Running::is_exchange)
    }
}

/// Leaves, or asks first where a job is of this sort: of several, the one that may leave a service down is told.
fn ask_to_leave(state: &mut State, ends: impl Fn(&Running) -> bool) -> Effects {
    let ended = state.jobs.running.values().filter(|running| ends(running));
    let Some(ended) = ended.max_by_key(|running| running.is_exchange()) else {
        return quit(state);
    };
    let (doing, name) = (ended.job.verb.doing(), &ended.job.target.name);
    let note = if ended.is_exchange() {
        say!(
            "{doing} {name} is not done: it may stay down, for nobody puts the old one back then. Esc stays.",
            doing,
            name
        )
    } else {
        say!(
            "{doing} {name} is not done, and would be ended. Esc stays.",
            doing,
            name
        )
    };
    let leave = MenuItem::new(say!("leave"), say!("and end it"), Choice::Quit);
    state.offer(Menu::new(say!("Leave?"), [leave]).note(note));
    Effects::new()
}

/// Leaves at once.
pub fn quit(state: &mut State) -> Effects {
    state.quitting = true;
    vec![Effect::Quit]
}

/// Ends the search of the document on screen; false where nothing is searched.
fn unsearch(state: &mut State) -> bool {
    let sheet = state.subject().and_then(|key| state.sheets.get_mut(&key));
    let Some(sheet) = sheet.filter(|sheet| !sheet.inspect.query.is_empty()) else {
        return false;
    };
    sheet.inspect.query.clear();
    sheet.inspect.stale = true;
    true
}

/// Ends what narrows a list, one thing after the other: marks, filter, only the unused. False where nothing does.
fn unlist(state: &mut State) -> bool {
    let Some(listing) = crate::columns::listed::listing_mut(state) else {
        return false;
    };
    if !listing.marked.is_empty() {
        listing.marked.clear();
    } else if !listing.filter.is_empty() {
        listing.filter.clear();
    } else if listing.unused_only {
        listing.unused_only = false;
    } else {
        return false;
    }
    listing.stale = true;
    true
}

fn cost(state: &mut State) -> Effects {
    state.layers.push(Layer::Cost);
    Effects::new()
}

fn escape(state: &mut State) -> Effects {
    match state.view() {
        ViewId::Containers if !state.containers.marked.is_empty() => {
            state.containers.marked.clear();
        }
        ViewId::Containers if !state.containers.filter.is_empty() => {
            state.containers.filter.clear();
            state.containers.stale = true;
        }
        ViewId::Containers if state.containers.problems_only => {
            state.containers.problems_only = false;
            state.containers.stale = true;
        }
        ViewId::Containers if state.jobs.seen() => {}
        ViewId::Events if !state.events.filter.is_empty() => {
            state.events.filter.clear();
            state.events.stale = true;
        }
        ViewId::Journal if !state.journal.filter.is_empty() => {
            state.journal.filter.clear();
            state.journal.stale = true;
        }
        ViewId::VolumeFolder => return super::browse::leave(state),
        ViewId::Logs if super::log::leave_off(state) => {}
        ViewId::Inspect if unsearch(state) => {}
        ViewId::StackFiles if super::stack_file::unsearch(state) => {}
        ViewId::Letter if super::mail::unsearch(state) => {}
        view if view.is_listing() && (unlist(state) || state.jobs.seen()) => {}
        _ if state.nav.depth() == 0 && state.only.is_some() => state.narrow(None),
        _ => {
            // Its page told of it.
            let told = state.subject().filter(|_| state.view() == ViewId::Details);
            if let Some(key) = told {
                state.jobs.seen_of(&key);
            }
            state.back();
        }
    }
    Effects::new()
}

fn help(state: &mut State) -> Effects {
    state.layers.push(Layer::Help { scroll: 0 });
    Effects::new()
}

fn palette(state: &mut State) -> Effects {
    state.layers.push(Layer::Palette {
        field: Field::default(),
        selected: 0,
    });
    Effects::new()
}

fn mouse(state: &mut State) -> Effects {
    state.prefs.mouse = !state.prefs.mouse;
    let words = if state.prefs.mouse {
        say!("mouse on")
    } else {
        say!("mouse off: the terminal selects text itself")
    };
    state.toasts.ok(words, state.now);
    vec![Effect::SetMouse(state.prefs.mouse)]
}

fn retry(state: &mut State) -> Effects {
    state
        .world
        .hosts
        .keys()
        .map(|id| Effect::Reconnect(*id))
        .collect()
}

fn demo(_: &mut State) -> Effects {
    vec![Effect::OpenDemo]
}

fn contexts(state: &mut State) -> Effects {
    if state.contexts.is_empty() {
        state
            .toasts
            .bad(say!("there is no other docker context"), state.now);
        return Effects::new();
    }
    let contexts = state.contexts.iter();
    let items = contexts.map(|name| MenuItem::new(name, "", Choice::UseContext(name.clone())));
    state.offer(Menu::new(say!("Docker context"), items));
    Effects::new()
}
