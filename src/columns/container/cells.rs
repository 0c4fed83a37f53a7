//! What stands in each column of a container's row. Words and theme keys only; a value not known is blank, never 0.
use chrono::TimeDelta;

use crate::columns::{Cell, Cx, Fit};
use crate::model::{Container, Health, Port, Sample};
use crate::text::{self, FuzzyMatcher};
use crate::theme::{Key, Symbols};
use crate::widgets::chart;

use super::words;

/// Figures older than this are drawn as old.
const FRESH: TimeDelta = TimeDelta::seconds(15);

fn sample<'a>(c: &Container, cx: &Cx<'a>) -> Option<&'a Sample> {
    cx.state.world.latest(&c.key)
}

/// The style of a figure: old ones are dimmed whatever they say.
fn aged(c: &Container, cx: &Cx, key: Key) -> Key {
    let up = cx
        .state
        .world
        .host(c.key.host)
        .is_some_and(|h| h.link.is_up());
    let fresh = sample(c, cx).is_some_and(|s| cx.now - s.at < FRESH);
    if up && fresh { key } else { Key::FigureOld }
}

/// The style of a share of a limit, in percent.
pub fn load(percent: f64) -> Key {
    match percent {
        p if p >= 90.0 => Key::FigureFull,
        p if p >= 70.0 => Key::FigureHigh,
        _ => Key::Figure,
    }
}

fn figure(c: &Container, cx: &Cx, text: Option<String>, key: Key) -> Cell {
    text.map_or_else(Cell::blank, |text| Cell::of(text, aged(c, cx, key)))
}

pub(super) fn name(c: &Container, cx: &Cx) -> Cell {
    let flat = cx.state.containers.is_flat();
    let (sign, key) = words::sign(cx.state, c);
    let (indent, stack) = match c.stack() {
        Some(stack) if flat => ("", format!("  {stack}")),
        Some(_) => ("  ", String::new()),
        None => ("", String::new()),
    };
    let weight = if c.state.is_live() {
        Key::Text
    } else {
        Key::Dim
    };
    let mut pieces = vec![(indent.to_owned(), Key::Text), (format!("{sign} "), key)];
    pieces.extend(with_hits(
        c.short_name(),
        &cx.state.containers.filter,
        weight,
    ));
    pieces.push((stack, Key::Faint));
    Cell {
        pieces,
        fit: Fit::Cut,
    }
}

/// A name with what the filter found in it.
fn with_hits(name: &str, filter: &str, key: Key) -> Vec<(String, Key)> {
    let mut hits = Vec::new();
    if !filter.is_empty() {
        FuzzyMatcher::new(filter).indices(name, &mut hits);
    }
    if hits.is_empty() {
        return vec![(name.to_owned(), key)];
    }
    let mut pieces: Vec<(String, Key)> = Vec::new();
    for (index, letter) in name.chars().enumerate() {
        let hit = hits.binary_search(&(index as u32)).is_ok();
        let key = if hit { Key::FilterHit } else { key };
        match pieces.last_mut() {
            Some((words, last)) if *last == key => words.push(letter),
            _ => pieces.push((letter.to_string(), key)),
        }
    }
    pieces
}

pub(super) fn state(c: &Container, cx: &Cx) -> Cell {
    if let Some(running) = cx.state.jobs.of(&c.key) {
        let kill = running
            .kill_in(cx.now)
            .map_or_else(String::new, |left| format!(" · kill in {left}s"));
        let doing = running.job.verb.doing();
        let text = format!("{doing} {}s{kill}", running.seconds(cx.now));
        return Cell {
            fit: Fit::Spill,
            ..Cell::of(text, Key::Job)
        };
    }
    if let Some(ended) = cx.state.jobs.ended.get(&c.key) {
        let key = if ended.ok {
            Key::StateOk
        } else {
            Key::StateBad
        };
        return Cell {
            fit: Fit::Spill,
            ..Cell::of(ended.text.clone(), key)
        };
    }
    Cell::of(words::condition(c, cx.now), words::meaning(c))
}

pub(super) fn cpu(c: &Container, cx: &Cx) -> Cell {
    let Some(cpu) = sample(c, cx).and_then(|s| s.cpu) else {
        return Cell::blank();
    };
    let info = cx.state.world.host(c.key.host).and_then(|h| h.link.info());
    let cores = f64::from(info.and_then(|i| i.cpus).unwrap_or(1).max(1));
    let key = match load(cpu / cores) {
        Key::Figure if cpu < 0.05 => Key::Dim,
        key => key,
    };
    figure(c, cx, Some(text::percent(cpu)), key)
}

pub(super) fn trend(c: &Container, cx: &Cx) -> Cell {
    let Some(vitals) = cx.state.world.vitals(&c.key).filter(|v| !v.cpu.is_empty()) else {
        return Cell::blank();
    };
    // Half a core is the least that fills the height: idle containers look idle.
    let max = vitals.cpu.peak().max(50.0);
    let bars = chart::spark(vitals.cpu.last(10), max, &Symbols::UNICODE);
    figure(c, cx, Some(text::pad_left(&bars, 10)), Key::ChartCpu)
}

pub(super) fn memory(c: &Container, cx: &Cx) -> Cell {
    let used = sample(c, cx).and_then(|s| s.memory);
    figure(c, cx, used.map(text::bytes_short), Key::Figure)
}

pub(super) fn memory_percent(c: &Container, cx: &Cx) -> Cell {
    let percent = sample(c, cx).and_then(Sample::memory_percent);
    figure(
        c,
        cx,
        percent.map(text::percent),
        load(percent.unwrap_or(0.0)),
    )
}

fn pair(c: &Container, cx: &Cx, a: Option<f64>, b: Option<f64>) -> Cell {
    let (Some(a), Some(b)) = (a, b) else {
        return Cell::blank();
    };
    let side = |rate: f64| text::pad_left(&text::bytes_short(rate.max(0.0).round() as u64), 5);
    let key = if a + b < 1.0 { Key::Dim } else { Key::Figure };
    figure(c, cx, Some(format!("{} {}", side(a), side(b))), key)
}

pub(super) fn network(c: &Container, cx: &Cx) -> Cell {
    let s = sample(c, cx);
    pair(c, cx, s.and_then(|s| s.net_rx), s.and_then(|s| s.net_tx))
}

pub(super) fn disk(c: &Container, cx: &Cx) -> Cell {
    let s = sample(c, cx);
    pair(
        c,
        cx,
        s.and_then(|s| s.block_read),
        s.and_then(|s| s.block_write),
    )
}

pub(super) fn pids(c: &Container, cx: &Cx) -> Cell {
    let pids = sample(c, cx).and_then(|s| s.pids);
    figure(c, cx, pids.map(|n| n.to_string()), Key::Figure)
}

pub(super) fn health(c: &Container, _: &Cx) -> Cell {
    c.health.map_or_else(Cell::blank, |health| {
        let key = match health {
            Health::Healthy => Key::StateOk,
            Health::Starting => Key::StateBusy,
            Health::Unhealthy => Key::StateBad,
        };
        Cell::of(health.word(), key)
    })
}

pub(super) fn death_count(c: &Container, cx: &Cx) -> usize {
    let host = cx.state.world.host(c.key.host);
    host.map_or(0, |host| host.recent_deaths(&c.key, cx.now).count())
}

pub(super) fn deaths(c: &Container, cx: &Cx) -> Cell {
    match death_count(c, cx) {
        0 => Cell::blank(),
        n => Cell::of(
            n.to_string(),
            if n > 2 { Key::StateBad } else { Key::StateBusy },
        ),
    }
}

pub(super) fn exit(c: &Container, _: &Cx) -> Cell {
    c.exit_code
        .filter(|_| !c.state.is_live())
        .map_or_else(Cell::blank, |code| {
            Cell::of(
                code.to_string(),
                if code == 0 { Key::Dim } else { Key::StateBad },
            )
        })
}

/// `8080→80`, with the protocol when it is not TCP.
pub fn port_words(port: &Port) -> String {
    let protocol = match port.protocol.as_str() {
        "" | "tcp" => String::new(),
        other => format!("/{other}"),
    };
    match port.public {
        Some(public) => format!(
            "{public}{}{}{protocol}",
            Symbols::UNICODE.arrow,
            port.private
        ),
        None => format!("{}{protocol}", port.private),
    }
}

pub(super) fn ports(c: &Container, _: &Cx) -> Cell {
    let mut seen: Vec<(String, Key)> = Vec::new();
    for published in [true, false] {
        for port in c.ports.iter().filter(|p| p.public.is_some() == published) {
            let words = port_words(port);
            if seen.iter().all(|(other, _)| *other != words) {
                seen.push((words, if published { Key::Figure } else { Key::Faint }));
            }
        }
    }
    Cell {
        pieces: seen,
        fit: Fit::Whole,
    }
}

pub(super) fn image(c: &Container, _: &Cx) -> Cell {
    Cell {
        fit: Fit::Path,
        ..Cell::of(words::short_image(&c.image), Key::Dim)
    }
}

pub(super) fn age(c: &Container, cx: &Cx) -> Cell {
    c.created.map_or_else(Cell::blank, |at| {
        Cell::of(words::span(cx.now - at), Key::Dim)
    })
}

pub(super) fn stack(c: &Container, _: &Cx) -> Cell {
    Cell::of(c.stack().unwrap_or_default(), Key::Dim)
}

pub(super) fn networks(c: &Container, _: &Cx) -> Cell {
    let pieces = c
        .networks
        .iter()
        .map(|(name, _)| (name.clone(), Key::Dim))
        .collect();
    Cell {
        pieces,
        fit: Fit::Whole,
    }
}

pub(super) fn address(c: &Container, _: &Cx) -> Cell {
    Cell::of(c.networks.first().map_or("", |n| n.1.as_str()), Key::Dim)
}

pub(super) fn id(c: &Container, _: &Cx) -> Cell {
    Cell::of(c.key.short(), Key::Dim)
}

pub(super) fn command(c: &Container, _: &Cx) -> Cell {
    Cell::of(c.command.clone(), Key::Dim)
}
