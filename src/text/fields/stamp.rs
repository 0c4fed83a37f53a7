//! Times as loggers write them: RFC 3339, and numbers since 1970 in seconds or parts of it.
//!
//! Must not know: local time; a time without a zone is not read.

use chrono::{DateTime, Utc};

/// The moment a value stands for; `None` when it is none or lacks its zone.
pub(super) fn read(raw: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(raw).ok().filter(|t| t.len() <= 40)?;
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return since_1970(text);
    }
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .map(|at| at.to_utc())
        .ok()
}

/// Seconds, milliseconds, microseconds or nanoseconds, told by their size: from 1973 to 2262.
fn since_1970(text: &str) -> Option<DateTime<Utc>> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok().filter(|n| *n >= 100_000_000)?;
    let digits = |digits: usize| -> Option<i64> {
        let padded = format!("{part:0<9}");
        padded.get(..digits)?.parse().ok()
    };
    let (unit, rest) = match whole.len() {
        ..=11 => (1_000_000_000, digits(9)?),
        12..=14 => (1_000_000, digits(6)?),
        15..=17 => (1_000, digits(3)?),
        _ => (1, 0),
    };
    let nanos = number.checked_mul(unit)?.checked_add(rest)?;
    Some(DateTime::from_timestamp_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_what_is_none() {
        for (text, expected) in [
            ("2024-01-02T10:00:00Z", "2024-01-02T10:00:00Z"),
            ("2024-01-02T10:00:00.5+01:00", "2024-01-02T09:00:00.500Z"),
            ("2024-01-02T10:00:00.000+0000", "2024-01-02T10:00:00Z"),
            ("1704189600", "2024-01-02T10:00:00Z"),
            ("1704189600.123456", "2024-01-02T10:00:00.123456Z"),
            ("1704189600123", "2024-01-02T10:00:00.123Z"),
            ("1704189600123456", "2024-01-02T10:00:00.123456Z"),
            ("1704189600123456789", "2024-01-02T10:00:00.123456789Z"),
        ] {
            let at = read(text.as_bytes())
                .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
            assert_eq!(at.as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "12",
            "now",
            "2024-01-02 10:00:00",
            ".",
            "1.2.3",
            "99999999999999999999",
            "1704189600.x",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
