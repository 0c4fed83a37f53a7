//! A short past of one figure, by time: what was not sampled is a gap, not glued together.
use std::collections::VecDeque;

use chrono::{DateTime, Utc};

/// A gap: the upper half of the bits of a not-a-number.
const GAP: u16 = 0x7FC0;
/// A figure holds until the next one for at most so many slots: those that are read slowly are no row of gaps.
const HOLDS: i64 = 5;

/// One value each two seconds over fifteen minutes, newest last. Values are kept to two significant digits and a half
/// (the upper half of an `f32`, as bfloat16): 2 bytes each, at most 1 KiB in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    values: VecDeque<u16>,
    /// The slot of the newest value: seconds since the epoch by [`Self::SLOT`].
    newest: i64,
}

impl History {
    /// Seconds of a slot.
    pub const SLOT: i64 = 2;
    /// Slots kept: fifteen minutes.
    pub const LENGTH: usize = 450;

    /// Takes a value; of two in one slot the greater stays. One that is older than the newest is dropped: a clock went
    /// back.
    pub fn push(&mut self, at: DateTime<Utc>, value: f32) {
        self.take(at, value, f32::max);
    }

    /// Takes a value; of two in one slot the later stays. For sums, which are counted anew with each of their parts.
    pub fn settle(&mut self, at: DateTime<Utc>, value: f32) {
        self.take(at, value, |_, later| later);
    }

    fn take(&mut self, at: DateTime<Utc>, value: f32, of_two: fn(f32, f32) -> f32) {
        let slot = at.timestamp().div_euclid(Self::SLOT);
        let packed = pack(value);
        let Some(last) = self.values.back_mut() else {
            self.newest = slot;
            self.values.push_back(packed);
            return;
        };
        let missed = slot - self.newest;
        if missed == 0 {
            *last = pack(of_two(unpack(*last), value));
            return;
        }
        if missed < 0 {
            // The clock was set: what is held belongs to a time that may come again.
            if missed < -HOLDS {
                *self = Self::default();
                self.take(at, value, of_two);
            }
            return;
        }
        let fill = if missed <= HOLDS { *last } else { GAP };
        let length = i64::try_from(Self::LENGTH).unwrap_or(i64::MAX);
        if missed >= length {
            self.values.clear();
        }
        for _ in 1..missed.min(length) {
            self.put(fill);
        }
        self.put(packed);
        self.newest = slot;
    }

    fn put(&mut self, packed: u16) {
        if self.values.len() == Self::LENGTH {
            self.values.pop_front();
        }
        self.values.push_back(packed);
    }

    /// The newest `n` values, oldest first; not-a-number in a gap.
    pub fn last(&self, n: usize) -> impl ExactSizeIterator<Item = f32> + '_ {
        let skipped = self.values.len().saturating_sub(n);
        self.values.iter().skip(skipped).map(|bits| unpack(*bits))
    }

    /// All of it in at most `n` values, each the greatest of as many slots as it takes; and how many those are.
    pub fn whole(&self, n: usize) -> (Vec<f32>, usize) {
        let each = self.values.len().div_ceil(n.max(1)).max(1);
        (self.groups(n, each), each)
    }

    /// The newest of it in at most `n` values, each the greatest of `each` slots. Which slots come together depends on their
    /// time alone, so that nothing flickers when a value is added.
    pub fn groups(&self, n: usize, each: usize) -> Vec<f32> {
        let each = i64::try_from(each.max(1)).unwrap_or(i64::MAX);
        let first = self.newest - i64::try_from(self.values.len()).unwrap_or(0) + 1;
        let group = |index: usize| {
            let slot = first + i64::try_from(index).unwrap_or(0);
            slot.div_euclid(each)
        };
        let mut groups: Vec<f32> = Vec::with_capacity(n + 1);
        let mut open = None;
        for (index, bits) in self.values.iter().enumerate() {
            let value = unpack(*bits);
            match groups.last_mut() {
                Some(last) if open == Some(group(index)) => *last = last.max(value),
                _ => groups.push(value),
            }
            open = Some(group(index));
        }
        // The first and the last group may be parts: one more than there is room for.
        let extra = groups.len().saturating_sub(n);
        groups.drain(..extra);
        groups
    }

    /// The greatest value; 0 when there is none.
    pub fn peak(&self) -> f32 {
        let values = self.values.iter().map(|bits| unpack(*bits));
        values.filter(|value| !value.is_nan()).fold(0.0, f32::max)
    }

    /// When the newest of the greatest values was, to the slot.
    pub fn peak_at(&self) -> Option<DateTime<Utc>> {
        let peak = pack(self.peak());
        let ago = self.values.iter().rev().position(|bits| *bits == peak)?;
        let slot = self.newest - i64::try_from(ago).ok()?;
        DateTime::from_timestamp(slot.checked_mul(Self::SLOT)?, 0)
    }

    /// The slot of the newest value; 0 when there is none.
    pub(super) fn newest(&self) -> i64 {
        self.newest
    }

    /// Slots held, gaps too.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Memory it holds beyond itself, in bytes.
    pub fn bytes_held(&self) -> usize {
        self.values.capacity() * size_of::<u16>()
    }
}

fn pack(value: f32) -> u16 {
    if value.is_nan() {
        return GAP;
    }
    let bits = value.clamp(-f32::MAX / 2.0, f32::MAX / 2.0).to_bits();
    // To the nearest: what is cut off is half or more of the last place.
    ((bits + 0x8000) >> 16) as u16
}

fn unpack(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    fn shown(history: &History) -> Vec<Option<u32>> {
        let value = |v: f32| (!v.is_nan()).then_some(v.round() as u32);
        history.last(usize::MAX).map(value).collect()
    }

    #[test]
    fn a_pause_is_a_gap_and_a_slow_pace_is_none() {
        let mut history = History::default();
        for (second, value) in [(0, 1.0), (1, 5.0), (2, 2.0), (8, 3.0), (30, 4.0)] {
            history.push(at(second), value);
        }
        let mut expected = vec![Some(5), Some(2), Some(2), Some(2), Some(3)];
        expected.extend([None; 10]);
        expected.push(Some(4));
        assert_eq!(shown(&history), expected);
        assert!((history.peak() - 5.0).abs() < 1e-6);
        assert_eq!(history.peak_at(), Some(at(0)));
    }

    #[test]
    fn fifteen_minutes_are_kept_in_a_kibibyte() {
        let mut history = History::default();
        for n in 0..2_000 {
            history.push(at(2 * n), n as f32);
        }
        assert_eq!(history.len(), History::LENGTH);
        assert!(history.bytes_held() <= 1024, "{}", history.bytes_held());
        let (values, each) = history.whole(150);
        assert_eq!((values.len(), each), (150, 3));
        assert!(values.is_sorted());
        history.push(at(100_000), 1.0);
        assert!(history.len() <= History::LENGTH, "a long pause");
        assert!((history.peak() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_sum_is_what_it_was_at_the_end_of_its_slot() {
        let mut history = History::default();
        for (second, value) in [(0, 9.0), (1, 5.0), (2, 7.0), (30, 4.0), (31, 3.0)] {
            history.settle(at(second), value);
        }
        let mut expected = vec![Some(5), Some(7)];
        expected.extend([None; 13]);
        expected.push(Some(3));
        assert_eq!(shown(&history), expected);
    }

    #[test]
    fn groups_do_not_change_when_a_value_comes() {
        let mut history = History::default();
        for n in 0..100 {
            history.push(at(2 * n), (n % 7) as f32);
        }
        let (before, each) = history.whole(40);
        assert_eq!(each, 3);
        history.push(at(200), 0.0);
        let (after, _) = history.whole(40);
        let common = before.len() - 1;
        assert_eq!(before[..common], after[..common]);
    }

    #[test]
    fn a_clock_set_back_begins_anew() {
        let mut history = History::default();
        history.push(at(1000), 1.0);
        history.push(at(998), 9.0);
        assert_eq!(shown(&history), [Some(1)], "a little late");
        history.push(at(100), 7.0);
        assert_eq!(shown(&history), [Some(7)]);
    }

    proptest! {
        #[test]
        fn values_are_true_to_half_a_percent(value in 0.0f32..1e12) {
            let kept = unpack(pack(value));
            prop_assert!((kept - value).abs() <= value * 0.004 + f32::MIN_POSITIVE);
        }

        #[test]
        fn never_more_than_fits_and_the_newest_last(steps in prop::collection::vec((0i64..2_000, 0.0f32..100.0), 1..40)) {
            let mut history = History::default();
            let mut second = 0;
            for (step, value) in &steps {
                second += step;
                history.push(at(second), *value);
                prop_assert!(history.len() <= History::LENGTH);
                let newest = history.last(1).next().unwrap();
                prop_assert!(newest + 0.5 >= *value);
                prop_assert!(history.whole(20).0.len() <= 20);
            }
        }
    }
}
