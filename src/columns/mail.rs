//! The columns of the list of captured mail.
use chrono::{DateTime, TimeDelta, Utc};

use super::listed::word;
use super::{Cell, Column, Cx, Fit, Rank, Width, default, figure, words};
use crate::model::Mail;
use crate::text;
use crate::theme::Key;

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Mail>] = &[
    default(words(
        "unread",
        "",
        Width::Fixed(1),
        250,
        "Whether nobody has read it yet.",
        |mail, cx| match cx.state.mail.is_unread(mail) {
            true => Cell::of("●", Key::Accent),
            false => Cell::blank(),
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
        Width::Flex(10, 24),
        210,
        "Who sent it.",
        |mail, cx| Cell::of(short(&mail.from), weight(mail, cx)),
        |mail, _| word(&mail.from),
    )),
    default(words(
        "to",
        "to",
        Width::Flex(10, 28),
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
        Width::Flex(16, 90),
        255,
        "Its subject.",
        |mail, cx| {
            let subject = if mail.subject.is_empty() {
                "(no subject)"
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
    words(
        "box",
        "box",
        Width::Flex(8, 16),
        130,
        "The mail server that holds it.",
        |mail, cx| {
            let known = cx.state.mail.box_of(&mail.key);
            known.map_or_else(Cell::blank, |known| {
                Cell::of(known.source.name.as_str(), Key::Dim)
            })
        },
        |mail, _| word(mail.key.id.split('/').next().unwrap_or_default()),
    ),
];

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
