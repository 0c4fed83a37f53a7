//! Reads Rust source well enough to check its shape: comments, strings and inline tests taken out, paths found.

/// A path that a line names: `crate::state::world`, `tokio::time`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub line: usize,
    pub path: String,
    pub text: String,
}

/// Comments and the insides of strings become blanks; lines stay where they are.
pub fn blank(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => {
                while rest.peek().is_some_and(|c| *c != '\n') {
                    rest.next();
                }
            }
            '"' => {
                out.push('"');
                while let Some(c) = rest.next() {
                    match c {
                        '\\' if rest.next() == Some('\n') => {
                            out.push('\n');
                        }
                        '"' => break,
                        '\n' => out.push('\n'),
                        _ => {}
                    }
                }
                out.push('"');
            }
            'r' if rest.peek() == Some(&'#')
                && !out.ends_with(|c: char| c.is_alphanumeric() || c == '_') =>
            {
                raw_string(&mut rest, &mut out);
            }
            '\'' => {
                // A character literal; a lifetime has no closing quote nearby.
                let ahead: Vec<char> = rest.clone().take(3).collect();
                out.push('\'');
                match ahead.as_slice() {
                    ['\\', ..] => {
                        rest.next();
                        rest.next();
                        while rest.next().is_some_and(|c| c != '\'') {}
                    }
                    [_, '\'', ..] => {
                        rest.next();
                        rest.next();
                    }
                    _ => {}
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn raw_string(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut hashes = 0;
    while rest.peek() == Some(&'#') {
        rest.next();
        hashes += 1;
    }
    if rest.peek() != Some(&'"') {
        out.push('r');
        out.extend(std::iter::repeat_n('#', hashes));
        return;
    }
    rest.next();
    let end: String = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let mut seen = String::new();
    for c in rest.by_ref() {
        if c == '\n' {
            out.push('\n');
        }
        seen.push(c);
        if seen.ends_with(&end) {
            return;
        }
    }
}

/// The source without its inline test module, and without any item marked `#[cfg(test)]` at its end.
pub fn without_tests(source: &str) -> String {
    match source.find("#[cfg(test)]\nmod ") {
        Some(at) => source[..at].to_owned(),
        None => source.to_owned(),
    }
}

/// Every path that begins with a crate's or module's name, groups opened: `use crate::{a, b::c}` names two.
pub fn mentions(code: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let lines: Vec<&str> = code.lines().collect();
    let line_of = |at: usize| code[..at].matches('\n').count();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some(next) = code[at..].find("::") {
        let middle = at + next;
        let start = code[..middle].rfind(|c| !is_word(c)).map_or(0, |i| i + 1);
        let first = &code[start..middle];
        let inside = code[..start].ends_with("::");
        at = middle + 2;
        if first.is_empty() || inside {
            continue;
        }
        let mut paths = Vec::new();
        open(&code[middle + 2..], first, &mut paths);
        let line = line_of(start);
        for path in paths {
            found.push(Mention {
                line: line + 1,
                path,
                text: lines[line].trim().to_owned(),
            });
        }
    }
    found
}

/// Adds the paths that follow `prefix::`.
fn open(rest: &str, prefix: &str, paths: &mut Vec<String>) {
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        let mut depth = 1;
        let mut piece = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                let piece = std::mem::take(&mut piece);
                let piece = piece.trim();
                if !piece.is_empty() {
                    open(piece, prefix, paths);
                }
                if depth == 0 {
                    return;
                }
                continue;
            }
            piece.push(c);
        }
        return;
    }
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    let word = &rest[..end];
    let path = format!("{prefix}::{word}");
    match rest[end..].trim_start().strip_prefix("::") {
        Some(more) if !word.is_empty() => open(more, &path, paths),
        _ => paths.push(path),
    }
}

/// The lines that each function takes: name, first line, length.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(place) = words.iter().position(|w| *w == "fn") else {
            continue;
        };
        let plain = words[..place].iter().all(|w| {
            w.starts_with("pub")
                || matches!(*w, "async" | "const" | "in" | "crate")
                || w.ends_with(')')
        });
        let Some(name) = words.get(place + 1).filter(|_| plain) else {
            continue;
        };
        let name: String = name
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let (mut depth, mut opened) = (0i32, false);
        for (length, line) in lines[index..].iter().enumerate() {
            depth += line.matches('{').count() as i32 - line.matches('}').count() as i32;
            opened |= line.contains('{');
            if (opened && depth <= 0) || (!opened && line.contains(';')) {
                found.push((name, index + 1, length + 1));
                break;
            }
        }
    }
    found
}
