//! Mail servers of a stack: MailHog, Mailpit and MailDev behind one client, over any byte stream to them.
//! Their replies are bounded in size and time; what they hold is taken for hostile. Must not know how they are reached.
mod bell;
mod html;
mod http;
pub mod letter;
mod maildev;
mod mailhog;
mod mailpit;
mod pages;
pub mod smtp;
mod trouble;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use bell::Bell;
use bell::Tongue;
pub use http::{Dial, Duplex, Http, Stream};
pub use trouble::Trouble;

use crate::lang::Words;
use crate::model::mail::{Found, RawMail, Server};
use crate::model::{Key, Mail};
use crate::text;

/// Most mails that are listed of one box, the newest.
pub const LISTED: usize = 1_000;
/// Most mails that are fetched of what a server finds itself, the newest.
pub const FOUND: usize = 200;
/// Largest reply to a list, in bytes: a MailHog sends whole mails, three times each.
const LIST_REPLY: usize = 8 << 20;
/// Largest message that is opened, and the largest reply around one.
const MESSAGE: usize = 24 << 20;

/// A box on a server that was recognised.
#[derive(Debug)]
pub struct Mailbox {
    http: Http,
    pub server: Server,
    /// MailDev serves another path since its third.
    third: bool,
}

/// What a box holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// All that the server has, listed or not.
    pub total: usize,
    /// The newest first.
    pub mails: Vec<Mail>,
}

impl Mailbox {
    /// Finds out which server answers; each knows none of the others' paths.
    pub async fn probe(http: Http) -> Result<Self, Trouble> {
        let all = [
            (Server::Mailpit, "/api/v1/info", false),
            (Server::MailHog, mailhog::COUNT, false),
            (Server::MailDev, "/api/config", true),
            (Server::MailDev, "/config", false),
        ];
        for (server, path, third) in all {
            let reply = match http.get(path, 1 << 20).await {
                Ok(reply) => reply,
                Err(Trouble::Status(401 | 403, _)) => return Err(Trouble::Password),
                // Another server's path: a 404, or a page instead.
                Err(Trouble::Status(..)) => continue,
                Err(trouble) => return Err(trouble),
            };
            let told: Value = serde_json::from_slice(&reply).unwrap_or_default();
            let known = match server {
                Server::Mailpit => {
                    told.get("RuntimeStats").is_some() || told.get("Messages").is_some()
                }
                Server::MailHog => told.get("total").is_some() && told.get("items").is_some(),
                Server::MailDev => told.get("version").is_some(),
            };
            if known {
                return Ok(Self {
                    http,
                    server,
                    third,
                });
            }
        }
        Err(Trouble::Stranger)
    }

    /// How many mails there are; little is sent for it.
    pub async fn count(&self) -> Result<usize, Trouble> {
        match self.server {
            Server::MailHog => mailhog::count(&self.http).await,
            Server::Mailpit => mailpit::count(&self.http).await,
            Server::MailDev => maildev::count(&self.http, self.third).await,
        }
    }

    /// What it holds, in the box of this container. What is known already is not fetched again where that is dear.
    pub async fn list(&self, container: &Key, known: &[Mail]) -> Result<Listing, Trouble> {
        let mut listing = match self.server {
            Server::MailHog => mailhog::list(&self.http, container, known).await?,
            Server::Mailpit => mailpit::list(&self.http, container).await?,
            Server::MailDev => maildev::list(&self.http, container, self.third).await?,
        };
        in_order(&mut listing.mails);
        Ok(listing)
    }

    /// Whether it can be asked for mails with some text in them.
    pub fn searches(&self) -> bool {
        self.server != Server::MailDev || self.third
    }

    /// What the server itself finds in the box of this container.
    pub async fn search(&self, container: &Key, query: &str) -> Result<Found, Trouble> {
        let Listing { total, mut mails } = match self.server {
            Server::MailHog => mailhog::search(&self.http, container, query).await?,
            Server::Mailpit => mailpit::search(&self.http, container, query).await?,
            Server::MailDev => maildev::search(&self.http, container, query).await?,
        };
        in_order(&mut mails);
        Ok(Found { total, mails })
    }

    /// A message as it was sent. Where a server can tell, it is not marked as read.
    pub async fn raw(&self, id: &str) -> Result<RawMail, Trouble> {
        match self.server {
            Server::MailHog => mailhog::raw(&self.http, id).await,
            Server::Mailpit => mailpit::raw(&self.http, id).await,
            Server::MailDev => maildev::raw(&self.http, id, self.third).await,
        }
    }

    /// Removes these mails. Without any nothing is sent: a Mailpit takes an empty list for all of them.
    pub async fn delete(&self, ids: &[String]) -> Result<(), Trouble> {
        if ids.is_empty() {
            return Ok(());
        }
        match self.server {
            Server::MailHog => mailhog::delete(&self.http, ids).await,
            Server::Mailpit => mailpit::delete(&self.http, ids).await,
            Server::MailDev => maildev::delete(&self.http, ids, self.third).await,
        }
    }

    /// Removes every mail.
    pub async fn delete_all(&self) -> Result<(), Trouble> {
        match self.server {
            Server::MailHog => mailhog::delete_all(&self.http).await,
            Server::Mailpit => mailpit::delete_all(&self.http).await,
            Server::MailDev => maildev::delete_all(&self.http, self.third).await,
        }
    }

    /// Rings when something changes.
    pub async fn bell(&self) -> Result<Bell, Trouble> {
        let (path, tongue) = match self.server {
            Server::MailHog => ("/api/v2/websocket", Tongue::Plain),
            Server::Mailpit => ("/api/events", Tongue::Plain),
            Server::MailDev => (maildev::EVENTS, Tongue::SocketIo),
        };
        let socket = self.http.websocket(path).await?;
        Ok(Bell::new(socket, tongue))
    }
}

/// Each once, the newest first: a server that keeps its mails in files lists them in any order, and new ones shift the pages.
fn in_order(mails: &mut Vec<Mail>) {
    let mut seen = BTreeSet::new();
    mails.retain(|mail| seen.insert(mail.key.clone()));
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.at));
}

/// A string in a reply, sanitised.
fn words(value: &Value, path: &str) -> String {
    let found = value.pointer(path).and_then(Value::as_str);
    text::sanitise_ident(found.unwrap_or_default().as_bytes())
}

/// `{"Name": …, "Address": …}` whatever the case of its names.
fn person(value: &Value) -> String {
    let one = |name: &str, other: &str| {
        let found = value.get(name).or_else(|| value.get(other));
        found.and_then(Value::as_str).unwrap_or_default().trim()
    };
    let (name, address) = (one("Name", "name"), one("Address", "address"));
    let shown = if name.is_empty() || name == address {
        address.to_owned()
    } else {
        format!("{name} <{address}>")
    };
    text::sanitise_ident(shown.as_bytes())
}

fn people(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    list.into_iter().flatten().take(1_000).map(person).collect()
}

fn time(value: &Value, path: &str) -> Option<DateTime<Utc>> {
    let text = value.pointer(path)?.as_str()?;
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.with_timezone(&Utc))
}

fn number(value: &Value, path: &str) -> Option<usize> {
    usize::try_from(value.pointer(path)?.as_u64()?).ok()
}

/// A reply without the number that every one has.
fn no_total() -> Trouble {
    Trouble::Odd(Words::ours(|| say!("it tells no total")))
}

fn parsed(bytes: &[u8]) -> Result<Value, Trouble> {
    serde_json::from_slice(bytes).map_err(|error| Trouble::Odd(Words::as_is(error.to_string())))
}
