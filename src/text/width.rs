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
///
/// ratatui-core 0.1.2 adds the sound marks to what unicode-width says; since unicode-width 0.2.3 counts them itself,
/// such a grapheme (`ｶﾞ`) gets one column more than a terminal takes. Agreeing with the buffer matters more, and
/// `tests/hostile.rs` notices when ratatui changes.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAMILY: &str = "👩\u{200D}👩\u{200D}👧";

    #[test]
    fn columns_of_text() {
        for (s, columns) in [
            ("", 0),
            ("abc", 3),
            ("é", 1),
            ("e\u{301}", 1),
            ("漢字", 4),
            ("🚀", 2),
            (FAMILY, 2),
            ("🇩🇪", 2),
            ("…", 1),
            ("─│", 2),
        ] {
            assert_eq!(width(s), columns, "{s}");
        }
    }

    #[test]
    fn cuts() {
        for (s, max, end, start, middle) in [
            ("", 0, "", "", ""),
            ("abc", 3, "abc", "abc", "abc"),
            ("abc", 2, "a…", "…c", "a…"),
            ("abc", 1, "…", "…", "…"),
            ("abc", 0, "", "", ""),
            ("abcdef", 4, "abc…", "…def", "ab…f"),
            ("abcdef", 5, "abcd…", "…cdef", "ab…ef"),
            ("漢字漢字", 8, "漢字漢字", "漢字漢字", "漢字漢字"),
            ("漢字漢字", 7, "漢字漢…", "…字漢字", "漢…字"),
            ("漢字漢字", 6, "漢字…", "…漢字", "漢…字"),
            ("漢字", 2, "…", "…", "…"),
            ("ae\u{301}b", 2, "a…", "…b", "a…"),
        ] {
            assert_eq!(truncate(s, max), end, "{s} {max}");
            assert_eq!(truncate_start(s, max), start, "{s} {max}");
            assert_eq!(truncate_middle(s, max), middle, "{s} {max}");
        }
        assert!(matches!(truncate("漢字", 4), Cow::Borrowed("漢字")));
        assert_eq!(truncate(&FAMILY.repeat(2), 3), format!("{FAMILY}…"));
        assert_eq!(truncate(&FAMILY.repeat(2), 2), "…");
    }

    #[test]
    fn pads() {
        assert_eq!(pad_right("漢", 4), "漢  ");
        assert_eq!(pad_left("漢", 4), "  漢");
        assert_eq!(pad_right("漢字", 3), "漢…");
        assert_eq!(pad_right("漢字漢", 4), "漢… ");
        assert_eq!(pad_left("漢字漢", 4), " 漢…");
        assert_eq!(pad_right("", 0), "");
        assert_eq!(pad_left("abc", 0), "");
    }

    #[test]
    fn skips() {
        assert_eq!(skip_columns("abc", 0), (0, 0));
        assert_eq!(skip_columns("abc", 2), (2, 0));
        assert_eq!(skip_columns("abc", 9), (3, 0));
        assert_eq!(skip_columns("漢字x", 0), (0, 0));
        assert_eq!(skip_columns("漢字x", 1), (3, 1));
        assert_eq!(skip_columns("漢字x", 2), (3, 0));
        assert_eq!(skip_columns("漢字x", 4), (6, 0));
        assert_eq!(skip_columns("漢字x", 9), (7, 0));
        assert_eq!(skip_columns("漢", 1), (3, 1));
        assert_eq!(skip_columns("e\u{301}x", 1), (3, 0));
    }

    proptest! {
        #[test]
        fn cuts_fit(s in "(\\PC|[a-z漢字🚀👩\u{200D}\u{301}\u{1100}\u{600}]){0,24}", max in 0..30usize) {
            for cut in [truncate(&s, max), truncate_start(&s, max), truncate_middle(&s, max)] {
                prop_assert!(width(&cut) <= max, "{:?}", cut);
                prop_assert_eq!(width(&s) <= max, cut == s);
            }
            prop_assert_eq!(width(&pad_right(&s, max)), max);
            prop_assert_eq!(width(&pad_left(&s, max)), max);
            let (at, gap) = skip_columns(&s, max);
            prop_assert!(s.is_char_boundary(at));
            prop_assert!(gap == 0 || gap + max <= width(&s));
        }
    }
}
