//! The paths a source names: each `use`, grouped and renamed ones taken apart, and each path in the code, its first name
//! looked up among the imports and `self`, `super` and `crate` made whole. Knows no rule.
use std::collections::BTreeMap;

use super::lex::Token;
use super::source::Source;

/// A path as the compiler would begin to read it: `crate::engine::Error`, `std::fs::read`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub parts: Vec<String>,
    pub line: usize,
    pub test: bool,
}

impl Named {
    pub fn starts_with(&self, path: &str) -> bool {
        let mut own = self.parts.iter();
        path.split("::")
            .all(|part| own.next().is_some_and(|p| p == part))
    }

    /// The module right under the crate's root it leads to.
    pub fn top(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [root, top, ..] if root == "crate" => Some(top),
            _ => None,
        }
    }
}

/// Every path of a source, in order.
pub fn paths(source: &Source) -> Vec<Named> {
    let mut reader = Reader {
        source,
        at: 0,
        modules: source.modules(),
        open: Vec::new(),
        depth: 0,
        imports: BTreeMap::new(),
        found: Vec::new(),
    };
    // Imports first: they count in the whole file, wherever they stand.
    reader.read(true);
    reader.at = 0;
    reader.read(false);
    reader.found.sort_by_key(|named| named.line);
    reader.found
}

struct Reader<'a> {
    source: &'a Source,
    at: usize,
    /// Where the reader is: the file's modules and the inline ones that are open.
    modules: Vec<String>,
    /// The depths at which inline modules opened.
    open: Vec<usize>,
    depth: usize,
    /// Names brought in by `use`, in tests or outside, and what they stand for.
    imports: BTreeMap<(bool, String), Vec<String>>,
    found: Vec<Named>,
}

impl Reader<'_> {
    fn text(&self, ahead: usize) -> &str {
        let token = self.source.tokens.get(self.at + ahead);
        token.map_or("", |token| token.text.as_str())
    }

    fn is_name(&self, ahead: usize) -> bool {
        let token = self.source.tokens.get(self.at + ahead);
        token.is_some_and(Token::is_name)
    }

    fn read(&mut self, imports: bool) {
        while self.at < self.source.tokens.len() {
            match self.text(0) {
                "use" => {
                    self.at += 1;
                    self.tree(&[], imports);
                }
                "mod" if self.is_name(1) && self.text(2) == "{" => {
                    self.modules.push(self.text(1).to_owned());
                    self.open.push(self.depth);
                    self.at += 2;
                }
                "{" => {
                    self.depth += 1;
                    self.at += 1;
                }
                "}" => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.open.last() == Some(&self.depth) {
                        self.open.pop();
                        self.modules.pop();
                    }
                    self.at += 1;
                }
                _ if self.is_name(0) && !imports => self.path(),
                _ => self.at += 1,
            }
        }
    }

    /// A path in the code. One name alone says nothing: what it stands for was named by its import.
    fn path(&mut self) {
        let start = self.at;
        let mut parts = vec![self.text(0).to_owned()];
        self.at += 1;
        while self.text(0) == "::" && self.is_name(1) {
            parts.push(self.text(1).to_owned());
            self.at += 2;
        }
        if parts.len() == 1 {
            return;
        }
        // `::std::fs` begins at the crates.
        let absolute = start > 0 && self.source.tokens[start - 1].text == "::";
        let whole = if absolute {
            parts
        } else {
            self.whole(parts, self.source.test[start])
        };
        self.keep(whole, start);
    }

    fn keep(&mut self, parts: Vec<String>, token: usize) {
        self.found.push(Named {
            parts,
            line: self.source.tokens[token].line,
            test: self.source.test[token],
        });
    }

    /// One tree of a `use`, from its first name; ends at the `,`, `}` or `;` behind it.
    fn tree(&mut self, before: &[String], imports: bool) {
        let start = self.at;
        let mut parts = before.to_vec();
        let mut absolute = false;
        loop {
            match self.text(0) {
                "::" => {
                    absolute |= parts.is_empty();
                    self.at += 1;
                }
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | "") {
                        let before = self.at;
                        self.tree(&parts, imports);
                        if self.text(0) == "," || self.at == before {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "as" => break,
                "self" if !parts.is_empty() => self.at += 1,
                _ if self.is_name(0) || self.text(0) == "*" => {
                    parts.push(self.text(0).to_owned());
                    self.at += 1;
                }
                _ => break,
            }
        }
        let mut name = parts.last().cloned().unwrap_or_default();
        if self.text(0) == "as" {
            self.text(1).clone_into(&mut name);
            self.at += 2;
        }
        let rooted = matches!(
            parts.first().map(String::as_str),
            Some("self" | "super" | "crate")
        );
        let Some(test) = self.source.test.get(start).copied() else {
            return;
        };
        if rooted || !(absolute || imports || parts.is_empty()) {
            parts = self.whole(parts, test);
        }
        if imports {
            self.imports.insert((test, name), parts);
        } else if !parts.is_empty() {
            self.keep(parts, start);
        }
    }

    /// A path from the crate's root or from a crate: `super::x` and an imported first name are written out.
    fn whole(&self, parts: Vec<String>, test: bool) -> Vec<String> {
        let mut from = vec!["crate".to_owned()];
        from.extend(self.modules.iter().cloned());
        let mut rest = parts.iter().peekable();
        match parts[0].as_str() {
            "crate" | "stacktui" => {
                from.truncate(1);
                rest.next();
            }
            "self" => {
                rest.next();
            }
            "super" => {
                while rest.next_if(|part| *part == "super").is_some() {
                    from.truncate((from.len() - 1).max(1));
                }
            }
            first => match self.import(first, test) {
                Some(meant) if meant.first().is_some_and(|name| name != first) => {
                    from.clone_from(meant);
                    rest.next();
                }
                _ => return parts,
            },
        }
        from.extend(rest.cloned());
        from
    }

    /// What a name was imported as: a test sees its own imports before the file's.
    fn import(&self, name: &str, test: bool) -> Option<&Vec<String>> {
        let get = |test| self.imports.get(&(test, name.to_owned()));
        get(test).or_else(|| get(false))
    }
}
