//! ASCII in one place: the program's own signs become plain characters after the frame is drawn.
//! Knows the signs, not what they mean; what others wrote in other scripts stays.
use ratatui::buffer::Buffer;

use crate::lang::{self, Lang};

/// Our signs and what stands for each where only ASCII can be shown.
const SIGNS: &[(&str, &str)] = &[
    ("●", "*"),
    ("‖", "="),
    ("○", "-"),
    ("✖", "!"),
    ("◐", "~"),
    ("◌", "."),
    ("◆", "#"),
    ("▌", ">"),
    ("▸", "+"),
    ("▾", "-"),
    ("…", "~"),
    ("↑", "^"),
    ("↓", "v"),
    ("←", "<"),
    ("→", ">"),
    ("│", "|"),
    ("─", "-"),
    ("·", "-"),
    ("›", ">"),
    ("•", "*"),
    ("▁", "_"),
    ("▂", "_"),
    ("▃", "."),
    ("▄", "."),
    ("▅", "-"),
    ("▆", "-"),
    ("▇", "="),
    ("█", "#"),
    ("▒", "."),
    ("≤", "<"),
    ("≥", ">"),
    ("—", "-"),
    ("✔", "+"),
    ("╌", "-"),
];

/// Letters of the languages we speak, and the ASCII letter that stands for each.
const LETTERS: &[(&str, &str)] = &[
    ("àâä", "a"),
    ("ÀÂÄ", "A"),
    ("ç", "c"),
    ("Ç", "C"),
    ("éèêëœ", "e"),
    ("ÉÈÊËŒ", "E"),
    ("îï", "i"),
    ("ÎÏ", "I"),
    ("ôö", "o"),
    ("ÔÖ", "O"),
    ("ùûü", "u"),
    ("ÙÛÜ", "U"),
    // The space that does not break a line.
    ("\u{a0}", " "),
];

/// Replaces the signs in every cell.
pub fn degrade(buf: &mut Buffer) {
    let speaks_beyond_ascii = lang::current() != Lang::ENGLISH;
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let sign = SIGNS.iter().find(|(sign, _)| *sign == cell.symbol());
        let letter = || LETTERS.iter().find(|(all, _)| all.contains(cell.symbol()));
        let plain = sign.or_else(|| letter().filter(|_| speaks_beyond_ascii));
        if let Some((_, plain)) = plain {
            cell.set_symbol(plain);
        }
    }
}
