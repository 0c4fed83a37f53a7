//! A pattern that is looked for in lines: a plain word by `memmem`, anything else by ripgrep's matcher, over whole blocks
//! at once. A match never spans two lines. Knows no block, only text of lines, each with its newline.
use std::ops::Range;
use std::sync::Arc;

use grep_matcher::{LineMatchKind, Matcher as _};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use memchr::memmem::Finder;

use super::need::Need;
use super::plain::{dressed_lines, line_end, line_start, plain, undress};
use super::spelling::Spelling;

/// Memory a pattern may take when it is compiled and when it runs, in bytes.
const MOST_MEMORY: usize = 8 << 20;

/// What stands between a name and its value, in logfmt and in JSON.
const PAIR: &str = r#"(?:="?|"\s*:\s*"?)"#;

#[derive(Debug)]
enum Engine {
    Word(Box<Finder<'static>>),
    Pattern(RegexMatcher),
}

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Matcher {
    typed: Arc<str>,
    /// What is looked for is this text, letter by letter.
    literal: bool,
    /// Capitals are as good as small letters.
    folds: bool,
    engine: Arc<Engine>,
    need: Arc<Need>,
    spelling: Spelling,
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.typed, self.literal) == (&other.typed, other.literal)
    }
}

impl Eq for Matcher {}

impl Matcher {
    /// A regular expression, in the syntax of the `regex` crate. Without a capital letter it finds capitals too. What is
    /// shown as `name=value` is found in JSON too, where it is `"name":"value"`.
    ///
    /// # Errors
    /// What is wrong with the pattern, in one line.
    pub fn regex(typed: &str) -> Result<Self, String> {
        let literal = !typed.is_empty() && regex::escape(typed) == typed;
        if !typed.contains('=') || typed.contains(['[', '\\']) {
            return Self::new(typed, literal);
        }
        let told = Self::new(&typed.replace('=', PAIR), false)?;
        Ok(Self {
            typed: typed.into(),
            ..told
        })
    }

    /// The text itself. Without a capital letter it finds capitals too.
    ///
    /// # Errors
    /// Why it cannot be looked for: it spans lines or is far too long.
    pub fn literal(typed: &str) -> Result<Self, String> {
        Self::new(typed, true)
    }

    fn new(typed: &str, literal: bool) -> Result<Self, String> {
        if literal && typed.contains('\n') {
            return Err("a match cannot span lines".to_owned());
        }
        let has_case = |c: char| c.is_lowercase() || c.is_uppercase();
        let sharp =
            literal && (typed.chars().any(char::is_uppercase) || !typed.chars().any(has_case));
        let need = if literal {
            Need::of_word(typed.as_bytes(), !sharp)
        } else {
            Need::of_pattern(typed)
        };
        let spelling = if literal {
            Spelling::of_pattern(&regex_syntax::escape(typed))
        } else {
            Spelling::of_pattern(typed)
        };
        let engine = if sharp && !typed.is_empty() {
            Engine::Word(Box::new(Finder::new(typed.as_bytes()).into_owned()))
        } else {
            let mut builder = RegexMatcherBuilder::new();
            builder
                .case_smart(true)
                .fixed_strings(literal)
                .multi_line(true)
                .line_terminator(Some(b'\n'))
                .size_limit(MOST_MEMORY)
                .dfa_size_limit(MOST_MEMORY);
            Engine::Pattern(builder.build(typed).map_err(|e| reason(&e))?)
        };
        Ok(Self {
            typed: typed.into(),
            literal,
            folds: literal && !sharp,
            engine: Arc::new(engine),
            need: Arc::new(need),
            spelling,
        })
    }

    /// What a text must have for it to be found there.
    pub(super) fn need(&self) -> &Need {
        &self.need
    }

    /// Of what its matches are.
    pub(super) fn spelling(&self) -> Spelling {
        self.spelling
    }

    /// As it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it is in a line, given as it came.
    pub fn is_match(&self, line: &[u8]) -> bool {
        self.is_in(&plain(line))
    }

    /// The places it is found in a text, which is taken as it is: for showing hits. None is empty.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let bytes = text.as_bytes();
        let mut from = 0;
        std::iter::from_fn(move || {
            while from <= bytes.len() {
                let found = self.find_at(bytes, from)?;
                if found.is_empty() {
                    from = found.end + 1;
                } else {
                    from = found.end;
                    return Some(found);
                }
            }
            None
        })
        .filter(|found| text.is_char_boundary(found.start) && text.is_char_boundary(found.end))
    }

    /// All that this finds, `wider` finds too.
    pub(super) fn narrows(&self, wider: &Self) -> bool {
        let whole = self.literal && wider.literal;
        let fits = if wider.folds {
            self.typed.to_lowercase().contains(&*wider.typed)
        } else {
            !self.folds && self.typed.contains(&*wider.typed)
        };
        whole && fits
    }

    /// Where it matches in the lines of a text: some place of each line that does, the newline's included, in no order.
    /// `dressed`: some lines have an ESC or a CR; those are looked at as they are shown.
    pub(super) fn hits(&self, text: &[u8], dressed: bool) -> Vec<usize> {
        let mut hits = Vec::new();
        let mut at = 0;
        while let Some(hit) = self.next_hit(text, at) {
            let end = line_end(text, hit);
            if dressed {
                let line = &text[line_start(text, hit)..end];
                if memchr::memchr2(0x1b, b'\r', line).is_none() {
                    hits.push(hit);
                }
            } else {
                hits.push(hit);
            }
            at = end + 1;
        }
        if dressed {
            self.dressed_hits(text, &mut hits);
        }
        hits
    }

    /// The lines with an ESC or a CR are joined as they are shown, and searched in one go.
    fn dressed_hits(&self, text: &[u8], hits: &mut Vec<usize>) {
        let mut seen = Vec::new();
        // Where each line begins in `seen` and in the text.
        let mut places: Vec<(usize, usize)> = Vec::new();
        for line in dressed_lines(text) {
            places.push((seen.len(), line.start));
            undress(&text[line], &mut seen);
            seen.push(b'\n');
        }
        let mut at = 0;
        while let Some(hit) = self.next_hit(&seen, at) {
            let line = places.partition_point(|(seen, _)| *seen <= hit);
            hits.extend(line.checked_sub(1).map(|line| places[line].1));
            at = line_end(&seen, hit) + 1;
        }
    }

    /// Some place of the first line that matches from `at` on, the beginning of a line.
    fn next_hit(&self, text: &[u8], at: usize) -> Option<usize> {
        match &*self.engine {
            Engine::Word(finder) => Some(at + finder.find(text.get(at..)?)?),
            Engine::Pattern(matcher) => next_line(matcher, text, at),
        }
    }

    fn is_in(&self, line: &[u8]) -> bool {
        match &*self.engine {
            Engine::Word(finder) => finder.find(line).is_some(),
            Engine::Pattern(matcher) => matcher.is_match(line).unwrap_or(false),
        }
    }

    fn find_at(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        match &*self.engine {
            Engine::Word(finder) => {
                let start = at + finder.find(text.get(at..)?)?;
                Some(start..start + finder.needle().len())
            }
            Engine::Pattern(matcher) => {
                let found = matcher.find_at(text, at).ok()??;
                Some(found.start()..found.end())
            }
        }
    }
}

/// The matcher may offer lines that only may match: those are looked at for themselves.
fn next_line(matcher: &RegexMatcher, text: &[u8], mut at: usize) -> Option<usize> {
    while at < text.len() {
        match matcher.find_candidate_line(&text[at..]).ok()?? {
            LineMatchKind::Confirmed(hit) => return Some(at + hit).filter(|hit| *hit < text.len()),
            LineMatchKind::Candidate(hit) => {
                let end = line_end(text, at + hit);
                let start = line_start(text, at + hit);
                if matcher.is_match(&text[start..end]).unwrap_or(false) {
                    return Some(at + hit);
                }
                at = end + 1;
            }
        }
    }
    None
}

/// The last line of the error says what it is; the others draw the place.
fn reason(error: &grep_regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or("not a pattern").trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pattern: &str, text: &[u8]) -> Vec<usize> {
        let mut hits: Vec<usize> = Matcher::regex(pattern)
            .unwrap()
            .hits(text, true)
            .into_iter()
            .map(|hit| text[..hit].split(|b| *b == b'\n').count() - 1)
            .collect();
        hits.sort_unstable();
        hits
    }

    #[test]
    fn patterns_keep_to_lines_and_see_through_colours() {
        let text = b"one\n\x1b[31mERR\x1b[0mOR two\nerror\r\n\nm31\nTwo\xff\n";
        assert_eq!(lines("error", text), [1, 2]);
        assert_eq!(lines("ERROR", text), [1], "a capital makes it exact");
        assert_eq!(
            lines("error$", text),
            [2],
            "the CR is no part of what is seen"
        );
        assert_eq!(lines("31m", text), [] as [usize; 0]);
        assert_eq!(lines("^$", text), [3]);
        assert_eq!(lines(r"one\s+error", text), [] as [usize; 0]);
        assert_eq!(lines(r"(?s)e.*t", text), [1]);
        assert_eq!(lines("two|one", text), [0, 1, 5]);
        assert_eq!(lines("x*", text), [0, 1, 2, 3, 4, 5]);
        assert_eq!(lines(r"\Stwo", text), [] as [usize; 0]);
        assert_eq!(lines(r"\S+OR two", text), [1], "a class is no capital");
    }

    #[test]
    fn pairs_are_found_as_they_are_shown() {
        let text = br#"{"status":200,"path": "/a"}
status=200 path="/a"
{"status":404}
"#;
        assert_eq!(lines("status=200", text), [0, 1]);
        assert_eq!(lines("path=/a", text), [0, 1]);
        assert_eq!(lines("Status=200", text), [] as [usize; 0]);
        assert_eq!(lines("[=]200", text), [1], "a class is what it says");
        let matcher = Matcher::regex("status=200").unwrap();
        assert_eq!(matcher.typed(), "status=200");
        assert_eq!(matcher.places("x status=200").next(), Some(2..12));
    }

    #[test]
    fn wrong_patterns_say_why() {
        assert!(Matcher::regex("(").unwrap_err().contains("unclosed group"));
        assert!(Matcher::regex(r"a\nb").unwrap_err().contains("not allowed"));
        assert!(Matcher::literal("a\nb").is_err());
        assert!(Matcher::regex(&format!("(?:{}){{900}}", r"\pL".repeat(100))).is_err());
        assert!(Matcher::literal("(").unwrap().is_match(b"f(x)"));
    }

    #[test]
    fn places_are_all_there_are_and_none_is_empty() {
        let places = |pattern: &str, text: &str| -> Vec<Range<usize>> {
            let matcher = Matcher::regex(pattern).unwrap();
            matcher.places(text).collect()
        };
        assert_eq!(places("o", "foo óO"), [1..2, 2..3, 6..7]);
        assert_eq!(places("x*", "axxbx"), [1..3, 4..5]);
        assert_eq!(places("[.]", "a.b."), [1..2, 3..4]);
        assert_eq!(places("A.", "aAxAyA"), [1..3, 3..5]);
    }

    #[test]
    fn a_longer_word_narrows_a_shorter_one() {
        let narrows = |long: &str, short: &str| {
            let word = |w| Matcher::regex(w).unwrap();
            word(long).narrows(&word(short))
        };
        assert!(narrows("error", "err"));
        assert!(
            narrows("ErrOr", "err"),
            "what folds finds the exact one too"
        );
        assert!(!narrows("error", "Err"));
        assert!(narrows("MyErr", "Err"));
        assert!(!narrows("er", "err"));
        assert!(!narrows("err.r", "err"), "a pattern is not read");
    }
}
