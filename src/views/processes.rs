//! The processes of a container, as the engine's `top` lists them.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::LIST_OFFSET;
use crate::model::Processes;
use crate::state::State;
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{indent, row};

use super::notice;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let sheet = state.subject().and_then(|key| state.sheet(&key));
    let list = match sheet {
        Some(sheet) => match (&sheet.processes, &sheet.processes_failure) {
            (_, Some(failure)) => {
                notice::draw(
                    theme,
                    area,
                    buf,
                    &[
                        (failure.what.as_str(), Key::StateBad),
                        (&failure.advice, Key::Text),
                    ],
                );
                return;
            }
            (Some(list), None) => Some((list, sheet.process_scroll)),
            (None, None) => None,
        },
        None => None,
    };
    match list {
        Some((list, scroll)) => table(list, scroll, theme, area, buf),
        None => notice::draw(
            theme,
            area,
            buf,
            &[(say!("asking for the processes…"), Key::Dim)],
        ),
    }
}

fn table(list: &Processes, scroll: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let height = usize::from(area.height - LIST_OFFSET);
    let top = scroll.min(list.rows.len().saturating_sub(height));
    // Widths by all rows, so that nothing jumps while one scrolls; an engine lists few processes.
    let final_column = list.titles.len().saturating_sub(1);
    let widths: Vec<usize> = (0..list.titles.len())
        .map(|n| {
            let cells = list
                .rows
                .iter()
                .filter_map(|row| row.get(n))
                .map(|c| text::width(c));
            let title = list.titles.get(n).map_or(0, |t| text::width(t));
            cells.max().unwrap_or(0).max(title).min(24)
        })
        .collect();
    let line = |cells: &[String], key: Key| {
        let mut line = Line::new();
        for (n, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let number = list
                .rows
                .iter()
                .all(|r| r.get(n).is_some_and(|c| c.parse::<f64>().is_ok()));
            let shown = match n {
                n if n == final_column => cell.clone(),
                _ if number => format!("{}  ", text::pad_left(cell, *width)),
                _ => format!("{}  ", text::pad_right(cell, *width)),
            };
            line = line.and(theme, shown, key);
        }
        line
    };
    let titles: Vec<String> = list.titles.iter().map(|t| t.to_lowercase()).collect();
    line(&titles, Key::ColumnTitle).draw(buf, indent(row(area, 0), 2));
    for (y, cells) in list.rows.iter().skip(top).take(height).enumerate() {
        line(cells, Key::Text).draw(buf, indent(row(area, y + usize::from(LIST_OFFSET)), 2));
    }
}
