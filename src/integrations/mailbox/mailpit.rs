//! Mailpit's way. Its summaries are small; only the raw message leaves a mail unread.
use serde_json::{Value, json};

use super::http::{Http, escaped};
use super::pages::Pages;
use super::{
    FOUND, LIST_REPLY, LISTED, Listing, MESSAGE, Trouble, parsed, people, person, time, words,
};
use crate::model::mail::{Content, Envelope, RawMail};
use crate::model::{Key, Mail};

pub(super) async fn count(http: &Http) -> Result<usize, Trouble> {
    let reply = parsed(&http.get("/api/v1/messages?limit=1", LIST_REPLY).await?)?;
    super::number(&reply, "/total").ok_or_else(super::no_total)
}

pub(super) async fn list(http: &Http, container: &Key) -> Result<Listing, Trouble> {
    let all = Pages {
        root: "/api/v1/messages?start=",
        rows: "messages",
        total: "/total",
        row: mail,
    };
    all.take(http, container, LISTED).await
}

/// Mails that have all these words, in text that it has decoded.
pub(super) async fn search(http: &Http, container: &Key, query: &str) -> Result<Listing, Trouble> {
    let hits = Pages {
        root: &format!("/api/v1/search?query={}&start=", escaped(query)),
        rows: "messages",
        total: "/messages_count",
        row: mail,
    };
    hits.take(http, container, FOUND).await
}

fn mail(container: &Key, row: &Value) -> Option<Mail> {
    let id = row.get("ID")?.as_str()?;
    Some(Mail {
        key: Mail::key(container, id),
        at: time(row, "/Created"),
        from: row.get("From").map(person).unwrap_or_default(),
        to: people(row.get("To")),
        subject: words(row, "/Subject"),
        size: row.get("Size").and_then(Value::as_u64),
        attachments: super::number(row, "/Attachments"),
        seen: row.get("Read").and_then(Value::as_bool).unwrap_or(false),
        content: Content::beginning(&words(row, "/Snippet")),
    })
}

pub(super) async fn raw(http: &Http, id: &str) -> Result<RawMail, Trouble> {
    let path = format!("/api/v1/message/{}/raw", escaped(id));
    let reply = match http.get(&path, MESSAGE).await {
        Err(Trouble::Status(404, _)) => return Err(Trouble::Gone),
        reply => reply?,
    };
    let bytes = reply.to_vec();
    let envelope = envelope(&bytes);
    Ok(RawMail { bytes, envelope })
}

/// Out of the two headers that it puts in front: `Return-Path: <…>` and `Received: … for <…>, <…>; date`.
fn envelope(bytes: &[u8]) -> Option<Envelope> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(16 * 1024))?);
    let path = head.strip_prefix("Return-Path:")?;
    let (path, rest) = path.split_once('\n')?;
    let received = rest.strip_prefix("Received:")?;
    let to = received.split_once("for <").map_or("", |(_, to)| to);
    let to = to.split(';').next().unwrap_or_default();
    let clean = |word: &str| {
        let word = word.trim().trim_matches(['<', '>']);
        crate::text::sanitise_ident(word.as_bytes())
    };
    Some(Envelope {
        from: clean(path),
        to: to
            .split(',')
            .map(clean)
            .filter(|to| !to.is_empty())
            .collect(),
    })
}

/// `ids` is never empty: without ids this request deletes every mail.
pub(super) async fn delete(http: &Http, ids: &[String]) -> Result<(), Trouble> {
    if ids.is_empty() {
        return Ok(());
    }
    let body = json!({ "IDs": ids }).to_string();
    http.delete("/api/v1/messages", Some(body))
        .await
        .map(|_| ())
}

pub(super) async fn delete_all(http: &Http) -> Result<(), Trouble> {
    let body = json!({ "IDs": [] }).to_string();
    http.delete("/api/v1/messages", Some(body))
        .await
        .map(|_| ())
}
