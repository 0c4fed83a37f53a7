//! Pieces of text that several screens draw alike: hits of a search in them, and those of a file by their meaning.
use ratatui::style::Style;

use crate::text::Tone;
use crate::theme::{Key, Theme};
use crate::widgets::Line;

/// A text in the first style, with the hits of the search in the second.
pub(super) fn marked(line: &mut Line, words: &str, query: &str, (style, hit): (Style, Style)) {
    let lower = words.to_lowercase();
    // Lower case may be longer or shorter in bytes; then the hit is not marked, the row still counts.
    if query.is_empty() || lower.len() != words.len() {
        line.push(words, style);
        return;
    }
    let needle = query.to_lowercase();
    let mut at = 0;
    for (start, found) in lower.match_indices(&needle) {
        let end = start + found.len();
        let (Some(before), Some(inside)) = (words.get(at..start), words.get(start..end)) else {
            continue;
        };
        line.push(before, style);
        line.push(inside, hit);
        at = end;
    }
    line.push(words.get(at..).unwrap_or_default(), style);
}

/// What is drawn for a secret, or for the part of its mask that is on one row.
pub(super) fn mask(theme: &Theme, part: &str) -> String {
    let mask = theme.symbols.mask.chars();
    mask.take(part.chars().count()).collect()
}

/// The look of a piece of a file.
pub(super) fn look(tone: Tone) -> Key {
    match tone {
        Tone::Plain => Key::Text,
        Tone::Comment => Key::CodeComment,
        Tone::Name => Key::FieldName,
        Tone::Text => Key::ValueText,
        Tone::Number => Key::ValueNumber,
        Tone::Variable => Key::CodeVariable,
        Tone::Mark => Key::Dim,
        Tone::Secret => Key::Secret,
    }
}
