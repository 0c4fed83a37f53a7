//! Variables put in their places, as compose does it. Must not know where values come from.
use std::collections::{BTreeMap, BTreeSet};

/// Variables by name, and those that were missed.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub known: BTreeMap<String, String>,
    pub missed: BTreeSet<String>,
}

impl Variables {
    /// Reads lines of `NAME=value`.
    pub fn read(&mut self, text: &str) {
        for line in text.lines().map(str::trim) {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let value = value.trim();
            let quoted = ['"', '\''].into_iter().find_map(|quote| {
                let inner = value.strip_prefix(quote)?;
                inner.split_once(quote).map(|(inner, _)| inner)
            });
            let bare = value.split(" #").next().unwrap_or_default().trim_end();
            let value = quoted.unwrap_or(bare).to_owned();
            self.known.insert(name.trim().to_owned(), value);
        }
    }

    /// A text with its variables filled in; `None`: it is not written as it should be, or what it needs is not there.
    pub fn fill(&mut self, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled += &rest[..at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                filled.push('$');
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('{') {
                let end = close(inner)?;
                filled += &self.braced(&inner[..end])?;
                rest = &inner[end + 1..];
            } else {
                let end = name_end(rest);
                if end == 0 {
                    return None;
                }
                filled += &self.value(&rest[..end]);
                rest = &rest[end..];
            }
        }
        Some(filled + rest)
    }

    fn value(&mut self, name: &str) -> String {
        let Some(value) = self.known.get(name) else {
            self.missed.insert(name.to_owned());
            return String::new();
        };
        value.clone()
    }

    /// `NAME`, `NAME:-default` and their like.
    fn braced(&mut self, inner: &str) -> Option<String> {
        let (name, sign) = inner.split_at(name_end(inner));
        if name.is_empty() {
            return None;
        }
        let known = self.known.get(name).cloned();
        let full = known.clone().filter(|value| !value.is_empty());
        let signs = [":-", ":+", ":?", "-", "+", "?"];
        let Some(sign_of) = signs.into_iter().find(|it| sign.starts_with(it)) else {
            return sign.is_empty().then(|| self.value(name));
        };
        let other = &sign[sign_of.len()..];
        let there = if sign_of.starts_with(':') {
            full
        } else {
            known
        };
        match (sign_of.trim_start_matches(':'), there) {
            ("+", Some(_)) | ("-", None) => self.fill(other),
            ("+", None) => Some(String::new()),
            (_, there) => there,
        }
    }
}

fn name_end(text: &str) -> usize {
    let other = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(other).unwrap_or(text.len())
}

/// Where the brace closes that was opened before this text.
fn close(text: &str) -> Option<usize> {
    let mut depth = 1;
    text.char_indices().find_map(|(at, c)| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })
}
