//! The routes: which address leads where, and below the list why the one under the cursor leads nowhere.
//!
//! ```text
//!     url↑                           state             container   port  entry point  tls    rule
//! ▌◆● https://mailhog.example.com    ok                mailhog-1   8025  websecure    yes    Host(`mailhog…`)
//!   ✖ https://tickets.example.com    unhealthy         zammad-1    8080  websecure    ovh    Host(`tickets…`)
//! ──────────────────────────────────────────────────────────────────────────────────────────────────────
//!  the container is unhealthy: Traefik takes it out until its check passes
//! ```
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout;
use crate::model::Route;
use crate::state::State;
use crate::state::routes::Check;
use crate::text;
use crate::theme::{Key, Theme};

use super::{list, shelf};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let foot = layout::route_foot(area.height);
    let above = Rect::new(area.x, area.y, area.width, area.height - foot);
    shelf::draw::<Route>(state, theme, above, buf);
    let selected = state.subject();
    let route = selected.and_then(|key| state.shelves.routes.things.get(&key));
    let Some(route) = route.filter(|_| foot > 0) else {
        return;
    };
    let below = Rect::new(area.x, area.y + above.height, area.width, foot);
    list::foot(theme, below, buf, &told(route, state));
}

/// What there is to say of a route beyond its row, the gravest first.
fn told(route: &Route, state: &State) -> Vec<(String, Key)> {
    let fault = route.fault.as_ref();
    let fault = fault.map(|fault| (fault.words(), Key::StateBad));
    let check = state.shelves.route_book.checks.get(&route.key);
    let check = check.map(|check| checked(check, state.now));
    let hints = route.hints.iter();
    let hints = hints.map(|hint| (hint.clone(), Key::StateBusy));
    let also = route.urls.iter().skip(1).chain(&route.patterns);
    let lists = [
        (say!("also"), also.cloned().collect::<Vec<_>>()),
        (say!("sent here"), route.redirects.clone()),
        (say!("only"), route.conditions.clone()),
        (say!("not"), route.excludes.clone()),
        (say!("through"), route.middlewares.clone()),
    ];
    let lists = lists.iter().filter(|(_, list)| !list.is_empty());
    let lists = lists.map(|(what, list)| (format!("{what}: {}", list.join("  ")), Key::Text));
    let rule = (!route.rule.is_empty()).then(|| (written(route), Key::Dim));
    let first = fault.into_iter().chain(check).chain(hints);
    first.chain(lists).chain(rule).collect()
}

/// What came of a check.
fn checked(check: &Check, now: DateTime<Utc>) -> (String, Key) {
    match check {
        Check::UnderWay(_) => (say!("checking…").to_owned(), Key::Job),
        Check::Done(at, Err(why)) => {
            let ago = text::duration(now - *at);
            (say!("{ago} ago: {why}", ago, why), Key::StateBad)
        }
        Check::Done(at, Ok(answer)) => {
            let words = say!(
                "{ago} ago: {status} through {way} in {ms} ms",
                ago = text::duration(now - *at),
                status = answer.status,
                way = answer.via,
                ms = answer.took_ms
            );
            let end = answer.certificate.map(|end| certificate(end, now));
            let good = !answer.has_expired(now);
            let key = if good { Key::Text } else { Key::StateBad };
            (words + &end.unwrap_or_default(), key)
        }
    }
}

/// How long a certificate is good, behind what was answered.
fn certificate(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let day = end.format("%Y-%m-%d");
    if end < now {
        let ago = text::duration(now - end);
        say!("; the certificate expired {ago} ago, on {day}", ago, day)
    } else {
        let left = text::duration(end - now);
        say!(
            "; the certificate is good for {left}, until {day}",
            left,
            day
        )
    }
}

/// The rule as it is written, and where it leads.
fn written(route: &Route) -> String {
    let backend = route.backend.clone().or_else(|| {
        let scheme = route.scheme.as_deref().unwrap_or("http");
        Some(say!("{scheme} on port {port}", scheme, port = route.port?))
    });
    let backend = backend.map_or_else(String::new, |backend| format!(", {backend}"));
    let (name, rule, service) = (&route.name, &route.rule, &route.service);
    if service.is_empty() {
        return format!("{name}: {rule}{backend}");
    }
    say!(
        "{name}: {rule}, service {service}{backend}",
        name,
        rule,
        service,
        backend
    )
}
