//! The rule of a router without one: Traefik's template of it, filled in for a container. The part of Go's templates that
//! such rules use; what else stands in one is not guessed at.
use std::collections::BTreeMap;

use crate::model::container::Container;

/// What a template may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// `service_project` of compose, else the container's name.
    pub name: &'a str,
    pub labels: &'a BTreeMap<String, String>,
}

/// Traefik's own.
pub const BUILT_IN: &str = "Host(`{{ normalize .Name }}`)";

/// Fills a template in; `None`: it says something that is not understood.
pub fn fill(template: &str, facts: Facts) -> Option<String> {
    let mut found = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, behind) = after.split_once("}}")?;
        found.push_str(before);
        let inside = inside.trim_start_matches('-').trim_end_matches('-');
        found.push_str(&pipeline(inside, facts)?);
        rest = behind;
    }
    found.push_str(rest);
    Some(found)
}

/// Only letters and digits, the rest a dash.
pub fn normalize(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Pipe,
}

fn pipeline(text: &str, facts: Facts) -> Option<String> {
    let tokens = tokens(text)?;
    let mut at = 0;
    let value = stages(&tokens, &mut at, facts, 0)?;
    (at == tokens.len()).then_some(value)
}

/// Calls joined by `|`: what comes out of one is the last argument of the next.
fn stages(tokens: &[Token], at: &mut usize, facts: Facts, depth: usize) -> Option<String> {
    let mut value = None;
    loop {
        value = Some(call(tokens, at, facts, value, depth)?);
        if tokens.get(*at) != Some(&Token::Pipe) {
            return value;
        }
        *at += 1;
    }
}

fn call(
    tokens: &[Token],
    at: &mut usize,
    facts: Facts,
    piped: Option<String>,
    depth: usize,
) -> Option<String> {
    if depth > 16 {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    let mut function = None;
    loop {
        match tokens.get(*at) {
            Some(Token::Text(text)) => parts.push(text.clone()),
            Some(Token::Open) => {
                *at += 1;
                parts.push(stages(tokens, at, facts, depth + 1)?);
                if tokens.get(*at) != Some(&Token::Close) {
                    return None;
                }
            }
            Some(Token::Word(word)) if word == ".Labels" => parts.push(word.clone()),
            Some(Token::Word(word)) if word.starts_with('.') => parts.push(field(word, facts)?),
            Some(Token::Word(word)) if function.is_none() && parts.is_empty() => {
                function = Some(word.clone());
            }
            Some(Token::Close | Token::Pipe) | None => break,
            Some(Token::Word(_)) => return None,
        }
        *at += 1;
    }
    parts.extend(piped);
    match function {
        Some(function) => apply(&function, &parts, facts),
        None => match <[String; 1]>::try_from(parts) {
            Ok([one]) => Some(one),
            Err(_) => None,
        },
    }
}

fn field(word: &str, facts: Facts) -> Option<String> {
    match word {
        ".Name" | ".ContainerName" | ".ServiceName" => Some(facts.name.to_owned()),
        _ => None,
    }
}

fn apply(function: &str, parts: &[String], facts: Facts) -> Option<String> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(match (function, parts.as_slice()) {
        ("normalize", [text]) => normalize(text),
        ("lower", [text]) => text.to_lowercase(),
        ("upper", [text]) => text.to_uppercase(),
        ("trim", [text]) => text.trim().to_owned(),
        ("trimPrefix", [prefix, text]) => text.strip_prefix(prefix).unwrap_or(text).to_owned(),
        ("trimSuffix", [suffix, text]) => text.strip_suffix(suffix).unwrap_or(text).to_owned(),
        ("replace", [old, new, text]) => text.replace(old, new),
        ("default", [otherwise, ""]) => (*otherwise).to_owned(),
        ("default", [_, text]) => (*text).to_owned(),
        ("coalesce", texts) => texts.iter().find(|t| !t.is_empty())?.to_string(),
        ("index", [".Labels", label]) => facts.labels.get(*label).cloned().unwrap_or_default(),
        _ => return None,
    })
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut chars = text.chars().peekable();
    let mut found = Vec::new();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '(' => found.push(Token::Open),
            ')' => found.push(Token::Close),
            '|' => found.push(Token::Pipe),
            '"' | '`' => {
                let mut inside = String::new();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '\\' if c == '"' => inside.push(chars.next()?),
                        other => inside.push(other),
                    }
                }
                found.push(Token::Text(inside));
            }
            c => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !"()|".contains(*c)) {
                    word.push(c);
                }
                found.push(Token::Word(word));
            }
        }
    }
    Some(found)
}

/// What compose calls the service, with its project; else the container's name.
pub fn full_name(container: &Container) -> String {
    match (container.stack(), container.service()) {
        (Some(stack), Some(service)) if !service.starts_with(&format!("{stack}_")) => {
            format!("{service}_{stack}")
        }
        (_, Some(service)) => service.to_owned(),
        _ => container.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_people_write_are_filled_in() {
        let labels = BTreeMap::from([("a.b".to_owned(), "shop".to_owned())]);
        let facts = Facts {
            name: "web_my.project",
            labels: &labels,
        };
        for (template, filled) in [
            (BUILT_IN, "Host(`web-my-project`)"),
            ("Host(`{{ .Name }}.x`)", "Host(`web_my.project.x`)"),
            ("{{ index .Labels \"a.b\" }}", "shop"),
            (
                "{{ index .Labels \"no\" | default (trimPrefix `web_` .Name) }}",
                "my.project",
            ),
            ("{{ trimSuffix `-x` \"a-x\" | upper }}", "A"),
            ("plain", "plain"),
        ] {
            assert_eq!(fill(template, facts).as_deref(), Some(filled), "{template}");
        }
        for strange in [
            "{{ if .X }}",
            "{{ .Name",
            "{{ env `A` }}",
            "{{ .Name .Name }}",
        ] {
            assert_eq!(fill(strange, facts), None, "{strange}");
        }
        assert_eq!(
            fill(&format!("{{{{ {} }}}}", "(".repeat(9000)), facts),
            None
        );
    }
}
