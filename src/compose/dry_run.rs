//! What compose says that it would do without doing it. Compose 2 alone can; it looks at containers and images, which no
//! digest of the files tells. Must not know what is made of it.
use std::collections::BTreeSet;

use super::process::Answer;
use crate::text;

/// A start up to where containers would be started: what waits for another's health would wait for that. Nothing is fetched
/// or built.
pub(super) const WORDS: [&str; 5] = [
    "--dry-run",
    "up",
    "--no-start",
    "--no-build",
    "--pull=never",
];

/// The containers that would be made anew, by name.
///
/// # Errors
/// Why compose could not: its words; none from a compose that does not know how to.
pub(super) fn read(answer: &Answer) -> Result<BTreeSet<String>, String> {
    if answer.code == Some(0) {
        let lines = answer.stdout.lines().chain(answer.stderr.lines());
        return Ok(lines.filter_map(remade).collect());
    }
    let is_unknown = answer.stderr.contains("--dry-run") || answer.stderr.contains("--pull");
    let mut lines = answer.stderr.lines().map(str::trim);
    let last = lines.rfind(|line| !line.is_empty());
    let last = last.filter(|_| !is_unknown).unwrap_or_default();
    Err(text::sanitise_ident(text::without_value(last).as_bytes()))
}

/// `DRY-RUN MODE -  Container shop-web-1  Recreate`.
fn remade(line: &str) -> Option<String> {
    let (_, about) = line.split_once("Container ")?;
    let mut words = about.split_whitespace();
    let name = words.next()?;
    (words.next() == Some("Recreate")).then(|| text::sanitise_ident(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: i32, stderr: &str) -> Answer {
        Answer {
            stderr: stderr.to_owned(),
            code: Some(code),
            ..Answer::default()
        }
    }

    #[test]
    fn containers_that_would_be_made_anew_are_read() {
        let told = " DRY-RUN MODE -  Container shop-db-1  Running\n \
            DRY-RUN MODE -  Container shop-web-1  Recreate\n \
            DRY-RUN MODE -  Container shop-web-1  Recreated\n \
            DRY-RUN MODE -  Container shop-new-1  Creating\n Container a-b-1 Recreate \n";
        let names = read(&said(0, told)).unwrap();
        assert_eq!(
            names,
            ["a-b-1", "shop-web-1"].map(str::to_owned).into(),
            "of later versions, too"
        );
        assert_eq!(read(&said(0, "")), Ok(BTreeSet::new()));
    }

    #[test]
    fn why_it_would_fail_is_told_and_not_that_it_is_unknown() {
        let why = "network ext declared as external, but could not be found";
        let told = format!("time=\"x\" level=warning msg=\"a\"\n DRY-RUN MODE -  x\n{why}\n\n");
        assert_eq!(read(&said(1, &told)), Err(why.to_owned()));
        let unknown = read(&said(16, "unknown flag: --dry-run\nSee 'docker --help'.\n"));
        assert_eq!(unknown, Err(String::new()));
    }
}
