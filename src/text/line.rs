//! A safe line under construction: every character that becomes text is written by one of these few functions.
//!
//! Keeps what the rules need to know of the text so far (last base, marks on it, start of the last grapheme, tab
//! stops, style). All decisions rest on the text written, not on the bytes read; that is why a second pass finds
//! nothing to do. Must not know: control sequences, UTF-8 decoding.

use unicode_segmentation::UnicodeSegmentation as _;

use super::class::{Class, SYMBOL_CAP, class, is_joinable, joins_any_base};
use super::runs::Runs;
use super::sanitise::{RECORD_CAP, SafeText};
use super::width::width;

/// Combining marks one base may carry; more than any living script stacks.
const MARKS_CAP: u8 = 4;
/// Columns from one tab stop to the next.
const TAB: usize = 8;
const BLANKS: &str = "        ";

/// The line being written. Functions that return `bool` say whether the text still had room; when not, they wrote nothing.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    runs: Runs,
    altered: bool,
    keep_style: bool,
    /// The last character that takes a column.
    base: Option<char>,
    /// The base is the last character of the text.
    bare: bool,
    /// The last character is a `Prepend`: it joins with the next.
    prepend: bool,
    marks: u8,
    /// Start of a grapheme at or before the last one of the text.
    grapheme: usize,
    /// Byte behind the last tab, and its column.
    tab: (usize, usize),
}

impl Line {
    pub(super) fn with_capacity(bytes: usize, keep_style: bool) -> Self {
        Self {
            text: String::with_capacity(bytes),
            keep_style,
            ..Self::default()
        }
    }

    /// Printable ASCII, as much as has room; returns the bytes written.
    pub(super) fn ascii(&mut self, s: &str) -> usize {
        let taken = s.len().min(self.room());
        if taken > 0 {
            self.text.push_str(s.get(..taken).unwrap_or_default());
            self.wrote_ascii(taken);
        }
        taken
    }

    /// A run of simple characters (ASCII and the like), as many as have room; returns the bytes written.
    pub(super) fn simple(&mut self, s: &str) -> usize {
        let taken = floor_border(s, self.room());
        let run = s.get(..taken).unwrap_or_default();
        if let Some(last) = run.chars().next_back() {
            let alone = last.len_utf8() == taken;
            self.text.push_str(run);
            if !(alone && self.prepend) {
                self.grapheme = self.text.len() - last.len_utf8();
            }
            self.wrote_base(last);
        }
        taken
    }

    /// Blanks up to the next tab stop.
    pub(super) fn tab(&mut self) -> bool {
        let (from, column) = self.tab;
        let column = column + width(self.text.get(from..).unwrap_or_default());
        let blanks = TAB - column % TAB;
        if blanks > self.room() {
            return false;
        }
        self.text.push_str(BLANKS.get(..blanks).unwrap_or_default());
        self.wrote_ascii(blanks);
        self.tab = (self.text.len(), column + blanks);
        true
    }

    /// A C0 control or DEL in caret notation: `^[`, `^M`, `^?`.
    pub(super) fn caret(&mut self, control: u8) -> bool {
        if self.room() < 2 {
            return false;
        }
        self.text.push('^');
        self.text.push(char::from(control ^ 0x40));
        self.wrote_ascii(2);
        self.altered = true;
        true
    }

    /// Any character above 7F that no joiner binds to the one before.
    pub(super) fn char(&mut self, c: char) -> bool {
        match class(c) {
            Class::Plain => self.plain(c),
            Class::Mark => self.mark(c),
            Class::Prepend if self.prepend => self.hex(c),
            Class::Prepend => self.prepend(c),
            Class::Selector if self.bare => true,
            Class::Selector | Class::Joiner | Class::Hidden => self.hex(c),
        }
    }

    /// Whether `joiner` is one and may stand between the base so far and `next`.
    pub(super) fn joins(&mut self, joiner: char, next: char) -> bool {
        matches!(joiner, '\u{200C}' | '\u{200D}')
            && self.base.is_some_and(is_joinable)
            && is_joinable(next)
            && self.fits_grapheme(joiner.len_utf8() + next.len_utf8())
    }

    /// A joiner and the character it binds, as one; asked for with [`Line::joins`].
    pub(super) fn joined(&mut self, joiner: char, next: char) -> bool {
        if joiner.len_utf8() + next.len_utf8() > self.room() {
            return false;
        }
        self.text.push(joiner);
        self.text.push(next);
        self.wrote_base(next);
        true
    }

    /// Notes that something of the record is not in the text.
    pub(super) fn removed(&mut self) {
        self.altered = true;
    }

    /// Applies the parameters of one SGR sequence to the text that follows.
    pub(super) fn restyle(&mut self, params: &[u8]) {
        if self.keep_style {
            self.runs.restyle(params, self.text.len());
        }
    }

    /// The text with `tail`, unstyled, behind it.
    pub(super) fn finish(mut self, tail: &str) -> SafeText {
        let runs = self.runs.finish(self.text.len());
        self.text.push_str(tail);
        if self.text.capacity() > 2 * self.text.len() + 256 {
            self.text.shrink_to_fit();
        }
        SafeText {
            text: self.text,
            runs,
            altered: self.altered,
        }
    }

    /// The text of a record of which `cut` bytes were not read.
    pub(super) fn finish_cut(mut self, cut: usize) -> SafeText {
        self.altered = true;
        self.finish(&format!("…[+{cut} bytes]"))
    }

    fn plain(&mut self, c: char) -> bool {
        if c.len_utf8() > self.room() {
            return false;
        }
        let start = self.text.len();
        if start + c.len_utf8() - self.grapheme > SYMBOL_CAP {
            self.grapheme = self.last_grapheme_with(c);
            if start + c.len_utf8() - self.grapheme > SYMBOL_CAP {
                return self.hex(c);
            }
        }
        self.text.push(c);
        self.wrote_base(c);
        true
    }

    fn prepend(&mut self, c: char) -> bool {
        if c.len_utf8() > self.room() {
            return false;
        }
        self.grapheme = self.text.len();
        self.text.push(c);
        self.wrote_base(c);
        self.prepend = true;
        true
    }

    fn mark(&mut self, c: char) -> bool {
        if self.marks >= MARKS_CAP {
            self.altered = true;
            return true;
        }
        if !joins_any_base(c) && self.last_grapheme_with(c) == self.text.len() {
            // it would take no column, and be lost
            return self.hex(c);
        }
        if self.text.is_empty() {
            // a mark at the start would sit on whatever is drawn before the line
            self.altered = true;
            self.text.push('◌');
            self.wrote_base('◌');
        }
        if !self.fits_grapheme(c.len_utf8()) {
            self.altered = true;
            return true;
        }
        if c.len_utf8() > self.room() {
            return false;
        }
        self.text.push(c);
        self.wrote_mark();
        true
    }

    /// `<U+XXXX>`, four to six digits.
    fn hex(&mut self, c: char) -> bool {
        let value = c as u32;
        let digits = match value {
            0..=0xFFFF => 4,
            0x1_0000..=0xF_FFFF => 5,
            _ => 6,
        };
        if self.room() < digits + 4 {
            return false;
        }
        self.text.push_str("<U+");
        for place in (0..digits).rev() {
            let digit = char::from_digit(value >> (4 * place) & 0xF, 16).unwrap_or('0');
            self.text.push(digit.to_ascii_uppercase());
        }
        self.text.push('>');
        self.wrote_ascii(digits + 4);
        self.altered = true;
        true
    }

    fn room(&self) -> usize {
        RECORD_CAP.saturating_sub(self.text.len())
    }

    /// Whether the last grapheme has room for so many bytes more.
    fn fits_grapheme(&mut self, more: usize) -> bool {
        if self.text.len() + more - self.grapheme > SYMBOL_CAP {
            self.grapheme = self.last_grapheme();
        }
        self.text.len() + more - self.grapheme <= SYMBOL_CAP
    }

    fn last_grapheme(&self) -> usize {
        self.text
            .get(self.grapheme..)
            .and_then(|tail| tail.grapheme_indices(true).next_back())
            .map_or(self.grapheme, |(at, _)| self.grapheme + at)
    }

    /// Where the last grapheme would start if `c` came next.
    fn last_grapheme_with(&mut self, c: char) -> usize {
        let len = self.text.len();
        self.text.push(c);
        let last = self.last_grapheme();
        self.text.truncate(len);
        last
    }

    fn wrote_ascii(&mut self, bytes: usize) {
        if bytes > 1 || !self.prepend {
            self.grapheme = self.text.len() - 1;
        }
        self.wrote_base(' ');
    }

    fn wrote_base(&mut self, c: char) {
        self.base = Some(c);
        self.bare = true;
        self.prepend = false;
        self.marks = 0;
    }

    fn wrote_mark(&mut self) {
        self.bare = false;
        self.prepend = false;
        self.marks += 1;
    }
}

/// The last character border of `s` at or before `at`. `str::floor_char_boundary` is too young for our oldest Rust.
pub fn floor_border(s: &str, at: usize) -> usize {
    if at >= s.len() {
        return s.len();
    }
    (0..=at)
        .rev()
        .find(|at| s.is_char_boundary(*at))
        .unwrap_or(0)
}
