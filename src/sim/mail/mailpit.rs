//! Mailpit's replies: small summaries, raw messages behind two headers of its own, and a delete that without ids takes all.
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{Captured, Store};
use super::{Asked, Told, plain};
use crate::sim::clock::{date, stamp};

/// Letters of its text that a row shows.
const SNIPPET: usize = 200;

pub(super) fn answer(store: &mut Store, asked: &Asked) -> Told {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    let count = store.mails.len();
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["api", "v1", "info"]) => Told::Json(json!({
            "Version": "v1.30.5", "Messages": count, "Unread": count, "RuntimeStats": { "SMTPAccepted": count },
        })),
        ("GET", ["api", "v1", "messages"]) => {
            let all: Vec<&Captured> = store.newest().collect();
            Told::Json(list(count, &all, asked))
        }
        ("GET", ["api", "v1", "search"]) => search(store, asked),
        ("GET", ["api", "v1", "message", id, "raw"]) => {
            let mail = store.mails.iter().find(|mail| mail.id == *id);
            mail.map_or(Told::Nothing(404), |mail| {
                Told::Bytes("text/plain", raw(mail))
            })
        }
        ("DELETE", ["api", "v1", "messages"]) => {
            #[derive(Default, Deserialize)]
            #[serde(default)]
            struct Wanted {
                #[serde(rename = "IDs")]
                ids: Vec<String>,
            }
            let wanted: Wanted = serde_json::from_slice(&asked.body).unwrap_or_default();
            let all = wanted.ids.is_empty();
            store
                .mails
                .retain(|mail| !all && !wanted.ids.contains(&mail.id));
            Told::Bytes("text/plain", b"ok".to_vec())
        }
        _ => Told::Nothing(404),
    }
}

/// Mails that have all the words, in their decoded text or their addresses.
fn search(store: &Store, asked: &Asked) -> Told {
    let query = asked.query.get("query").unwrap_or_default().to_lowercase();
    if query.is_empty() {
        return Told::Nothing(400);
    }
    let has = |mail: &&Captured| {
        let text = plain::text(&mail.data);
        let addresses = mail.to.join(" ");
        let all = format!("{} {addresses} {} {text}", mail.from, subject(mail)).to_lowercase();
        query.split_whitespace().all(|word| all.contains(word))
    };
    let found: Vec<&Captured> = store.newest().filter(has).collect();
    Told::Json(list(store.mails.len(), &found, asked))
}

/// A page of these, out of a box of so many.
fn list(total: usize, mails: &[&Captured], asked: &Asked) -> Value {
    let number = |key| {
        asked
            .query
            .number(key)
            .and_then(|n| usize::try_from(n).ok())
    };
    let (start, limit) = (number("start").unwrap_or(0), number("limit").unwrap_or(50));
    let page = mails.iter().skip(start).take(limit);
    let rows: Vec<Value> = page.map(|mail| summary(mail)).collect();
    json!({
        "total": total, "unread": total, "count": rows.len(), "messages_count": mails.len(),
        "messages_unread": mails.len(), "start": start, "tags": [], "messages": rows,
    })
}

fn subject(mail: &Captured) -> String {
    let line = mail
        .data
        .lines()
        .find_map(|line| line.strip_prefix("Subject:"));
    plain::header(line.unwrap_or_default().trim())
}

fn summary(mail: &Captured) -> Value {
    let person = |address: &str| json!({ "Name": "", "Address": address });
    let text = plain::text(&mail.data);
    let snippet: String = text.chars().take(SNIPPET).collect();
    json!({
        "ID": mail.id, "Read": false, "From": person(&mail.from),
        "To": mail.to.iter().map(|to| person(to)).collect::<Vec<_>>(),
        "Cc": null, "Bcc": [], "Subject": subject(mail), "Created": stamp(mail.at),
        "Size": mail.data.len(), "Attachments": mail.data.matches("Content-Disposition: attachment").count(),
        "Snippet": snippet,
    })
}

fn raw(mail: &Captured) -> Vec<u8> {
    let to: Vec<String> = mail.to.iter().map(|to| format!("<{to}>")).collect();
    let received = format!(
        "Return-Path: <{}>\r\nReceived: from zammad (localhost [127.0.0.1])\r\n        by mailpit (Mailpit) with SMTP\r\n        for {}; {}\r\n",
        mail.from,
        to.join(", "),
        date(mail.at).to_rfc2822()
    );
    format!("{received}{}", mail.data).into_bytes()
}
