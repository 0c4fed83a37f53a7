//! Stamps of log lines to times. Lines that come together were written in the same second: what comes before the fraction
//! is read once for all of them. Knows no line.
use chrono::{DateTime, Utc};

/// Bytes before the fraction: `2026-11-22T12:26:35`.
const SECOND: usize = 19;

/// Reads stamps; remembers the last second.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    text: [u8; SECOND],
    /// Of that text, since 1970.
    second: Option<i64>,
}

impl Stamps {
    /// RFC 3339 with any fraction and offset. `None`: it is no stamp.
    pub(super) fn read(&mut self, stamp: &[u8]) -> Option<DateTime<Utc>> {
        let parts = stamp.split_first_chunk::<SECOND>();
        if let Some((text, rest)) = parts
            && let Some(second) = self.second.filter(|_| self.text == *text)
            && let Some(nanos) = fraction(rest)
        {
            return DateTime::from_timestamp(second, nanos);
        }
        let text = std::str::from_utf8(stamp).ok()?;
        let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        if let Some((text, b"Z" | [b'.', ..])) = parts
            && stamp.ends_with(b"Z")
            && at.timestamp_subsec_nanos() < 1_000_000_000
        {
            (self.text, self.second) = (*text, Some(at.timestamp()));
        }
        Some(at)
    }
}

/// Nanoseconds of `.501277165Z` or `Z`; `None` for anything else.
fn fraction(rest: &[u8]) -> Option<u32> {
    let rest = rest.strip_suffix(b"Z")?;
    if rest.is_empty() {
        return Some(0);
    }
    let digits = rest
        .strip_prefix(b".")
        .filter(|d| (1..=9).contains(&d.len()))?;
    let number = digits.iter().try_fold(0, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + u32::from(digit - b'0'))
    });
    Some(number? * 10_u32.pow(9 - digits.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_seen_before_is_read_as_any_other() {
        let mut stamps = Stamps::default();
        for stamp in [
            "2026-11-22T12:26:35.501277165Z",
            "2026-11-22T12:26:35.501277166Z",
            "2026-11-22T12:26:35Z",
            "2026-11-22T12:26:35.5Z",
            "2026-11-22T12:26:35.000000001Z",
            "2026-11-22T12:26:35+01:00",
            "2026-11-22T12:26:35.5+01:00",
            "2026-11-22T12:26:35.Z",
            "2026-11-22T12:26:35.0123456789Z",
            "2026-11-22T12:26:35.5x1Z",
            "2026-11-22T12:26:35",
            "2026-11-22T12:26:36Z",
            "2026-12-31T23:59:60.25Z",
            "2026-12-31T23:59:60.5Z",
            "1969-12-31T23:59:59.5Z",
            "1969-12-31T23:59:59.25Z",
            "",
            "none",
        ] {
            let alone = DateTime::parse_from_rfc3339(stamp).ok();
            assert_eq!(
                stamps.read(stamp.as_bytes()),
                alone.map(|at| at.to_utc()),
                "{stamp}"
            );
        }
    }
}
