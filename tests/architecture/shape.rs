//! The rules over files and functions: names, first lines, lengths, lint exceptions.
use super::levels::{EMPTY_NAMES, MOST_LINES, MOST_LINES_OF_A_FUNCTION};
use super::lex::Token;
use super::rules::Finding;
use super::source::Source;

/// Everything about a file that breaks a rule of shape.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(name(source));
    found.extend(first_line(source));
    found.extend(length(source));
    found.extend(functions(source));
    found.extend(allowances(source));
    found
}

fn name(source: &Source) -> Option<Finding> {
    let empty = |name: &String| EMPTY_NAMES.contains(&name.as_str()) || name.starts_with("manager");
    let name = source.modules().into_iter().find(empty)?;
    let rule = format!("`{name}` says nothing: a file's name says what it holds");
    Some(Finding::new(source, 1, rule))
}

fn first_line(source: &Source) -> Option<Finding> {
    let says = source.text.strip_prefix("//!").is_some_and(|rest| {
        let line = rest.lines().next().unwrap_or_default().trim();
        !line.is_empty() && line != "(to come)"
    });
    let rule = "a file opens with `//!` and what it holds";
    (!says).then(|| Finding::new(source, 1, rule))
}

fn length(source: &Source) -> Option<Finding> {
    let lines = source.lines_without_tests();
    (lines > MOST_LINES).then(|| {
        let rule = format!("{lines} lines without tests: no file has more than {MOST_LINES}");
        Finding::new(source, 1, rule)
    })
}

fn functions(source: &Source) -> Vec<Finding> {
    let tokens = &source.tokens;
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let named = tokens.get(at + 1).is_some_and(Token::is_name);
        if token.text != "fn" || !named || source.test[at] {
            continue;
        }
        let Some(end) = end_of_function(&tokens[at..]) else {
            continue;
        };
        let lines = end - token.line + 1;
        if lines > MOST_LINES_OF_A_FUNCTION {
            let rule = format!(
                "fn {} has {lines} lines: no function has more than {MOST_LINES_OF_A_FUNCTION}",
                tokens[at + 1].text
            );
            found.push(Finding::new(source, token.line, rule));
        }
    }
    found
}

/// The line of a function's last brace; `None` for one without a body.
fn end_of_function(tokens: &[Token]) -> Option<usize> {
    let (mut depth, mut round) = (0, 0);
    for token in tokens {
        match token.text.as_str() {
            // `[u8; 4]` among the arguments is no end.
            "(" | "[" => round += 1,
            ")" | "]" => round -= 1,
            ";" if depth == 0 && round == 0 => return None,
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return Some(token.line);
                }
            }
            _ => {}
        }
    }
    None
}

/// `#[allow(…)]` stays when what it allowed is gone; `#[expect(…)]` says so.
fn allowances(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut attribute = 0_usize;
    for (at, token) in source.tokens.iter().enumerate() {
        let next = source.tokens.get(at + 1).map_or("", |next| &next.text);
        match token.text.as_str() {
            "#" if next == "[" || next == "!" => attribute = 1,
            "[" if attribute > 0 => attribute += 1,
            "]" if attribute > 0 => attribute = if attribute == 2 { 0 } else { attribute - 1 },
            "allow" if attribute > 1 && next == "(" => {
                let rule = "`allow` outlives its reason: write `#[expect(lint, reason = \"…\")]`";
                found.push(Finding::new(source, token.line, rule));
            }
            _ => {}
        }
    }
    found
}
