//! Frames: when the next one is due, and its bytes. At most one every 33 ms, at once for a key, and never more on the way
//! than the terminal keeps up with: on a thin link a frame goes in parts, what a key changed first. Knows how to draw;
//! writes nothing itself.
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
    /// Only a part of the last frame is sent. What changes meanwhile waits, so that the whole is one moment's.
    unfinished: bool,
    /// The rows of it that a key changed.
    first: Vec<bool>,
    /// The screen before the key that the next frame is for, where frames go in parts.
    before: Option<Buffer>,
    /// The next frame shows what a key did.
    urgent: bool,
    /// When the last one was, at first when the program began; none: the next one waits for no pace.
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
    /// For a terminal of this size, of whose contents nothing is known. The first frame waits a pace for the first rows: an
    /// engine at hand answers sooner, and that it is being connected to is not drawn for a blink.
    pub fn new(size: (u16, u16), now: Instant) -> Self {
        let area = Rect::new(0, 0, size.0, size.1);
        Self {
            pacer: Pacer::default(),
            painter: Painter::new(area),
            buffer: Buffer::empty(area),
            bytes: Vec::new(),
            dirty: true,
            unfinished: false,
            first: Vec::new(),
            before: None,
            urgent: false,
            drawn: Some(now),
        }
    }

    /// Whether the terminal takes addresses as links.
    pub fn take_links(&mut self, on: bool) {
        self.painter.take_links(on);
    }

    /// Something changed that may be seen.
    pub fn changed(&mut self) {
        self.dirty = true;
    }

    /// A key was pressed, and is about to do something to this state: what it does is shown at once, before the frames that
    /// wait.
    pub fn hurry(&mut self, state: &State, theme: &Theme) {
        self.urgent = true;
        self.drawn = None;
        if self.before.is_none() && self.pacer.part().is_some() {
            let mut before = Buffer::empty(area(state));
            views::draw(state, theme, &mut before);
            self.before = Some(before);
        }
    }

    /// The next frame does not wait for the pace of frames, only for the terminal.
    pub fn start_now(&mut self) {
        self.drawn = None;
    }

    /// What the terminal shows is unknown.
    pub fn invalidate(&mut self) {
        self.painter.invalidate();
        self.unfinished = false;
    }

    /// When the next frame is due; none: nothing changed.
    pub fn due_at(&self, now: Instant) -> Option<Instant> {
        if !self.dirty && !self.unfinished {
            return None;
        }
        let paced = self.drawn.map(|drawn| drawn + FRAME);
        let held = self.pacer.holds_until(self.urgent, now);
        Some(paced.max(held).unwrap_or(now))
    }

    /// Draws, when it is due. None also when the terminal shows all of it already.
    pub fn draw(&mut self, state: &State, theme: &Theme, now: Instant) -> Option<Frame<'_>> {
        self.due_at(now).filter(|at| *at <= now)?;
        let goes_on = self.unfinished && !self.urgent && *self.buffer.area() == area(state);
        if !goes_on {
            self.render(state, theme);
            self.first = self.changed_by_key();
            let address = |number| views::address(state, number);
            self.painter.link(&mut self.buffer, address);
        }
        self.urgent = false;
        self.drawn = Some(now);
        let limit = self.pacer.part().unwrap_or(usize::MAX);
        self.bytes.clear();
        let (painter, bytes) = (&mut self.painter, &mut self.bytes);
        self.unfinished = !painter.paint_part(&self.buffer, &self.first, limit, bytes);
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

    fn render(&mut self, state: &State, theme: &Theme) {
        self.dirty = false;
        let area = area(state);
        if *self.buffer.area() != area {
            self.buffer.resize(area);
        }
        self.buffer.reset();
        views::draw(state, theme, &mut self.buffer);
        self.painter.cursor = views::cursor(state);
    }

    /// The rows that a key changed, where it is known how they were before it.
    fn changed_by_key(&mut self) -> Vec<bool> {
        let before = self.before.take();
        let Some(before) = before.filter(|before| before.area == self.buffer.area) else {
            return Vec::new();
        };
        let width = usize::from(before.area.width).max(1);
        let rows = before.content.chunks(width);
        let rows = rows.zip(self.buffer.content.chunks(width));
        rows.map(|(before, after)| before != after).collect()
    }
}

fn area(state: &State) -> Rect {
    Rect::new(0, 0, state.size.0, state.size.1)
}
