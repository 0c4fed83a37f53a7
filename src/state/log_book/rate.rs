//! How fast lines come, over windows of a second. Knows no line; time is brought along.
use chrono::{DateTime, TimeDelta, Utc};

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rate {
    /// When the window began that is counted now.
    since: Option<DateTime<Utc>>,
    count: u64,
    /// Of the window before, in lines a second.
    last: u64,
}

impl Rate {
    pub(super) fn add(&mut self, now: DateTime<Utc>, lines: u64) {
        let since = *self.since.get_or_insert(now);
        self.count += lines;
        let ms = (now - since).num_milliseconds();
        if ms >= 1000 {
            self.last = self.count * 1000 / ms as u64;
            self.count = 0;
            self.since = Some(now);
        }
    }

    /// Lines in a second; 0 when none came for two.
    pub(super) fn lines(&self, now: DateTime<Utc>) -> u64 {
        match self.since {
            Some(since) if now - since < TimeDelta::seconds(2) => self.last,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_of_the_last_second_and_ends_with_the_lines() {
        let at = |ms| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(ms);
        let mut rate = Rate::default();
        for ms in (0..=1000).step_by(100) {
            rate.add(at(ms), 50);
        }
        assert_eq!(rate.lines(at(1500)), 550);
        assert_eq!(rate.lines(at(3100)), 0);
        rate.add(at(9000), 80);
        assert_eq!(rate.lines(at(9000)), 10, "since the last window began");
    }
}
