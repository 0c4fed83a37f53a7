//! Terminal input bytes to keys, pastes and mouse events, through termina's parser. Answers of the terminal to queries
//! never become keys. The only file that knows termina.
use termina::Parser;
use termina::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, Modifiers, MouseButton, MouseEventKind,
};

use super::{Chord, Code, Mouse, MouseKind};

/// One thing the user did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Key(Chord),
    Paste(String),
    Mouse(Mouse),
    Focus(bool),
}

/// Decodes bytes as they come; a sequence may be cut anywhere.
#[derive(Debug, Default)]
pub struct Decoder {
    parser: Parser,
    /// Bytes of an unfinished sequence are held by the parser.
    pending: bool,
}

impl Decoder {
    /// Takes bytes and returns what is complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.parser.parse(bytes, true);
        self.pending = !bytes.is_empty();
        self.drain()
    }

    /// No more bytes came for a moment: an escape that stood alone was the Esc key.
    pub fn flush(&mut self) -> Vec<Input> {
        if !self.pending {
            return Vec::new();
        }
        self.pending = false;
        self.parser.parse(&[], false);
        self.drain()
    }

    fn drain(&mut self) -> Vec<Input> {
        let mut inputs = Vec::new();
        while let Some(event) = self.parser.pop() {
            inputs.extend(input(event));
        }
        inputs
    }
}

fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => chord(key).map(Input::Key),
        Event::Mouse(mouse) => {
            let kind = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseKind::Press,
                MouseEventKind::Down(MouseButton::Right) => MouseKind::Menu,
                MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
                MouseEventKind::Up(_) => MouseKind::Release,
                MouseEventKind::ScrollUp => MouseKind::ScrollUp,
                MouseEventKind::ScrollDown => MouseKind::ScrollDown,
                _ => return None,
            };
            Some(Input::Mouse(Mouse {
                kind,
                column: mouse.column,
                row: mouse.row,
            }))
        }
        Event::FocusIn => Some(Input::Focus(true)),
        Event::FocusOut => Some(Input::Focus(false)),
        Event::Paste(text) => Some(Input::Paste(text)),
        _ => None,
    }
}

fn chord(key: KeyEvent) -> Option<Chord> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let has = |m: Modifiers| key.modifiers.contains(m);
    let mut chord = Chord {
        code: Code::Esc,
        ctrl: has(Modifiers::CONTROL),
        alt: has(Modifiers::ALT) || has(Modifiers::META),
        shift: has(Modifiers::SHIFT),
    };
    chord.code = match key.code {
        KeyCode::Char(c) => {
            let upper = chord.shift && !chord.ctrl;
            chord.shift = false;
            Code::Char(if upper {
                c.to_uppercase().next().unwrap_or(c)
            } else {
                c
            })
        }
        KeyCode::Enter => Code::Enter,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => {
            chord.shift = true;
            Code::Tab
        }
        KeyCode::Escape => Code::Esc,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Insert => Code::Insert,
        KeyCode::Delete => Code::Delete,
        KeyCode::Function(n) => Code::F(n),
        _ => return None,
    };
    Some(chord)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut inputs = decoder.feed(bytes);
        inputs.extend(decoder.flush());
        inputs
            .into_iter()
            .map(|input| match input {
                Input::Key(chord) => chord.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn bytes_become_keys() {
        assert_eq!(keys(b"jK"), ["j", "K"]);
        assert_eq!(keys(b"\x1b[A\x1b[6~\x1b[Z"), ["↑", "PgDn", "Shift-Tab"]);
        assert_eq!(
            keys(b"\x04\r\t\x7f"),
            ["Ctrl-d", "Enter", "Tab", "Backspace"]
        );
        assert_eq!(keys(b"\x1b"), ["Esc"]);
        assert_eq!(keys("é*".as_bytes()), ["é", "*"]);
    }

    #[test]
    fn a_sequence_may_be_cut_and_answers_are_no_keys() {
        let mut decoder = Decoder::default();
        assert!(decoder.feed(b"\x1b[").is_empty());
        assert_eq!(decoder.feed(b"B"), [Input::Key(Chord::plain(Code::Down))]);
        assert!(keys(b"\x1b[0n\x1b[?1;2c\x1b[24;80R").is_empty());
        assert_eq!(
            keys(b"\x1b[200~two\nlines\x1b[201~"),
            ["Paste(\"two\\nlines\")"]
        );
    }

    #[test]
    fn the_mouse_points_at_cells_from_zero() {
        let mut decoder = Decoder::default();
        assert_eq!(
            decoder.feed(b"\x1b[<0;3;2M"),
            [Input::Mouse(Mouse {
                kind: MouseKind::Press,
                column: 2,
                row: 1
            })]
        );
    }
}
