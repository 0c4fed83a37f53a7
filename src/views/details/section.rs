//! The pieces details are made of: headings, named fields, wrapped values.
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;

/// Columns of a field's name.
const NAME: usize = 12;

/// A section under construction.
pub(super) struct Section<'a> {
    theme: &'a Theme,
    width: usize,
    head: Line,
    lines: Vec<Line>,
}

impl<'a> Section<'a> {
    pub fn new(theme: &'a Theme, width: usize, title: &str) -> Self {
        Self {
            theme,
            width,
            head: Line::of(theme, title, Key::Title),
            lines: Vec::new(),
        }
    }

    /// Something beside the title; with it the section stands even when it has no lines.
    pub fn note(&mut self, words: impl Into<String>, key: Key) {
        self.head = std::mem::take(&mut self.head)
            .and(self.theme, "  ", Key::Text)
            .and(self.theme, words, key);
    }

    pub fn line(&mut self, line: Line) {
        self.lines
            .push(Line::of(self.theme, "  ", Key::Text).joined(line));
    }

    /// A text wrapped between words and a little in, at most `limit` rows.
    pub fn prose(&mut self, words: &str, key: Key, limit: usize) {
        let parts = text::wrap_words(words, self.width.saturating_sub(4).max(1));
        let count = parts.len();
        for part in parts.into_iter().take(limit) {
            self.line(Line::of(self.theme, format!("  {part}"), key));
        }
        if count > limit {
            self.line(Line::of(
                self.theme,
                format!("… {}", text::words((count - limit) as u64, "more line")),
                Key::Faint,
            ));
        }
    }

    /// A named value, wrapped under itself; nothing when it is empty.
    pub fn field(&mut self, name: &str, value: &str, key: Key) {
        self.named(name, NAME, value, key);
    }

    /// The same with a name column of this width; a longer name has the first row for itself.
    pub fn named(&mut self, name: &str, column: usize, value: &str, key: Key) {
        if value.is_empty() {
            return;
        }
        let room = self.width.saturating_sub(column + 3).max(8);
        let long = text::width(name) > column;
        if long {
            self.line(Line::of(
                self.theme,
                text::truncate_middle(name, self.width.saturating_sub(2)),
                Key::FieldName,
            ));
        }
        for (n, range) in text::wrap_offsets(value, room).into_iter().enumerate() {
            let lead = if n == 0 && !long { name } else { "" };
            let part = value.get(range).unwrap_or_default();
            self.line(
                Line::of(
                    self.theme,
                    text::pad_right(lead, column + 1),
                    Key::FieldName,
                )
                .and(self.theme, part, key),
            );
        }
    }

    /// The lines with the heading and a blank after; none when there is nothing to say.
    pub fn finish(self) -> Vec<Line> {
        if self.lines.is_empty() && self.head.pieces.len() < 2 {
            return Vec::new();
        }
        let mut lines = vec![self.head];
        lines.extend(self.lines);
        lines.push(Line::new());
        lines
    }
}
