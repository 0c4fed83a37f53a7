//! Finding by a few letters: the matcher behind filters and the palette, and "did you mean".
//!
//! Must not know: what is searched, how hits are drawn.

use std::fmt;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Longest word, in characters, that [`nearest`] compares.
const NEAREST_CAP: usize = 64;

/// One pattern, ready to be held against many texts.
///
/// Blanks separate words, each of which must match as a subsequence, or whole; capitals in the pattern make it
/// case-sensitive. No character is special.
pub struct FuzzyMatcher {
    pattern: Pattern,
    /// Words must stand in a text as they are.
    whole: bool,
    matcher: Matcher,
    chars: Vec<char>,
}

impl FuzzyMatcher {
    pub fn new(pattern: &str) -> Self {
        Self::of(pattern, false)
    }

    /// For a filter over these texts: where one of them has the words as they are typed, those alone pass that have; else
    /// the letters need but follow each other. What is marked by a filter and acted on must not be a surprise.
    pub fn filter<'a>(pattern: &str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut whole = Self::of(pattern, true);
        if texts.into_iter().any(|text| whole.matches(text)) {
            whole
        } else {
            Self::new(pattern)
        }
    }

    fn of(pattern: &str, whole: bool) -> Self {
        let kind = if whole {
            AtomKind::Substring
        } else {
            AtomKind::Fuzzy
        };
        let pattern = Pattern::new(pattern, CaseMatching::Smart, Normalization::Smart, kind);
        Self {
            pattern,
            whole,
            matcher: Matcher::new(Config::DEFAULT),
            chars: Vec::new(),
        }
    }

    /// How well `haystack` matches, higher is better; none when it does not. An empty pattern gives 0.
    pub fn score(&mut self, haystack: &str) -> Option<u32> {
        let haystack = utf32(haystack, &mut self.chars);
        self.pattern.score(haystack, &mut self.matcher)
    }

    /// Whether `haystack` matches at all: what [`FuzzyMatcher::score`] would say, for a tenth of its work.
    pub fn matches(&mut self, haystack: &str) -> bool {
        let looks = if self.whole { stands } else { follows };
        let plain = |atom: &Atom| match atom.needle_text() {
            Utf32Str::Ascii(needle) if haystack.is_ascii() => Some(looks(needle, haystack)),
            _ => None,
        };
        let mut unknown = false;
        for atom in &self.pattern.atoms {
            match plain(atom) {
                Some(true) => {}
                Some(false) => return false,
                None => unknown = true,
            }
        }
        !unknown || self.score(haystack).is_some()
    }

    /// What no haystack scores more than: the pattern itself, from the first letter on.
    pub fn best(&mut self) -> u32 {
        let (atoms, matcher) = (&self.pattern.atoms, &mut self.matcher);
        atoms
            .iter()
            .filter_map(|atom| atom.score(atom.needle_text(), matcher))
            .map(u32::from)
            .sum()
    }

    /// Like [`FuzzyMatcher::score`]; `out` is cleared and gets the indices of the matched characters (not bytes),
    /// sorted, each once.
    pub fn indices(&mut self, haystack: &str, out: &mut Vec<u32>) -> Option<u32> {
        out.clear();
        let haystack = utf32(haystack, &mut self.chars);
        let score = self.pattern.indices(haystack, &mut self.matcher, out);
        if score.is_none() {
            out.clear();
        }
        out.sort_unstable();
        out.dedup();
        score
    }

    /// Whether the pattern says nothing, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.pattern.atoms.is_empty()
    }
}

impl fmt::Debug for FuzzyMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FuzzyMatcher")
            .field("atoms", &self.pattern.atoms)
            .finish_non_exhaustive()
    }
}

/// Whether the letters of `needle` are in `haystack` in their order; small ones stand for large ones too, unless there is
/// a large one among them.
fn follows(needle: &[u8], haystack: &str) -> bool {
    let any_case = !needle.iter().any(u8::is_ascii_uppercase);
    let mut letters = haystack.bytes();
    needle
        .iter()
        .all(|wanted| letters.any(|c| c == *wanted || any_case && c.eq_ignore_ascii_case(wanted)))
}

/// Whether `needle` is in `haystack` as it is; case as in [`follows`].
fn stands(needle: &[u8], haystack: &str) -> bool {
    let any_case = !needle.iter().any(u8::is_ascii_uppercase);
    let mut places = haystack.as_bytes().windows(needle.len().max(1));
    needle.is_empty()
        || places.any(|place| place == needle || any_case && place.eq_ignore_ascii_case(needle))
}

/// Characters one by one; nucleo's own conversion would count graphemes.
fn utf32<'a>(s: &'a str, chars: &'a mut Vec<char>) -> Utf32Str<'a> {
    if s.is_ascii() {
        return Utf32Str::Ascii(s.as_bytes());
    }
    chars.clear();
    chars.extend(s.chars());
    Utf32Str::Unicode(chars)
}

/// The candidate meant by a mistyped `word`: fewest slips (letters added, missing, wrong or swapped), at most a
/// third of the longer word's letters; the first of equals. Case does not count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = letters(word);
    if word.len() > NEAREST_CAP {
        return None;
    }
    let mut best = None;
    for candidate in candidates {
        let other = letters(candidate);
        let limit = word.len().max(other.len()) / 3;
        if other.len() > NEAREST_CAP || word.len().abs_diff(other.len()) > limit {
            continue;
        }
        let slips = distance(&word, &other);
        if slips <= limit && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn letters(s: &str) -> Vec<char> {
    s.chars()
        .take(NEAREST_CAP + 1)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Edit distance with neighbours swapped as one slip (optimal string alignment), three rows at a time.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        let mut left = i + 1;
        row.push(left);
        let mut previous = None;
        for (j, (&y, pair)) in b.iter().zip(above.windows(2)).enumerate() {
            let (diagonal, up) = match pair {
                [diagonal, up] => (*diagonal, *up),
                _ => (0, 0),
            };
            let mut cell = (diagonal + usize::from(x != y)).min(up + 1).min(left + 1);
            if last == Some(y) && previous == Some(x) {
                let swapped = j.checked_sub(1).and_then(|at| before.get(at));
                cell = swapped.map_or(cell, |slips| cell.min(slips + 1));
            }
            row.push(cell);
            left = cell;
            previous = Some(y);
        }
        before = std::mem::replace(&mut above, row);
        last = Some(x);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn matches_letters_in_order() {
        let mut m = FuzzyMatcher::new("wb1");
        assert!(m.score("shop-web-1").is_some());
        assert!(m.score("1-bew").is_none());
        assert!(!m.is_empty());
        let tight = m.score("wb1").unwrap();
        assert!(tight > m.score("w-x-b-x-1").unwrap());
    }

    #[test]
    fn smart_case_and_words() {
        assert!(FuzzyMatcher::new("web").score("WEB").is_some());
        assert!(FuzzyMatcher::new("Web").score("web").is_none());
        assert!(FuzzyMatcher::new("shop web").score("web-shop").is_some());
        assert!(FuzzyMatcher::new("shop db").score("web-shop").is_none());
        assert!(FuzzyMatcher::new("!web").score("web").is_none());
    }

    #[test]
    fn empty_pattern_matches_all() {
        for pattern in ["", "   "] {
            let mut m = FuzzyMatcher::new(pattern);
            assert!(m.is_empty());
            assert_eq!(m.score("anything"), Some(0));
        }
    }

    proptest! {
        #[test]
        fn what_matches_is_what_scores(
            pattern in "[a-bA-B1é\\\\ -]{0,5}",
            haystack in "[a-bA-B1é漢 -]{0,12}",
            whole in any::<bool>(),
        ) {
            let mut matcher = FuzzyMatcher::of(&pattern, whole);
            let score = matcher.score(&haystack);
            prop_assert_eq!(matcher.matches(&haystack), score.is_some());
            prop_assert!(score.unwrap_or(0) <= matcher.best());
        }
    }

    #[test]
    fn a_filter_takes_words_as_they_are_typed_where_there_are_such() {
        let names = ["aud-m01", "aud-m02", "aud-oom", "a-u-d-m"];
        let passing = |pattern: &str| {
            let mut filter = FuzzyMatcher::filter(pattern, names);
            names.map(|name| filter.matches(name))
        };
        assert_eq!(passing("aud-m"), [true, true, false, false]);
        assert_eq!(passing("AUD-M"), [false; 4]);
        assert_eq!(passing("m0 aud"), [true, true, false, false]);
        assert_eq!(passing("adm"), [true, true, true, true]);
    }

    #[test]
    fn indices_are_characters() {
        let mut out = vec![7];
        let mut m = FuzzyMatcher::new("ok");
        assert!(m.indices("漢字e\u{301} ok", &mut out).is_some());
        assert_eq!(out, [5, 6]);
        assert!(m.indices("none", &mut out).is_none());
        assert!(out.is_empty());
        assert!(FuzzyMatcher::new("a a").indices("xa", &mut out).is_some());
        assert_eq!(out, [1]);
        assert!(format!("{m:?}").contains("FuzzyMatcher"));
    }

    #[test]
    fn nearest_word() {
        let names = ["containers", "images", "volumes", "networks"];
        assert_eq!(nearest("contianers", names), Some("containers"));
        assert_eq!(nearest("imags", names), Some("images"));
        assert_eq!(nearest("VOLUMES", names), Some("volumes"));
        assert_eq!(nearest("xyz", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("abc", []), None);
        assert_eq!(nearest(&"a".repeat(10_000), names), None);
    }

    #[test]
    fn slips() {
        let d = |a: &str, b: &str| distance(&letters(a), &letters(b));
        assert_eq!(d("", ""), 0);
        assert_eq!(d("", "abc"), 3);
        assert_eq!(d("abc", ""), 3);
        assert_eq!(d("kitten", "sitting"), 3);
        assert_eq!(d("ab", "ba"), 1);
        assert_eq!(d("ca", "abc"), 3);
    }
}
