//! Windows over the screen and messages in its corner.
pub mod palette;
pub mod toasts;

use ratatui::buffer::Buffer;

use crate::state::{Layer, State};
use crate::theme::Theme;

/// Draws one window.
pub fn draw(layer: &Layer, state: &State, theme: &Theme, buf: &mut Buffer) {
    let _ = (layer, state, theme, buf);
}

/// Where the text cursor stands in a window.
pub fn cursor(layer: &Layer, state: &State) -> Option<(u16, u16)> {
    let _ = (layer, state);
    None
}
