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
use crate::msg::Failure;
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
    let (left, right) = match (&sheet.details, &sheet.failure, state.world.container(key)) {
        (Some(details), ..) => columns(state, &theme, key, sheet, details, width),
        (None, Some(failure), Some(container)) => {
            unanswered(state, &theme, container, sheet, failure, width)
        }
        _ => return 0,
    };
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
    let container = state.world.container(key);
    let cx = Cx {
        state,
        theme,
        key,
        sheet,
        details,
        container,
        width: room(width),
    };
    let mut left = past::status(&cx);
    left.extend(past::noticed(&cx));
    left.extend(past::not_made_anew(&cx));
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

/// What is known of one that answers no inspect: why it does not, and what the list and the events tell.
fn unanswered(
    state: &State,
    theme: &Theme,
    container: &Container,
    sheet: &Sheet,
    failure: &Failure,
    width: u16,
) -> (Vec<Line>, Vec<Line>) {
    let details = Details::listed(container, state.now);
    let two = width >= TWO;
    let cx = Cx {
        state,
        theme,
        key: &container.key,
        sheet,
        details: &details,
        container: Some(container),
        width: room(width),
    };
    let mut left = past::unanswered(&cx, failure);
    left.extend(past::noticed(&cx));
    left.extend(past::status(&cx));
    left.extend(facts::routes(&cx));
    left.extend(past::events(&cx));
    let mut right = facts::reach(&cx);
    right.extend(facts::process(&cx));
    right.extend(facts::labels(&cx));
    if two {
        return (left, right);
    }
    left.extend(right);
    (left, Vec::new())
}

/// Columns to write on.
fn room(width: u16) -> usize {
    let columns = if width >= TWO {
        width / 2 - 2
    } else {
        width.saturating_sub(2)
    };
    usize::from(columns).max(12)
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
    let known = sheet.and_then(|s| s.details.as_ref().map(|d| (s, d)));
    let failed = sheet.and_then(|s| s.failure.as_ref().map(|failure| (s, failure)));
    let (sheet, (left, right)) = match (known, failed, container) {
        (Some((sheet, details)), ..) => (
            sheet,
            columns(state, theme, &key, sheet, details, area.width),
        ),
        (None, Some((sheet, failure)), Some(container)) => {
            let lines = unanswered(state, theme, container, sheet, failure, area.width);
            (sheet, lines)
        }
        (None, failed, container) => {
            return nothing_known(
                theme,
                body,
                buf,
                failed.map(|(_, failure)| failure),
                container,
            );
        }
    };
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

/// Neither the list nor an inspect has it.
fn nothing_known(
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
    failure: Option<&Failure>,
    container: Option<&Container>,
) {
    let words = match (failure, container) {
        (Some(failure), _) => [
            (failure.what.as_str(), Key::StateBad),
            (failure.advice.as_str(), Key::Text),
        ],
        (None, None) => [
            (say!("This container is gone."), Key::Strong),
            ("", Key::Text),
        ],
        (None, Some(_)) => [(say!("asking the engine…"), Key::Dim), ("", Key::Text)],
    };
    let told: Vec<_> = words
        .into_iter()
        .filter(|(words, _)| !words.is_empty())
        .collect();
    notice::draw(theme, area, buf, &told);
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
    } else if let Some(running) = sheet
        .and_then(|s| s.details.as_ref())
        .and_then(|details| state.jobs.of(&details.key))
    {
        // The old one of an exchange may be gone before all is done that belongs to it.
        line = line
            .and(theme, format!(" {} ", theme.symbols.busy), Key::Job)
            .and(theme, running.job.target.name.clone(), Key::Strong)
            .and(theme, "  ", Key::Text)
            .and(theme, running.words(state.now), Key::Job);
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
