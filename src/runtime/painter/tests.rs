//! The painter against a terminal that is not ours.
use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

use super::*;
use crate::widgets::link;

mod links;

const WIDTH: u16 = 12;
const HEIGHT: u16 = 4;

fn screen(width: u16, height: u16) -> vt100::Parser {
    let size = |n| NonZeroU16::new(n).unwrap();
    vt100::Parser::new(size(height), size(width), 0)
}

fn frame(painter: &mut Painter, next: &Buffer) -> Vec<u8> {
    let mut out = Vec::new();
    painter.paint(next, &mut out);
    out
}

fn vt_color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        Color::Red => vt100::Color::Idx(1),
        Color::White => vt100::Color::Idx(15),
        Color::Indexed(index) => vt100::Color::Idx(index),
        other => panic!("not in these tests: {other:?}"),
    }
}

/// The terminal shows the buffer, cell by cell.
fn assert_shows(parser: &vt100::Parser, buffer: &Buffer) {
    let area = buffer.area;
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(x, y)];
            let (symbol, columns) = glyph(cell, usize::from(area.width - x));
            let shown = parser.screen().cell(y, x).unwrap();
            let place = format!("at {x},{y}: {cell:?} {shown:?}");
            let text = if shown.has_contents() {
                shown.contents()
            } else {
                " "
            };
            assert_eq!(text, symbol, "{place}");
            assert_eq!(shown.bgcolor(), vt_color(cell.bg), "{place}");
            assert_eq!(
                shown.inverse(),
                cell.modifier.contains(Modifier::REVERSED),
                "{place}"
            );
            assert_eq!(
                shown.underline(),
                cell.modifier.contains(Modifier::UNDERLINED),
                "{place}"
            );
            if !blank(cell) {
                assert_eq!(shown.fgcolor(), vt_color(cell.fg), "{place}");
                assert_eq!(
                    shown.bold(),
                    cell.modifier.contains(Modifier::BOLD),
                    "{place}"
                );
                assert_eq!(
                    shown.dim(),
                    cell.modifier.contains(Modifier::DIM),
                    "{place}"
                );
                assert_eq!(
                    shown.italic(),
                    cell.modifier.contains(Modifier::ITALIC),
                    "{place}"
                );
            }
            x += columns;
        }
    }
}

fn any_cell() -> impl Strategy<Value = (&'static str, Style)> {
    let symbol = prop_oneof![
        8 => Just(" "),
        6 => prop_oneof![Just("a"), Just("b"), Just("7")],
        2 => prop_oneof![Just("語"), Just("ﾊ"), Just("🐳")],
        2 => prop_oneof![Just("e\u{301}"), Just("│"), Just("…"), Just("語\u{301}")],
        1 => prop_oneof![Just("\u{1b}"), Just("\u{9b}"), Just("\u{7}x"), Just("")],
    ];
    let color = || {
        prop_oneof![
            6 => Just(Color::Reset),
            1 => Just(Color::Red),
            1 => Just(Color::White),
            1 => Just(Color::Indexed(100)),
            1 => Just(Color::Rgb(1, 20, 255)),
        ]
    };
    let modifier = prop_oneof![
        6 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::BOLD | Modifier::ITALIC),
        1 => Just(Modifier::UNDERLINED),
        1 => Just(Modifier::REVERSED),
    ];
    let address = prop_oneof![4 => Just(None), 1 => Just(Some(1)), 1 => Just(Some(2))];
    let style = (color(), color(), modifier, address);
    (symbol, style).prop_map(|(symbol, (fg, bg, modifier, address))| {
        let style = Style::new().fg(fg).bg(bg).add_modifier(modifier);
        let linked = address.map(|address| link::numbered(style, address));
        (symbol, linked.unwrap_or(style))
    })
}

/// Runs of like cells, as screens have them, over rows that mostly stay.
fn any_buffer() -> impl Strategy<Value = Buffer> {
    let run = (any_cell(), 1..9_usize);
    prop::collection::vec(run, 1..30).prop_map(|runs| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let cells = runs
            .into_iter()
            .flat_map(|(cell, n)| std::iter::repeat_n(cell, n));
        for (cell, (symbol, style)) in buffer.content.iter_mut().zip(cells) {
            cell.set_symbol(symbol).set_style(style);
        }
        buffer
    })
}

/// Few cells differ from the buffer before.
fn any_edits() -> impl Strategy<Value = Vec<(u16, u16, (&'static str, Style))>> {
    prop::collection::vec((0..WIDTH, 0..HEIGHT, any_cell()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn parts_lead_to_the_same_whole(
        frames in prop::collection::vec((any_buffer(), 0..120_usize, prop::collection::vec(any::<bool>(), 4), any::<bool>()), 1..5)
    ) {
        let mut painter = links::painter(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut parser = screen(WIDTH, HEIGHT);
        let mut linked = links::Screen::new(WIDTH, HEIGHT);
        for (buffer, limit, first, overtaken) in frames {
            let mut out = Vec::new();
            let mut whole = painter.paint_part(&buffer, &first, limit, &mut out);
            // Another one may take its place before it is whole.
            for _ in 0..2 * HEIGHT {
                if whole || overtaken {
                    break;
                }
                whole = painter.paint_part(&buffer, &[], limit.max(1), &mut out);
            }
            parser.process(&out);
            linked.process(&out);
            if whole {
                assert_shows(&parser, &buffer);
                linked.assert_shows(&buffer);
            } else {
                prop_assert!(overtaken, "it ends");
            }
        }
    }

    #[test]
    fn the_terminal_shows_what_was_painted(
        frames in prop::collection::vec((any_buffer(), any_edits()), 1..4)
    ) {
        let mut painter = links::painter(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut parser = screen(WIDTH, HEIGHT);
        let mut linked = links::Screen::new(WIDTH, HEIGHT);
        for (mut buffer, edits) in frames {
            let bytes = frame(&mut painter, &buffer);
            parser.process(&bytes);
            assert_shows(&parser, &buffer);
            linked.process(&bytes);
            linked.assert_shows(&buffer);
            for (x, y, (symbol, style)) in edits {
                let cell = &mut buffer[(x, y)];
                cell.reset();
                cell.set_symbol(symbol).set_style(style);
            }
            let bytes = frame(&mut painter, &buffer);
            parser.process(&bytes);
            assert_shows(&parser, &buffer);
            linked.process(&bytes);
            linked.assert_shows(&buffer);
            prop_assert_eq!(frame(&mut painter, &buffer), b"");
        }
    }
}

fn table(width: u16, height: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    for y in 0..height {
        buffer.set_string(
            0,
            y,
            format!("service-{y:<3} running   12.{}%  128M", y % 10),
            Style::new(),
        );
    }
    buffer
}

#[test]
fn nothing_costs_nothing_and_a_digit_little() {
    let mut buffer = table(200, 50);
    let mut painter = Painter::new(buffer.area);
    assert!(frame(&mut painter, &buffer).len() > 1000);
    assert_eq!(frame(&mut painter, &buffer), b"");

    buffer[(27, 40)].set_symbol("9");
    assert_eq!(frame(&mut painter, &buffer), b"\x1b[41;28H9");
    buffer[(27, 41)].set_symbol("8");
    assert_eq!(frame(&mut painter, &buffer), b"\n\x088");
    buffer[(150, 3)].set_fg(Color::Red);
    assert_eq!(
        frame(&mut painter, &buffer),
        b"",
        "nobody sees the colour of a space"
    );
}

#[test]
fn a_frame_is_shown_at_once_when_it_is_long() {
    let mut buffer = table(200, 50);
    let mut painter = Painter::new(buffer.area);
    let first = frame(&mut painter, &buffer);
    assert!(first.starts_with(SYNCHRONIZE_ON) && first.ends_with(SYNCHRONIZE_OFF));
    buffer.set_style(
        Rect::new(0, 7, 30, 1),
        Style::new().add_modifier(Modifier::REVERSED),
    );
    let short = frame(&mut painter, &buffer);
    assert!(!short.starts_with(SYNCHRONIZE_ON));
    assert!(short.len() < 50, "{}", short.escape_ascii());
}

#[test]
fn a_selection_that_moves_costs_two_rows() {
    let mut buffer = table(200, 50);
    let mut painter = Painter::new(buffer.area);
    let selected = Style::new().bg(Color::Indexed(236));
    buffer.set_style(Rect::new(0, 5, 200, 1), selected);
    frame(&mut painter, &buffer);
    let mut next = table(200, 50);
    next.set_style(Rect::new(0, 6, 200, 1), selected);
    let bytes = frame(&mut painter, &next);
    assert!(
        bytes.len() < 300,
        "{}: {}",
        bytes.len(),
        bytes.escape_ascii()
    );
}

#[test]
fn a_column_of_figures_costs_what_the_field_needs_or_less() {
    let mut buffer = table(200, 50);
    let mut painter = Painter::new(buffer.area);
    frame(&mut painter, &buffer);
    for y in 0..40 {
        buffer.set_string(22, y, "34.5", Style::new());
    }
    let bytes = frame(&mut painter, &buffer).len();
    assert!(bytes <= 700, "{bytes}");
}

fn log(width: u16, height: u16, first: u64) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    buffer.set_string(
        0,
        0,
        "logs of web",
        Style::new().add_modifier(Modifier::REVERSED),
    );
    for y in 1..height - 1 {
        let line = first + u64::from(y);
        let text = format!(
            "12:00:{line:02} GET /item/{} 200 {}ms 語",
            line * 7919,
            line * line % 97
        );
        buffer.set_string(
            0,
            y,
            text,
            Style::new().fg(Color::Indexed((line % 7) as u8 + 16)),
        );
    }
    buffer.set_string(0, height - 1, "q quit", Style::new().bg(Color::Red));
    buffer
}

#[test]
fn a_log_that_moves_is_moved_by_the_terminal() {
    let mut painter = Painter::new(Rect::new(0, 0, 200, 50));
    let mut parser = screen(200, 50);
    parser.process(&frame(&mut painter, &log(200, 50, 100)));
    for (first, limit) in [(101, 150), (104, 350), (102, 300), (127, 1700), (126, 150)] {
        let next = log(200, 50, first);
        let bytes = frame(&mut painter, &next);
        parser.process(&bytes);
        assert_shows(&parser, &next);
        assert!(bytes.len() < limit, "to {first}: {} bytes", bytes.len());
    }
}

/// Rows of a few kinds, shifted and edited: what makes the painter scroll, rightly or not.
fn any_rows() -> impl Strategy<Value = Vec<(u8, u8)>> {
    let row = prop_oneof![6 => 0..30_u8, 2 => Just(0)];
    let rows = prop::collection::vec(row, 20);
    (rows, 0..19_usize, 0..20_usize, any::<bool>()).prop_map(|(rows, shift, from, down)| {
        let mut after = rows.clone();
        if down {
            after[from..].rotate_right(shift.min(20 - from));
        } else {
            after[from..].rotate_left(shift.min(20 - from));
        }
        rows.into_iter().zip(after).collect()
    })
}

fn of_rows(rows: impl Iterator<Item = u8>) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 20));
    for (y, kind) in (0..).zip(rows).filter(|(_, kind)| *kind > 0) {
        let text = format!(
            "{} 語 row of kind {kind}",
            "=".repeat(usize::from(kind % 13))
        );
        let style = Style::new().bg(if kind % 5 == 0 {
            Color::Indexed(kind)
        } else {
            Color::Reset
        });
        buffer.set_string(0, y, text, Style::new());
        buffer.set_style(Rect::new(0, y, 40, 1), style);
    }
    buffer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_that_move_end_where_they_belong(rows in any_rows(), edits in prop::collection::vec((0..40_u16, 0..20_u16), 0..4)) {
        let mut painter = Painter::new(Rect::new(0, 0, 40, 20));
        let mut parser = screen(40, 20);
        parser.process(&frame(&mut painter, &of_rows(rows.iter().map(|row| row.0))));
        let mut next = of_rows(rows.iter().map(|row| row.1));
        for place in edits {
            next[place].set_symbol("#");
        }
        parser.process(&frame(&mut painter, &next));
        assert_shows(&parser, &next);
        prop_assert_eq!(frame(&mut painter, &next), b"");
    }
}

#[test]
fn the_cursor_shows_only_where_it_is_asked_for() {
    let buffer = table(40, 5);
    let mut painter = Painter::new(buffer.area);
    let mut parser = screen(40, 5);
    parser.process(b"\x1b[?25l");
    parser.process(&frame(&mut painter, &buffer));
    assert!(parser.screen().hide_cursor());

    painter.cursor = Some((7, 2));
    parser.process(&frame(&mut painter, &buffer));
    assert!(!parser.screen().hide_cursor());
    assert_eq!(parser.screen().cursor_position(), (2, 7));
    assert_eq!(frame(&mut painter, &buffer), b"");

    let mut next = buffer.clone();
    next[(0, 0)].set_symbol("X");
    parser.process(&frame(&mut painter, &next));
    assert_eq!(
        parser.screen().cursor_position(),
        (2, 7),
        "it comes back after drawing"
    );

    painter.cursor = None;
    parser.process(&frame(&mut painter, &next));
    assert!(parser.screen().hide_cursor());
}

#[test]
fn no_command_gets_through() {
    let hostile = [
        "\u{1b}[2J",
        "\u{1b}",
        "\u{9b}31m",
        "\r",
        "\n",
        "\u{7f}",
        "\u{202e}",
        "\u{e0041}",
        "\u{301}",
    ];
    let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
    let mut painter = Painter::new(buffer.area);
    frame(&mut painter, &buffer);
    for (cell, symbol) in buffer.content.iter_mut().zip(hostile) {
        cell.set_symbol(symbol);
    }
    buffer[(10, 0)].set_symbol(&format!("a{}", "\u{301}".repeat(500)));
    assert_eq!(
        String::from_utf8(frame(&mut painter, &buffer)).unwrap(),
        "????????? ?"
    );
}

#[test]
fn after_a_resize_or_a_stranger_all_is_painted() {
    let buffer = table(40, 5);
    let mut painter = Painter::new(buffer.area);
    let mut parser = screen(40, 5);
    parser.process(&frame(&mut painter, &buffer));
    parser.process(b"\x1b[H\x1b[41mstranger\x1b[2J");
    painter.invalidate();
    parser.process(&frame(&mut painter, &buffer));
    assert_shows(&parser, &buffer);

    let larger = table(50, 8);
    let mut parser = screen(50, 8);
    parser.process(&frame(&mut painter, &larger));
    assert_shows(&parser, &larger);
    assert!(frame(&mut painter, &Buffer::empty(Rect::new(0, 0, 0, 0))).len() < 20);
}

#[test]
fn a_part_ends_after_its_bytes_and_begins_with_what_is_marked() {
    let area = Rect::new(0, 0, 80, 20);
    let mut painter = Painter::new(area);
    let mut buffer = Buffer::empty(area);
    frame(&mut painter, &buffer);
    for y in 0..area.height {
        buffer.set_string(0, y, format!("row {y:02} {}", "x".repeat(60)), Style::new());
    }
    let mut first = vec![false; 20];
    first[17] = true;
    let mut parts = Vec::new();
    loop {
        let mut out = Vec::new();
        let whole = painter.paint_part(&buffer, &first, 300, &mut out);
        parts.push(String::from_utf8(out).unwrap());
        if whole {
            break;
        }
    }
    assert!(parts[0].contains("row 17") && parts[0].contains("row 00"));
    assert!(parts.iter().all(|part| part.len() < 450), "{parts:?}");
    assert_eq!(parts.len(), 4, "{parts:?}");
}
