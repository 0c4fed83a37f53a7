//! Levels as marks at fixed places: syslog's `<3>`, Redis's `#`, klog's `E0102`, single letters.
//!
//! Must not know: words; those are `words.rs` and `header.rs`.

use super::Level;
use super::words::{letter_level, severity};

/// `<PRI>` at the line's start: the lower three bits are the severity.
pub(super) fn syslog(line: &[u8]) -> Option<Level> {
    let inner = line.strip_prefix(b"<")?;
    let end = inner.iter().take(4).position(|b| *b == b'>')?;
    let priority = number(inner.get(..end)?)?;
    (priority <= 191).then(|| severity(priority & 7))?
}

/// `1:M 02 Jan 2024 10:00:00.123 * text`.
pub(super) fn redis(line: &[u8]) -> Option<Level> {
    let colon = line.iter().take(12).position(|b| *b == b':')?;
    let (pid, rest) = line.split_at_checked(colon)?;
    number(pid)?;
    let [b':', b'M' | b'S' | b'C' | b'X', b' ', date @ ..] = rest else {
        return None;
    };
    let mut parts = date.get(..64).unwrap_or(date).split(|b| *b == b' ').skip(3);
    if !parts.next()?.contains(&b':') {
        return None;
    }
    match parts.next()? {
        b"." | b"-" => Some(Level::Debug),
        b"*" => Some(Level::Info),
        b"#" => Some(Level::Warn),
        _ => None,
    }
}

/// `E0102 10:00:00` (klog, glog), `E240102 10:00:00` (CockroachDB): the word, and what follows it.
pub(super) fn klog(word: &[u8], rest: &[u8]) -> Option<Level> {
    let (letter, digits) = word.split_first()?;
    let dated = matches!(digits.len(), 4 | 6) && digits.iter().all(u8::is_ascii_digit);
    if !dated || !matches!(letter, b'I' | b'W' | b'E' | b'F') {
        return None;
    }
    matches!(rest, [b' ', b'0'..=b'9', ..]).then(|| letter_level(*letter))?
}

/// One letter that opens a line: `E, [2024-…` (Ruby), `W: ` (apt).
pub(super) fn opening_letter(letter: u8, rest: &[u8]) -> Option<Level> {
    let ruby = rest.starts_with(b", [") && letter != b'C';
    let apt = rest.starts_with(b": ") && matches!(letter, b'W' | b'E');
    (ruby || apt).then(|| letter_level(letter))?
}

/// One letter right behind an opening bracket: `[E]`, `[W 10:00:00 app]`.
pub(super) fn bracket_letter(letter: u8, rest: &[u8]) -> Option<Level> {
    let alone = matches!(rest, [b']' | b')', ..] | [b' ', b'0'..=b'9', ..]);
    let known = matches!(letter, b'D' | b'I' | b'W' | b'E' | b'F' | b'C');
    (alone && known).then(|| letter_level(letter))?
}

/// One letter behind a time: `I NETWORK  [conn1]` (`MongoDB` before 4.4), `E | etcdserver`.
pub(super) fn dated_letter(letter: u8, rest: &[u8]) -> Option<Level> {
    if !matches!(letter, b'D' | b'I' | b'W' | b'E' | b'F' | b'N' | b'C') {
        return None;
    }
    let rest = rest.strip_prefix(b" ")?;
    let upper = rest
        .iter()
        .take(16)
        .take_while(|b| b.is_ascii_uppercase())
        .count();
    let component = upper >= 3 && rest.get(upper) == Some(&b' ');
    let marked = matches!(rest, [b'|' | b'-', b' ', ..]);
    (component || marked).then(|| letter_level(letter))?
}

/// A number of at most 9 digits.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    if !(1..=9).contains(&digits.len()) {
        return None;
    }
    digits.iter().try_fold(0, |n: u32, b| {
        b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
    })
}
