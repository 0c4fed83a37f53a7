//! Times as a person types them: a span back from now, a time of day, a date, or an exact time.
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};

/// What is accepted, for errors.
pub const FORMS: &str = key!("10m, 2h, 3d, today, 10:32, 2026-11-22 or 2026-11-22T10:32:00+01:00");

/// The time meant by `text`, seen from `now` and in its time zone. A time of day that is still to come is yesterday's.
pub fn parse(text: &str, now: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    let text = text.trim();
    if text == "today" {
        return at(now.date_naive().and_time(NaiveTime::MIN), now);
    }
    if text == "yesterday" {
        let day = now.date_naive().pred_opt()?;
        return at(day.and_time(NaiveTime::MIN), now);
    }
    if let Some(span) = span(text.strip_prefix('-').unwrap_or(text)) {
        return now.checked_sub_signed(span);
    }
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return Some(exact);
    }
    for form in ["%H:%M", "%H:%M:%S"] {
        if let Ok(time) = NaiveTime::parse_from_str(text, form) {
            let today = at(now.date_naive().and_time(time), now)?;
            return if today > now {
                today.checked_sub_signed(TimeDelta::days(1))
            } else {
                Some(today)
            };
        }
    }
    for form in [
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S%.f",
    ] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, form) {
            return at(time, now);
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    at(day.and_time(NaiveTime::MIN), now)
}

fn at(time: NaiveDateTime, now: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    now.offset().from_local_datetime(&time).single()
}

/// `1h30m`, `45s`, `2d`, `1w`.
fn span(text: &str) -> Option<TimeDelta> {
    let mut total = TimeDelta::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let number: i64 = number.parse().ok()?;
        let unit = tail.chars().next()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let part = TimeDelta::try_seconds(number.checked_mul(seconds)?)?;
        total = total.checked_add(&part)?;
        rest = tail.get(1..)?;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_type_them() {
        let now = DateTime::parse_from_rfc3339("2026-11-22T13:00:00+01:00").unwrap();
        let parsed = |text: &str| parse(text, now).map(|time| time.to_rfc3339());
        for (text, want) in [
            ("10m", "2026-11-22T12:50:00+01:00"),
            ("-1h30m", "2026-11-22T11:30:00+01:00"),
            ("2d", "2026-11-20T13:00:00+01:00"),
            ("today", "2026-11-22T00:00:00+01:00"),
            ("yesterday", "2026-11-21T00:00:00+01:00"),
            ("10:32", "2026-11-22T10:32:00+01:00"),
            ("23:15", "2026-11-21T23:15:00+01:00"),
            ("2026-11-01", "2026-11-01T00:00:00+01:00"),
            ("2026-11-01 08:15", "2026-11-01T08:15:00+01:00"),
            ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00+00:00"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(want), "{text}");
        }
        for odd in [
            "",
            "soon",
            "10",
            "5x",
            "99999999999999999h",
            "2026-13-01",
            "25:00",
            "5é",
        ] {
            assert_eq!(parsed(odd), None, "{odd}");
        }
    }
}
