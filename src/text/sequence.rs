//! The extents of terminal control sequences: where one begun at ESC ends, and whether it is whole.
//!
//! Written from ECMA-48 (5th edition, sections 5.4, 5.6) and ECMA-35 (13.2), with xterm's two additions: BEL ends an
//! OSC, and U+009C in UTF-8 ends any string. No state survives a call, so a record cannot reach into the next one.
//! Must not know: what a sequence means, except which one is SGR.

/// What stands at an ESC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequence<'a> {
    /// `CSI parameters m` without private marker or intermediates; `len` counts from ESC.
    Sgr { len: usize, params: &'a [u8] },
    /// Any other whole sequence of `len` bytes, ESC included.
    Other { len: usize },
    /// Not whole within the record, or broken by a control: hides nothing.
    Broken,
}

/// Measures the sequence at the start of `bytes`, whose first byte is ESC.
///
/// Looks at no byte behind the next ESC, so a caller that goes on behind a broken ESC stays linear.
pub(super) fn sequence(bytes: &[u8]) -> Sequence<'_> {
    match bytes.get(1).copied() {
        Some(b'[') => control_sequence(bytes),
        // OSC, DCS, SOS, PM, APC, and the title string of screen and tmux
        Some(b']') => string(bytes, true),
        Some(b'P' | b'X' | b'^' | b'_' | b'k') => string(bytes, false),
        Some(0x20..=0x2F) => announced(bytes),
        Some(0x30..=0x7E) => Sequence::Other { len: 2 },
        _ => Sequence::Broken,
    }
}

/// `CSI`: parameters 30-3F, intermediates 20-2F, one final byte 40-7E.
fn control_sequence(bytes: &[u8]) -> Sequence<'_> {
    let body = bytes.get(2..).unwrap_or_default();
    let params = run(body, |b| (0x30..=0x3F).contains(&b));
    let rest = body.get(params..).unwrap_or_default();
    let intermediates = run(rest, |b| (0x20..=0x2F).contains(&b));
    let len = 2 + params + intermediates + 1;
    let params = body.get(..params).unwrap_or_default();
    match rest.get(intermediates) {
        Some(b'm') if intermediates == 0 && !params.iter().any(|b| (0x3C..=0x3F).contains(b)) => {
            Sequence::Sgr { len, params }
        }
        Some(0x40..=0x7E) => Sequence::Other { len },
        _ => Sequence::Broken,
    }
}

/// `ESC` with intermediates 20-2F and one final byte 30-7E (character sets and the like).
fn announced(bytes: &[u8]) -> Sequence<'_> {
    let body = bytes.get(1..).unwrap_or_default();
    let intermediates = run(body, |b| (0x20..=0x2F).contains(&b));
    match body.get(intermediates) {
        Some(0x30..=0x7E) => Sequence::Other {
            len: 1 + intermediates + 1,
        },
        _ => Sequence::Broken,
    }
}

/// A string up to its terminator; any control that may not stand in one breaks it.
fn string(bytes: &[u8], bell_ends: bool) -> Sequence<'_> {
    let body = bytes.get(2..).unwrap_or_default();
    let mut at = 0;
    loop {
        at += run(body.get(at..).unwrap_or_default(), |b| {
            b >= 0x20 && b != 0x7F && b != 0xC2
        });
        let next = body.get(at + 1).copied();
        match (body.get(at).copied(), next) {
            (Some(0x1B), Some(b'\\')) | (Some(0xC2), Some(0x9C)) => {
                return Sequence::Other { len: 2 + at + 2 };
            }
            (Some(0x07), _) if bell_ends => return Sequence::Other { len: 2 + at + 1 },
            (Some(0x08..=0x0D | 0x7F | 0xC2), _) => at += 1,
            _ => return Sequence::Broken,
        }
    }
}

fn run(bytes: &[u8], inside: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| inside(**b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn len(bytes: &[u8]) -> Option<usize> {
        match sequence(bytes) {
            Sequence::Sgr { len, .. } | Sequence::Other { len } => Some(len),
            Sequence::Broken => None,
        }
    }

    #[test]
    fn extents() {
        for (bytes, expected) in [
            (&b"\x1b[31mX"[..], Some(5)),
            (b"\x1b[mX", Some(3)),
            (b"\x1b[2 qX", Some(5)),
            (b"\x1b[31", None),
            (b"\x1b[3 1m", None),
            (b"\x1b[", None),
            (b"\x1b", None),
            (b"\x1b\x1b", None),
            (b"\x1b\xc3", None),
            (b"\x1b(0", Some(3)),
            (b"\x1b( ", None),
            (b"\x1bcX", Some(2)),
            (b"\x1b]0;t\x07X", Some(6)),
            (b"\x1b]0;t\x1b\\X", Some(7)),
            (b"\x1b]0;t\xc2\x9cX", Some(7)),
            (b"\x1b]0;\xc2\xa9\x07", Some(7)),
            (b"\x1b]0;t\x18X\x07", None),
            (b"\x1b]0;t\xc2", None),
            (b"\x1bPq\x07\x1b\\", None),
            (b"\x1bPq\n\x1b\\", Some(6)),
            (b"\x1b_a\x1b\\", Some(5)),
            (b"\x1bk\x1b\\", Some(4)),
        ] {
            assert_eq!(len(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn only_plain_m_is_style() {
        let style = |bytes| matches!(sequence(bytes), Sequence::Sgr { .. });
        assert!(style(b"\x1b[1;31m"));
        assert!(style(b"\x1b[4:3m"));
        assert!(!style(b"\x1b[>4;2m"));
        assert!(!style(b"\x1b[?4m"));
        assert!(!style(b"\x1b[1 m"));
    }
}
