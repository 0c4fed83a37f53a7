//! Untrusted bytes to text that is safe to draw: the one door for log lines, names and messages of an engine.
//!
//! Rules, in short: whole control sequences go (only SGR colours survive), broken ones become visible, other
//! controls show in caret notation, invisible and direction-changing characters as `<U+XXXX>`, broken UTF-8 as
//! U+FFFD. Nothing hides, nothing reaches the terminal, and sanitising twice changes nothing.
//! Must not know: where the bytes came from, how they are drawn. Linear time, no state between records.

use super::class::{Class, SYMBOL_CAP, class, is_simple};
use super::line::Line;
use super::sequence::{Sequence, sequence};
pub use super::sgr::{TextColor, TextStyle};

/// Bytes of one record that are read and, at most, bytes of text that come of it; what is beyond is counted
/// in a closing `…[+N bytes]` (at most 33 bytes more).
pub const RECORD_CAP: usize = 64 * 1024;

/// A stretch of [`SafeText::text`] with a look of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleRun {
    /// First byte, an offset into the text on a character border.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
    pub style: TextStyle,
}

/// Text without any character a terminal could act on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafeText {
    pub text: String,
    /// Stretches of other than default style: sorted, disjoint, merged, never empty.
    pub runs: Vec<StyleRun>,
    /// Something was replaced, removed or cut. Colours, tabs, a final CR and the emoji selectors
    /// U+FE0E/U+FE0F are everyday and do not count.
    pub altered: bool,
}

/// One log record without its newline; SGR survives as runs.
///
/// Tabs become spaces up to stops of 8 columns counted from the start of the record; one final CR is dropped.
pub fn sanitise(record: &[u8]) -> SafeText {
    read(record, true)
}

/// A name, label, variable or message as one line: SGR dropped too, a newline shows as `^J`.
pub fn sanitise_ident(s: &[u8]) -> String {
    read(s, false).text
}

/// Text of several lines: split at newlines, each line sanitised for itself. A final newline adds no line.
pub fn sanitise_block(s: &[u8]) -> Vec<SafeText> {
    if s.is_empty() {
        return Vec::new();
    }
    let s = s.strip_suffix(b"\n").unwrap_or(s);
    s.split(|b| *b == b'\n').map(sanitise).collect()
}

/// Whether a painter may write `s` into one cell: no control, no hidden or direction-changing character, no
/// joiner in front, and at most 32 bytes.
pub fn is_safe_symbol(s: &str) -> bool {
    if let [b] = s.as_bytes() {
        return matches!(b, 0x20..=0x7E);
    }
    s.len() <= SYMBOL_CAP
        && s.char_indices().all(|(at, c)| match class(c) {
            Class::Plain | Class::Mark | Class::Prepend => true,
            Class::Joiner => at > 0,
            Class::Selector | Class::Hidden => false,
        })
}

fn read(record: &[u8], keep_style: bool) -> SafeText {
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    let (view, tail) = window(record);
    let mut line = Line::with_capacity(view.len(), keep_style);
    let taken = feed(&mut line, view);
    let cut = record.len() - taken;
    match tail {
        _ if cut == 0 => line.finish(""),
        Some(tail) if taken == view.len() => line.finish(tail),
        _ => line.finish_cut(cut),
    }
}

/// The part of a record that is read, and its closing mark when it was cut by an earlier pass.
fn window(record: &[u8]) -> (&[u8], Option<&str>) {
    let Some((view, _)) = record.split_at_checked(RECORD_CAP + 1) else {
        return (record, None);
    };
    if let Some((body, tail)) = cut_mark(record) {
        return (body, Some(tail));
    }
    let back = view
        .iter()
        .rev()
        .take(4)
        .position(|b| b & 0xC0 != 0x80)
        .unwrap_or(0);
    (view.get(..RECORD_CAP - back).unwrap_or(view), None)
}

/// Splits `body…[+N bytes]` when the body is no longer than a record may be.
fn cut_mark(record: &[u8]) -> Option<(&[u8], &str)> {
    let rest = record.strip_suffix(b" bytes]")?;
    let digits = rest
        .iter()
        .rev()
        .take(20)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let rest = rest.get(..rest.len() - digits)?;
    let body = rest.strip_suffix("…[+".as_bytes())?;
    let tail = std::str::from_utf8(record.get(body.len()..)?).ok()?;
    (digits > 0 && body.len() <= RECORD_CAP).then_some((body, tail))
}

/// Reads bytes into the line until the end or until the line is full; returns the bytes taken.
fn feed(line: &mut Line, view: &[u8]) -> usize {
    let mut at = 0;
    while let Some(rest) = view.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = printable(rest);
        let (taken, wanted) = if plain > 0 {
            let run = rest.get(..plain).unwrap_or_default();
            (
                line.ascii(std::str::from_utf8(run).unwrap_or_default()),
                plain,
            )
        } else {
            match rest.first().copied().unwrap_or_default() {
                0x1B => escape(line, rest),
                b'\t' => (usize::from(line.tab()), 1),
                b @ (0x00..=0x7F) => (usize::from(line.caret(b)), 1),
                _ => {
                    let wide = rest.iter().take_while(|b| !b.is_ascii()).count();
                    (wide_run(line, rest.get(..wide).unwrap_or_default()), wide)
                }
            }
        };
        at += taken;
        if taken < wanted {
            break;
        }
    }
    at
}

/// One sequence at ESC: bytes taken, bytes wanted.
fn escape(line: &mut Line, rest: &[u8]) -> (usize, usize) {
    match sequence(rest) {
        Sequence::Sgr { len, params } => {
            line.restyle(params);
            (len, len)
        }
        Sequence::Other { len } => {
            line.removed();
            (len, len)
        }
        Sequence::Broken => (usize::from(line.caret(0x1B)), 1),
    }
}

/// A run of bytes above 7F: characters and what is none, one U+FFFD for each maximal broken part.
fn wide_run(line: &mut Line, bytes: &[u8]) -> usize {
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        let taken = chars(line, valid);
        at += taken;
        if taken < valid.len() {
            break;
        }
        let broken = chunk.invalid().len();
        if broken > 0 {
            if !line.char(char::REPLACEMENT_CHARACTER) {
                break;
            }
            line.removed();
            at += broken;
        }
    }
    at
}

/// Characters above 7F; returns the bytes taken.
fn chars(line: &mut Line, s: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = s.get(at..).filter(|rest| !rest.is_empty()) {
        let simple = simple(rest);
        if !simple.is_empty() {
            let taken = line.simple(simple);
            at += taken;
            if taken < simple.len() {
                break;
            }
            continue;
        }
        let mut chars = rest.chars();
        let (c, next) = (chars.next().unwrap_or_default(), chars.next());
        let joined = next.filter(|next| line.joins(c, *next));
        let fits = match joined {
            Some(next) => line.joined(c, next),
            None => line.char(c),
        };
        if !fits {
            break;
        }
        at += c.len_utf8() + joined.map_or(0, char::len_utf8);
    }
    at
}

/// The simple characters at the start.
fn simple(s: &str) -> &str {
    let end = s.find(|c| !is_simple(c)).unwrap_or(s.len());
    s.get(..end).unwrap_or_default()
}

/// Length of the printable ASCII at the start, sixteen bytes a step.
fn printable(bytes: &[u8]) -> usize {
    let is_plain = |b: u8| b.wrapping_sub(0x20) < 0x5F;
    let steps = bytes
        .chunks_exact(16)
        .take_while(|chunk| chunk.iter().fold(true, |all, b| all & is_plain(*b)))
        .count();
    let rest = bytes.get(steps * 16..).unwrap_or_default();
    steps * 16 + rest.iter().take_while(|b| is_plain(**b)).count()
}
