//! Frames: when the next one is due, and its bytes. At most one every 33 ms, at once for a key, and never more on the way
//! than the terminal keeps up with. Knows how to draw; writes nothing itself.
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::time::Instant;

use super::pacer::{Pacer, QUESTION};
use super::painter::Painter;
use crate::state::State;
use crate::theme::Theme;
use crate::views;

/// The shortest time between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(33);

/// What the terminal shows, and what it is to show next.
#[derive(Debug)]
pub struct Frames {
    pub pacer: Pacer,
    painter: Painter,
    buffer: Buffer,
    bytes: Vec<u8>,
    /// Something changed since the last frame.
    dirty: bool,
    /// The next frame shows what a key did.
    urgent: bool,
    /// When the last one was; none: the next one waits for no pace.
    drawn: Option<Instant>,
}

/// A frame to be written.
#[derive(Debug)]
pub struct Frame<'a> {
    pub bytes: &'a [u8],
    /// It ends with a question whether it was shown.
    pub asks: bool,
}

impl Frames {
    /// For a terminal of this size, of whose contents nothing is known.
    pub fn new(size: (u16, u16)) -> Self {
        let area = Rect::new(0, 0, size.0, size.1);
        Self {
            pacer: Pacer::default(),
            painter: Painter::new(area),
            buffer: Buffer::empty(area),
            bytes: Vec::new(),
            dirty: true,
            urgent: false,
            drawn: None,
        }
    }

    /// Something changed that may be seen.
    pub fn changed(&mut self) {
        self.dirty = true;
    }

    /// A key was pressed: what it did is shown at once, before the frames that wait.
    pub fn hurry(&mut self) {
        self.urgent = true;
        self.drawn = None;
    }

    /// The next frame does not wait for the pace of frames, only for the terminal.
    pub fn start_now(&mut self) {
        self.drawn = None;
    }

    /// What the terminal shows is unknown.
    pub fn invalidate(&mut self) {
        self.painter.invalidate();
    }

    /// When the next frame is due; none: nothing changed.
    pub fn due_at(&self, now: Instant) -> Option<Instant> {
        if !self.dirty {
            return None;
        }
        let paced = self.drawn.map(|drawn| drawn + FRAME);
        let held = self.pacer.holds_until(self.urgent, now);
        Some(paced.max(held).unwrap_or(now))
    }

    /// Draws, when it is due. None also when the terminal shows all of it already.
    pub fn draw(&mut self, state: &State, theme: &Theme, now: Instant) -> Option<Frame<'_>> {
        self.due_at(now).filter(|at| *at <= now)?;
        (self.dirty, self.urgent) = (false, false);
        self.drawn = Some(now);
        let area = Rect::new(0, 0, state.size.0, state.size.1);
        if *self.buffer.area() != area {
            self.buffer.resize(area);
        }
        self.buffer.reset();
        views::draw(state, theme, &mut self.buffer);
        self.painter.cursor = views::cursor(state);
        self.bytes.clear();
        self.painter.paint(&self.buffer, &mut self.bytes);
        if self.bytes.is_empty() {
            return None;
        }
        let asks = self.pacer.sent(self.bytes.len(), now);
        if asks {
            self.bytes.extend_from_slice(QUESTION);
        }
        Some(Frame {
            bytes: &self.bytes,
            asks,
        })
    }
}
