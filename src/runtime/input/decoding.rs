//! From the bytes of the terminal to inputs, or on raw, with what a switch between the two must not lose. Knows keys;
//! knows no file and no thread.
use super::answers::Answers;
use super::{TermInput, Typed};
use crate::keys::{Chord, Decoder, Input};

/// Decodes or not, and keeps the bytes of an unfinished sequence to hand them on when the mode switches.
#[derive(Debug, Default)]
pub(super) struct Decoding {
    decoder: Decoder,
    answers: Answers,
    raw: bool,
    /// What the decoder has of an input that is not whole yet.
    held: Vec<u8>,
    /// Nothing new since the silence was noted.
    quiet: bool,
}

/// An unfinished sequence longer than this is a paste; its bytes are not kept twice.
const HELD_CAP: usize = 256;

impl Decoding {
    /// A short silence would mean something.
    pub(super) fn holds(&self) -> bool {
        self.answers.holds() || !self.held.is_empty() && !self.quiet
    }

    /// So many times the terminal was asked whether it has shown all.
    pub(super) fn asked(&mut self, total: usize) {
        self.answers.asked(total);
    }

    /// How many times it has answered since this was called last.
    pub(super) fn answered(&mut self) -> Option<TermInput> {
        let count = self.answers.untold();
        (count > 0).then_some(TermInput::Answered(count))
    }

    /// A long silence would mean something.
    pub(super) fn waits(&self) -> bool {
        !self.raw && self.decoder.waits()
    }

    pub(super) fn switch(&mut self, raw: bool) -> Option<TermInput> {
        if self.raw == raw {
            return None;
        }
        self.raw = raw;
        let paste = self.decoder.abandon_paste();
        self.decoder = Decoder::default();
        self.quiet = false;
        let held = std::mem::take(&mut self.held);
        let held = paste.unwrap_or(held);
        (!held.is_empty()).then_some(TermInput::Raw(held))
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<TermInput> {
        let bytes = self.answers.strip(bytes);
        self.read(&bytes)
    }

    fn read(&mut self, bytes: &[u8]) -> Option<TermInput> {
        if bytes.is_empty() {
            return None;
        }
        if self.raw {
            return Some(TermInput::Raw(bytes.to_vec()));
        }
        self.quiet = false;
        let typed = self.typed(bytes);
        let whole = self.held.len() - unfinished(&self.held).len();
        self.held.drain(..whole);
        (!typed.is_empty()).then_some(TermInput::Inputs(typed))
    }

    /// What these bytes complete; what is left of them is held.
    fn typed(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut from = 0;
        let mut typed = Vec::new();
        for (input, end) in self.decoder.feed_ends(bytes) {
            let mut bytes_of = std::mem::take(&mut self.held);
            bytes_of.extend_from_slice(bytes.get(from..end).unwrap_or_default());
            from = end;
            let raw = raw(&input, &bytes_of);
            typed.push(Typed { input, raw });
        }
        self.held
            .extend_from_slice(bytes.get(from..).unwrap_or_default());
        if self.decoder.pasting() {
            self.held.clear();
        }
        typed
    }

    /// Nothing came for a moment, or, when only [`waits`](Self::waits), for long.
    pub(super) fn silence(&mut self) -> Option<TermInput> {
        if self.answers.holds() {
            let typed = self.answers.release();
            let first = self.read(typed);
            return if self.raw { first } else { self.silence() };
        }
        let long = !self.holds();
        self.quiet = true;
        let inputs: Vec<Input> = if long {
            self.decoder.quiet().into_iter().collect()
        } else {
            self.decoder.flush()
        };
        if inputs.is_empty() {
            return None;
        }
        let held = std::mem::take(&mut self.held);
        let typed = inputs.into_iter().map(|input| {
            let raw = raw(&input, &held);
            Typed { input, raw }
        });
        Some(TermInput::Inputs(typed.collect()))
    }
}

/// What a program would have been sent for this input: the shortest end of the bytes it came in that means the same, as
/// an answer of the terminal may stand before a key.
fn raw(input: &Input, bytes: &[u8]) -> Vec<u8> {
    match input {
        Input::Mouse(_) | Input::Focus(_) => return Vec::new(),
        Input::Paste(text) => return text.clone().into_bytes(),
        Input::Key(_) => {}
    }
    let starts: [fn(&u8) -> bool; 2] = [|byte| byte & 0xc0 != 0x80, |byte| *byte == 0x1b];
    let same = |tail: &&[u8]| {
        let mut decoder = Decoder::default();
        let mut inputs = decoder.feed(tail);
        inputs.extend(decoder.flush());
        inputs.as_slice() == std::slice::from_ref(input)
    };
    starts
        .into_iter()
        .filter_map(|start| bytes.get(bytes.iter().rposition(start)?..))
        .find(same)
        .unwrap_or(bytes)
        .to_vec()
}

/// The end of these bytes that is no whole input yet: a sequence from its escape byte on, or a character from its
/// first byte on.
fn unfinished(bytes: &[u8]) -> &[u8] {
    let starts: [fn(&u8) -> bool; 2] = [|byte| *byte == 0x1b, |byte| *byte >= 0xc0];
    starts
        .into_iter()
        .filter_map(|start| bytes.get(bytes.iter().rposition(start)?..))
        .find(|tail| tail.len() <= HELD_CAP && open(tail))
        .unwrap_or_default()
}

/// Whether a letter after these bytes would not be that letter.
fn open(tail: &[u8]) -> bool {
    let mut decoder = Decoder::default();
    let letter = Input::Key(Chord::char('x'));
    decoder.feed(tail).is_empty() && decoder.feed(b"x") != [letter]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Code;

    fn key(code: Code) -> TermInput {
        inputs(vec![Input::Key(Chord::plain(code))])
    }

    fn inputs(list: Vec<Input>) -> TermInput {
        let mut whole = Vec::new();
        for input in list {
            let raw = match &input {
                Input::Key(Chord { code, .. }) => match code {
                    Code::Char(c) => c.to_string(),
                    Code::Esc => "\x1b".to_owned(),
                    Code::Up => "\x1b[A".to_owned(),
                    Code::Down => "\x1b[B".to_owned(),
                    other => panic!("{other:?}"),
                },
                Input::Paste(text) => text.clone(),
                Input::Mouse(_) | Input::Focus(_) => String::new(),
            };
            let raw = raw.into_bytes();
            whole.push(Typed { input, raw });
        }
        TermInput::Inputs(whole)
    }

    #[test]
    fn an_escape_is_esc_after_silence_and_a_sequence_before() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b"), None);
        assert!(decoding.holds());
        assert_eq!(decoding.silence(), Some(key(Code::Esc)));
        assert!(!decoding.holds());

        assert_eq!(decoding.take(b"\x1b"), None);
        assert_eq!(decoding.take(b"[A"), Some(key(Code::Up)));
        assert!(!decoding.holds(), "nothing is left to wait for");
    }

    #[test]
    fn a_sequence_cut_by_silence_is_still_read_whole() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b["), None);
        assert_eq!(decoding.silence(), None);
        assert!(
            !decoding.holds(),
            "it does not wake the thread again and again"
        );
        assert_eq!(decoding.take(b"B"), Some(key(Code::Down)));
    }

    #[test]
    fn the_switch_loses_no_byte() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"j\x1b["), Some(key(Code::Char('j'))));
        assert_eq!(
            decoding.switch(true),
            Some(TermInput::Raw(b"\x1b[".to_vec()))
        );
        assert_eq!(
            decoding.take(b"A\x03"),
            Some(TermInput::Raw(b"A\x03".to_vec()))
        );
        assert_eq!(decoding.switch(false), None);
        assert_eq!(decoding.take(b"k"), Some(key(Code::Char('k'))));

        assert_eq!(
            decoding.take(b"\x1b[Aj\xc3"),
            Some(inputs(vec![
                Input::Key(Chord::plain(Code::Up)),
                Input::Key(Chord::char('j')),
            ]))
        );
        assert_eq!(decoding.switch(true), Some(TermInput::Raw(vec![0xc3])));
    }

    #[test]
    fn an_answer_of_the_terminal_is_neither_kept_nor_handed_on() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b[24;8"), None);
        assert!(decoding.holds());
        assert_eq!(decoding.take(b"0R"), None);
        assert!(!decoding.holds());
        assert_eq!(decoding.take(b"j\xc3"), Some(key(Code::Char('j'))));
        assert!(decoding.holds());
        assert_eq!(decoding.take(b"\xa9"), Some(key(Code::Char('é'))));
        assert_eq!(decoding.switch(true), None);
    }

    #[test]
    fn answers_are_no_input_and_a_lone_escape_still_is() {
        let mut decoding = Decoding::default();
        decoding.asked(3);
        assert_eq!(
            decoding.take(b"j\x1b[0nk\x1b["),
            Some(inputs(vec![
                Input::Key(Chord::char('j')),
                Input::Key(Chord::char('k')),
            ]))
        );
        assert_eq!(decoding.answered(), Some(TermInput::Answered(1)));
        assert_eq!(decoding.answered(), None);
        assert!(decoding.holds());
        assert_eq!(decoding.take(b"A"), Some(key(Code::Up)));
        assert_eq!(decoding.take(b"\x1b"), None);
        assert!(decoding.holds());
        assert_eq!(decoding.silence(), Some(key(Code::Esc)));
        assert!(!decoding.holds());
    }

    #[test]
    fn a_late_answer_does_not_reach_the_shell_but_the_shells_own_does() {
        let mut decoding = Decoding::default();
        decoding.asked(1);
        assert_eq!(decoding.take(b"\x1b[0"), None);
        assert_eq!(decoding.switch(true), None);
        let read = decoding.take(b"nls\r\x1b[0n");
        assert_eq!(read, Some(TermInput::Raw(b"ls\r\x1b[0n".to_vec())));

        decoding.asked(2);
        assert_eq!(decoding.take(b"\x1b"), None);
        let esc = Some(TermInput::Raw(b"\x1b".to_vec()));
        assert_eq!(decoding.silence(), esc, "vim gets its Esc");
    }

    #[test]
    fn a_paste_in_pieces_is_one_paste() {
        let mut decoding = Decoding::default();
        let text = "long ".repeat(200);
        assert_eq!(decoding.take(b"\x1b[200~"), None);
        assert_eq!(decoding.take(text.as_bytes()), None);
        assert!(!decoding.holds(), "a short silence means nothing");
        assert_eq!(
            decoding.take(b"\x1b[201~"),
            Some(inputs(vec![Input::Paste(text)]))
        );
    }

    #[test]
    fn an_input_knows_the_bytes_a_program_would_have_been_sent() {
        let mut decoding = Decoding::default();
        let read = b"\x1b[24;80R\xc3\xa9\x1bj\x1b[I\r\x1b[200~p\x1b[201~\x1b[1;5C";
        let Some(TermInput::Inputs(typed)) = decoding.take(read) else {
            panic!("nothing read");
        };
        let raw: Vec<&[u8]> = typed.iter().map(|typed| typed.raw.as_slice()).collect();
        let wanted: [&[u8]; 6] = ["é".as_bytes(), b"\x1bj", b"", b"\r", b"p", b"\x1b[1;5C"];
        assert_eq!(raw, wanted);
    }

    #[test]
    fn a_paste_without_an_end_is_over_after_a_long_silence() {
        let mut decoding = Decoding::default();
        assert_eq!(decoding.take(b"\x1b[200~text"), None);
        assert!(!decoding.holds());
        assert!(decoding.waits());
        let paste = Input::Paste("text".to_owned());
        assert_eq!(decoding.silence(), Some(inputs(vec![paste])));
        assert!(!decoding.waits());
        assert_eq!(decoding.take(b"j"), Some(key(Code::Char('j'))));

        decoding.take(b"\x1b[200~for the shell");
        let raw = b"\x1b[200~for the shell".to_vec();
        assert_eq!(decoding.switch(true), Some(TermInput::Raw(raw)));
    }
}
