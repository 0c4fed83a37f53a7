//! Regular expressions and templates of hosts and paths, as a person reads them: what varies is a star.

/// A template of version 2, `{sub:[a-z]+}.example.com`: `*.example.com`. `{name:foo}` is no more than `foo`.
pub fn of_template(value: &str) -> String {
    let mut found = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('{') {
        found.push_str(before);
        let end = closing(after);
        let inside = after.get(..end).unwrap_or(after);
        rest = after.get(end + 1..).unwrap_or_default();
        match inside.split_once(':') {
            Some((_, regexp)) => found.push_str(&of_regexp(regexp)),
            None => found.push('*'),
        }
    }
    found.push_str(rest);
    starred(&found)
}

/// Where the brace that is open closes; braces may stand within.
fn closing(text: &str) -> usize {
    let mut open = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => return at,
            '}' => open -= 1,
            _ => {}
        }
    }
    text.len()
}

/// A regular expression: `^[a-z]+\.example\.com$` is `*.example.com`.
pub fn of_regexp(regexp: &str) -> String {
    let mut found = String::new();
    let mut chars = regexp.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '^' | '$' => {}
            '\\' => match chars.next() {
                Some(c) if !c.is_ascii_alphanumeric() => found.push(c),
                _ => found.push('*'),
            },
            '[' => {
                skip(&mut chars, '[', ']');
                found.push('*');
            }
            '(' => {
                skip(&mut chars, '(', ')');
                found.push('*');
            }
            '{' => skip(&mut chars, '{', '}'),
            '.' => found.push('*'),
            '*' | '+' | '?' => {
                // What is before it may come often or not at all.
                if !found.ends_with('*') {
                    found.pop();
                    found.push('*');
                }
            }
            '|' => return "*".to_owned(),
            c => found.push(c),
        }
    }
    starred(&found)
}

fn skip(chars: &mut impl Iterator<Item = char>, open: char, close: char) {
    let mut depth = 1usize;
    let mut escaped = false;
    for c in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == close => depth -= 1,
            // Within a class a bracket is a character like any other.
            c if c == open && open != '[' => depth += 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// Many stars in a row are one.
fn starred(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '*' || !found.ends_with('*') {
            found.push(c);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_a_star() {
        for (template, shown) in [
            ("{sub:[a-z]+}.traefik.example", "*.traefik.example"),
            ("{name:foo}.example.org", "foo.example.org"),
            ("{host:.+}", "*"),
            ("{any}.x", "*.x"),
            ("{a:[a-z]{2,3}}.x", "*.x"),
            ("plain.x", "plain.x"),
        ] {
            assert_eq!(of_template(template), shown);
        }
        for (regexp, shown) in [
            (r"^[a-z0-9-]+\.odoo\.example\.dev$", "*.odoo.example.dev"),
            ("^.*$", "*"),
            (r"^(www\.)?shop\.example$", "*shop.example"),
            (r"^a[\]x]b$", "a*b"),
            (r"^\w+\.x$", "*.x"),
            ("a|b", "*"),
        ] {
            assert_eq!(of_regexp(regexp), shown);
        }
    }
}
