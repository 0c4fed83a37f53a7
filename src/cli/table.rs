//! Text tables for people and pipes: columns as wide as what they hold, figures to the right. Pure.
use crate::lang::say;
use crate::text::{pad_left, pad_right, truncate, width};

/// A table's head: title, said in the language of the moment, and whether its cells stand to the right.
pub(super) type Head = (&'static str, bool);

/// The lines of a table, two blanks between columns, none at the end of a line. With `columns`, lines are cut there.
pub(super) fn lines(head: &[Head], rows: &[Vec<String>], columns: Option<usize>) -> Vec<String> {
    let widths: Vec<usize> = head
        .iter()
        .enumerate()
        .map(|(n, (title, _))| {
            let cells = rows.iter().filter_map(|row| row.get(n));
            cells
                .map(|cell| width(cell))
                .chain([width(say(title))])
                .max()
                .unwrap_or(0)
        })
        .collect();
    let titles: Vec<String> = head
        .iter()
        .map(|(title, _)| say(title).to_owned())
        .collect();
    [&titles]
        .into_iter()
        .chain(rows)
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(head.iter().zip(&widths))
                .map(|(cell, ((_, right), width))| {
                    if *right {
                        pad_left(cell, *width)
                    } else {
                        pad_right(cell, *width)
                    }
                })
                .collect();
            let line = cells.join("  ");
            let line = line.trim_end();
            columns.map_or_else(
                || line.to_owned(),
                |columns| truncate(line, columns).into_owned(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let rows = [
            vec!["é日".to_owned(), "5".to_owned()],
            vec!["a".to_owned(), "1234".to_owned()],
        ];
        assert_eq!(
            lines(&[("NAME", false), ("N", true)], &rows, None),
            ["NAME     N", "é日      5", "a     1234"]
        );
        let cut = lines(&[("NAME", false), ("N", true)], &rows, Some(6));
        assert!(cut.iter().all(|line| width(line) <= 6), "{cut:?}");
    }
}
