//! Lines of a compose file or of a file of variables in pieces of meaning, with what looks secret masked.
//!
//! No parser: a line is read for itself, and what it is part of (a block of text, a quoted value over several lines, a
//! private key) is noted once for all lines. A file that is half written is shown all the same.
//! Must not know: which file it is, themes, the screen.
mod lex;
mod reader;

use super::secret_words::secret_words;

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Yaml,
    /// `NAME=value`, one a line.
    Variables,
}

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Comment,
    /// The name before a value.
    Name,
    Text,
    Number,
    /// A variable that compose puts a value in place of.
    Variable,
    /// Signs of the language itself.
    Mark,
    /// Stands for what looks secret.
    Secret,
}

/// A part of a line.
pub type Piece = (String, Tone);

/// What a line is because of those around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A pair whose value is secret, though its name is not.
    Value,
    /// A line of a longer text.
    Text,
    /// The same, and secret.
    Secret,
}

/// The lines of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Code {
    lines: Vec<String>,
    inside: Vec<Inside>,
    language: Language,
}

impl Code {
    pub fn new(lines: Vec<String>, language: Language) -> Self {
        Self {
            inside: reader::read(&lines, language),
            lines,
            language,
        }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The pieces of a line, counted from 0.
    pub fn pieces(&self, number: usize, revealed: bool) -> Vec<Piece> {
        self.read(number, revealed).0
    }

    /// A line as it may be shown.
    pub fn shown(&self, number: usize, revealed: bool) -> String {
        let pieces = self.pieces(number, revealed).into_iter();
        pieces.map(|(words, _)| words).collect()
    }

    /// What the masks stand for, the longest first: what must not be told by others either. What is short, or stands in for
    /// a value, would mask too much else.
    pub fn secrets(&self) -> Vec<String> {
        let lines = 0..self.lines.len();
        let hidden = lines.flat_map(|number| self.read(number, false).1);
        let mut secrets: Vec<String> = hidden.flat_map(|text| values(&text)).collect();
        secrets.retain(|value| value.len() >= SHORTEST);
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        secrets
    }

    /// The pieces of a line, and what is masked in them.
    fn read(&self, number: usize, revealed: bool) -> (Vec<Piece>, Vec<String>) {
        let Some(line) = self.lines.get(number) else {
            return Default::default();
        };
        let inside = self.inside.get(number).copied();
        let inside = inside.unwrap_or(Inside::Nothing);
        let known = lex::Known {
            revealed,
            secret: inside == Inside::Value,
        };
        match inside {
            Inside::Nothing | Inside::Value => lex::line(line, self.language, known),
            Inside::Secret if !revealed => lex::masked(line),
            Inside::Text if !revealed && lex::holds_secret(line) => lex::masked(line),
            Inside::Text | Inside::Secret => (vec![(line.clone(), Tone::Text)], Vec::new()),
        }
    }
}

/// Shorter values stand in too many other words.
const SHORTEST: usize = 6;

/// What of a masked text is a secret by itself: all of it, and of a command or an address the part that is secret there.
fn values(text: &str) -> Vec<String> {
    let whole = lex::bare(lex::content(text).1);
    let words: Vec<&str> = lex::words(whole).collect();
    let within = words.iter().zip(secret_words(&words));
    let mut found: Vec<&str> = within.filter_map(|(word, at)| word.get(at?..)).collect();
    let assigned = lex::assignment(whole).map(|(_, _, _, value)| lex::bare(value));
    found.extend(assigned.filter(|_| words.len() <= 2));
    found.extend(words.iter().filter_map(|word| password(word)));
    found.push(whole);
    // Compose puts one sign in the place of two.
    let plain = |value: &str| value.replace("$$", "$");
    found.into_iter().map(plain).collect()
}

/// The password of an address.
fn password(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (user, _) = rest.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests;
