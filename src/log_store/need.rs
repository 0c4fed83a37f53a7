//! What a text must have for a pattern to be found in it, read out of the pattern: runs of three bytes. Never more than it
//! must, so that a text without them needs no look. Knows sketches, not how patterns are matched.
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

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
}

impl Need {
    /// Any text will do.
    fn nothing() -> Self {
        Self::All(Vec::new())
    }

    /// Of a word; `folds`: capitals are as good as small letters.
    pub(super) fn of_word(word: &[u8], folds: bool) -> Self {
        let runs = word.windows(3).map(|run| [run[0], run[1], run[2]]);
        if !folds {
            return Self::All(runs.map(Self::Run).collect());
        }
        // Letters beyond ASCII may have other bytes where capitals do not count.
        let plain = runs.filter(|run| run.is_ascii());
        let folded = |run: Run| {
            if run.iter().any(|byte| b"sSkK".contains(byte)) {
                Self::Folded(run)
            } else {
                Self::Run(run)
            }
        };
        Self::All(plain.map(folded).collect())
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
        }
    }
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
    fn a_word_with_capitals_needs_all_its_runs() {
        let sketch = Sketch::of("café noir".as_bytes(), false);
        assert!(Need::of_word("café".as_bytes(), false).may_be_met(&sketch));
        assert!(!Need::of_word("cafè".as_bytes(), false).may_be_met(&sketch));
        assert!(Need::of_word(b"af", false).may_be_met(&sketch));
    }
}
