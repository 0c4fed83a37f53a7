//! One line in pieces. Knows the two languages' signs; must not know other lines.
use super::{Language, Piece, Tone};
use crate::text::secret::{MASK, looks_secret};
use crate::text::secret_words;

/// A name under which every value is secret.
const SECRET: &str = "password";

/// What is known of a line before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// Secrets are shown.
    pub revealed: bool,
    /// Its value is one, whatever its name.
    pub secret: bool,
}

/// The pieces of a line that is part of no text above it, and what of it is masked in them.
pub(super) fn line(line: &str, language: Language, known: Known) -> (Vec<Piece>, Vec<String>) {
    let mut lexer = Lexer {
        known,
        ..Lexer::default()
    };
    match language {
        Language::Yaml => lexer.yaml(line),
        Language::Variables => lexer.variable(line),
    }
    (lexer.out, lexer.hidden)
}

/// A line of a secret value: its place is left, nothing else.
pub(super) fn masked(line: &str) -> (Vec<Piece>, Vec<String>) {
    let mut lexer = Lexer::default();
    let (blank, rest) = parted(line, line.len() - line.trim_start().len());
    lexer.put(blank, Tone::Plain);
    if !rest.is_empty() {
        lexer.hide(rest);
    }
    (lexer.out, lexer.hidden)
}

/// Whether a line of a longer text holds a secret: a command's option, or a setting of a file that is written out there.
pub(super) fn holds_secret(line: &str) -> bool {
    let (_, content) = content(line);
    let assigned = || assignment(content).map(|(_, name, _, value)| (name, value));
    let named = pair(content).or_else(assigned);
    let own = named.is_some_and(|(name, value)| looks_secret(name, value.trim()));
    own || looks_secret("", content) || has_option(content)
}

/// The words of a command, without what quotes and parts them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let signs = |c: char| "\"',[]".contains(c);
    text.split_whitespace()
        .map(move |word| word.trim_matches(signs))
}

/// Whether a word of a command is a secret: `--password X`.
fn has_option(text: &str) -> bool {
    let words: Vec<&str> = words(text).collect();
    secret_words(&words).iter().any(Option::is_some)
}

/// A text in two; all of it in the first where there is no character's border.
fn parted(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// What is behind blanks and dashes of lists, and its column.
pub(super) fn content(line: &str) -> (usize, &str) {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        match rest.strip_prefix("- ") {
            Some(item) => rest = item,
            None => return (line.len() - rest.len(), rest),
        }
    }
}

/// The end of a quoted text that begins this one, behind its closing quote.
fn quoted_end(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && quote == '"' && !escaped;
        closes.then_some(at + 1)
    })
}

/// Whether a quote that was opened before this text is closed in it.
pub(super) fn closes(rest: &str, quote: char) -> bool {
    quoted_end(&format!("{quote}{rest}")).is_some()
}

/// `name: value` in two, the name with its quotes, the value with the blanks before it.
pub(super) fn pair(text: &str) -> Option<(&str, &str)> {
    let from = quoted_end(text).unwrap_or(0);
    if from == 0 && text.starts_with(['#', '{', '[', '&', '*', '!', '|', '>']) {
        return None;
    }
    let (_, after) = parted(text, from);
    let ends = |(at, _): &(usize, &str)| {
        let next = after.get(at + 1..).unwrap_or_default();
        next.is_empty() || next.starts_with([' ', '\t'])
    };
    let (at, _) = after.match_indices(':').find(ends)?;
    let before = after.get(..at)?;
    if (from > 0 && !before.trim().is_empty()) || before.contains(" #") {
        return None;
    }
    Some((text.get(..from + at)?, text.get(from + at + 1..)?))
}

/// `export NAME=value`, or `NAME: value`, in four: what is before the name, the name, the sign, the value.
pub(super) fn assignment(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = parted(line, line.find(['=', ':'])?);
    let (sign, value) = parted(rest, 1);
    let name = before.trim_end().rsplit(' ').next()?;
    let lead = before.trim_end().len() - name.len();
    if name.is_empty() || name.starts_with('#') {
        return None;
    }
    Some((before.get(..lead)?, before.get(lead..)?, sign, value))
}

/// A value and the comment behind it, which begins with a blank.
pub(super) fn without_comment(value: &str) -> (&str, &str) {
    let start = value.len() - value.trim_start().len();
    let (_, rest) = parted(value, start);
    let from = start + quoted_end(rest).unwrap_or(0);
    let tail = value.get(from..).unwrap_or_default();
    match tail.find(" #") {
        Some(at) => parted(value, from + at),
        None => (value, ""),
    }
}

/// A reference to a variable at the start of a text: its whole length, its name, and where its default is.
fn reference(text: &str) -> Option<(usize, &str, std::ops::Range<usize>)> {
    let word = |text: &str| {
        let other = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        text.find(other).unwrap_or(text.len())
    };
    let rest = text.strip_prefix('$')?;
    let Some(inner) = rest.strip_prefix('{') else {
        let end = word(rest);
        let starts = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        return starts.then(|| Some((end + 1, rest.get(..end)?, end + 1..end + 1)))?;
    };
    let mut depth = 1;
    let close = inner.char_indices().find_map(|(at, c)| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })?;
    let end = word(inner).min(close);
    let sign = inner.get(end..close)?;
    let skip = [":-", ":+", "-", "+"]
        .iter()
        .find(|s| sign.starts_with(**s));
    // `${NAME:?words}` has no default: its words say what is missing.
    let from = skip.map_or(close, |s| end + s.len());
    Some((close + 3, inner.get(..end)?, from + 2..close + 2))
}

#[derive(Default)]
struct Lexer {
    out: Vec<Piece>,
    /// What the masks stand for.
    hidden: Vec<String>,
    known: Known,
}

impl Lexer {
    fn put(&mut self, words: &str, tone: Tone) {
        if !words.is_empty() {
            self.out.push((words.to_owned(), tone));
        }
    }

    fn hide(&mut self, secret: &str) {
        self.put(MASK, Tone::Secret);
        self.hidden.push(secret.to_owned());
    }

    fn yaml(&mut self, line: &str) {
        let (column, content) = content(line);
        let (lead, _) = parted(line, column);
        self.put(
            lead,
            if lead.contains('-') {
                Tone::Mark
            } else {
                Tone::Plain
            },
        );
        if content.starts_with('#') {
            return self.comment(content);
        }
        if let Some((name, value)) = pair(content) {
            self.put(name, Tone::Name);
            self.put(":", Tone::Mark);
            let (value, comment) = without_comment(value);
            let name = if self.known.secret {
                SECRET
            } else {
                bare(name)
            };
            self.value(name, value);
            return self.comment(comment);
        }
        let (value, comment) = without_comment(content);
        self.value("", value);
        self.comment(comment);
    }

    fn variable(&mut self, line: &str) {
        if line.trim_start().starts_with('#') {
            return self.comment(line);
        }
        let Some((lead, name, sign, value)) = assignment(line) else {
            return self.put(line, Tone::Plain);
        };
        self.put(lead, Tone::Mark);
        self.put(name, Tone::Name);
        self.put(sign, Tone::Mark);
        let (value, comment) = without_comment(value);
        self.scalar(name.trim(), value);
        self.comment(comment);
    }

    /// A comment; `# PASSWORD=…` that was put out of use is still a secret.
    fn comment(&mut self, words: &str) {
        let signs = |c: char| c == ' ' || c == '#' || c == '-';
        let inner = words.trim_start_matches(signs);
        let whole = inner.split_once('=').or_else(|| inner.split_once(": "));
        let secret = whole.filter(|(name, value)| {
            let name = name.rsplit(' ').next().unwrap_or_default();
            looks_secret(name, value.trim())
        });
        match secret {
            _ if self.known.revealed => self.put(words, Tone::Comment),
            Some((_, value)) => {
                let (before, value) = parted(words, words.len() - value.trim_start().len());
                self.put(before, Tone::Comment);
                self.hide(value);
            }
            None if looks_secret("", inner) || has_option(words) => {
                let (before, inner) = parted(words, words.len() - inner.len());
                self.put(before, Tone::Comment);
                self.hide(inner);
            }
            None => self.put(words, Tone::Comment),
        }
    }

    /// A value of YAML: a list or a mapping in brackets, a sign, or a text.
    fn value(&mut self, name: &str, value: &str) {
        let (blank, rest) = parted(value, value.len() - value.trim_start().len());
        if rest.starts_with(['{', '[']) {
            self.put(blank, Tone::Plain);
            return self.flow(name, rest);
        }
        if rest.starts_with(['&', '*', '!', '|', '>']) {
            let end = rest.find(' ').unwrap_or(rest.len());
            let (sign, rest) = parted(rest, end);
            self.put(blank, Tone::Plain);
            self.put(sign, Tone::Mark);
            return self.scalar(name, rest);
        }
        self.scalar(name, value);
    }

    /// `{a: b, c: d}` or `[a, b]`, as far as it is on this line.
    fn flow(&mut self, name: &str, text: &str) {
        let mapping = text.starts_with('{');
        let (open, inner) = parted(text, 1);
        self.put(open, Tone::Mark);
        let close = inner.trim_end().ends_with(['}', ']']);
        let end = if close {
            inner.trim_end().len() - 1
        } else {
            inner.len()
        };
        let (inner, close) = parted(inner, end);
        let items = items(inner);
        let words: Vec<&str> = items.iter().map(|item| bare(item)).collect();
        let secrets = secret_words(&words);
        let pairs = items.iter().filter_map(|item| pair(item.trim_start()));
        let named = mapping
            && pairs
                .into_iter()
                .any(|(name, value)| names_secret(name, value));
        for (number, (item, secret)) in items.into_iter().zip(secrets).enumerate() {
            if number > 0 {
                self.put(",", Tone::Mark);
            }
            let (blank, item) = parted(item, item.len() - item.trim_start().len());
            self.put(blank, Tone::Plain);
            match pair(item).filter(|_| mapping) {
                Some((name, value)) => {
                    self.put(name, Tone::Name);
                    self.put(":", Tone::Mark);
                    let secret = named && is_value(name);
                    self.value(if secret { SECRET } else { bare(name) }, value);
                }
                // The word behind `--password` is its value.
                None if secret.is_some() => self.value(SECRET, item),
                None => self.value(name, item),
            }
        }
        self.put(close, Tone::Mark);
    }

    /// A text, with the variables in it. `NAME=value` is one of its own.
    fn scalar(&mut self, name: &str, value: &str) {
        let (blank, rest) = parted(value, value.len() - value.trim_start().len());
        self.put(blank, Tone::Plain);
        let (body, tail) = parted(rest, rest.trim_end().len());
        let quote = quoted_end(body).is_some_and(|end| end == body.len());
        let inner = if quote {
            body.get(1..body.len() - 1)
        } else {
            None
        };
        let (mark, inner) = match inner {
            Some(inner) => (parted(body, 1).0, inner),
            None => ("", body),
        };
        self.put(mark, Tone::Mark);
        match inner.split_once('=').filter(|(left, _)| is_name(left)) {
            Some((variable, value)) => {
                self.put(variable, Tone::Name);
                self.put("=", Tone::Mark);
                self.literal(variable, value);
            }
            None => self.literal(name, inner),
        }
        self.put(mark, Tone::Mark);
        self.put(tail, Tone::Plain);
    }

    fn literal(&mut self, name: &str, value: &str) {
        let mut parts = Vec::new();
        let (mut rest, mut seen) = (value, 0);
        while let Some(at) = rest.get(seen..).and_then(|rest| rest.find('$')) {
            let (before, from) = parted(rest, seen + at);
            if let Some((length, variable, default)) = reference(from) {
                parts.push(Part::Text(before));
                let (whole, after) = parted(from, length);
                parts.push(Part::Variable(variable, whole, default));
                (rest, seen) = (after, 0);
            } else {
                // Two signs stand for one, which begins nothing.
                seen += at + if from.starts_with("$$") { 2 } else { 1 };
            }
        }
        parts.push(Part::Text(rest));
        let filled: String = parts.iter().map(Part::filled).collect();
        let secret = !self.known.revealed && (looks_secret(name, &filled) || has_option(&filled));
        for part in &parts {
            self.part(name, part, secret);
        }
    }

    fn part(&mut self, name: &str, part: &Part, secret: bool) {
        match part {
            Part::Text("") => {}
            Part::Text(text) if secret => self.hide(text),
            Part::Text(text) => {
                let figure = text.parse::<f64>().is_ok();
                let word = ["true", "false", "null", "yes", "no"].contains(text);
                self.put(
                    text,
                    if figure || word {
                        Tone::Number
                    } else {
                        Tone::Text
                    },
                );
            }
            Part::Variable(variable, whole, default) => {
                let value = whole.get(default.clone()).unwrap_or_default();
                let own = looks_secret(variable, value) || looks_secret(name, value);
                if value.is_empty() || self.known.revealed || !(secret || own) {
                    return self.put(whole, Tone::Variable);
                }
                self.put(parted(whole, default.start).0, Tone::Variable);
                self.hide(value);
                self.put(parted(whole, default.end).1, Tone::Variable);
            }
        }
    }
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    /// A variable: its name, all of it, and where in that its default is.
    Variable(&'a str, &'a str, std::ops::Range<usize>),
}

impl Part<'_> {
    /// What stands there when no variable is set.
    fn filled(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Variable(_, whole, default) => whole.get(default.clone()).unwrap_or_default(),
        }
    }
}

/// A word without the blanks and the quotes around it.
pub(super) fn bare(word: &str) -> &str {
    word.trim().trim_matches(['"', '\''])
}

/// Whether a pair says of which variable the pair beside it is the value, and that is secret: `name: PASSWORD`.
pub(super) fn names_secret(name: &str, value: &str) -> bool {
    let names = ["name", "variable"];
    names.iter().any(|it| bare(name).eq_ignore_ascii_case(it)) && is_secret_name(bare(value))
}

/// Whether a pair is the value of a variable that another pair names.
pub(super) fn is_value(name: &str) -> bool {
    bare(name).eq_ignore_ascii_case("value")
}

/// Whether a value under this name is secret, whatever it is.
pub(super) fn is_secret_name(name: &str) -> bool {
    // A value that is no setting and no path.
    looks_secret(name, "x7Kq0pWz")
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-[]".contains(c))
}

/// The items of a list, parted at the commas that are in no brackets and no quotes.
fn items(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                items.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    items.extend(text.get(start..));
    items
}
