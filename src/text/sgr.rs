//! Colours and attributes of text, and how `CSI … m` changes them.
//!
//! Written from ECMA-48 8.3.117 and ITU-T T.416 13.1.8 (colon forms), with the bright colours 90-107 of aixterm.
//! Blink (5, 6) and conceal (8) are ignored: both are ways to hide text from its reader.
//! Must not know: themes, contrast, the terminal's colour depth.

/// A colour as the text asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextColor {
    /// The reader's own.
    #[default]
    Default,
    /// One of the terminal's 256; 0 to 15 are the reader's palette.
    Indexed(u8),
    /// 24-bit colour: red, green, blue.
    Rgb(u8, u8, u8),
}

/// The look of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextStyle {
    pub fg: TextColor,
    pub bg: TextColor,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    /// Single, double and curly underlines alike.
    pub underline: bool,
    pub reverse: bool,
    pub strike: bool,
}

impl TextStyle {
    /// Applies the parameters of one `CSI … m`, without `CSI` and `m`.
    pub(super) fn apply(&mut self, params: &[u8]) {
        let mut fields = params.split(|b| *b == b';');
        while let Some(field) = fields.next() {
            match number(field) {
                Some(code @ (38 | 48 | 58)) => self.set_color(code, semicolon_color(&mut fields)),
                Some(code) => self.apply_code(code),
                None => self.apply_colons(field),
            }
        }
    }

    /// A field with arguments of its own: `4:3`, `38:5:208`.
    fn apply_colons(&mut self, field: &[u8]) {
        let mut parts = field
            .split(|b| *b == b':')
            .map(|part| number(part).unwrap_or(0));
        match parts.next() {
            Some(4) => self.underline = parts.next() != Some(0),
            Some(code @ (38 | 48 | 58)) => self.set_color(code, colon_color(parts)),
            Some(code) => self.apply_code(code),
            None => {}
        }
    }

    fn set_color(&mut self, code: u16, color: Option<TextColor>) {
        match (code, color) {
            (38, Some(color)) => self.fg = color,
            (48, Some(color)) => self.bg = color,
            _ => {}
        }
    }

    fn apply_code(&mut self, code: u16) {
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            7 => self.reverse = true,
            9 => self.strike = true,
            // 21 is a double underline
            4 | 21 => self.underline = true,
            22 => {
                self.bold = false;
                self.dim = false;
            }
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.reverse = false,
            29 => self.strike = false,
            39 => self.fg = TextColor::Default,
            49 => self.bg = TextColor::Default,
            30..=37 => self.fg = TextColor::Indexed((code - 30) as u8),
            40..=47 => self.bg = TextColor::Indexed((code - 40) as u8),
            90..=97 => self.fg = TextColor::Indexed((code - 90 + 8) as u8),
            100..=107 => self.bg = TextColor::Indexed((code - 100 + 8) as u8),
            _ => {}
        }
    }
}

/// A decimal number, saturating; an empty field is 0, one with a colon is none.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |n, b| {
        let digit = b.checked_sub(b'0').filter(|digit| *digit < 10)?;
        Some(n.saturating_mul(10).saturating_add(u16::from(digit)))
    })
}

fn byte(n: u16) -> Option<u8> {
    u8::try_from(n).ok()
}

/// `38;5;n` and `38;2;r;g;b`: takes its arguments from the fields that follow.
fn semicolon_color<'a>(fields: &mut impl Iterator<Item = &'a [u8]>) -> Option<TextColor> {
    let mut next = || fields.next().and_then(number);
    match next()? {
        5 => byte(next()?).map(TextColor::Indexed),
        2 => {
            let (r, g, b) = (next()?, next()?, next()?);
            Some(TextColor::Rgb(byte(r)?, byte(g)?, byte(b)?))
        }
        _ => None,
    }
}

/// `38:5:n`, `38:2:r:g:b` and `38:2:space:r:g:b` (T.416 puts a colour space before the red).
fn colon_color(mut parts: impl Iterator<Item = u16>) -> Option<TextColor> {
    match parts.next()? {
        5 => byte(parts.next()?).map(TextColor::Indexed),
        2 => {
            let (first, g, b) = (parts.next()?, parts.next()?, parts.next()?);
            let (r, g, b) = match parts.next() {
                Some(last) => (g, b, last),
                None => (first, g, b),
            };
            Some(TextColor::Rgb(byte(r)?, byte(g)?, byte(b)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(params: &str) -> TextStyle {
        let mut style = TextStyle::default();
        style.apply(params.as_bytes());
        style
    }

    #[test]
    fn colours() {
        for (params, fg) in [
            ("31", TextColor::Indexed(1)),
            ("97", TextColor::Indexed(15)),
            ("38;5;208", TextColor::Indexed(208)),
            ("38:5:208", TextColor::Indexed(208)),
            ("38;2;1;2;3", TextColor::Rgb(1, 2, 3)),
            ("38:2:1:2:3", TextColor::Rgb(1, 2, 3)),
            ("38:2::1:2:3", TextColor::Rgb(1, 2, 3)),
            ("38;5;300", TextColor::Default),
            ("38;2;1;2", TextColor::Default),
            ("38;5", TextColor::Default),
            ("38", TextColor::Default),
            ("31;39", TextColor::Default),
            ("99999999999999999999", TextColor::Default),
        ] {
            assert_eq!(after(params).fg, fg, "{params}");
        }
        assert_eq!(after("48;5;9;31").bg, TextColor::Indexed(9));
        assert_eq!(after("48;5;9;31").fg, TextColor::Indexed(1));
    }

    #[test]
    fn attributes_come_and_go() {
        assert!(after("1;2;3;4;7;9").bold);
        assert_eq!(after("1;2;3;4;7;9;22;23;24;27;29"), TextStyle::default());
        assert_eq!(after("1;31;"), TextStyle::default());
        assert!(after("4:3").underline);
        assert!(!after("4;4:0").underline);
        assert_eq!(after("5;6;8"), TextStyle::default());
        assert_eq!(after("58;5;1"), TextStyle::default());
        assert_eq!(after("58;2;1;4;7"), TextStyle::default());
    }
}
