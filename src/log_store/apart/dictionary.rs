//! The words of one text, each once, numbered from 1 in the order they come. Knows no line.

/// So many words have a number: all that two bytes of seven bits can tell.
const MOST_WORDS: usize = (1 << 14) - 1;
/// Places of the table at first. 64 KiB of mixed logs have a hundred words, of prose 1,600.
const PLACES: usize = 512;
/// Places, and bytes of words, that are kept for the next text.
const MOST_PLACES: usize = 1 << 13;
const MOST_BYTES: usize = 1 << 16;
/// The longest word that its key tells whole.
const KEY: usize = 16;
/// 2^64 by the golden ratio: Knuth's multiplicative hash.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A place of the table; empty where the code is 0.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The first 16 bytes of the word, zeros behind a shorter one.
    key: (u64, u64),
    code: u16,
}

#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// A power of two of places, half of them empty; a word stands at its hash or behind.
    table: Vec<Place>,
    /// Each with a newline.
    words: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Dictionary {
    /// For another text.
    pub(super) fn clear(&mut self) {
        if self.table.len() > MOST_PLACES || self.words.len() > MOST_BYTES {
            *self = Self::default();
        }
        self.table.clear();
        self.table.resize(PLACES, Place::default());
        self.words.clear();
        self.ends.clear();
    }

    /// Each with a newline.
    pub(super) fn words(&self) -> &[u8] {
        &self.words
    }

    /// The code of the word at `start` in the text; `None` when there are too many words.
    #[inline]
    pub(super) fn code(&mut self, text: &[u8], start: usize, len: usize) -> Option<u16> {
        let key = key(text, start, len);
        let most = self.table.len() - 1;
        let mut at = hash(key) & most;
        while let Some(place) = self.table.get(at) {
            let same = (place.key.0 ^ key.0) | (place.key.1 ^ key.1) == 0;
            if same && (len <= KEY || self.word(place.code) == text.get(start..start + len)) {
                return Some(place.code);
            }
            if place.code == 0 {
                break;
            }
            at = (at + 1) & most;
        }
        self.add(key, at, text.get(start..start + len)?)
    }

    #[cold]
    fn add(&mut self, key: (u64, u64), at: usize, word: &[u8]) -> Option<u16> {
        if self.ends.len() == MOST_WORDS {
            return None;
        }
        self.words.extend_from_slice(word);
        self.ends.push(u32::try_from(self.words.len()).ok()?);
        self.words.push(b'\n');
        let code = self.ends.len() as u16;
        *self.table.get_mut(at)? = Place { key, code };
        if self.ends.len() * 2 > self.table.len() {
            self.grow();
        }
        Some(code)
    }

    fn grow(&mut self) {
        let places = self.table.len() * 2;
        let old = std::mem::replace(&mut self.table, vec![Place::default(); places]);
        for place in old.into_iter().filter(|place| place.code != 0) {
            let mut at = hash(place.key) & (places - 1);
            while self.table[at].code != 0 {
                at = (at + 1) & (places - 1);
            }
            self.table[at] = place;
        }
    }

    fn word(&self, code: u16) -> Option<&[u8]> {
        let nth = usize::from(code).checked_sub(1)?;
        let before = nth.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.map_or(0, |end| *end as usize + 1);
        self.words.get(start..*self.ends.get(nth)? as usize)
    }
}

fn hash(key: (u64, u64)) -> usize {
    ((key.0.wrapping_mul(SPREAD) ^ key.1).wrapping_mul(SPREAD) >> 40) as usize
}

/// The first 16 bytes of a word, in two halves, zeros behind its end.
fn key(text: &[u8], start: usize, len: usize) -> (u64, u64) {
    let from = text.get(start..).unwrap_or_default();
    let bytes = from.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; KEY];
        bytes[..from.len()].copy_from_slice(from);
        bytes
    });
    let both = u128::from_le_bytes(bytes);
    (
        both as u64 & low_bytes(len),
        (both >> 64) as u64 & low_bytes(len.saturating_sub(8)),
    )
}

/// Ones in the lowest `n` bytes.
fn low_bytes(n: usize) -> u64 {
    const LOW: [u64; 9] = [
        0,
        0xff,
        0xffff,
        0xff_ffff,
        0xffff_ffff,
        0xff_ffff_ffff,
        0xffff_ffff_ffff,
        0xff_ffff_ffff_ffff,
        u64::MAX,
    ];
    LOW[n.min(8)]
}
