//! Lines of a compose file or of a file of variables in pieces of meaning, with what looks secret masked.
//!
//! No parser: a line is read for itself, and what it is part of (a block of text, a quoted value over several lines, a
//! private key) is noted once for all lines. A file that is half written is shown all the same.
//! Must not know: which file it is, themes, the screen.
mod lex;

use super::secret::looks_secret;

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

/// What a line is part of because of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A text of several lines.
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
        let mut reader = Reader::default();
        let inside = lines.iter().map(|line| reader.next(line, language));
        Self {
            inside: inside.collect(),
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
        let Some(line) = self.lines.get(number) else {
            return Vec::new();
        };
        let inside = self.inside.get(number).copied();
        match inside.unwrap_or(Inside::Nothing) {
            Inside::Nothing => lex::line(line, self.language, revealed),
            Inside::Secret if !revealed => lex::masked(line),
            Inside::Text if !revealed && lex::holds_secret(line) => lex::masked(line),
            Inside::Text | Inside::Secret => vec![(line.clone(), Tone::Text)],
        }
    }

    /// A line as it may be shown.
    pub fn shown(&self, number: usize, revealed: bool) -> String {
        let pieces = self.pieces(number, revealed).into_iter();
        pieces.map(|(words, _)| words).collect()
    }
}

/// Whether a value under this name is secret, whatever it is.
fn is_secret_name(name: &str) -> bool {
    // A value that is no setting and no path.
    looks_secret(name, "x7Kq0pWz")
}

/// Columns of blanks before the first word.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// What goes on from line to line.
#[derive(Debug, Default)]
struct Reader {
    /// A name in this column whose value is on deeper lines: secret or not, and whether those may be names themselves.
    block: Option<(usize, bool, bool)>,
    /// A quote that is still open, and whether what is in it is secret.
    quote: Option<(char, bool)>,
    /// Between the first and the last line of a private key.
    key: bool,
    /// The next item of a list is the value of a secret option.
    option: bool,
}

impl Reader {
    fn next(&mut self, line: &str, language: Language) -> Inside {
        let within = |secret| if secret { Inside::Secret } else { Inside::Text };
        if let Some((quote, secret)) = self.quote {
            if line.contains(quote) {
                self.quote = None;
            }
            return within(secret);
        }
        let was_key = self.key;
        self.key = (was_key || line.contains("-----BEGIN ") && line.contains("PRIVATE KEY"))
            && !line.contains("-----END ");
        if was_key {
            return Inside::Secret;
        }
        if language == Language::Variables {
            return self.variable(line);
        }
        self.yaml(line).map_or(Inside::Nothing, within)
    }

    fn variable(&mut self, line: &str) -> Inside {
        if let Some((_, name, _, value)) = lex::assignment(line) {
            self.open_quote(name, value.trim());
        }
        Inside::Nothing
    }

    /// Whether the line is text of a value that began above, and whether that is secret.
    fn yaml(&mut self, line: &str) -> Option<bool> {
        if line.trim().is_empty() {
            return None;
        }
        let (column, content) = lex::content(line);
        let pair = lex::pair(content);
        match self.block {
            Some((above, secret, literal)) if indent(line) > above => {
                if literal || (secret && pair.is_none() && !content.starts_with(['{', '#'])) {
                    return Some(secret);
                }
            }
            _ => self.block = None,
        }
        if std::mem::take(&mut self.option) && line.trim_start().starts_with("- ") {
            return Some(true);
        }
        let Some((name, value)) = pair else {
            let option = content.trim_matches(['"', '\'']);
            self.option =
                option.starts_with("--") && !option.contains('=') && is_secret_name(option);
            return None;
        };
        let name = name.trim_matches(['"', '\'']);
        let value = lex::without_comment(value).0.trim();
        let bare = value.rsplit(' ').next().unwrap_or_default();
        let literal = bare.starts_with(['|', '>']);
        if literal || value.is_empty() {
            // `secrets:` lists names of secrets, not their values.
            let secret = is_secret_name(name) && name != "secrets";
            if literal || secret {
                self.block = Some((column, secret, literal));
            }
        } else {
            self.open_quote(name, value);
        }
        None
    }

    fn open_quote(&mut self, name: &str, value: &str) {
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return;
        };
        let rest = value.get(1..).unwrap_or_default();
        if !lex::closes(rest, quote) {
            self.quote = Some((quote, is_secret_name(name)));
        }
    }
}

#[cfg(test)]
mod tests;
