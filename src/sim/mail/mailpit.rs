//! Mailpit's replies: small summaries, raw messages behind two headers of its own, and a delete that without ids takes all.
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{Captured, Store};
use super::{Asked, Told};
use crate::sim::clock::{date, stamp};

pub(super) fn answer(store: &mut Store, asked: &Asked) -> Told {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    let count = store.mails.len();
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["api", "v1", "info"]) => Told::Json(json!({
            "Version": "v1.30.5", "Messages": count, "Unread": count, "RuntimeStats": { "SMTPAccepted": count },
        })),
        ("GET", ["api", "v1", "messages"]) => Told::Json(list(store, asked)),
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

fn list(store: &Store, asked: &Asked) -> Value {
    let number = |key| {
        asked
            .query
            .number(key)
            .and_then(|n| usize::try_from(n).ok())
    };
    let (start, limit) = (number("start").unwrap_or(0), number("limit").unwrap_or(50));
    let rows: Vec<Value> = store
        .newest()
        .skip(start)
        .take(limit)
        .map(summary)
        .collect();
    let total = store.mails.len();
    json!({
        "total": total, "unread": total, "count": rows.len(), "messages_count": total,
        "messages_unread": total, "start": start, "tags": [], "messages": rows,
    })
}

fn summary(mail: &Captured) -> Value {
    let person = |address: &str| json!({ "Name": "", "Address": address });
    let header = |name: &str| {
        let line = mail.data.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    };
    json!({
        "ID": mail.id, "Read": false, "From": person(&mail.from),
        "To": mail.to.iter().map(|to| person(to)).collect::<Vec<_>>(),
        "Cc": null, "Bcc": [], "Subject": header("Subject:"), "Created": stamp(mail.at),
        "Size": mail.data.len(), "Attachments": mail.data.matches("Content-Disposition: attachment").count(),
        "Snippet": "",
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
