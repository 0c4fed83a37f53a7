//! A text that a screen shows and a file keeps: each in its own language.
use std::fmt;

use super::{Lang, current, english};

/// Words that are shown in the language of the screen, and English wherever they are stored, compared or logged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Words {
    english: String,
    /// Where that is not English.
    shown: Option<String>,
}

impl Words {
    /// Words of ours: `say` says them, in one language and in the other.
    pub fn ours<T: Into<String>>(say: impl Fn() -> T) -> Self {
        let english = english(|| say().into());
        let shown = (current() != Lang::ENGLISH).then(|| say().into());
        let shown = shown.filter(|shown| *shown != english);
        Self { english, shown }
    }

    /// The same in every language: what others said, or what is only shown.
    pub fn as_is(text: impl Into<String>) -> Self {
        Self {
            english: text.into(),
            shown: None,
        }
    }

    /// What is stored.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// In the language of the moment.
    pub fn as_str(&self) -> &str {
        match &self.shown {
            Some(shown) if current() != Lang::ENGLISH => shown,
            _ => &self.english,
        }
    }

    /// The same with both texts changed.
    pub fn map(self, change: impl Fn(&str) -> String) -> Self {
        Self {
            english: change(&self.english),
            shown: self.shown.as_deref().map(change),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.english.is_empty()
    }
}

/// In the language of the moment, so that words in the hole of other words are said in theirs.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Inside an [`std::io::Error`], through which they may have to pass.
impl std::error::Error for Words {}
