//! Recognises the detach keys in what is typed. A beginning that does not go on is passed on.

/// Watches for the keys.
#[derive(Debug)]
pub(super) struct Detach {
    keys: Vec<u8>,
    /// How many of them have been typed.
    matched: usize,
}

impl Detach {
    pub(super) fn new(keys: &[u8]) -> Self {
        Self {
            keys: keys.to_owned(),
            matched: 0,
        }
    }

    /// The bytes to pass on, and whether the keys are complete.
    pub(super) fn take(&mut self, typed: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::with_capacity(typed.len());
        for byte in typed {
            if self.keys.get(self.matched) == Some(byte) {
                self.matched += 1;
                if self.matched == self.keys.len() {
                    self.matched = 0;
                    return (out, true);
                }
                continue;
            }
            let held = std::mem::take(&mut self.matched);
            out.extend(self.keys.iter().take(held));
            if self.keys.first() == Some(byte) {
                self.matched = 1;
            } else {
                out.push(*byte);
            }
        }
        (out, false)
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
}
