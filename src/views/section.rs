//! The pieces details are made of: headings, named fields, wrapped values.
use crate::state::State;
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;

use super::hints;

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
                say_n!(count - limit, "… {n} more line", "… {n} more lines"),
                Key::Faint,
            ));
        }
    }

    /// Words of ours or a command, wrapped between words under itself; nothing when it is empty.
    pub fn field(&mut self, name: &str, value: &str, key: Key) {
        if !value.is_empty() {
            let parts = text::wrap_words(value, self.room(NAME));
            self.rows(name, NAME, parts, key);
        }
    }

    /// A value to the letter, wrapped wherever the row ends, behind a name column of this width; a longer name has the
    /// first row for itself.
    pub fn named(&mut self, name: &str, column: usize, value: &str, key: Key) {
        if value.is_empty() {
            return;
        }
        let parts = text::wrap_offsets(value, self.room(column));
        let parts = parts.into_iter().filter_map(|range| value.get(range));
        self.rows(name, column, parts.collect(), key);
    }

    /// Names and values; what looks secret is masked until it is asked for.
    pub fn pairs<'p>(
        &mut self,
        pairs: impl Iterator<Item = (&'p String, &'p String)>,
        revealed: bool,
        state: &State,
    ) {
        let mut masked = 0;
        let column = (self.width / 2).clamp(10, 26);
        for (name, value) in pairs {
            if !revealed && text::looks_secret(name, value) {
                masked += 1;
                self.named(name, column, self.theme.symbols.mask, Key::Secret);
            } else if value.is_empty() {
                self.named(name, column, "\"\"", Key::Faint);
            } else {
                self.named(name, column, value, Key::Text);
            }
        }
        if masked > 0 {
            let key = hints::key_of(state, "view.reveal");
            self.note(say!("{masked} masked, {key} shows", masked, key), Key::Dim);
        }
    }

    /// Columns for a value behind a name column of this width.
    fn room(&self, column: usize) -> usize {
        self.width.saturating_sub(column + 3).max(8)
    }

    fn rows(&mut self, name: &str, column: usize, parts: Vec<&str>, key: Key) {
        let long = text::width(name) > column;
        if long {
            self.line(Line::of(
                self.theme,
                text::truncate_middle(name, self.width.saturating_sub(2)),
                Key::FieldName,
            ));
        }
        for (n, part) in parts.into_iter().enumerate() {
            let lead = if n == 0 && !long { name } else { "" };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Depth;

    fn rows(build: impl FnOnce(&mut Section)) -> Vec<String> {
        let theme = Theme::builtin(false, Depth::Ansi256, false);
        let mut section = Section::new(&theme, 36, "T");
        build(&mut section);
        let text = |line: Line| line.pieces.into_iter().map(|(words, _)| words).collect();
        section.finish().into_iter().map(text).collect()
    }

    #[test]
    fn words_are_not_cut_and_values_are_to_the_letter() {
        let words = rows(|s| s.field("started", "2026-11-21 16:48:36  (2d7h ago)", Key::Text));
        assert_eq!(words[1], "  started      2026-11-21 16:48:36");
        assert_eq!(words[2], "               (2d7h ago)");
        let value = rows(|s| s.named("A", 12, "12345678901234567  890 12345", Key::Text));
        assert_eq!(value[1], "  A            12345678901234567  89");
        assert_eq!(value[2], "               0 12345");
    }
}
