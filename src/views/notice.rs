//! Sentences in an empty body: what is going on and what to do. Knows no view.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::{self, row};

/// Draws paragraphs, each in its style, a little in from the left and below the top.
pub fn draw(theme: &Theme, area: Rect, buf: &mut Buffer, paragraphs: &[(&str, Key)]) {
    let margin = if area.width >= 60 { 3 } else { 1 };
    let body = pen::indent(area, margin);
    let width = usize::from(body.width.saturating_sub(margin).clamp(1, 76));
    let mut line = usize::from(area.height >= 8);
    for (words, key) in paragraphs {
        for part in text::wrap_words(words, width) {
            pen::write(buf, row(body, line), part, theme.style(*key));
            line += 1;
        }
    }
}
