//! A mail server: how to hand mail in, who could do so, and whether a mail arrives.
//!
//! ```text
//!  mailhog  MailHog via 172.20.0.12:8025, 27 mails
//!  Hand in    mailhog:1025 (SMTP, no TLS, no login)
//!  Test mail  arrived in 12 ms (3s ago)   T sends one
//!  Could send
//!    grafana-1   GF_SMTP_HOST=mailhog:1025
//!    zammad-1    SMTP_HOST=mailhog   Zammad does not read it: …
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::LIST_OFFSET;
use crate::model::Key as Id;
use crate::model::mail::Server;
use crate::state::State;
use crate::state::mail::{Condition, Mailbox, Sender};
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::pen::below;
use crate::widgets::{Line, page};

use super::section::Section;
use super::{hints, notice};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    let body = below(area, LIST_OFFSET);
    let Some(server) = state.mail.boxes.get(&key) else {
        return notice::draw(
            theme,
            body,
            buf,
            &[(say!("the mail server is gone"), Key::StateBad)],
        );
    };
    head(theme, server).draw(buf, area);
    let lines = lines(state, theme, &key, server, area.width);
    let scroll = state.sheet(&key).map_or(0, |sheet| sheet.scroll);
    page::draw(&lines, scroll, body, buf);
}

/// How many rows there are in all, below the first line: for where scrolling ends.
pub fn line_count(state: &State, key: &Id, width: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let server = state.mail.boxes.get(key);
    server.map_or(0, |server| lines(state, &theme, key, server, width).len())
}

fn head(theme: &Theme, server: &Mailbox) -> Line {
    let line = Line::of(theme, format!(" {}  ", server.source.name), Key::Strong);
    match &server.condition {
        Condition::Asking => line.and(theme, say!("not asked yet"), Key::Dim),
        Condition::Up {
            server, way, total, ..
        } => {
            let words = say_n!(
                *total,
                "{server} via {way}, {n} mail",
                "{server} via {way}, {n} mails",
                server = server.name(),
                way
            );
            line.and(theme, words, Key::StateOk)
        }
        Condition::Down(failure) => line.and(theme, failure.what.as_str(), Key::StateBad),
    }
}

fn lines(state: &State, theme: &Theme, key: &Id, server: &Mailbox, width: u16) -> Vec<Line> {
    let width = usize::from(width.saturating_sub(2)).max(12);
    let mut lines = taking(state, theme, server, width);
    let mut section = Section::new(theme, width, say!("Could send"));
    match state.mail.senders.get(key) {
        None => section.note(say!("asking the engine…"), Key::Dim),
        Some(Err(failure)) => section.note(failure.what.as_str(), Key::StateBad),
        Some(Ok(senders)) => {
            let naming = senders.iter().filter(|sender| !sender.variables.is_empty());
            for sender in naming.clone() {
                naming_it(theme, &mut section, sender);
            }
            if naming.count() == 0 {
                section.note(
                    say!("no container near it names it in its environment"),
                    Key::StateBusy,
                );
            }
            let others: Vec<&str> = senders
                .iter()
                .filter(|s| s.variables.is_empty())
                .map(|s| s.name.as_str())
                .collect();
            if !others.is_empty() {
                section.prose(
                    &say!(
                        "in its networks, not naming it: {others}",
                        others = others.join(", ")
                    ),
                    Key::Dim,
                    6,
                );
            }
        }
    }
    lines.extend(section.finish());
    lines.extend(advice(theme, server, width));
    lines
}

fn taking(state: &State, theme: &Theme, server: &Mailbox, width: usize) -> Vec<Line> {
    let mut section = Section::new(theme, width, say!("Taking mail"));
    let address = server.smtp_address();
    section.field(
        say!("hand in at"),
        &say!("{address}  SMTP, without TLS, without login", address),
        Key::Strong,
    );
    let container = state.world.container(server.source.key());
    let networks: Vec<&str> = container
        .into_iter()
        .flat_map(|c| &c.networks)
        .map(|(name, _)| name.as_str())
        .collect();
    section.field(say!("networks"), &networks.join(", "), Key::Text);
    let prefix = format!("{}/", server.source.key().id);
    let mails = state.shelves.mails.things.values();
    let last = mails
        .filter(|mail| mail.key.id.starts_with(&prefix))
        .filter_map(|mail| mail.at)
        .max();
    let last = last.map_or_else(
        || say!("none yet").to_owned(),
        |at| text::ago(at, state.now),
    );
    section.field(say!("last mail"), &last, Key::Text);
    let sending = state.jobs.of(server.source.key()).is_some();
    let key = hints::key_of(state, "mail.test");
    let (words, look) = match &server.test {
        _ if sending => (say!("sending…").to_owned(), Key::Job),
        Some((at, true, words)) => (
            format!("{words}, {}", text::ago(*at, state.now)),
            Key::StateOk,
        ),
        Some((at, false, words)) => (
            format!("{words}, {}", text::ago(*at, state.now)),
            Key::StateBad,
        ),
        None => (say!("{key} sends one and times its arrival", key), Key::Dim),
    };
    section.field(say!("test mail" as "field"), &words, look);
    section.finish()
}

fn naming_it(theme: &Theme, section: &mut Section<'_>, sender: &Sender) {
    for (number, (name, value)) in sender.variables.iter().enumerate() {
        let who = if number == 0 {
            sender.name.as_str()
        } else {
            ""
        };
        let shown = if text::looks_secret(name, value) {
            text::MASK
        } else {
            value
        };
        section.line(Line::of(theme, text::pad_right(who, 26), Key::Text).and(
            theme,
            format!(" {name}={shown}"),
            Key::FieldName,
        ));
    }
    if sender.image.contains("zammad") {
        let words = say!(
            "Zammad does not read SMTP_* variables: set its mail channel under Admin, Channels, Email."
        );
        section.prose(words, Key::StateBusy, 4);
    }
}

fn advice(theme: &Theme, server: &Mailbox, width: usize) -> Vec<Line> {
    let mut section = Section::new(theme, width, say!("If nothing arrives"));
    let name = &server.source.name;
    let words = if server.source.reach.host_network {
        say!("It has the host's network: containers that do not have it reach it at an address of the host, not by a name.").to_owned()
    } else {
        say!(
            "An application reaches it as {name} only from a network they share.",
            name
        )
    };
    section.prose(&words, Key::Text, 4);
    section.prose(
        say!("Ports 465 and 587 and TLS are not for a capturing server."),
        Key::Text,
        4,
    );
    if let Condition::Up {
        server: Server::MailHog,
        ..
    } = server.condition
    {
        let words = say!(
            "MailHog refuses an empty sender (MAIL FROM:<>), so bounces and automatic replies do not arrive; it is slow with large files and forgets all at its restart."
        );
        section.prose(words, Key::Text, 6);
    }
    section.finish()
}
