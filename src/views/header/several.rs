//! The header over several hosts: how many answer, and which do not.
//!
//! ```text
//!  3 hosts  ● 2 up  ✖ db-01 down: connection refused  retry in 4s  27 up 1 exited     cpu 12% of 24  mem 9.1G/64G
//! ```
use crate::model::Link;
use crate::state::{Host, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;

use super::{Part, part};

pub(super) fn links(state: &State, theme: &Theme, parts: &mut Vec<Part>) {
    let s = &theme.symbols;
    let count = state.world.hosts.len();
    let hosts = say_n!(count, "{n} host", "{n} hosts");
    parts.push(part(180, Line::of(theme, hosts, Key::Strong)));
    let up = state.world.hosts.values().filter(|h| h.link.is_up());
    let up = up.count();
    let words = if up == count {
        say!("all up").to_owned()
    } else {
        say_n!(up, "{n} up", "{n} up")
    };
    let words = format!("{} {words}", s.running);
    let key = if up == 0 { Key::Dim } else { Key::LinkUp };
    parts.push(part(250, Line::of(theme, words, key)));
    let tries = |host: &&Host| matches!(host.link, Link::Connecting { .. });
    let connecting = state.world.hosts.values().filter(tries).count();
    if connecting > 0 {
        let words = say_n!(connecting, "{n} connecting", "{n} connecting");
        let words = format!("{} {words}{}", s.busy, s.ellipsis);
        parts.push(part(185, Line::of(theme, words, Key::StateBusy)));
    }
    down(state, theme, parts);
}

/// The first that is down by its name, the others by their number: never hidden, never in the way of the rest.
fn down(state: &State, theme: &Theme, parts: &mut Vec<Part>) {
    let mut hosts = state.down();
    let Some(first) = hosts.next() else {
        return;
    };
    let more = hosts.count();
    let label = text::truncate(&first.label, 16);
    let words = match more {
        0 => say!("{host} down", host = label),
        more => say!("{host} and {more} more down", host = label, more),
    };
    let words = format!("{} {words}", theme.symbols.bad);
    parts.push(part(255, Line::of(theme, words, Key::LinkDown)));
    if let Some(heard) = first.heard.filter(|_| first.loaded) {
        let age = text::duration(state.now - heard);
        parts.push(part(235, Line::of(theme, super::data(&age), Key::LinkDown)));
    }
    if more == 0
        && let Link::Down {
            reason, retry_at, ..
        } = &first.link
    {
        let why = text::truncate(&reason.why, 30).into_owned();
        parts.push(part(90, Line::of(theme, why, Key::Dim)));
        if let Some(at) = retry_at {
            let words = super::retry(*at, state.now);
            parts.push(part(95, Line::of(theme, words, Key::Dim)));
        }
    }
}
