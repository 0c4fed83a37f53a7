//! One key press with its modifiers: parse, compare, show.
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key press. Shift is part of a character (`K`), a flag only for the other keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

/// A key's name that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", not_a_key(.0))]
pub struct ChordError(pub String);

fn not_a_key(word: &str) -> String {
    say!(
        "`{word}` is not a key: write a character, or ctrl-x, alt-x, enter, esc, tab, space, up, f5 …",
        word
    )
}

const NAMES: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("space", Code::Char(' ')),
];

impl Chord {
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    pub const fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
            alt: false,
            shift: false,
        }
    }

    /// The character this types into a text field, if it does.
    pub fn typed(&self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt && !c.is_control() => Some(c),
            _ => None,
        }
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || ChordError(text.to_owned());
        let mut chord = Self::plain(Code::Esc);
        let mut rest = text.trim();
        loop {
            let lower = rest.to_ascii_lowercase();
            let (flag, len) = if lower.starts_with("ctrl-") && rest.len() > 5 {
                (&mut chord.ctrl, 5)
            } else if lower.starts_with("alt-") && rest.len() > 4 {
                (&mut chord.alt, 4)
            } else if lower.starts_with("shift-") && rest.len() > 6 {
                (&mut chord.shift, 6)
            } else {
                break;
            };
            *flag = true;
            rest = rest.get(len..).ok_or_else(fail)?;
        }
        let mut chars = rest.chars();
        chord.code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() => Code::Char(c),
            _ => named(rest).ok_or_else(fail)?,
        };
        if let Code::Char(c) = chord.code {
            if chord.shift {
                chord.code = Code::Char(c.to_ascii_uppercase());
                chord.shift = false;
            }
            if chord.ctrl {
                chord.code = Code::Char(c.to_ascii_lowercase());
            }
        }
        Ok(chord)
    }
}

fn named(text: &str) -> Option<Code> {
    let lower = text.to_ascii_lowercase();
    if let Some(n) = lower.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()) {
        return (1..=24).contains(&n).then_some(Code::F(n));
    }
    NAMES
        .iter()
        .find(|(name, _)| *name == lower)
        .map(|(_, code)| *code)
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, word) in [
            (self.ctrl, "Ctrl-"),
            (self.alt, "Alt-"),
            (self.shift, "Shift-"),
        ] {
            if on {
                f.write_str(word)?;
            }
        }
        match self.code {
            Code::Char(' ') => f.write_str("Space"),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            Code::Up => f.write_str("↑"),
            Code::Down => f.write_str("↓"),
            Code::Left => f.write_str("←"),
            Code::Right => f.write_str("→"),
            Code::PageUp => f.write_str("PgUp"),
            Code::PageDown => f.write_str("PgDn"),
            other => {
                let name = NAMES
                    .iter()
                    .find(|(_, code)| *code == other)
                    .map_or("?", |(name, _)| *name);
                let mut chars = name.chars();
                let first = chars.next().unwrap_or('?').to_ascii_uppercase();
                write!(f, "{first}{}", chars.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_presses_agree() {
        for (text, shown) in [
            ("ctrl-d", "Ctrl-d"),
            ("K", "K"),
            ("shift-tab", "Shift-Tab"),
            ("space", "Space"),
            ("f8", "F8"),
            ("-", "-"),
            ("ctrl--", "Ctrl--"),
            ("pgdn", "PgDn"),
            ("shift-k", "K"),
        ] {
            assert_eq!(text.parse::<Chord>().unwrap().to_string(), shown, "{text}");
        }
        for bad in ["", "ctrl-", "wat", "f99", "\u{1b}"] {
            assert!(bad.parse::<Chord>().is_err(), "{bad:?}");
        }
    }
}
