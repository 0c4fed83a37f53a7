//! The style the terminal draws in, and the shortest way from one to another. Knows SGR. Underlines have the colour of their
//! text: what a cell says of it is a link's number.
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::hand::{keep_shorter, push_number};

/// The colour a place has before anything is drawn.
const PLAIN: Color = Color::Reset;

/// Modifiers with the codes that switch them on and off.
const SWITCHES: &[(Modifier, u32, u32)] = &[
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Of what a cell may ask, that which is drawn: nothing blinks, and nothing is concealed.
const DRAWN: Modifier = Modifier::BOLD
    .union(Modifier::DIM)
    .union(Modifier::ITALIC)
    .union(Modifier::UNDERLINED)
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            fg: PLAIN,
            bg: PLAIN,
            modifier: Modifier::empty(),
        }
    }
}

impl Pen {
    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier & DRAWN,
        }
    }

    /// What is erased with this pen is plain.
    pub(super) fn erases_plainly(self) -> bool {
        self.bg == PLAIN && self.modifier.is_empty()
    }
}

/// Appends what changes the terminal's pen: the differences, or all of it from the start, whichever is shorter.
pub(super) fn change(from: Option<Pen>, to: Pen, out: &mut Vec<u8>) {
    let start = out.len();
    let mut codes = Codes::open(out);
    if to != Pen::default() {
        codes.number(0);
        codes.difference(Pen::default(), to);
    }
    codes.close();
    let middle = out.len();
    if let Some(from) = from {
        let mut codes = Codes::open(out);
        codes.difference(from, to);
        codes.close();
        keep_shorter(start, middle, out);
    }
}

/// One SGR sequence under construction.
struct Codes<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Codes<'a> {
    fn open(out: &'a mut Vec<u8>) -> Self {
        out.extend_from_slice(b"\x1b[");
        Self { out, first: true }
    }

    fn close(self) {
        self.out.push(b'm');
    }

    fn number(&mut self, number: u32) {
        if !self.first {
            self.out.push(b';');
        }
        self.first = false;
        push_number(number, self.out);
    }

    fn difference(&mut self, from: Pen, to: Pen) {
        let mut have = from.modifier;
        for (switch, _, off) in SWITCHES {
            if have.contains(*switch) && !to.modifier.contains(*switch) {
                self.number(*off);
                // Bold and dim go off together.
                for (other, _, _) in SWITCHES.iter().filter(|(_, _, other)| other == off) {
                    have.remove(*other);
                }
            }
        }
        for (switch, on, _) in SWITCHES {
            if to.modifier.contains(*switch) && !have.contains(*switch) {
                self.number(*on);
            }
        }
        if from.fg != to.fg {
            self.color(to.fg, 30);
        }
        if from.bg != to.bg {
            self.color(to.bg, 40);
        }
    }

    /// `base` is 30 for the foreground, 40 for the background.
    fn color(&mut self, color: Color, base: u32) {
        match (color, palette(color)) {
            (Color::Reset, _) => self.number(base + 9),
            (Color::Rgb(r, g, b), _) => {
                for number in [base + 8, 2, r.into(), g.into(), b.into()] {
                    self.number(number);
                }
            }
            (_, index @ 0..=7) => self.number(base + index),
            (_, index @ 8..=15) => self.number(base + 60 + index - 8),
            (_, index) => {
                for number in [base + 8, 5, index] {
                    self.number(number);
                }
            }
        }
    }
}

/// The place of a named colour among the terminal's 256.
fn palette(color: Color) -> u32 {
    match color {
        Color::Reset | Color::Rgb(..) | Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) => index.into(),
    }
}
