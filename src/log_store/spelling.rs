//! Of what bytes the matches of a pattern are, read out of the pattern: letters alone, none at all, or both. Knows no text.
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::apart::SHORTEST_WORD;

/// Letters beyond ASCII are letters here when they are ASCII ones where capitals do not count: `ſ` and the Kelvin sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Letters alone, as many as a word has at least, wherever they stand: a match lies in a word.
    Word,
    /// No letter, and no byte that is no UTF-8; at most, it asks where a line begins and ends.
    NoLetter,
    Mixed,
}

impl Spelling {
    /// Of a regular expression, whether capitals count in it or not.
    pub(super) fn of_pattern(pattern: &str) -> Self {
        let mut parser = ParserBuilder::new();
        parser.utf8(false).multi_line(true).case_insensitive(true);
        match parser.build().parse(pattern) {
            Ok(hir) if is_word(&hir) => Self::Word,
            Ok(hir) if hir.properties().is_utf8() && all(&hir, &is_beside_words) => Self::NoLetter,
            _ => Self::Mixed,
        }
    }
}

fn is_word(hir: &Hir) -> bool {
    let long = hir.properties().minimum_len();
    long.is_some_and(|len| len >= SHORTEST_WORD) && all(hir, &is_of_letters)
}

/// Whether it holds for all that a pattern is made of.
fn all(hir: &Hir, holds: &impl Fn(&HirKind) -> bool) -> bool {
    match hir.kind() {
        HirKind::Repetition(repeated) => all(&repeated.sub, holds),
        HirKind::Capture(group) => all(&group.sub, holds),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().all(|part| all(part, holds))
        }
        kind => holds(kind),
    }
}

fn is_of_letters(kind: &HirKind) -> bool {
    match kind {
        HirKind::Empty => true,
        HirKind::Literal(literal) => literal.0.iter().all(u8::is_ascii_alphabetic),
        HirKind::Class(class) => ranges(class).all(|(from, to)| {
            LETTERS
                .iter()
                .any(|(first, last)| *first <= from && to <= *last)
        }),
        _ => false,
    }
}

fn is_beside_words(kind: &HirKind) -> bool {
    match kind {
        HirKind::Empty | HirKind::Look(Look::StartLF | Look::EndLF) => true,
        HirKind::Literal(literal) => !literal.0.iter().any(u8::is_ascii_alphabetic),
        HirKind::Class(class) => ranges(class).all(|(from, to)| {
            LETTERS
                .iter()
                .all(|(first, last)| to < *first || *last < from)
        }),
        _ => false,
    }
}

const LETTERS: [(u32, u32); 4] = [
    ('A' as u32, 'Z' as u32),
    ('a' as u32, 'z' as u32),
    ('\u{17f}' as u32, '\u{17f}' as u32),
    ('\u{212a}' as u32, '\u{212a}' as u32),
];

fn ranges(class: &Class) -> Box<dyn Iterator<Item = (u32, u32)> + '_> {
    match class {
        Class::Unicode(class) => {
            let ranges = class.iter();
            Box::new(ranges.map(|range| (u32::from(range.start()), u32::from(range.end()))))
        }
        Class::Bytes(class) => {
            let ranges = class.iter();
            Box::new(ranges.map(|range| (u32::from(range.start()), u32::from(range.end()))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_of_one_kind_are_told() {
        for (pattern, spelling) in [
            ("error", Spelling::Word),
            ("ERROR|WARN|timeout|refused", Spelling::Word),
            ("[A-Z][a-z]+Service", Spelling::Word),
            ("(?i)task", Spelling::Word),
            ("er(ror)?s?|refused", Spelling::Mixed),
            ("err(or)?s?", Spelling::Word),
            ("er", Spelling::Mixed),
            ("x*", Spelling::Mixed),
            (r"\berror", Spelling::Mixed),
            ("^error", Spelling::Mixed),
            ("err.r", Spelling::Mixed),
            (r"err\wr", Spelling::Mixed),
            ("erreur fatale", Spelling::Mixed),
            ("prêt", Spelling::Mixed),
            ("500", Spelling::NoLetter),
            (r"10\.0\.\d+\.\d+", Spelling::NoLetter),
            (r"^\d{4}-\d{2}|\[\]$", Spelling::NoLetter),
            ("^$", Spelling::NoLetter),
            ("", Spelling::NoLetter),
            ("é", Spelling::NoLetter),
            (r"\b500\b", Spelling::Mixed),
            ("5.0", Spelling::Mixed),
            ("[^0-9]", Spelling::Mixed),
            ("\u{17f}", Spelling::Mixed),
            (r"(?-u)\xff", Spelling::Mixed),
            ("[0-9a-f]{32}", Spelling::Mixed),
            (r"\A500", Spelling::Mixed),
            ("(", Spelling::Mixed),
        ] {
            assert_eq!(Spelling::of_pattern(pattern), spelling, "{pattern}");
        }
    }
}
