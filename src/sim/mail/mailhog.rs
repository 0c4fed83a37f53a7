//! MailHog's replies, with its habits: no summaries, the oldest mail again behind the end, `null` for one that is gone.
use serde_json::{Value, json};

use super::store::{Captured, Store};
use super::{Asked, Told};
use crate::sim::clock::stamp;

pub(super) fn answer(store: &mut Store, asked: &Asked) -> Told {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["api", "v2", "messages"]) => {
            let all: Vec<&Captured> = store.newest().collect();
            let list = list(&all, asked);
            // Behind the end there are none, but it tells the right total.
            Told::Json(list.unwrap_or_else(|| told(all.len(), asked, &[])))
        }
        ("GET", ["api", "v2", "search"]) => search(store, asked),
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

/// Looks into the mails as they were sent, whatever is coded in them.
fn search(store: &Store, asked: &Asked) -> Told {
    let query = asked.query.get("query").unwrap_or_default().to_lowercase();
    if query.is_empty() || asked.query.get("kind") != Some("containing") {
        return Told::Nothing(400);
    }
    let found: Vec<&Captured> = store
        .newest()
        .filter(|mail| mail.data.to_lowercase().contains(&query))
        .collect();
    let list = list(&found, asked);
    // Unlike the list of all, behind the end it says that there are none at all.
    Told::Json(list.unwrap_or_else(|| told(0, asked, &[])))
}

fn number(asked: &Asked, key: &str) -> Option<usize> {
    let number = asked.query.number(key)?;
    usize::try_from(number).ok()
}

/// A page of these; none behind their end.
fn list(mails: &[&Captured], asked: &Asked) -> Option<Value> {
    let total = mails.len();
    let start = number(asked, "start").unwrap_or(0);
    let limit = number(asked, "limit").filter(|n| *n > 0);
    let limit = limit.unwrap_or(50).min(250);
    // The real one is off by one: behind the last mail it finds the oldest again.
    let start = if start == total && total > 0 {
        total - 1
    } else {
        start
    };
    let items: Vec<Value> = mails
        .get(start..)?
        .iter()
        .take(limit)
        .map(|mail| message(mail))
        .collect();
    Some(told(total, asked, &items))
}

fn told(total: usize, asked: &Asked, items: &[Value]) -> Value {
    let start = number(asked, "start").unwrap_or(0);
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
