//! A mail on paper: as a row, as an object, as a message to read. Knows no server.
use chrono::{DateTime, Local, Utc};
use serde_json::{Value, json};

use super::id;
use crate::cli::args::MailPart;
use crate::cli::table;
use crate::model::Mail;
use crate::model::mail::{Letter, Source};
use crate::text;

pub(super) fn object(mail: &Mail, server: &Source) -> Value {
    json!({
        "id": id(mail), "server": server.name, "time": mail.at.map(|at| at.to_rfc3339()),
        "from": mail.from, "to": mail.to, "subject": mail.subject, "size": mail.size,
        "attachments": mail.attachments,
    })
}

const HEAD: &[table::Head] = &[
    (key!("TIME"), false),
    (key!("SERVER"), false),
    (key!("FROM"), false),
    (key!("TO"), false),
    (key!("SUBJECT"), false),
    (key!("SIZE"), true),
    (key!("FILES"), true),
    ("ID", false),
];

/// The titles of rows that say which server holds the mail, or do not.
pub(super) fn head(named: bool) -> Vec<table::Head> {
    let all = HEAD.iter().copied();
    all.filter(|(title, _)| named || *title != "SERVER")
        .collect()
}

/// The local time.
fn time(at: DateTime<Utc>) -> String {
    let at = at.with_timezone(&Local);
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn row(mail: &Mail, server: Option<&Source>) -> Vec<String> {
    let mut cells = vec![mail.at.map_or_else(String::new, time)];
    cells.extend(server.map(|server| server.name.clone()));
    cells.extend([
        mail.from.clone(),
        mail.to.join(", "),
        mail.subject.clone(),
        mail.size.map_or_else(String::new, text::bytes_short),
        mail.attachments
            .filter(|n| *n > 0)
            .map_or_else(String::new, |n| n.to_string()),
        text::sanitise_ident(id(mail).as_bytes()),
    ]);
    cells
}

pub(super) fn whole(mail: &Mail, server: &Source, letter: &Letter) -> Value {
    let mut value = object(mail, server);
    let files: Vec<Value> = letter
        .attachments
        .iter()
        .map(|file| json!({ "name": file.name, "type": file.media_type, "size": file.content.len() }))
        .collect();
    if let Some(fields) = value.as_object_mut() {
        let envelope = letter.raw.envelope.as_ref();
        let text = letter.text.clone().map(|rows| rows.join("\n"));
        fields.insert("cc".to_owned(), json!(letter.cc));
        fields.insert("envelope_to".to_owned(), json!(envelope.map(|e| &e.to)));
        fields.insert("text".to_owned(), json!(text));
        fields.insert(
            "html".to_owned(),
            json!(page(letter).map(|rows| rows.join("\n"))),
        );
        fields.insert("links".to_owned(), json!(letter.links));
        fields.insert("files".to_owned(), json!(files));
    }
    value
}

/// The rows of the HTML part, without its looks.
fn page(letter: &Letter) -> Option<Vec<String>> {
    let rows = letter.html.as_ref()?.iter();
    Some(
        rows.map(|row| row.iter().map(|(words, _)| words.as_str()).collect())
            .collect(),
    )
}

pub(super) fn lines(letter: &Letter, part: MailPart) -> Vec<String> {
    let header = |(name, value): &(String, String)| format!("{name}: {value}");
    if part == MailPart::Headers {
        return letter.headers.iter().map(header).collect();
    }
    let mut lines = vec![
        format!("From: {}", letter.from),
        format!("To: {}", letter.to.join(", ")),
    ];
    lines.extend(letter.date.map(|date| format!("Date: {}", time(date))));
    lines.push(format!("Subject: {}", letter.subject));
    if letter.raw.envelope.is_none() {
        lines.push("Envelope: not told by this server, blind copies do not show".to_owned());
    }
    let hidden = letter.hidden();
    if !hidden.is_empty() {
        lines.push(format!("Envelope: also to {}", hidden.join(", ")));
    }
    lines.extend(letter.notes.iter().map(|note| format!("Note: {note}")));
    for file in &letter.attachments {
        let size = text::bytes(file.content.len() as u64);
        lines.push(format!("File: {} ({}, {size})", file.name, file.media_type));
    }
    lines.push(String::new());
    let body = match part {
        MailPart::Html => page(letter).or_else(|| letter.text.clone()),
        _ => letter.text.clone().or_else(|| page(letter)),
    };
    lines.extend(body.unwrap_or_default());
    lines
}
