//! The natural order of each column: names up, loads, ages and troubles worst first. A tie is left to the caller.
use std::cmp::Ordering;

use crate::columns::Cx;
use crate::model::{Container, Sample};

fn sample<'a>(c: &Container, cx: &Cx<'a>) -> Option<&'a Sample> {
    cx.state.world.latest(&c.key)
}

/// Greater first, unknown last.
fn descending<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn by<T: PartialOrd>(
    a: &Container,
    b: &Container,
    cx: &Cx,
    figure: fn(&Sample) -> Option<T>,
) -> Ordering {
    descending(
        sample(a, cx).and_then(figure),
        sample(b, cx).and_then(figure),
    )
}

fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a? + b?)
}

pub(super) fn name(a: &Container, b: &Container, _: &Cx) -> Ordering {
    a.short_name()
        .to_lowercase()
        .cmp(&b.short_name().to_lowercase())
}

pub(super) fn state(a: &Container, b: &Container, _: &Cx) -> Ordering {
    let rank = |c: &Container| match c.problem() {
        Some(problem) => (0, Some(problem)),
        None if c.state.is_live() => (1, None),
        None => (2, None),
    };
    rank(a)
        .cmp(&rank(b))
        .then(a.state.cmp(&b.state))
        .then(b.since.cmp(&a.since))
}

pub(super) fn cpu(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    by(a, b, cx, |s| s.cpu)
}

pub(super) fn memory(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    by(a, b, cx, |s| s.memory)
}

pub(super) fn memory_percent(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    by(a, b, cx, Sample::memory_percent)
}

pub(super) fn network(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    by(a, b, cx, |s| sum(s.net_rx, s.net_tx))
}

pub(super) fn disk(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    by(a, b, cx, |s| sum(s.block_read, s.block_write))
}

pub(super) fn pids(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    by(a, b, cx, |s| s.pids)
}

pub(super) fn health(a: &Container, b: &Container, _: &Cx) -> Ordering {
    descending(a.health, b.health)
}

pub(super) fn deaths(a: &Container, b: &Container, cx: &Cx) -> Ordering {
    super::cells::death_count(b, cx).cmp(&super::cells::death_count(a, cx))
}

pub(super) fn exit(a: &Container, b: &Container, _: &Cx) -> Ordering {
    descending(a.exit_code, b.exit_code)
}

pub(super) fn ports(a: &Container, b: &Container, _: &Cx) -> Ordering {
    let first = |c: &Container| {
        let least = c.ports.iter().filter_map(|p| p.public).min();
        (least.is_none(), least)
    };
    first(a).cmp(&first(b))
}

pub(super) fn image(a: &Container, b: &Container, _: &Cx) -> Ordering {
    super::words::short_image(&a.image).cmp(&super::words::short_image(&b.image))
}

pub(super) fn age(a: &Container, b: &Container, _: &Cx) -> Ordering {
    b.created.cmp(&a.created)
}

pub(super) fn stack(a: &Container, b: &Container, _: &Cx) -> Ordering {
    (a.stack().is_none(), a.stack()).cmp(&(b.stack().is_none(), b.stack()))
}

pub(super) fn networks(a: &Container, b: &Container, _: &Cx) -> Ordering {
    a.networks
        .iter()
        .map(|n| &n.0)
        .cmp(b.networks.iter().map(|n| &n.0))
}

pub(super) fn address(a: &Container, b: &Container, _: &Cx) -> Ordering {
    let number = |c: &Container| -> Vec<u32> {
        let first = c.networks.first().map_or("", |n| n.1.as_str());
        first
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    number(a).cmp(&number(b))
}

pub(super) fn id(a: &Container, b: &Container, _: &Cx) -> Ordering {
    a.key.cmp(&b.key)
}

pub(super) fn command(a: &Container, b: &Container, _: &Cx) -> Ordering {
    a.command.cmp(&b.command)
}
