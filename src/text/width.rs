//! Display columns: measuring, cutting and padding text by what it takes on the screen.
//!
//! Counts as ratatui does: `unicode-width` on each grapheme, plus one for each half-width voiced sound mark.
//! Works on sanitised text; tabs and controls have no meaning here. Must not know: styles, cells, layouts.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What stands for the part that was cut; one column.
const ELLIPSIS: &str = "…";

/// Columns `s` takes on one row.
pub fn width(s: &str) -> usize {
    if s.is_ascii() {
        return s.len();
    }
    s.graphemes(true).map(columns).sum()
}

/// Columns of one grapheme.
pub(super) fn columns(grapheme: &str) -> usize {
    if grapheme.len() == 1 {
        return 1;
    }
    let sound_marks = grapheme
        .chars()
        .filter(|c| matches!(c, '\u{FF9E}' | '\u{FF9F}'))
        .count();
    grapheme.width() + sound_marks
}

/// `s` in at most `max` columns: the beginning, then `…` when something was cut.
pub fn truncate(s: &str, max: usize) -> Cow<'_, str> {
    if fits(s, max) {
        return Cow::Borrowed(s);
    }
    if max == 0 {
        return Cow::Borrowed("");
    }
    let head = s.get(..head_end(s, max - 1)).unwrap_or_default();
    Cow::Owned([head, ELLIPSIS].concat())
}

/// `s` in at most `max` columns: the end, behind a `…` when something was cut.
pub fn truncate_start(s: &str, max: usize) -> Cow<'_, str> {
    if fits(s, max) {
        return Cow::Borrowed(s);
    }
    if max == 0 {
        return Cow::Borrowed("");
    }
    let tail = s.get(tail_start(s, max - 1)..).unwrap_or_default();
    Cow::Owned([ELLIPSIS, tail].concat())
}

/// `s` in at most `max` columns: beginning and end around a `…` when something was cut; the beginning gets the odd column.
pub fn truncate_middle(s: &str, max: usize) -> Cow<'_, str> {
    if fits(s, max) {
        return Cow::Borrowed(s);
    }
    if max == 0 {
        return Cow::Borrowed("");
    }
    let right = (max - 1) / 2;
    let head = s.get(..head_end(s, max - 1 - right)).unwrap_or_default();
    let tail = s.get(tail_start(s, right)..).unwrap_or_default();
    Cow::Owned([head, ELLIPSIS, tail].concat())
}

/// Exactly `w` columns, text at the left; cut with `…` when too long.
pub fn pad_right(s: &str, w: usize) -> String {
    let mut text = truncate(s, w).into_owned();
    let blanks = w.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', blanks));
    text
}

/// Exactly `w` columns, text at the right; cut with `…` when too long.
pub fn pad_left(s: &str, w: usize) -> String {
    let text = truncate(s, w);
    let blanks = w.saturating_sub(width(&text));
    let mut padded = String::with_capacity(blanks + text.len());
    padded.extend(std::iter::repeat_n(' ', blanks));
    padded.push_str(&text);
    padded
}

/// Where to begin drawing when `cols` columns have scrolled out at the left: the byte offset, and the columns to
/// leave blank because a wide character was cut. Past the end: the length, and 0.
pub fn skip_columns(s: &str, cols: usize) -> (usize, usize) {
    if s.is_ascii() {
        return (cols.min(s.len()), 0);
    }
    let mut column = 0;
    for (at, grapheme) in s.grapheme_indices(true) {
        if column >= cols {
            return (at, column - cols);
        }
        column += columns(grapheme);
    }
    (s.len(), column.saturating_sub(cols))
}

/// Whether `s` takes at most `max` columns; looks no further than needed.
fn fits(s: &str, max: usize) -> bool {
    s.len() <= max && s.is_ascii() || head_end(s, max) == s.len()
}

/// End of the longest beginning of whole graphemes in `max` columns.
fn head_end(s: &str, max: usize) -> usize {
    let mut column = 0;
    for (at, grapheme) in s.grapheme_indices(true) {
        column += columns(grapheme);
        if column > max {
            return at;
        }
    }
    s.len()
}

/// Start of the longest end of whole graphemes in `max` columns.
fn tail_start(s: &str, max: usize) -> usize {
    let mut column = 0;
    let mut start = s.len();
    for (at, grapheme) in s.grapheme_indices(true).rev() {
        column += columns(grapheme);
        if column > max {
            break;
        }
        start = at;
    }
    start
}
