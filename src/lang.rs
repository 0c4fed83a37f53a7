//! The language of what is shown. English stands in the code and is the key; another language is a file under
//! `assets/lang`, which the build turns into a sorted table. Uses std only, so that every level may speak.
//!
//! `say!("remove")` gives a text, `say!("{n} of {all}", n, all = list.len())` one with holes that a translation may
//! put in another order, `say!("up" as "link")` tells apart what English has one word for, and
//! `say_n!(n, "{n} line", "{n} lines")` chooses by a number. `key!("running")` marks a word that is stored or compared
//! as it is and shown by [`say`], [`Words`] one that is shown here and stored elsewhere. What others wrote (engines, containers, logs), ids and JSON have no language.
mod fill;
mod plural;
mod words;

use std::cell::Cell;
use std::fmt;
use std::sync::OnceLock;

pub use fill::{fill, fits};
pub use words::Words;

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// A text in the chosen language, with its holes filled.
macro_rules! say {
    ($key:literal $(as $context:literal)?) => {
        $crate::lang::say_as($key, concat!($($context)?))
    };
    ($key:literal $(as $context:literal)?, $($hole:ident $(= $value:expr)?),+ $(,)?) => {{
        const { assert!($crate::lang::fits($key, &[$(stringify!($hole)),+]), "holes and values differ") };
        $crate::lang::fill(
            $crate::lang::say_as($key, concat!($($context)?)),
            &[$((stringify!($hole), &say!(@ $hole $(= $value)?) as &dyn std::fmt::Display)),+],
        )
    }};
    (@ $hole:ident) => { $hole };
    (@ $hole:ident = $value:expr) => { $value };
}

/// A text that goes with a number: `{n}` is the number itself. One, then all others.
macro_rules! say_n {
    ($n:expr, $one:literal, $others:literal $(, $hole:ident $(= $value:expr)?)* $(,)?) => {{
        // The number itself may be left unsaid.
        const {
            assert!(
                $crate::lang::fits($others, &["n" $(, stringify!($hole))*])
                    || $crate::lang::fits($others, &[$(stringify!($hole)),*]),
                "holes and values differ"
            );
        };
        let n = u64::try_from($n).unwrap_or(u64::MAX);
        $crate::lang::fill(
            $crate::lang::say_number(n, $one, $others),
            &[("n", &n as &dyn std::fmt::Display) $(, (stringify!($hole), &say!(@ $hole $(= $value)?)))*],
        )
    }};
}

/// A text that is said elsewhere, by [`say`] or [`say_as`]: as it is, but known to the catalogue.
macro_rules! key {
    ($key:literal $(as $context:literal)?) => {
        $key
    };
}

/// A text, what tells it apart from an equal one, and its translation: several forms where a number chooses.
pub type Text = (&'static str, &'static str, &'static [&'static str]);

/// A language other than English.
#[derive(Debug)]
pub struct Language {
    /// As in `--lang` and at the beginning of a locale.
    pub id: &'static str,
    /// What its speakers call it.
    pub name: &'static str,
    /// The form for a number.
    pub plural: fn(u64) -> usize,
    /// Sorted.
    pub texts: &'static [Text],
}

/// The language something is said in.
#[derive(Clone, Copy)]
pub struct Lang(Option<&'static Language>);

impl Lang {
    pub const ENGLISH: Self = Self(None);

    pub const fn of(language: &'static Language) -> Self {
        Self(Some(language))
    }

    /// Every language there is, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::ENGLISH).chain(LANGUAGES.iter().map(Self::of))
    }

    /// As it is asked for: `en`, `fr`.
    pub fn named(id: &str) -> Option<Self> {
        Self::all().find(|lang| lang.id() == id)
    }

    /// The language of a locale, `fr_CH.UTF-8`; English where there is none.
    pub fn of_locale(locale: &str) -> Self {
        let id = locale.split(['_', '.', '@']).next().unwrap_or_default();
        Self::named(&id.to_ascii_lowercase()).unwrap_or(Self::ENGLISH)
    }

    pub fn id(self) -> &'static str {
        self.0.map_or("en", |language| language.id)
    }

    /// What is said otherwise than in English.
    pub fn texts(self) -> &'static [Text] {
        self.0.map_or(&[], |language| language.texts)
    }

    pub fn name(self) -> &'static str {
        self.0.map_or("English", |language| language.name)
    }

    /// A text's forms in this language; none where English is the answer.
    fn find(
        self,
        key: &str,
        context: &str,
    ) -> Option<(&'static Language, &'static [&'static str])> {
        let language = self.0?;
        let at = language
            .texts
            .binary_search_by(|(text, of, _)| (*text).cmp(key).then_with(|| (*of).cmp(context)));
        let (_, _, forms) = language.texts.get(at.ok()?)?;
        Some((language, forms))
    }
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Lang {}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// What was chosen at start.
static CHOSEN: OnceLock<Lang> = OnceLock::new();

thread_local! {
    /// Goes over the chosen one while [`within`] runs.
    static SCOPED: Cell<Option<Lang>> = const { Cell::new(None) };
}

/// Chooses the language of the whole program. Once, at start, and for good: what is drawn later must not be of two
/// languages.
pub fn choose(lang: Lang) {
    let _ = CHOSEN.set(lang);
}

/// The language things are said in.
pub fn current() -> Lang {
    let chosen = || CHOSEN.get().copied().unwrap_or(Lang::ENGLISH);
    SCOPED.get().unwrap_or_else(chosen)
}

/// Says in this language what is said meanwhile on this thread: a document, what programs read, a test's screen.
pub fn within<T>(lang: Lang, work: impl FnOnce() -> T) -> T {
    struct Back(Option<Lang>);
    impl Drop for Back {
        fn drop(&mut self) {
            SCOPED.set(self.0);
        }
    }
    let _back = Back(SCOPED.replace(Some(lang)));
    work()
}

/// Says in English what programs read or what is stored.
pub fn english<T>(work: impl FnOnce() -> T) -> T {
    within(Lang::ENGLISH, work)
}

/// A registry's text, or a word marked by `key!`, in the chosen language; a text that is in no catalogue as it is.
pub fn say(key: &str) -> &str {
    say_as(key, "")
}

/// The same for a text that its context tells apart from an equal one.
pub fn say_as<'a>(key: &'a str, context: &str) -> &'a str {
    match current().find(key, context) {
        Some((_, forms)) => forms.first().copied().unwrap_or(key),
        None => key,
    }
}

/// The text that goes with a number, its holes unfilled.
pub fn say_number(n: u64, one: &'static str, others: &'static str) -> &'static str {
    let english = if n == 1 { one } else { others };
    match current().find(one, "") {
        // One form may serve for every number.
        Some((language, forms)) => forms
            .get((language.plural)(n))
            .or(forms.first())
            .copied()
            .unwrap_or(english),
        None => english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static UPSIDE: Language = Language {
        id: "xx",
        name: "upside",
        plural: |n| usize::from(n > 1),
        texts: &[
            ("up", "", &["pu"]),
            ("up", "link", &["knil"]),
            ("{a} of {b}", "", &["{b} fo {a}"]),
            ("{n} line", "", &["{n} enil", "{n} senil"]),
        ],
    };

    #[test]
    fn a_text_is_said_in_the_language_of_the_moment() {
        assert_eq!(say!("up"), "up");
        within(Lang::of(&UPSIDE), || {
            assert_eq!((say!("up"), say!("up" as "link")), ("pu", "knil"));
            assert_eq!(say!("down"), "down");
            let a = 1;
            assert_eq!(say!("{a} of {b}", a, b = "{a}"), "{a} fo 1");
            let lines = |n: usize| say_n!(n, "{n} line", "{n} lines");
            assert_eq!(
                [lines(0), lines(1), lines(2)],
                ["0 enil", "1 enil", "2 senil"]
            );
            let up = |n: usize| say_n!(n, "up", "up");
            assert_eq!([up(1), up(2)], ["pu", "pu"], "one form for all");
            within(Lang::ENGLISH, || assert_eq!(lines(0), "0 lines"));
            assert_eq!(say!("up"), "pu");
        });
        assert_eq!(say!("up"), "up");
    }

    #[test]
    fn words_are_shown_in_one_language_and_stored_in_english() {
        let whole = within(Lang::of(&UPSIDE), || {
            let inner = Words::ours(|| say!("up"));
            Words::ours(|| say!("{a} of {b}", a = inner, b = Words::as_is("up")))
        });
        assert_eq!((whole.english(), whole.as_str()), ("up of up", "up of up"));
        let passed = std::io::Error::other(whole.clone());
        within(Lang::of(&UPSIDE), || {
            assert_eq!((whole.english(), whole.as_str()), ("up of up", "up fo pu"));
            assert_eq!(passed.to_string(), "up fo pu");
            let shouted = whole.clone().map(str::to_uppercase);
            assert_eq!(
                (shouted.english(), shouted.as_str()),
                ("UP OF UP", "UP FO PU")
            );
        });
    }

    #[test]
    fn a_locale_names_its_language() {
        let id = |locale| Lang::of_locale(locale).id();
        assert_eq!(id("fr_CH.UTF-8"), "fr");
        assert_eq!(id("FR"), "fr");
        for locale in ["", "C", "POSIX", "en_GB.UTF-8", "frr_DE", "xx"] {
            assert_eq!(id(locale), "en", "{locale}");
        }
    }

    #[test]
    fn numbers_choose_their_form() {
        for (rule, count, form) in plural::RULES {
            assert!((0..200).all(|n| form(n) < *count), "{rule}");
        }
        let russian = plural::RULES[5].2;
        assert_eq!(
            [1, 2, 5, 11, 12, 21, 22].map(russian),
            [0, 1, 2, 2, 2, 0, 1]
        );
    }

    #[test]
    fn tables_are_sorted() {
        for language in LANGUAGES {
            assert!(language.texts.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
        }
    }
}
