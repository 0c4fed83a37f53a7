//! Words as a shell reads and writes them: typed lines taken apart, commands to show put together.
use std::fmt::Write as _;
use std::path::Path;

use super::sanitise_ident;

/// The words of a typed line; quotes group.
///
/// # Errors
/// A quote is not closed.
pub fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(say!("a quote is not closed").to_owned());
    }
    words.extend(word);
    Ok(words)
}

/// A word in single quotes, unless it needs none. What would drive a terminal or deceive the eye where the word is pasted is
/// written as a number, as bash, zsh and ksh read it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    // Zsh takes `=word` for the path of a command.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().all(|c| c == '\n' || is_seen(c)) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut out = "$'".to_owned();
    for c in word.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if is_seen(c) => out.push(c),
            c => {
                // Three digits: none that follows is taken for a part of it.
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
        }
    }
    out.push('\'');
    out
}

/// It is shown as itself.
fn is_seen(c: char) -> bool {
    let text = c.to_string();
    !c.is_control() && (c == ' ' || sanitise_ident(text.as_bytes()) == text)
}

/// A path; a `~` at its start stays what it is to a shell.
pub fn quoted_path(path: &Path) -> String {
    match path.strip_prefix("~") {
        Ok(rest) => format!("~/{}", quoted(&rest.display().to_string())),
        Err(_) => quoted(&path.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_one_word_again() {
        for word in ["a", "", "a b", "it's", "$HOME", "x=1"] {
            let typed = format!("before {} after", quoted(word));
            let words = split_words(&typed);
            // A quote within quotes is the shell's business, not that of a typed line.
            if !word.contains('\'') {
                assert_eq!(
                    words.as_deref(),
                    Ok(&["before", word, "after"].map(str::to_owned)[..])
                );
            }
        }
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert!(split_words("sh 'x").is_err());
    }

    fn said(shell: &str, words: &[&str]) -> String {
        let line: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let said = std::process::Command::new(shell)
            .args(["-c", &format!("printf '%s|' {}", line.join(" "))])
            .output()
            .unwrap();
        String::from_utf8(said.stdout).unwrap()
    }

    #[test]
    fn a_shell_gets_the_word_back() {
        for (word, written) in [
            ("a/b:1", "a/b:1"),
            ("A=b", "A=b"),
            ("=ls", "'=ls'"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME", "'$HOME'"),
            ("it's", r"'it'\''s'"),
            ("two\nlines", "'two\nlines'"),
            ("é", "'é'"),
            ("a\x1b[2Jb", r"$'a\033[2Jb'"),
            ("it's\t\\\n", r"$'it\'s\011\\\n'"),
            ("\u{202e}1", r"$'\342\200\2561'"),
        ] {
            assert_eq!(quoted(word), written, "{word}");
        }
        let words = ["it's", "a\\b", "`x`", "!!", "\"q\"", "*?[", "'''", "a\nb"];
        assert_eq!(said("sh", &words), words.join("|") + "|");
        let words = ["\t'\\n", "a\x1b7\n", "\u{202e}1", "\u{7f}"];
        assert_eq!(said("bash", &words), words.join("|") + "|");
    }

    #[test]
    fn a_home_stays_a_home() {
        assert_eq!(
            quoted_path(Path::new("~/my images.tar")),
            "~/'my images.tar'"
        );
        assert_eq!(quoted_path(Path::new("/a b/~")), "'/a b/~'");
    }
}
