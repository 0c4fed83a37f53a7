//! What stands in each column of a container's row. Words and theme keys only; a value not known is blank, never 0.
use std::borrow::Cow;
use std::cell::RefCell;

use chrono::TimeDelta;

use crate::columns::{Cell, Cx, Fit};
use crate::model::{Container, Freshness, Health, Kind, Port, Sample};
use crate::state::lints::{Finding, Weight, findings, hangs, mark, worst};
use crate::state::table::Want;
use crate::state::{History, Host, State};
use crate::text::{self, FuzzyMatcher};
use crate::theme::{Key, Symbols};
use crate::widgets::chart;

use super::{STATE, words};

/// The least room for names, its title's too.
const SHORT: usize = 8;

/// What stands before a name at most: the indent of a stack's member, a sign and a blank.
const LEAD: usize = 4;

/// Figures older than this are drawn as old: they are read every two seconds where nothing stands against it.
pub const FRESH: TimeDelta = TimeDelta::seconds(5);

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

fn figure<'a>(c: &Container, cx: &Cx, text: Option<String>, key: Key) -> Cell<'a> {
    text.map_or_else(Cell::blank, |text| Cell::of(text, aged(c, cx, key)))
}

pub(super) fn name<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let flat = cx.state.containers.is_flat();
    let (sign, key) = words::sign(cx.state, c);
    let (indent, stack) = match c.stack() {
        Some(stack) if flat => ("", Cow::Owned(format!("  {stack}"))),
        Some(_) => ("  ", Cow::Borrowed("")),
        None => ("", Cow::Borrowed("")),
    };
    let weight = if c.state.is_live() {
        Key::Text
    } else {
        Key::Dim
    };
    let mut pieces = Vec::with_capacity(7);
    pieces.extend([
        (indent.into(), Key::Text),
        (sign.into(), key),
        (" ".into(), key),
    ]);
    with_hits(c.short_name(), cx.hits, weight, &mut pieces);
    let number = apart(&mut pieces);
    pieces.push((stack, Key::Faint));
    Cell {
        pieces,
        fit: Fit::Keep(number),
    }
}

/// Puts the number that a name ends in apart, as nothing else tells the containers of a service apart. Gives its place, where
/// nothing stands for a name without one.
fn apart(pieces: &mut Vec<(Cow<str>, Key)>) -> usize {
    let mut number = (Cow::Borrowed(""), Key::Text);
    if let Some((Cow::Borrowed(name), key)) = pieces.last_mut() {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let at = stem.trim_end_matches(['-', '_', '.']).len();
        if stem.len() < name.len() && (1..stem.len()).contains(&at) {
            let (stem, end) = name.split_at(at);
            number = (end.into(), *key);
            *name = stem;
        }
    }
    pieces.push(number);
    pieces.len() - 1
}

/// The room that the longest name wants, a stack's too; and with its stack behind it.
pub fn name_want(state: &State) -> Want {
    let containers = state.scope().flat_map(Host::containers);
    let wants = containers.map(|c| {
        let name = LEAD + text::width(c.short_name());
        let stack = text::width(c.stack().unwrap_or_default());
        Want::new(name.max(2 + stack), name + stack)
    });
    wants.fold(Want::new(SHORT, SHORT), Want::both)
}

/// A name with what the filter found in it.
pub(in crate::columns) fn with_hits<'a>(
    name: &'a str,
    matcher: Option<&RefCell<FuzzyMatcher>>,
    key: Key,
    pieces: &mut Vec<(Cow<'a, str>, Key)>,
) {
    let mut hits = Vec::new();
    if let Some(matcher) = matcher {
        matcher.borrow_mut().indices(name, &mut hits);
    }
    let style = |index: usize| match hits.binary_search(&(index as u32)) {
        Ok(_) => Key::FilterHit,
        Err(_) => key,
    };
    let (mut from, mut last) = (0, style(0));
    for (index, (at, _)) in name.char_indices().enumerate() {
        if style(index) != last {
            pieces.push((name.get(from..at).unwrap_or_default().into(), last));
            (from, last) = (at, style(index));
        }
    }
    pieces.push((name.get(from..).unwrap_or_default().into(), last));
}

pub(super) fn host<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    Cell::of(cx.state.world.label(c.key.host), Key::Dim)
}

pub(super) fn state<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    if let Some(running) = cx.state.jobs.of(&c.key) {
        let parts = running.parts(cx.now).into_iter();
        return Cell {
            fit: Fit::Spill,
            pieces: parts.map(|part| (part.into(), Key::Job)).collect(),
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
            ..Cell::of(&ended.text, key)
        };
    }
    if hangs(cx.state, &c.key) {
        return Cell::of(say!("no answer"), Key::StateBad);
    }
    let condition = words::condition(c, cx.now);
    let mark = marked(c, cx, text::width(&condition));
    let mut cell = Cell::of(condition, words::meaning(c));
    cell.pieces.extend(mark);
    cell
}

/// What is noticed, behind what it does: its word where there is room, else the sign alone, which a state that is a problem
/// itself does not need.
fn marked<'a>(c: &Container, cx: &Cx, taken: usize) -> Option<(Cow<'a, str>, Key)> {
    let (weight, word) = mark(cx.state, c)?;
    let (sign, key) = match weight {
        Weight::Trouble => (" !", Key::StateBad),
        Weight::Note => (" ·", Key::Dim),
    };
    let room = usize::from(STATE).saturating_sub(taken);
    if !word.is_empty() && text::width(word) + 3 <= room {
        return Some((format!("{sign} {word}").into(), key));
    }
    let is_needed = c.problem().is_none() && room >= 2;
    is_needed.then(|| (sign.into(), key))
}

pub(super) fn cpu<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
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

/// Bars of a trend, and the slots of each: twenty seconds, as ten new bars in each row are the most that a frame costs.
const BARS: usize = 10;
const SLOTS: usize = 10;

/// The newest of a history, against its peak or what must fill the height at least.
pub(in crate::columns) fn bars(history: &History, least: f32) -> String {
    let max = history.peak().max(least);
    let values = history.groups(BARS, SLOTS);
    let missing = BARS - values.len().min(BARS);
    let values = std::iter::repeat_n(f32::NAN, missing).chain(values);
    chart::spark(values, max, &Symbols::UNICODE)
}

pub(super) fn trend<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let Some(vitals) = cx.state.world.vitals(&c.key).filter(|v| !v.cpu.is_empty()) else {
        return Cell::blank();
    };
    // Half a core is the least that fills the height: idle containers look idle.
    let bars = bars(&vitals.cpu, 50.0);
    figure(c, cx, Some(bars), Key::ChartCpu)
}

pub(super) fn memory<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let used = sample(c, cx).and_then(|s| s.memory);
    figure(c, cx, used.map(text::bytes_short), Key::Figure)
}

pub(super) fn memory_percent<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let percent = sample(c, cx).and_then(Sample::memory_percent);
    figure(
        c,
        cx,
        percent.map(text::percent),
        load(percent.unwrap_or(0.0)),
    )
}

fn pair<'a>(c: &Container, cx: &Cx, a: Option<f64>, b: Option<f64>) -> Cell<'a> {
    let (Some(a), Some(b)) = (a, b) else {
        return Cell::blank();
    };
    let side = |rate: f64| text::pad_left(&text::bytes_short(rate.max(0.0).round() as u64), 5);
    let key = if a + b < 1.0 { Key::Dim } else { Key::Figure };
    figure(c, cx, Some(format!("{} {}", side(a), side(b))), key)
}

pub(super) fn network<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let s = sample(c, cx);
    pair(c, cx, s.and_then(|s| s.net_rx), s.and_then(|s| s.net_tx))
}

pub(super) fn disk<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let s = sample(c, cx);
    pair(
        c,
        cx,
        s.and_then(|s| s.block_read),
        s.and_then(|s| s.block_write),
    )
}

pub(super) fn pids<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let pids = sample(c, cx).and_then(|s| s.pids);
    figure(c, cx, pids.map(|n| n.to_string()), Key::Figure)
}

pub(super) fn health<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    c.health.map_or_else(Cell::blank, |health| {
        let key = match health {
            Health::Healthy => Key::StateOk,
            Health::Starting => Key::StateBusy,
            Health::Unhealthy => Key::StateBad,
        };
        Cell::of(health.said(), key)
    })
}

pub(super) fn death_count(c: &Container, cx: &Cx) -> usize {
    let host = cx.state.world.host(c.key.host);
    host.map_or(0, |host| host.recent_deaths(&c.key, cx.now).count())
}

pub(super) fn deaths<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    match death_count(c, cx) {
        0 => Cell::blank(),
        n => Cell::of(
            n.to_string(),
            if n > 2 { Key::StateBad } else { Key::StateBusy },
        ),
    }
}

/// The worst that is noticed.
pub(super) fn noticed<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    worst(cx.state, &c.key).map_or_else(Cell::blank, |finding| {
        let key = match finding.weight {
            Weight::Trouble => Key::StateBad,
            Weight::Note => Key::Dim,
        };
        Cell::of(finding.words, key)
    })
}

pub(super) fn trouble(c: &Container, cx: &Cx) -> Option<Finding> {
    let mut found = findings(cx.state, &c.key).into_iter();
    found.find(|finding| finding.weight == Weight::Trouble)
}

pub(super) fn exit<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
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

pub(super) fn ports<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    let mut seen: Vec<(Cow<str>, Key)> = Vec::new();
    for published in [true, false] {
        for port in c.ports.iter().filter(|p| p.public.is_some() == published) {
            let words = port_words(port);
            if seen.iter().all(|(other, _)| *other != words) {
                let key = if published { Key::Figure } else { Key::Faint };
                seen.push((words.into(), key));
            }
        }
    }
    Cell {
        pieces: seen,
        fit: Fit::Whole,
    }
}

pub(super) fn image<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    let mut cell = Cell {
        fit: Fit::Path,
        ..Cell::of(words::short_image(&c.image), Key::Dim)
    };
    if !cx.state.fresh.is_empty() {
        let key = crate::model::Key::new(c.key.host, Kind::Image, &c.image_id);
        let fresh = cx.state.fresh.get(&key);
        // Of its image's names the one counts that it was made from.
        let answer = fresh.and_then(|fresh| fresh.of(&c.image));
        if answer == Some(&Ok(Freshness::Behind)) {
            let words = format!("{} ", Symbols::UNICODE.up.trim());
            cell.pieces.insert(0, (words.into(), Key::StateBusy));
        }
    }
    cell
}

pub(super) fn age<'a>(c: &'a Container, cx: &Cx<'a>) -> Cell<'a> {
    c.created.map_or_else(Cell::blank, |at| {
        Cell::of(words::span(cx.now - at), Key::Dim)
    })
}

pub(super) fn stack<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    Cell::of(c.stack().unwrap_or_default(), Key::Dim)
}

pub(super) fn networks<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    let pieces = c
        .networks
        .iter()
        .map(|(name, _)| (name.into(), Key::Dim))
        .collect();
    Cell {
        pieces,
        fit: Fit::Whole,
    }
}

pub(super) fn address<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    Cell::of(c.networks.first().map_or("", |n| n.1.as_str()), Key::Dim)
}

pub(super) fn id<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    Cell::of(c.key.short(), Key::Dim)
}

pub(super) fn command<'a>(c: &'a Container, _: &Cx<'a>) -> Cell<'a> {
    Cell::of(&c.command, Key::Dim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_name_is_told_from_the_rest_of_it() {
        for (name, stem, number) in [
            ("web-1", "web", "-1"),
            ("db_12", "db", "_12"),
            ("web", "web", ""),
            ("v2", "v2", ""),
            ("2048", "2048", ""),
            ("-1", "-1", ""),
        ] {
            let mut pieces = vec![(name.into(), Key::Text)];
            assert_eq!(apart(&mut pieces), 1);
            assert_eq!((&*pieces[0].0, &*pieces[1].0), (stem, number));
        }
    }
}
