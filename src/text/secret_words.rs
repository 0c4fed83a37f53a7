//! Secrets among the words of a command. Must not know what is shown in their place.
use super::looks_secret;

/// From which byte on each word is a secret: `--password X`, `--token=X`, `API_KEY=X`; none: it is none.
pub fn secret_words(argv: &[String]) -> Vec<Option<usize>> {
    let name = |text: &str| text.trim_start_matches('-').to_owned();
    let mut hide_next = false;
    let hidden = argv.iter().map(|word| {
        if std::mem::take(&mut hide_next) && !word.starts_with('-') {
            return Some(0);
        }
        if let Some((left, right)) = word.split_once('=') {
            return looks_secret(&name(left), right).then_some(left.len() + 1);
        }
        hide_next = word.starts_with('-') && looks_secret(&name(word), "x");
        None
    });
    hidden.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_behind_its_name() {
        let words = "mysql --user root --password hunter2 --token=abc API_KEY=1 --secret -h db";
        let argv: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let found: Vec<&str> = argv
            .iter()
            .zip(secret_words(&argv))
            .filter_map(|(word, at)| word.get(at?..))
            .collect();
        assert_eq!(found, ["hunter2", "abc", "1"]);
    }
}
