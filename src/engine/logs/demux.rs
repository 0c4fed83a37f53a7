//! Bytes of a log, exec or attach stream to frames: `[stream, 0, 0, 0, length as big-endian u32]` and the payload, cut
//! anywhere (Docker Engine API, "Stream format"). A TTY's stream has no frames.
use crate::engine::Error;
use crate::model::LogStream;

/// Longest frame believed, in bytes; engines send at most some 16 KiB.
pub const FRAME_CAP: usize = 1 << 20;

/// A piece of one stream's bytes; a frame may come as several pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    pub stream: LogStream,
    pub bytes: &'a [u8],
    /// The last piece of its frame.
    pub complete: bool,
}

/// Takes frames apart; holds no more than a header.
#[derive(Debug)]
pub struct Demux {
    tty: bool,
    header: Vec<u8>,
    stream: LogStream,
    left: usize,
}

impl Demux {
    pub fn new(tty: bool) -> Self {
        Self {
            tty,
            header: Vec::with_capacity(8),
            stream: LogStream::Stdout,
            left: 0,
        }
    }

    /// Gives the pieces in these bytes.
    ///
    /// # Errors
    /// A header that no engine sends: the stream cannot be trusted any more.
    pub fn push(&mut self, mut bytes: &[u8], mut give: impl FnMut(Frame<'_>)) -> Result<(), Error> {
        if self.tty {
            give(Frame {
                stream: LogStream::Tty,
                bytes,
                complete: true,
            });
            return Ok(());
        }
        while !bytes.is_empty() {
            if self.left == 0 {
                let wants = 8 - self.header.len();
                let (head, rest) = bytes.split_at(wants.min(bytes.len()));
                self.header.extend_from_slice(head);
                bytes = rest;
                if self.header.len() == 8 {
                    self.open()?;
                }
                continue;
            }
            let (payload, rest) = bytes.split_at(self.left.min(bytes.len()));
            self.left -= payload.len();
            give(Frame {
                stream: self.stream,
                bytes: payload,
                complete: self.left == 0,
            });
            bytes = rest;
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Error> {
        let &[kind, 0, 0, 0, a, b, c, d] = self.header.as_slice() else {
            return Err(Error::garbage(|| say!("a log frame with an odd header")));
        };
        self.header.clear();
        self.stream = match kind {
            0 | 1 => LogStream::Stdout,
            // 3 is the engine's own error text.
            2 | 3 => LogStream::Stderr,
            _ => return Err(Error::garbage(|| say!("a log frame of an unknown stream"))),
        };
        self.left = u32::from_be_bytes([a, b, c, d]) as usize;
        if self.left > FRAME_CAP {
            return Err(Error::garbage(|| {
                say!("a log frame that claims more than 1 MiB")
            }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, 0, 0, 0];
        bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes());
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn frames_come_out_whole_however_they_are_cut() {
        let all = [frame(1, b"one\n"), frame(2, b"two\n"), frame(1, b"")].concat();
        for size in 1..all.len() {
            let (mut demux, mut out, mut err) = (Demux::new(false), Vec::new(), Vec::new());
            for chunk in all.chunks(size) {
                demux
                    .push(chunk, |f| match f.stream {
                        LogStream::Stderr => err.extend_from_slice(f.bytes),
                        _ => out.extend_from_slice(f.bytes),
                    })
                    .unwrap();
            }
            assert_eq!(
                (out.as_slice(), err.as_slice()),
                (&b"one\n"[..], &b"two\n"[..]),
                "cut by {size}"
            );
        }
    }

    #[test]
    fn a_lying_length_and_an_odd_header_end_the_stream() {
        assert!(
            Demux::new(false)
                .push(&[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xf0], |_| ())
                .is_err()
        );
        assert!(
            Demux::new(false)
                .push(&[9, 0, 0, 0, 0, 0, 0, 1], |_| ())
                .is_err()
        );
        assert!(
            Demux::new(false)
                .push(b"plain text that is no frame", |_| ())
                .is_err()
        );
    }

    #[test]
    fn a_tty_stream_is_taken_as_it_is() {
        let mut got = Vec::new();
        Demux::new(true)
            .push(b"\x01abc\r\n", |f| got.extend_from_slice(f.bytes))
            .unwrap();
        assert_eq!(got, b"\x01abc\r\n");
    }
}
