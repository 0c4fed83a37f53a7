//! Marks on containers: actions then take all that bear one. Must not know what those do.
use crate::effect::Effects;
use crate::state::{RowId, State};

/// Marks what the cursor is on, all of a stack, or takes the mark away; goes on to the next row.
pub(super) fn mark(state: &mut State) -> Effects {
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
    super::step(state, 1)
}

/// Marks every row shown, or none.
pub(super) fn mark_all(state: &mut State) -> Effects {
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
