//! The looks that programs ask for in what they write, as styles of this terminal.
use ratatui::style::{Color, Modifier, Style};

use super::{Theme, degrade};
use crate::text::{TextColor, TextStyle};

impl Theme {
    /// The look a program asked for, as this terminal can show it, over what is plain here. Text on its own colour loses
    /// the ground.
    pub fn foreign(&self, look: TextStyle) -> Style {
        let mut style = Style {
            fg: color(look.fg),
            bg: color(look.bg).filter(|bg| Some(*bg) != color(look.fg)),
            ..Style::default()
        };
        for (on, modifier) in [
            (look.bold, Modifier::BOLD),
            (look.dim, Modifier::DIM),
            (look.italic, Modifier::ITALIC),
            (look.underline, Modifier::UNDERLINED),
            (look.reverse, Modifier::REVERSED),
            (look.strike, Modifier::CROSSED_OUT),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        degrade(style, self.depth)
    }
}

fn color(color: TextColor) -> Option<Color> {
    match color {
        TextColor::Default => None,
        TextColor::Indexed(n) => Some(Color::Indexed(n)),
        TextColor::Rgb(r, g, b) => Some(Color::Rgb(r, g, b)),
    }
}
