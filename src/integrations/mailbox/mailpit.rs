//! Mailpit's way. Its summaries are small; only the raw message leaves a mail unread.
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::http::{Http, escaped};
use super::pages::Pages;
use super::{FOUND, LIST_REPLY, Listing, MESSAGE, Trouble, parsed, people, person, time, words};
use crate::model::mail::{Content, Envelope, RawMail};
use crate::model::{Key, Mail};

/// Bytes of a message in which its headers are looked at.
const HEAD: usize = 64 * 1024;

pub(super) async fn count(http: &Http) -> Result<usize, Trouble> {
    let reply = parsed(&http.get("/api/v1/messages?limit=1", LIST_REPLY).await?)?;
    super::number(&reply, "/total").ok_or_else(super::no_total)
}

pub(super) async fn list(http: &Http, container: &Key, most: usize) -> Result<Listing, Trouble> {
    let all = Pages {
        root: "/api/v1/messages?start=",
        rows: "messages",
        total: "/total",
        row: mail,
    };
    all.take(http, container, most).await
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
        content: Content::beginning(&words(row, "/Snippet")).and(&people(row.get("Bcc"))),
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

/// Out of what it puts in front: `Return-Path: <…>` and `Received: … for <…>, <…>; date`. Recipients that the message names
/// nowhere are told in a `Bcc:` before them, or in the message's own. A line of the message after its `Received:` tells nothing
/// of the server's.
fn envelope(bytes: &[u8]) -> Option<Envelope> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(HEAD))?);
    let fields = fields(&head);
    let received = fields.iter().position(|(name, _)| name == "received")?;
    let ours = ["bcc", "message-id", "return-path"];
    let (before, _) = fields.split_at(received);
    if !before.iter().all(|(name, _)| ours.contains(&name.as_str())) {
        return None;
    }
    let values = |wanted: &'static str| {
        let named = fields.iter().filter(move |(name, _)| name == wanted);
        named.map(|(_, value)| value.as_str())
    };
    let path = values("return-path").next()?;
    let received = values("received").next()?;
    let to = received.split_once("for <").map_or("", |(_, to)| to);
    let to = to.split(';').next().unwrap_or_default();
    let mut to: Vec<String> = to.split(',').map(address).collect();
    to.extend(values("bcc").flat_map(|value| value.split(',').map(address)));
    let mut seen = BTreeSet::new();
    to.retain(|to| !to.is_empty() && seen.insert(to.to_lowercase()));
    Some(Envelope {
        from: address(path),
        to,
    })
}

/// The headers at the beginning of a message, unfolded, their names in lower case.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// `a@example.org` of `A <a@example.org>`.
fn address(word: &str) -> String {
    let word = word.rsplit_once('<').map_or(word, |(_, address)| address);
    let word = word.trim().trim_matches(['<', '>']);
    crate::text::sanitise_ident(word.as_bytes())
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
