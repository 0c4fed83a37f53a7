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
            line.replace(value.as_str(), MASK)
        } else {
            line
        }
    };
    hidden.iter().fold(line.to_owned(), mask)
}

#[cfg(test)]
mod tests {
    use super::*;

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
