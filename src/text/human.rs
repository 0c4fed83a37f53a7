//! Figures for the eye: sizes, rates, percentages, counts and spans of time in few columns.
//!
//! Widths are bounded and steady, so that a table of live figures does not dance.
//! Must not know: the clock (callers bring `now`), models, languages other than English.

use chrono::{DateTime, TimeDelta, Utc};

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const SHORT_UNITS: [&str; 6] = ["K", "M", "G", "T", "P", "E"];

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
const YEAR: u64 = 365 * DAY;

/// A size in binary units with three significant digits, at most 7 columns: `0B`, `812B`, `12.3KiB`, `1.95GiB`.
pub fn bytes(n: u64) -> String {
    match scale(n) {
        None => format!("{n}B"),
        Some((value, unit)) => {
            let unit = UNITS.get(unit).copied().unwrap_or_default();
            // thresholds where rounding would add a digit
            if value < 9.995 {
                format!("{value:.2}{unit}")
            } else if value < 99.95 {
                format!("{value:.1}{unit}")
            } else {
                format!("{value:.0}{unit}")
            }
        }
    }
}

/// A size in at most 5 columns: `0`, `812B`, `12K`, `1.9G`.
pub fn bytes_short(n: u64) -> String {
    match scale(n) {
        None if n == 0 => "0".to_owned(),
        None => format!("{n}B"),
        Some((value, unit)) => {
            let unit = SHORT_UNITS.get(unit).copied().unwrap_or_default();
            if value < 9.95 {
                format!("{value:.1}{unit}")
            } else {
                format!("{value:.0}{unit}")
            }
        }
    }
}

/// Value and index of its unit; none below 1024.
fn scale(n: u64) -> Option<(f64, usize)> {
    if n < 1024 {
        return None;
    }
    let mut value = n as f64 / 1024.0;
    let mut unit = 0;
    // 1023.5 would be written as 1024
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    Some((value, unit))
}

/// Bytes in a second, at most 7 columns: `0/s`, `812B/s`, `1.2M/s`. Negative and not-a-number count as 0.
pub fn rate(bytes_per_s: f64) -> String {
    // `as` saturates, and NaN becomes 0
    format!("{}/s", bytes_short(bytes_per_s.round() as u64))
}

/// A percentage without its sign, at most 5 columns: `0.3`, `12.4`, `104`, `1250`; one decimal below 100.
///
/// Above 100 is meant: four busy cores are 400. Negative and not-a-number count as 0, more than 99999 as 99999.
pub fn percent(p: f64) -> String {
    let p = if p.is_nan() {
        0.0
    } else {
        p.clamp(0.0, 99_999.0)
    };
    if p < 99.95 {
        format!("{p:.1}")
    } else {
        format!("{p:.0}")
    }
}

/// A number of things in at most 6 columns: `1,234` below 100,000, then `123k`, `1.2M`, `34M`, `1.2G`; rounded down.
pub fn count(n: u64) -> String {
    const STEPS: [(u64, &str); 6] = [
        (1_000_000_000_000_000_000, "E"),
        (1_000_000_000_000_000, "P"),
        (1_000_000_000_000, "T"),
        (1_000_000_000, "G"),
        (1_000_000, "M"),
        (1_000, "k"),
    ];
    if n < 1_000 {
        return n.to_string();
    }
    if n < 100_000 {
        return format!("{},{:03}", n / 1_000, n % 1_000);
    }
    let (step, unit) = STEPS
        .into_iter()
        .find(|(step, _)| n >= *step)
        .unwrap_or((1, ""));
    let (whole, tenth) = (n / step, n % step / (step / 10).max(1));
    if whole < 10 {
        format!("{whole}.{tenth}{unit}")
    } else {
        format!("{whole}{unit}")
    }
}

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

fn words(n: u64, unit: &str) -> String {
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

    const KIB: u64 = 1024;
    const MIB: u64 = KIB * 1024;
    const GIB: u64 = MIB * 1024;

    #[test]
    fn sizes() {
        for (n, long, short) in [
            (0, "0B", "0"),
            (1, "1B", "1B"),
            (1023, "1023B", "1023B"),
            (KIB, "1.00KiB", "1.0K"),
            (12_595, "12.3KiB", "12K"),
            (10_235, "10.0KiB", "10K"),
            (512 * MIB, "512MiB", "512M"),
            (1023 * KIB, "1023KiB", "1023K"),
            (MIB - 1, "1.00MiB", "1.0M"),
            (2_093_796_557, "1.95GiB", "1.9G"),
            (GIB * 1024, "1.00TiB", "1.0T"),
            (u64::MAX, "16.0EiB", "16E"),
        ] {
            assert_eq!(bytes(n), long);
            assert_eq!(bytes_short(n), short);
        }
    }

    #[test]
    fn figures_keep_their_columns() {
        for shift in 0..64 {
            let power = 1u64 << shift;
            for n in [
                power - 1,
                power,
                power + power / 2,
                power.saturating_mul(999) / 1000,
            ] {
                assert!(bytes(n).len() <= 7, "{}", bytes(n));
                assert!(bytes_short(n).len() <= 5, "{}", bytes_short(n));
                assert!(rate(n as f64).len() <= 7);
                assert!(percent(n as f64 / 7.0).len() <= 5);
                assert!(count(n).len() <= 6, "{}", count(n));
                let days = TimeDelta::seconds(i64::try_from(n % (100 * YEAR)).unwrap());
                assert!(duration(days).len() <= 6, "{}", duration(days));
            }
        }
    }

    #[test]
    fn rates_and_percentages() {
        assert_eq!(rate(0.0), "0/s");
        assert_eq!(rate(812.4), "812B/s");
        assert_eq!(rate(1.2 * MIB as f64), "1.2M/s");
        assert_eq!(rate(f64::NAN), "0/s");
        assert_eq!(rate(-5.0), "0/s");
        assert_eq!(rate(f64::INFINITY), "16E/s");
        for (p, text) in [
            (0.0, "0.0"),
            (-0.0, "0.0"),
            (-3.0, "0.0"),
            (0.25, "0.2"),
            (12.44, "12.4"),
            (99.94, "99.9"),
            (99.96, "100"),
            (104.2, "104"),
            (1250.0, "1250"),
            (f64::NAN, "0.0"),
            (f64::INFINITY, "99999"),
        ] {
            assert_eq!(percent(p), text);
        }
    }

    #[test]
    fn counts() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234, "1,234"),
            (99_999, "99,999"),
            (100_000, "100k"),
            (999_999, "999k"),
            (1_299_999, "1.2M"),
            (34_000_000, "34M"),
            (u64::MAX, "18E"),
        ] {
            assert_eq!(count(n), text);
        }
    }

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
