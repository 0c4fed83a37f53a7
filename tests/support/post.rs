//! A mail server of the reference stack with some mail, as it would have told of it.
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use stacktui::integrations::mailbox::letter;
use stacktui::model::mail::{Content, Envelope, Letter, RawMail, Server};
use stacktui::model::{Key, Mail};
use stacktui::msg::{MailMsg, Msg};
use stacktui::state::State;

use super::world;

pub fn server() -> Key {
    world::key("systeme-ticketing-mailhog-1")
}

pub fn mail(id: &str, from: &str, subject: &str, at: DateTime<Utc>) -> Mail {
    Mail {
        key: Mail::key(&server(), id),
        at: Some(at),
        from: from.to_owned(),
        to: vec!["Agents <agents@example.com>".to_owned()],
        subject: subject.to_owned(),
        size: Some(2_214),
        attachments: Some(usize::from(id == "report")),
        seen: false,
        content: Content {
            text: format!("Message-ID: <{id}@example.com>\nprinter on the second floor").into(),
            whole: true,
        },
    }
}

pub fn mails(now: DateTime<Utc>) -> Vec<Mail> {
    let ago = |minutes| now - TimeDelta::minutes(minutes);
    vec![
        mail(
            "ticket",
            "Zammad Helpdesk <noreply@example.com>",
            "[Ticket#57003] Ticket mis à jour",
            ago(1),
        ),
        mail(
            "report",
            "Grafana <admin@example.com>",
            "Weekly report",
            ago(50),
        ),
        mail("old", "ops@example.com", "", ago(60 * 50)),
    ]
}

/// The server answers and lists these.
pub fn lists(state: &mut State, mails: Vec<Mail>) {
    let up = MailMsg::Up {
        server: Server::MailHog,
        way: "172.20.0.12:8025".to_owned(),
        smtp: 1025,
        searches: true,
    };
    world::send(state, Msg::Mail(server(), up));
    let total = mails.len();
    world::send(state, Msg::Mail(server(), MailMsg::Listed { total, mails }));
}

/// The reference stack with three mails in its box, the list on screen.
pub fn mailed(now: DateTime<Utc>) -> State {
    let mut state = world::reference(now);
    lists(&mut state, mails(now));
    world::press(&mut state, "6");
    state
}

/// A message with all parts, as wide as the screen is.
pub fn letter(width: u16) -> Letter {
    let bytes = "From: Zammad Helpdesk <noreply@example.com>\r\nTo: Agents <agents@example.com>\r\n\
        Subject: =?utf-8?Q?[Ticket#57003]_Ticket_mis_=C3=A0_jour?=\r\nDate: Sun, 22 Nov 2026 13:06:51 +0100\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
        Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nticket 57003 was updated:\r\n\
        https://tickets.example.com/3\r\n\r\n> it prints again\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Hello,</p><table><tr><th>State</th><td>open</td></tr><tr><th>Priority</th><td><b>high</b></td></tr></table>\
        <p><a href=\"https://tickets.example.com/3\">Open the ticket</a></p>\r\n--a--\r\n--m\r\n\
        Content-Type: text/csv; name=\"../report.csv\"\r\nContent-Disposition: attachment; filename=\"../report.csv\"\r\n\r\n\
        a,b\r\n--m--\r\n";
    let envelope = Envelope {
        from: "noreply@example.com".to_owned(),
        to: vec![
            "agents@example.com".to_owned(),
            "audit@example.com".to_owned(),
        ],
    };
    let raw = RawMail {
        bytes: bytes.as_bytes().to_vec(),
        envelope: Some(envelope),
    };
    letter::read(Arc::new(raw), width)
}
