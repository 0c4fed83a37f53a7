//! The members of one JSON object, read in place: no tree, no recursion, whatever the bytes.
//!
//! Lenient about what stands inside nested values, exact about where each member begins and ends.
//! Must not know: what keys mean.

/// A value as it stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Between its quotes, escapes untouched.
    Text(&'a [u8]),
    /// With its braces.
    Object(&'a [u8]),
    /// With its brackets.
    Array(&'a [u8]),
    /// A number, `true`, `false` or `null`.
    Bare(&'a [u8]),
}

/// Reads the members of an object one by one; ends at the first byte that is not JSON.
#[derive(Debug)]
pub(super) struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
    first: bool,
    /// The closing brace was reached.
    closed: bool,
}

impl<'a> Members<'a> {
    /// `None` when the bytes do not open an object.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        (bytes.first() == Some(&b'{')).then_some(Self {
            bytes,
            at: 1,
            first: true,
            closed: false,
        })
    }

    /// Whether the object was read to its end and nothing but space follows.
    pub(super) fn whole(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.closed && rest.iter().all(u8::is_ascii_whitespace)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn member(&mut self) -> Option<(&'a [u8], Value<'a>)> {
        if self.closed {
            return None;
        }
        self.skip_space();
        if self.peek()? == b'}' {
            self.at += 1;
            self.closed = true;
            return None;
        }
        if !self.first {
            self.take(b',')?;
            self.skip_space();
        }
        self.first = false;
        let key = self.string()?;
        self.take(b':')?;
        self.skip_space();
        Some((key, self.value()?))
    }

    fn value(&mut self) -> Option<Value<'a>> {
        let start = self.at;
        match self.peek()? {
            b'"' => self.string().map(Value::Text),
            b'{' => self.nested(start).map(Value::Object),
            b'[' => self.nested(start).map(Value::Array),
            _ => {
                let rest = self.bytes.get(start..)?;
                let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
                let len = rest.iter().take_while(|b| bare(b)).count();
                self.at += len;
                let word = rest.get(..len)?;
                let known = matches!(word, b"true" | b"false" | b"null");
                let number = matches!(word.first()?, b'-' | b'0'..=b'9');
                (known || number).then_some(Value::Bare(word))
            }
        }
    }

    /// The text between two quotes; the place moves behind the second.
    fn string(&mut self) -> Option<&'a [u8]> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..)?;
            at += rest.iter().position(|b| matches!(b, b'"' | b'\\'))?;
            if self.bytes.get(at) == Some(&b'"') {
                break;
            }
            at += 2;
        }
        self.at = at + 1;
        self.bytes.get(start..at)
    }

    fn nested(&mut self, start: usize) -> Option<&'a [u8]> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.bytes.get(start..self.at);
            }
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.member()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Vec<(String, String)>, bool) {
        let mut members = Members::new(json.as_bytes()).unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let all = members
            .by_ref()
            .map(|(key, value)| {
                let (Value::Text(v) | Value::Object(v) | Value::Array(v) | Value::Bare(v)) = value;
                (text(key), text(v))
            })
            .collect();
        (all, members.whole())
    }

    #[test]
    fn members_in_their_order() {
        let (members, whole) =
            read(r#"{"a":"x\"y", "b" : {"c":[1,{"d":"}"}]},"e":-1.5e3, "f":null} "#);
        let pairs: Vec<_> = members.iter().map(|(k, v)| (&**k, &**v)).collect();
        let expected = [
            ("a", r#"x\"y"#),
            ("b", r#"{"c":[1,{"d":"}"}]}"#),
            ("e", "-1.5e3"),
            ("f", "null"),
        ];
        assert_eq!(pairs, expected);
        assert!(whole);
        assert_eq!(read("{}"), (vec![], true));
    }

    #[test]
    fn what_is_not_json_ends_it() {
        for json in [
            r#"{"a":1"#,
            r#"{"a":1,"#,
            r#"{"a":1,"b":"cut"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a":1} tail"#,
            r#"{"a":1}}"#,
            r#"{"a":1,"b":[[[[}"#,
            r#"{"a":1,"b":oops}"#,
            "{\"a\":1,\"b\":\"\\",
        ] {
            let (members, whole) = read(json);
            assert!(!whole, "{json}");
            assert_eq!(members[0], ("a".to_owned(), "1".to_owned()), "{json}");
        }
        assert!(Members::new(b"[1]").is_none());
        assert!(Members::new(b"").is_none());
    }
}
