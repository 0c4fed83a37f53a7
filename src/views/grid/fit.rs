//! A cell in the room of its column: what is cut where it is wider. Knows nothing of tables.
use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::{Cell, Fit};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Pen;

/// Shortens what stands before the last piece, the row's name, down to half of the room: without it nobody knows of what
/// the last piece tells.
pub(super) fn shorten(cell: &mut Cell, room: usize) {
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

/// Draws a cell in its place, by what becomes of it where it is wider.
pub(super) fn draw(cell: &Cell, right: bool, theme: &Theme, place: Rect, buf: &mut Buffer) {
    let room = usize::from(place.width);
    let mut pen = Pen::new(buf, place);
    if right {
        pen.skip(room.saturating_sub(cell.width()) as u16);
    }
    match cell.fit {
        Fit::Cut | Fit::Spill => cut(&cell.pieces, room, theme, &mut pen),
        Fit::Keep(place) => keep(cell, place, theme, &mut pen),
        Fit::Address => address(cell, theme, &mut pen),
        Fit::Path => path(cell, theme, &mut pen),
        Fit::Middle => middle(cell, room, theme, &mut pen),
        Fit::Whole => whole(cell, theme, &mut pen),
    }
}

fn width(pieces: &[(Cow<str>, Key)]) -> usize {
    pieces.iter().map(|(words, _)| text::width(words)).sum()
}

/// Pieces one behind the other, cut at the end of the room.
fn cut(pieces: &[(Cow<str>, Key)], room: usize, theme: &Theme, pen: &mut Pen) {
    if width(pieces) <= room {
        for (words, key) in pieces {
            pen.write(words, theme.style(*key));
        }
        return;
    }
    let all: String = pieces.iter().map(|(words, _)| &**words).collect();
    let shown = text::truncate(&all, room);
    let mut rest = &*shown;
    for (words, key) in pieces {
        let at = if rest.starts_with(&**words) {
            words.len()
        } else {
            rest.len()
        };
        let (part, behind) = rest.split_at(at);
        pen.write(part, theme.style(*key));
        rest = behind;
    }
}

/// What stands before the piece that stays is cut for it; what stands behind it is there where there is room.
fn keep(cell: &Cell, place: usize, theme: &Theme, pen: &mut Pen) {
    let (before, rest) = cell.pieces.split_at(place.min(cell.pieces.len()));
    let stays = rest.first().map_or(0, |(words, _)| text::width(words));
    let room = usize::from(pen.left()).saturating_sub(stays);
    cut(before, room, theme, pen);
    for (words, key) in rest {
        pen.write(words, theme.style(*key));
    }
}

/// A sign, an address, and what is to be said of it where there is room for all of that.
fn address(cell: &Cell, theme: &Theme, pen: &mut Pen) {
    for (place, (words, key)) in cell.pieces.iter().enumerate() {
        let room = usize::from(pen.left());
        let shown = match place {
            0 => words.as_ref().into(),
            1 => text::shorten_address(words, room),
            _ if text::width(words) > room => return,
            _ => words.as_ref().into(),
        };
        pen.write(&shown, theme.style(*key));
    }
}

/// Without the head of its path where it must be. A tag stays whole where it leaves half of the room to the name; else its end
/// goes, and of what has none the middle.
fn path(cell: &Cell, theme: &Theme, pen: &mut Pen) {
    for (words, key) in &cell.pieces {
        let room = usize::from(pen.left());
        let style = theme.style(*key);
        if text::width(words) <= room {
            pen.write(words, style);
            continue;
        }
        let tail = words.rsplit('/').next().unwrap_or(words);
        match tail.rfind(':').map(|at| tail.split_at(at)) {
            Some((name, tag)) if text::width(tag) <= room / 2 => {
                let room = room - text::width(tag);
                pen.write(&text::truncate(name, room), style)
                    .write(tag, style)
            }
            Some(_) => pen.write(tail, style),
            None => pen.write(&text::truncate_middle(tail, room), style),
        };
    }
}

/// The widest piece is cut in its middle.
fn middle(cell: &Cell, room: usize, theme: &Theme, pen: &mut Pen) {
    let over = cell.width().saturating_sub(room);
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
        assert_eq!(cell.width(), 40);
    }

    fn drawn(pieces: &[&str], fit: Fit, room: u16) -> String {
        let cell = Cell {
            pieces: pieces
                .iter()
                .map(|words| ((*words).into(), Key::Text))
                .collect(),
            fit,
        };
        let place = Rect::new(0, 0, room, 1);
        let mut buf = Buffer::empty(place);
        let theme = Theme::builtin(false, crate::theme::Depth::Ansi16, false);
        draw(&cell, false, &theme, place, &mut buf);
        buf.content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    }

    #[test]
    fn the_number_of_a_name_stays_and_its_stack_goes_first() {
        let name = ["● ", "work", "er-video", "-12", "  shop"];
        let shown = |room| drawn(&name, Fit::Keep(3), room);
        assert_eq!(shown(23), "● worker-video-12  shop");
        assert_eq!(shown(20), "● worker-video-12  …");
        assert_eq!(shown(17), "● worker-video-12");
        assert_eq!(shown(12), "● worker…-12");
        // Cut where two pieces meet.
        assert_eq!(shown(10), "● work…-12");
        let without = drawn(&["● ", "backup", "", "  shop"], Fit::Keep(2), 6);
        assert_eq!(without, "● bac…");
    }

    #[test]
    fn what_is_said_of_an_address_goes_before_the_address_does() {
        let cell = ["✖ ", "wiki.example.com/start", "  no port"];
        let shown = |room| drawn(&cell, Fit::Address, room);
        assert_eq!(shown(33), "✖ wiki.example.com/start  no port");
        assert_eq!(shown(32).trim_end(), "✖ wiki.example.com/start");
        assert_eq!(shown(20), "✖ wiki.example.com/…");
        assert_eq!(shown(9).trim_end(), "✖ wiki.…");
    }

    #[test]
    fn a_tag_stays_where_it_leaves_room_for_the_name() {
        let shown = |image, room| drawn(&[image], Fit::Path, room);
        assert_eq!(
            shown("bitnami/elasticsearch:8.14.3", 16),
            "elastics…:8.14.3"
        );
        assert_eq!(shown("memcached:1.6-alpine", 16), "memcached:1.6-a…");
        assert_eq!(shown("shop_postgres-data", 11), "shop_…-data");
    }
}
