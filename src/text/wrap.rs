//! Long text on narrow screens: rows cut anywhere for logs, between words for prose.
//!
//! Must not know: styles, scrolling, what the rows are drawn on.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::width::{columns, width};

/// Byte ranges of the screen rows of `s`, at least one, each at most `width` columns (0 counts as 1).
///
/// Breaks at any grapheme border. A grapheme wider than the row stands alone on its row.
pub fn wrap_offsets(s: &str, width: usize) -> Vec<Range<usize>> {
    let width = width.max(1);
    if s.is_ascii() {
        let rows = s.len().div_ceil(width).max(1);
        return (0..rows)
            .map(|row| row * width..((row + 1) * width).min(s.len()))
            .collect();
    }
    let mut rows = Vec::new();
    let (mut start, mut column) = (0, 0);
    for (at, grapheme) in s.grapheme_indices(true) {
        let wide = columns(grapheme);
        if column + wide > width && at > start {
            rows.push(start..at);
            (start, column) = (at, 0);
        }
        column += wide;
    }
    rows.push(start..s.len());
    rows
}

/// The rows of prose, at least one, each at most `width` columns (0 counts as 1).
///
/// Breaks at blanks, which are dropped there, and at newlines; words longer than a row are cut at grapheme borders.
pub fn wrap_words(s: &str, width: usize) -> Vec<&str> {
    let width = width.max(1);
    let mut rows = Vec::new();
    for line in s.split('\n') {
        wrap_line(line.trim_end(), width, &mut rows);
    }
    rows
}

fn wrap_line<'a>(line: &'a str, width_max: usize, rows: &mut Vec<&'a str>) {
    let mut row = 0..0;
    let mut column = 0;
    let before = rows.len();
    for (at, word) in words(line) {
        let wide = width(word);
        // blanks between the row so far and this word
        let gap = width(line.get(row.end..at).unwrap_or_default());
        if column + gap + wide <= width_max {
            row.end = at + word.len();
            column += gap + wide;
            continue;
        }
        if row.end > row.start {
            rows.push(line.get(row).unwrap_or_default());
        }
        let pieces = wrap_offsets(word, width_max);
        let (last, full) = pieces
            .split_last()
            .map_or((0..0, &pieces[..0]), |(l, f)| (l.clone(), f));
        rows.extend(full.iter().filter_map(|piece| word.get(piece.clone())));
        column = width(word.get(last.clone()).unwrap_or_default());
        row = at + last.start..at + last.end;
    }
    if row.end > row.start || rows.len() == before {
        rows.push(line.get(row).unwrap_or_default());
    }
}

fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(' ').filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(s: &str, width: usize) -> Vec<&str> {
        wrap_offsets(s, width)
            .into_iter()
            .map(|row| &s[row])
            .collect()
    }

    #[test]
    fn rows_of_logs() {
        assert_eq!(rows("", 5), [""]);
        assert_eq!(rows("abcde", 5), ["abcde"]);
        assert_eq!(rows("abcdef", 5), ["abcde", "f"]);
        assert_eq!(rows("ab", 0), ["a", "b"]);
        assert_eq!(rows("漢字漢", 5), ["漢字", "漢"]);
        assert_eq!(rows("漢字", 1), ["漢", "字"]);
        assert_eq!(rows("ae\u{301}b", 2), ["ae\u{301}", "b"]);
        assert_eq!(rows("a🚀b", 2), ["a", "🚀", "b"]);
    }

    #[test]
    fn rows_of_prose() {
        assert_eq!(wrap_words("", 9), [""]);
        assert_eq!(wrap_words("the quick fox", 9), ["the quick", "fox"]);
        assert_eq!(wrap_words("the quick fox", 8), ["the", "quick", "fox"]);
        assert_eq!(wrap_words("a  b", 9), ["a  b"]);
        assert_eq!(wrap_words("one\n\ntwo ", 9), ["one", "", "two"]);
        assert_eq!(wrap_words("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap_words("x abcdefgh i", 4), ["x", "abcd", "efgh", "i"]);
        assert_eq!(wrap_words("漢字 漢字", 5), ["漢字", "漢字"]);
        assert_eq!(wrap_words("ab c", 0), ["a", "b", "c"]);
        assert_eq!(wrap_words("   ", 2), [""]);
    }

    proptest! {
        #[test]
        fn rows_fit_and_lose_nothing(s in "[a-z 漢🚀e\u{301}]{0,40}", max in 2..12usize) {
            let rows = rows(&s, max);
            prop_assert_eq!(rows.concat(), s.clone());
            prop_assert!(rows.iter().all(|row| width(row) <= max));
            let prose = wrap_words(&s, max);
            prop_assert!(prose.iter().all(|row| width(row) <= max));
            let letters = |s: &str| s.replace(' ', "");
            prop_assert_eq!(letters(&prose.concat()), letters(&s));
        }
    }
}
