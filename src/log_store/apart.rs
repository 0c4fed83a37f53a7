//! The text of a block in parts: its words, each once; the codes of the words in the order of the lines; and the rest, with
//! a mark in the place of each word. The codes are a tenth of the text, so what is a word or made of words is found in
//! them long before the text would be unpacked. Knows no pattern and no block.
//!
//! A *word* is three or more ASCII letters with no letter beside them. A colour sequence is none of its neighbours' business:
//! the `m` at its end belongs to no word.
//!
//! ```text
//!  text   GET /api/v1/orders 200⏎      words  GET⏎api⏎orders⏎…
//!  rest   ▪ /▪/v1/▪ 200⏎               codes  1 2 3 0 …
//! ```
mod dictionary;
mod join;
mod split;

pub(super) use join::{join, join_lines};
pub(super) use split::Splitter;

/// Letters a word has at least.
pub(super) const SHORTEST_WORD: usize = 3;
/// Stands for a word in the rest. No byte of UTF-8; a text that has it is not taken apart.
const MARK: u8 = 0xff;
/// The code of a newline; words have codes from 1 on.
const NEWLINE: u8 = 0;
/// A code from here on is two bytes, seven bits in each, the lower ones first with the eighth bit set.
const LONG: u8 = 0x80;

/// See the head of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// Each with a newline; the first has code 1.
    pub words: &'a [u8],
    pub codes: &'a [u8],
    pub rest: &'a [u8],
}

/// The next code; `None` at the end.
fn next_code(codes: &mut std::slice::Iter<'_, u8>) -> Option<usize> {
    let low = *codes.next()?;
    if low < LONG {
        return Some(usize::from(low));
    }
    let high = *codes.next()?;
    Some(usize::from(low & !LONG) | usize::from(high) << 7)
}

/// The bytes of a code; the second is 0 where one is enough.
fn bytes_of(code: u16) -> (u8, u8) {
    let (low, high) = ((code & 0x7f) as u8, (code >> 7) as u8);
    if high == 0 {
        (low, 0)
    } else {
        (low | LONG, high)
    }
}

/// Marks the lines that have one of the words with these codes.
pub(super) fn mark_lines(codes: &[u8], wanted: &[u16], lines: &mut super::Bits) {
    // Each by itself is quicker for a few.
    if wanted.len() <= 4 {
        for code in wanted {
            mark_word(codes, *code, lines);
        }
        return;
    }
    let most = wanted.iter().max().map_or(0, |most| usize::from(*most));
    let mut is_wanted = vec![false; most + 1];
    for code in wanted {
        is_wanted[usize::from(*code)] = true;
    }
    let mut codes = codes.iter();
    let mut line = 0;
    while let Some(code) = next_code(&mut codes) {
        if code == usize::from(NEWLINE) {
            line += 1;
        } else if is_wanted.get(code) == Some(&true) {
            lines.put(line, true);
        }
    }
}

fn mark_word(codes: &[u8], code: u16, lines: &mut super::Bits) {
    let (low, high) = bytes_of(code);
    let (mut line, mut at) = (0, 0);
    let mut mark = |place: usize| {
        let passed = codes.get(at..place).unwrap_or_default();
        line += memchr::memchr_iter(NEWLINE, passed).count();
        at = place;
        lines.put(line, true);
    };
    if high != 0 {
        memchr::memmem::find_iter(codes, &[low, high]).for_each(mark);
        return;
    }
    for place in memchr::memchr_iter(low, codes) {
        // The second byte of a long code looks like a short one.
        let before = place.checked_sub(1).and_then(|before| codes.get(before));
        if before.is_none_or(|before| *before < LONG) {
            mark(place);
        }
    }
}

#[cfg(test)]
mod tests;
