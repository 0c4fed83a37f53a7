//! Which containers are rows, in which order. Runs when something it stands on changed, never for a frame.
use std::cmp::Ordering;

use crate::columns::{self, Cx};
use crate::layout::list_height;
use crate::model::{Container, Key, RunState};
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

fn rows(state: &State) -> (Vec<RowId>, usize) {
    let table = &state.containers;
    let all = state.world.containers().count();
    let mut shown: Vec<&Container> = state
        .world
        .containers()
        .filter(|c| wanted(state, table, c))
        .collect();
    if !table.filter.is_empty() {
        let mut matcher = FuzzyMatcher::new(&table.filter);
        shown.retain(|c| score(&mut matcher, &table.filter, c).is_some());
    }
    let hidden = all - shown.len();
    let order = columns::find(&table.order).or_else(|| columns::find("name"));
    let cx = Cx {
        state,
        now: state.now,
    };
    let by_order = |a: &&Container, b: &&Container| {
        let natural = order.map_or(Ordering::Equal, |column| (column.order)(a, b, &cx));
        let natural = if table.reverse {
            natural.reverse()
        } else {
            natural
        };
        natural
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.key.cmp(&b.key))
    };
    if table.problems_only {
        shown.sort_by(|a, b| a.problem().cmp(&b.problem()).then_with(|| by_order(a, b)));
    } else {
        shown.sort_by(by_order);
    }
    if table.is_flat() {
        return (
            shown
                .into_iter()
                .map(|c| RowId::Container(c.key.clone()))
                .collect(),
            hidden,
        );
    }
    (folded(table, &shown), hidden)
}

/// Rows under their stacks; stacks by name, containers of none last.
fn folded(table: &ContainerTable, shown: &[&Container]) -> Vec<RowId> {
    let mut stacks: Vec<Key> = shown
        .iter()
        .filter_map(|c| c.stack().map(|name| Key::stack(c.key.host, name)))
        .collect();
    stacks.sort();
    stacks.dedup();
    let index_of = |c: &Container| {
        let stack = Key::stack(c.key.host, c.stack()?);
        stacks.binary_search(&stack).ok()
    };
    let mut members: Vec<Vec<RowId>> = vec![Vec::new(); stacks.len()];
    let mut loose = Vec::new();
    for container in shown {
        let row = RowId::Container(container.key.clone());
        match index_of(container).and_then(|i| members.get_mut(i)) {
            Some(list) => list.push(row),
            None => loose.push(row),
        }
    }
    let mut rows = Vec::with_capacity(shown.len() + stacks.len());
    for (stack, list) in stacks.into_iter().zip(members) {
        let closed = table.folded.contains(&stack);
        rows.push(RowId::Stack(stack));
        if !closed {
            rows.extend(list);
        }
    }
    rows.extend(loose);
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
