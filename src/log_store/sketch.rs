//! Which runs of three bytes a text has, as a small set of bits that may hold some too many: a word with a run that is
//! not in the set is not in the text, which then need not be unpacked. Knows no pattern and no block.
use super::plain;

/// Bytes of text for each bit. 64 KiB of mixed logs have some 3,900 different runs, of one program 2,000: two thirds of
/// the bits then are set, or less than half, and a word is ruled out by any one of its runs.
const BYTES_A_BIT: usize = 16;
const FEWEST_BITS: usize = 64;
const MOST_BITS: usize = 1 << 16;
/// 2^32 by the golden ratio: Knuth's multiplicative hash.
const SPREAD: u32 = 0x9e37_79b1;

/// Three bytes that follow each other.
pub(super) type Run = [u8; 3];

#[derive(Debug)]
pub(super) struct Sketch {
    bits: Box<[u64]>,
    /// Has a letter beyond ASCII that is an ASCII one where capitals do not count.
    strange: bool,
}

impl Sketch {
    /// Of lines, each with its newline. `dressed`: some have an ESC or a CR, and are looked for as they are shown.
    pub(super) fn of(text: &[u8], dressed: bool) -> Self {
        let mut seen = room(text.len());
        mark(text.windows(3), &mut seen);
        let shown = shown(text, dressed);
        mark(shown.windows(3), &mut seen);
        Self::told(&seen, has_strange(text) || has_strange(&shown))
    }

    /// Of the words of such lines, and of what stands beside them. Of the latter every other run is marked, which takes
    /// half the time: what has four bytes there or more has all of its even runs marked or all of its odd ones.
    pub(super) fn of_parts(words: &[u8], rest: &[u8], dressed: bool) -> Self {
        let mut seen = room(words.len() + rest.len());
        mark(words.windows(3), &mut seen);
        mark(rest.windows(3).step_by(2), &mut seen);
        let shown = shown(rest, dressed);
        mark(shown.windows(3).step_by(2), &mut seen);
        Self::told(&seen, has_strange(rest) || has_strange(&shown))
    }

    fn told(seen: &[u8], strange: bool) -> Self {
        let bits = seen.chunks_exact(64).map(|bytes| {
            let bits = bytes.iter().enumerate();
            bits.fold(0, |word, (n, seen)| word | u64::from(*seen) << n)
        });
        Self {
            bits: bits.collect(),
            strange,
        }
    }

    /// False: the text has no such run, in capitals or small letters.
    pub(super) fn may_have(&self, run: Run) -> bool {
        let place = place(run, self.bits.len() * 64);
        let word = self.bits.get(place / 64);
        word.is_none_or(|word| word & (1 << (place % 64)) != 0)
    }

    /// Whether the text has a letter beyond ASCII (`ſ`, the Kelvin sign) that is found where its ASCII one (`s`, `k`) is
    /// looked for without regard to capitals.
    pub(super) fn is_strange(&self) -> bool {
        self.strange
    }

    /// Bytes of memory.
    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.bits)
    }
}

/// Where the bit of a run is, among a power of two of them.
fn place(run: Run, bits: usize) -> usize {
    // Makes ASCII capitals small, and some other bytes equal, which does no harm.
    let [a, b, c] = run.map(|byte| u32::from(byte | 0x20));
    let run = a | b << 8 | c << 16;
    (run.wrapping_mul(SPREAD) >> (u32::BITS - bits.trailing_zeros())) as usize
}

/// A byte for each bit.
fn room(bytes: usize) -> Vec<u8> {
    let size = (bytes / BYTES_A_BIT).next_power_of_two();
    vec![0; size.clamp(FEWEST_BITS, MOST_BITS)]
}

fn mark<'a>(runs: impl Iterator<Item = &'a [u8]>, seen: &mut [u8]) {
    let bits = seen.len();
    for run in runs {
        if let Some(seen) = seen.get_mut(place([run[0], run[1], run[2]], bits)) {
            *seen = 1;
        }
    }
}

/// The lines that are shown otherwise than they came.
fn shown(text: &[u8], dressed: bool) -> Vec<u8> {
    let mut shown = Vec::new();
    if dressed {
        for line in plain::dressed_lines(text) {
            plain::undress(&text[line], &mut shown);
            shown.push(b'\n');
        }
    }
    shown
}

fn has_strange(text: &[u8]) -> bool {
    let begins = |rest: &[u8]| {
        ["\u{17f}", "\u{212a}"]
            .iter()
            .any(|letter| rest.starts_with(letter.as_bytes()))
    };
    memchr::memchr2_iter(0xc5, 0xe2, text).any(|at| begins(&text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_ruled_out() {
        let text: Vec<u8> = (0..20_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 5) as u8)
            .collect();
        let sketch = Sketch::of(&text, false);
        for run in text.windows(3) {
            assert!(sketch.may_have([run[0], run[1], run[2]]));
            assert!(sketch.may_have([run[0].to_ascii_uppercase(), run[1], run[2]]));
        }
    }

    #[test]
    fn what_is_not_there_is_mostly_ruled_out() {
        let text = "2026-11-22 INFO request finished in 12 ms for customer 4711\n".repeat(1_000);
        let sketch = Sketch::of(text.as_bytes(), false);
        let others = (b'a'..=b'z').flat_map(|a| (b'a'..=b'z').map(move |b| [a, b, b'q']));
        let wrong = others.filter(|run| sketch.may_have(*run)).count();
        assert!(
            wrong < 26,
            "{wrong} of 676 that end in q, of which it has 1"
        );
        assert!(sketch.may_have(*b"req"));
    }

    #[test]
    fn lines_count_as_they_are_shown_too() {
        let text = b"a\x1b[31mb\x1b[0mc\nx\n";
        assert!(Sketch::of(text, true).may_have(*b"abc"));
        assert!(!Sketch::of(text, false).may_have(*b"abc"));
    }

    #[test]
    fn letters_that_fold_to_ascii_are_told() {
        for (text, strange) in [
            ("plain œ “s”", false),
            ("\u{17f}", true),
            ("a\u{212a}", true),
        ] {
            assert_eq!(
                Sketch::of(text.as_bytes(), false).is_strange(),
                strange,
                "{text}"
            );
        }
    }
}
