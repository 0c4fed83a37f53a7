//! The list of captured mail of all servers, the newest first.
//!
//! ```text
//!    time        from             to               subject                            size files
//!  ● 13:06:51    Zammad Helpdesk  Agents           [Ticket#57003] Ticket updated      1.9K
//!    09-21 11:00 Grafana          ops@example.com  [FIRING:1] Elasticsearch heap …    1.1K     1
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::Mail;
use crate::state::State;
use crate::state::mail::{Condition, Mailbox};
use crate::theme::{Key, Theme};

use super::{hints, notice, shelf};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let listing = &state.shelves.mails.listing;
    if !listing.table.rows.is_empty() {
        return shelf::draw::<Mail>(state, theme, area, buf);
    }
    let mut said: Vec<(String, Key)> = Vec::new();
    if !listing.filter.is_empty() {
        let key = hints::key_of(state, "app.escape");
        said.push((
            format!("Nothing matches /{}; {key} clears it.", listing.filter),
            Key::Dim,
        ));
    } else if listing.unused_only && !state.shelves.mails.things.is_empty() {
        let key = hints::key_of(state, "mail.unread");
        said.push((format!("Everything is read; {key} shows all."), Key::Dim));
    } else if state.mail.boxes.is_empty() {
        said.push(("No container here is a mail server.".to_owned(), Key::Text));
        let words = "MailHog, Mailpit and MailDev are known by their image; any other by the label stacktui.mail=mailhog, mailpit or maildev, or by mail.servers in the settings.";
        said.push((words.to_owned(), Key::Dim));
    } else {
        for server in state.mail.boxes.values() {
            said.extend(standing(server));
        }
    }
    let said: Vec<(&str, Key)> = said
        .iter()
        .map(|(words, key)| (words.as_str(), *key))
        .collect();
    notice::draw(theme, area, buf, &said);
}

/// Why nothing of this server is listed.
fn standing(server: &Mailbox) -> Vec<(String, Key)> {
    let source = &server.source;
    let name = &source.name;
    if source.paused {
        return vec![(
            format!("{name} is paused: it takes connections but does not answer."),
            Key::StateBusy,
        )];
    }
    if !source.running {
        return vec![(format!("{name} does not run."), Key::StateBad)];
    }
    match &server.condition {
        Condition::Asking => vec![(format!("asking {name}…"), Key::Dim)],
        Condition::Down(failure) => vec![
            (format!("{name}: {}", failure.what), Key::StateBad),
            (failure.advice.clone(), Key::Text),
        ],
        Condition::Up { way, .. } => vec![
            ("Waiting for mail…".to_owned(), Key::Text),
            (
                format!(
                    "Applications hand it in at {} (SMTP); read via {way}.",
                    source.smtp_address()
                ),
                Key::Dim,
            ),
        ],
    }
}

/// How the servers stand, in a few words for the line above the list.
pub fn standings(state: &State) -> Vec<(String, Key)> {
    let one = |server: &Mailbox| {
        let name = &server.source.name;
        match &server.condition {
            _ if server.source.paused => (format!("{name} paused"), Key::StateBusy),
            _ if !server.source.running => (format!("{name} stopped"), Key::StateBad),
            Condition::Asking => (format!("{name} …"), Key::Dim),
            Condition::Up { total, way, .. } => (format!("{name} {total} via {way}"), Key::Dim),
            Condition::Down(failure) => (format!("{name}: {}", failure.what), Key::StateBad),
        }
    };
    state.mail.boxes.values().take(3).map(one).collect()
}
