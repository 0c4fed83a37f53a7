//! Taking a text apart, at a gigabyte a second: letters are found 64 bytes at a time.
use std::ops::Range;

use super::dictionary::Dictionary;
use super::join::SHORT;
use super::{MARK, NEWLINE, Parts, bytes_of};
use crate::log_store::plain::sgr_end;

/// Bytes looked at in one go: a bit of a word for each.
const CHUNK: usize = 64;
/// The larger texts are rare: no room is kept for them.
const ROOM: usize = 256 << 10;

/// Takes texts apart, one after the other in the same memory.
#[derive(Debug, Default)]
pub(in super::super) struct Splitter {
    dictionary: Dictionary,
    colours: Colours,
    codes: Vec<u8>,
    rest: Vec<u8>,
}

impl Splitter {
    /// The parts of a text whose newlines are at `ends`, and whether they are *tangled*: some line shows words that the
    /// parts have not. `None` when the text has a [`MARK`] or too many words.
    pub(in super::super) fn split(
        &mut self,
        text: &[u8],
        ends: &[u32],
    ) -> Option<(Parts<'_>, bool)> {
        if memchr::memchr(MARK, text).is_some() {
            return None;
        }
        if self.rest.len() > ROOM {
            *self = Self::default();
        }
        self.dictionary.clear();
        self.colours.read(text);
        let letters = letters(text, &self.colours.ends);
        let codes = Page::of(&mut self.codes, text.len());
        let rest = Page::of(&mut self.rest, text.len());
        let (codes, rest) = take_apart(text, ends, letters, &mut self.dictionary, codes, rest)?;
        let parts = Parts {
            words: self.dictionary.words(),
            codes,
            rest,
        };
        Some((parts, self.colours.tangled))
    }
}

/// What is written from the front on, into room that is there already.
struct Page<'a> {
    room: &'a mut [u8],
    at: usize,
}

impl<'a> Page<'a> {
    /// For `most` bytes, and what is copied with them to be quick.
    fn of(room: &'a mut Vec<u8>, most: usize) -> Self {
        if room.len() < most + SHORT {
            room.resize(most + SHORT, 0);
        }
        Self { room, at: 0 }
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.room.get_mut(self.at) {
            *slot = byte;
        }
        self.at += 1;
    }

    /// What is no longer than [`SHORT`] is copied as if it were so long: quicker than to ask how long it is.
    fn copy(&mut self, text: &[u8], range: Range<usize>) {
        let end = self.at + range.len();
        if range.len() <= SHORT
            && let Some(from) = text.get(range.start..range.start + SHORT)
            && let Some(to) = self.room.get_mut(self.at..self.at + SHORT)
        {
            to.copy_from_slice(from);
        } else if let (Some(from), Some(to)) = (text.get(range), self.room.get_mut(self.at..end)) {
            to.copy_from_slice(from);
        }
        self.at = end;
    }

    fn filled(self) -> &'a [u8] {
        self.room.get(..self.at).unwrap_or_default()
    }
}

/// Writes the codes and the rest; `None` when there are too many words.
fn take_apart<'a>(
    text: &[u8],
    ends: &[u32],
    mut letters: impl Iterator<Item = u64>,
    dictionary: &mut Dictionary,
    mut codes: Page<'a>,
    mut rest: Page<'a>,
) -> Option<(&'a [u8], &'a [u8])> {
    let mut ends = ends.iter();
    let mut end = next_end(&mut ends);
    let mut done = 0;
    let (mut here, mut carry) = (letters.next().unwrap_or(0), 0);
    for base in (0..text.len()).step_by(CHUNK) {
        let next = letters.next().unwrap_or(0);
        // Where three letters begin; the first such place in a row is where a word does.
        let three = here & (here >> 1 | next << 63) & (here >> 2 | next << 62);
        let mut begins = three & !(three << 1 | carry);
        carry = three >> (CHUNK - 1);
        while begins != 0 {
            let bit = begins.trailing_zeros() as usize;
            begins &= begins - 1;
            let start = base + bit;
            let mut len = (!(here >> bit)).trailing_zeros() as usize;
            if bit + len >= CHUNK {
                len = CHUNK - bit + run(next, text, base + CHUNK);
            }
            while end < start {
                codes.push(NEWLINE);
                end = next_end(&mut ends);
            }
            let (low, high) = bytes_of(dictionary.code(text, start, len)?);
            codes.push(low);
            if high != 0 {
                codes.push(high);
            }
            rest.copy(text, done..start);
            rest.push(MARK);
            done = start + len;
        }
        here = next;
    }
    while end < text.len() {
        codes.push(NEWLINE);
        end = next_end(&mut ends);
    }
    rest.copy(text, done..text.len());
    Some((codes.filled(), rest.filled()))
}

fn next_end(ends: &mut std::slice::Iter<'_, u32>) -> usize {
    ends.next().map_or(usize::MAX, |end| *end as usize)
}

/// How many letters there are from `start` on; the first 64 bytes have a bit each.
fn run(bits: u64, text: &[u8], start: usize) -> usize {
    let len = (!bits).trailing_zeros() as usize;
    if len < CHUNK {
        return len;
    }
    let more = text.get(start + CHUNK..).unwrap_or_default();
    CHUNK + more.iter().take_while(|b| b.is_ascii_alphabetic()).count()
}

/// For each 64 bytes of a text, which are letters that may belong to words; `colours` are the ends of colour sequences,
/// letters that do not.
fn letters(text: &[u8], colours: &[usize]) -> impl Iterator<Item = u64> {
    let mut colours = colours.iter();
    let mut colour = next_colour(&mut colours);
    let mut base = 0;
    text.chunks(CHUNK).map(move |chunk| {
        let mut bits = letter_bits(chunk);
        base += CHUNK;
        while colour < base {
            bits &= !(1 << (colour % CHUNK));
            colour = next_colour(&mut colours);
        }
        bits
    })
}

fn next_colour(colours: &mut std::slice::Iter<'_, usize>) -> usize {
    colours.next().copied().unwrap_or(usize::MAX)
}

fn letter_bits(chunk: &[u8]) -> u64 {
    let Some(chunk) = chunk.first_chunk::<CHUNK>() else {
        let bits = chunk.iter().enumerate();
        return bits.fold(0, |bits, (n, byte)| {
            bits | u64::from(byte.is_ascii_alphabetic()) << n
        });
    };
    let mut bits = 0;
    for (n, eight) in chunk.as_chunks::<8>().0.iter().enumerate() {
        bits |= letters_of_eight(u64::from_le_bytes(*eight)) << (n * 8);
    }
    bits
}

/// A byte eight times.
const fn eight_times(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// A bit for each of eight bytes, all compared at once: below, the eighth bit of each byte is on when its lower seven
/// bits, as a small letter, are at `a` or behind, and off when they are behind `z`.
fn letters_of_eight(bytes: u64) -> u64 {
    let small = (bytes & eight_times(0x7f)) | eight_times(0x20);
    let from_a = small + eight_times(0x80 - b'a');
    let behind_z = small + eight_times(0x7f - b'z');
    let letters = (from_a & !behind_z & !bytes) >> 7 & eight_times(1);
    // Brings the lowest bit of each byte together in the highest byte.
    letters.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The colour sequences of a text.
#[derive(Debug, Default)]
struct Colours {
    /// The last byte of each.
    ends: Vec<usize>,
    /// Words are shown that the text has not: two that only a colour parts, or what another sequence leaves.
    tangled: bool,
}

impl Colours {
    fn read(&mut self, text: &[u8]) {
        let is_letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
        self.ends.clear();
        self.tangled = false;
        // Where the last sequence ended, and whether a letter stands before it.
        let mut last = (0, false);
        for escape in memchr::memchr_iter(0x1b, text) {
            let Some(len) = sgr_end(&text[escape..]) else {
                self.tangled = true;
                continue;
            };
            let behind_letter = if escape == last.0 {
                last.1
            } else {
                escape > 0 && is_letter(escape - 1)
            };
            last = (escape + len, behind_letter);
            self.tangled |= behind_letter && is_letter(escape + len);
            self.ends.push(escape + len - 1);
        }
    }
}
