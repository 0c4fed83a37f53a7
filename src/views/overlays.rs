//! Windows over the screen and messages in its corner.
pub mod confirm;
pub mod cost;
pub mod equivalent;
pub mod help;
pub mod menu;
pub mod palette;
pub mod toasts;

use ratatui::buffer::Buffer;

use crate::state::{Layer, State};
use crate::theme::Theme;

use equivalent::Equivalent;

/// Draws one window.
pub fn draw(layer: &Layer, state: &State, theme: &Theme, buf: &mut Buffer) {
    match layer {
        Layer::Help { scroll } => help::draw(state, theme, *scroll, buf),
        Layer::Palette { field, selected } => palette::draw(state, theme, field, *selected, buf),
        Layer::Confirm(confirm) => {
            let command = Equivalent::of(state, layer);
            confirm::draw(confirm, &command, theme, buf);
        }
        Layer::Cost => cost::draw(state, theme, buf),
        Layer::Menu(menu) => menu::draw(menu, &Equivalent::of(state, layer), theme, buf),
        Layer::Prompt(_) => {}
    }
}

/// Where scrolling what a question hits ends.
pub fn last_question_scroll(state: &State) -> usize {
    match state.layer() {
        Some(layer @ Layer::Confirm(confirm)) => {
            confirm::last_scroll(state.size, confirm, &Equivalent::of(state, layer))
        }
        _ => 0,
    }
}

/// Where the text cursor stands in a window.
pub fn cursor(layer: &Layer, state: &State) -> Option<(u16, u16)> {
    match layer {
        Layer::Palette { field, .. } => palette::cursor(state.size, field),
        Layer::Confirm(confirm) => {
            confirm::cursor(state.size, confirm, &Equivalent::of(state, layer))
        }
        Layer::Help { .. } | Layer::Cost | Layer::Menu(_) | Layer::Prompt(_) => None,
    }
}
