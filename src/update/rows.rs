//! Which containers are rows, in which order. Runs when something it stands on changed, never for a frame.
use std::collections::{BTreeSet, HashMap};

use crate::columns::{self, Cx, Rank};
use crate::layout::list_height;
use crate::model::{Container, HostId, Key, RunState};
use crate::state::lints::hurts;
use crate::state::{ContainerTable, Host, RowId, State};
use crate::text::FuzzyMatcher;

use super::survey;

/// Takes the rows of the containers' table anew.
pub fn refresh_containers(state: &mut State) {
    refresh(state, false);
}

/// The same while the filter is typed: the cursor goes to the row that fits it best.
pub(super) fn refresh_to_best(state: &mut State) {
    if let Some(best) = refresh(state, true) {
        let height = list_height(state);
        state.containers.table.select(best, height);
    }
}

/// Gives the place of the best row, when it is asked for and there is a filter.
fn refresh(state: &mut State, best_wanted: bool) -> Option<usize> {
    let height = list_height(state);
    let Taken { rows, hidden, best } = rows(state, best_wanted);
    let present = |key: &Key| state.world.container(key).is_some();
    let marked = state
        .containers
        .marked
        .iter()
        .filter(|key| present(key))
        .cloned()
        .collect();
    survey::renew(state);
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
    // A container that was made anew: the cursor goes on to the one in its place.
    if let Some(RowId::Container(key)) = &table.table.selected
        && !rows.contains(&RowId::Container(key.clone()))
        && let Some(new) = state.jobs.of(key).and_then(|running| running.also.clone())
    {
        table.table.selected = Some(RowId::Container(new));
    }
    let first = table.table.rows.is_empty() && !rows.is_empty();
    table.table.set_rows(rows, height);
    if first && matches!(table.table.selected, Some(RowId::Stack(_))) && table.table.rows.len() > 1
    {
        table.table.select(1, height);
    }
    best
}

/// The rows, how many containers have none, and the row that fits the filter best.
struct Taken {
    rows: Vec<RowId>,
    hidden: usize,
    best: Option<usize>,
}

/// A row to be, with where it stands in the order: both taken once, while the container is at hand.
struct Shown<'a> {
    container: &'a Container,
    key: Key,
    rank: Rank<'a>,
}

fn rows(state: &State, best_wanted: bool) -> Taken {
    let table = &state.containers;
    let all: Vec<&Container> = state
        .world
        .containers()
        .filter(|c| wanted(state, table, c))
        .collect();
    let mut matcher = (!table.filter.is_empty()).then(|| {
        let hosts = state.world.hosts.values().map(|host| host.label.as_str());
        let hosts = hosts.filter(|_| state.mixes_hosts());
        let names = all.iter().flat_map(|c| [c.name.as_str(), &c.image]);
        FuzzyMatcher::filter(&table.filter, names.chain(hosts))
    });
    let found = hosts_found(state, matcher.as_mut());
    let order = columns::find(&table.order).or_else(|| columns::find("name"));
    let cx = Cx {
        state,
        now: state.now,
        hits: None,
    };
    let mut left = 0;
    let shown = all
        .into_iter()
        .filter(|c| {
            let matcher = matcher.as_mut();
            found.contains(&c.key.host) || matcher.is_none_or(|m| fits(m, &table.filter, c))
        })
        .inspect(|_| left += 1)
        .map(|container| Shown {
            container,
            key: container.key.clone(),
            rank: order.map_or(Rank::Unknown, |column| (column.rank)(container, &cx)),
        });
    let mut best = None;
    let rows = if table.is_flat() {
        let mut list: Vec<Shown> = shown.collect();
        sort(table, &mut list);
        if best_wanted && let Some(matcher) = &mut matcher {
            best = best_of(matcher, &table.filter, &list);
        }
        list.into_iter().map(row).collect()
    } else {
        folded(table, shown)
    };
    let count: usize = state.scope().map(Host::count).sum();
    Taken {
        rows,
        hidden: count - left,
        best,
    }
}

/// The hosts whose label fits the filter, where hosts are mixed: all of theirs is shown.
fn hosts_found(state: &State, matcher: Option<&mut FuzzyMatcher>) -> BTreeSet<HostId> {
    let Some(matcher) = matcher.filter(|_| state.mixes_hosts()) else {
        return BTreeSet::new();
    };
    let hosts = state.world.hosts.values();
    let fits = hosts.filter(|host| matcher.matches(&host.label));
    fits.map(|host| host.id).collect()
}

fn row(shown: Shown) -> RowId {
    RowId::Container(shown.key)
}

/// Orders what stands by name already: what is equal stays so, and an order by name takes one look.
fn sort(table: &ContainerTable, list: &mut [Shown]) {
    let by_order = |a: &Shown, b: &Shown| {
        if table.reverse {
            b.rank.cmp(&a.rank)
        } else {
            a.rank.cmp(&b.rank)
        }
    };
    if table.problems_only {
        // Those whose state says nothing of it come last.
        let problem = |shown: &Shown| {
            let problem = shown.container.problem();
            (problem.is_none(), problem)
        };
        list.sort_by(|a, b| problem(a).cmp(&problem(b)).then_with(|| by_order(a, b)));
    } else {
        list.sort_by(by_order);
    }
}

/// Containers of one host that stand together: whether they are of no stack, and the stack.
type Group<'a> = (HostId, bool, &'a str);

/// Host by host, rows under their stacks; stacks by name, containers of none last. Each stack is ordered by itself, a
/// closed one not.
fn folded<'a>(table: &ContainerTable, shown: impl Iterator<Item = Shown<'a>>) -> Vec<RowId> {
    let mut places: HashMap<Group, usize> = HashMap::new();
    let mut groups: Vec<(Group, Vec<Shown>)> = Vec::new();
    let mut all = 0;
    for shown in shown {
        all += 1;
        let stack = shown.container.stack();
        let group = (shown.key.host, stack.is_none(), stack.unwrap_or_default());
        let place = *places.entry(group).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, members)) => members.push(shown),
            None => groups.push((group, vec![shown])),
        }
    }
    groups.sort_unstable_by_key(|(group, _)| *group);
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
        && !hurts(state, container)
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
    matcher.matches(&container.name) || matcher.matches(&container.image) || is_id(typed, container)
}

fn is_id(typed: &str, container: &Container) -> bool {
    typed.len() >= 4 && container.key.short().starts_with(typed)
}

/// What a hit in a name counts more than one elsewhere.
const NAMED: u32 = 1_000;

/// How well a container fits the filter: the name it is shown by first, then its whole name, then its image.
fn score(matcher: &mut FuzzyMatcher, container: &Container) -> Option<u32> {
    let named = matcher
        .score(container.short_name())
        .or_else(|| matcher.score(&container.name))
        .map(|score| score + NAMED);
    named.or_else(|| matcher.score(&container.image))
}

/// The place of the one that fits the filter best: where the cursor goes while it is typed. Looks no further than the
/// first that nothing can fit better.
fn best_of(matcher: &mut FuzzyMatcher, typed: &str, list: &[Shown]) -> Option<usize> {
    let most = matcher.best() + NAMED;
    let mut best: Option<(u32, usize)> = None;
    for (place, shown) in list.iter().enumerate() {
        let found = score(matcher, shown.container);
        let Some(score) = found.or_else(|| is_id(typed, shown.container).then_some(1)) else {
            continue;
        };
        if best.is_none_or(|(top, _)| score > top) {
            best = Some((score, place));
        }
        if score >= most {
            break;
        }
    }
    best.map(|(_, place)| place)
}
