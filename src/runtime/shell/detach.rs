//! Recognises the detach keys in what is typed. A beginning that does not go on is passed on, and after a while of silence
//! too: one of the keys alone (ctrl-p) has a meaning of its own in most shells.
use std::time::Duration;

/// A beginning waits this long before it is passed on; the keys are recognised all the same when they go on later.
pub(super) const WAIT: Duration = Duration::from_millis(500);

/// Watches for the keys.
#[derive(Debug)]
pub(super) struct Detach {
    keys: Vec<u8>,
    /// How many of them have been typed.
    matched: usize,
    /// How many of those were passed on already.
    passed: usize,
}

impl Detach {
    pub(super) fn new(keys: &[u8]) -> Self {
        Self {
            keys: keys.to_owned(),
            matched: 0,
            passed: 0,
        }
    }

    /// The bytes to pass on, and whether the keys are complete.
    pub(super) fn take(&mut self, typed: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::with_capacity(typed.len());
        for byte in typed {
            // What was held together with this byte: the longest end of it that may begin the keys is held on.
            let mut run = self.keys.get(..self.matched).unwrap_or_default().to_vec();
            run.push(*byte);
            let dropped = (0..=run.len())
                .find(|from| self.keys.starts_with(run.get(*from..).unwrap_or_default()))
                .unwrap_or(run.len());
            out.extend(run.iter().take(dropped).skip(self.passed));
            self.passed = self.passed.saturating_sub(dropped);
            self.matched = run.len() - dropped;
            if self.matched > 0 && self.matched == self.keys.len() {
                (self.matched, self.passed) = (0, 0);
                return (out, true);
            }
        }
        (out, false)
    }

    /// A beginning is held back.
    pub(super) fn holds(&self) -> bool {
        self.passed < self.matched
    }

    /// Passes on what is held back.
    pub(super) fn release(&mut self) -> Vec<u8> {
        let held = self.keys.get(self.passed..self.matched);
        self.passed = self.matched;
        held.unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_leave_and_a_beginning_alone_is_passed_on() {
        let mut detach = Detach::new(&[0x10, 0x11]);
        assert_eq!(detach.take(b"ls\r"), (b"ls\r".to_vec(), false));
        assert_eq!(detach.take(&[0x10]), (Vec::new(), false));
        assert_eq!(
            detach.take(b"x"),
            (vec![0x10, b'x'], false),
            "the held key comes with the next"
        );
        assert_eq!(detach.take(&[0x10, 0x10]), (vec![0x10], false));
        assert_eq!(detach.take(&[0x11, b'z']), (Vec::new(), true));
        assert_eq!(
            Detach::new(&[]).take(&[0x10, 0x11]),
            (vec![0x10, 0x11], false)
        );
    }

    #[test]
    fn keys_that_repeat_themselves_are_found_after_a_false_beginning() {
        let mut detach = Detach::new(b"aab");
        assert_eq!(detach.take(b"aaab"), (b"a".to_vec(), true));
        assert_eq!(detach.take(b"aacaab"), (b"aac".to_vec(), true));
    }

    #[test]
    fn after_a_silence_a_beginning_is_passed_on_once_and_still_counts() {
        let mut detach = Detach::new(&[0x10, 0x11]);
        assert!(!detach.holds());
        detach.take(&[0x10]);
        assert!(detach.holds());
        assert_eq!(detach.release(), [0x10]);
        assert!(!detach.holds());
        assert_eq!(detach.take(b"x"), (b"x".to_vec(), false), "not twice");
        detach.take(&[0x10]);
        detach.release();
        assert_eq!(detach.take(&[0x11]), (Vec::new(), true));
    }
}
