//! MailDev's way: its third has summaries under `/api/email`, its second whole mails under `/email`.
use serde_json::Value;

use super::http::{Http, escaped};
use super::{LIST_REPLY, LISTED, Listing, MESSAGE, Trouble, parsed, people, time, words};
use crate::model::mail::{Content, RawMail};
use crate::model::{Key, Mail};

const PAGE: usize = 200;
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
    let mut listing = Listing::default();
    if !third {
        let reply = parsed(&http.get("/email", LIST_REPLY).await?)?;
        let rows = reply.as_array().into_iter().flatten();
        listing
            .mails
            .extend(rows.filter_map(|row| mail(container, row)));
        listing.total = listing.mails.len();
        return Ok(listing);
    }
    loop {
        let skip = listing.mails.len();
        let path = format!("/api/email/summary?skip={skip}&limit={PAGE}");
        let reply = parsed(&http.get(&path, LIST_REPLY).await?)?;
        listing.total = super::number(&reply, "/storeTotal").unwrap_or(0);
        let rows = reply.get("items").and_then(Value::as_array);
        listing.mails.extend(
            rows.into_iter()
                .flatten()
                .filter_map(|row| mail(container, row)),
        );
        let got = listing.mails.len();
        if got == skip || got >= listing.total.min(LISTED) {
            return Ok(listing);
        }
    }
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
    match http.get(&path, MESSAGE).await {
        Err(Trouble::Status(404, _)) => Err(Trouble::Gone),
        reply => Ok(RawMail {
            bytes: reply?.to_vec(),
            envelope: None,
        }),
    }
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
