//! MailDev's way: its third has summaries under `/api/email`, its second whole mails under `/email`.
use serde_json::Value;

use super::http::{Http, escaped};
use super::pages::Pages;
use super::{FOUND, LIST_REPLY, LISTED, Listing, MESSAGE, Trouble, parsed, people, time, words};
use crate::model::mail::{Content, Envelope, RawMail};
use crate::model::{Key, Mail};

/// Where it tells of changes, in both of them.
pub(super) const EVENTS: &str = "/socket.io/?EIO=4&transport=websocket";

fn root(third: bool) -> &'static str {
    if third { "/api/email" } else { "/email" }
}

pub(super) async fn count(http: &Http, third: bool) -> Result<usize, Trouble> {
    if !third {
        let reply = parsed(&http.get("/email", LIST_REPLY).await?)?;
        return Ok(reply.as_array().map_or(0, Vec::len));
    }
    let reply = parsed(&http.get("/api/email/summary?limit=1", LIST_REPLY).await?)?;
    super::number(&reply, "/storeTotal").ok_or_else(super::no_total)
}

pub(super) async fn list(http: &Http, container: &Key, third: bool) -> Result<Listing, Trouble> {
    if third {
        let all = Pages {
            root: "/api/email/summary?skip=",
            rows: "items",
            total: "/storeTotal",
            row: mail,
        };
        return all.take(http, container, LISTED).await;
    }
    let mut listing = Listing::default();
    let reply = parsed(&http.get("/email", LIST_REPLY).await?)?;
    let rows = reply.as_array().into_iter().flatten();
    listing
        .mails
        .extend(rows.filter_map(|row| mail(container, row)));
    listing.total = listing.mails.len();
    Ok(listing)
}

/// Mails that have this text in their subject, their addresses or their plain text; the second cannot be asked.
pub(super) async fn search(http: &Http, container: &Key, query: &str) -> Result<Listing, Trouble> {
    let hits = Pages {
        root: &format!("/api/email/summary?search={}&skip=", escaped(query)),
        rows: "items",
        total: "/total",
        row: mail,
    };
    hits.take(http, container, FOUND).await
}

fn mail(container: &Key, row: &Value) -> Option<Mail> {
    let id = row.get("id")?.as_str()?;
    let from = people(row.get("from"));
    let attached = row
        .get("attachments")
        .and_then(Value::as_array)
        .map(Vec::len);
    Some(Mail {
        key: Mail::key(container, id),
        at: time(row, "/time").or_else(|| time(row, "/date")),
        from: from.join(", "),
        to: people(row.get("to")),
        subject: words(row, "/subject"),
        size: row.get("size").and_then(Value::as_u64),
        attachments: super::number(row, "/attachmentCount").or(attached),
        seen: row.get("read").and_then(Value::as_bool).unwrap_or(false),
        content: Content::beginning(&format!(
            "{}{}",
            words(row, "/preview"),
            words(row, "/text")
        )),
    })
}

pub(super) async fn raw(http: &Http, id: &str, third: bool) -> Result<RawMail, Trouble> {
    let path = format!("{}/{}/source", root(third), escaped(id));
    let bytes = match http.get(&path, MESSAGE).await {
        Err(Trouble::Status(404, _)) => return Err(Trouble::Gone),
        reply => reply?.to_vec(),
    };
    let envelope = envelope(http, id, third).await;
    Ok(RawMail { bytes, envelope })
}

/// Of the list narrowed to this one mail: unlike the mail asked for by its path, that does not mark it as read.
async fn envelope(http: &Http, id: &str, third: bool) -> Option<Envelope> {
    let path = format!("{}?id={}", root(third), escaped(id));
    let reply = parsed(&http.get(&path, MESSAGE).await.ok()?).ok()?;
    let mut mails = reply.as_array()?.iter();
    let mail = mails.find(|mail| mail.get("id").and_then(Value::as_str) == Some(id))?;
    // One that was read from a folder has an envelope made of its headers, which tells nothing more than they do.
    if ["restored", "undefined"].contains(&words(mail, "/envelope/remoteAddress").as_str()) {
        return None;
    }
    let to = mail.pointer("/envelope/to")?.as_array()?.iter();
    Some(Envelope {
        from: words(mail, "/envelope/from/address"),
        to: to.map(|one| words(one, "/address")).collect(),
    })
}

pub(super) async fn delete(http: &Http, ids: &[String], third: bool) -> Result<(), Trouble> {
    for id in ids {
        http.delete(&format!("{}/{}", root(third), escaped(id)), None)
            .await?;
    }
    Ok(())
}

pub(super) async fn delete_all(http: &Http, third: bool) -> Result<(), Trouble> {
    http.delete(&format!("{}/all", root(third)), None)
        .await
        .map(|_| ())
}
