//! Secrets among the words of a command. Must not know what is shown in their place.
use super::looks_secret;

/// Programs, by how their names begin, that take a secret behind a short option; whether as a word of its own too.
const SHORT: [(&str, &str, bool); 6] = [
    ("curl", "-u", true),
    ("mariadb", "-p", false),
    ("mongo", "-p", true),
    ("mysql", "-p", false),
    ("redis-cli", "-a", true),
    ("sshpass", "-p", true),
];
/// Settings within one word: `username=u,pass=x`.
const PARTS: [char; 3] = [',', ';', '&'];

/// A command, word by word.
#[derive(Debug, Clone, Default)]
pub struct SecretWords {
    /// The option whose value the next word may be.
    option: String,
    /// The short option of the program that was named, and whether its value may be a word of its own.
    short: Option<(&'static str, bool)>,
}

impl SecretWords {
    /// From which byte on the next word is a secret; none: it is none.
    pub fn next(&mut self, word: &str) -> Option<usize> {
        let option = std::mem::take(&mut self.option);
        if !word.starts_with('-') && !option.is_empty() {
            let short = self.short.is_some_and(|(short, _)| short == option);
            let is_secret = short || looks_secret(option.trim_start_matches('-'), word);
            if is_secret && !word.is_empty() {
                return Some(0);
            }
        }
        if let Some((short, apart)) = self.short
            && word.starts_with(short)
        {
            if apart && word == short {
                word.clone_into(&mut self.option);
            }
            return (word.len() > short.len()).then_some(short.len());
        }
        if word.contains('=') {
            return setting(word);
        }
        if word.starts_with('-') {
            word.clone_into(&mut self.option);
        } else if let Some(short) = short_option(word) {
            self.short = Some(short);
        }
        None
    }
}

/// From where on a word is the value of a secret setting.
fn setting(word: &str) -> Option<usize> {
    let mut start = 0;
    for part in word.split(PARTS) {
        if let Some((name, value)) = part.split_once('=')
            && looks_secret(name.trim_start_matches('-'), value)
        {
            return Some(start + name.len() + 1);
        }
        start += part.len() + 1;
    }
    None
}

fn short_option(program: &str) -> Option<(&'static str, bool)> {
    let program = program.rsplit('/').next()?;
    // Another program of the same family, such as `mysqldump`; no image or host of this name.
    let is_word = |rest: &str| rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let known = SHORT.iter().find(|(name, ..)| {
        let rest = program.strip_prefix(name);
        rest.is_some_and(is_word)
    });
    known.map(|(_, short, apart)| (*short, *apart))
}

/// From which byte on each word is a secret: `--password X`, `--token=X`, `API_KEY=X`, `mysql -pX`; none: it is none.
pub fn secret_words(argv: &[impl AsRef<str>]) -> Vec<Option<usize>> {
    let mut words = SecretWords::default();
    argv.iter().map(|word| words.next(word.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str) -> Vec<&str> {
        let argv: Vec<&str> = command.split(' ').collect();
        let hidden = secret_words(&argv).into_iter();
        let words = argv.iter().zip(hidden);
        words.filter_map(|(word, at)| word.get(at?..)).collect()
    }

    #[test]
    fn a_secret_stands_behind_its_name() {
        let words =
            "mysql --user root --password hunter2 --token=abc API_KEY=1 --secret -h db --auth true";
        assert_eq!(found(words), ["hunter2", "abc", "1"]);
        assert_eq!(found("o=username=u,pass=x,vers=3"), ["x,vers=3"]);
        assert_eq!(found("username=u;password=x y=1"), ["x"]);
    }

    #[test]
    fn short_options_are_known_by_their_program() {
        assert_eq!(found("mysqladmin ping -psecret"), ["secret"]);
        assert_eq!(
            found("exec /usr/bin/mariadb-dump -u a -psecret db"),
            ["secret"]
        );
        assert_eq!(found("redis-cli -a secret ping"), ["secret"]);
        assert_eq!(found("sshpass -psecret ssh -p 22 host"), ["secret", "22"]);
        for innocent in [
            "mysql -u root -p db",
            "ssh -p22 host",
            "docker run -p 80:80 mysql:8",
            "mkdir -p a b",
            "mysql -h -P 3306",
        ] {
            assert_eq!(found(innocent), Vec::<&str>::new(), "{innocent}");
        }
    }
}
