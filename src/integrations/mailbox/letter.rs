//! A message as it was sent, taken apart for a reader. Everything shown of a mail comes from here, so that all servers look
//! alike and none is told that a mail was read. Must not know which server it came from.
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use mail_parser::{Addr, Address, Message, MessageParser, MessagePart, MimeHeaders};
use regex::Regex;

use super::html;
use crate::model::mail::{Attachment, Content, Letter, RawMail};
use crate::text;

/// Bytes of a message that the raw view shows.
const SHOWN: usize = 1 << 20;
/// Most rows of text that are kept.
const LINES: usize = 50_000;
/// Most links that are listed.
const LINKS: usize = 500;
/// Longest name of a saved file, in characters.
const NAME: usize = 80;
const LONGEST_LINK: usize = 2_000;
/// Bytes of a listed mail that a search looks at: of a thousand they are held all the time.
const SEARCHED: usize = 16 * 1024;

/// Reads a message for a terminal of this many columns.
pub fn read(raw: Arc<RawMail>, width: u16) -> Letter {
    let message = MessageParser::default().parse(&raw.bytes);
    let mut letter = match &message {
        Some(message) => taken_apart(message, width),
        None => Letter {
            notes: vec!["it has no headers at all: only the raw message can be shown".to_owned()],
            ..Letter::default()
        },
    };
    letter.width = width;
    letter.file_name = format!(
        "{}.eml",
        safe_name(&letter.subject.replace('.', " "), "mail")
    );
    let shown = raw.bytes.get(..SHOWN).unwrap_or(&raw.bytes);
    letter.raw_rows = rows(shown, width);
    if shown.len() < raw.bytes.len() {
        let whole = text::bytes(raw.bytes.len() as u64);
        letter.notes.push(format!(
            "of its {whole} the raw view shows the first {}",
            text::bytes(SHOWN as u64)
        ));
    }
    drop(message);
    letter.raw = raw;
    letter
}

/// What a row of the list shows of a message: from, subject, date, number of attachments.
pub(super) struct Head {
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub date: Option<DateTime<Utc>>,
    pub attachments: usize,
    pub content: Content,
}

pub(super) fn head(bytes: &[u8]) -> Head {
    let message = MessageParser::default().parse(bytes);
    let message = message.as_ref();
    Head {
        from: message.map_or_else(String::new, |m| addresses(m.from()).join(", ")),
        to: message.map_or_else(Vec::new, |m| addresses(m.to())),
        subject: subject(message),
        date: message.and_then(date),
        attachments: message.map_or(0, Message::attachment_count),
        content: message.map(content).unwrap_or_default(),
    }
}

/// What a search finds a message by, as far as is kept of it.
fn content(message: &Message<'_>) -> Content {
    let mut all: Vec<String> = headers(message)
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let files = message
        .attachments()
        .filter_map(MimeHeaders::attachment_name);
    all.extend(files.map(str::to_owned));
    for number in 0..message.text_body_count() {
        all.extend(message.body_text(number).map(Cow::into_owned));
    }
    let text = all.join("\n");
    let kept = text
        .get(..text::floor_border(&text, SEARCHED))
        .unwrap_or_default();
    Content {
        text: kept.into(),
        whole: kept.len() == text.len(),
    }
}

fn taken_apart(message: &Message<'_>, width: u16) -> Letter {
    let mut letter = Letter {
        from: addresses(message.from()).join(", "),
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        date: date(message),
        subject: subject(Some(message)),
        headers: headers(message),
        attachments: message.attachments().enumerate().map(attachment).collect(),
        ..Letter::default()
    };
    let plain = message.text_part(0).filter(|part| !part.is_text_html());
    if let Some(plain) = plain.and_then(MessagePart::text_contents) {
        for found in LINK.find_iter(plain) {
            keep_link(
                &mut letter.links,
                found.as_str().trim_end_matches(['.', ',', ')', ';']),
            );
        }
        letter.text = Some(rows(plain.as_bytes(), width));
    }
    let page = message.html_part(0).filter(|part| part.is_text_html());
    if let Some(page) = page.and_then(MessagePart::text_contents) {
        match html::render(page, width, &mut letter.links) {
            Ok(rows) => letter.html = Some(rows),
            Err(why) => letter.notes.push(why),
        }
    }
    if letter.links.len() >= LINKS {
        letter
            .notes
            .push(say!("only its first {n} links are listed", n = LINKS));
    }
    // A page alone stands for a text too, which is empty then.
    if letter.html.is_some() && letter.text.as_ref().is_some_and(Vec::is_empty) {
        letter.text = None;
    }
    if letter.text.is_none() && letter.html.is_none() {
        letter
            .notes
            .push("no part of it could be read as text: the raw message shows it".to_owned());
    }
    letter
}

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "a constant pattern")]
    Regex::new(r#"https?://[^\s<>"'`|\\^{}\[\]]+"#).unwrap()
});

/// Keeps a link that may be shown and copied: of the web or of mail, without anything that hides, once. Its number, if it is kept.
pub(super) fn keep_link(links: &mut Vec<String>, link: &str) -> Option<usize> {
    let link = link.trim();
    let lower = link.get(..8).unwrap_or(link).to_ascii_lowercase();
    let kind = ["http://", "https://", "mailto:"];
    let known = kind.iter().any(|kind| lower.starts_with(kind));
    let plain = text::sanitise_ident(link.as_bytes()) == link;
    if !known || !plain || link.len() > LONGEST_LINK {
        return None;
    }
    let old = links.iter().position(|old| old == link);
    if old.is_none() && links.len() < LINKS {
        links.push(link.to_owned());
        return Some(links.len() - 1);
    }
    old
}

fn clean(words: &str) -> String {
    text::sanitise_ident(words.trim().as_bytes())
}

fn subject(message: Option<&Message<'_>>) -> String {
    message
        .and_then(Message::subject)
        .map_or_else(String::new, clean)
}

fn date(message: &Message<'_>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(message.date()?.to_timestamp(), 0)
}

/// `Hélène Dupré <helene@example.org>`
fn addresses(list: Option<&Address<'_>>) -> Vec<String> {
    let Some(list) = list else {
        return Vec::new();
    };
    let one = |addr: &Addr<'_>| match (addr.name(), addr.address()) {
        (Some(name), Some(address)) if !name.trim().is_empty() => {
            clean(&format!("{name} <{address}>"))
        }
        (name, address) => clean(address.or(name).unwrap_or_default()),
    };
    let mut all: Vec<String> = list.iter().take(1_000).map(one).collect();
    all.retain(|address| !address.is_empty());
    all
}

/// Each header as it was sent, on one line.
fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let all = message.headers().iter().take(2_000);
    let one = |header: &mail_parser::Header<'_>| {
        let (from, to) = (header.offset_start() as usize, header.offset_end() as usize);
        let value = message.raw_message().get(from..to).unwrap_or_default();
        let unfolded: Vec<u8> = value
            .iter()
            .filter(|b| !matches!(b, b'\r' | b'\n'))
            .copied()
            .collect();
        let value = text::sanitise_ident(unfolded.trim_ascii());
        (clean(header.name()), value)
    };
    all.map(one).collect()
}

/// Safe rows of at most this many columns.
fn rows(bytes: &[u8], width: u16) -> Vec<String> {
    let width = usize::from(width).max(1);
    let mut rows = Vec::new();
    for line in text::sanitise_block(bytes) {
        let parts = text::wrap_words(&line.text, width);
        rows.extend(parts.into_iter().map(str::to_owned));
        if rows.len() >= LINES {
            break;
        }
    }
    rows.truncate(LINES);
    while rows.last().is_some_and(|row| row.trim().is_empty()) {
        rows.pop();
    }
    rows
}

fn attachment((number, part): (usize, &MessagePart<'_>)) -> Attachment {
    let media_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| {
            clean(&format!(
                "{}/{}",
                kind.ctype(),
                kind.subtype().unwrap_or("octet-stream")
            ))
        },
    );
    let name = part.attachment_name().unwrap_or_default();
    let name = match (name, part.message()) {
        ("", Some(inner)) => inner.subject().unwrap_or("message"),
        (name, _) => name,
    };
    let fallback = format!("attachment-{}", number + 1);
    Attachment {
        file_name: safe_name(name, &fallback),
        name: if name.is_empty() {
            fallback
        } else {
            clean(name)
        },
        media_type,
        content: Arc::from(part.contents()),
    }
}

/// A file name that stays in its folder and shows what it is: the last part of a path, no dots in front, nothing that a
/// shell or a terminal takes for more than a name.
pub fn safe_name(name: &str, fallback: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || "._-+ ()@=".contains(c);
    let kept: String = last
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let kept = kept.trim_matches([' ', '.', '-']);
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= 10 => (stem, format!(".{ending}")),
        _ => (kept, String::new()),
    };
    let stem: String = stem.chars().take(NAME).collect();
    let only_lines: BTreeSet<char> = stem.chars().collect();
    if stem.is_empty() || only_lines.iter().all(|c| "_ .".contains(*c)) {
        return format!("{fallback}{ending}");
    }
    format!("{stem}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(safe_name("../../etc/passwd", "a"), "passwd");
        assert_eq!(safe_name("C:\\x\\rapport été.pdf", "a"), "rapport été.pdf");
        assert_eq!(safe_name(".bashrc", "a"), "bashrc");
        assert_eq!(safe_name("..", "a"), "a");
        assert_eq!(safe_name("", "a"), "a");
        assert_eq!(safe_name("x\u{1b}[2J\u{202e}y", "a"), "x__2J_y");
        assert_eq!(safe_name("-rf", "a"), "rf");
        let long = format!("{}.pdf", "x".repeat(500));
        assert_eq!(safe_name(&long, "a").chars().count(), NAME + 4);
    }
}
