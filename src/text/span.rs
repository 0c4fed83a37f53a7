//! Spans of time for the eye: compact, in words, and as distance from now.
//!
//! Must not know: the clock (callers bring `now`), models.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
const YEAR: u64 = 365 * DAY;

/// Columns that an age has in tables.
const LONGEST: usize = 5;

/// A span of time in at most 6 columns (below 100 years): `45s`, `4m`, `2h13m`, `3d4h`, `5w`, `1y3w`; rounded down, never negative.
pub fn duration(d: TimeDelta) -> String {
    let s = seconds(d);
    match s {
        0..MINUTE => pair(s, say!("s" as "unit"), 0, ""),
        MINUTE..HOUR => pair(s / MINUTE, say!("m" as "unit"), 0, ""),
        HOUR..DAY => {
            let (hours, minutes) = (say!("h" as "unit"), say!("m" as "unit"));
            pair(s / HOUR, hours, s % HOUR / MINUTE, minutes)
        }
        DAY..1_209_600 => {
            let (days, hours) = (say!("d" as "unit"), say!("h" as "unit"));
            pair(s / DAY, days, s % DAY / HOUR, hours)
        }
        1_209_600..YEAR => pair(s / WEEK, say!("w" as "unit"), 0, ""),
        _ => {
            let (years, weeks) = (say!("y" as "unit"), say!("w" as "unit"));
            let whole = pair(s / YEAR, years, s % YEAR / WEEK, weeks);
            // A week has a longer name in other languages, and an age half cut would be another one.
            if whole.len() <= LONGEST {
                whole
            } else {
                pair(s / YEAR, years, 0, "")
            }
        }
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
        0..MINUTE => say_n!(s, "{n} second", "{n} seconds"),
        MINUTE..HOUR => minutes(s / MINUTE),
        HOUR..DAY => joined(hours(s / HOUR), s % HOUR / MINUTE, minutes),
        DAY..1_209_600 => {
            let days = say_n!(s / DAY, "{n} day", "{n} days");
            joined(days, s % DAY / HOUR, hours)
        }
        1_209_600..YEAR => weeks(s / WEEK),
        _ => {
            let years = say_n!(s / YEAR, "{n} year", "{n} years");
            joined(years, s % YEAR / WEEK, weeks)
        }
    }
}

/// `1 line`, `2 lines`: a number with its noun, which takes an s.
pub fn words(n: u64, unit: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {unit}{plural}")
}

fn minutes(n: u64) -> String {
    say_n!(n, "{n} minute", "{n} minutes")
}

fn hours(n: u64) -> String {
    say_n!(n, "{n} hour", "{n} hours")
}

fn weeks(n: u64) -> String {
    say_n!(n, "{n} week", "{n} weeks")
}

fn joined(big: String, small: u64, unit: fn(u64) -> String) -> String {
    match small {
        0 => big,
        small => format!("{big} {}", unit(small)),
    }
}

/// A day without its year, and a time: `3 Mar 10:32`.
pub fn day_and_time(at: DateTime<Utc>) -> String {
    let month = match at.month() {
        1 => say!("Jan"),
        2 => say!("Feb"),
        3 => say!("Mar"),
        4 => say!("Apr"),
        5 => say!("May"),
        6 => say!("Jun"),
        7 => say!("Jul"),
        8 => say!("Aug"),
        9 => say!("Sep"),
        10 => say!("Oct"),
        11 => say!("Nov"),
        _ => say!("Dec"),
    };
    format!("{} {month} {}", at.format("%d"), at.format("%H:%M"))
}

fn seconds(d: TimeDelta) -> u64 {
    u64::try_from(d.num_seconds()).unwrap_or(0)
}

/// How long ago: `just now` below 5 seconds and for clocks that run ahead, then `3m ago`.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let passed = now.signed_duration_since(at);
    if passed < TimeDelta::seconds(5) {
        say!("just now").to_owned()
    } else {
        say!("{span} ago", span = duration(passed))
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
        assert!(duration(TimeDelta::MAX).ends_with('y'));
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
