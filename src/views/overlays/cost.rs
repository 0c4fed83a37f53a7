//! What the program costs: engines, terminal, this machine.
//!
//! ```text
//! ╭ What stacktui costs ────────────────────────────╮
//! │ tickets-01      0.2 requests/s   1 stream       │
//! │ figures         oldest 2s        dimmed after 5s│
//! │ terminal         95 B/s          0.5 frames/s   │
//! │ this process    0.3 % of a core   11M           │
//! ╰─────────────────────────────────────────────────╯
//! ```
use ratatui::buffer::Buffer;

use crate::columns::container::cells::FRESH;
use crate::layout;
use crate::state::{Host, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::row;
use crate::widgets::{Line, window};

/// Columns of the names.
const NAME: usize = 16;

pub fn draw(state: &State, theme: &Theme, buf: &mut Buffer) {
    let lines = lines(state, theme);
    let width = lines.iter().map(Line::width).max().unwrap_or(0).max(40);
    let size = (buf.area.width, buf.area.height);
    let area = layout::window(size, width as u16, lines.len() as u16);
    let inner = window::open(buf, theme, area, say!("What stacktui costs"));
    for (y, line) in lines.iter().enumerate().take(usize::from(inner.height)) {
        line.draw(buf, row(inner, y));
    }
}

fn lines(state: &State, theme: &Theme) -> Vec<Line> {
    let Some(cost) = &state.cost else {
        return vec![Line::of(theme, say!("measuring…"), Key::Dim)];
    };
    let line = |name: &str, first: String, then: String| {
        let name = text::pad_right(&text::truncate_middle(name, NAME - 1), NAME);
        Line::of(theme, name, Key::FieldName)
            .and(theme, text::pad_right(&first, 20), Key::Figure)
            .and(theme, then, Key::Figure)
    };
    let mut lines: Vec<Line> = cost
        .engines
        .iter()
        .map(|engine| {
            let host = state.world.host(engine.host);
            let name = host.map_or(say!("engine"), |host| host.label.as_str());
            line(
                name,
                say!("{n} requests/s", n = text::decimal(engine.requests, 1)),
                say_n!(
                    engine.streams,
                    "{n} stream, {asked} asked in all",
                    "{n} streams, {asked} asked in all",
                    asked = text::count(engine.asked)
                ),
            )
        })
        .collect();
    let read = state.world.hosts.values().filter_map(Host::oldest).min();
    if let Some(read) = read {
        let oldest = say!("oldest {age}", age = text::duration(state.now - read));
        let dimmed = say!("dimmed after {span}", span = text::duration(FRESH));
        lines.push(line(say!("figures"), oldest, dimmed));
    }
    let shown = cost.delay.map_or_else(String::new, |delay| {
        say!(", shown after {ms} ms", ms = delay.as_millis())
    });
    lines.push(line(
        say!("terminal"),
        say!("{n} B/s", n = text::decimal(cost.bytes, 0)),
        say!(
            "{n} frames/s{shown}",
            n = text::decimal(cost.frames, 1),
            shown
        ),
    ));
    let cpu = cost
        .cpu
        .map(|cpu| say!("{percent} % of a core", percent = text::decimal(cpu, 1)));
    let memory = cost.memory.map_or_else(String::new, text::bytes);
    lines.push(line(say!("this process"), cpu.unwrap_or_default(), memory));
    if let Some(book) = &state.logs {
        let held = text::bytes(book.bytes_held() as u64);
        let count = text::count(book.len() as u64);
        lines.push(line(say!("log lines"), count, held));
    }
    let since = chrono::TimeDelta::seconds(i64::try_from(cost.running).unwrap_or(i64::MAX));
    lines.push(line(
        say!("running for"),
        text::duration_long(since),
        String::new(),
    ));
    lines.push(Line::new());
    lines.push(Line::of(
        theme,
        say!("rates over the last ten seconds · Esc closes"),
        Key::Dim,
    ));
    lines
}
