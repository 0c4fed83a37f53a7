//! Simulated wall time: the moment the world was made plus what the tokio clock has run since.
//! Must not know what happens at those times.
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Nanoseconds since the Unix epoch, or a length in nanoseconds.
pub type Ns = i64;

/// One second in [`Ns`].
pub const SECOND: Ns = 1_000_000_000;
/// One millisecond in [`Ns`].
pub const MILLI: Ns = 1_000_000;

/// The clock of one world.
#[derive(Debug)]
pub struct Clock {
    origin: Ns,
    since: OnceLock<Instant>,
}

impl Clock {
    /// A clock that stands at the present wall time until [`Clock::run`].
    pub fn new() -> Self {
        let origin = Utc::now().timestamp_nanos_opt().unwrap_or_default();
        Self {
            origin,
            since: OnceLock::new(),
        }
    }

    /// The moment the world was made.
    pub fn origin(&self) -> Ns {
        self.origin
    }

    /// Lets the clock run; needs to be called inside the runtime whose clock counts.
    pub fn run(&self) {
        self.since.get_or_init(Instant::now);
    }

    /// Simulated now.
    pub fn now(&self) -> Ns {
        let run = self
            .since
            .get()
            .map_or(0, |since| since.elapsed().as_nanos());
        self.origin
            .saturating_add(i64::try_from(run).unwrap_or(i64::MAX))
    }
}

/// RFC 3339 with nanoseconds and `Z`, as the engine writes times.
pub fn stamp(at: Ns) -> String {
    date(at).format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string()
}

/// The time `at` as a date.
pub fn date(at: Ns) -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(at)
}

/// Parses `seconds[.fraction]` or RFC 3339 as the query parameters `since` and `until` have them.
pub fn parse_moment(text: &str) -> Option<Ns> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if let Ok(seconds) = whole.parse::<i64>() {
        let digits: String = fraction.chars().take(9).collect();
        let nanos = format!("{digits:0<9}").parse::<i64>().ok()?;
        return seconds.checked_mul(SECOND)?.checked_add(nanos);
    }
    DateTime::parse_from_rfc3339(text)
        .ok()?
        .timestamp_nanos_opt()
}

/// A length of time in the engine's words: `Less than a second`, `3 minutes`, `2 days`.
pub fn human(length: Ns) -> String {
    let seconds = length.max(0) / SECOND;
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match () {
        () if seconds < 1 => "Less than a second".into(),
        () if seconds == 1 => "1 second".into(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".into(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".into(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 14 => format!("{} days", hours / 24),
        () if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_keep_every_nanosecond() {
        assert_eq!(parse_moment("12"), Some(12 * SECOND));
        assert_eq!(parse_moment("12.5"), Some(12 * SECOND + SECOND / 2));
        assert_eq!(parse_moment("12.000000001"), Some(12 * SECOND + 1));
        assert_eq!(parse_moment("1970-01-01T00:00:01Z"), Some(SECOND));
        assert_eq!(parse_moment("soon"), None);
    }

    #[test]
    fn lengths_read_as_the_engine_says_them() {
        assert_eq!(human(SECOND / 2), "Less than a second");
        assert_eq!(human(61 * SECOND), "About a minute");
        assert_eq!(human(5 * 3600 * SECOND), "5 hours");
        assert_eq!(human(3 * 86400 * SECOND), "3 days");
    }
}
