//! The clipboard sequence: what a terminal must be told to copy text.
//!
//! Source: xterm's control sequences, OSC 52. The only escape sequence this level makes; the caller writes it, and only
//! on a key press. Must not know: the terminal, settings, where the text came from (it must be sanitised already).

use std::fmt;

/// Most bytes of text in one sequence: with its frame exactly the 100,000 bytes that terminals accept.
pub const OSC52_CAP: usize = 74_994;

/// The text is too long for a terminal's clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// Bytes of the text that was refused.
    pub len: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&say!(
            "{n} bytes are too much for a terminal's clipboard (at most {most})",
            n = self.len,
            most = OSC52_CAP
        ))
    }
}

impl std::error::Error for TooLarge {}

/// `OSC 52 ; c ; base64 BEL`, which sets the clipboard to `text`.
pub fn osc52(text: &str) -> Result<String, TooLarge> {
    if text.len() > OSC52_CAP {
        return Err(TooLarge { len: text.len() });
    }
    let mut sequence = String::with_capacity(8 + text.len().div_ceil(3) * 4);
    sequence.push_str("\x1b]52;c;");
    base64(text.as_bytes(), &mut sequence);
    sequence.push('\x07');
    Ok(sequence)
}

/// RFC 4648 section 4, padded. This level has no base64 crate, and needs no more than this.
fn base64(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        let mut digits = group.iter().chain(&[0, 0]);
        let word = (0..3).fold(0u32, |word, _| {
            word << 8 | digits.next().copied().map_or(0, u32::from)
        });
        for place in 0..4 {
            if place <= group.len() {
                out.push(digit(word >> (18 - 6 * place)));
            } else {
                out.push('=');
            }
        }
    }
}

fn digit(value: u32) -> char {
    let value = (value & 0x3F) as u8;
    char::from(match value {
        0..=25 => b'A' + value,
        26..=51 => b'a' + (value - 26),
        52..=61 => b'0' + (value - 52),
        62 => b'+',
        _ => b'/',
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4648_vectors() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("ÿ~?>", "w79+Pz4="),
        ] {
            assert_eq!(osc52(text), Ok(format!("\x1b]52;c;{encoded}\x07")));
        }
    }

    #[test]
    fn the_limit_is_exact() {
        let longest = "a".repeat(OSC52_CAP);
        assert_eq!(osc52(&longest).map(|s| s.len()), Ok(100_000));
        let refused = osc52(&format!("{longest}a"));
        assert_eq!(refused, Err(TooLarge { len: OSC52_CAP + 1 }));
        assert!(TooLarge { len: 80_000 }.to_string().contains("80000"));
    }
}
