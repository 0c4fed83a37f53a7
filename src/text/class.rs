//! What one non-ASCII character may do to a terminal: the table behind the sanitiser's rules 4 to 6.
//!
//! Sources: Unicode 16 `DerivedCoreProperties.txt` (`Default_Ignorable_Code_Point`), `PropList.txt`
//! (`Bidi_Control`), UAX 29 (`Prepend`). Must not know: escape sequences, styles, records.

use unicode_width::UnicodeWidthChar;

/// Longest grapheme, in bytes of UTF-8, that may stand in one cell.
///
/// 32 holds the longest recommended emoji sequence without its variation selectors
/// (two persons, two skin tones, a kiss between them: exactly 32 bytes).
pub(super) const SYMBOL_CAP: usize = 32;

/// The part a character plays in a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Takes at least one column and stands for itself.
    Plain,
    /// Takes no column: belongs to the base before it.
    Mark,
    /// Takes a column and joins with what follows (UAX 29 `Prepend`).
    Prepend,
    /// U+200C or U+200D: orthography between letters, invisible elsewhere.
    Joiner,
    /// U+FE0E or U+FE0F: changes the width of its base in some terminals only.
    Selector,
    /// Control, direction override or invisible: must be written out as `<U+XXXX>`.
    Hidden,
}

/// Classes any character; C0, DEL and C1 are `Hidden`.
pub(super) fn class(c: char) -> Class {
    let n = c as u32;
    match n {
        // the everyday ones before any table walk
        0x20..=0x7E | 0xA0 | 0xAC00..=0xD7A3 => Class::Plain,
        0x300..=0x34E | 0x350..=0x36F => Class::Mark,
        0x200C | 0x200D => Class::Joiner,
        0xFE0E | 0xFE0F => Class::Selector,
        _ if is_simple(c) => Class::Plain,
        _ if is_hidden(n) => Class::Hidden,
        _ => match (char_columns(c), is_prepend(n)) {
            (0, false) => Class::Mark,
            // joins with what follows and takes no column: lost where nothing follows
            (0, true) => Class::Hidden,
            (_, false) => Class::Plain,
            (_, true) => Class::Prepend,
        },
    }
}

/// Whether `c` is `Plain` and surely starts a grapheme when no `Prepend` or joiner stands before it.
///
/// Only a shortcut for frequent scripts, symbols and emoji: `false` means "ask the tables".
pub(super) fn is_simple(c: char) -> bool {
    let n = c as u32;
    if n < 0x3000 {
        return matches!(n,
            0x20..=0x7E | 0xA1..=0xAC | 0xAE..=0x2FF | 0x391..=0x3FF | 0x400..=0x482 | 0x48A..=0x52F
            | 0x5D0..=0x5EA | 0x620..=0x64A | 0x1E00..=0x1EFF | 0x2010..=0x2027 | 0x2030..=0x205E
            | 0x20A0..=0x20BF | 0x2100..=0x2BFF | 0x2E80..=0x2E99);
    }
    matches!(n,
        0x3000..=0x3029 | 0x3041..=0x3096 | 0x309B..=0x30FF | 0x3400..=0xA48C | 0xE000..=0xF8FF
        | 0xF900..=0xFAFF | 0xFF01..=0xFF9D | 0x1F300..=0x1F3FA | 0x1F400..=0x1FAFF | 0x20000..=0x2FFFD)
}

/// Columns one character takes alone: 0 to 2; controls take none.
///
/// The half-width voiced sound marks take a cell in terminals although they extend graphemes; versions of
/// unicode-width differ over them.
pub(super) fn char_columns(c: char) -> usize {
    match c {
        '\u{FF9E}' | '\u{FF9F}' => 1,
        _ => c.width().unwrap_or(0),
    }
}

fn is_hidden(n: u32) -> bool {
    matches!(n,
        0x00..=0x1F | 0x7F..=0x9F | 0xAD | 0x034F | 0x061C
        | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
        | 0x3164 | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
        | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        // the last two code points of every plane are noncharacters
        || n & 0xFFFE == 0xFFFE
}

fn is_prepend(n: u32) -> bool {
    matches!(n,
        0x0600..=0x0605 | 0x06DD | 0x070F | 0x0890 | 0x0891 | 0x08E2 | 0x0D4E
        | 0x110BD | 0x110CD | 0x111C2 | 0x111C3 | 0x113D1 | 0x1193F | 0x11941
        | 0x11A3A | 0x11A84..=0x11A89 | 0x11D46 | 0x11F02)
}

/// Whether a mark joins any base, so that it can never stand alone; `false` means "ask the segmentation tables".
///
/// Those that do not: Hangul vowels and finals, which want a syllable before them, and unassigned code points.
pub(super) fn joins_any_base(mark: char) -> bool {
    matches!(mark as u32,
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5C7 | 0x610..=0x61A | 0x64B..=0x670
        | 0x6D6..=0x6ED | 0x900..=0xB4D | 0xB82..=0xFFF | 0x1000..=0x109F | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20F0 | 0x302A..=0x302F | 0x3099 | 0x309A | 0xFE20..=0xFE2F)
}

/// Whether a joiner may stay beside `c`: visible, not ASCII, and not the sign for a broken byte.
pub(super) fn is_joinable(c: char) -> bool {
    !c.is_ascii() && c != char::REPLACEMENT_CHARACTER && class(c) == Class::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_witness() {
        for (c, expected) in [
            ('a', Class::Plain),
            ('é', Class::Plain),
            ('漢', Class::Plain),
            ('👩', Class::Plain),
            ('\u{FFFD}', Class::Plain),
            ('\u{301}', Class::Mark),
            ('\u{600}', Class::Prepend),
            ('\u{200D}', Class::Joiner),
            ('\u{FE0F}', Class::Selector),
            ('\u{202E}', Class::Hidden),
            ('\u{9B}', Class::Hidden),
            ('\u{7F}', Class::Hidden),
            ('\u{E0041}', Class::Hidden),
            ('\u{1FFFE}', Class::Hidden),
            ('\u{FEFF}', Class::Hidden),
        ] {
            assert_eq!(class(c), expected, "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn nothing_visible_takes_no_column() {
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            match class(c) {
                Class::Plain => assert!(char_columns(c) > 0, "U+{:04X}", c as u32),
                Class::Mark => assert_eq!(char_columns(c), 0, "U+{:04X}", c as u32),
                _ => {}
            }
        }
    }

    #[test]
    fn simple_characters_are_plain_and_start_graphemes() {
        use unicode_segmentation::UnicodeSegmentation as _;
        for c in (0x20..=0x0010_FFFF).filter_map(char::from_u32) {
            if !is_simple(c) {
                continue;
            }
            assert!(char_columns(c) > 0 && !is_hidden(c as u32) && !is_prepend(c as u32));
            for before in [
                "x",
                "漢",
                "🚀",
                "\u{1100}",
                "ก\u{E31}",
                "क\u{94D}",
                "\u{1F1E6}",
            ] {
                let text = format!("{before}{c}");
                let last = text.grapheme_indices(true).next_back().map(|(at, _)| at);
                assert_eq!(last, Some(before.len()), "U+{:04X}", c as u32);
            }
        }
    }

    #[test]
    fn sure_marks_join() {
        use unicode_segmentation::UnicodeSegmentation as _;
        for c in (0x80..=0x0010_FFFF).filter_map(char::from_u32) {
            if class(c) == Class::Mark && joins_any_base(c) {
                assert_eq!(
                    format!("x{c}").graphemes(true).count(),
                    1,
                    "U+{:04X}",
                    c as u32
                );
            }
        }
    }

    #[test]
    fn no_prepend_is_missing() {
        use unicode_segmentation::UnicodeSegmentation as _;
        for c in (0x80..=0x0010_FFFF).filter_map(char::from_u32) {
            if matches!(class(c), Class::Plain | Class::Mark) {
                assert_eq!(
                    format!("{c}x").graphemes(true).count(),
                    2,
                    "U+{:04X}",
                    c as u32
                );
            }
        }
    }
}
