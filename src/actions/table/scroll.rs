//! Scrolling by rows, where there is a cursor and where there is none.
use crate::layout;
use crate::state::{State, ViewId};

use super::current_table;

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
        ViewId::File => {
            let open = state.browse.as_mut().and_then(|b| b.file.as_mut());
            if let Some(file) = open {
                file.scroll = file.scroll.saturating_add_signed(delta);
            }
        }
        ViewId::Files | ViewId::Proposal => layout::stack_file::scroll(state, delta),
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
