//! What goes on from line to line of a file: texts of several lines, private keys, commands in lists, and variables whose name
//! and value are two pairs. Must not know what a line looks like on the screen.
use super::lex::{self, bare, is_secret_name};
use super::{Inside, Language};
use crate::text::SecretWords;

/// What each line is because of those around it.
pub(super) fn read(lines: &[String], language: Language) -> Vec<Inside> {
    let mut reader = Reader::default();
    let mut all: Vec<Inside> = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        all.push(reader.next(number, line, language));
        // A value that stands above its name is secret after all, and the text that goes on below it.
        if let Some(value) = reader.above.take() {
            for (at, inside) in all.iter_mut().enumerate().skip(value) {
                *inside = match *inside {
                    Inside::Text => Inside::Secret,
                    Inside::Nothing if at == value => Inside::Value,
                    inside => inside,
                };
            }
        }
    }
    all
}

/// A value that is on the deeper lines below its name.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// Of the name, or of the dash.
    column: usize,
    secret: bool,
    lines: Lines,
}

/// What those lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// Names of their own, or a value.
    Any,
    /// Text, whatever it looks like.
    Literal,
    /// Text, and comments among it.
    Plain,
}

/// A mapping that may name a variable in one pair and its value in another.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    column: usize,
    secret: bool,
    /// The line of the value, where that came first.
    value: Option<usize>,
}

#[derive(Debug, Default)]
struct Reader {
    block: Option<Block>,
    /// A quote that is still open, and whether what is in it is secret.
    quote: Option<(char, bool)>,
    /// Between the first and the last line of a private key.
    key: bool,
    /// The command that goes on: in a text, or item by item.
    words: SecretWords,
    /// The column of the dashes of that list.
    list: Option<usize>,
    entry: Entry,
    /// The line of a value whose name has come now.
    above: Option<usize>,
}

/// Columns of blanks before the first word.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

/// Whether a value is text without quotes, which may go on below.
fn is_plain(value: &str) -> bool {
    !value.starts_with(|c: char| "&*!|>{[\"'@`%#".contains(c))
}

impl Reader {
    fn next(&mut self, number: usize, line: &str, language: Language) -> Inside {
        if let Some((quote, secret)) = self.quote {
            if line.contains(quote) {
                self.quote = None;
            }
            return self.text(line, secret);
        }
        let was_key = self.key;
        self.key = (was_key || line.contains("-----BEGIN ") && line.contains("PRIVATE KEY"))
            && !line.contains("-----END ");
        if was_key {
            return Inside::Secret;
        }
        if language == Language::Yaml {
            return self.yaml(number, line);
        }
        if let Some((_, name, _, value)) = lex::assignment(line) {
            self.open_quote(name, value.trim());
        }
        Inside::Nothing
    }

    /// A line of a longer text.
    fn text(&mut self, line: &str, secret: bool) -> Inside {
        let words = &mut self.words;
        let found = lex::words(line).filter(|word| words.next(word).is_some());
        if secret || found.count() > 0 {
            Inside::Secret
        } else {
            Inside::Text
        }
    }

    fn yaml(&mut self, number: usize, line: &str) -> Inside {
        if line.trim().is_empty() {
            return Inside::Nothing;
        }
        let (column, content) = lex::content(line);
        let pair = lex::pair(content);
        match self.block {
            Some(block) if indent(line) > block.column => {
                let is_text = match block.lines {
                    Lines::Literal => true,
                    Lines::Plain => !content.starts_with('#'),
                    Lines::Any => {
                        block.secret && pair.is_none() && !content.starts_with(['{', '#'])
                    }
                };
                if is_text {
                    return self.text(line, block.secret);
                }
            }
            _ => self.block = None,
        }
        match pair {
            Some((name, value)) => {
                let value = lex::without_comment(value).0.trim();
                if is_item(line) || column != self.entry.column {
                    self.entry = Entry {
                        column,
                        ..Entry::default()
                    };
                }
                self.pair(number, bare(name), value)
            }
            None if content.starts_with('#') => Inside::Nothing,
            None if is_item(line) => self.item(indent(line), content),
            None => Inside::Nothing,
        }
    }

    fn pair(&mut self, number: usize, name: &str, value: &str) -> Inside {
        let named = self.is_named(number, name, value);
        self.list = None;
        self.begin(value);
        // `secrets:` lists names of secrets, not their values.
        let secret = named || is_secret_name(name) && name != "secrets";
        let last = value.rsplit(' ').next().unwrap_or_default();
        let lines = match value {
            "" if secret => Some(Lines::Any),
            "" => None,
            _ if last.starts_with(['|', '>']) => Some(Lines::Literal),
            _ if is_plain(value) => Some(Lines::Plain),
            _ => None,
        };
        self.block = lines.map(|lines| Block {
            column: self.entry.column,
            secret,
            lines,
        });
        self.open_quote(if named { "password" } else { name }, value);
        if named {
            Inside::Value
        } else {
            Inside::Nothing
        }
    }

    /// Whether this is the value of a secret variable that a pair beside it names.
    fn is_named(&mut self, number: usize, name: &str, value: &str) -> bool {
        if lex::names_secret(name, value) {
            self.entry.secret = true;
            self.above = self.entry.value.take();
        } else if lex::is_value(name) {
            self.entry.value = Some(number);
            return self.entry.secret;
        }
        false
    }

    /// A command begins with these words.
    fn begin(&mut self, text: &str) {
        self.words = SecretWords::default();
        for word in lex::words(text) {
            let _known = self.words.next(word);
        }
    }

    /// An item of a list that is no pair.
    fn item(&mut self, column: usize, content: &str) -> Inside {
        let value = lex::without_comment(content).0.trim();
        if self.list != Some(column) {
            self.list = Some(column);
            self.words = SecretWords::default();
        }
        let inner = bare(value);
        let name = inner.split_once('=').map_or("", |(name, _)| name);
        let words = &mut self.words;
        let found = lex::words(inner).filter(|word| words.next(word).is_some());
        let found = found.count() > 0;
        self.block = if value.starts_with(['|', '>']) {
            Some(Lines::Literal)
        } else {
            is_plain(value).then_some(Lines::Plain)
        }
        .map(|lines| Block {
            column,
            secret: is_secret_name(name),
            lines,
        });
        self.open_quote(name, value);
        // What has its name or its option beside it is told by the line itself.
        let alone = !inner.contains('=') && !inner.contains(char::is_whitespace);
        if found && alone {
            self.block = None;
            Inside::Secret
        } else {
            Inside::Nothing
        }
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
