//! What compose complains of, without the values that it quotes: they may be secrets of the file. Must not know which file.
use super::MASK;

/// Words of both generations of compose, and what stands right before the value.
const QUOTING: [(&str, &str); 2] = [
    ("nterpolation format", ": \""),
    ("in variable name near", "near \""),
];

/// A line of a complaint, the value in it masked.
pub fn without_value(line: &str) -> String {
    let quoted = QUOTING.iter().find_map(|(words, before)| {
        let at = line.find(words)?;
        let from = at + line.get(at..)?.find(before)? + before.len();
        let to = line.rfind('"').filter(|to| *to >= from);
        Some((from, to.unwrap_or(line.len())))
    });
    match quoted.and_then(|(from, to)| Some((line.get(..from)?, line.get(to..)?))) {
        Some((before, after)) => format!("{before}{MASK}{after}"),
        None => line.to_owned(),
    }
}

/// A line without values that are known to be secret, the longest of them first.
pub fn without_values(line: &str, hidden: &[String]) -> String {
    let mask = |line: String, value: &String| {
        if line.contains(value.as_str()) {
            without(&line, value)
        } else {
            line
        }
    };
    hidden.iter().fold(line.to_owned(), mask)
}

/// A password that is a mere word is masked where it stands for itself: it may be part of the names of containers, too.
fn without(line: &str, value: &str) -> String {
    let is_word = value.len() < 12 && value.bytes().all(|byte| byte.is_ascii_lowercase());
    let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut masked = String::with_capacity(line.len());
    let mut from = 0;
    for (at, found) in line.match_indices(value) {
        let (before, after) = (line.get(..at), line.get(at + found.len()..));
        let part = before.is_some_and(|text| text.ends_with(joins))
            || after.is_some_and(|text| text.starts_with(joins));
        masked.push_str(line.get(from..at).unwrap_or_default());
        masked.push_str(if is_word && part { found } else { MASK });
        from = at + found.len();
    }
    masked.push_str(line.get(from..).unwrap_or_default());
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_masked_and_names_stay_readable() {
        let hidden = ["hunter2-hunter2", "hunter2", "zammad"].map(str::to_owned);
        for (line, masked) in [
            ("a hunter2-hunter2 b", "a * b"),
            ("-phunter2 x:hunter2@h", "-p* x:*@h"),
            (
                "Container zammad-db-1 Started",
                "Container zammad-db-1 Started",
            ),
            ("bad password zammad: \"zammad\"", "bad password *: \"*\""),
            ("é zammad", "é *"),
            ("", ""),
        ] {
            assert_eq!(without_values(line, &hidden), masked.replace('*', MASK));
        }
    }

    #[test]
    fn a_value_that_compose_quotes_is_masked() {
        for line in [
            r#"Invalid interpolation format for "environment" option in service "web": "pa${hunter2""#,
            r#"invalid interpolation format for services.web.environment.PASSWORD: "x${"hunter2". You may need to escape any $"#,
            r#"failed to read .env: line 2: unexpected character "\n" in variable name near "hunter2 x\n""#,
            r#"invalid interpolation format for a: "hunter2"#,
        ] {
            let shown = without_value(line);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains(MASK), "{shown}");
        }
        let line = r#"services.web Additional property "imge" is not allowed"#;
        assert_eq!(without_value(line), line);
        assert_eq!(
            without_value(r#"Invalid interpolation format for "a" option: "x$""#),
            format!("Invalid interpolation format for \"a\" option: \"{MASK}\"")
        );
    }
}
