//! A line's bytes as patterns see them: without colours. Knows no pattern.
use std::borrow::Cow;
use std::ops::Range;

use crate::text::sanitise;

/// The bytes without SGR sequences and without one CR at the end; a line with other sequences becomes the text that is
/// shown of it. A line without either is borrowed.
pub(super) fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0x1b, line).is_none() {
        return Cow::Borrowed(line.strip_suffix(b"\r").unwrap_or(line));
    }
    let mut out = Vec::with_capacity(line.len());
    undress(line, &mut out);
    Cow::Owned(out)
}

/// The same, added to `out`.
pub(super) fn undress(line: &[u8], out: &mut Vec<u8>) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let begin = out.len();
    let mut rest = line;
    while let Some(escape) = memchr::memchr(0x1b, rest) {
        let Some(end) = sgr_end(&rest[escape..]) else {
            out.truncate(begin);
            out.extend_from_slice(sanitise(line).text.as_bytes());
            return;
        };
        out.extend_from_slice(&rest[..escape]);
        rest = &rest[escape + end..];
    }
    out.extend_from_slice(rest);
}

/// The lines with an ESC or a CR in a text of lines, each with its newline: those that are shown otherwise than they came.
pub(super) fn dressed_lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mark = at + memchr::memchr2(0x1b, b'\r', text.get(at..)?)?;
        let line = line_start(text, mark)..line_end(text, mark);
        at = line.end + 1;
        Some(line)
    })
}

pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1)
}

pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline)
}

/// The length of the colour sequence at the start; `None` when it is another.
pub(super) fn sgr_end(bytes: &[u8]) -> Option<usize> {
    let parameters = bytes.strip_prefix(b"\x1b[")?;
    let end = parameters
        .iter()
        .position(|b| !matches!(b, b'0'..=b'9' | b';' | b':'))?;
    (parameters.get(end) == Some(&b'm')).then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_the_rest_is_as_shown() {
        for (line, seen) in [
            (&b"plain\ttab"[..], &b"plain\ttab"[..]),
            (b"\x1b[31mERR\x1b[0mOR", b"ERROR"),
            (b"\x1b[38;5;1ma\x1b[mb\r", b"ab"),
            (b"50%\r60%\r", b"50%\r60%"),
            (b"a\x1b]0;title\x07b", b"ab"),
            (b"cut \x1b[3", b"cut ^[[3"),
            (b"", b""),
        ] {
            assert_eq!(plain(line), seen, "{}", line.escape_ascii());
        }
    }
}
