//! Moving by rows: the cursor of a table, the page of a text, the lines of a log.
use crate::effect::Effects;
use crate::layout::{self, list_height};
use crate::state::{State, Table, ViewId};

/// The table of the view on screen, if it has one, and its height.
pub fn current_table(state: &mut State) -> Option<(&mut Table, usize)> {
    let height = list_height(state);
    let table = match state.view() {
        ViewId::Containers => &mut state.containers.table,
        ViewId::Stacks => &mut state.shelves.stacks.listing.table,
        ViewId::Images => &mut state.shelves.images.listing.table,
        ViewId::Volumes => &mut state.shelves.volumes.listing.table,
        ViewId::Networks => &mut state.shelves.networks.listing.table,
        ViewId::Services => &mut state.shelves.services.listing.table,
        ViewId::Nodes => &mut state.shelves.nodes.listing.table,
        ViewId::Mail => &mut state.shelves.mails.listing.table,
        ViewId::Hosts => &mut state.shelves.hosts.listing.table,
        ViewId::Routes => &mut state.shelves.routes.listing.table,
        ViewId::Events => &mut state.events.table,
        ViewId::Journal => &mut state.journal.table,
        ViewId::VolumeFolder => &mut state.browse.as_mut()?.table,
        ViewId::Inspect => {
            let key = state.nav.current().key?;
            &mut state.sheets.get_mut(&key)?.inspect.table
        }
        _ => return None,
    };
    Some((table, height))
}

/// Moves by rows: the cursor where there is one, else the page.
pub fn move_by(state: &mut State, delta: isize) {
    if let Some((table, height)) = current_table(state) {
        table.move_by(delta, height);
        if state.view() == ViewId::Events {
            let table = &state.events.table;
            state.events.follow = table.index().is_none_or(|i| i + 1 == table.rows.len());
        }
        return;
    }
    match state.view() {
        ViewId::Logs => layout::move_in_logs(state, delta),
        ViewId::Stack => crate::actions::stack::cursor::move_by(state, delta),
        _ => scroll_by(state, delta),
    }
}

/// Scrolls by rows, as the mouse wheel does.
pub fn scroll_by(state: &mut State, delta: isize) {
    if let Some((table, height)) = current_table(state) {
        table.scroll_by(delta, height);
        return;
    }
    match state.view() {
        ViewId::Logs => layout::scroll_logs(state, delta),
        ViewId::Output => {
            let key = state.nav.current().key;
            if let Some(output) = key.and_then(|key| state.outputs.get_mut(&key)) {
                let back = output.back.saturating_add_signed(delta.saturating_neg());
                output.back = back.min(output.lines.len());
            }
        }
        ViewId::VolumeFile => {
            let open = state.browse.as_mut().and_then(|b| b.file.as_mut());
            if let Some(file) = open {
                file.scroll = file.scroll.saturating_add_signed(delta);
            }
        }
        ViewId::Entry => {
            let scroll = &mut state.journal.scroll;
            *scroll = scroll.saturating_add_signed(delta.clamp(-1_000_000, 1_000_000));
        }
        ViewId::StackFiles | ViewId::Proposal => layout::stack_file::scroll(state, delta),
        view => {
            let Some(key) = state.nav.current().key else {
                return;
            };
            let Some(sheet) = state.sheets.get_mut(&key) else {
                return;
            };
            let place = if view == ViewId::Processes {
                &mut sheet.process_scroll
            } else {
                &mut sheet.scroll
            };
            *place = place.saturating_add_signed(delta.clamp(-1_000_000, 1_000_000));
        }
    }
}

pub(super) fn step(state: &mut State, delta: isize) -> Effects {
    move_by(state, delta);
    Effects::new()
}

pub(super) fn page(state: &mut State, direction: isize, divisor: usize) -> Effects {
    let rows = (list_height(state) / divisor).max(1);
    move_by(state, direction * rows as isize);
    Effects::new()
}

pub(super) fn jump(state: &mut State, to: isize) -> Effects {
    move_by(state, to);
    Effects::new()
}

pub(super) fn top(state: &mut State) -> Effects {
    match state.view() {
        ViewId::Logs => crate::actions::log::top(state),
        _ => move_by(state, isize::MIN),
    }
    Effects::new()
}
