//! Folding stacks to one row. Must not know how rows are taken or drawn.
use std::collections::BTreeSet;

use crate::effect::Effects;
use crate::model::{Container, Key};
use crate::state::{Host, RowId, State};

/// Why there is nothing to fold.
pub(super) fn no_stacks(state: &State) -> Option<String> {
    let table = &state.containers;
    if !table.filter.is_empty() {
        Some(say!("what a filter finds stands without stacks").to_owned())
    } else if table.is_flat() {
        Some(say!("problems stand without stacks").to_owned())
    } else if !shown(state).any(|c| c.stack().is_some()) {
        Some(say!("there is no stack here").to_owned())
    } else {
        None
    }
}

/// The containers of the hosts that the screen is about.
fn shown(state: &State) -> impl Iterator<Item = &Container> {
    state.scope().flat_map(Host::containers)
}

pub(super) fn fold(state: &mut State) -> Effects {
    let table = &mut state.containers;
    let stack = match table.table.selected.clone() {
        Some(RowId::Stack(key)) => Some(key),
        Some(RowId::Container(key)) => state
            .world
            .container(&key)
            .and_then(|c| c.stack().map(|name| Key::stack(key.host, name))),
        _ => None,
    };
    if let Some(stack) = stack {
        if !table.folded.remove(&stack) {
            table.folded.insert(stack.clone());
            table.table.selected = Some(RowId::Stack(stack));
        }
        table.stale = true;
    }
    Effects::new()
}

pub(super) fn fold_all(state: &mut State) -> Effects {
    let stacks: BTreeSet<_> = shown(state)
        .filter_map(|c| c.stack().map(|name| Key::stack(c.key.host, name)))
        .collect();
    let table = &mut state.containers;
    if stacks.iter().all(|stack| table.folded.contains(stack)) {
        table.folded.retain(|stack| !stacks.contains(stack));
    } else {
        if let Some(RowId::Container(key)) = table.table.selected.clone()
            && let Some(stack) = state.world.container(&key).and_then(|c| c.stack())
        {
            table.table.selected = Some(RowId::Stack(Key::stack(key.host, stack)));
        }
        table.folded.extend(stacks);
    }
    table.stale = true;
    Effects::new()
}
