//! Everything about one container on one screen; two columns where there is room.
//!
//! ```text
//!  ✖ zammad-1  unhealthy 3h  ghcr.io/zammad/zammad:6.3.1                     v show secrets
//!  HEALTH  unhealthy, failing 12 times            PORTS
//!    10:32:41  exit 1  connection refused           8080→80  on 0.0.0.0
//!  CPU  20.7%  peak 31.0%                         NETWORKS
//!    ⣀⣠⣴⣿⣿⣷⣄                                        shop_default  172.20.0.5
//! ```
mod facts;
mod live;
mod past;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::container::words;
use crate::layout::LIST_OFFSET;
use crate::model::{Container, Details, Key as Id};
use crate::state::{Sheet, State};
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{below, indent, row};

use super::notice;

/// From this width on there are two columns.
const TWO: u16 = 100;

/// What the sections are written from.
pub(super) struct Cx<'a> {
    pub state: &'a State,
    pub theme: &'a Theme,
    pub key: &'a Id,
    pub sheet: &'a Sheet,
    pub details: &'a Details,
    pub container: Option<&'a Container>,
    /// Columns to write on.
    pub width: usize,
}

/// How many rows the screen of a container has in all, below its first line: for where scrolling ends.
pub fn line_count(state: &State, key: &Id, width: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let Some(sheet) = state.sheet(key) else {
        return 0;
    };
    let Some(details) = &sheet.details else {
        return 0;
    };
    let (left, right) = columns(state, &theme, key, sheet, details, width);
    left.len().max(right.len())
}

fn columns(
    state: &State,
    theme: &Theme,
    key: &Id,
    sheet: &Sheet,
    details: &Details,
    width: u16,
) -> (Vec<Line>, Vec<Line>) {
    let two = width >= TWO;
    let half = usize::from(if two {
        width / 2 - 2
    } else {
        width.saturating_sub(2)
    })
    .max(12);
    let container = state.world.container(key);
    let cx = Cx {
        state,
        theme,
        key,
        sheet,
        details,
        container,
        width: half,
    };
    let mut left = past::status(&cx);
    left.extend(past::noticed(&cx));
    left.extend(facts::routes(&cx));
    left.extend(past::health(&cx));
    left.extend(past::deaths(&cx));
    left.extend(live::charts(&cx));
    left.extend(live::processes(&cx));
    left.extend(past::events(&cx));
    let mut right = facts::reach(&cx);
    right.extend(facts::limits(&cx));
    right.extend(facts::process(&cx));
    right.extend(facts::environment(&cx));
    right.extend(facts::labels(&cx));
    if two {
        (left, right)
    } else {
        left.extend(right);
        (left, Vec::new())
    }
}

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let Some(key) = state.subject() else {
        notice::draw(
            theme,
            area,
            buf,
            &[(say!("No container is chosen."), Key::Dim)],
        );
        return;
    };
    let sheet = state.sheet(&key);
    let container = state.world.container(&key);
    head(state, theme, container, sheet, area, buf);
    let body = below(area, LIST_OFFSET);
    let Some((sheet, details)) = sheet.and_then(|s| s.details.as_ref().map(|d| (s, d))) else {
        match sheet.and_then(|s| s.failure.as_ref()) {
            Some(failure) => {
                notice::draw(
                    theme,
                    body,
                    buf,
                    &[
                        (failure.what.as_str(), Key::StateBad),
                        (&failure.advice, Key::Text),
                    ],
                );
            }
            None if container.is_none() => {
                notice::draw(
                    theme,
                    body,
                    buf,
                    &[(say!("This container is gone."), Key::Strong)],
                );
            }
            None => notice::draw(theme, body, buf, &[(say!("asking the engine…"), Key::Dim)]),
        }
        return;
    };
    let (left, right) = columns(state, theme, &key, sheet, details, area.width);
    let height = usize::from(body.height);
    let top = sheet
        .scroll
        .min(left.len().max(right.len()).saturating_sub(height));
    let column = |from: u16, lines: &[Line], buf: &mut Buffer| {
        for (y, line) in lines.iter().skip(top).take(height).enumerate() {
            let place = indent(row(body, y), from);
            let place = if right.is_empty() || from > 1 {
                place
            } else {
                Rect::new(
                    place.x,
                    place.y,
                    (area.width / 2).saturating_sub(2),
                    place.height,
                )
            };
            line.draw(buf, place);
        }
    };
    column(1, &left, buf);
    column(area.width / 2 + 1, &right, buf);
}

/// The first line stays: which container, what it does, and what cannot be trusted of the rest.
fn head(
    state: &State,
    theme: &Theme,
    container: Option<&Container>,
    sheet: Option<&Sheet>,
    area: Rect,
    buf: &mut Buffer,
) {
    let mut line = Line::new();
    if let Some(c) = container {
        let (sign, key) = words::sign(state, c);
        line = line
            .and(theme, format!(" {sign} "), key)
            .and(theme, c.name.clone(), Key::Strong)
            .and(theme, "  ", Key::Text);
        line = match state.jobs.of(&c.key) {
            Some(running) => line.and(theme, running.words(state.now), Key::Job),
            None => line.and(theme, words::condition(c, state.now), key),
        };
        if let Some(ended) = state.jobs.ended.get(&c.key).filter(|ended| !ended.ok) {
            line = line.and(theme, format!("  {}", ended.text), Key::StateBad);
        }
    } else {
        let name = sheet
            .and_then(|s| s.details.as_ref())
            .map_or("", |d| d.name.as_str());
        line = line
            .and(
                theme,
                format!(" {} {name}  ", theme.symbols.stopped),
                Key::Dim,
            )
            .and(
                theme,
                say!("gone; this is how it was last seen"),
                Key::StateBad,
            );
    }
    if let Some(details) = sheet.and_then(|s| s.details.as_ref()) {
        line = line.and(
            theme,
            format!("  {}", text::truncate_middle(&details.image, 60)),
            Key::Dim,
        );
    }
    line.draw(buf, area);
}
