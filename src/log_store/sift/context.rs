//! Lines shown because they are near lines that pass, over the borders of blocks.
use std::collections::{BTreeSet, VecDeque};

use super::Row;
use crate::log_store::bits::Bits;

/// Makes anew what is shown of the rows that changed and of those within `n` lines of them.
pub(super) fn widen(rows: &mut VecDeque<Row>, n: usize, touched: &[usize]) {
    let mut dirty: BTreeSet<usize> = BTreeSet::new();
    for at in touched {
        dirty.insert(*at);
        let mut left = n;
        for up in (0..*at).rev() {
            dirty.insert(up);
            left = left.saturating_sub(rows[up].lines);
            if left == 0 {
                break;
            }
        }
        left = n;
        for (down, row) in rows.iter().enumerate().skip(at + 1) {
            dirty.insert(down);
            left = left.saturating_sub(row.lines);
            if left == 0 {
                break;
            }
        }
    }
    // A block that came or went beside one changes its edge, too.
    let grown = rows.iter().enumerate();
    dirty.extend(
        grown
            .filter(|(_, row)| row.wide.len() != row.lines)
            .map(|(at, _)| at),
    );
    for at in dirty {
        if at < rows.len() {
            rows[at].wide = wide(rows, at, n);
        }
    }
}

fn wide(rows: &VecDeque<Row>, at: usize, n: usize) -> Bits {
    let row = &rows[at];
    let mut bits = Bits::none(row.lines);
    for separator in row.separators.ones() {
        bits.put(separator, true);
    }
    for hit in row.told().ones() {
        bits.fill(hit.saturating_sub(n)..(hit + n).saturating_add(1));
    }
    // The nearest hit above, then the nearest below.
    let mut far = 0;
    for up in (0..at).rev().map(|up| &rows[up]) {
        if let Some(hit) = up.told().last(up.lines) {
            far += up.lines - 1 - hit;
            bits.fill(0..n.saturating_sub(far));
            break;
        }
        far += up.lines;
        if far >= n {
            break;
        }
    }
    far = 0;
    for down in rows.iter().skip(at + 1) {
        if let Some(hit) = down.told().next(0) {
            let reach = n.saturating_sub(far + hit);
            bits.fill(row.lines.saturating_sub(reach)..row.lines);
            break;
        }
        far += down.lines;
        if far >= n {
            break;
        }
    }
    bits
}
