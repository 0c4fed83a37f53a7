//! Where a container stands in the natural order of each column: names up, loads, ages and troubles worst first.
//! A tie is left to the caller.
use std::borrow::Cow;
use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::columns::{Cx, Rank};
use crate::model::{Container, Sample};

fn figure(c: &Container, cx: &Cx, figure: fn(&Sample) -> Option<f64>) -> Rank<'static> {
    Rank::figure(cx.state.world.latest(&c.key).and_then(figure))
}

fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a? + b?)
}

fn text(text: &str) -> Rank<'_> {
    Rank::Text(Cow::Borrowed(text))
}

pub(super) fn name<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    Rank::Text(c.sort_name())
}

/// As they were opened.
pub(super) fn host<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    Rank::Number(i64::from(c.key.host.0))
}

pub(super) fn state<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    let problem = c.problem();
    let group = match problem {
        Some(_) => 0,
        None if c.state.is_live() => 1,
        None => 2,
    };
    Rank::Condition(group, problem, &c.state, Reverse(c.since))
}

pub(super) fn cpu<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    figure(c, cx, |s| s.cpu)
}

pub(super) fn memory<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    figure(c, cx, |s| s.memory.map(|bytes| bytes as f64))
}

pub(super) fn memory_percent<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    figure(c, cx, Sample::memory_percent)
}

pub(super) fn network<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    figure(c, cx, |s| sum(s.net_rx, s.net_tx))
}

pub(super) fn disk<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    figure(c, cx, |s| sum(s.block_read, s.block_write))
}

pub(super) fn pids<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    figure(c, cx, |s| s.pids.map(|n| n as f64))
}

pub(super) fn health<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    Rank::descending(c.health.map(|health| health as i64))
}

pub(super) fn deaths<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    Rank::descending(Some(super::cells::death_count(c, cx) as i64))
}

pub(super) fn noticed<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    super::cells::trouble(c, cx).map_or(Rank::Unknown, |finding| Rank::Text(finding.words.into()))
}

pub(super) fn exit<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    Rank::descending(c.exit_code)
}

pub(super) fn ports<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    let first = c.ports.iter().filter_map(|p| p.public).min();
    first.map_or(Rank::Unknown, |port| Rank::Number(i64::from(port)))
}

/// By the address, which is state's: a copy of it.
pub(super) fn url<'a>(c: &'a Container, cx: &Cx) -> Rank<'a> {
    let route = super::url::best_route(c, cx.state);
    let url = route.and_then(|route| route.urls.first());
    url.map_or(Rank::Unknown, |url| Rank::Text(Cow::Owned(url.clone())))
}

pub(super) fn image<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    Rank::Text(super::words::short_image(&c.image))
}

pub(super) fn age<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    let micros = |at: DateTime<Utc>| at.timestamp_micros();
    Rank::descending(c.created.map(micros))
}

pub(super) fn stack<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    c.stack().map_or(Rank::Unknown, text)
}

pub(super) fn networks<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    Rank::Texts(c.networks.iter().map(|n| n.0.as_str()).collect())
}

pub(super) fn address<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    let first = c.networks.first().map_or("", |n| n.1.as_str());
    let parts = first.split('.').filter_map(|part| part.parse().ok());
    Rank::Numbers(parts.collect())
}

pub(super) fn id<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    text(&c.key.id)
}

pub(super) fn command<'a>(c: &'a Container, _: &Cx) -> Rank<'a> {
    text(&c.command)
}
