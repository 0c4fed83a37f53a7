//! Putting a text together again, all of it or some lines. Reads what was taken apart here; anything else gives other
//! bytes, never a panic.
use std::ops::Range;

use super::{MARK, NEWLINE, Parts, next_code};
use crate::log_store::bits::Bits;

/// What is no longer is copied as if it were so long, and cut: quicker than to ask how long it is.
pub(super) const SHORT: usize = 32;
/// The same of a word.
const SHORT_WORD: usize = 16;

/// Adds a range of a text.
fn copy(out: &mut Vec<u8>, text: &[u8], range: Range<usize>) {
    let from = text.get(range.start..).unwrap_or_default();
    match from.first_chunk::<SHORT>() {
        Some(chunk) if range.len() <= SHORT => {
            out.extend_from_slice(chunk);
            out.truncate(out.len() - SHORT + range.len());
        }
        _ => out.extend_from_slice(from.get(..range.len()).unwrap_or_default()),
    }
}

/// The words, ready to be copied.
struct Words<'a>(Vec<(&'a [u8], [u8; SHORT_WORD])>);

impl<'a> Words<'a> {
    fn of(words: &'a [u8]) -> Self {
        let each = words.split_inclusive(|byte| *byte == b'\n').map(|line| {
            let word = line.strip_suffix(b"\n").unwrap_or(line);
            let mut short = [0; SHORT_WORD];
            let held = word.len().min(SHORT_WORD);
            short[..held].copy_from_slice(&word[..held]);
            (word, short)
        });
        Self(each.collect())
    }

    fn copy(&self, out: &mut Vec<u8>, code: usize) {
        let Some((word, short)) = code.checked_sub(1).and_then(|nth| self.0.get(nth)) else {
            return;
        };
        if word.len() <= SHORT_WORD {
            out.extend_from_slice(short);
            out.truncate(out.len() - SHORT_WORD + word.len());
        } else {
            out.extend_from_slice(word);
        }
    }

    /// Adds lines, given by their rest and their codes.
    fn fill(&self, out: &mut Vec<u8>, rest: &[u8], codes: &[u8]) {
        let mut codes = codes.iter();
        let mut done = 0;
        for mark in memchr::memchr_iter(MARK, rest) {
            copy(out, rest, done..mark);
            done = mark + 1;
            let mut its_code = std::iter::from_fn(|| next_code(&mut codes));
            let word = its_code.find(|code| *code != usize::from(NEWLINE));
            self.copy(out, word.unwrap_or(0));
        }
        copy(out, rest, done..rest.len());
    }
}

/// The text, of about so many bytes.
pub(in super::super) fn join(parts: Parts<'_>, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + SHORT);
    Words::of(parts.words).fill(&mut out, parts.rest, parts.codes);
    out
}

/// Some lines of it, each with its newline.
pub(in super::super) fn join_lines(parts: Parts<'_>, lines: &Bits) -> Vec<u8> {
    let words = Words::of(parts.words);
    let mut out = Vec::new();
    let (mut rest, mut codes, mut at) = (parts.rest, parts.codes, 0);
    for line in lines.ones() {
        rest = split_lines(rest, b'\n', line - at).1;
        codes = split_lines(codes, NEWLINE, line - at).1;
        let (this, behind) = split_lines(rest, b'\n', 1);
        let (its_codes, codes_behind) = split_lines(codes, NEWLINE, 1);
        words.fill(&mut out, this, its_codes);
        (rest, codes, at) = (behind, codes_behind, line + 1);
    }
    out
}

/// The first `n` lines, each with its newline, and the others.
fn split_lines(lines: &[u8], newline: u8, n: usize) -> (&[u8], &[u8]) {
    let Some(before) = n.checked_sub(1) else {
        return (&[], lines);
    };
    let end = memchr::memchr_iter(newline, lines).nth(before);
    lines.split_at(end.map_or(lines.len(), |end| end + 1))
}
