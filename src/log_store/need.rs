//! What a text must have for a pattern to be found in it, read out of the pattern: runs of three bytes, and words. Never
//! more than it must, so that a text or a line without them needs no look. Knows sketches, not how patterns are matched.
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::apart::SHORTEST_WORD;
use super::bits::Bits;
use super::sketch::{Run, Sketch};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// All of these.
    All(Vec<Need>),
    /// One of these at least.
    Any(Vec<Need>),
    /// This run, in capitals or small letters.
    Run(Run),
    /// The same, where a letter beyond ASCII may stand for one of it.
    Folded(Run),
    /// In the line, a word that has these letters, here all small ones.
    Letters(Box<[u8]>),
}

impl Need {
    /// Any text will do.
    fn nothing() -> Self {
        Self::All(Vec::new())
    }

    /// Of a word; `folds`: capitals are as good as small letters.
    pub(super) fn of_word(word: &[u8], folds: bool) -> Self {
        let all = |runs: &[Run]| {
            let needs = runs.iter().filter_map(|run| Self::of_run(*run, folds));
            Self::All(needs.collect())
        };
        let mut needs = Vec::new();
        for stretch in stretches(word) {
            if stretch.iter().all(u8::is_ascii_alphabetic) {
                needs.push(all(&runs(stretch, 1)));
                needs.push(Self::Letters(stretch.to_ascii_lowercase().into()));
            } else if let Some(behind) = stretch.get(1..) {
                // Sketches have one half of its runs or the other.
                needs.push(Self::Any(vec![
                    all(&runs(stretch, 2)),
                    all(&runs(behind, 2)),
                ]));
            }
        }
        Self::All(needs)
    }

    fn of_run(run: Run, folds: bool) -> Option<Self> {
        match run {
            _ if !folds => Some(Self::Run(run)),
            // Letters beyond ASCII may have other bytes where capitals do not count.
            _ if !run.is_ascii() => None,
            _ if run.iter().any(|byte| b"sSkK".contains(byte)) => Some(Self::Folded(run)),
            _ => Some(Self::Run(run)),
        }
    }

    /// Of a regular expression, whether capitals count in it or not.
    pub(super) fn of_pattern(pattern: &str) -> Self {
        let mut parser = ParserBuilder::new().utf8(false).multi_line(true).build();
        let hir = parser.parse(pattern);
        hir.map_or_else(|_| Self::nothing(), |hir| Self::of_hir(&hir))
    }

    fn of_hir(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Literal(literal) => Self::of_word(&literal.0, true),
            HirKind::Capture(group) => Self::of_hir(&group.sub),
            HirKind::Repetition(repeated) if repeated.min > 0 => Self::of_hir(&repeated.sub),
            HirKind::Concat(parts) => Self::All(parts.iter().map(Self::of_hir).collect()),
            HirKind::Alternation(ways) => Self::Any(ways.iter().map(Self::of_hir).collect()),
            HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => {
                Self::nothing()
            }
        }
    }

    /// False: the pattern is not found in the text of this sketch.
    pub(super) fn may_be_met(&self, sketch: &Sketch) -> bool {
        match self {
            Self::All(needs) => needs.iter().all(|need| need.may_be_met(sketch)),
            Self::Any(needs) => needs.iter().any(|need| need.may_be_met(sketch)),
            Self::Run(run) => sketch.may_have(*run),
            Self::Folded(run) => sketch.is_strange() || sketch.may_have(*run),
            Self::Letters(_) => true,
        }
    }

    /// The lines in which the pattern may be found, when `having` gives those with a word that has some letters; `None`
    /// when words say nothing. No line shows a letter beyond ASCII that is an ASCII one where capitals do not count.
    pub(super) fn lines(&self, having: &impl Fn(&[u8]) -> Option<Bits>) -> Option<Bits> {
        match self {
            Self::All(needs) => {
                let mut all: Option<Bits> = None;
                for need in needs {
                    match (&mut all, need.lines(having)) {
                        (Some(all), Some(lines)) => all.and(&lines),
                        (None, lines) => all = lines,
                        (_, None) => {}
                    }
                    if all.as_ref().is_some_and(|all| all.count() == 0) {
                        break;
                    }
                }
                all
            }
            Self::Any(needs) => {
                let mut any = needs.first()?.lines(having)?;
                for need in &needs[1..] {
                    any.or(&need.lines(having)?);
                }
                Some(any)
            }
            Self::Letters(letters) => having(letters),
            Self::Run(_) | Self::Folded(_) => None,
        }
    }
}

/// The parts of a word that a text which has it has in one piece, even when its words and what stands beside them are
/// apart: letters, and what has no letter that may belong to a word.
fn stretches(word: &[u8]) -> Vec<&[u8]> {
    let mut beside: Vec<bool> = word.iter().map(|b| !b.is_ascii_alphabetic()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    for letters in word.split(|byte| !byte.is_ascii_alphabetic()) {
        let end = at + letters.len();
        if letters.len() >= SHORTEST_WORD {
            found.push(letters);
        } else if at > 0 && end < word.len() {
            // At either end of the word, more letters may follow.
            beside[at..end].fill(true);
        }
        at = end + 1;
    }
    at = 0;
    for part in beside.chunk_by(|one, next| one == next) {
        found.extend(word.get(at..at + part.len()).filter(|_| part[0]));
        at += part.len();
    }
    found
}

/// Runs from the front on, so far apart.
fn runs(stretch: &[u8], apart: usize) -> Vec<Run> {
    let runs = stretch.windows(3).step_by(apart);
    runs.map(|run| [run[0], run[1], run[2]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(pattern: &str, text: &str) -> bool {
        Need::of_pattern(pattern).may_be_met(&Sketch::of(text.as_bytes(), false))
    }

    #[test]
    fn a_text_without_what_a_pattern_needs_is_ruled_out() {
        for (pattern, text, may_match) in [
            ("refused", "connection refused", true),
            ("refused", "CONNECTION REFUSED", true),
            ("refused", "connection reset", false),
            ("timeout|refused", "a timeout", true),
            ("timeout|refused", "all is well", false),
            (".*500.*curl", "GET 500 curl/8", true),
            (".*500.*curl", "GET 500 wget", false),
            (r"\b[A-Z][a-z]+Service\b.*\d{9}", "OrderService", true),
            (r"\b[A-Z][a-z]+Service\b.*\d{9}", "OrderServant", false),
            ("(upstream)+ down", "upstream down", true),
            ("(upstream)* down", "all down", true),
            ("[0-9a-f]{32}", "nothing of the kind", true),
            ("a?|refused", "nothing of the kind", true),
            ("ask", "a\u{17f}\u{212a}", true),
            ("prêt", "PRÊT", true),
            ("(", "anything", true),
        ] {
            assert_eq!(may(pattern, text), may_match, "{pattern} in {text}");
        }
    }

    #[test]
    fn what_is_beside_words_is_needed_too() {
        // So often that the sketch has room.
        let text = "café 12é34 id=8f3a-07b user=4711\n".repeat(400);
        let rest = "ÿé 12é34 id=8f3a-07b ÿ=4711\n".repeat(400);
        for (word, may) in [
            ("12é34", true),
            ("12è34", false),
            ("af", true),
            ("8f3a-0", true),
            ("8f3a-17", false),
            ("=8f3a-0", true),
            ("user=4711", true),
            ("user=5812", false),
        ] {
            let whole = Sketch::of(text.as_bytes(), false);
            let apart = Sketch::of_parts(b"caf\nuser\n", rest.as_bytes(), false);
            let need = Need::of_word(word.as_bytes(), false);
            assert_eq!(need.may_be_met(&whole), may, "{word} in the whole");
            assert_eq!(need.may_be_met(&apart), may, "{word} in the parts");
        }
    }

    #[test]
    fn a_stretch_is_not_cut_by_the_border_of_a_word() {
        for (word, expected) in [
            ("3ac", "3"),
            ("3ac0", "3ac0"),
            ("f30b", "30"),
            ("x=12", "=12"),
            ("user=12", "user|=12"),
            ("12 users of me", "users|12 | of "),
            ("ab", ""),
            ("", ""),
        ] {
            let stretches = stretches(word.as_bytes());
            let stretches = stretches
                .iter()
                .map(|part| std::str::from_utf8(part).unwrap());
            assert_eq!(stretches.collect::<Vec<_>>().join("|"), expected, "{word}");
        }
    }

    #[test]
    fn the_lines_are_those_with_the_words() {
        let having = |letters: &[u8]| {
            let words = ["connection refused", "timeout", "refused curl", ""];
            let mut lines = Bits::none(words.len());
            for (n, words) in words.iter().enumerate() {
                lines.put(n, words.contains(std::str::from_utf8(letters).unwrap()));
            }
            Some(lines)
        };
        for (pattern, expected) in [
            ("refused", Some(vec![0, 2])),
            ("Refused", Some(vec![0, 2])),
            ("connection refused", Some(vec![0])),
            ("refused.*500.*curl", Some(vec![2])),
            ("timeout|curl 7", Some(vec![1, 2])),
            ("timeout|7", None),
            ("(timeout)*", None),
            ("nowhere at all", Some(vec![])),
            (r"\d{9}", None),
        ] {
            let lines = Need::of_pattern(pattern).lines(&having);
            let lines = lines.map(|lines| lines.ones().collect::<Vec<_>>());
            assert_eq!(lines, expected, "{pattern}");
        }
    }
}
