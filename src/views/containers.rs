//! The containers' table.
//!
//! ```text
//!     name                   state           cpu%              mem  mem%  ports        image
//!   ▾ systeme-ticketing      9/10 up · 1 unhealthy  54.1      5.1G
//! ▌◆  ● zammad-1             up 3h            2.1  ▁▁▂▁▃▂▁  1.1G  27.5  8080→80      zammad/zammad:6.3
//! ```
//! Only the rows on screen are built.
mod stack;

use std::cell::RefCell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::table::useful_columns;
use crate::columns::{ContainerColumn, Cx, Width};
use crate::layout::LIST_OFFSET;
use crate::model::Link;
use crate::state::table::{Survey, Want};
use crate::state::{ContainerTable, Host, RowId, State};
use crate::text::FuzzyMatcher;
use crate::theme::{Key, Theme};
use crate::widgets::Pen;
use crate::widgets::pen::{below, indent, row};

use super::grid::Grid;
use super::{hints, notice};

/// A host of this length is a long one.
const LONG_HOST: u16 = 28;

/// Columns before the first one: the cursor's bar and the mark.
const EDGE: u16 = 2;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    if empty(state, theme, area, buf) {
        return;
    }
    let columns = useful_columns(state);
    let grid = Grid::of(&columns, area.width.saturating_sub(EDGE), |column| {
        known(&state.containers, column)
    });
    let order = (state.containers.order.as_str(), state.containers.reverse);
    grid.titles(order, 2, theme, indent(area, EDGE), buf);
    let list = below(area, LIST_OFFSET);
    let table = &state.containers.table;
    let filter = &table_filter(state);
    let cx = Cx {
        state,
        now: state.now,
        hits: filter.as_ref(),
    };
    for (line, (index, id)) in visible(state, area).enumerate() {
        let place = row(list, line);
        match id {
            RowId::Stack(key) => {
                stack::draw(key, &grid, &cx, theme, indent(place, EDGE), buf);
            }
            RowId::Container(key) => {
                if let Some(container) = state.world.container(key) {
                    grid.draw(container, &cx, theme, indent(place, EDGE), buf);
                    grid.link(index, indent(place, EDGE), buf);
                }
                if state.containers.marked.contains(key) {
                    Pen::new(buf, indent(place, 1))
                        .write(theme.symbols.marked, theme.style(Key::Marked));
                }
            }
            RowId::Item(_) | RowId::Event(_) | RowId::Entry(_) | RowId::Path(_) => {}
        }
        if table.index() == Some(index) {
            super::list::select(theme, place, buf);
        }
    }
}

/// What the texts of a column want. One text that is longer than most must not push the columns off for all rows: beyond what is
/// usual it takes what is left over.
fn known(table: &ContainerTable, column: &ContainerColumn) -> Option<Want> {
    let Width::Flex(least, most) = column.width else {
        return None;
    };
    let Survey { name, address, .. } = table.survey;
    match column.id {
        // Without stack rows each says its stack.
        "name" if table.is_flat() => Some(Want {
            least: name.least.min(most),
            ..name
        }),
        "name" => Some(Want {
            least: name.least.min(most),
            most: name.least,
        }),
        "url" => Some(Want {
            least: address.least.clamp(least, LONG_HOST),
            most: address.most.clamp(least, most),
        }),
        _ => None,
    }
}

/// What finds the filter's letters in names, when there is a filter.
fn table_filter(state: &State) -> Option<RefCell<FuzzyMatcher>> {
    let filter = &state.containers.filter;
    (!filter.is_empty()).then(|| RefCell::new(FuzzyMatcher::new(filter)))
}

/// The rows that a frame with this body builds, and no others.
fn visible(state: &State, area: Rect) -> impl Iterator<Item = (usize, &RowId)> {
    let height = usize::from(area.height.saturating_sub(LIST_OFFSET));
    let table = &state.containers.table;
    table.rows.iter().enumerate().skip(table.top).take(height)
}

/// How many rows a frame with this body builds: for the test that hidden ones cost nothing.
pub fn rows_built(state: &State, area: Rect) -> usize {
    visible(state, area).count()
}

/// Says what is going on when there is no row.
fn empty(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) -> bool {
    let table = &state.containers;
    if !table.table.rows.is_empty() {
        return false;
    }
    let loaded = state.scope().any(|h| h.loaded);
    let all: usize = state.scope().map(Host::count).sum();
    let key = |id: &str| hints::key_of(state, id);
    if !loaded {
        let mut hosts = state.scope();
        let host = match (hosts.next(), hosts.count()) {
            (Some(only), 0) if matches!(only.link, Link::Down { .. }) => {
                super::no_engine::draw(state, theme, area, buf);
                return true;
            }
            (Some(only), 0) => only.label.clone(),
            (_, more) => say_n!(more + 1, "{n} host", "{n} hosts"),
        };
        notice::draw(
            theme,
            area,
            buf,
            &[(&say!("connecting to {host}…", host), Key::Dim)],
        );
    } else if all == 0 {
        let first = say!("No container here yet.");
        let then = say!("docker run or docker compose up makes one; it appears here by itself.");
        notice::draw(theme, area, buf, &[(first, Key::Strong), (then, Key::Dim)]);
    } else if !table.filter.is_empty() {
        let (first, then) = unmatched(state, all);
        notice::draw(
            theme,
            area,
            buf,
            &[(&first, Key::Strong), (&then, Key::Dim)],
        );
    } else if table.problems_only {
        let then = say!(
            "{key} shows all {all} again.",
            key = key("table.problems"),
            all
        );
        notice::draw(
            theme,
            area,
            buf,
            &[(say!("No problems."), Key::StateOk), (&then, Key::Dim)],
        );
    } else {
        let then = say!(
            "{key} shows the stopped ones ({all}).",
            key = key("table.stopped"),
            all
        );
        notice::draw(
            theme,
            area,
            buf,
            &[(say!("Nothing runs."), Key::Strong), (&then, Key::Dim)],
        );
    }
    true
}

/// What is said where the filter leaves nothing, and the way on.
fn unmatched(state: &State, all: usize) -> (String, String) {
    let table = &state.containers;
    let (filter, key) = (&table.filter, |id: &str| hints::key_of(state, id));
    let first = match (table.problems_only, table.show_stopped) {
        (true, _) => say!("Nothing among the problems matches /{filter}.", filter),
        (false, false) => say!("Nothing among what runs matches /{filter}.", filter),
        (false, true) => say!("Nothing matches /{filter}.", filter),
    };
    let clears = key("app.escape");
    let then = match (table.problems_only, table.show_stopped) {
        (true, _) => say!(
            "{clears} clears the filter; {key} looks for it among all {all}.",
            clears,
            key = key("table.problems"),
            all
        ),
        (false, false) => say!(
            "{clears} clears the filter; {key} looks for it among all {all}.",
            clears,
            key = key("table.stopped"),
            all
        ),
        (false, true) => say_n!(
            all,
            "{clears} clears the filter; it hides {n} container.",
            "{clears} clears the filter; it hides {n} containers.",
            clears
        ),
    };
    (first, then)
}
