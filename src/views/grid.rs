//! Where each column stands, by width and importance only, so that nothing jumps with the rows; and a row's cells in it.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::{Cell, Column, Cx, Fit, Width};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::indent;
use crate::widgets::{Pen, link};

/// Columns between two columns.
const GAP: u16 = 2;
/// The column of addresses, in every table that has one.
const ADDRESS: &str = "url";

/// The columns that fit, each with its place and width.
pub(super) struct Grid<R: 'static> {
    pub columns: Vec<(&'static Column<R>, u16, u16)>,
    width: u16,
}

fn least<R>(column: &Column<R>) -> u16 {
    match column.width {
        Width::Fixed(width) | Width::Flex(width, _) => width,
    }
}

fn most<R>(column: &Column<R>) -> u16 {
    match column.width {
        Width::Fixed(width) | Width::Flex(_, width) => width,
    }
}

impl<R> Grid<R> {
    pub fn of(chosen: &[&'static Column<R>], width: u16) -> Self {
        let mut columns = chosen.to_vec();
        let need = |columns: &[&Column<R>]| {
            columns
                .iter()
                .map(|c| least(c) + GAP)
                .sum::<u16>()
                .saturating_sub(GAP)
        };
        while columns.len() > 1 && need(&columns) > width {
            let rank = columns.iter().map(|c| c.importance).min();
            columns.retain(|c| Some(c.importance) != rank);
        }
        let mut widths: Vec<u16> = columns.iter().map(|c| least(c).min(width)).collect();
        let mut spare = width.saturating_sub(need(&columns));
        // The most important one first takes what it can use; the others share the rest column by column.
        for (column, wide) in columns
            .iter()
            .zip(&mut widths)
            .filter(|(c, _)| c.importance == 255)
        {
            let more = spare.min(most(column).saturating_sub(*wide));
            *wide += more;
            spare -= more;
        }
        while spare > 0 {
            let before = spare;
            for (column, wide) in columns.iter().zip(&mut widths) {
                if spare > 0 && *wide < most(column) {
                    *wide += 1;
                    spare -= 1;
                }
            }
            if spare == before {
                break;
            }
        }
        let mut x = 0;
        let columns = columns
            .into_iter()
            .zip(widths)
            .map(|(column, wide)| {
                let place = (column, x, wide);
                x += wide + GAP;
                place
            })
            .collect();
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
            let spilling = cell.fit == Fit::Spill && cell_width(&cell) > usize::from(*width);
            let width = if spilling {
                self.width.saturating_sub(*x)
            } else {
                *width
            };
            if spilling {
                if cell_width(&cell) > usize::from(width) && *x == 0 {
                    shorten(&mut cell, usize::from(width));
                } else if cell_width(&cell) > usize::from(width) {
                    cell.pieces.drain(..cell.pieces.len().saturating_sub(1));
                }
                spilt = true;
                free = x + (cell_width(&cell) as u16).saturating_add(1);
            }
            let place = Rect::new(area.x + x, area.y, width, area.height);
            draw_cell(&cell, column.right, theme, place, buf);
        }
    }
}

/// Shortens what stands before the last piece, the row's name, down to half of the room: without it nobody knows of what
/// the last piece tells.
fn shorten(cell: &mut Cell, room: usize) {
    let Some((last, name)) = cell.pieces.split_last_mut() else {
        return;
    };
    let mut left = room.saturating_sub(text::width(&last.0)).max(room / 2);
    for (words, _) in name {
        let shown = text::truncate_middle(words, left).into_owned();
        left -= text::width(&shown).min(left);
        *words = shown.into();
    }
}

fn cell_width(cell: &Cell) -> usize {
    cell.pieces
        .iter()
        .map(|(words, _)| text::width(words))
        .sum()
}

pub(super) fn draw_cell(cell: &Cell, right: bool, theme: &Theme, place: Rect, buf: &mut Buffer) {
    let room = usize::from(place.width);
    let mut pen = Pen::new(buf, place);
    if right {
        pen.skip(room.saturating_sub(cell_width(cell)) as u16);
    }
    match cell.fit {
        Fit::Cut | Fit::Spill => {
            for (words, key) in &cell.pieces {
                pen.write(words, theme.style(*key));
            }
        }
        Fit::Path => {
            for (words, key) in &cell.pieces {
                let room = usize::from(pen.left());
                let tail = words.rsplit('/').next().unwrap_or(words);
                let words = if text::width(words) > room {
                    tail
                } else {
                    words
                };
                let shown = text::truncate_middle(words, room);
                pen.write(&shown, theme.style(*key));
            }
        }
        Fit::Middle => {
            let over = cell_width(cell).saturating_sub(room);
            let widths = cell.pieces.iter().map(|(words, _)| text::width(words));
            let widest = widths.enumerate().max_by_key(|(_, width)| *width);
            for (index, (words, key)) in cell.pieces.iter().enumerate() {
                let gives = widest.filter(|(widest, _)| *widest == index && over > 0);
                let shown = match gives {
                    Some((_, width)) => text::truncate_middle(words, width.saturating_sub(over)),
                    None => words.as_ref().into(),
                };
                pen.write(&shown, theme.style(*key));
            }
        }
        Fit::Whole => whole(cell, theme, &mut pen),
    }
}

/// Pieces a blank apart; what does not fit is counted: `8080→80 +3`.
fn whole(cell: &Cell, theme: &Theme, pen: &mut Pen) {
    let count = cell.pieces.len();
    for (index, (words, key)) in cell.pieces.iter().enumerate() {
        let rest = count - index - 1;
        // The last one needs no room for the number of those behind it.
        let tail = if rest == 0 { 0 } else { 2 + digits(rest) };
        if text::width(words) + tail > usize::from(pen.left()) {
            if index == 0 {
                pen.write(words, theme.style(*key));
            } else {
                pen.write(&format!("+{}", rest + 1), theme.style(Key::Faint));
            }
            return;
        }
        pen.write(words, theme.style(*key)).skip(1);
    }
}

fn digits(n: usize) -> usize {
    n.checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_way_to_what_is_told_behind_it_but_stays() {
        let mut cell = Cell {
            pieces: vec![
                ("● ".into(), Key::StateOk),
                ("ghcr.io/zammad/zammad:6.3.1".into(), Key::Text),
                (
                    "  save failed: a file of this name is there".into(),
                    Key::StateBad,
                ),
            ],
            fit: Fit::Spill,
        };
        shorten(&mut cell, 40);
        let shown: Vec<&str> = cell.pieces.iter().map(|(words, _)| &**words).collect();
        assert_eq!(shown[..2], ["● ", "ghcr.io/z…ad:6.3.1"]);
        assert_eq!(shown[2], "  save failed: a file of this name is there");
        // What is told takes no more room than it needs.
        cell.pieces[1].0 = "ghcr.io/zammad/zammad:6.3.1".into();
        cell.pieces[2].0 = "  saving 3s".into();
        shorten(&mut cell, 40);
        assert_eq!(cell_width(&cell), 40);
    }
}
