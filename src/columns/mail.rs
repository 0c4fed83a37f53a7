//! The columns of the list of captured mail, and what stands where it has no rows.
use chrono::{DateTime, TimeDelta, Utc};

use super::listed::{host, word};
use super::{Cell, Column, Cx, Fit, Rank, Width, apart, default, figure, words};
use crate::log_store::Matcher;
use crate::model::Mail;
use crate::state::State;
use crate::state::mail::{Condition, Mailbox, Remark};
use crate::text;
use crate::theme::Key;

/// Servers that an empty list tells of.
const SHOWN: usize = 8;

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Mail>] = &[
    default(words(
        "unread",
        "",
        Width::Fixed(1),
        250,
        "Whether nobody has read it yet.",
        |mail, cx| {
            let unread = cx.state.mail.is_unread(mail);
            Cell::of(if unread { "●" } else { "" }, Key::Accent)
        },
        |mail, cx| Rank::Number(i64::from(!cx.state.mail.is_unread(mail))),
    )),
    default(words(
        "time",
        "time",
        Width::Fixed(11),
        220,
        "When it came: the time of today, else day and time.",
        |mail, cx| {
            let shown = mail.at.map(|at| when(at, cx));
            shown.map_or_else(Cell::blank, |shown| Cell::of(shown, Key::Dim))
        },
        |mail, _| Rank::descending(mail.at.map(|at| at.timestamp_micros())),
    )),
    default(words(
        "from",
        "from",
        Width::Flex(16, 26),
        210,
        "Who sent it.",
        |mail, cx| Cell::of(short(&mail.from), weight(mail, cx)),
        |mail, _| word(&mail.from),
    )),
    default(words(
        "to",
        "to",
        Width::Flex(14, 26),
        150,
        "To whom, by its headers.",
        |mail, _| {
            let names: Vec<&str> = mail.to.iter().map(|to| short(to)).collect();
            Cell::of(names.join(", "), Key::Dim)
        },
        |mail, _| word(mail.to.first().map_or("", String::as_str)),
    )),
    default(words(
        "subject",
        "subject",
        Width::Flex(16, 64),
        255,
        "Its subject.",
        |mail, cx| {
            let subject = if mail.subject.is_empty() {
                say!("(no subject)")
            } else {
                &mail.subject
            };
            Cell {
                pieces: vec![(subject.into(), weight(mail, cx))],
                fit: Fit::Cut,
            }
        },
        |mail, _| word(&mail.subject),
    )),
    default(figure(
        "size",
        "size",
        6,
        120,
        "Bytes of the whole message; blank where only opening it tells.",
        |mail, _| {
            let size = mail.size.map(text::bytes_short);
            size.map_or_else(Cell::blank, |size| Cell::of(size, Key::Dim))
        },
        |mail, _| Rank::descending(mail.size.map(|size| size as i64)),
    )),
    default(figure(
        "files",
        "files",
        5,
        110,
        "How many files are attached.",
        |mail, _| match mail.attachments {
            Some(count @ 1..) => Cell::of(count.to_string(), Key::Text),
            _ => Cell::blank(),
        },
        |mail, _| Rank::descending(mail.attachments.map(|count| count as i64)),
    )),
    host(),
    apart(
        words(
            "box",
            "box",
            Width::Flex(8, 16),
            215,
            "The mail server that holds it.",
            |mail, cx| {
                let known = cx.state.mail.box_of(&mail.key);
                known.map_or_else(Cell::blank, |known| {
                    Cell::of(known.source.name.as_str(), Key::Dim)
                })
            },
            |mail, _| word(mail.key.id.split('/').next().unwrap_or_default()),
        ),
        several,
    ),
];

/// What a search of a mail looks at.
pub(super) fn texts(mail: &Mail) -> impl Iterator<Item = &str> {
    let to = mail.to.iter().map(String::as_str);
    to.chain([mail.subject.as_str(), &mail.from, &mail.content.text])
}

/// Whether all of these words are somewhere in what is known of a mail.
pub fn has_words(typed: &str) -> impl Fn(&Mail) -> bool + use<> {
    let words = typed.split_whitespace().map(Matcher::literal);
    // What is too long to be looked for is nowhere.
    let words: Option<Vec<Matcher>> = words.map(Result::ok).collect();
    move |mail| {
        let is_there = |word: &Matcher| texts(mail).any(|text| word.is_match(text.as_bytes()));
        words.iter().flatten().all(is_there) && words.is_some()
    }
}

/// There are mails of several servers: each row says of which.
fn several(state: &State) -> bool {
    state.mailboxes().nth(1).is_some()
}

fn weight(mail: &Mail, cx: &Cx) -> Key {
    if cx.state.mail.is_unread(mail) {
        Key::Strong
    } else {
        Key::Text
    }
}

/// `Hélène Dupré <helene@example.org>` is Hélène Dupré.
fn short(address: &str) -> &str {
    match address.split_once(" <") {
        Some((name, _)) if !name.is_empty() => name,
        _ => address,
    }
}

/// The local time; with the day when it is not today.
fn when(at: DateTime<Utc>, cx: &Cx) -> String {
    let offset = TimeDelta::seconds(i64::from(cx.state.prefs.utc_offset));
    let (at, now) = (at + offset, cx.now + offset);
    if at.date_naive() == now.date_naive() {
        at.format("%H:%M:%S").to_string()
    } else {
        at.format("%m-%d %H:%M").to_string()
    }
}

/// What stands in place of an empty list: why there is no mail, or that it is waited for.
pub fn waiting(state: &State) -> Vec<(String, Key)> {
    let known: Vec<_> = state.mailboxes().take(SHOWN).flat_map(standing).collect();
    if !known.is_empty() {
        return known;
    }
    let words = say!(
        "MailHog, Mailpit and MailDev are known by their image; any other by the label stacktui.mail=mailhog, mailpit or maildev, or by mail.servers in the settings."
    );
    vec![
        (
            say!("No container here is a mail server.").to_owned(),
            Key::Text,
        ),
        (words.to_owned(), Key::Dim),
    ]
}

/// Why nothing of this server is listed.
fn standing(server: &Mailbox) -> Vec<(String, Key)> {
    let source = &server.source;
    let name = &source.name;
    if source.paused {
        return vec![(
            say!(
                "{name} is paused: it takes connections but does not answer.",
                name
            ),
            Key::StateBusy,
        )];
    }
    if !source.running {
        return vec![(say!("{name} does not run.", name), Key::StateBad)];
    }
    match &server.condition {
        Condition::Asking => vec![(say!("asking {name}…", name), Key::Dim)],
        Condition::Down(failure) => vec![
            (
                say!("{name}: {why}", name, why = failure.what),
                Key::StateBad,
            ),
            (failure.advice.clone(), Key::Text),
        ],
        Condition::Up { way, .. } => vec![
            (say!("Waiting for mail…").to_owned(), Key::Text),
            (
                say!(
                    "Applications hand it in at {address} (SMTP); read via {way}.",
                    address = server.smtp_address(),
                    way
                ),
                Key::Dim,
            ),
        ],
    }
}

/// How the servers that answer stand, in a few words for the line above the list.
pub fn standings(state: &State, wide: bool) -> Vec<(String, Key)> {
    let one = |server: &Mailbox| {
        let name = &server.source.name;
        match &server.condition {
            _ if server.is_silent() => None,
            Condition::Asking => Some((format!("{name} …"), Key::Dim)),
            Condition::Up { total, way, .. } if wide => {
                Some((say!("{name} {total} via {way}", name, total, way), Key::Dim))
            }
            Condition::Up { total, .. } => Some((format!("{name} {total}"), Key::Dim)),
            Condition::Down(_) => None,
        }
    };
    state.mailboxes().filter_map(one).take(3).collect()
}

/// Why servers tell nothing, and what those that search do not find, one line each, for below a list of what is there.
pub fn remarks(state: &State) -> Vec<(String, Key)> {
    let silent = state.mailboxes().filter(|server| server.is_silent());
    let silent = silent.filter_map(|server| standing(server).into_iter().next());
    let searched = state.search_remarks().into_iter().map(remark);
    silent.chain(searched).collect()
}

fn remark(remark: Remark<'_>) -> (String, Key) {
    match remark {
        Remark::Failed(server, failure) => {
            let (name, why) = (&server.source.name, &failure.what);
            (
                say!("{name} cannot search: {why}", name, why),
                Key::StateBad,
            )
        }
        Remark::Newest(server, answer) => (
            say!(
                "{name} finds {total}: the newest {here} are here",
                name = server.source.name,
                total = answer.total,
                here = answer.here
            ),
            Key::StateBusy,
        ),
        Remark::AsSent(server) => (
            say!(
                "{name} searches mails as they were sent: no coded text (accents, base64)",
                name = server.source.name
            ),
            Key::Dim,
        ),
    }
}

/// How far a search reaches, in a few words for the line above the list; nothing where all is searched.
pub fn reach(state: &State) -> Option<(String, Key)> {
    if state.shelves.mails.listing.filter.is_empty() {
        return None;
    }
    let answers = &state.mail.search.answers;
    let unanswered = |server: &&Mailbox| !answers.contains_key(server.source.key());
    let asked = state.searched_boxes().filter(unanswered);
    let names: Vec<&str> = asked.map(|server| server.source.name.as_str()).collect();
    if !names.is_empty() {
        return Some((say!("asking {name}…", name = names.join(", ")), Key::Dim));
    }
    let is_searched = |mail: &&Mail| {
        let server = Mail::place(&mail.key).and_then(|(server, _)| answers.get(&server));
        mail.content.whole || server.is_some_and(Result::is_ok)
    };
    let all = state.shelves.mails.things.values();
    let all: Vec<&Mail> = all.filter(|mail| state.in_scope(mail.key.host)).collect();
    let whole = all.iter().copied().filter(is_searched).count();
    let words = || say!("{whole} of {all} searched whole", whole, all = all.len());
    (whole < all.len()).then(|| (words(), Key::Dim))
}
