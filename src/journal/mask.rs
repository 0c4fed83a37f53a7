//! What must not be written: values of names that look secret, in parameters, commands and words.
use crate::text::{looks_secret, secret_words};

/// What is written instead of a secret: plain, for tools that read the file.
const MASK: &str = "***";

/// The value to write for this name.
pub(super) fn value<'a>(name: &str, value: &'a str) -> &'a str {
    if looks_secret(name, value) {
        MASK
    } else {
        value
    }
}

/// A command's arguments with secret-looking values masked: `--password X`, `--token=X`, `API_KEY=X`.
pub(super) fn argv(argv: &[String]) -> Vec<String> {
    let masked = argv.iter().zip(secret_words(argv));
    let masked = masked.map(
        |(word, secret)| match secret.and_then(|at| word.get(..at)) {
            Some(before) => format!("{before}{MASK}"),
            None => word.clone(),
        },
    );
    masked.collect()
}

/// The same for a command written as one line.
pub(super) fn command(command: &str) -> String {
    let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
    argv(&words).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_arguments_are_hidden_and_the_rest_stays() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let masked = argv(&words(
            "mysql --user root --password hunter2 --token=abc -h db",
        ));
        assert_eq!(
            masked,
            words(&format!(
                "mysql --user root --password {MASK} --token={MASK} -h db"
            ))
        );
        assert_eq!(
            command("env API_KEY=1 sh"),
            format!("env API_KEY={MASK} sh")
        );
        assert_eq!(command("docker restart web"), "docker restart web");
        assert_eq!(value("timeout_s", "10"), "10");
    }
}
