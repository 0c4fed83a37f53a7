//! Terminal input bytes to keys, pastes and mouse events, through termina's parser. Answers of the terminal to queries
//! never become keys. The only file that knows termina.
use termina::Parser;
use termina::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, Modifiers, MouseButton, MouseEventKind,
};

use super::paste::{Chunk, Pastes, Taken};
use super::{Chord, Code, Mouse, MouseKind};

/// One thing the user did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Key(Chord),
    Paste(String),
    Mouse(Mouse),
    Focus(bool),
}

/// Decodes bytes as they come; a sequence may be cut anywhere. Pastes are bounded: see [`quiet`](Self::quiet).
#[derive(Debug, Default)]
pub struct Decoder {
    parser: Parser,
    pastes: Pastes,
    /// Bytes of an unfinished sequence are held by the parser.
    pending: bool,
}

impl Decoder {
    /// Takes the bytes of one read and returns what is complete. Ctrl-C alone in a read is a key even while a paste is
    /// open, and gives that paste up.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        let ends = self.feed_ends(bytes).into_iter();
        ends.map(|(input, _)| input).collect()
    }

    /// The same; each input with the number of these bytes that were taken when it was complete.
    pub fn feed_ends(&mut self, all: &[u8]) -> Vec<(Input, usize)> {
        let mut inputs = Vec::new();
        let bytes = match self.pastes.read(all) {
            Chunk::Bytes(bytes) => bytes,
            Chunk::Interrupt => {
                let ctrl_c = Chord {
                    ctrl: true,
                    ..Chord::char('c')
                };
                return vec![(Input::Key(ctrl_c), all.len())];
            }
        };
        // What is left out is left out at the start.
        for (end, byte) in (all.len() - bytes.len() + 1..).zip(bytes) {
            match self.pastes.take(*byte) {
                Taken::Other => {
                    self.parser.parse(&[*byte], true);
                    self.pending = true;
                    inputs.extend(self.drain().map(|input| (input, end)));
                }
                Taken::Begun => {
                    // The parser holds the marker's other bytes.
                    self.parser = Parser::default();
                    self.pending = false;
                }
                Taken::Part => {}
                Taken::Whole(text) => inputs.push((Input::Paste(text), end)),
            }
        }
        inputs
    }

    /// No more bytes came for a moment: an escape that stood alone was the Esc key.
    pub fn flush(&mut self) -> Vec<Input> {
        if !self.pending {
            return Vec::new();
        }
        self.pending = false;
        self.parser.parse(&[], false);
        let inputs: Vec<Input> = self.drain().collect();
        if !inputs.is_empty() {
            self.pastes.no_marker();
        }
        inputs
    }

    /// A paste is open.
    pub fn pasting(&self) -> bool {
        self.pastes.inside()
    }

    /// A long silence would mean something: [`quiet`](Self::quiet) is to be told of it.
    pub fn waits(&self) -> bool {
        self.pastes.waits()
    }

    /// Nothing came for about a second: a paste that is open ends with what there is. Its late rest does not become
    /// keys, as far as it can be told from typing.
    pub fn quiet(&mut self) -> Option<Input> {
        self.pastes.quiet().map(Input::Paste)
    }

    /// Leaves the paste that is open to somebody else: its bytes as they came.
    pub fn abandon_paste(&mut self) -> Option<Vec<u8>> {
        self.pastes.abandon()
    }

    fn drain(&mut self) -> impl Iterator<Item = Input> {
        std::iter::from_fn(|| self.parser.pop()).filter_map(input)
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
    fn a_paste_without_an_end_gives_the_keys_back() {
        let down = [Input::Key(Chord::char('j'))];
        let mut decoder = Decoder::default();
        assert!(decoder.feed(b"k\x1b[200~rm -rf\nq").len() == 1);
        assert!(decoder.feed(b"q\x03q").is_empty(), "pasted, not typed");
        assert!(decoder.pasting());
        assert_eq!(
            decoder.quiet(),
            Some(Input::Paste("rm -rf\nqq\x03q".to_owned()))
        );
        assert_eq!(decoder.feed(b"j"), down);

        decoder.feed(b"\x1b[200~text");
        assert_eq!(
            decoder.feed(b"\x03"),
            [Input::Key("ctrl-c".parse().unwrap())]
        );
        assert!(decoder.feed(b"the rest of a long text\nq").is_empty());
        assert!(decoder.feed(b"its end\x1b[201~").is_empty());
        assert_eq!(decoder.feed(b"j"), down);
    }

    #[test]
    fn ctrl_c_gets_through_an_endless_stream() {
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b[200~");
        let block = [b'y'; 4096];
        for _ in 0..256 {
            assert!(decoder.feed(&block).is_empty());
        }
        assert_eq!(
            decoder.feed(b"yyy\x03yyy"),
            [Input::Key("ctrl-c".parse().unwrap())]
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
