//! Text tables for people and pipes: columns as wide as what they hold, figures to the right. Pure.
//!
//! On a terminal that is too narrow sentences stand below their rows, long values are cut, and the columns that matter least
//! leave. In a pipe all are there, and no value makes the lines of others longer.
use crate::lang::say;
use crate::text::{pad_left, pad_right, truncate, truncate_middle, width, wrap_words};

/// What stands between two columns.
const GAP: &str = "  ";
/// Longest value, in columns: whole ones are in the JSON.
const LONGEST: usize = 400;
/// A longer value sticks out of its column in a pipe, and widens it for nobody.
const ALIGNED: usize = 80;
/// A text has so many columns before a more important one has more than these.
const FAIR: usize = 24;
/// How far a sentence stands in below its row.
const INDENT: usize = 4;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// May be cut down to so many columns.
    Text(usize),
    /// The same, in its middle: how names end tells them apart.
    Name(usize),
    /// A word, a time: only whole it says anything.
    Word,
    /// The same, to the right.
    Figure,
    /// Read as a sentence, below its row where it does not fit.
    Sentence,
}

/// A table's column.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// Said in the language of the moment.
    pub title: &'static str,
    /// The column of the greatest rank leaves first.
    rank: u8,
    holds: Holds,
}

impl Head {
    const fn new(title: &'static str, rank: u8, holds: Holds) -> Self {
        Self { title, rank, holds }
    }

    /// Text that is still of use in `least` columns.
    pub(super) const fn text(title: &'static str, rank: u8, least: usize) -> Self {
        Self::new(title, rank, Holds::Text(least))
    }

    pub(super) const fn name(title: &'static str, rank: u8, least: usize) -> Self {
        Self::new(title, rank, Holds::Name(least))
    }

    pub(super) const fn word(title: &'static str, rank: u8) -> Self {
        Self::new(title, rank, Holds::Word)
    }

    pub(super) const fn figure(title: &'static str, rank: u8) -> Self {
        Self::new(title, rank, Holds::Figure)
    }

    pub(super) const fn sentence(title: &'static str) -> Self {
        Self::new(title, u8::MAX, Holds::Sentence)
    }
}

/// A column as it is shown: which one, how wide it would be and is.
struct Column {
    at: usize,
    head: Head,
    wanted: usize,
    width: usize,
}

/// The lines of a table, two blanks between columns, none at the end of a line. `columns` are those of a terminal.
pub(super) fn lines(head: &[Head], rows: &[Vec<String>], columns: Option<usize>) -> Vec<String> {
    let all = natural(head, rows, columns.map_or(ALIGNED, |_| LONGEST));
    let (shown, below) = match columns {
        Some(columns) if total(&all) > columns => {
            let (below, rest): (Vec<_>, Vec<_>) = all
                .into_iter()
                .partition(|column| column.head.holds == Holds::Sentence);
            (fitted(rest, columns), below)
        }
        _ => (all, Vec::new()),
    };
    let titles: Vec<String> = head.iter().map(|head| say(head.title).to_owned()).collect();
    let mut lines = vec![line(&shown, &titles, columns)];
    for row in rows {
        lines.push(line(&shown, row, columns));
        let cells = below.iter().filter_map(|column| row.get(column.at));
        for cell in cells.filter(|cell| !cell.is_empty()) {
            let width = columns.unwrap_or(LONGEST).saturating_sub(INDENT);
            let cell = bounded(cell);
            let rows = wrap_words(&cell, width).into_iter();
            lines.extend(rows.map(|row| format!("{:INDENT$}{row}", "")));
        }
    }
    lines
}

/// A value as a line of text may have it.
pub(super) fn bounded(cell: &str) -> std::borrow::Cow<'_, str> {
    truncate(cell, LONGEST)
}

/// All columns, each as wide as its widest value that is no wider than `most`.
fn natural(head: &[Head], rows: &[Vec<String>], most: usize) -> Vec<Column> {
    let widest = |(at, head): (usize, &Head)| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let widths = cells.map(|cell| width(&bounded(cell)));
        let width = widths
            .filter(|width| *width <= most)
            .chain([width(say(head.title))])
            .max();
        let width = width.unwrap_or(0);
        Column {
            at,
            head: *head,
            wanted: width,
            width,
        }
    };
    head.iter().enumerate().map(widest).collect()
}

fn total(columns: &[Column]) -> usize {
    let gaps = columns.len().saturating_sub(1) * GAP.len();
    columns.iter().map(|column| column.width).sum::<usize>() + gaps
}

/// The columns that fit, the more important ones the wider.
fn fitted(mut all: Vec<Column>, columns: usize) -> Vec<Column> {
    for column in &mut all {
        if let Holds::Text(least) | Holds::Name(least) = column.head.holds {
            column.width = column.width.min(least);
        }
    }
    while total(&all) > columns && all.len() > 1 {
        let last = all
            .iter()
            .enumerate()
            .max_by_key(|(place, column)| (column.head.rank, *place));
        let Some((place, _)) = last else { break };
        all.remove(place);
    }
    let mut spare = columns.saturating_sub(total(&all));
    let mut order: Vec<&mut Column> = all.iter_mut().collect();
    order.sort_by_key(|column| column.head.rank);
    for most in [FAIR, LONGEST] {
        for column in &mut order {
            let more = column
                .wanted
                .min(most)
                .saturating_sub(column.width)
                .min(spare);
            column.width += more;
            spare -= more;
        }
    }
    all
}

fn line(shown: &[Column], row: &[String], columns: Option<usize>) -> String {
    let cell = |column: &Column| {
        let cell = row.get(column.at).map_or("", String::as_str);
        // In a pipe a long value is bounded, but not cut to what others need.
        let cell = match columns {
            Some(_) if matches!(column.head.holds, Holds::Name(_)) => {
                truncate_middle(cell, column.width)
            }
            Some(_) => truncate(cell, column.width),
            None => bounded(cell),
        };
        match column.head.holds {
            Holds::Figure => pad_left(&cell, column.width),
            _ => pad_right(&cell, column.width),
        }
    };
    let cells: Vec<_> = shown.iter().map(cell).collect();
    let line = cells.join(GAP);
    let line = line.trim_end();
    columns.map_or_else(
        || line.to_owned(),
        |columns| truncate(line, columns).into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let rows = [row(&["é日", "5"]), row(&["a", "1234"])];
        let head = [Head::text("NAME", 1, 4), Head::figure("N", 2)];
        assert_eq!(
            lines(&head, &rows, None),
            ["NAME     N", "é日      5", "a     1234"]
        );
        let cut = lines(&head, &rows, Some(6));
        assert_eq!(cut, ["NAME", "é日", "a"], "what matters less has left");
    }

    const MAIL: [Head; 4] = [
        Head::word("TIME", 3),
        Head::text("FROM", 4, 6),
        Head::text("SUBJECT", 1, 12),
        Head::text("ID", 2, 4),
    ];

    #[test]
    fn a_narrow_terminal_keeps_what_matters_and_cuts_what_is_long() {
        let rows = [row(&[
            "10:32:11",
            "somebody@example.org",
            "your password was changed",
            "0123456789",
        ])];
        for (columns, expected) in [
            (
                80,
                "10:32:11  somebody@example.org  your password was changed  0123456789",
            ),
            (50, "10:32:11  someb…  your password was chang…  01234…"),
            (30, "10:32:11  your password…  012…"),
            (20, "your password…  012…"),
        ] {
            let shown = lines(&MAIL, &rows, Some(columns));
            assert_eq!(shown[1], expected);
        }
    }

    #[test]
    fn one_monster_makes_no_other_line_longer() {
        let monster = "x".repeat(100_000);
        let rows = [
            row(&["10:32:11", "a", &monster, "1"]),
            row(&["10:32:12", "b", "short", "2"]),
        ];
        let piped = lines(&MAIL, &rows, None);
        assert!(width(&piped[1]) < 500, "{}", width(&piped[1]));
        assert_eq!(piped[2], "10:32:12  b     short    2");
        let shown = lines(&MAIL, &rows, Some(60));
        assert_eq!(shown[2], format!("10:32:12  b     {:40}  2", "short"));
    }

    #[test]
    fn a_sentence_stands_below_its_row_where_there_is_no_room() {
        let head = [Head::text("URL", 1, 10), Head::sentence("REASON")];
        let rows = [
            row(&["http://a.example.org", "it is stopped: u starts it"]),
            row(&["http://b.example.org", ""]),
        ];
        assert_eq!(
            lines(&head, &rows, Some(24)),
            [
                "URL",
                "http://a.example.org",
                "    it is stopped: u",
                "    starts it",
                "http://b.example.org"
            ]
        );
        assert_eq!(lines(&head, &rows, Some(60)).len(), 3);
    }
}
