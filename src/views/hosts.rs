//! Every engine: its link, what runs there, how loaded it is. The list is that of every kind; below it stands what the keys do.
//!
//! ```text
//!     host↑      link                                containers        cpu     memory  engine  endpoint
//! ▌ ● web-01     up 3h                               12/14 up    34% of 8   6.1G/31G  27.3.1  ssh://ops@web-01
//!   ✖ db-01      down 2m: connection refused · retry in 4s
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::LIST_OFFSET;
use crate::model::HostEntry;
use crate::state::State;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{indent, row};

use super::{hints, shelf};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    shelf::draw::<HostEntry>(state, theme, area, buf);
    let rows = state.shelves.hosts.listing.table.rows.len() as u16;
    let below = rows + LIST_OFFSET + 1;
    if below >= area.height {
        return;
    }
    let line = Line::of(theme, told(state), Key::Dim);
    line.draw(buf, indent(row(area, usize::from(below)), 2));
}

/// What leads on from here.
fn told(state: &State) -> String {
    let key = |id: &str| hints::key_of(state, id);
    let add = key("host.add");
    match state.only {
        Some(only) => say!(
            "Only {host} is shown; {key} shows all again.",
            host = state.world.label(only),
            key = key("app.escape")
        ),
        None if state.demo => say!("{key} shows one host alone.", key = key("table.open")),
        None if state.world.several() => {
            say!(
                "{key} shows one host alone; {add} adds a docker context.",
                key = key("table.open"),
                add
            )
        }
        None => say!(
            "{add} adds a docker context; --host, given several times, opens several.",
            add
        ),
    }
}
