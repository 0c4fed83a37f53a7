//! A stack's row: how many of it run, what is wrong in it, and its sums in the columns of the figures.
use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::Cx;
use crate::model::{Container, Key as Id};
use crate::state::world::Totals;
use crate::state::{RowId, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::{Line, Pen};

use super::grid::Grid;

/// Number of containers and sums of each stack on screen.
pub(super) type Sums = BTreeMap<Id, (usize, Totals)>;

/// Sums for the stacks among these rows, in one pass over the containers.
pub(super) fn sums<'a>(state: &State, rows: impl Iterator<Item = &'a RowId>) -> Sums {
    let shown: BTreeSet<&Id> = rows
        .filter_map(|id| match id {
            RowId::Stack(key) => Some(key),
            _ => None,
        })
        .collect();
    let mut members: BTreeMap<&Id, Vec<&Container>> = BTreeMap::new();
    if shown.is_empty() {
        return Sums::new();
    }
    let names: BTreeMap<(crate::model::HostId, &str), &Id> = shown
        .iter()
        .map(|key| ((key.host, &*key.id), *key))
        .collect();
    for container in state.world.containers() {
        let stack = container
            .stack()
            .and_then(|name| names.get(&(container.key.host, name)));
        if let Some(stack) = stack {
            members.entry(stack).or_default().push(container);
        }
    }
    members
        .into_iter()
        .map(|(key, list)| {
            (
                key.clone(),
                (list.len(), state.world.totals(list.into_iter())),
            )
        })
        .collect()
}

pub(super) fn draw(
    key: &Id,
    sums: &Sums,
    grid: &Grid,
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
    let (count, totals) = sums.get(key).copied().unwrap_or_default();
    let (state_x, _) = grid.place("state").unwrap_or((area.width, 0));
    let name = Rect::new(
        area.x,
        area.y,
        state_x.saturating_sub(1).min(area.width),
        area.height,
    );
    Pen::new(buf, name)
        .write(&format!("{sign} "), theme.style(Key::Dim))
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
    condition(count, &totals, theme, usize::from(room.width)).draw(buf, room);
}

/// `9/10 up · 1 unhealthy`, with as many of the troubles as there is room for.
fn condition(count: usize, totals: &Totals, theme: &Theme, room: usize) -> Line {
    let all_up = totals.running == count;
    let key = if all_up { Key::StateOk } else { Key::Text };
    let mut line = Line::of(theme, format!("{}/{count} up", totals.running), key);
    for (n, word, short, key) in [
        (totals.unhealthy, "unhealthy", "bad", Key::StateBad),
        (totals.restarting, "restarting", "busy", Key::StateBusy),
    ] {
        if n == 0 {
            continue;
        }
        let wide = line.width();
        let long = format!(" {n} {word}");
        let short = format!(" {n} {short}");
        if wide + text::width(&long) <= room {
            line = line.and(theme, long, key);
        } else if wide + text::width(&short) <= room {
            line = line.and(theme, short, key);
        }
    }
    line
}
