//! Reads Rust source well enough to check its shape: comments, strings and inline tests blanked, paths resolved. Lines
//! stay where they are, so that what is found can be named by its line. Knows no rule.

/// A path that a line names, resolved from the crate's root: `crate::state::world`, `tokio::time`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub line: usize,
    pub path: String,
    /// Follows `use`: the name is brought in, not only used.
    pub imported: bool,
}

/// Comments and the insides of strings and characters become blanks.
pub fn blank(source: &str) -> String {
    let text: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < text.len() {
        let end = skipped(&text, at);
        if end == at {
            out.push(text[at]);
            at += 1;
        } else {
            out.extend(
                text[at..end]
                    .iter()
                    .map(|c| if *c == '\n' { '\n' } else { ' ' }),
            );
            at = end;
        }
    }
    out
}

/// Where the comment, string or character that begins here ends; `at` itself if none begins.
fn skipped(text: &[char], at: usize) -> usize {
    let is = |i: usize, c: char| text.get(i) == Some(&c);
    let in_word = at > 0 && is_word(text[at - 1]);
    match text[at] {
        '/' if is(at + 1, '/') => find(text, at, |i| text[i] == '\n'),
        '/' if is(at + 1, '*') => block_comment(text, at),
        '"' => quoted(text, at),
        '\'' => character(text, at),
        'r' if !in_word => raw_string(text, at + 1).unwrap_or(at),
        'b' | 'c' if !in_word && is(at + 1, 'r') => raw_string(text, at + 2).unwrap_or(at),
        _ => at,
    }
}

fn find(text: &[char], from: usize, wanted: impl Fn(usize) -> bool) -> usize {
    (from..text.len())
        .find(|i| wanted(*i))
        .unwrap_or(text.len())
}

fn block_comment(text: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0, at);
    while i + 1 < text.len() {
        match (text[i], text[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    text.len()
}

fn quoted(text: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < text.len() && text[i] != '"' {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(text.len())
}

/// `'x'` or `'\n'`; a lifetime has no closing quote and is none.
fn character(text: &[char], at: usize) -> usize {
    if text.get(at + 1) == Some(&'\\') {
        return (find(text, at + 3, |i| text[i] == '\'') + 1).min(text.len());
    }
    if text.get(at + 2) == Some(&'\'') {
        at + 3
    } else {
        at
    }
}

/// The end of `#"…"#` that begins at `at`, after its `r`.
fn raw_string(text: &[char], at: usize) -> Option<usize> {
    let quote = find(text, at, |i| text[i] != '#');
    if text.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - at;
    let end = find(text, quote + 1, |i| {
        text[i] == '"' && (i + 1..=i + hashes).all(|i| text.get(i) == Some(&'#'))
    });
    Some((end + 1 + hashes).min(text.len()))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Blanked code in which every `#[cfg(test)] mod … { … }` is blank too. What stands behind one is not.
pub fn without_tests(code: &str) -> String {
    without(code, |tests| {
        tests
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect()
    })
}

/// Blanked code less every `#[cfg(test)] mod … { … }`: lines do not stay where they are.
pub fn tests_cut(code: &str) -> String {
    without(code, |_| String::new())
}

fn without(code: &str, instead: impl Fn(&str) -> String) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(mark) = rest.find(MARK) {
        let mut item = rest[mark + MARK.len()..].trim_start();
        while item.starts_with("#[") {
            item = item[group_end(item, '[', ']')..].trim_start();
        }
        let is_mod = item
            .split_whitespace()
            .find(|word| !word.starts_with("pub"))
            .is_some_and(|word| word == "mod");
        let (brace, semicolon) = (item.find('{'), item.find(';'));
        let inline = match (brace, semicolon) {
            (Some(brace), Some(semicolon)) => brace < semicolon,
            (brace, _) => brace.is_some(),
        };
        let from = rest.len() - item.len();
        if is_mod && inline {
            let end = from + group_end(item, '{', '}');
            out.push_str(&rest[..mark]);
            out.push_str(&instead(&rest[mark..end]));
            rest = &rest[end..];
        } else {
            out.push_str(&rest[..from]);
            rest = &rest[from..];
        }
    }
    out + rest
}

/// Where the first bracketed group of blanked `code` ends.
fn group_end(code: &str, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    code.len()
}

/// The modules that a file's own paths begin in: `views/logs/line.rs` is `["views", "logs", "line"]`.
fn place(file: &str) -> Vec<&str> {
    let place: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(place.as_slice(), ["lib" | "main"]) {
        Vec::new()
    } else {
        place
    }
}

/// Every path of two names or more and every `use` in blanked code; groups opened, `self` and `super` resolved. A
/// `super` is taken from the file's own module: inline modules are only tests here, and those are blank.
pub fn mentions(file: &str, code: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(length) = code[at..].find(is_word) {
        let start = at + length;
        let end = word_end(code, start);
        at = end;
        let before = code[..start].trim_end();
        if before.ends_with("::") && !before.ends_with("use ::") {
            continue;
        }
        let word = &code[start..end];
        if word == "use" {
            let tree_end = start + code[start..].find(';').unwrap_or(code.len() - start);
            open(code, (end, tree_end), &[], true, &mut found);
            at = tree_end;
        } else if code[end..].starts_with("::") && !code[end..].starts_with("::<") {
            open(code, (start, code.len()), &[], false, &mut found);
        }
    }
    let line_of = |at: usize| code[..at].matches('\n').count() + 1;
    found
        .into_iter()
        .map(|(at, path, imported)| Mention {
            line: line_of(at),
            path: resolve(file, &path),
            imported,
        })
        .collect()
}

fn word_end(code: &str, start: usize) -> usize {
    code[start..]
        .find(|c| !is_word(c))
        .map_or(code.len(), |i| start + i)
}

type Found<'a> = Vec<(usize, Vec<&'a str>, bool)>;

/// Adds each path of the tree in `code[span]` with the place of its last name.
fn open<'a>(
    code: &'a str,
    (start, end): (usize, usize),
    prefix: &[&'a str],
    imported: bool,
    found: &mut Found<'a>,
) {
    let mut path = prefix.to_vec();
    let mut at = start;
    let mut last = start;
    loop {
        at += code[at..end].len() - code[at..end].trim_start().len();
        if code[at..end].starts_with('{') && imported {
            let close = at + group_end(&code[at..end], '{', '}');
            let (mut depth, mut from) = (0, at + 1);
            for (i, c) in code[at..close].char_indices() {
                depth += i32::from(c == '{') - i32::from(c == '}');
                if (c == ',' && depth == 1) || depth == 0 {
                    if !code[from..at + i].trim().is_empty() {
                        open(code, (from, at + i), &path, true, found);
                    }
                    from = at + i + 1;
                }
            }
            return;
        }
        let next = word_end(&code[..end], at);
        if next > at {
            last = at;
            path.push(&code[at..next]);
            at = next;
        }
        let rest = code[at..end].trim_start();
        if !rest.starts_with("::") {
            break;
        }
        at = end - rest.len() + 2;
        let ahead = code[at..end].trim_start();
        if !(ahead.starts_with(is_word) || (imported && ahead.starts_with('{'))) {
            break;
        }
    }
    if imported || path.len() > 1 {
        found.push((last, path, imported));
    }
}

fn resolve(file: &str, path: &[&str]) -> String {
    let mut here = place(file);
    let mut rest = path;
    let relative = matches!(rest.first(), Some(&("self" | "super")));
    while let Some((&first @ ("self" | "super"), more)) = rest.split_first() {
        if first == "super" {
            here.pop();
        }
        rest = more;
    }
    let whole: Vec<&str> = if relative {
        ["crate"].into_iter().chain(here).collect()
    } else {
        Vec::new()
    };
    let names = rest.iter().copied().filter(|name| *name != "self");
    whole
        .into_iter()
        .chain(names)
        .collect::<Vec<_>>()
        .join("::")
}

/// The functions of blanked code: name, first line, lines taken.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].ends_with(is_word) {
            continue;
        }
        let name = &code[at + 3..word_end(code, at + 3)];
        let rest = &code[at..];
        // A `;` before the body ends a declaration, except inside brackets: `fn f(x: [u8; 4]) {`.
        let mut depth = 0;
        let body = rest.char_indices().find(|(_, c)| {
            depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
            depth == 0 && matches!(c, '{' | ';')
        });
        if let Some((body, '{')) = body
            && !name.is_empty()
        {
            let end = body + group_end(&rest[body..], '{', '}');
            let line = code[..at].matches('\n').count() + 1;
            found.push((name.to_owned(), line, rest[..end].matches('\n').count() + 1));
        }
    }
    found
}
