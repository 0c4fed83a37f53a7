//! The columns of the routes' table.
use chrono::{DateTime, TimeDelta, Utc};

use super::container::cells::with_hits;
use super::listed::word;
use super::{Cell, Column, Cx, Fit, Rank, Width, default, figure, words};
use crate::model::Route;
use crate::model::route::Fault;
use crate::model::route::probe::Answer;
use crate::state::routes::Check;
use crate::text;
use crate::theme::Key;

/// A certificate that ends within so long is told of on the row.
const SOON: TimeDelta = TimeDelta::days(14);

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Route>] = &[
    default(words(
        "url",
        "url",
        Width::Flex(28, 60),
        255,
        "The address, the best of several; with how many more.",
        url,
        |route, _| word(without_scheme(route.title())),
    )),
    default(words(
        "state",
        "state",
        Width::Fixed(17),
        250,
        "Why it leads nowhere, else what came of a check; ok: nothing stands in its way.",
        state,
        |route, _| match &route.fault {
            Some(Fault::Off) => Rank::Number(2),
            Some(_) => Rank::Number(0),
            None => Rank::Number(1),
        },
    )),
    default(words(
        "container",
        "container",
        Width::Flex(12, 20),
        240,
        "Where it leads.",
        |route, cx| Cell::of(container(route, cx), Key::Text),
        |route, cx| Rank::Text(container(route, cx).to_lowercase().into()),
    )),
    default(figure(
        "port",
        "port",
        5,
        230,
        "The port inside the container.",
        |route, _| {
            let port = route.port.map(|port| port.to_string());
            port.map_or_else(Cell::blank, |port| Cell::of(port, Key::Figure))
        },
        |route, _| Rank::descending(route.port.map(i64::from)),
    )),
    default(words(
        "entry",
        "entry point",
        Width::Fixed(11),
        190,
        "The door of the proxy.",
        |route, _| list(&route.entry_points),
        |route, _| word(route.entry_points.first().map_or("", String::as_str)),
    )),
    default(words(
        "tls",
        "tls",
        Width::Fixed(7),
        180,
        "Whether it has TLS, and who has its certificate made.",
        |route, _| match (&route.resolver, route.tls) {
            (Some(resolver), _) => Cell::of(resolver.as_str(), Key::Text),
            (None, true) => Cell::of(say!("yes"), Key::Text),
            (None, false) => Cell::of(say!("no"), Key::Dim),
        },
        |route, _| word(if route.tls { "yes" } else { "no" }),
    )),
    default(words(
        "source",
        "from",
        Width::Fixed(9),
        120,
        "Labels of a proxy, an environment, or a published port; ✓: the proxy itself says so.",
        |route, _| {
            let sign = if route.confirmed { " ✓" } else { "" };
            Cell::of(format!("{}{sign}", route.source.word()), Key::Dim)
        },
        |route, _| word(route.source.word()),
    )),
    words(
        "service",
        "service",
        Width::Flex(10, 20),
        150,
        "The proxy's name for where it leads.",
        |route, _| Cell::of(route.service.as_str(), Key::Text),
        |route, _| word(&route.service),
    ),
    words(
        "middlewares",
        "middlewares",
        Width::Flex(11, 24),
        110,
        "What a request goes through.",
        |route, _| list(&route.middlewares),
        |route, _| word(route.middlewares.first().map_or("", String::as_str)),
    ),
    words(
        "router",
        "router",
        Width::Flex(10, 24),
        140,
        "The proxy's name for the route.",
        |route, _| Cell::of(route.name.as_str(), Key::Text),
        |route, _| word(&route.name),
    ),
    default(words(
        "rule",
        "rule",
        Width::Flex(30, 70),
        100,
        "As it is written.",
        |route, _| Cell::of(route.rule.as_str(), Key::Dim),
        |route, _| word(&route.rule),
    )),
];

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

fn url<'a>(route: &'a Route, cx: &Cx<'a>) -> Cell<'a> {
    let check = cx.state.shelves.route_book.checks.get(&route.key);
    let (sign, style) = match &route.fault {
        None if check.is_some_and(|check| check.went_wrong(cx.now)) => ("✖ ", Key::StateBad),
        None => ("● ", Key::StateOk),
        Some(Fault::Off) => ("○ ", Key::StateOff),
        Some(Fault::Starting) => ("◐ ", Key::StateBusy),
        Some(_) => ("✖ ", Key::StateBad),
    };
    let weight = if route.fault.is_none() {
        Key::Text
    } else {
        Key::Dim
    };
    let mut pieces = vec![(sign.into(), style)];
    with_hits(route.title(), cx.hits, weight, &mut pieces);
    let more = (route.urls.len() + route.patterns.len()).saturating_sub(1);
    if more > 0 {
        pieces.push((format!(" +{more}").into(), Key::Faint));
    }
    // What the filter found parts it into pieces.
    let fit = if cx.hits.is_none() {
        Fit::Address
    } else {
        Fit::Middle
    };
    Cell { pieces, fit }
}

/// Why it leads nowhere, which no answer of the container itself mends; else what came of a check.
fn state<'a>(route: &'a Route, cx: &Cx<'a>) -> Cell<'a> {
    if let Some(fault) = &route.fault {
        let style = match fault {
            Fault::Off => Key::StateOff,
            Fault::Starting => Key::StateBusy,
            _ => Key::StateBad,
        };
        return Cell::of(fault.short(), style);
    }
    match cx.state.shelves.route_book.checks.get(&route.key) {
        Some(Check::UnderWay(_)) => Cell::of(say!("checking…"), Key::Job),
        Some(check @ Check::Done(_, answer)) => {
            let style = if check.went_wrong(cx.now) {
                Key::StateBad
            } else {
                Key::StateOk
            };
            let told = answer.as_ref().map(|answer| answered(answer, cx.now));
            Cell::of(told.unwrap_or_else(Clone::clone), style)
        }
        None if !route.hints.is_empty() => Cell::of(say!("ok, but see below"), Key::StateBusy),
        None if route.only_redirects() => Cell::of(say!("redirects"), Key::StateOk),
        None => Cell::of(say!("ok"), Key::StateOk),
    }
}

/// The container's answer in a few words: with its certificate where somebody must see to that.
fn answered(answer: &Answer, now: DateTime<Utc>) -> String {
    let status = answer.status;
    match answer.certificate {
        Some(end) if end < now => say!("{status}, TLS expired", status),
        Some(end) if end < now + SOON => {
            say!(
                "{status}, TLS {left} left",
                status,
                left = text::duration(end - now)
            )
        }
        _ => say!("{status} in {ms} ms", status, ms = answer.took_ms),
    }
}

fn container<'a>(route: &Route, cx: &Cx<'a>) -> &'a str {
    let key = route.container.as_ref();
    let container = key.and_then(|key| cx.state.world.container(key));
    container.map_or("", |container| container.short_name())
}

fn list(words: &[String]) -> Cell<'_> {
    Cell {
        pieces: words
            .iter()
            .map(|w| (w.as_str().into(), Key::Text))
            .collect(),
        fit: Fit::Whole,
    }
}
