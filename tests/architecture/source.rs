//! A file of the tree, and which of its tokens are tests. Knows no rule.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::lex::{Token, lex};

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// From the tree's root: `src/engine/error.rs`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    /// For each token, whether it is part of a `#[cfg(test)]` item.
    pub test: Vec<bool>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let tokens = lex(text);
        let of_tests = test_tokens(&tokens);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            test: of_tests,
        }
    }

    /// The modules from the crate's root to this file: `["engine", "error"]`; none for `lib.rs`.
    pub fn modules(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let inner = inner.strip_suffix(".rs").unwrap_or(inner);
        if inner == "lib" {
            return Vec::new();
        }
        inner.split('/').map(str::to_owned).collect()
    }

    /// The module right under the root this file is part of; `lib` and `main` for themselves.
    pub fn top(&self) -> String {
        self.modules()
            .first()
            .cloned()
            .unwrap_or_else(|| "lib".to_owned())
    }

    pub fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number - 1).unwrap_or_default().trim()
    }

    /// Its lines without those of `#[cfg(test)]` items.
    pub fn lines_without_tests(&self) -> usize {
        let mut of_tests = BTreeSet::new();
        let mut first = None;
        for (token, test) in self.tokens.iter().zip(&self.test) {
            if *test {
                of_tests.extend(*first.get_or_insert(token.line)..=token.line);
            } else {
                first = None;
            }
        }
        self.text.lines().count() - of_tests.len()
    }
}

/// Every Rust file under a folder, in order. Files that are a test module as a whole are all test.
pub fn read_tree(root: &Path) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    let sources = paths.iter().map(|path| {
        let name = path.strip_prefix(root).unwrap();
        Source::new(name.to_str().unwrap(), &fs::read_to_string(path).unwrap())
    });
    mark_test_files(sources.collect())
}

fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Follows each `#[cfg(test)] mod x;` to its file and to what is below it.
pub fn mark_test_files(mut sources: Vec<Source>) -> Vec<Source> {
    let mut test_modules: Vec<Vec<String>> = Vec::new();
    for source in &sources {
        for (at, window) in source.tokens.windows(3).enumerate() {
            let [word, name, end] = window else { continue };
            if source.test[at] && word.text == "mod" && end.text == ";" {
                let mut module = source.modules();
                module.push(name.text.clone());
                test_modules.push(module);
            }
        }
    }
    for source in &mut sources {
        let own = source.modules();
        if test_modules.iter().any(|module| own.starts_with(module)) {
            source.test.fill(true);
        }
    }
    sources
}

/// Marks the tokens of items under `#[cfg(test)]`, the attributes included.
fn test_tokens(tokens: &[Token]) -> Vec<bool> {
    let mut marks = vec![false; tokens.len()];
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            let end = end_of_item(tokens, at);
            marks[at..end].fill(true);
            at = end;
        } else {
            at += 1;
        }
    }
    marks
}

/// `#[cfg(test)]`, or `#[cfg(all(test, …))]`.
fn is_test_attribute(tokens: &[Token]) -> bool {
    let starts = |words: &[&str]| {
        tokens.len() >= words.len() && words.iter().zip(tokens).all(|(word, t)| t.text == *word)
    };
    starts(&["#", "[", "cfg", "(", "test", ")", "]"])
        || starts(&["#", "[", "cfg", "(", "all", "(", "test"])
}

const ITEMS: [&str; 11] = [
    "const", "enum", "fn", "impl", "mod", "static", "struct", "trait", "type", "union", "use",
];

/// Where the item that begins here, with its attributes, is over: behind its `;`, its `}`, or before a `}` or `,` that
/// closes what it is in.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_i32;
    let mut brace = false;
    // Of what is in a list (a field, a variant), the comma is the end; a `fn` has commas of its own.
    let mut listed = true;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "{" | "(" | "[" => {
                brace |= depth == 0 && token.text == "{";
                depth += 1;
            }
            "}" | ")" | "]" => {
                depth -= 1;
                if depth < 0 {
                    return at;
                }
                // `use a::{b};` ends with its semicolon, as does a `const` with a block.
                let more = tokens.get(at + 1).is_some_and(|next| next.text == ";");
                if depth == 0 && brace && token.text == "}" && !more {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            "," if depth == 0 && listed => return at + 1,
            word if depth == 0 && ITEMS.contains(&word) => listed = false,
            _ => {}
        }
    }
    tokens.len()
}
