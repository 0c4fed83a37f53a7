//! Figures for the eye: sizes, rates, percentages and counts in few columns.
//!
//! Widths are bounded and steady, so that a table of live figures does not dance.
//! Must not know: models.

use std::fmt;

use crate::lang;

const UNITS: [&str; 6] = [
    key!("KiB" as "unit"),
    key!("MiB" as "unit"),
    key!("GiB" as "unit"),
    key!("TiB" as "unit"),
    key!("PiB" as "unit"),
    key!("EiB" as "unit"),
];
const SHORT_UNITS: [&str; 6] = ["K", "M", "G", "T", "P", "E"];

/// A size in binary units with three significant digits, at most 7 columns: `0B`, `812B`, `12.3KiB`, `1.95GiB`.
pub fn bytes(n: u64) -> String {
    match scale(n) {
        None => format!("{n}{}", say!("B" as "unit")),
        Some((value, unit)) => {
            let unit = lang::say_as(UNITS.get(unit).copied().unwrap_or_default(), "unit");
            // thresholds where rounding would add a digit
            if value < 9.995 {
                format!("{}{unit}", decimal(value, 2))
            } else if value < 99.95 {
                format!("{}{unit}", decimal(value, 1))
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
        None => format!("{n}{}", say!("B" as "unit")),
        Some((value, unit)) => {
            let unit = SHORT_UNITS.get(unit).copied().unwrap_or_default();
            if value < 9.95 {
                format!("{}{unit}", decimal(value, 1))
            } else {
                format!("{value:.0}{unit}")
            }
        }
    }
}

/// A number with so many decimals, as the language writes it.
pub fn decimal(value: f64, decimals: usize) -> impl fmt::Display {
    Decimal { value, decimals }
}

struct Decimal {
    value: f64,
    decimals: usize,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, decimals } = *self;
        match say!("." as "decimal point") {
            "." => write!(f, "{value:.decimals$}"),
            point => f.write_str(&format!("{value:.decimals$}").replace('.', point)),
        }
    }
}

/// Value, below 1023.5 but in the last unit, and index of its unit; none below 1024 bytes.
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
    // NaN and the negative zero fail the comparison
    let p = if p > 0.0 { p.min(99_999.0) } else { 0.0 };
    if p < 99.95 {
        decimal(p, 1).to_string()
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
        return format!("{}{}{:03}", n / 1_000, say!("," as "thousands"), n % 1_000);
    }
    let (step, unit) = STEPS
        .into_iter()
        .find(|(step, _)| n >= *step)
        .unwrap_or((1, ""));
    let (whole, tenth) = (n / step, n % step / (step / 10).max(1));
    if whole < 10 {
        format!("{whole}{}{tenth}{unit}", say!("." as "decimal point"))
    } else {
        format!("{whole}{unit}")
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
            (10_188, "9.95KiB", "9.9K"),
            (10_189, "9.95KiB", "10K"),
            (MIB - 1, "1.00MiB", "1.0M"),
            (2_088_763_392, "1.95GiB", "1.9G"),
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
}
