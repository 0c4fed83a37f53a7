//! Which containers are rows, in which order. Runs when something it stands on changed, never for a frame.
use std::collections::BTreeMap;

use crate::columns::{self, Cx, Rank};
use crate::layout::list_height;
use crate::model::{Container, HostId, Key, RunState};
use crate::state::{ContainerTable, RowId, State};
use crate::text::FuzzyMatcher;

/// Takes the rows of the containers' table anew.
pub fn refresh_containers(state: &mut State) {
    let height = list_height(state);
    let (rows, hidden) = rows(state);
    let present = |key: &Key| state.world.container(key).is_some();
    let marked = state
        .containers
        .marked
        .iter()
        .filter(|key| present(key))
        .cloned()
        .collect();
    let table = &mut state.containers;
    table.marked = marked;
    table.hidden = hidden;
    if let Some(RowId::Container(key)) = table.table.selected.clone()
        && !rows.contains(&RowId::Container(key.clone()))
        && let Some(stack) = state
            .world
            .container(&key)
            .and_then(|c| c.stack().map(|s| Key::stack(key.host, s)))
        && table.folded.contains(&stack)
    {
        table.table.selected = Some(RowId::Stack(stack));
    }
    let first = table.table.rows.is_empty() && !rows.is_empty();
    table.table.set_rows(rows, height);
    if first && matches!(table.table.selected, Some(RowId::Stack(_))) && table.table.rows.len() > 1
    {
        table.table.select(1, height);
    }
}

/// A row to be, with where it stands in the order: taken once, whatever the order.
struct Shown<'a> {
    container: &'a Container,
    rank: Rank<'a>,
}

fn rows(state: &State) -> (Vec<RowId>, usize) {
    let table = &state.containers;
    let mut shown: Vec<&Container> = Vec::with_capacity(state.world.count());
    shown.extend(state.world.containers().filter(|c| wanted(state, table, c)));
    if !table.filter.is_empty() {
        let mut matcher = FuzzyMatcher::new(&table.filter);
        shown.retain(|c| score(&mut matcher, &table.filter, c).is_some());
    }
    let hidden = state.world.count() - shown.len();
    if table.is_flat() {
        let mut list: Vec<Shown> = ranked(state, shown);
        sort(table, &mut list);
        return (list.iter().map(row).collect(), hidden);
    }
    (folded(state, shown), hidden)
}

fn row(shown: &Shown) -> RowId {
    RowId::Container(shown.container.key.clone())
}

fn ranked<'a>(state: &'a State, containers: Vec<&'a Container>) -> Vec<Shown<'a>> {
    let order = columns::find(&state.containers.order).or_else(|| columns::find("name"));
    let cx = Cx {
        state,
        now: state.now,
    };
    containers
        .into_iter()
        .map(|container| Shown {
            container,
            rank: order.map_or(Rank::Unknown, |column| (column.rank)(container, &cx)),
        })
        .collect()
}

fn sort(table: &ContainerTable, list: &mut [Shown]) {
    let by_order = |a: &Shown, b: &Shown| {
        let natural = if table.reverse {
            b.rank.cmp(&a.rank)
        } else {
            a.rank.cmp(&b.rank)
        };
        natural
            .then_with(|| a.container.name.cmp(&b.container.name))
            .then_with(|| a.container.key.cmp(&b.container.key))
    };
    if table.problems_only {
        let problem = |shown: &Shown| shown.container.problem();
        list.sort_by(|a, b| problem(a).cmp(&problem(b)).then_with(|| by_order(a, b)));
    } else {
        list.sort_by(by_order);
    }
}

/// Rows under their stacks; stacks by name, containers of none last. Each stack is ordered by itself, a closed one not.
fn folded(state: &State, shown: Vec<&Container>) -> Vec<RowId> {
    let table = &state.containers;
    let all = shown.len();
    let mut stacks: BTreeMap<(HostId, &str), Vec<&Container>> = BTreeMap::new();
    let mut loose = Vec::new();
    for container in shown {
        match container.stack() {
            Some(name) => {
                let stack = (container.key.host, name);
                stacks.entry(stack).or_default().push(container);
            }
            None => loose.push(container),
        }
    }
    let mut rows = Vec::with_capacity(all + stacks.len());
    let extend = |rows: &mut Vec<RowId>, containers| {
        let mut list = ranked(state, containers);
        sort(table, &mut list);
        rows.extend(list.iter().map(row));
    };
    for ((host, name), members) in stacks {
        let stack = Key::stack(host, name);
        let closed = table.folded.contains(&stack);
        rows.push(RowId::Stack(stack));
        if !closed {
            extend(&mut rows, members);
        }
    }
    extend(&mut rows, loose);
    rows
}

fn wanted(state: &State, table: &ContainerTable, container: &Container) -> bool {
    if table.problems_only
        && container.problem().is_none()
        && state.jobs.of(&container.key).is_none()
    {
        return false;
    }
    table.show_stopped
        || table.problems_only
        || !matches!(
            container.state,
            RunState::Exited | RunState::Created | RunState::Dead
        )
}

/// How well a container fits the filter: its names first, then what else it is known by.
fn score(matcher: &mut FuzzyMatcher, typed: &str, container: &Container) -> Option<u32> {
    let names = [container.short_name(), &container.name];
    let best = names
        .iter()
        .filter_map(|name| matcher.score(name))
        .max()
        .map(|s| s + 1_000);
    best.or_else(|| matcher.score(&container.image))
        .or_else(|| {
            let id = container.key.short();
            (typed.len() >= 4 && id.starts_with(typed)).then_some(1)
        })
}

/// The row that fits the filter best: where the cursor goes while it is typed.
pub(super) fn best_match(state: &State) -> Option<RowId> {
    let mut matcher = FuzzyMatcher::new(&state.containers.filter);
    let mut best: Option<(u32, &RowId)> = None;
    for row in &state.containers.table.rows {
        let RowId::Container(key) = row else { continue };
        let Some(score) = state
            .world
            .container(key)
            .and_then(|c| score(&mut matcher, &state.containers.filter, c))
        else {
            continue;
        };
        if best.is_none_or(|(top, _)| score > top) {
            best = Some((score, row));
        }
    }
    best.map(|(_, row)| row.clone())
}
