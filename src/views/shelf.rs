//! The list of one kind of thing beside containers: images, volumes, networks. Only the rows on screen are built.
//!
//! ```text
//!     image↑                        more tags      size   age  used by
//! ▌◆● zammad/zammad:6.3.1                          1.2G   12d  zammad-1 zammad-scheduler-1
//!   ○ alpine:3.20                                  7.8M  4mo
//! ```
use std::cell::RefCell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::Cx;
use crate::columns::listed::{Listed, chosen, order};
use crate::lang;
use crate::layout::LIST_OFFSET;
use crate::state::{Shelf, State};
use crate::text::FuzzyMatcher;
use crate::theme::{Key, Theme};
use crate::widgets::Pen;
use crate::widgets::pen::{below, indent, row};

use super::grid::Grid;
use super::{hints, notice};

/// Columns before the first one: the cursor's bar and the mark.
const EDGE: u16 = 2;

pub fn draw<R: Listed>(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let shelf = R::shelf(&state.shelves);
    let listing = &shelf.listing;
    if listing.table.rows.is_empty() {
        empty(state, shelf, theme, area, buf);
        return;
    }
    let grid = Grid::of(&chosen::<R>(state), area.width.saturating_sub(EDGE), |_| {
        None
    });
    let ordered = order::<R>(listing).map_or("", |column| column.id);
    grid.titles(
        (ordered, listing.reverse),
        2,
        theme,
        indent(area, EDGE),
        buf,
    );
    let list = below(area, LIST_OFFSET);
    let filter =
        (!listing.filter.is_empty()).then(|| RefCell::new(FuzzyMatcher::new(&listing.filter)));
    let cx = Cx {
        state,
        now: state.now,
        hits: filter.as_ref(),
    };
    let table = &listing.table;
    let visible = table.rows.iter().enumerate().skip(table.top);
    for (line, (index, id)) in visible.take(usize::from(list.height)).enumerate() {
        let place = row(list, line);
        if let Some((key, thing)) = id.key().and_then(|key| Some((key, shelf.things.get(key)?))) {
            grid.draw(thing, &cx, theme, indent(place, EDGE), buf);
            grid.link(index, indent(place, EDGE), buf);
            if listing.marked.contains(key) {
                Pen::new(buf, indent(place, 1))
                    .write(theme.symbols.marked, theme.style(Key::Marked));
            }
        }
        if table.index() == Some(index) {
            super::list::select(theme, place, buf);
        }
    }
}

/// Why there are no rows, and the way on.
fn empty<R: Listed>(state: &State, shelf: &Shelf<R>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let key = hints::key_of(state, "app.escape");
    let listing = &shelf.listing;
    if let Some(failure) = shelf.failure(|host| state.in_scope(host)) {
        let said = [
            (failure.what.as_str(), Key::StateBad),
            (&failure.advice, Key::Text),
        ];
        notice::draw(theme, area, buf, &said);
        return;
    }
    let narrowed = !listing.filter.is_empty() || listing.hidden > 0;
    if let Some(said) = R::waiting(state).filter(|_| !narrowed) {
        let said: Vec<_> = said
            .iter()
            .map(|(words, key)| (words.as_str(), *key))
            .collect();
        return notice::draw(theme, area, buf, &said);
    }
    let words = if shelf.answers.is_empty() {
        say!("asking the engine…").to_owned()
    } else if let Some(sought) = R::sought(state).filter(|_| !listing.filter.is_empty()) {
        sought
    } else if !listing.filter.is_empty() {
        say!(
            "Nothing matches /{filter}; {key} clears it.",
            filter = listing.filter,
            key
        )
    } else if listing.unused_only {
        lang::fill(lang::say(R::ALL_BUSY), &[("key", &key)])
    } else {
        lang::say(R::NONE).to_owned()
    };
    notice::draw(theme, area, buf, &[(&words, Key::Dim)]);
}
