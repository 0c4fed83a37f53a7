//! Going from view to view, and what only one view can do.
use crate::effect::{Effect, Effects};
use crate::layout::list_height;
use crate::model::{Key, Kind};
use crate::state::{Host, PromptKind, RowId, Scope, State, ViewId};

use super::table::type_line;
use super::{Action, container};

const fn goto(
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
    goto(
        "view.containers",
        "containers",
        "Show the containers.",
        &["1"],
        |s| go(s, ViewId::Containers),
    ),
    goto("view.stacks", "stacks", "Show the stacks.", &["2"], |s| {
        go(s, ViewId::Stacks)
    }),
    goto("view.images", "images", "Show the images.", &["3"], |s| {
        go(s, ViewId::Images)
    }),
    goto(
        "view.events",
        "events",
        "Show the engine's events as they come.",
        &["8"],
        |s| go(s, ViewId::Events),
    ),
    Action {
        scope: Scope::View(ViewId::Events),
        footer: 1,
        ..goto(
            "view.events_of",
            "parts",
            "Show the events that one act is made of, or fold them again.",
            &["z", "left", "right"],
            fold_events,
        )
    },
    Action {
        scope: Scope::View(ViewId::Inspect),
        ..goto(
            "view.fold",
            "fold",
            "Fold the branch under the cursor, or open it.",
            &["z", "left", "right"],
            fold_branch,
        )
    },
    goto(
        "view.journal",
        "journal",
        "Show who did what, when, with what outcome.",
        &["9"],
        |s| go(s, ViewId::Journal),
    ),
    goto(
        "view.hosts",
        "hosts",
        "Show every engine, its link and its totals.",
        &["0"],
        |s| go(s, ViewId::Hosts),
    ),
    goto(
        "view.next",
        "next view",
        "Go to the next view.",
        &["tab"],
        |s| turn(s, 1),
    ),
    Action {
        scope: Scope::View(ViewId::Inspect),
        ..goto(
            "view.next_hit",
            "next hit",
            "Go to the next hit of the search.",
            &["n"],
            |s| seek(s, true),
        )
    },
    Action {
        scope: Scope::View(ViewId::Inspect),
        ..goto(
            "view.previous_hit",
            "previous hit",
            "Go to the previous hit of the search.",
            &["N"],
            |s| seek(s, false),
        )
    },
    goto(
        "view.previous",
        "previous view",
        "Go to the previous view.",
        &["shift-tab"],
        |s| turn(s, -1),
    ),
    Action {
        scope: Scope::View(ViewId::Events),
        footer: 2,
        ..goto(
            "view.probes",
            "probe noise",
            "Show the events that health probes and lists of processes make, or hide them.",
            &["p"],
            probes,
        )
    },
    Action {
        scope: Scope::View(ViewId::Details),
        footer: 1,
        ..goto(
            "view.reveal",
            "show secrets",
            "Show masked values, or mask them again; it is noted in the journal.",
            &["v"],
            reveal,
        )
    },
    Action {
        scope: Scope::View(ViewId::Details),
        ..goto(
            "view.deaths",
            "all deaths",
            "Show all deaths that are known and all their last lines, or the newest alone.",
            &["m"],
            all_deaths,
        )
    },
    goto(
        "view.volumes",
        "volumes",
        "Show the volumes.",
        &["4"],
        |s| go(s, ViewId::Volumes),
    ),
    goto(
        "view.mail",
        "mail",
        "Show what the stack's applications sent.",
        &["6"],
        |s| go(s, ViewId::Mail),
    ),
    goto(
        "view.networks",
        "networks",
        "Show the networks.",
        &["5"],
        |s| go(s, ViewId::Networks),
    ),
    goto(
        "view.nodes",
        "nodes",
        "Show the machines of the swarm.",
        &[],
        |s| go(s, ViewId::Nodes),
    ),
    goto(
        "view.services",
        "services",
        "Show the services of the swarm.",
        &[],
        |s| go(s, ViewId::Services),
    ),
    goto(
        "view.routes",
        "routes",
        "Show which address leads to which container.",
        &["7"],
        |s| go(s, ViewId::Routes),
    ),
    Action {
        scope: Scope::View(ViewId::Inspect),
        footer: 1,
        ..goto(
            "view.search",
            "search",
            "Search names and values.",
            &["/"],
            |state| {
                let sheet = state.subject().and_then(|key| state.sheet(&key));
                let before = sheet.map(|sheet| sheet.inspect.query.clone());
                type_line(
                    state,
                    PromptKind::Search,
                    say!("search"),
                    before.unwrap_or_default(),
                )
            },
        )
    },
];

/// The views with a tab, in their order.
pub const TABS: [ViewId; 12] = [
    ViewId::Containers,
    ViewId::Stacks,
    ViewId::Images,
    ViewId::Volumes,
    ViewId::Networks,
    ViewId::Mail,
    ViewId::Routes,
    ViewId::Events,
    ViewId::Journal,
    ViewId::Services,
    ViewId::Nodes,
    ViewId::Hosts,
];

/// Goes to a tab.
pub fn go(state: &mut State, view: ViewId) -> Effects {
    state.go(view);
    state.touch();
    Effects::new()
}

/// Whether a view has its place in the line of tabs now: that of hosts where there are several, those of a swarm where a
/// host manages one.
pub fn has_tab(state: &State, view: ViewId) -> bool {
    let manages = |host: &Host| host.link.info().is_some_and(|info| info.swarm_manager);
    let comes = match view {
        ViewId::Hosts => state.world.several(),
        ViewId::Services | ViewId::Nodes => state.scope().any(manages),
        _ => true,
    };
    comes || state.nav.tab() == view
}

fn turn(state: &mut State, by: isize) -> Effects {
    let tabs = TABS.iter().filter(|tab| has_tab(state, **tab));
    let tabs: Vec<ViewId> = tabs.copied().collect();
    let here = tabs
        .iter()
        .position(|tab| *tab == state.nav.tab())
        .unwrap_or(0);
    let next = (here + tabs.len()).saturating_add_signed(by) % tabs.len().max(1);
    match tabs.get(next) {
        Some(tab) => go(state, *tab),
        None => Effects::new(),
    }
}

fn fold_events(state: &mut State) -> Effects {
    if !state.events.fold() {
        let words = say!("this event is of no act that has several");
        state.toasts.bad(words, state.now);
    }
    Effects::new()
}

fn probes(state: &mut State) -> Effects {
    state.events.noise = !state.events.noise;
    state.events.stale = true;
    Effects::new()
}

fn reveal(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let target = state.world.container(&key).map(container::target_of);
    let Some(sheet) = state.sheets.get_mut(&key) else {
        return Effects::new();
    };
    sheet.revealed = !sheet.revealed;
    // What may be searched has changed.
    sheet.inspect.stale = true;
    match target {
        Some(target) if sheet.revealed => {
            vec![Effect::JournalReveal {
                target,
                what: "environment and labels".to_owned(),
            }]
        }
        _ => Effects::new(),
    }
}

fn all_deaths(state: &mut State) -> Effects {
    let key = state.subject();
    if let Some(sheet) = key.and_then(|key| state.sheets.get_mut(&key)) {
        sheet.all_deaths = !sheet.all_deaths;
    }
    Effects::new()
}

/// Folds or opens the branch under the cursor of the inspect screen.
pub fn fold_branch(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let Some(sheet) = state.sheets.get_mut(&key) else {
        return Effects::new();
    };
    let Some(RowId::Path(mut path)) = sheet.inspect.table.selected.clone() else {
        return Effects::new();
    };
    let branch = sheet
        .document()
        .and_then(|document| crate::state::inspect::at(document, &path))
        .is_some_and(|(_, node)| node.is_branch());
    if !branch {
        path.pop();
        if path.is_empty() {
            return Effects::new();
        }
        sheet.inspect.table.selected = Some(RowId::Path(path.clone()));
    }
    if !sheet.inspect.folded.remove(&path) {
        sheet.inspect.folded.insert(path);
    }
    sheet.inspect.stale = true;
    Effects::new()
}

fn seek(state: &mut State, forward: bool) -> Effects {
    let height = list_height(state);
    let found = state.subject().and_then(|key| {
        let sheet = state.sheets.get_mut(&key)?;
        let inspect = &mut sheet.inspect;
        let here = match inspect.table.selected.as_ref() {
            Some(RowId::Path(path)) => path.clone(),
            _ => Vec::new(),
        };
        let hits = &inspect.hits;
        let hit = if forward {
            hits.iter()
                .find(|path| **path > here)
                .or_else(|| hits.first())
        } else {
            hits.iter()
                .rev()
                .find(|path| **path < here)
                .or_else(|| hits.last())
        }?
        .clone();
        inspect.reveal(&hit);
        let mut inspect = std::mem::take(&mut sheet.inspect);
        if let Some(document) = sheet.document() {
            inspect.refresh(document, sheet.revealed, height);
        }
        let found = inspect.table.select_id(&RowId::Path(hit), height);
        sheet.inspect = inspect;
        found.then_some(())
    });
    if found.is_none() {
        state.toasts.bad(say!("no hit"), state.now);
    }
    Effects::new()
}

/// From an event or a journal entry to the thing it is about.
pub fn jump_to_thing(state: &mut State) {
    let found = match state.view() {
        ViewId::Events => of_event(state),
        ViewId::Journal | ViewId::Entry => of_entry(state),
        _ => None,
    };
    match found {
        Some(key) if key.kind != Kind::Container => {
            container::open_on(state, ViewId::Item, &key);
        }
        Some(key) if state.world.container(&key).is_some() => {
            container::open_on(state, ViewId::Details, &key);
        }
        Some(_) => state.toasts.bad(say!("that container is gone"), state.now),
        None => state.toasts.bad(
            say!("this line is about nothing that can be shown"),
            state.now,
        ),
    }
}

/// The thing of the chosen event, a container whether it is still there or not. `None`: it is about the engine, or about what
/// was removed.
fn of_event(state: &State) -> Option<Key> {
    let Some(RowId::Event(number)) = &state.events.table.selected else {
        return None;
    };
    let (host, event) = state.events.get(*number)?;
    let kind = match event.kind.as_str() {
        "container" => return Some(Key::container(host, &event.id)),
        // A pull tells a name, not which image it was.
        "image" if event.id.starts_with("sha256:") => Kind::Image,
        "network" => Kind::Network,
        "volume" => Kind::Volume,
        "service" => Kind::Service,
        "node" => Kind::Node,
        _ => return None,
    };
    let gone = ["destroy", "delete", "untag", "remove", "prune"].contains(&event.action.as_str());
    (!gone && !event.id.is_empty()).then(|| Key::new(host, kind, &event.id))
}

/// The same of the chosen journal entry: by its id, or who bears its name now.
fn of_entry(state: &State) -> Option<Key> {
    let entry = state.journal.chosen()?;
    let target = entry.target.clone()?;
    // On the engine that the entry names, where one of that name is open.
    let first = || state.world.hosts.values().next();
    let on = state.world.of_engine(&entry.host).or_else(first)?.id;
    let on_it = |c: &&crate::model::Container| c.key.host == on;
    let by_id = |c: &&crate::model::Container| !target.id.is_empty() && c.key.short() == target.id;
    let found = state.world.containers().find(by_id);
    let found = found.or_else(|| {
        let mut there = state.world.containers().filter(on_it);
        there.find(|c| c.name == target.name)
    });
    Some(found.map_or_else(|| Key::container(on, &target.id), |c| c.key.clone()))
}
