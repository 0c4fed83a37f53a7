//! Spans of time for the eye: compact, in words, and as distance from now.
//!
//! Must not know: the clock (callers bring `now`), models, languages other than English.

use chrono::{DateTime, TimeDelta, Utc};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
const YEAR: u64 = 365 * DAY;

/// A span of time in at most 6 columns (below 100 years): `45s`, `4m`, `2h13m`, `3d4h`, `5w`, `1y3w`; rounded down, never negative.
pub fn duration(d: TimeDelta) -> String {
    let s = seconds(d);
    match s {
        0..MINUTE => format!("{s}s"),
        MINUTE..HOUR => format!("{}m", s / MINUTE),
        HOUR..DAY => pair(s / HOUR, "h", s % HOUR / MINUTE, "m"),
        DAY..1_209_600 => pair(s / DAY, "d", s % DAY / HOUR, "h"),
        1_209_600..YEAR => format!("{}w", s / WEEK),
        _ => pair(s / YEAR, "y", s % YEAR / WEEK, "w"),
    }
}

fn pair(big: u64, big_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{big}{big_unit}")
    } else {
        format!("{big}{big_unit}{small}{small_unit}")
    }
}

/// A span of time in words: `3 minutes`, `2 hours 13 minutes`; rounded down, never negative.
pub fn duration_long(d: TimeDelta) -> String {
    let s = seconds(d);
    match s {
        0..MINUTE => words(s, "second"),
        MINUTE..HOUR => words(s / MINUTE, "minute"),
        HOUR..DAY => word_pair(s / HOUR, "hour", s % HOUR / MINUTE, "minute"),
        DAY..1_209_600 => word_pair(s / DAY, "day", s % DAY / HOUR, "hour"),
        1_209_600..YEAR => words(s / WEEK, "week"),
        _ => word_pair(s / YEAR, "year", s % YEAR / WEEK, "week"),
    }
}

/// `1 line`, `2 lines`: a number with its noun, which takes an s.
pub fn words(n: u64, unit: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {unit}{plural}")
}

fn word_pair(big: u64, big_unit: &str, small: u64, small_unit: &str) -> String {
    let mut text = words(big, big_unit);
    if small > 0 {
        text.push(' ');
        text.push_str(&words(small, small_unit));
    }
    text
}

fn seconds(d: TimeDelta) -> u64 {
    u64::try_from(d.num_seconds()).unwrap_or(0)
}

/// How long ago: `just now` below 5 seconds and for clocks that run ahead, then `3m ago`.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let passed = now.signed_duration_since(at);
    if passed < TimeDelta::seconds(5) {
        "just now".to_owned()
    } else {
        format!("{} ago", duration(passed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        for (s, short, long) in [
            (-9, "0s", "0 seconds"),
            (1, "1s", "1 second"),
            (59, "59s", "59 seconds"),
            (60, "1m", "1 minute"),
            (3_599, "59m", "59 minutes"),
            (3_600, "1h", "1 hour"),
            (7_980, "2h13m", "2 hours 13 minutes"),
            (86_399, "23h59m", "23 hours 59 minutes"),
            (273_600, "3d4h", "3 days 4 hours"),
            (1_209_599, "13d23h", "13 days 23 hours"),
            (1_209_600, "2w", "2 weeks"),
            (31_536_000, "1y", "1 year"),
            (33_350_400, "1y3w", "1 year 3 weeks"),
        ] {
            assert_eq!(duration(TimeDelta::seconds(s)), short);
            assert_eq!(duration_long(TimeDelta::seconds(s)), long);
        }
        for hour in (0..100 * YEAR / HOUR).step_by(5) {
            let span = TimeDelta::hours(i64::try_from(hour).unwrap());
            assert!(duration(span).len() <= 6, "{}", duration(span));
        }
        assert_eq!(duration(TimeDelta::MIN), "0s");
        assert!(duration(TimeDelta::MAX).ends_with('w'));
    }

    #[test]
    fn past_and_future() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(ago(now, now), "just now");
        assert_eq!(ago(now + TimeDelta::hours(2), now), "just now");
        assert_eq!(ago(now - TimeDelta::seconds(5), now), "5s ago");
        assert_eq!(ago(now - TimeDelta::seconds(200), now), "3m ago");
        assert!(ago(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).ends_with("ago"));
    }
}
