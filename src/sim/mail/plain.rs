//! The words of a message as a reader has them: what is coded in it as text. Knows only the codes that simulated mails are in.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Words of a header.
pub(super) fn header(words: &str) -> String {
    let mut plain = String::new();
    let mut rest = words;
    while let Some((before, coded)) = rest.split_once("=?utf-8?B?") {
        let (coded, behind) = coded.split_once("?=").unwrap_or((coded, ""));
        plain.push_str(before);
        plain.push_str(&decoded(coded));
        rest = behind;
    }
    plain + rest
}

/// The texts of a message, those in its parts too, but not the files that came with it.
pub(super) fn text(message: &str) -> String {
    let Some((_, body)) = message.split_once("\r\n\r\n") else {
        return String::new();
    };
    let mut plain = String::new();
    let coded = "Content-Transfer-Encoding: base64\r\n\r\n";
    let mut rest = message;
    while let Some((before, behind)) = rest.split_once(coded) {
        let (part, behind) = behind.split_once("--").unwrap_or((behind, ""));
        let last = before.rsplit("Content-Type: ").next().unwrap_or_default();
        if last.starts_with("text/") && !last.contains("attachment") {
            plain.push_str(&decoded(part));
        }
        rest = behind;
    }
    if message.contains(coded) {
        plain
    } else {
        body.to_owned()
    }
}

fn decoded(coded: &str) -> String {
    let coded: String = coded.split_whitespace().collect();
    let bytes = STANDARD.decode(coded).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_coded_is_read() {
        assert_eq!(header("a =?utf-8?B?R3LDvMOfZQ==?= <x@y>"), "a Grüße <x@y>");
        let part = |kind: &str, coded: &str| {
            format!(
                "--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}\r\n"
            )
        };
        let message = format!(
            "Subject: x\r\n\r\n{}{}--b--\r\n",
            part("text/plain", "aGVs\r\nbG8="),
            part(
                "text/csv; name=\"a\"\r\nContent-Disposition: attachment",
                "YSxi"
            ),
        );
        assert_eq!(text(&message), "hello");
        assert_eq!(text("Subject: x\r\n\r\nplain\r\n"), "plain\r\n");
    }
}
