//! The words loggers use for levels.
//!
//! Must not know: where in a line a word stands.

use super::Level;

/// The longest word of the table, in bytes.
const LONGEST: usize = 13;

/// The level a word means, in any case; `None` for any other word.
pub(in crate::text) fn word_level(word: &[u8]) -> Option<Level> {
    if !(3..=LONGEST).contains(&word.len()) {
        return None;
    }
    // Most words of a line are told by their first letter.
    if !matches!(
        word.first()? | 0x20,
        b'a' | b'c' | b'd' | b'e' | b'f' | b'i' | b'l' | b'n' | b'p' | b's' | b't' | b'v' | b'w'
    ) {
        return None;
    }
    let mut lower = [0; LONGEST];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    let level = match lower.get(..word.len())? {
        b"trace" | b"trac" | b"trc" | b"trce" | b"verbose" | b"vrb" | b"finest" | b"finer"
        | b"silly" => Level::Trace,
        b"debug" | b"debu" | b"dbug" | b"dbg" | b"deb" | b"fine" | b"config" | b"debug1"
        | b"debug2" | b"debug3" | b"debug4" | b"debug5" => Level::Debug,
        b"info" | b"inf" | b"information" | b"informational" | b"notice" | b"noti" | b"note"
        | b"log" | b"success" | b"system" => Level::Info,
        b"warn" | b"warning" | b"wrn" => Level::Warn,
        b"error" | b"err" | b"erro" | b"eror" | b"fail" | b"failure" | b"severe" => Level::Error,
        b"fatal" | b"fata" | b"ftl" | b"critical" | b"crit" | b"alert" | b"emerg"
        | b"emergency" | b"panic" | b"pani" | b"pnc" | b"dpanic" => Level::Fatal,
        _ => return None,
    };
    Some(level)
}

/// Words that are levels only where nothing else can stand: everyday words when they are not.
pub(super) fn is_weak(word: &[u8]) -> bool {
    [
        "fine", "finer", "finest", "config", "log", "note", "success", "system", "fail", "failure",
        "silly", "verbose", "deb", "alert",
    ]
    .iter()
    .any(|weak| word.eq_ignore_ascii_case(weak.as_bytes()))
}

/// The level of one letter: klog, Rails, `MongoDB`, Jupyter.
pub(super) fn letter_level(letter: u8) -> Option<Level> {
    match letter {
        b'V' | b'T' => Some(Level::Trace),
        b'D' => Some(Level::Debug),
        b'I' | b'N' => Some(Level::Info),
        b'W' => Some(Level::Warn),
        b'E' => Some(Level::Error),
        b'F' | b'C' => Some(Level::Fatal),
        _ => None,
    }
}

/// A syslog severity, 0 to 7.
pub(super) fn severity(number: u32) -> Option<Level> {
    match number {
        0..=2 => Some(Level::Fatal),
        3 => Some(Level::Error),
        4 => Some(Level::Warn),
        5 | 6 => Some(Level::Info),
        7 => Some(Level::Debug),
        _ => None,
    }
}

/// A level as a number: syslog's 0 to 7, bunyan's and pino's tens, Monolog's hundreds.
pub(super) fn number_level(number: u32) -> Option<Level> {
    match number {
        0..=7 => severity(number),
        10..=69 => Level::from_number(u8::try_from(number / 10).ok()?),
        100 => Some(Level::Debug),
        200..=299 => Some(Level::Info),
        300 => Some(Level::Warn),
        400 => Some(Level::Error),
        500 | 550 | 600 => Some(Level::Fatal),
        _ => None,
    }
}
