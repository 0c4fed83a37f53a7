//! One line of text in pieces of several styles, measured before it is drawn. Knows no theme keys' meaning.
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;
use crate::theme::{Key, Theme};

use super::pen::Pen;

/// Pieces of text, each in its style.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pub pieces: Vec<(String, Style)>,
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of one piece.
    pub fn of(theme: &Theme, words: impl Into<String>, key: Key) -> Self {
        Self::new().and(theme, words, key)
    }

    /// The line with another piece at its end.
    #[must_use]
    pub fn and(mut self, theme: &Theme, words: impl Into<String>, key: Key) -> Self {
        self.push(words, theme.style(key));
        self
    }

    pub fn push(&mut self, words: impl Into<String>, style: Style) {
        self.pieces.push((words.into(), style));
    }

    pub fn extend(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
    }

    /// The line with another one at its end.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        self.extend(other);
        self
    }

    /// The same with these bytes of its text in another style.
    #[must_use]
    pub fn restyled(self, bytes: Range<usize>, style: Style) -> Self {
        let mut line = Self::new();
        let mut start = 0;
        for (words, own) in self.pieces {
            let end = start + words.len();
            let within = |at: usize| at.clamp(start, end) - start;
            let (from, to) = (within(bytes.start), within(bytes.end));
            let parts = [(0..from, own), (from..to, style), (to..words.len(), own)];
            for (part, style) in parts {
                if let Some(part) = words.get(part).filter(|part| !part.is_empty()) {
                    line.push(part, style);
                }
            }
            start = end;
        }
        line
    }

    pub fn width(&self) -> usize {
        self.pieces
            .iter()
            .map(|(words, _)| text::width(words))
            .sum()
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|(words, _)| words.is_empty())
    }

    /// Draws it from the left of the area's first row.
    pub fn draw(&self, buf: &mut Buffer, area: Rect) {
        let mut pen = Pen::new(buf, area);
        for (words, style) in &self.pieces {
            pen.write(words, *style);
        }
    }

    /// Draws it so that it ends at the right of the area's first row.
    pub fn draw_right(&self, buf: &mut Buffer, area: Rect) {
        let blank = usize::from(area.width).saturating_sub(self.width());
        self.draw(buf, super::pen::indent(area, blank as u16));
    }
}

/// Drops the parts of least importance until the rest, `gap` columns apart, fits.
pub fn fit<T>(
    parts: Vec<T>,
    width: usize,
    gap: usize,
    measure: impl Fn(&T) -> (u8, usize),
) -> Vec<T> {
    let mut parts = parts;
    loop {
        let total: usize = parts.iter().map(|p| measure(p).1 + gap).sum();
        if total <= width + gap || parts.len() <= 1 {
            return parts;
        }
        let least = parts
            .iter()
            .enumerate()
            .min_by_key(|(_, part)| measure(part).0)
            .map(|(index, _)| index);
        if let Some(index) = least {
            parts.remove(index);
        }
    }
}
