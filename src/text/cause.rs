//! What went wrong, out of the words of an engine that tells it from the outside in:
//! `Cannot restart container 782b…: driver failed …: Bind for 0.0.0.0:80 failed: port is already allocated`.
//! Must not know: which engine, where it is shown.
use std::borrow::Cow;

/// Digits that docker shows of an id.
const SHORT: usize = 12;
/// Digits of a whole id.
const LONG: usize = 64;

/// The message without what leads to its innermost causes, until it fits `width`, and without whole ids. The last cause stays
/// whole, and so does what has several sentences (`a; b`), as the first one counts.
pub fn cause(message: &str, width: usize) -> Cow<'_, str> {
    let mut rest = message;
    if message.contains("; ") {
        return short_ids(message);
    }
    while super::width(&short_ids(rest)) > width || is_frame(rest) {
        match rest.split_once(": ") {
            // `: unknown` at the end is no cause.
            Some((_, inner)) if inner.len() > SHORT => rest = inner,
            _ => break,
        }
    }
    short_ids(rest)
}

/// Says only what was tried, which its reader did.
fn is_frame(message: &str) -> bool {
    let tried = message.split(": ").next().unwrap_or_default();
    let mut words = tried.split(' ');
    is_id(tried) || tried.starts_with("Cannot ") && words.any(|word| word == "container")
}

fn is_id(word: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    word.len() == LONG && word.chars().all(is_digit)
}

/// Ids of 64 digits as their first twelve.
pub fn short_ids(message: &str) -> Cow<'_, str> {
    let mut words = message.split(|c: char| !c.is_ascii_alphanumeric());
    if !words.any(is_id) {
        return message.into();
    }
    let mut out = String::with_capacity(message.len());
    for piece in message.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let shown = if is_id(word) {
            word.get(..SHORT).unwrap_or(word)
        } else {
            word
        };
        out.push_str(shown);
        out.push_str(piece.get(word.len()..).unwrap_or_default());
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "782bedabee6e782bedabee6e782bedabee6e782bedabee6e782bedabee6e7821";

    #[test]
    fn what_went_wrong_is_told_first() {
        let taken = format!(
            "Cannot restart container {ID}: driver failed programming external connectivity on endpoint web \
             ({ID}): Bind for 0.0.0.0:8025 failed: port is already allocated"
        );
        assert_eq!(
            cause(&taken, 60),
            "Bind for 0.0.0.0:8025 failed: port is already allocated"
        );
        let runc = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container \
                    process: exec: \"nope\": executable file not found in $PATH: unknown";
        assert_eq!(
            cause(runc, 60),
            "exec: \"nope\": executable file not found in $PATH: unknown"
        );
        assert_eq!(
            cause(
                &format!("Cannot kill container: {ID}: it is not running"),
                60
            ),
            "it is not running"
        );
        let ours = "by hand: docker start web; putting the old one back failed: it cannot be reached at all";
        assert_eq!(cause(ours, 60), ours);
        for short in ["no answer within 5 s", "not found", "", ": ", "a: b"] {
            assert_eq!(cause(short, 60), short);
        }
        // The last cause stays whole, however long it is.
        let long = "x".repeat(90);
        assert_eq!(cause(&format!("so: {long}"), 60), long);
    }

    #[test]
    fn whole_ids_are_shortened_and_nothing_else() {
        assert_eq!(
            short_ids(&format!("container {ID} (é), {ID}")),
            "container 782bedabee6e (é), 782bedabee6e"
        );
        for other in ["sha256:abc", "DEADBEEF", "é", ""] {
            assert_eq!(short_ids(other), other);
        }
    }
}
