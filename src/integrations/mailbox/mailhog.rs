//! MailHog's way. It has no summaries: each list holds whole mails, three times over, so one of 5 MB makes a reply of 16 MB.
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::http::{Http, escaped};
use super::{FOUND, LIST_REPLY, LISTED, Listing, MESSAGE, Trouble, letter, parsed};
use crate::lang::Words;
use crate::model::mail::{Content, Envelope, RawMail};
use crate::model::{Key, Mail};
use crate::text;

/// Beyond the end there are no mails, but the right total.
pub(super) const COUNT: &str = "/api/v2/messages?start=2147483647&limit=1";
/// Mails of one page.
const PAGE: usize = 10;

#[derive(Deserialize)]
struct Page {
    total: usize,
    #[serde(default)]
    items: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Created", default)]
    created: String,
    #[serde(rename = "Raw")]
    raw: Raw,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "From", default)]
    from: String,
    #[serde(rename = "To", default)]
    to: Option<Vec<String>>,
    #[serde(rename = "Data", default)]
    data: String,
}

pub(super) async fn count(http: &Http) -> Result<usize, Trouble> {
    let reply = parsed(&http.get(COUNT, 1 << 20).await?)?;
    super::number(&reply, "/total").ok_or_else(super::no_total)
}

pub(super) async fn list(http: &Http, container: &Key, known: &[Mail]) -> Result<Listing, Trouble> {
    let total = count(http).await?;
    let all = List {
        http,
        container,
        root: "/api/v2/messages?",
    };
    all.pages(total, LISTED, known).await
}

/// What holds this text as it was sent. How many those are the first page tells: asked for what is behind the last of them, it
/// says that there are none.
pub(super) async fn search(http: &Http, container: &Key, query: &str) -> Result<Listing, Trouble> {
    let hits = List {
        http,
        container,
        root: &format!("/api/v2/search?kind=containing&query={}&", escaped(query)),
    };
    hits.pages(PAGE, FOUND, &[]).await
}

/// A list of mails: of all, or of those that were looked for.
struct List<'a> {
    http: &'a Http,
    container: &'a Key,
    /// Path and query, up to where a page is told.
    root: &'a str,
}

impl List<'_> {
    async fn page(&self, start: usize, limit: usize) -> Result<Page, Trouble> {
        let path = format!("{}start={start}&limit={limit}", self.root);
        let reply = self.http.get(&path, LIST_REPLY).await?;
        serde_json::from_slice(&reply)
            .map_err(|error| Trouble::Odd(Words::as_is(error.to_string())))
    }

    /// Page by page up to the total: asked for what is behind the last mail, it sends the oldest again instead of none.
    ///
    /// Where the new ones and those known already are all there is, the rest is not fetched again.
    async fn pages(&self, total: usize, most: usize, known: &[Mail]) -> Result<Listing, Trouble> {
        let mut listing = Listing {
            total,
            ..Listing::default()
        };
        let mut start = 0;
        while start < listing.total.min(most) {
            let end = (start + PAGE).min(listing.total);
            match self.page(start, end - start).await {
                Ok(page) => {
                    listing.total = page.total;
                    if page.items.is_empty() {
                        break;
                    }
                    let rows = page
                        .items
                        .iter()
                        .map(|message| row(self.container, message));
                    listing.mails.extend(rows);
                }
                Err(Trouble::TooLarge { head, .. }) => {
                    listing.total = total_in(&head).unwrap_or(listing.total);
                    self.one_by_one(start..end.min(listing.total), &mut listing.mails)
                        .await?;
                }
                Err(trouble) => return Err(trouble),
            }
            let new = listing
                .mails
                .iter()
                .position(|mail| Some(&mail.key) == known.first().map(|k| &k.key));
            if let Some(new) = new.filter(|new| new + known.len() == listing.total) {
                listing.mails.truncate(new);
                listing.mails.extend_from_slice(known);
                break;
            }
            start = end;
        }
        Ok(listing)
    }

    /// Steps over the mails that are too large to be listed.
    async fn one_by_one(&self, places: Range<usize>, mails: &mut Vec<Mail>) -> Result<(), Trouble> {
        for place in places {
            match self.page(place, 1).await {
                Ok(page) => {
                    mails.extend(
                        page.items
                            .iter()
                            .map(|message| row(self.container, message)),
                    );
                }
                Err(Trouble::TooLarge { head, .. }) => mails.extend(stub(self.container, &head)),
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }
}

/// The total, which stands at the beginning of a reply.
fn total_in(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head.get(..head.len().min(100))?);
    let (total, _) = after("total", &head)?;
    usize::try_from(total.as_u64()?).ok()
}

fn row(container: &Key, message: &Message) -> Mail {
    let head = letter::head(message.raw.data.as_bytes());
    let clean = |words: &String| text::sanitise_ident(words.as_bytes());
    let envelope: Vec<String> = message.raw.to.iter().flatten().map(clean).collect();
    Mail {
        key: Mail::key(container, &message.id),
        at: super::time(&Value::String(message.created.clone()), "").or(head.date),
        from: if head.from.is_empty() {
            clean(&message.raw.from)
        } else {
            head.from
        },
        to: if head.to.is_empty() {
            envelope.clone()
        } else {
            head.to
        },
        subject: head.subject,
        size: Some(message.raw.data.len() as u64),
        attachments: Some(head.attachments),
        seen: false,
        content: head.content.and(&envelope),
    }
}

/// What the beginning of a reply tells of a mail whose whole reply is too large: its id and its headers come first, then its
/// body, and its size where that ended.
fn stub(container: &Key, head: &[u8]) -> Option<Mail> {
    let head = String::from_utf8_lossy(head);
    let (id, rest) = after("ID", &head)?;
    let (headers, rest) = after("Headers", rest).unwrap_or_default();
    let size = after("Body", rest).and_then(|(_, rest)| after("Size", rest));
    let mut lines = String::new();
    for name in ["From", "To", "Subject", "Date"] {
        for value in header(&headers, name) {
            lines.push_str(&format!("{name}: {}\r\n", value.replace(['\r', '\n'], " ")));
        }
    }
    let read = letter::head(lines.as_bytes());
    Some(Mail {
        key: Mail::key(container, id.as_str()?),
        at: header(&headers, "Received")
            .filter(|line| line.contains("(MailHog)"))
            .find_map(came)
            .or(read.date),
        from: read.from,
        to: read.to,
        subject: read.subject,
        size: size.and_then(|(size, _)| size.as_u64()),
        attachments: None,
        seen: false,
        content: Content::beginning(&lines),
    })
}

/// The next value of this name, and what stands behind it.
fn after<'a>(name: &str, text: &'a str) -> Option<(Value, &'a str)> {
    let at = text.find(&format!("\"{name}\":"))? + name.len() + 3;
    let text = text.get(at..)?;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

fn header<'a>(headers: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let values = headers.get(name).and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_str)
}

/// When the server took it, by its own line: `from zammad by mailhog.example (MailHog) id …; date`.
fn came(received: &str) -> Option<DateTime<Utc>> {
    let (_, date) = received.rsplit_once(';')?;
    let at = DateTime::parse_from_rfc2822(date.trim()).ok()?;
    Some(at.to_utc())
}

/// The exact bytes, but for characters that are no UTF-8: then the body of the download, which has those, behind the
/// headers of the message, which the download has lost.
pub(super) async fn raw(http: &Http, id: &str) -> Result<RawMail, Trouble> {
    let path = format!("/api/v1/messages/{}", escaped(id));
    let reply = http.get(&path, MESSAGE).await?;
    // A mail that is gone is `null`.
    let message: Option<Message> = serde_json::from_slice(&reply)
        .map_err(|error| Trouble::Odd(Words::as_is(error.to_string())))?;
    let raw = message.ok_or(Trouble::Gone)?.raw;
    let clean = |words: &String| text::sanitise_ident(words.as_bytes());
    let envelope = Envelope {
        from: clean(&raw.from),
        to: raw.to.iter().flatten().map(clean).collect(),
    };
    let mut bytes = raw.data.into_bytes();
    if String::from_utf8_lossy(&bytes).contains('\u{fffd}')
        && let Ok(download) = http.get(&format!("{path}/download"), MESSAGE).await
        && let (Some(head), Some(body)) = (blank(&bytes), blank(&download))
    {
        bytes.truncate(head);
        bytes.extend_from_slice(download.get(body..).unwrap_or_default());
    }
    Ok(RawMail {
        bytes,
        envelope: Some(envelope),
    })
}

/// Where the body begins.
fn blank(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(at + 4)
}

pub(super) async fn delete(http: &Http, ids: &[String]) -> Result<(), Trouble> {
    for id in ids {
        http.delete(&format!("/api/v1/messages/{}", escaped(id)), None)
            .await?;
    }
    Ok(())
}

pub(super) async fn delete_all(http: &Http) -> Result<(), Trouble> {
    http.delete("/api/v1/messages", None).await.map(|_| ())
}
