//! The words of a logfmt line: `key=value`, `key="quoted value"` and words without a value.
//!
//! Must not know: what keys mean.

/// One word of the line, or one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub key: &'a [u8],
    /// Between its quotes if it has any, escapes untouched; `None` for a word without `=`.
    pub value: Option<&'a [u8]>,
    pub quoted: bool,
}

/// Reads pairs one by one, to the end of the bytes; a quote that never closes takes the rest.
#[derive(Debug)]
pub(super) struct Pairs<'a> {
    rest: &'a [u8],
}

impl<'a> Pairs<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let text = self.rest.trim_ascii_start();
        if text.is_empty() {
            self.rest = text;
            return None;
        }
        let stop = |b: &u8| *b == b'=' || b.is_ascii_whitespace();
        let end = text.iter().position(stop).unwrap_or(text.len());
        let (key, rest) = text.split_at_checked(end)?;
        let Some(rest) = rest.strip_prefix(b"=") else {
            self.rest = rest;
            return Some(Pair {
                key,
                value: None,
                quoted: false,
            });
        };
        let quoted = rest.strip_prefix(b"\"");
        let (value, rest) = quoted.map_or_else(|| bare(rest), quoted_value);
        self.rest = rest;
        Some(Pair {
            key,
            value: Some(value),
            quoted: quoted.is_some(),
        })
    }
}

fn bare(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(u8::is_ascii_whitespace);
    text.split_at_checked(end.unwrap_or(text.len()))
        .unwrap_or((text, &[]))
}

/// The text up to a quote that no backslash escapes, and what follows it.
fn quoted_value(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = text.iter().position(|b| {
        let closes = *b == b'"' && !escaped;
        escaped = *b == b'\\' && !escaped;
        closes
    });
    let Some(end) = end else { return (text, &[]) };
    let rest = text.get(end + 1..).unwrap_or_default();
    (text.get(..end).unwrap_or_default(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_words_and_quotes() {
        let line = br#" a=1 b="x \"y\" z" done c= d="open e=2"#;
        let pairs: Vec<_> = Pairs::new(line)
            .map(|pair| {
                let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
                (text(pair.key), pair.value.map(text), pair.quoted)
            })
            .collect();
        let pair =
            |key: &str, value: &str, quoted| (key.to_owned(), Some(value.to_owned()), quoted);
        let expected = [
            pair("a", "1", false),
            pair("b", r#"x \"y\" z"#, true),
            ("done".to_owned(), None, false),
            pair("c", "", false),
            pair("d", "open e=2", true),
        ];
        assert_eq!(pairs, expected);
    }
}
