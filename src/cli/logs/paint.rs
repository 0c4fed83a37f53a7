//! Colours on a terminal: the source's, and those that a program gave its own lines, as far as the terminal shows them.
//! Knows styles and SGR, nothing of logs.
use ratatui::style::{Color, Modifier, Style};

use crate::cli::context::Context;
use crate::cli::out::{Out, complain};
use crate::runtime::startup::theme;
use crate::text::SafeText;
use crate::theme::{Depth, Theme};

/// Modifiers with the codes that switch them on.
const SWITCHES: [(Modifier, u8); 6] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

/// Puts colours in; nothing at all in a pipe, or where colours are not wanted.
#[derive(Debug)]
pub(super) struct Paint {
    theme: Option<Theme>,
}

impl Paint {
    pub(super) fn of(context: &Context, out: &Out) -> Self {
        let dumb = context.env.get("TERM").is_none_or(|term| term == "dumb");
        if dumb || !out.is_terminal() {
            return Self { theme: None };
        }
        let env = |name: &str| context.env.get(name).map(str::to_owned);
        match theme(&context.settings, context.paths.as_ref(), &env) {
            Ok(theme) => Self {
                theme: Some(theme).filter(|theme| theme.depth != Depth::None),
            },
            // Logs are wanted now, colours or not.
            Err(mistakes) => {
                complain(&mistakes.join("\n  "));
                Self { theme: None }
            }
        }
    }

    /// A word in the colour of the n-th source.
    pub(super) fn source(&self, n: usize, word: &str) -> String {
        let style = self.theme.as_ref().map(|theme| theme.source(n));
        match style.map(sgr).filter(|on| !on.is_empty()) {
            Some(on) => format!("{on}{word}\x1b[0m"),
            None => word.to_owned(),
        }
    }

    /// Adds a text, with the colours it had.
    pub(super) fn text(&self, text: &SafeText, line: &mut String) {
        let Some(theme) = &self.theme else {
            line.push_str(&text.text);
            return;
        };
        let mut at = 0;
        for run in &text.runs {
            let (start, end) = (run.start as usize, run.end as usize);
            let on = sgr(theme.foreign(run.style));
            line.push_str(text.text.get(at..start).unwrap_or_default());
            line.push_str(&on);
            line.push_str(text.text.get(start..end).unwrap_or_default());
            if !on.is_empty() {
                line.push_str("\x1b[0m");
            }
            at = end;
        }
        line.push_str(text.text.get(at..).unwrap_or_default());
    }
}

/// What switches a style on in a terminal that shows plain text; empty when it is that.
fn sgr(style: Style) -> String {
    let mut codes: Vec<String> = SWITCHES
        .iter()
        .filter(|(modifier, _)| style.add_modifier.contains(*modifier))
        .map(|(_, code)| code.to_string())
        .collect();
    codes.extend(style.fg.and_then(|fg| color(fg, 30)));
    codes.extend(style.bg.and_then(|bg| color(bg, 40)));
    if codes.is_empty() {
        String::new()
    } else {
        format!("\x1b[{}m", codes.join(";"))
    }
}

/// A colour as SGR; `base` is 30 for the text, 40 for what is behind it.
fn color(color: Color, base: u8) -> Option<String> {
    const SIXTEEN: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    let number = match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => return Some(format!("{};2;{r};{g};{b}", base + 8)),
        Color::Indexed(n) => n,
        named => u8::try_from(SIXTEEN.iter().position(|c| *c == named)?).ok()?,
    };
    Some(match number {
        0..8 => (base + number).to_string(),
        8..16 => (base + 60 + number - 8).to_string(),
        _ => format!("{};5;{number}", base + 8),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sanitise;

    fn painted(depth: Option<Depth>, line: &[u8]) -> String {
        let theme = depth.map(|depth| Theme::builtin(false, depth, false));
        let mut out = String::new();
        Paint { theme }.text(&sanitise(line), &mut out);
        out
    }

    #[test]
    fn a_programs_colours_survive_as_far_as_the_terminal_shows_them() {
        let line = b"a \x1b[1;31mred\x1b[0m \x1b[38;2;255;0;0mrgb\x1b[m \x1b[2Jend";
        let shown = |depth| painted(Some(depth), line);
        assert_eq!(
            shown(Depth::True),
            "a \x1b[1;31mred\x1b[0m \x1b[38;2;255;0;0mrgb\x1b[0m end"
        );
        assert_eq!(
            shown(Depth::Ansi256),
            "a \x1b[1;31mred\x1b[0m \x1b[38;5;196mrgb\x1b[0m end"
        );
        assert_eq!(painted(None, line), "a red rgb end");
    }

    #[test]
    fn colours_have_their_codes() {
        for (spec, want) in [
            (Color::Indexed(9), "91"),
            (Color::LightRed, "91"),
            (Color::Gray, "37"),
            (Color::Indexed(110), "38;5;110"),
        ] {
            assert_eq!(color(spec, 30).as_deref(), Some(want));
        }
        assert_eq!(color(Color::Reset, 40), None);
        assert_eq!(sgr(Style::default()), "");
    }
}
