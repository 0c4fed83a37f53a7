//! Where each column stands: by width, importance and what is known of all its texts, so that nothing jumps with the rows on
//! screen; and a row's cells in it.
mod fit;

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::{Column, Cx, Fit, Width};
use crate::state::table::Want;
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::indent;
use crate::widgets::{Pen, link};

/// Columns between two columns.
const GAP: u16 = 2;
/// Columns of at least this importance stay even where the first one's texts are cut for it.
const CORE: u8 = 230;
/// The column of addresses, in every table that has one.
const ADDRESS: &str = "url";

/// The columns that fit, each with its place and width.
pub(super) struct Grid<R: 'static> {
    pub columns: Vec<(&'static Column<R>, u16, u16)>,
    width: u16,
}

/// What a column must have, and what it can use.
fn want<R>(column: &Column<R>) -> Want {
    let (least, most) = match column.width {
        Width::Fixed(width) => (width, width),
        Width::Flex(least, most) => (least, most),
    };
    Want { least, most }
}

/// A column on its way to a place.
struct Shown<R: 'static> {
    /// Where it stands among those chosen.
    place: usize,
    column: &'static Column<R>,
    want: Want,
    width: u16,
}

impl<R> Shown<R> {
    /// Takes of what is spare until it is so wide.
    fn widen(&mut self, wanted: u16, spare: &mut u16) {
        let more = wanted.saturating_sub(self.width).min(*spare);
        self.width += more;
        *spare -= more;
    }
}

/// Gives what is spare to those that can use it, column by column.
fn share<R>(shown: &mut [Shown<R>], mut spare: u16) {
    while spare > 0 {
        let before = spare;
        for one in &mut *shown {
            one.widen(one.want.most.min(one.width + 1), &mut spare);
        }
        if spare == before {
            break;
        }
    }
}

impl<R> Grid<R> {
    /// The columns that fit, the most important first. `known` says what the texts of a column want where that is known: it
    /// gets that or is not shown. The first column begins with what it must have, and takes what its texts want before
    /// anything is shown that tells less than its neighbours; where that is not known, what is left over is for them and not
    /// for lesser columns.
    pub fn of(
        chosen: &[&'static Column<R>],
        width: u16,
        known: impl Fn(&Column<R>) -> Option<Want>,
    ) -> Self {
        let mut ranked: Vec<(usize, &'static Column<R>)> =
            chosen.iter().copied().enumerate().collect();
        ranked.sort_by_key(|(_, column)| Reverse(column.importance));
        let mut spare = width + GAP;
        let mut shown: Vec<Shown<R>> = Vec::with_capacity(ranked.len());
        let first = ranked.first();
        let measured = first.is_some_and(|(_, column)| known(column).is_some());
        for (place, column) in ranked {
            let must = want(column);
            let want = known(column).unwrap_or(must);
            let width = match shown.first_mut() {
                None => want.least.min(must.least).min(width),
                Some(first) => {
                    if column.importance < CORE {
                        first.widen(first.want.least, &mut spare);
                    }
                    want.least
                }
            };
            if let Some(rest) = spare.checked_sub(width + GAP) {
                spare = rest;
                shown.push(Shown {
                    place,
                    column,
                    want,
                    width,
                });
            } else if !measured {
                break;
            }
        }
        if let Some(first) = shown.first_mut() {
            first.widen(first.want.most, &mut spare);
        }
        shown.sort_by_key(|shown| shown.place);
        share(&mut shown, spare);
        Self::placed(shown, width)
    }

    fn placed(shown: Vec<Shown<R>>, width: u16) -> Self {
        let mut x = 0;
        let place = |shown: Shown<R>| {
            let place = (shown.column, x, shown.width);
            x += shown.width + GAP;
            place
        };
        let columns = shown.into_iter().map(place).collect();
        Self { columns, width }
    }

    /// The place and width of a column, when it is shown.
    pub fn place(&self, id: &str) -> Option<(u16, u16)> {
        self.columns
            .iter()
            .find(|(c, _, _)| c.id == id)
            .map(|(_, x, width)| (*x, *width))
    }

    /// What a row shows of its address stands for the address of this number.
    pub fn link(&self, number: usize, row: Rect, buf: &mut Buffer) {
        if let Some((x, width)) = self.place(ADDRESS) {
            let place = indent(row, x);
            let place = Rect::new(place.x, place.y, width.min(place.width), place.height);
            link::mark(buf, place, number);
        }
    }

    /// Draws the titles; the one that orders is marked, with the way it runs. The first columns of `lead` hold signs.
    pub fn titles(
        &self,
        order: (&str, bool),
        lead: u16,
        theme: &Theme,
        area: Rect,
        buf: &mut Buffer,
    ) {
        for (index, (column, x, width)) in self.columns.iter().enumerate() {
            let ordered = column.id == order.0;
            let (key, arrow) = if ordered {
                (
                    Key::ColumnOrdered,
                    super::list::arrow(theme, column, order.1),
                )
            } else {
                (Key::ColumnTitle, "")
            };
            let title = format!("{}{arrow}", column.title());
            let place = Rect::new(area.x + x, area.y, *width, 1);
            let blank = if column.right {
                usize::from(*width).saturating_sub(text::width(&title)) as u16
            } else if index == 0 {
                lead
            } else {
                0
            };
            Pen::new(buf, place)
                .skip(blank)
                .write(&title, theme.style(key));
        }
    }

    /// Draws a row.
    pub fn draw(&self, thing: &R, cx: &Cx, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let mut free = 0;
        let mut spilt = false;
        for (column, x, width) in &self.columns {
            // Behind a text that spills, figures would read as part of it.
            if *x < free || (spilt && (column.right || column.id == "trend")) {
                continue;
            }
            let mut cell = (column.cell)(thing, cx);
            let spilling = cell.fit == Fit::Spill && cell.width() > usize::from(*width);
            let width = if spilling {
                self.width.saturating_sub(*x)
            } else {
                *width
            };
            if spilling {
                if cell.width() > usize::from(width) && *x == 0 {
                    fit::shorten(&mut cell, usize::from(width));
                } else if cell.width() > usize::from(width) {
                    cell.pieces.drain(..cell.pieces.len().saturating_sub(1));
                }
                spilt = true;
                free = x + (cell.width() as u16).saturating_add(1);
            }
            let place = Rect::new(area.x + x, area.y, width, area.height);
            fit::draw(&cell, column.right, theme, place, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::container::COLUMNS;
    use crate::model::Container;

    const NAME: Want = Want {
        least: 33,
        most: 33,
    };
    const URL: Want = Want {
        least: 23,
        most: 30,
    };

    /// The containers' default columns, with a long name and hosts of 23 columns.
    fn grid(width: u16) -> Grid<Container> {
        let columns = COLUMNS.iter().filter(|c| c.default);
        let columns: Vec<_> = columns.filter(|c| c.comes.is_none()).collect();
        Grid::of(&columns, width, |column| match column.id {
            "name" => Some(NAME),
            "url" => Some(URL),
            _ => None,
        })
    }

    fn room(grid: &Grid<Container>, id: &str) -> Option<u16> {
        grid.place(id).map(|(_, width)| width)
    }

    #[test]
    fn a_name_is_cut_for_nothing_that_tells_less_than_what_it_does_and_uses() {
        for width in 1..300 {
            let grid = grid(width);
            let end = grid.columns.last().map_or(0, |(_, x, wide)| x + wide);
            assert!(end <= width, "{width}");
            let name = room(&grid, "name");
            assert!(name.is_some(), "{width}");
            if name < Some(NAME.least) {
                let least = grid.columns.iter().map(|(c, _, _)| c.importance).min();
                assert!(least >= Some(CORE), "{width}: {name:?} beside {least:?}");
            }
            assert!(name <= Some(NAME.most), "{width}: blanks");
        }
        assert_eq!(room(&grid(78), "name"), Some(33));
        assert_eq!(room(&grid(38), "name"), Some(15), "state and CPU are there");
        assert!(room(&grid(38), "cpu").is_some());
    }

    #[test]
    fn a_column_has_what_its_texts_want_or_is_not_there_and_its_room_is_used() {
        for width in 1..300 {
            let grid = grid(width);
            if let Some(url) = room(&grid, "url") {
                assert!((URL.least..=URL.most).contains(&url), "{width}: {url}");
            }
        }
        let ids = |width| {
            let columns = grid(width).columns;
            columns.iter().map(|(c, _, _)| c.id).collect::<Vec<_>>()
        };
        assert!(!ids(106).contains(&"url") && ids(106).contains(&"image"));
        assert!(ids(108).contains(&"url"));
    }
}
