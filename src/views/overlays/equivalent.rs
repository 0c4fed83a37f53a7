//! The command that does the same as a window asks for, with the key that copies it.
//!
//! ```text
//! c docker rm --force --volumes zammad-db-1
//! ```
use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::command;
use crate::state::{Layer, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::{Line, pen};

/// Rows of a screen that has room for it.
const ROOMY: u16 = 20;

/// A command and its key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Equivalent {
    key: String,
    command: String,
}

impl Equivalent {
    /// Of a window; nothing where no command does the same, or the screen has no room for one.
    pub fn of(state: &State, layer: &Layer) -> Self {
        if state.size.1 < ROOMY {
            return Self::default();
        }
        Self {
            key: command::key(layer).to_string(),
            command: command::of_layer(state, layer),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.command.is_empty()
    }

    /// Columns of all of it in one row.
    pub fn width(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        self.before() + text::width(&self.command)
    }

    /// Columns before the command.
    fn before(&self) -> usize {
        text::width(&self.key) + 1
    }

    fn room(&self, width: usize) -> usize {
        width.saturating_sub(self.before()).max(1)
    }

    /// Rows that it takes, of so many it may. Cut short it is copied whole all the same.
    pub fn rows(&self, width: usize, most: u16) -> u16 {
        if self.is_empty() {
            return 0;
        }
        let rows = text::wrap_words(&self.command, self.room(width)).len();
        u16::try_from(rows).unwrap_or(most).min(most)
    }

    /// Draws it into as many rows as this place has.
    pub fn draw(&self, theme: &Theme, place: Rect, buf: &mut Buffer) {
        let (width, rows) = (usize::from(place.width), usize::from(place.height));
        let room = self.room(width);
        let parts = text::wrap_words(&self.command, room);
        let cut = parts.len() > rows;
        for (n, part) in parts.into_iter().enumerate().take(rows) {
            let key = if n == 0 { self.key.as_str() } else { "" };
            let part = if cut && n + 1 == rows {
                Cow::Owned(text::truncate(&format!("{part}…"), room).into_owned())
            } else {
                Cow::Borrowed(part)
            };
            Line::of(theme, text::pad_right(key, self.before()), Key::HintKey)
                .and(theme, part, Key::Dim)
                .draw(buf, pen::row(place, n));
        }
    }
}
