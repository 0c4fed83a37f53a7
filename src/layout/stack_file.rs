//! Lines of a file on a page: how they wrap, and where scrolling ends. Looks at no more lines than fit on the screen.
use crate::state::{State, ViewId};
use crate::text::code::Piece;
use crate::text::{self, Tone};

use super::{Regions, list_height};

/// Columns for numbers of lines up to this one.
pub fn gutter(lines: usize) -> usize {
    lines.max(1).to_string().len().max(2)
}

/// Columns for a line's text behind a gutter and a sign.
pub fn text_width(width: u16, gutter: usize) -> usize {
    usize::from(width).saturating_sub(gutter + 4).max(8)
}

/// A line's pieces as rows of at most this width.
pub fn wrapped(pieces: &[Piece], width: usize) -> Vec<Vec<Piece>> {
    let whole: String = pieces.iter().map(|(words, _)| words.as_str()).collect();
    if text::width(&whole) <= width {
        return vec![pieces.to_vec()];
    }
    let rows = text::wrap_offsets(&whole, width);
    let mut starts = Vec::with_capacity(pieces.len());
    let mut at = 0;
    for (words, tone) in pieces {
        starts.push((at..at + words.len(), *tone));
        at += words.len();
    }
    let row = |row: std::ops::Range<usize>| -> Vec<(String, Tone)> {
        let part = |(range, tone): &(std::ops::Range<usize>, Tone)| {
            let (from, to) = (range.start.max(row.start), range.end.min(row.end));
            let words = whole.get(from..to).filter(|words| !words.is_empty());
            Some((words?.to_owned(), *tone))
        };
        starts.iter().filter_map(part).collect()
    };
    rows.into_iter().map(row).collect()
}

/// The first line on screen when the last one is at its foot: `rows` says how many rows a line takes.
pub fn last_top(count: usize, height: usize, rows: impl Fn(usize) -> usize) -> usize {
    let mut left = height;
    let mut top = count;
    while top > 0 {
        let needed = rows(top - 1);
        if needed > left {
            break;
        }
        left -= needed;
        top -= 1;
    }
    // A last line that is higher than the screen is shown from its start.
    top.min(count.saturating_sub(1))
}

/// Columns and rows for the lines of a file.
pub fn page(state: &State) -> (u16, usize) {
    (Regions::of(state.size).body.width, list_height(state))
}

/// Scrolls what is on screen of a stack's files by lines; where it ends is seen to later.
pub fn scroll(state: &mut State, delta: isize) {
    if let Some(top) = top(state) {
        *top = top.saturating_add_signed(delta.clamp(-10_000_000, 10_000_000));
    }
}

/// The first line on screen, of a file or of what would change in one.
pub fn top(state: &mut State) -> Option<&mut usize> {
    let changes = state.view() == ViewId::Proposal;
    let book = state.files.get_mut(&state.nav.current().key?)?;
    let change = book.change.as_mut().filter(|_| changes);
    Some(change.map_or(&mut book.top, |change| &mut change.top))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_line_keeps_its_tones() {
        let pieces = vec![
            ("ab".to_owned(), Tone::Name),
            (": ".to_owned(), Tone::Mark),
            ("cdefgh".to_owned(), Tone::Text),
        ];
        let rows = wrapped(&pieces, 5);
        let words = |row: &[Piece]| row.iter().map(|(w, _)| w.clone()).collect::<String>();
        assert_eq!(rows.len(), 2);
        assert_eq!(words(&rows[0]) + &words(&rows[1]), "ab: cdefgh");
        assert_eq!(rows[1].first().map(|(_, tone)| *tone), Some(Tone::Text));
    }

    #[test]
    fn the_last_line_is_at_the_foot_of_the_last_page() {
        assert_eq!(last_top(10, 4, |_| 1), 6);
        assert_eq!(last_top(3, 4, |_| 1), 0);
        assert_eq!(last_top(10, 4, |n| if n == 8 { 3 } else { 1 }), 8);
        assert_eq!(last_top(10, 4, |_| 9), 9);
        assert_eq!(last_top(0, 4, |_| 1), 0);
    }
}
