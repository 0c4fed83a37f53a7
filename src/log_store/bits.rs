//! A row of bits, one a line of a block: which lines match, which are shown. Knows no line.

/// Bits with a fixed length, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
    ones: usize,
}

impl Bits {
    /// All off.
    pub fn none(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
            len,
            ones: 0,
        }
    }

    /// All on.
    pub fn all(len: usize) -> Self {
        let mut bits = Self {
            words: vec![u64::MAX; len.div_ceil(64)],
            len,
            ones: len,
        };
        bits.trim();
        bits
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many are on.
    pub fn count(&self) -> usize {
        self.ones
    }

    /// Off beyond the end.
    pub fn get(&self, at: usize) -> bool {
        at < self.len && self.words[at / 64] & (1 << (at % 64)) != 0
    }

    /// Nothing beyond the end.
    pub fn put(&mut self, at: usize, on: bool) {
        if at >= self.len || self.get(at) == on {
            return;
        }
        self.words[at / 64] ^= 1 << (at % 64);
        if on {
            self.ones += 1;
        } else {
            self.ones -= 1;
        }
    }

    /// Turns on a range, as far as it lies within.
    pub fn fill(&mut self, range: std::ops::Range<usize>) {
        for at in range.start..range.end.min(self.len) {
            self.put(at, true);
        }
    }

    /// Cuts to `len` or lengthens with bits that are off.
    pub fn resize(&mut self, len: usize) {
        self.words.resize(len.div_ceil(64), 0);
        self.len = len;
        self.trim();
        self.recount();
    }

    /// Puts `other` in the place of all bits from `from` on.
    pub fn replace_from(&mut self, from: usize, other: &Self) {
        self.resize(from);
        self.resize(from + other.len);
        for at in other.ones() {
            self.put(from + at, true);
        }
    }

    pub fn and(&mut self, other: &Self) {
        for (n, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(n).copied().unwrap_or(0);
        }
        self.recount();
    }

    pub fn or(&mut self, other: &Self) {
        for (word, on) in self.words.iter_mut().zip(&other.words) {
            *word |= on;
        }
        self.trim();
        self.recount();
    }

    pub fn and_not(&mut self, other: &Self) {
        for (word, off) in self.words.iter_mut().zip(&other.words) {
            *word &= !off;
        }
        self.recount();
    }

    /// How many are on in both.
    pub fn count_both(&self, other: &Self) -> usize {
        let pairs = self.words.iter().zip(&other.words);
        pairs.map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// How many are on before `at`.
    pub fn rank(&self, at: usize) -> usize {
        let at = at.min(self.len);
        let whole: usize = self.words[..at / 64]
            .iter()
            .map(|w| w.count_ones() as usize)
            .sum();
        match at % 64 {
            0 => whole,
            rest => whole + (self.words[at / 64] & ((1 << rest) - 1)).count_ones() as usize,
        }
    }

    /// The place of the `n`th that is on, from 0.
    pub fn select(&self, mut n: usize) -> Option<usize> {
        for (index, word) in self.words.iter().enumerate() {
            let ones = word.count_ones() as usize;
            if n < ones {
                let mut word = *word;
                for _ in 0..n {
                    word &= word - 1;
                }
                return Some(index * 64 + word.trailing_zeros() as usize);
            }
            n -= ones;
        }
        None
    }

    /// The first that is on at `from` or behind.
    pub fn next(&self, from: usize) -> Option<usize> {
        self.select(self.rank(from))
    }

    /// The last that is on before `before`.
    pub fn last(&self, before: usize) -> Option<usize> {
        self.select(self.rank(before).checked_sub(1)?)
    }

    /// The places of those that are on, rising.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(index * 64 + bit)
            })
        })
    }

    fn trim(&mut self) {
        let rest = self.len % 64;
        if rest != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << rest) - 1;
        }
    }

    fn recount(&mut self) {
        self.ones = self.words.iter().map(|w| w.count_ones() as usize).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_selections_agree_across_words() {
        let mut bits = Bits::none(200);
        let on = [0, 1, 63, 64, 127, 130, 199];
        for at in on {
            bits.put(at, true);
        }
        assert_eq!(bits.count(), on.len());
        assert_eq!(bits.ones().collect::<Vec<_>>(), on);
        for (n, at) in on.iter().enumerate() {
            assert_eq!(bits.select(n), Some(*at));
            assert_eq!(bits.rank(*at), n);
            assert_eq!(bits.next(*at), Some(*at));
        }
        assert_eq!(bits.select(7), None);
        assert_eq!(bits.last(64), Some(63));
        assert_eq!(bits.last(0), None);
        assert_eq!(bits.next(131), Some(199));
    }

    #[test]
    fn lengths_and_counts_stay_true() {
        let mut bits = Bits::all(70);
        assert_eq!(bits.count(), 70);
        bits.resize(65);
        assert_eq!(bits.count(), 65);
        bits.resize(130);
        assert_eq!(bits.count(), 65, "what is new is off");
        bits.replace_from(60, &Bits::all(3));
        assert_eq!((bits.len(), bits.count()), (63, 63));
        bits.and_not(&Bits::all(60));
        assert_eq!(bits.ones().collect::<Vec<_>>(), [60, 61, 62]);
        bits.and(&Bits::all(61));
        assert_eq!(bits.count(), 1, "beyond the other's end is off");
        bits.or(&Bits::all(2));
        assert_eq!(bits.ones().collect::<Vec<_>>(), [0, 1, 60]);
        bits.or(&Bits::all(200));
        assert_eq!(bits.count(), 63, "beyond the own end is nothing");
    }
}
