//! Words looked for in a text that was already cut into rows: also where a row ends in the middle of them.
//! Must not know what the rows are drawn on.
use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// More hits are counted by nobody.
const MOST: usize = 10_000;
/// Longest text that is looked for, in characters.
const LONGEST: usize = 200;

/// Where a hit stands: of each row that it is on, the bytes.
pub type Hit = Vec<(usize, Range<usize>)>;

/// The hits in rows that follow each other, in their order. Without a capital letter capitals are found too.
pub fn hits<R: AsRef<str>>(rows: impl Iterator<Item = R>, typed: &str) -> Vec<Hit> {
    let Some(pattern) = pattern(typed) else {
        return Vec::new();
    };
    let mut text = String::new();
    let mut starts = Vec::new();
    for row in rows {
        starts.push(text.len());
        text.push_str(row.as_ref());
        text.push('\n');
    }
    let found = pattern.find_iter(&text).take(MOST);
    found.map(|hit| by_row(&starts, hit.range())).collect()
}

/// A blank is any blank, the end of a row too; a word may be cut by one.
fn pattern(typed: &str) -> Option<Regex> {
    let words = typed.split_whitespace().map(|word| {
        let letters = word.chars().map(|c| regex::escape(&c.to_string()));
        letters.collect::<Vec<_>>().join("\n?")
    });
    let pattern = words.collect::<Vec<_>>().join(r"\s+");
    if pattern.is_empty() || typed.chars().count() > LONGEST {
        return None;
    }
    let folds = !typed.chars().any(char::is_uppercase);
    let mut builder = RegexBuilder::new(&pattern);
    builder.case_insensitive(folds).build().ok()
}

/// A stretch of the whole text as parts of its rows.
fn by_row(starts: &[usize], hit: Range<usize>) -> Hit {
    let first = starts.partition_point(|start| *start <= hit.start);
    let rows = first.saturating_sub(1)..starts.len();
    let parts = rows.map_while(|row| {
        let start = *starts.get(row)?;
        // Without the end of the row.
        let end = starts
            .get(row + 1)
            .map_or(hit.end, |next| hit.end.min(next - 1));
        let from = hit.start.max(start);
        (start < hit.end).then(|| (row, from - start..end.max(from) - start))
    });
    parts.filter(|(_, bytes)| !bytes.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[&str], typed: &str) -> Vec<Hit> {
        hits(rows.iter(), typed)
    }

    #[test]
    fn a_hit_is_told_row_by_row_also_where_a_row_ends_in_it() {
        let rows = ["the printer", "is out of order,", "Printer!"];
        assert_eq!(found(&rows, "printer"), [vec![(0, 4..11)], vec![(2, 0..7)]]);
        assert_eq!(found(&rows, "Printer"), [vec![(2, 0..7)]]);
        assert_eq!(
            found(&rows, "printer  is out"),
            [vec![(0, 4..11), (1, 0..6)]]
        );
        assert_eq!(
            found(&["https://exam", "ple.org"], "example"),
            [vec![(0, 8..12), (1, 0..3)]]
        );
    }

    #[test]
    fn signs_are_looked_for_as_they_are_and_nothing_is_nowhere() {
        assert_eq!(found(&["a.b (c)", "axb"], "a.b ("), [vec![(0, 0..5)]]);
        assert_eq!(found(&["Straße É"], "é"), [vec![(0, 8..10)]]);
        for typed in ["", "  ", "zz", &"x".repeat(LONGEST + 1)] {
            assert_eq!(found(&["text"], typed), Vec::<Hit>::new());
        }
        assert_eq!(found(&[], "x"), Vec::<Hit>::new());
    }
}
