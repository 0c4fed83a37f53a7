//! A stack's row: how many of it run, what is wrong in it, and its sums in the columns of the figures.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::{Cx, stack};
use crate::model::{Container, Key as Id};
use crate::state::world::Totals;
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::{Line, Pen};

use crate::views::grid::Grid;

pub(super) fn draw(
    key: &Id,
    grid: &Grid<Container>,
    cx: &Cx,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let folded = cx.state.containers.folded.contains(key);
    let sign = if folded {
        theme.symbols.folded
    } else {
        theme.symbols.open
    };
    let totals = cx.state.world.stack_totals(key);
    let (state_x, _) = grid.place("state").unwrap_or((area.width, 0));
    let host = grid.place("host");
    let name_end = host.map_or(state_x, |(x, _)| x);
    let name = Rect::new(
        area.x,
        area.y,
        name_end.saturating_sub(1).min(area.width),
        area.height,
    );
    if let Some((x, width)) = host {
        let place = Rect::new(area.x + x, area.y, width, area.height);
        let label = text::truncate(cx.state.world.label(key.host), usize::from(width));
        Pen::new(buf, place).write(&label, theme.style(Key::Dim));
    }
    Pen::new(buf, name)
        .write(sign, theme.style(Key::Dim))
        .skip(1)
        .write(&key.id, theme.style(Key::Stack));
    let figures = [
        ("cpu", totals.cpu.map(text::percent)),
        ("mem", totals.memory.map(text::bytes_short)),
    ];
    let up = cx
        .state
        .world
        .host(key.host)
        .is_some_and(|h| h.link.is_up());
    let style = theme.style(if up { Key::Dim } else { Key::FigureOld });
    let mut end = area.width;
    for (id, figure) in figures {
        let (Some((x, width)), Some(figure)) = (grid.place(id), figure) else {
            continue;
        };
        if grid.place("state").is_some_and(|(state, _)| x > state) {
            end = end.min(x.saturating_sub(1));
        }
        let place = Rect::new(area.x + x, area.y, width, area.height);
        Pen::new(buf, place).write(&text::pad_left(&figure, usize::from(width)), style);
    }
    let room = Rect::new(
        area.x + state_x.min(area.width),
        area.y,
        end.saturating_sub(state_x),
        area.height,
    );
    condition(&totals, theme, usize::from(room.width)).draw(buf, room);
}

/// `9/10 up 1 unhealthy`, with as many of the troubles as there is room for.
fn condition(totals: &Totals, theme: &Theme, room: usize) -> Line {
    let mut line = Line::new();
    for (short, long, key) in stack::condition(totals) {
        let blank = if line.is_empty() { "" } else { " " };
        let fits = |words: &str| line.width() + blank.len() + text::width(words) <= room;
        let words = if line.is_empty() || fits(&long) {
            long
        } else if fits(&short) {
            short
        } else {
            continue;
        };
        line = line.and(theme, format!("{blank}{words}"), key);
    }
    line
}
