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

/// What a bracketed paste begins and ends with (xterm's mode 2004).
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// A paste is ended by force after this many bytes: whoever sends more has lost its end.
const PASTE_CAP: usize = 1 << 20;

/// Ctrl-C.
const INTERRUPT: &[u8] = &[3];

/// Decodes bytes as they come; a sequence may be cut anywhere.
#[derive(Debug, Default)]
pub struct Decoder {
    parser: Parser,
    /// Bytes of an unfinished sequence are held by the parser.
    pending: bool,
    /// Bytes since a paste began that has not ended.
    paste: Option<usize>,
    /// The last bytes, in which a marker may have begun.
    tail: Vec<u8>,
}

impl Decoder {
    /// Takes bytes and returns what is complete. Within a paste, a Ctrl-C that comes alone ends it.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        let mut inputs = Vec::new();
        if self.paste.is_some() && bytes == INTERRUPT {
            inputs = self.end_paste();
        }
        self.mark(bytes);
        self.parser.parse(bytes, true);
        self.pending = !bytes.is_empty();
        inputs.extend(self.drain());
        if self.paste.is_some_and(|length| length > PASTE_CAP) {
            inputs.extend(self.end_paste());
        }
        inputs
    }

    /// Whether a paste has begun and not ended: every byte is taken for text.
    pub fn is_pasting(&self) -> bool {
        self.paste.is_some()
    }

    /// Ends a paste whose end was lost: what has come is the paste. Nothing where there is none.
    pub fn end_paste(&mut self) -> Vec<Input> {
        if self.paste.take().is_none() {
            return Vec::new();
        }
        self.tail.clear();
        self.parser.parse(PASTE_ENDS, true);
        self.drain()
    }

    /// Notes where pastes begin and end.
    fn mark(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.tail.len() == PASTE_BEGINS.len() {
                self.tail.remove(0);
            }
            self.tail.push(*byte);
            self.paste = match self.paste {
                None if self.tail == PASTE_BEGINS => Some(0),
                Some(_) if self.tail == PASTE_ENDS => None,
                open => open.map(|length| length + 1),
            };
        }
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

/// The bytes of a key or paste as a plain terminal sends them, for a program that gets the terminal in mid-typing. Nothing
/// for what such a program has not asked for: mouse and focus.
pub fn encode(input: &Input) -> Vec<u8> {
    let chord = match input {
        Input::Key(chord) => chord,
        Input::Paste(text) => return text.clone().into_bytes(),
        Input::Mouse(_) | Input::Focus(_) => return Vec::new(),
    };
    let mut bytes = if chord.alt { vec![0x1b] } else { Vec::new() };
    let sequence: &[u8] = match chord.code {
        Code::Char(c) if chord.ctrl => {
            bytes.push((c.to_ascii_uppercase() as u8) & 0x1f);
            b""
        }
        Code::Char(c) => {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            b""
        }
        Code::Enter => b"\r",
        Code::Backspace => b"\x7f",
        Code::Tab if chord.shift => b"\x1b[Z",
        Code::Tab => b"\t",
        Code::Esc => b"\x1b",
        Code::Up => b"\x1b[A",
        Code::Down => b"\x1b[B",
        Code::Right => b"\x1b[C",
        Code::Left => b"\x1b[D",
        Code::Home => b"\x1b[H",
        Code::End => b"\x1b[F",
        Code::Insert => b"\x1b[2~",
        Code::Delete => b"\x1b[3~",
        Code::PageUp => b"\x1b[5~",
        Code::PageDown => b"\x1b[6~",
        Code::F(_) => b"",
    };
    bytes.extend_from_slice(sequence);
    bytes
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
    fn keys_go_back_to_the_bytes_they_came_from() {
        let sent = b"els -l\r\x03\t\x7f\x1b[A\x1b[D\x1b[5~\x1b[3~\x1b[Z\xc3\xa9\x1bb";
        let inputs = Decoder::default().feed(sent);
        let back: Vec<u8> = inputs.iter().flat_map(encode).collect();
        assert_eq!(back, sent);
    }

    #[test]
    fn a_paste_without_an_end_does_not_take_all_keys() {
        let mut decoder = Decoder::default();
        let paste = |text: &str| Input::Paste(text.to_owned());
        let quit = Input::Key(Chord {
            ctrl: true,
            ..Chord::char('c')
        });
        assert!(decoder.feed(b"\x1b[200").is_empty() && !decoder.is_pasting());
        assert!(decoder.feed(b"~rrr").is_empty() && decoder.is_pasting());
        assert_eq!(decoder.feed(b"\x03"), [paste("rrr"), quit.clone()]);
        assert_eq!(decoder.feed(b"j"), [Input::Key(Chord::char('j'))]);

        assert!(decoder.feed(b"\x1b[200~a").is_empty());
        assert_eq!(decoder.end_paste(), [paste("a")]);
        assert!(decoder.end_paste().is_empty());
        assert!(
            decoder.feed(PASTE_ENDS).is_empty(),
            "an end that comes late"
        );
        assert_eq!(decoder.feed(b"\x03"), [quit]);

        assert!(decoder.feed(PASTE_BEGINS).is_empty());
        let much = vec![b'x'; PASTE_CAP + 1];
        let inputs = decoder.feed(&much);
        assert!(matches!(inputs.as_slice(), [Input::Paste(text)] if text.len() == much.len()));
        assert!(!decoder.is_pasting());
        assert_eq!(
            decoder.feed(b"\x1b[200~one\x1b[201~\x1b[200~two\x1b[201~"),
            [paste("one"), paste("two")]
        );
        assert!(!decoder.is_pasting());
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
