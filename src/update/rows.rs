//! Which containers are rows, in which order. Runs when something it stands on changed, never for a frame.
use std::collections::{BTreeMap, BTreeSet};

use crate::columns::{self, Cx, Rank};
use crate::layout::list_height;
use crate::model::{Container, HostId, Key, RunState};
use crate::state::{ContainerTable, Host, RowId, State};
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

/// A row to be, with where it stands in the order: both taken once, while the container is at hand.
struct Shown<'a> {
    container: &'a Container,
    key: Key,
    rank: Rank<'a>,
}

fn rows(state: &State) -> (Vec<RowId>, usize) {
    let table = &state.containers;
    let mut matcher = (!table.filter.is_empty()).then(|| FuzzyMatcher::new(&table.filter));
    let found = hosts_found(state, matcher.as_mut());
    let order = columns::find(&table.order).or_else(|| columns::find("name"));
    let cx = Cx {
        state,
        now: state.now,
        hits: None,
    };
    let mut left = 0;
    let shown = state
        .world
        .containers()
        .filter(|c| {
            let matcher = matcher.as_mut();
            wanted(state, table, c)
                && (found.contains(&c.key.host)
                    || matcher.is_none_or(|m| fits(m, &table.filter, c)))
        })
        .inspect(|_| left += 1)
        .map(|container| Shown {
            container,
            key: container.key.clone(),
            rank: order.map_or(Rank::Unknown, |column| (column.rank)(container, &cx)),
        });
    let rows = if table.is_flat() {
        let mut list: Vec<Shown> = shown.collect();
        sort(table, &mut list);
        list.into_iter().map(row).collect()
    } else {
        folded(table, shown)
    };
    let all: usize = state.scope().map(Host::count).sum();
    (rows, all - left)
}

/// The hosts whose label fits the filter, where hosts are mixed: all of theirs is shown.
fn hosts_found(state: &State, matcher: Option<&mut FuzzyMatcher>) -> BTreeSet<HostId> {
    let Some(matcher) = matcher.filter(|_| state.mixes_hosts()) else {
        return BTreeSet::new();
    };
    let hosts = state.world.hosts.values();
    let fits = hosts.filter(|host| matcher.score(&host.label).is_some());
    fits.map(|host| host.id).collect()
}

fn row(shown: Shown) -> RowId {
    RowId::Container(shown.key)
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
            .then_with(|| a.key.cmp(&b.key))
    };
    if table.problems_only {
        let problem = |shown: &Shown| shown.container.problem();
        list.sort_by(|a, b| problem(a).cmp(&problem(b)).then_with(|| by_order(a, b)));
    } else {
        list.sort_by(by_order);
    }
}

/// Host by host, rows under their stacks; stacks by name, containers of none last. Each stack is ordered by itself, a
/// closed one not.
fn folded<'a>(table: &ContainerTable, shown: impl Iterator<Item = Shown<'a>>) -> Vec<RowId> {
    let mut groups: BTreeMap<(HostId, bool, &str), Vec<Shown>> = BTreeMap::new();
    let mut all = 0;
    for shown in shown {
        all += 1;
        let stack = shown.container.stack();
        let group = (shown.key.host, stack.is_none(), stack.unwrap_or_default());
        groups.entry(group).or_default().push(shown);
    }
    let mut rows = Vec::with_capacity(all + groups.len());
    for ((host, loose, name), mut members) in groups {
        if loose {
            sort(table, &mut members);
            rows.extend(members.into_iter().map(row));
            continue;
        }
        let stack = Key::stack(host, name);
        let closed = table.folded.contains(&stack);
        rows.push(RowId::Stack(stack));
        if !closed {
            sort(table, &mut members);
            rows.extend(members.into_iter().map(row));
        }
    }
    rows
}

fn wanted(state: &State, table: &ContainerTable, container: &Container) -> bool {
    if !state.in_scope(container.key.host) {
        return false;
    }
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

/// Whether [`score`] finds it. What is in the short name is in the name too, so that one look at the names is enough.
fn fits(matcher: &mut FuzzyMatcher, typed: &str, container: &Container) -> bool {
    matcher.score(&container.name).is_some()
        || matcher.score(&container.image).is_some()
        || is_id(typed, container)
}

fn is_id(typed: &str, container: &Container) -> bool {
    typed.len() >= 4 && container.key.short().starts_with(typed)
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
        .or_else(|| is_id(typed, container).then_some(1))
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
