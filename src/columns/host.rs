//! The columns of the hosts' table. What a row says is asked of the world: a host is no thing with fields of its own.
use super::container::cells::{bars, load, with_hits};
use super::listed::word;
use super::stack::condition;
use super::{Cell, Column, Cx, Fit, Rank, Width, default, figure, sampled, words};
use crate::model::{HostEntry, Link};
use crate::state::Host;
use crate::state::lints::clock_words;
use crate::text;
use crate::theme::{Key, Symbols};

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<HostEntry>] = &[
    default(words(
        "name",
        "host",
        Width::Flex(12, 24),
        255,
        "What it is called here.",
        name,
        |host, _| word(&host.key.id),
    )),
    default(words(
        "link",
        "link",
        Width::Flex(18, 44),
        250,
        "Whether it answers, since when, why not, and when it is tried again.",
        link,
        |host, cx| {
            let host = of(host, cx);
            Rank::Number(host.map_or(0, |host| match host.link {
                Link::Down { .. } => 0,
                Link::Connecting { .. } => 1,
                Link::Up(_) => 2,
            }))
        },
    )),
    default(words(
        "containers",
        "containers",
        Width::Flex(18, 24),
        230,
        "How many of its containers run, and what is wrong.",
        containers,
        |host, cx| {
            let totals = of(host, cx).map(Host::totals).unwrap_or_default();
            let worst = (totals.unhealthy + totals.restarting) * 100_000 + totals.count;
            Rank::descending(i64::try_from(worst).ok())
        },
    )),
    default(sampled(figure(
        "cpu",
        "cpu",
        9,
        220,
        "CPU of all its containers, in percent of all its processors.",
        |host, cx| {
            let share = of(host, cx).and_then(share);
            share.map_or_else(Cell::blank, |(percent, cores)| {
                let words = say!(
                    "{percent}% of {cores}",
                    percent = text::decimal(percent, 0),
                    cores
                );
                Cell::of(words, aged(host, cx, load(percent)))
            })
        },
        |host, cx| Rank::figure(of(host, cx).and_then(share).map(|(percent, _)| percent)),
    ))),
    default(sampled(words(
        "trend",
        "",
        Width::Fixed(10),
        115,
        "CPU of all its containers in the last minutes; full height is its peak, at least a quarter of its processors.",
        |host, cx| {
            let Some(of) = of(host, cx).filter(|host| !host.trend().cpu.is_empty()) else {
                return Cell::blank();
            };
            let cores = share(of).map_or(1, |(_, cores)| cores);
            let bars = bars(&of.trend().cpu, cores as f32 * 25.0);
            Cell::of(bars, aged(host, cx, Key::ChartCpu))
        },
        |host, cx| Rank::figure(of(host, cx).and_then(share).map(|(percent, _)| percent)),
    ))),
    default(sampled(figure(
        "mem",
        "memory",
        11,
        210,
        "Memory of all its containers, of what it has.",
        |host, cx| {
            let Some(memory) = of(host, cx).and_then(|host| host.totals().memory) else {
                return Cell::blank();
            };
            let whole = of(host, cx).and_then(whole);
            let of_whole = whole.map_or_else(String::new, |n| format!("/{}", text::bytes_short(n)));
            let percent = whole.map_or(0.0, |n| memory as f64 / n as f64 * 100.0);
            let words = format!("{}{of_whole}", text::bytes_short(memory));
            Cell::of(words, aged(host, cx, load(percent)))
        },
        |host, cx| {
            let memory = of(host, cx).and_then(|host| host.totals().memory);
            Rank::descending(memory.and_then(|bytes| i64::try_from(bytes).ok()))
        },
    ))),
    default(words(
        "engine",
        "engine",
        Width::Flex(8, 12),
        150,
        "Its engine's version.",
        |host, cx| Cell::of(engine(host, cx), Key::Dim),
        |host, cx| Rank::Text(engine(host, cx).into()),
    )),
    default(words(
        "endpoint",
        "endpoint",
        Width::Flex(12, 30),
        120,
        "Where it is reached.",
        |host, cx| Cell {
            fit: Fit::Path,
            ..Cell::of(endpoint(host, cx), Key::Dim)
        },
        |host, cx| Rank::Text(endpoint(host, cx).into()),
    )),
    words(
        "machine",
        "machine",
        Width::Flex(8, 20),
        110,
        "What the engine calls its machine.",
        |host, cx| {
            let known = of(host, cx).and_then(|host| host.known.as_ref());
            Cell::of(known.map_or("", |info| &info.name), Key::Dim)
        },
        |host, cx| {
            let known = of(host, cx).and_then(|host| host.known.as_ref());
            Rank::Text(
                known
                    .map_or("", |info| info.name.as_str())
                    .to_owned()
                    .into(),
            )
        },
    ),
    words(
        "system",
        "system",
        Width::Flex(8, 30),
        100,
        "Its operating system and kernel.",
        |host, cx| {
            let known = of(host, cx).and_then(|host| host.known.as_ref());
            let words = known.map(|info| format!("{}, {}", info.os, info.kernel));
            Cell::of(words.unwrap_or_default(), Key::Dim)
        },
        |host, cx| {
            let known = of(host, cx).and_then(|host| host.known.as_ref());
            let words = known.map(|info| format!("{}, {}", info.os, info.kernel));
            Rank::Text(words.unwrap_or_default().into())
        },
    ),
];

fn of<'a>(host: &HostEntry, cx: &Cx<'a>) -> Option<&'a Host> {
    cx.state.world.host(host.key.host)
}

fn aged(host: &HostEntry, cx: &Cx, key: Key) -> Key {
    let up = of(host, cx).is_some_and(|host| host.link.is_up());
    if up { key } else { Key::FigureOld }
}

/// CPU in percent of all its processors, and how many these are.
pub fn share(host: &Host) -> Option<(f64, u32)> {
    let cores = host.known.as_ref()?.cpus.filter(|n| *n > 0)?;
    Some((host.totals().cpu? / f64::from(cores), cores))
}

/// Its memory in bytes.
pub fn whole(host: &Host) -> Option<u64> {
    host.known.as_ref()?.memory.filter(|n| *n > 0)
}

fn name<'a>(host: &'a HostEntry, cx: &Cx<'a>) -> Cell<'a> {
    let s = Symbols::UNICODE;
    let (sign, style) = match of(host, cx).map(|host| &host.link) {
        Some(Link::Up(_)) => (s.running, Key::LinkUp),
        Some(Link::Down { .. }) => (s.bad, Key::LinkDown),
        Some(Link::Connecting { .. }) | None => (s.busy, Key::StateBusy),
    };
    let chosen = cx.state.only == Some(host.key.host);
    let weight = if chosen { Key::Accent } else { Key::Strong };
    let mut pieces = vec![(sign.into(), style), (" ".into(), style)];
    with_hits(&host.key.id, cx.hits, weight, &mut pieces);
    Cell {
        pieces,
        fit: Fit::Cut,
    }
}

/// `up 3h`, `down 2m: connection refused · retry in 4s`, `connecting, try 3`.
fn link<'a>(host: &HostEntry, cx: &Cx<'a>) -> Cell<'a> {
    let Some(host) = of(host, cx) else {
        return Cell::blank();
    };
    let span = |at| text::duration(cx.now - at);
    let for_long = host.since.map(span).unwrap_or_default();
    match &host.link {
        Link::Up(_) => {
            let mut cell = Cell::of(say!("up {for_long}", for_long), Key::LinkUp);
            if let Some(words) = clock_words(host) {
                cell.pieces
                    .push((format!(" · {words}").into(), Key::StateBusy));
            }
            cell
        }
        Link::Connecting { attempt: 0 | 1 } => Cell::of(say!("connecting"), Key::StateBusy),
        Link::Connecting { attempt } => {
            Cell::of(say!("connecting, try {attempt}", attempt), Key::StateBusy)
        }
        Link::Down {
            reason,
            since,
            retry_at,
        } => {
            let left = retry_at.map(|at| (at - cx.now).num_seconds());
            let again = left.map_or_else(String::new, |left| match left {
                ..=0 => say!(" · trying now").to_owned(),
                left => say!(" · retry in {left}s", left),
            });
            let words = say!(
                "down {span}: {why}{again}",
                span = span(*since),
                why = reason.why,
                again
            );
            Cell {
                // Of one that never answered there is nothing behind it.
                fit: if host.loaded { Fit::Cut } else { Fit::Spill },
                ..Cell::of(words, Key::LinkDown)
            }
        }
    }
}

/// As on a stack's row; of one that is silent dimmed, with how old it is.
fn containers<'a>(host: &HostEntry, cx: &Cx<'a>) -> Cell<'a> {
    let Some(host) = of(host, cx).filter(|host| host.loaded) else {
        return Cell::blank();
    };
    let up = host.link.is_up();
    let told: Vec<_> = condition(&host.totals()).collect();
    let many = told.len() > 2;
    let mut pieces: Vec<_> = told
        .into_iter()
        .map(|(short, long, key)| {
            let words = if many { short } else { long };
            (words.into(), if up { key } else { Key::FigureOld })
        })
        .collect();
    if let Some(heard) = host.heard.filter(|_| !up) {
        let age = text::duration(cx.now - heard);
        pieces.push((say!("{age} old", age).into(), Key::LinkDown));
    }
    Cell {
        pieces,
        fit: Fit::Whole,
    }
}

fn engine(host: &HostEntry, cx: &Cx) -> String {
    let Some(info) = of(host, cx).and_then(|host| host.known.as_ref()) else {
        return String::new();
    };
    let kind = if info.podman { "podman " } else { "" };
    format!("{kind}{}", info.version)
}

fn endpoint(host: &HostEntry, cx: &Cx) -> String {
    let Some(host) = of(host, cx) else {
        return String::new();
    };
    match (&host.link, &host.known) {
        (_, Some(info)) => info.endpoint.clone(),
        (Link::Down { reason, .. }, None) => {
            let first = reason.tried.first();
            first.map_or_else(String::new, |tried| tried.endpoint.clone())
        }
        _ => String::new(),
    }
}
