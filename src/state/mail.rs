//! Mail servers of all hosts and what was opened of their boxes; the rows themselves are a shelf.
mod find;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::mail::{Letter, Query, Server, Source};
use crate::model::{Container, Key, Mail};
use crate::msg::Failure;

use super::Prefs;

pub use find::Find;
pub use search::{Answer, Remark, Search};

/// Servers that are asked at once: more is no stack but a crowd.
const AT_ONCE: usize = 8;
/// Messages that are kept after they were read.
const KEPT: usize = 8;

/// How a server's box stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    Asking,
    Up {
        server: Server,
        /// `172.20.0.2:8025`, `exec`.
        way: String,
        /// It can be asked for mails with some words in them.
        searches: bool,
        /// All that it holds, listed or not.
        total: usize,
    },
    Down(Failure),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailbox {
    pub source: Source,
    pub condition: Condition,
    /// Where it takes mail, when it told otherwise than its row.
    pub smtp: Option<u16>,
    /// Whether its box was ever listed.
    pub listed: bool,
    /// It holds more than is known here: mails that are not listed, more of a mail than its beginning.
    pub in_part: bool,
    /// How the last test mail went: when, and in words.
    pub test: Option<(DateTime<Utc>, bool, String)>,
}

impl Mailbox {
    /// It tells nothing, and not because it was only just asked.
    pub fn is_silent(&self) -> bool {
        let source = &self.source;
        source.paused || !source.running || matches!(self.condition, Condition::Down(_))
    }

    /// What it is asked for these words, where not all that it holds is searched here.
    pub fn query(&self, words: &str) -> Option<Query> {
        match &self.condition {
            Condition::Up {
                server,
                searches: true,
                ..
            } if self.in_part => server.query(words),
            _ => None,
        }
    }

    /// Its search does not find what is coded in a mail.
    pub fn searches_as_sent(&self) -> bool {
        matches!(&self.condition, Condition::Up { server, .. } if server.searches_as_sent())
    }

    /// What to write into an application's settings.
    pub fn smtp_address(&self) -> String {
        self.source
            .address_at(self.smtp.unwrap_or(self.source.smtp))
    }
}

/// A container that may send its mail here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sender {
    pub name: String,
    pub image: String,
    /// Networks it shares with the server.
    pub networks: Vec<String>,
    /// Variables that name the server, with what they say.
    pub variables: Vec<(String, String)>,
}

/// The part of a message on screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    Text,
    Html,
    Headers,
    Raw,
    Links,
    Files,
}

impl Part {
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Html,
        Self::Headers,
        Self::Raw,
        Self::Links,
        Self::Files,
    ];

    /// Whether a message has it.
    pub fn is_in(self, letter: &Letter) -> bool {
        match self {
            Self::Text => letter.text.is_some(),
            Self::Html => letter.html.is_some(),
            Self::Headers => !letter.headers.is_empty(),
            Self::Raw => true,
            Self::Links => !letter.links.is_empty(),
            Self::Files => !letter.attachments.is_empty(),
        }
    }
}

/// A message that was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub letter: Result<Box<Letter>, Failure>,
    pub part: Part,
    /// The width it was last asked for anew.
    pub asked: u16,
    pub find: Find,
}

impl Opened {
    /// Shows another of its parts, and searches that.
    pub fn turn(&mut self, by: isize) {
        let Ok(letter) = &self.letter else {
            return;
        };
        let there = Part::ALL.into_iter().filter(|part| part.is_in(letter));
        let there: Vec<Part> = there.collect();
        let here = there.iter().position(|part| *part == self.part);
        let next = (here.unwrap_or(0) + there.len()).saturating_add_signed(by);
        self.part = there
            .get(next % there.len().max(1))
            .copied()
            .unwrap_or_default();
        self.find.look(letter, self.part, 0);
    }

    /// Searches the part on screen for this, from this row on.
    pub fn search(&mut self, query: &str, from: usize) {
        query.clone_into(&mut self.find.query);
        if let Ok(letter) = &self.letter {
            self.find.look(letter, self.part, from);
            self.find.show();
        }
    }
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct MailBook {
    /// By container.
    pub boxes: BTreeMap<Key, Mailbox>,
    /// By mail.
    pub opened: BTreeMap<Key, Opened>,
    order: Vec<Key>,
    /// Mails that were read here or in earlier runs.
    pub read: BTreeSet<Key>,
    /// Ids of all that were read, by the name of their server: one that is made anew keeps them.
    pub remembered: BTreeMap<String, BTreeSet<String>>,
    /// The cursor goes to each new mail.
    pub follow: bool,
    /// Who could send to a server, as far as it was asked for.
    pub senders: BTreeMap<Key, Result<Vec<Sender>, Failure>>,
    /// Unread mails of all boxes.
    pub unread: usize,
    pub search: Search,
}

impl MailBook {
    /// The inventory tells of a container.
    pub fn seen(&mut self, container: &Container, prefs: &Prefs) {
        let source = Source::of(container, prefs.is_mail_server(&container.name));
        let Some(source) = source.map(|source| source.with_login(&prefs.mail_login)) else {
            self.boxes.remove(&container.key);
            return;
        };
        let known = self.boxes.get_mut(&container.key);
        if let Some(known) = known {
            if known.source != source {
                known.source = source;
                known.condition = Condition::Asking;
            }
            return;
        }
        let fresh = Mailbox {
            source,
            condition: Condition::Asking,
            smtp: None,
            listed: false,
            in_part: false,
            test: None,
        };
        self.boxes.insert(container.key.clone(), fresh);
    }

    /// The servers that are asked: those that run, up to a few.
    pub fn asked(&self) -> impl Iterator<Item = &Source> {
        let all = self.boxes.values().map(|known| &known.source);
        all.filter(|source| source.running && !source.paused)
            .take(AT_ONCE)
    }

    /// The server that holds this mail.
    pub fn box_of(&self, mail: &Key) -> Option<&Mailbox> {
        let (container, _) = Mail::place(mail)?;
        self.boxes.get(&container)
    }

    /// Whether nobody has read it.
    pub fn is_unread(&self, mail: &Mail) -> bool {
        !mail.seen && !self.read.contains(&mail.key)
    }

    /// Counts the unread ones of what is listed, and sees of which boxes not all is known.
    pub fn count(&mut self, mails: &BTreeMap<Key, Mail>) {
        let beyond = &self.search.beyond;
        let listed = mails.values().filter(|mail| !beyond.contains(&mail.key));
        self.unread = listed.clone().filter(|mail| self.is_unread(mail)).count();
        for (key, known) in &mut self.boxes {
            let Condition::Up { total, .. } = known.condition else {
                continue;
            };
            let own = listed.clone().filter(|mail| Mail::is_in(&mail.key, key));
            let whole = own.clone().filter(|mail| mail.content.whole).count();
            known.in_part = total > whole;
        }
    }

    /// Takes for read, of what a server lists, what was read before: in an earlier run, or when its container was another.
    pub fn recall(&mut self, server: &str, mails: &[Mail]) {
        let Some(ids) = self.remembered.get(server) else {
            return;
        };
        let known = mails.iter().filter(|mail| {
            let place = Mail::place(&mail.key);
            place.is_some_and(|(_, id)| ids.contains(id))
        });
        self.read.extend(known.map(|mail| mail.key.clone()));
    }

    /// Takes mails for read. The ids of those that were not yet, which are to be remembered under the name of their server.
    pub fn mark_read(&mut self, server: &str, mails: &[Key]) -> Vec<String> {
        let mut ids = Vec::new();
        for key in mails {
            if let Some((_, id)) = Mail::place(key)
                && self.read.insert(key.clone())
            {
                ids.push(id.to_owned());
            }
        }
        let all = self.remembered.entry(server.to_owned()).or_default();
        all.extend(ids.iter().cloned());
        ids
    }

    /// Keeps a message that was opened; the one opened longest ago is let go.
    pub fn keep(&mut self, key: &Key, letter: Result<Box<Letter>, Failure>) {
        let before = self.opened.remove(key);
        let part = before.as_ref().map(|opened| opened.part);
        let has = |part: &Part| letter.as_ref().is_ok_and(|letter| part.is_in(letter));
        // What cannot be read as text is read as it was sent.
        let best = [Part::Text, Part::Html, Part::Raw].into_iter().find(has);
        let part = part.filter(has).or(best).unwrap_or_default();
        let mut find = before.map(|opened| opened.find).unwrap_or_default();
        if let Ok(letter) = &letter {
            find.look(letter, part, 0);
        }
        self.opened.insert(
            key.clone(),
            Opened {
                letter,
                part,
                asked: 0,
                find,
            },
        );
        self.order.retain(|known| known != key);
        self.order.push(key.clone());
        if self.order.len() > KEPT {
            let oldest = self.order.remove(0);
            self.opened.remove(&oldest);
        }
    }
}
