//! The first line: host and link, what runs, how loaded the host is, and how old what is shown is.
//!
//! ```text
//!  web-01 ● up  24.0.7  12 up 1 paused 1 exited  1 unhealthy        cpu 34% of 8  mem 6.1G/31G
//! ```
//! Parts leave by importance when the line is narrow. Knows no view.
mod several;

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::container::cells::load;
use crate::model::Link;
use crate::state::lints::clock_words;
use crate::state::world::Totals;
use crate::state::{Host, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::line::fit;
use crate::widgets::pen::indent;

struct Part {
    importance: u8,
    right: bool,
    line: Line,
}

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let area = indent(area, 1);
    let area = Rect::new(area.x, area.y, area.width.saturating_sub(1), area.height);
    let mut parts = Vec::new();
    badges(state, theme, &mut parts);
    let narrow = area.width < NARROW;
    let hosts: Vec<&Host> = state.scope().collect();
    match hosts.as_slice() {
        [only] => link(state, theme, only, narrow, &mut parts),
        _ => several::links(state, theme, &mut parts),
    }
    if hosts.iter().any(|host| host.loaded) {
        let totals = match hosts.as_slice() {
            [only] => only.totals(),
            _ => state.world.totals(),
        };
        let hurting = state.containers.survey.hurting;
        counts(theme, &totals, hurting, narrow, &mut parts);
        if state.mail.unread > 0 {
            let word = if narrow {
                say!("mail " as "little room")
            } else {
                say!("mail ")
            };
            let line = Line::of(theme, word, Key::Dim);
            let unread = state.mail.unread.to_string();
            parts.push(part(195, line.and(theme, unread, Key::Accent)));
        }
        loads(theme, &hosts, &mut parts);
    }
    let parts = fit(parts, usize::from(area.width), 2, |p| {
        (p.importance, p.line.width())
    });
    let (right, left): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|p| p.right);
    joined(left).draw(buf, area);
    joined(right).draw_right(buf, area);
}

fn joined(parts: Vec<Part>) -> Line {
    let mut line = Line::new();
    for part in parts {
        if !line.is_empty() {
            line.push("  ", ratatui::style::Style::default());
        }
        line.extend(part.line);
    }
    line
}

fn part(importance: u8, line: Line) -> Part {
    Part {
        importance,
        right: false,
        line,
    }
}

fn badges(state: &State, theme: &Theme, parts: &mut Vec<Part>) {
    let unwritten = state.journal.unwritten.is_some();
    for (on, word, key) in [
        (state.demo, say!(" DEMO "), Key::Badge),
        (state.read_only, say!(" READ-ONLY "), Key::Badge),
        (unwritten, say!("NO JOURNAL"), Key::StateBad),
    ] {
        if on {
            parts.push(part(240, Line::of(theme, word, key)));
        }
    }
}

fn link(state: &State, theme: &Theme, host: &Host, narrow: bool, parts: &mut Vec<Part>) {
    // Where there is little room the badge alone says that it is the demo's host.
    if !(narrow && state.demo) {
        parts.push(part(
            245,
            Line::of(theme, text::truncate(&host.label, 24), Key::Strong),
        ));
    }
    let s = &theme.symbols;
    let mut retry = None;
    let condition = match &host.link {
        Link::Up(_) if narrow => Line::of(theme, s.running, Key::LinkUp),
        Link::Up(_) => Line::of(
            theme,
            format!("{} {}", s.running, say!("up" as "link")),
            Key::LinkUp,
        ),
        Link::Connecting { .. } => Line::of(
            theme,
            format!("{} {}{}", s.busy, say!("connecting"), s.ellipsis),
            Key::StateBusy,
        ),
        Link::Down {
            reason, retry_at, ..
        } => {
            let why = text::truncate(&reason.why, 40);
            if let Some(at) = retry_at {
                let words = self::retry(*at, state.now);
                retry = Some(Line::of(theme, words, Key::Dim));
            }
            Line::of(
                theme,
                format!("{} {}", s.bad, say!("down: {why}", why)),
                Key::LinkDown,
            )
        }
    };
    parts.push(part(255, condition));
    if let Some(retry) = retry {
        parts.push(part(190, retry));
    }
    if !host.link.is_up()
        && host.loaded
        && let Some(heard) = host.heard
    {
        let age = text::duration(state.now - heard);
        parts.push(part(235, Line::of(theme, data(&age), Key::LinkDown)));
    }
    if let Some(words) = clock_words(host).filter(|_| host.link.is_up()) {
        parts.push(part(175, Line::of(theme, words, Key::StateBusy)));
    }
    if let Some(info) = host.link.info() {
        let name = if info.podman { "podman " } else { "" };
        let version = text::truncate(&info.version, 20);
        parts.push(part(
            100,
            Line::of(theme, format!("{name}{version}"), Key::Dim),
        ));
    }
}

/// Columns below which what is in trouble is one number, and a link that is up its sign alone.
const NARROW: u16 = 50;

fn counts(theme: &Theme, totals: &Totals, hurting: usize, narrow: bool, parts: &mut Vec<Part>) {
    for (n, word, importance, always) in [
        (totals.running, say!("up" as "containers"), 200, true),
        (totals.paused, say!("paused" as "containers"), 120, false),
        (totals.exited, say!("exited" as "containers"), 130, false),
    ] {
        if n > 0 || always {
            let line =
                Line::of(theme, n.to_string(), Key::Text).and(theme, format!(" {word}"), Key::Dim);
            parts.push(part(importance, line));
        }
    }
    let (unhealthy, restarting) = (totals.unhealthy, totals.restarting);
    let bad = unhealthy + restarting + hurting;
    let troubles = if narrow {
        vec![(bad, say_n!(bad, "{n} bad", "{n} bad"), Key::StateBad)]
    } else {
        vec![
            (
                unhealthy,
                say_n!(unhealthy, "{n} unhealthy", "{n} unhealthy"),
                Key::StateBad,
            ),
            (
                restarting,
                say_n!(restarting, "{n} restarting", "{n} restarting"),
                Key::StateBusy,
            ),
            (
                hurting,
                say_n!(hurting, "{n} at risk", "{n} at risk"),
                Key::StateBad,
            ),
        ]
    };
    for (n, words, key) in troubles {
        if n > 0 {
            parts.push(part(230, Line::of(theme, words, key)));
        }
    }
}

/// CPU and memory of those that answer, against what these machines have; of a silent one alone what was last known.
fn loads(theme: &Theme, hosts: &[&Host], parts: &mut Vec<Part>) {
    let up = hosts.iter().any(|host| host.link.is_up());
    let told: Vec<&Host> = match hosts {
        [only] => vec![only],
        many => many.iter().copied().filter(|h| h.link.is_up()).collect(),
    };
    let age = |key: Key| if up { key } else { Key::FigureOld };
    let info = |host: &&Host| host.link.info().cloned();
    let cores: u32 = told.iter().filter_map(info).filter_map(|i| i.cpus).sum();
    let totals = || told.iter().map(|host| host.totals());
    if let Some(cpu) = totals().filter_map(|t| t.cpu).reduce(|a, b| a + b) {
        let known = cores > 0;
        let share = if known { cpu / f64::from(cores) } else { cpu };
        let line = Line::of(theme, say!("cpu "), Key::Dim).and(
            theme,
            text::pad_left(&format!("{share:.0}%"), 3),
            age(load(share)),
        );
        let line = if known {
            line.and(theme, say!(" of {cores}", cores), Key::Dim)
        } else {
            line
        };
        parts.push(Part {
            importance: 170,
            right: true,
            line,
        });
    }
    if let Some(memory) = totals().filter_map(|t| t.memory).reduce(|a, b| a + b) {
        let whole: u64 = told.iter().filter_map(info).filter_map(|i| i.memory).sum();
        let known = whole > 0;
        let share = if known {
            memory as f64 / whole as f64 * 100.0
        } else {
            0.0
        };
        let line = Line::of(theme, say!("mem "), Key::Dim).and(
            theme,
            text::bytes_short(memory),
            age(load(share)),
        );
        let line = if known {
            line.and(theme, format!("/{}", text::bytes_short(whole)), Key::Dim)
        } else {
            line
        };
        parts.push(Part {
            importance: 165,
            right: true,
            line,
        });
    }
}

/// How old what is shown is.
fn data(age: &str) -> String {
    say!("data {age} old", age)
}

/// `retry in 4s`.
fn retry(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (at - now).num_seconds() {
        ..=0 => say!("trying now").to_owned(),
        left => say!("retry in {left}s", left),
    }
}
