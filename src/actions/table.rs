//! Moving in rows, filtering, ordering, marking: the same keys wherever there are rows.
mod fold;
mod go;

use crate::columns;
use crate::effect::Effects;
use crate::state::{
    Choice, ContainerTable, Field, Layer, Menu, MenuItem, Place, Prompt, PromptKind, RowId, Scope,
    State, Table, ViewId,
};

use super::{Action, container};
use fold::{fold, fold_all, no_stacks};
pub use go::{current_table, move_by, scroll_by};
use go::{jump, page, step, top};

const fn motion(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::Table, id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    motion(
        "table.bottom",
        "to the end",
        "Go to the last row.",
        &["G", "end"],
        |s| jump(s, isize::MAX),
    ),
    Action {
        scope: Scope::View(ViewId::Containers),
        ..motion(
            "table.columns",
            "columns",
            "Choose the columns.",
            &["c"],
            columns_menu,
        )
    },
    motion(
        "table.down",
        "down",
        "Go down one row.",
        &["j", "down"],
        |s| step(s, 1),
    ),
    Action {
        footer: 8,
        unavailable: |s| {
            let tables = [ViewId::Containers, ViewId::Events, ViewId::Journal];
            let view = s.view();
            (!view.is_listing() && !tables.contains(&view))
                .then(|| say!("nothing to filter here").to_owned())
        },
        ..motion(
            "table.filter",
            "filter",
            "Show only rows that match; Enter keeps, Esc clears.",
            &["/"],
            filter,
        )
    },
    Action {
        scope: Scope::View(ViewId::Containers),
        unavailable: no_stacks,
        ..motion(
            "table.fold",
            "fold",
            "Fold the stack under the cursor to one row, or open it.",
            &["z"],
            fold,
        )
    },
    Action {
        scope: Scope::View(ViewId::Containers),
        unavailable: no_stacks,
        ..motion(
            "table.fold_all",
            "fold all",
            "Fold all stacks, or open them.",
            &["Z"],
            fold_all,
        )
    },
    motion(
        "table.half_down",
        "half a page down",
        "Go down half a page.",
        &["ctrl-d"],
        |s| page(s, 1, 2),
    ),
    motion(
        "table.half_up",
        "half a page up",
        "Go up half a page.",
        &["ctrl-u"],
        |s| page(s, -1, 2),
    ),
    Action {
        scope: Scope::View(ViewId::Containers),
        ..motion(
            "table.mark",
            "mark",
            "Mark the row: actions then take all marked ones.",
            &["space"],
            mark,
        )
    },
    Action {
        scope: Scope::View(ViewId::Containers),
        ..motion(
            "table.mark_all",
            "mark all",
            "Mark every container shown, or none.",
            &["*"],
            mark_all,
        )
    },
    Action {
        footer: 6,
        unavailable: |s| {
            if s.view() == ViewId::Stack {
                return super::stack::cursor::nothing_to_open(s);
            }
            let pages = [
                ViewId::Details,
                ViewId::Item,
                ViewId::StackFiles,
                ViewId::Proposal,
                ViewId::Processes,
                ViewId::Logs,
                ViewId::MailDoctor,
                ViewId::Output,
                ViewId::Space,
                ViewId::VolumeFile,
            ];
            pages
                .contains(&s.view())
                .then(|| say!("nothing to open here").to_owned())
        },
        ..motion(
            "table.open",
            "open",
            "Open what the cursor is on.",
            &["enter"],
            open,
        )
    },
    Action {
        scope: Scope::View(ViewId::Containers),
        ..motion(
            "table.order",
            "order by",
            "Choose the column that orders the rows.",
            &["o"],
            order_menu,
        )
    },
    motion(
        "table.page_down",
        "page down",
        "Go down a page.",
        &["pgdn", "ctrl-f"],
        |s| page(s, 1, 1),
    ),
    motion(
        "table.page_up",
        "page up",
        "Go up a page.",
        &["pgup", "ctrl-b"],
        |s| page(s, -1, 1),
    ),
    Action {
        scope: Scope::View(ViewId::Containers),
        footer: 9,
        ..motion(
            "table.problems",
            "problems",
            "Show only what is in trouble, the worst first.",
            &["!"],
            problems,
        )
    },
    Action {
        scope: Scope::View(ViewId::Containers),
        ..motion(
            "table.reverse",
            "reverse",
            "Turn the order around.",
            &["O"],
            reverse,
        )
    },
    Action {
        scope: Scope::View(ViewId::Containers),
        ..motion(
            "table.stopped",
            "all/running",
            "Show stopped containers too, or running ones only.",
            &["a"],
            stopped,
        )
    },
    motion(
        "table.top",
        "to the start",
        "Go to the first row.",
        &["g", "home"],
        top,
    ),
    motion("table.up", "up", "Go up one row.", &["k", "up"], |s| {
        step(s, -1)
    }),
];

fn open(state: &mut State) -> Effects {
    match state.view() {
        ViewId::Containers => match state.containers.table.selected.clone() {
            Some(RowId::Stack(_)) => return fold(state),
            Some(RowId::Container(key)) => container::open_on(state, ViewId::Details, &key),
            _ => {}
        },
        ViewId::Inspect => return super::view::fold_branch(state),
        ViewId::Events | ViewId::Entry => super::view::jump_to_thing(state),
        ViewId::Journal if state.journal.chosen().is_some() => {
            state.journal.scroll = 0;
            state.nav.open(Place {
                view: ViewId::Entry,
                key: None,
            });
        }
        ViewId::Hosts => return super::host::narrow(state),
        ViewId::Stacks => {
            if let Some(key) = state.subject() {
                container::open_on(state, ViewId::Stack, &key);
            }
        }
        ViewId::Stack => return super::stack::cursor::open(state),
        ViewId::Images | ViewId::Volumes | ViewId::Networks | ViewId::Services | ViewId::Nodes => {
            if let Some(key) = state.subject() {
                container::open_on(state, ViewId::Item, &key);
            }
        }
        ViewId::Mail => return super::mail::open(state),
        ViewId::VolumeFolder => return super::browse::enter(state),
        _ => {}
    }
    Effects::new()
}

fn filter(state: &mut State) -> Effects {
    let before = match state.view() {
        ViewId::Containers => state.containers.filter.clone(),
        ViewId::Events => state.events.filter.clone(),
        ViewId::Journal => state.journal.filter.clone(),
        _ => match columns::listed::listing(state) {
            Some(listing) => listing.filter.clone(),
            None => return Effects::new(),
        },
    };
    type_line(state, PromptKind::Filter, say!("filter"), before)
}

/// Asks for a line at the foot of the screen, beginning with what was typed before; what is sought is typed anew as often
/// as changed, and a number rather than changed, so that both stand there selected.
pub(super) fn type_line(
    state: &mut State,
    kind: PromptKind,
    title: &str,
    before: String,
) -> Effects {
    let field = match kind {
        PromptKind::Filter
        | PromptKind::Search
        | PromptKind::Scale { .. }
        | PromptKind::Replicas(_) => Field::selected(&before),
        _ => Field::of(&before),
    };
    state.layers.push(Layer::Prompt(Prompt {
        kind,
        title: title.to_owned(),
        field,
        before,
        complaint: None,
    }));
    Effects::new()
}

fn mark(state: &mut State) -> Effects {
    let keys = match state.containers.table.selected.clone() {
        Some(RowId::Container(key)) => vec![key],
        Some(RowId::Stack(key)) => state.world.members(&key).map(|c| c.key.clone()).collect(),
        _ => Vec::new(),
    };
    let marked = &mut state.containers.marked;
    let all = keys.iter().all(|key| marked.contains(key));
    for key in keys {
        if all {
            marked.remove(&key);
        } else {
            marked.insert(key);
        }
    }
    step(state, 1)
}

fn mark_all(state: &mut State) -> Effects {
    let table = &mut state.containers;
    let shown: Vec<_> = table
        .table
        .rows
        .iter()
        .filter_map(|row| match row {
            RowId::Container(key) => Some(key.clone()),
            _ => None,
        })
        .collect();
    if shown.iter().all(|key| table.marked.contains(key)) {
        table.marked.clear();
    } else {
        table.marked.extend(shown);
    }
    Effects::new()
}

fn problems(state: &mut State) -> Effects {
    let table = &mut state.containers;
    table.problems_only = !table.problems_only;
    table.stale = true;
    if table.problems_only {
        // The old rows say nothing of which is the worst.
        table.table = Table::default();
    }
    Effects::new()
}

fn stopped(state: &mut State) -> Effects {
    state.containers.show_stopped = !state.containers.show_stopped;
    state.containers.stale = true;
    Effects::new()
}

fn reverse(state: &mut State) -> Effects {
    state.containers.reverse = !state.containers.reverse;
    state.containers.stale = true;
    vec![remember(state)]
}

/// What of the table is kept for the next start, under the settings' names.
pub fn remember(state: &State) -> crate::effect::Effect {
    let table = &state.containers;
    let order = format!("{}{}", if table.reverse { "-" } else { "" }, table.order);
    crate::effect::Effect::Remember(vec![
        ("order.containers".to_owned(), order),
        ("columns.containers".to_owned(), table.columns.join(",")),
    ])
}

/// The columns shown, by the user's choice or by default.
pub fn chosen_columns(state: &State) -> Vec<&'static columns::ContainerColumn> {
    columns::shown(
        columns::container::COLUMNS,
        &state.containers.columns,
        state,
    )
}

/// From this width on what is noticed has a column even where nothing hurts.
const WIDE: u16 = 180;

/// Those of them that are on screen: what is noticed takes room from others only where something hurts, addresses only where
/// there are some that the ports do not tell.
pub fn useful_columns(state: &State) -> Vec<&'static columns::ContainerColumn> {
    let mut columns = chosen_columns(state);
    let ContainerTable {
        survey,
        columns: chosen,
        ..
    } = &state.containers;
    let noticed = survey.hurting > 0 || state.size.0 >= WIDE;
    let addresses = survey.address.most > 0 || chosen.iter().any(|id| id == "url");
    columns.retain(|column| match column.id {
        "noticed" => noticed,
        "url" => addresses,
        _ => true,
    });
    columns
}

/// These of the columns, to choose from.
fn column_items(
    offered: impl Fn(&columns::ContainerColumn) -> bool,
    on: impl Fn(&str) -> bool,
    choice: fn(String) -> Choice,
) -> Vec<MenuItem> {
    columns::container::COLUMNS
        .iter()
        .filter(|c| offered(c))
        .map(|c| MenuItem::new(c.name(), c.help(), choice(c.id.to_owned())).on(on(c.id)))
        .collect()
}

fn order_menu(state: &mut State) -> Effects {
    let order = state.containers.order.clone();
    let of_use = |c: &columns::ContainerColumn| c.comes.is_none_or(|comes| comes(state));
    let items = column_items(of_use, |id| id == order, Choice::OrderBy);
    let selected = items
        .iter()
        .position(|item| item.label == order)
        .unwrap_or(0);
    state.offer(Menu {
        selected,
        ..Menu::new(say!("Order by"), items)
    });
    Effects::new()
}

fn columns_menu(state: &mut State) -> Effects {
    let shown: Vec<&str> = chosen_columns(state).iter().map(|c| c.id).collect();
    let items = column_items(
        |column| column.comes.is_none(),
        |id| shown.contains(&id),
        Choice::Column,
    );
    let note = say!("Enter or Space switches, Esc closes");
    state.offer(Menu::new(say!("Columns"), items).note(note));
    Effects::new()
}
