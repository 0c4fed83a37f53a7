//! What mail servers find themselves for the words of the filter, beside what is searched here. Knows no screen.
use std::collections::{BTreeMap, BTreeSet};

use crate::model::mail::{Found, Query};
use crate::model::{Key, Mail};
use crate::msg::Failure;
use crate::state::State;

use super::Mailbox;

/// What a server found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// All that it found, and how many of them are here: the newest.
    pub total: usize,
    pub here: usize,
    /// Mails that are let through because it found them.
    hits: BTreeSet<Key>,
}

/// The search that servers take part in.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What it is about, as it stands in the filter.
    pub words: String,
    /// By server.
    pub answers: BTreeMap<Key, Result<Answer, Failure>>,
    /// Mails that are known only because they were found: so many newer ones are listed.
    pub beyond: BTreeSet<Key>,
}

impl Search {
    /// Whether a server found this mail.
    pub fn has(&self, mail: &Key) -> bool {
        let of_it = Mail::place(mail).and_then(|(container, _)| self.answers.get(&container));
        of_it.is_some_and(|answer| answer.as_ref().is_ok_and(|a| a.hits.contains(mail)))
    }

    /// Keeps what a server found for what it was asked. What is known whole is searched here, and better.
    pub fn keep(&mut self, server: &Key, asked: &Query, answer: Result<&Found, Failure>) {
        let answer = answer.map(|found| {
            let hits = found
                .mails
                .iter()
                .filter(|mail| asked.whole && !mail.content.whole);
            Answer {
                total: found.total,
                here: found.mails.len(),
                hits: hits.map(|mail| mail.key.clone()).collect(),
            }
        });
        self.answers.insert(server.clone(), answer);
    }
}

/// What there is to say of a server that takes part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Remark<'a> {
    Failed(&'a Mailbox, &'a Failure),
    /// Only the newest of what it found are here.
    Newest(&'a Mailbox, &'a Answer),
    /// It does not find what is coded in a mail.
    AsSent(&'a Mailbox),
}

impl State {
    /// The mail servers that are asked for what is typed into the filter.
    pub fn searched_boxes(&self) -> impl Iterator<Item = &Mailbox> {
        let words = &self.shelves.mails.listing.filter;
        self.mailboxes()
            .filter(|known| known.query(words).is_some())
    }

    /// What there is to say of their answers.
    pub fn search_remarks(&self) -> Vec<Remark<'_>> {
        let answers = &self.mail.search.answers;
        let of = self.searched_boxes();
        of.filter_map(|server| remark(server, answers.get(server.source.key())?))
            .collect()
    }
}

fn remark<'a>(server: &'a Mailbox, answer: &'a Result<Answer, Failure>) -> Option<Remark<'a>> {
    match answer {
        Err(failure) => Some(Remark::Failed(server, failure)),
        Ok(answer) if answer.here < answer.total => Some(Remark::Newest(server, answer)),
        Ok(_) => server.searches_as_sent().then_some(Remark::AsSent(server)),
    }
}
