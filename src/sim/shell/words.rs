//! Splitting a script into commands and words. Must not know what the words do.

/// When a command runs, given how the one before it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// After success.
    And,
    /// After failure.
    Or,
}

/// One command of a script.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// When it runs.
    pub when: When,
    /// Its words, with `$` expanded.
    pub words: Vec<String>,
    /// Whether its output goes to nobody.
    pub silent: bool,
    /// Whether its errors go to nobody.
    pub silent_errors: bool,
}

/// Splits a script. `value` gives the value of a variable when the script is read.
pub fn commands(script: &str, value: impl Fn(&str) -> String) -> Vec<Command> {
    let mut reader = Reader {
        rest: script.chars().collect(),
        place: 0,
        done: Vec::new(),
        when: When::Always,
        words: Vec::new(),
        word: None,
    };
    reader.read(&value);
    reader.finish(When::Always);
    reader.done
}

struct Reader {
    rest: Vec<char>,
    place: usize,
    done: Vec<Command>,
    when: When,
    words: Vec<String>,
    word: Option<String>,
}

impl Reader {
    fn take(&mut self) -> Option<char> {
        let next = self.rest.get(self.place).copied();
        self.place += 1;
        next
    }

    fn skip(&mut self, wanted: char) -> bool {
        let found = self.rest.get(self.place) == Some(&wanted);
        self.place += usize::from(found);
        found
    }

    fn add(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn finish(&mut self, next: When) {
        self.end_word();
        let mut words = std::mem::take(&mut self.words);
        let (mut silent, mut silent_errors) = (false, false);
        words.retain(|word| match word.as_str() {
            ">/dev/null" | "1>/dev/null" => {
                silent = true;
                false
            }
            "2>/dev/null" => {
                silent_errors = true;
                false
            }
            "&>/dev/null" => {
                (silent, silent_errors) = (true, true);
                false
            }
            "2>&1" => false,
            _ => true,
        });
        if !words.is_empty() {
            self.done.push(Command {
                when: self.when,
                words,
                silent,
                silent_errors,
            });
        }
        self.when = next;
    }

    fn read(&mut self, value: &impl Fn(&str) -> String) {
        while let Some(c) = self.take() {
            match c {
                ' ' | '\t' => self.end_word(),
                '\n' | ';' => self.finish(When::Always),
                '&' if self.skip('&') => self.finish(When::And),
                '|' if self.skip('|') => self.finish(When::Or),
                '>' => {
                    self.add(">");
                    while self.skip(' ') {}
                }
                '#' if self.word.is_none() => while self.take().is_some_and(|c| c != '\n') {},
                '\'' => {
                    self.add("");
                    while let Some(c) = self.take().filter(|c| *c != '\'') {
                        self.add(&c.to_string());
                    }
                }
                '"' => {
                    self.add("");
                    while let Some(c) = self.take().filter(|c| *c != '"') {
                        self.symbol(c, value);
                    }
                }
                c => self.symbol(c, value),
            }
        }
    }

    fn symbol(&mut self, c: char, value: &impl Fn(&str) -> String) {
        match c {
            '\\' => {
                let next = self.take().map(String::from).unwrap_or_default();
                self.add(&next);
            }
            '$' => self.variable(value),
            c => self.add(&c.to_string()),
        }
    }

    fn variable(&mut self, value: &impl Fn(&str) -> String) {
        let braces = self.skip('{');
        let mut name = String::new();
        if !braces && self.skip('?') {
            name.push('?');
        } else {
            let part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            while let Some(c) = self.rest.get(self.place).copied().filter(part) {
                name.push(c);
                self.place += 1;
            }
        }
        if braces {
            while self.take().is_some_and(|c| c != '}') {}
        }
        let text = if name.is_empty() {
            "$".to_owned()
        } else {
            value(&name)
        };
        self.add(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str) -> Vec<Command> {
        commands(script, |name| format!("<{name}>"))
    }

    #[test]
    fn scripts_split_into_commands_and_words() {
        let all = read("command -v bash || command -v sh; echo 'a b' \"$HOME\" c\\ d");
        let words: Vec<_> = all.iter().map(|c| c.words.join("|")).collect();
        assert_eq!(
            words,
            ["command|-v|bash", "command|-v|sh", "echo|a b|<HOME>|c d"]
        );
        assert_eq!(all[1].when, When::Or);
        assert_eq!(all[2].when, When::Always);
    }

    #[test]
    fn redirections_to_nobody_are_known() {
        let all = read("ls /x 2>/dev/null && cat > /dev/null");
        assert!(all[0].silent_errors && !all[0].silent);
        assert!(all[1].silent && all[1].when == When::And);
        assert_eq!(read("# nothing"), []);
    }
}
