//! MailHog's replies, with its habits: no summaries, the oldest mail again behind the end, `null` for one that is gone.
use serde_json::{Value, json};

use super::store::{Captured, Store};
use super::{Asked, Told};
use crate::sim::clock::stamp;

pub(super) fn answer(store: &mut Store, asked: &Asked) -> Told {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["api", "v2", "messages"]) => Told::Json(list(store, asked)),
        ("GET", ["api", "v1", "messages", id]) => {
            let mail = store.mails.iter().find(|mail| mail.id == *id);
            Told::Json(mail.map_or(Value::Null, message))
        }
        ("GET", ["api", "v1", "messages", id, "download"]) => {
            let mail = store.mails.iter().find(|mail| mail.id == *id);
            mail.map_or(Told::Dropped, |mail| {
                Told::Bytes("message/rfc822", mail.data.clone().into_bytes())
            })
        }
        ("DELETE", ["api", "v1", "messages"]) => {
            store.mails.clear();
            Told::Nothing(200)
        }
        ("DELETE", ["api", "v1", "messages", id]) => {
            let before = store.mails.len();
            store.mails.retain(|mail| mail.id != *id);
            Told::Nothing(if store.mails.len() < before { 200 } else { 500 })
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
    let total = store.mails.len();
    let start = number("start").unwrap_or(0);
    let limit = number("limit").filter(|n| *n > 0).unwrap_or(50).min(250);
    // The real one is off by one: behind the last mail it finds the oldest again.
    let skip = if start == total && total > 0 {
        total - 1
    } else {
        start
    };
    let items: Vec<Value> = store.newest().skip(skip).take(limit).map(message).collect();
    json!({ "total": total, "count": items.len(), "start": start, "items": items })
}

fn message(mail: &Captured) -> Value {
    let path = |address: &str| {
        let (mailbox, domain) = address.split_once('@').unwrap_or((address, ""));
        json!({ "Relays": null, "Mailbox": mailbox, "Domain": domain, "Params": "" })
    };
    let (head, body) = mail.data.split_once("\r\n\r\n").unwrap_or((&mail.data, ""));
    let mut headers = serde_json::Map::new();
    for line in head.split("\r\n") {
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_owned(), json!([value]));
        }
    }
    json!({
        "ID": mail.id,
        "From": path(&mail.from),
        "To": mail.to.iter().map(|to| path(to)).collect::<Vec<_>>(),
        "Content": { "Headers": headers, "Body": body, "Size": mail.data.len(), "MIME": null },
        "Created": stamp(mail.at),
        "MIME": null,
        "Raw": { "From": mail.from, "To": mail.to, "Data": mail.data, "Helo": "zammad" },
    })
}
