//! Rust source to the tokens the rules look at: names, punctuation, lines. Comments, strings and characters are gone, so
//! that nothing said in words can break a rule. Knows no rule.

/// A name, a `::` or one character of punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// From 1.
    pub line: usize,
}

impl Token {
    pub fn is_name(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The tokens of a source.
pub fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Goes on by `count` characters, counting lines.
    fn skip(&mut self, count: usize) {
        let end = (self.at + count).min(self.chars.len());
        let passed = &self.chars[self.at..end];
        self.line += passed.iter().filter(|c| **c == '\n').count();
        self.at = end;
    }

    fn push(&mut self, text: String) {
        let line = self.line;
        self.tokens.push(Token { text, line });
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.skip(1);
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (':', ':') => {
                self.push("::".to_owned());
                self.skip(2);
            }
            (c, _) if c.is_alphabetic() || c == '_' => self.name(),
            (c, _) if c.is_ascii_digit() => {
                while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                    self.skip(1);
                }
            }
            (c, _) => {
                if !c.is_whitespace() {
                    self.push(c.to_string());
                }
                self.skip(1);
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.skip(2);
                }
                ('*', '/') => {
                    depth -= 1;
                    self.skip(2);
                }
                _ => self.skip(1),
            }
            if depth == 0 {
                break;
            }
        }
    }

    fn string(&mut self) {
        self.skip(1);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            self.skip(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.skip(1);
    }

    /// From the first `#` or quote of a raw string to its end.
    fn raw_string(&mut self, hashes: usize) {
        self.skip(hashes + 1);
        let closes = |lexer: &Self| {
            lexer.peek(0) == '"' && (1..=hashes).all(|ahead| lexer.peek(ahead) == '#')
        };
        while self.at < self.chars.len() && !closes(self) {
            self.skip(1);
        }
        self.skip(hashes + 1);
    }

    /// A character, or the start of a lifetime, which is dropped like one.
    fn quote(&mut self) {
        if self.peek(1) == '\\' {
            self.skip(3);
            while self.at < self.chars.len() && self.peek(0) != '\'' {
                self.skip(1);
            }
            self.skip(1);
        } else if self.peek(2) == '\'' {
            self.skip(3);
        } else {
            self.skip(1);
            while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                self.skip(1);
            }
        }
    }

    fn name(&mut self) {
        let mut text = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            text.push(self.peek(0));
            self.skip(1);
        }
        let hashes = self.chars[self.at..]
            .iter()
            .take_while(|c| **c == '#')
            .count();
        let quote = self.peek(hashes) == '"';
        match text.as_str() {
            "r" | "br" | "cr" if quote => self.raw_string(hashes),
            "b" | "c" if quote && hashes == 0 => self.string(),
            "b" if self.peek(0) == '\'' => self.quote(),
            // A raw name: `r#type` is the name `type`.
            "r" if hashes == 1 => self.skip(1),
            _ => self.push(text),
        }
    }
}
