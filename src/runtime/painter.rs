//! Buffer to bytes: only what changed, in as few bytes as are safe. Pure; knows cells and escape sequences, nothing of
//! who writes them.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Keeps what the terminal shows and says what must be sent to show something else.
#[derive(Debug)]
pub struct Painter {
    previous: Buffer,
}

impl Painter {
    pub fn new(area: Rect) -> Self {
        Self {
            previous: Buffer::empty(area),
        }
    }

    pub fn resize(&mut self, area: Rect) {
        self.previous = Buffer::empty(area);
    }

    pub fn invalidate(&mut self) {}

    pub fn paint(&mut self, next: &Buffer, _out: &mut Vec<u8>) {
        self.previous.clone_from(next);
    }
}
