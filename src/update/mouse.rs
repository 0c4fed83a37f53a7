//! The mouse does what it looks like it does: rows are chosen, the wheel scrolls, tabs and column titles answer.
use crate::actions;
use crate::effect::Effects;
use crate::keys::{Mouse, MouseKind};
use crate::layout::{LIST_OFFSET, Regions, list_height};
use crate::state::{Layer, State, ViewId};

use super::perform;

/// Rows a step of the wheel scrolls.
const WHEEL: isize = 3;

pub(super) fn mouse(state: &mut State, mouse: Mouse) -> Effects {
    let delta = match mouse.kind {
        MouseKind::ScrollUp => -WHEEL,
        MouseKind::ScrollDown => WHEEL,
        MouseKind::Press => return press(state, mouse),
        MouseKind::Menu | MouseKind::Drag | MouseKind::Release => return Effects::new(),
    };
    match state.layers.last_mut() {
        Some(Layer::Help { scroll }) => *scroll = scroll.saturating_add_signed(delta),
        Some(Layer::Menu(menu)) => {
            let last = menu.items.len().saturating_sub(1);
            menu.selected = menu
                .selected
                .saturating_add_signed(delta.signum())
                .min(last);
        }
        Some(Layer::Palette { selected, .. }) => {
            *selected = selected.saturating_add_signed(delta.signum());
        }
        Some(Layer::Confirm(_) | Layer::Prompt(_) | Layer::Cost) => {}
        None => actions::table::scroll_by(state, delta),
    }
    Effects::new()
}

fn press(state: &mut State, mouse: Mouse) -> Effects {
    if !state.layers.is_empty() {
        return Effects::new();
    }
    let regions = Regions::of(state.size);
    let list = regions.body.y + LIST_OFFSET;
    if regions.tabs.height > 0 && mouse.row == regions.tabs.y {
        return match crate::views::tab_at(state, mouse.column) {
            Some(view) => actions::view::go(state, view),
            None => Effects::new(),
        };
    }
    if mouse.row < list || mouse.row >= regions.footer.y {
        return Effects::new();
    }
    let row = usize::from(mouse.row - list);
    let height = list_height(state);
    if state.view() == ViewId::Stack {
        return actions::stack::cursor::press(state, row);
    }
    let Some((table, _)) = actions::table::current_table(state) else {
        return Effects::new();
    };
    let index = table.top + row;
    if index >= table.rows.len() {
        return Effects::new();
    }
    if table.index() == Some(index) {
        return perform(state, "table.open");
    }
    table.select(index, height);
    Effects::new()
}
