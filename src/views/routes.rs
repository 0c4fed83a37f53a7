//! The routes: which address leads where, and below the list why the one under the cursor leads nowhere.
//!
//! ```text
//!     url↑                           state             container   port  entry point  tls    rule
//! ▌◆● https://mailhog.example.com    ok                mailhog-1   8025  websecure    yes    Host(`mailhog…`)
//!   ✖ https://tickets.example.com    unhealthy         zammad-1    8080  websecure    ovh    Host(`tickets…`)
//! ──────────────────────────────────────────────────────────────────────────────────────────────────────
//!  the container is unhealthy: Traefik takes it out until its check passes
//! ```
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
    let mut told = Vec::new();
    if let Some(fault) = &route.fault {
        told.push((fault.words(), Key::StateBad));
    }
    match state.shelves.route_book.checks.get(&route.key) {
        Some(Check::Done(at, Ok(answer))) => {
            let ago = text::duration(state.now - *at);
            let mut words = say!(
                "{ago} ago: {status} through {way} in {ms} ms",
                ago,
                status = answer.status,
                way = answer.via,
                ms = answer.took_ms
            );
            if let Some(end) = answer.certificate {
                let day = end.format("%Y-%m-%d");
                words += &if end < state.now {
                    let ago = text::duration(state.now - end);
                    say!("; the certificate expired {ago} ago, on {day}", ago, day)
                } else {
                    let left = text::duration(end - state.now);
                    say!(
                        "; the certificate is good for {left}, until {day}",
                        left,
                        day
                    )
                };
            }
            let good = !answer.has_expired(state.now);
            told.push((words, if good { Key::Text } else { Key::StateBad }));
        }
        Some(Check::Done(at, Err(why))) => {
            let ago = text::duration(state.now - *at);
            told.push((say!("{ago} ago: {why}", ago, why), Key::StateBad));
        }
        Some(Check::UnderWay(_)) => told.push((say!("checking…").to_owned(), Key::Job)),
        None => {}
    }
    told.extend(
        route
            .hints
            .iter()
            .map(|hint| (hint.clone(), Key::StateBusy)),
    );
    let also = route.urls.iter().skip(1).chain(&route.patterns);
    let lists = [
        (say!("also"), also.cloned().collect::<Vec<_>>()),
        (say!("sent here"), route.redirects.clone()),
        (say!("only"), route.conditions.clone()),
        (say!("not"), route.excludes.clone()),
        (say!("through"), route.middlewares.clone()),
    ];
    for (what, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        told.push((format!("{what}: {}", list.join("  ")), Key::Text));
    }
    if !route.rule.is_empty() {
        let backend = route.backend.clone().or_else(|| {
            let scheme = route.scheme.as_deref().unwrap_or("http");
            Some(say!("{scheme} on port {port}", scheme, port = route.port?))
        });
        let backend = backend.map_or_else(String::new, |backend| format!(", {backend}"));
        let (name, rule) = (&route.name, &route.rule);
        let service = &route.service;
        let words = if service.is_empty() {
            format!("{name}: {rule}{backend}")
        } else {
            say!(
                "{name}: {rule}, service {service}{backend}",
                name,
                rule,
                service,
                backend
            )
        };
        told.push((words, Key::Dim));
    }
    told
}
