//! Takes the terminal's answers to `CSI 5 n` out of what comes from it, wherever they stand: between keys, cut by a read,
//! or inside of a paste. Knows bytes only.

/// "Ready", the answer to a question for the device's status (ECMA-48, 8.3.35 DSR).
const READY: &[u8] = b"\x1b[0n";

/// Counts the questions that are open. Where none is, bytes pass untouched.
#[derive(Debug, Default)]
pub(super) struct Answers {
    asked: usize,
    seen: usize,
    /// So much of an answer was read, and the rest may follow.
    held: usize,
    /// Answers that nobody has been told of.
    untold: usize,
}

impl Answers {
    /// So many questions were sent since the start.
    pub(super) fn asked(&mut self, total: usize) {
        self.asked = total;
    }

    /// Answers seen since this was called last.
    pub(super) fn untold(&mut self) -> usize {
        std::mem::take(&mut self.untold)
    }

    /// A short silence would mean that what is held was typed.
    pub(super) fn holds(&self) -> bool {
        self.held > 0
    }

    /// What is no answer.
    pub(super) fn strip(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut rest = Vec::with_capacity(bytes.len() + self.held);
        for byte in bytes {
            if self.seen < self.asked && READY.get(self.held) == Some(byte) {
                self.held += 1;
                if self.held == READY.len() {
                    self.held = 0;
                    self.seen += 1;
                    self.untold += 1;
                }
                continue;
            }
            rest.extend(self.release());
            // The byte that ends one attempt may begin the next.
            if self.seen < self.asked && READY.first() == Some(byte) {
                self.held = 1;
            } else {
                rest.push(*byte);
            }
        }
        rest
    }

    /// What was held was no answer.
    pub(super) fn release(&mut self) -> &'static [u8] {
        READY
            .get(..std::mem::take(&mut self.held))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_answers_are_taken_out_as_were_asked_for() {
        let mut answers = Answers::default();
        assert_eq!(answers.strip(b"\x1b[0n\x1b"), b"\x1b[0n\x1b", "none asked");
        answers.asked(2);
        assert_eq!(answers.strip(b"a\x1b[0nb\x1b[0n\x1b[0n"), b"ab\x1b[0n");
        assert_eq!(answers.untold(), 2);
        assert_eq!(answers.untold(), 0);
    }

    #[test]
    fn an_answer_may_be_cut_anywhere_and_what_is_none_passes() {
        for cut in 0..=READY.len() {
            let mut answers = Answers::default();
            answers.asked(1);
            let (first, second) = READY.split_at(cut);
            assert!(answers.strip(first).is_empty());
            assert_eq!(answers.holds(), !first.is_empty() && !second.is_empty());
            assert_eq!(answers.strip(&[second, b"x"].concat()), b"x");
            assert_eq!(answers.untold(), 1);
        }
        let mut answers = Answers::default();
        answers.asked(1);
        assert_eq!(answers.strip(b"\x1b[A\x1b\x1b[0m"), b"\x1b[A\x1b\x1b[0m");
        assert!(answers.strip(b"\x1b").is_empty());
        assert_eq!(answers.release(), b"\x1b", "the Esc key");
        assert_eq!(answers.untold(), 0);
    }
}
