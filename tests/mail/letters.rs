//! Recorded messages, each taken apart to what `index.json` says it holds.
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use stacktui::integrations::mailbox::letter;
use stacktui::model::mail::{Envelope, Letter, RawMail};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mail/eml")
}

fn read(file: &str) -> Letter {
    let bytes = std::fs::read(folder().join(file)).unwrap();
    let raw = RawMail {
        bytes,
        envelope: None,
    };
    letter::read(Arc::new(raw), 80)
}

fn page(letter: &Letter) -> String {
    let lines = letter.html.iter().flatten();
    let line = |line: &Vec<(String, _)>| line.iter().map(|(s, _)| s.as_str()).collect::<String>();
    lines.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_recorded_message_holds_what_is_known_of_it() {
    let index = std::fs::read(folder().join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_slice(&index).unwrap();
    let mut checked = 0;
    for entry in &index {
        let file = entry["file"].as_str().unwrap();
        // The large one is made in its own test.
        if !folder().join(file).exists() {
            continue;
        }
        let letter = read(file);
        let expect = &entry["expect"];
        if let Some(subject) = expect["subject"].as_str() {
            assert_eq!(letter.subject, subject, "{file}");
        }
        if let Some(part) = expect["text_contains"].as_str() {
            let text = letter.text.clone().unwrap_or_default().join("\n");
            assert!(text.contains(part), "{file}: {text}");
        }
        if let Some(name) = expect["from_name"].as_str() {
            assert!(letter.from.contains(name), "{file}: {}", letter.from);
        }
        if let Some(count) = expect["attachments"].as_u64() {
            assert_eq!(letter.attachments.len() as u64, count, "{file}");
        }
        if expect["html"] == true {
            assert!(!page(&letter).trim().is_empty(), "{file}");
        }
        checked += 1;
    }
    assert_eq!(checked, 23);
}

#[test]
fn blind_copies_are_told_by_the_envelope() {
    let bytes = std::fs::read(folder().join("03-qp-body-b64-subject.eml")).unwrap();
    let to = ["agent", "jean", "cc", "hidden-bcc"];
    let envelope = Envelope {
        from: "zammad@mondomaine.example".to_owned(),
        to: to.map(|name| format!("{name}@mondomaine.example")).to_vec(),
    };
    let raw = RawMail {
        bytes,
        envelope: Some(envelope),
    };
    let letter = letter::read(Arc::new(raw), 80);
    assert_eq!(letter.hidden(), ["hidden-bcc@mondomaine.example"]);
}

#[test]
fn what_cannot_be_read_says_so_and_shows_the_raw_message() {
    let none = read("12-malformed-no-headers.eml");
    assert!(none.subject.is_empty() && !none.raw.bytes.is_empty());
    assert!(!none.notes.is_empty());
    for file in [
        "14-malformed-no-boundary.eml",
        "15-malformed-truncated.eml",
        "23-empty-body.eml",
    ] {
        let letter = read(file);
        let readable = letter.text.is_some() || letter.html.is_some();
        assert!(readable || !letter.notes.is_empty(), "{file}");
    }
}

#[test]
fn names_of_attachments_stay_in_their_folder() {
    let letter = read("06-attachments-inline-cid.eml");
    for attachment in &letter.attachments {
        assert!(
            !attachment.file_name.contains(['/', '\\']),
            "{attachment:?}"
        );
        assert!(!attachment.file_name.starts_with('.'), "{attachment:?}");
    }
    let told: Vec<&str> = letter.attachments.iter().map(|a| a.name.as_str()).collect();
    assert!(told.iter().any(|name| name.contains("passwd")), "{told:?}");
}

#[test]
fn nothing_in_a_message_drives_a_terminal() {
    let bad = |text: &str| {
        text.chars()
            .any(|c| c.is_control() || "\u{202e}\u{2066}".contains(c))
    };
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if Path::new(&file).extension().is_none_or(|end| end != "eml") {
            continue;
        }
        let letter = read(&file);
        let headers = letter
            .headers
            .iter()
            .flat_map(|(name, value)| [name, value]);
        let texts = [&letter.from, &letter.subject];
        let attached = letter
            .attachments
            .iter()
            .flat_map(|a| [&a.name, &a.file_name, &a.media_type]);
        let all = texts
            .into_iter()
            .chain(&letter.to)
            .chain(&letter.cc)
            .chain(headers);
        let all = all
            .chain(letter.text.iter().flatten())
            .chain(&letter.links)
            .chain(attached);
        for text in all {
            assert!(!bad(text), "{file}: {text:?}");
        }
        assert!(!bad(&page(&letter).replace('\n', "")), "{file}");
    }
}

#[test]
fn a_large_message_is_taken_apart_whole() {
    let body =
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n".repeat(75_000);
    let bytes = format!(
        "From: a@example.org\r\nSubject: Huge 5 MB attachment\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n\
         --b\r\nContent-Type: application/pdf; name=x.pdf\r\nContent-Disposition: attachment; filename=x.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--b--\r\n"
    );
    assert!(bytes.len() > 5_000_000);
    let raw = RawMail {
        bytes: bytes.into_bytes(),
        envelope: None,
    };
    let letter = letter::read(Arc::new(raw), 80);
    assert_eq!(letter.attachments.len(), 1);
    assert!(letter.attachments[0].content.len() > 3_500_000);
    assert_eq!(letter.text, Some(vec!["hello".to_owned()]));
}
