//! Values as they are drawn: JSON's escapes undone, and the outcome made safe.
//!
//! Must not know: which field a value belongs to.

use crate::text::sanitise::sanitise_ident;

/// A field's name on one line.
pub(super) fn name(raw: &[u8]) -> String {
    unescaped(raw).replace('\n', "↵")
}

/// A value that has no escapes: numbers, lists, bare words.
pub(super) fn plain(raw: &[u8]) -> String {
    safe(raw)
}

/// Quoted text with its escapes undone; a broken escape stays as it stands.
pub(super) fn unescaped(raw: &[u8]) -> String {
    if !raw.contains(&b'\\') {
        return safe(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        text.extend_from_slice(before);
        let taken = escaped(escape, &mut text);
        rest = escape.get(taken..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
    safe(&text)
}

/// Writes what the escape at the start of `text` stands for; says how many bytes it took, at least one.
fn escaped(text: &[u8], to: &mut Vec<u8>) -> usize {
    let one = match text.get(1) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 0x08,
        Some(b'f') => 0x0C,
        Some(quoted @ (b'"' | b'\\' | b'/')) => *quoted,
        Some(b'u') => {
            if let Some((c, taken)) = unicode(text) {
                to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return taken;
            }
            to.push(b'\\');
            return 1;
        }
        _ => {
            to.push(b'\\');
            return 1;
        }
    };
    to.push(one);
    2
}

/// `\u00e9`, or two of them for a character beyond 16 bits; half of such a pair is U+FFFD.
fn unicode(text: &[u8]) -> Option<(char, usize)> {
    let high = hex(text)?;
    if let Some(c) = char::from_u32(high) {
        return Some((c, 6));
    }
    let low = text.get(6..).and_then(hex);
    match (high, low) {
        (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
            let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            Some((char::from_u32(code)?, 12))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

/// The number in `\uXXXX`.
fn hex(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |n: u32, b| {
        char::from(*b).to_digit(16).map(|digit| n * 16 + digit)
    })
}

/// Lines made safe one by one, and a final newline dropped.
fn safe(text: &[u8]) -> String {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let lines: Vec<String> = text.split(|b| *b == b'\n').map(sanitise_ident).collect();
    lines.join("\n")
}
