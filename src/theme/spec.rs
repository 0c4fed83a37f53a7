//! The words a style is written in: `bold 203 on 236`, `#ff8800`, `red on default`, `dim underline`.
use ratatui::style::{Color, Modifier, Style};
use thiserror::Error;

/// A theme line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpecError {
    #[error("{}", no_key(.0))]
    Key(String),
    #[error("{}", no_word(.0))]
    Word(String),
    #[error("{}", say!("a colour must follow `on`"))]
    NoBackground,
}

fn no_key(word: &str) -> String {
    say!("there is no theme key `{word}`", word)
}

fn no_word(word: &str) -> String {
    say!(
        "`{word}` is no colour or attribute: write a name, 0-255, #rrggbb, bold, dim, italic, underline, reverse",
        word
    )
}

const NAMES: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

fn color(word: &str) -> Option<Color> {
    if let Some(hex) = word.strip_prefix('#') {
        let n = u32::from_str_radix(hex, 16)
            .ok()
            .filter(|_| hex.len() == 6)?;
        return Some(Color::Rgb((n >> 16) as u8, (n >> 8) as u8, n as u8));
    }
    if let Ok(n) = word.parse::<u8>() {
        return Some(Color::Indexed(n));
    }
    NAMES
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, color)| *color)
}

/// Reads a style; the empty text is the terminal's own style.
pub fn parse_style(spec: &str) -> Result<Style, SpecError> {
    let mut style = Style::default();
    let mut words = spec.split_whitespace();
    while let Some(word) = words.next() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            "on" => {
                let back = words.next().ok_or(SpecError::NoBackground)?;
                style.bg = Some(color(back).ok_or_else(|| SpecError::Word(back.to_owned()))?);
                continue;
            }
            other => {
                style.fg = Some(color(other).ok_or_else(|| SpecError::Word(other.to_owned()))?);
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

/// The 6x6x6 cube and grey ramp of the 256-colour palette (xterm's) as RGB.
pub(super) fn rgb_of(n: u8) -> (u8, u8, u8) {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if n >= 232 {
        let grey = 8 + (n - 232) * 10;
        return (grey, grey, grey);
    }
    let n = n.saturating_sub(16);
    let level = |i: u8| LEVELS.get(usize::from(i)).copied().unwrap_or(255);
    (level(n / 36), level(n / 6 % 6), level(n % 6))
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let d = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    d(a.0, b.0) * 2 + d(a.1, b.1) * 4 + d(a.2, b.2) * 3
}

pub(super) fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    (16..=255u8)
        .min_by_key(|n| distance((r, g, b), rgb_of(*n)))
        .unwrap_or(15)
}

/// The nearest of the sixteen, by the common VGA-like values.
pub(super) fn nearest_16(r: u8, g: u8, b: u8) -> Color {
    const VALUES: [(Color, (u8, u8, u8)); 16] = [
        (Color::Black, (0, 0, 0)),
        (Color::Red, (170, 30, 30)),
        (Color::Green, (30, 170, 30)),
        (Color::Yellow, (170, 120, 20)),
        (Color::Blue, (40, 60, 190)),
        (Color::Magenta, (170, 40, 170)),
        (Color::Cyan, (40, 170, 170)),
        (Color::Gray, (190, 190, 190)),
        (Color::DarkGray, (100, 100, 100)),
        (Color::LightRed, (255, 95, 95)),
        (Color::LightGreen, (100, 230, 100)),
        (Color::LightYellow, (240, 220, 90)),
        (Color::LightBlue, (110, 130, 255)),
        (Color::LightMagenta, (240, 110, 240)),
        (Color::LightCyan, (100, 230, 230)),
        (Color::White, (255, 255, 255)),
    ];
    VALUES
        .iter()
        .min_by_key(|(_, v)| distance((r, g, b), *v))
        .map_or(Color::Reset, |(c, _)| *c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_read_and_mistakes_named() {
        let style = parse_style("bold #ff8000 on 236").unwrap();
        assert_eq!(style.fg, Some(Color::Rgb(255, 128, 0)));
        assert_eq!(style.bg, Some(Color::Indexed(236)));
        assert!(style.add_modifier.contains(Modifier::BOLD));
        assert_eq!(parse_style("pink"), Err(SpecError::Word("pink".to_owned())));
        assert_eq!(parse_style("red on"), Err(SpecError::NoBackground));
        assert_eq!(parse_style("300"), Err(SpecError::Word("300".to_owned())));
    }
}
