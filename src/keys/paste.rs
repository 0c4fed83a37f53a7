//! Bracketed pastes out of the bytes of a terminal, with bounds: one that never ends neither fills memory nor keeps the
//! keys, and its late rest does not become keys. Knows bytes; knows no key.

const START: &[u8] = b"\x1b[200~";
const END: &[u8] = b"\x1b[201~";
/// Bytes kept of one paste: no field here takes more.
const LIMIT: usize = 1 << 20;
/// What a hand types between two reads, in bytes without an escape sequence. More is the rest of a paste.
const TYPED: usize = 16;
const INTERRUPT: u8 = 0x03;

/// Finds pastes.
#[derive(Debug, Default)]
pub(super) struct Pastes {
    state: State,
    /// How much of the marker that is looked for was seen.
    matched: usize,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Outside,
    Inside(Vec<u8>),
    /// The last paste was given up before its end, which may still come. `typed`: what came since looks like keys.
    GivenUp {
        typed: bool,
    },
}

/// What a byte is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// No part of a paste.
    Other,
    /// The last of the start marker, whose other bytes went by as [`Taken::Other`].
    Begun,
    Part,
    Whole(String),
}

/// What a read is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk<'a> {
    Bytes(&'a [u8]),
    /// Ctrl-C, typed while a paste was open.
    Interrupt,
}

impl Pastes {
    pub(super) fn inside(&self) -> bool {
        matches!(self.state, State::Inside(_))
    }

    /// Whether a silence would mean something.
    pub(super) fn waits(&self) -> bool {
        !matches!(self.state, State::Outside | State::GivenUp { typed: false })
    }

    /// Looks at a whole read first: what it holds that is to be taken byte by byte.
    pub(super) fn read<'a>(&mut self, bytes: &'a [u8]) -> Chunk<'a> {
        match &mut self.state {
            State::Outside => Chunk::Bytes(bytes),
            State::Inside(text) => {
                let alone = bytes.iter().all(|byte| *byte == INTERRUPT);
                let endless = text.len() >= LIMIT && !holds(bytes, END);
                if bytes.is_empty() || !(alone || endless && bytes.contains(&INTERRUPT)) {
                    return Chunk::Bytes(bytes);
                }
                self.state = State::GivenUp { typed: false };
                self.matched = 0;
                Chunk::Interrupt
            }
            State::GivenUp { typed } => {
                if let Some(at) = find(bytes, END) {
                    self.state = State::Outside;
                    return Chunk::Bytes(bytes.get(at + END.len()..).unwrap_or_default());
                }
                if let Some(at) = find(bytes, START) {
                    return Chunk::Bytes(bytes.get(at..).unwrap_or_default());
                }
                *typed = bytes
                    .split(|byte| *byte == 0x1b)
                    .all(|run| run.len() <= TYPED);
                Chunk::Bytes(if *typed { bytes } else { &[] })
            }
        }
    }

    pub(super) fn take(&mut self, byte: u8) -> Taken {
        let marker = if self.inside() { END } else { START };
        let before = self.matched;
        self.matched = match marker.get(before) {
            Some(next) if *next == byte => before + 1,
            // Only the first byte of a marker is an escape byte.
            _ => usize::from(byte == 0x1b),
        };
        let whole = self.matched == marker.len();
        if whole {
            self.matched = 0;
        }
        let State::Inside(text) = &mut self.state else {
            if !whole {
                return Taken::Other;
            }
            self.state = State::Inside(Vec::new());
            return Taken::Begun;
        };
        if whole {
            let text = std::mem::take(text);
            self.state = State::Outside;
            return Taken::Whole(readable(text));
        }
        if self.matched <= before {
            let lost_match = marker.get(..before).unwrap_or_default();
            keep(text, lost_match);
        }
        if self.matched == 0 {
            keep(text, &[byte]);
        }
        Taken::Part
    }

    /// Keys were read: no marker has begun.
    pub(super) fn no_marker(&mut self) {
        self.matched = 0;
    }

    /// Nothing came for long. A paste that is open ends with what there is; what follows one that was given up is keys
    /// again.
    pub(super) fn quiet(&mut self) -> Option<String> {
        match std::mem::take(&mut self.state) {
            State::Inside(text) => {
                self.state = State::GivenUp { typed: false };
                self.matched = 0;
                Some(readable(text))
            }
            State::GivenUp { typed: false } => {
                self.state = State::GivenUp { typed: false };
                None
            }
            State::Outside | State::GivenUp { typed: true } => None,
        }
    }

    /// Leaves the paste that is open to somebody else: its bytes as they came.
    pub(super) fn abandon(&mut self) -> Option<Vec<u8>> {
        let seen = END.get(..std::mem::take(&mut self.matched));
        match std::mem::take(&mut self.state) {
            State::Inside(text) => Some([START, &text, seen.unwrap_or_default()].concat()),
            State::Outside | State::GivenUp { .. } => None,
        }
    }
}

fn keep(text: &mut Vec<u8>, bytes: &[u8]) {
    let room = LIMIT - text.len();
    text.extend(bytes.iter().take(room));
}

/// As text; a character that was cut at the end is left away.
fn readable(mut text: Vec<u8>) -> String {
    if let Err(error) = std::str::from_utf8(&text)
        && error.error_len().is_none()
    {
        text.truncate(error.valid_up_to());
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn find(bytes: &[u8], marker: &[u8]) -> Option<usize> {
    bytes.windows(marker.len()).position(|at| at == marker)
}

fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    find(bytes, marker).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(pastes: &mut Pastes, bytes: &[u8]) -> Vec<Taken> {
        let Chunk::Bytes(bytes) = pastes.read(bytes) else {
            return Vec::new();
        };
        let taken = bytes.iter().map(|byte| pastes.take(*byte));
        taken.filter(|taken| *taken != Taken::Part).collect()
    }

    #[test]
    fn markers_are_found_wherever_they_are_cut() {
        let all = b"\x1b[200~a\x1b[20b\x1b\x1b[201~";
        for cut in 1..all.len() {
            let mut pastes = Pastes::default();
            let (head, tail) = all.split_at(cut);
            let mut taken = feed(&mut pastes, head);
            taken.extend(feed(&mut pastes, tail));
            let last = taken.pop();
            assert_eq!(
                last,
                Some(Taken::Whole("a\x1b[20b\x1b".to_owned())),
                "{cut}"
            );
            assert!(!pastes.waits());
        }
    }

    #[test]
    fn one_without_an_end_keeps_a_bounded_piece_and_whole_characters() {
        let mut pastes = Pastes::default();
        feed(&mut pastes, b"\x1b[200~x");
        let block = "é".repeat(2048);
        for _ in 0..1000 {
            assert!(feed(&mut pastes, block.as_bytes()).is_empty());
        }
        let text = pastes.quiet().unwrap();
        assert_eq!(text.len(), LIMIT - 1);
        assert!(text.ends_with('é'));
    }

    #[test]
    fn what_comes_after_a_silence_is_its_rest_or_keys() {
        let mut pastes = Pastes::default();
        feed(&mut pastes, b"\x1b[200~one");
        assert_eq!(pastes.quiet().as_deref(), Some("one"));
        let rest = b"two and many more words\nq";
        assert!(feed(&mut pastes, rest).is_empty());
        assert_eq!(feed(&mut pastes, b"rest\x1b[201~j"), [Taken::Other]);
        assert_eq!(feed(&mut pastes, rest).len(), rest.len());

        feed(&mut pastes, b"\x1b[200~one");
        pastes.quiet();
        assert_eq!(feed(&mut pastes, b"j"), [Taken::Other]);
        assert!(pastes.waits());
        pastes.quiet();
        assert_eq!(feed(&mut pastes, rest).len(), rest.len());
    }
}
