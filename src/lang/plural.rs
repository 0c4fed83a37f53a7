//! Which form of a word goes with a number. A language's file names its rule as gettext writes it; these are the rules
//! known, enough for the languages of Europe and East Asia. Used by the build, too: uses nothing of the crate.

/// A rule as gettext writes it, the number of its forms, and the form for a number.
pub type Rule = (&'static str, usize, fn(u64) -> usize);

/// Whether the last digits are those of "a few" in Slavic languages.
const fn few(n: u64) -> bool {
    matches!(n % 10, 2..=4) && !matches!(n % 100, 12..=14)
}

pub const RULES: &[Rule] = &[
    ("0", 1, |_| 0),
    ("n != 1", 2, |n| usize::from(n != 1)),
    ("n > 1", 2, |n| usize::from(n > 1)),
    ("n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2", 3, |n| match n {
        1 => 0,
        2..=4 => 1,
        _ => 2,
    }),
    (
        "n == 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2",
        3,
        |n| match n {
            1 => 0,
            n if few(n) => 1,
            _ => 2,
        },
    ),
    (
        "n % 10 == 1 && n % 100 != 11 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2",
        3,
        |n| match n {
            n if n % 10 == 1 && n % 100 != 11 => 0,
            n if few(n) => 1,
            _ => 2,
        },
    ),
];
