//! The body of a GET that comes in many small chunks for as long as it likes, such as a log, read by hand: an engine
//! sends each line as a chunk, and an HTTP client hands each from task to task. Here a read is as many chunks as have
//! come, given in place. Must not know what the bytes mean.
use std::time::Duration;

use httparse::Status;
use tokio::io::AsyncReadExt;

use super::gather::Gathered;
use super::head::Head;
use super::hijack::Hijacked;
use crate::engine::error::Error;

/// Bytes of one read: what a Unix socket holds of lines before its writer waits.
const ROOM: usize = 64 << 10;
/// Longest line that tells a chunk's size, or follows the last chunk, in bytes.
const LONGEST_LINE: usize = 4 << 10;

/// How the end of the body is told (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Chunked(Place),
    /// So many bytes are left.
    Length(u64),
    /// By the end of the connection.
    Close,
}

/// Where in a chunked body the next byte is (RFC 9112, section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Size,
    Data(u64),
    /// In the line end behind the data.
    Behind,
    /// Behind the last chunk.
    Trailer,
    Over,
}

/// A body being read. Dropping it closes the connection.
#[derive(Debug)]
pub struct Flow {
    pipe: Gathered<Hijacked>,
    coding: Coding,
    /// What has come and was not given yet: less than a line of a chunk's frame.
    come: Vec<u8>,
}

impl Flow {
    pub(super) fn new(head: &Head, pipe: Hijacked) -> Self {
        let coding = if matches!(head.status, 204 | 304) {
            Coding::Length(0)
        } else if head.has("transfer-encoding", "chunked") {
            Coding::Chunked(Place::Size)
        } else {
            head.length()
                .map_or(Coding::Close, |bytes| Coding::Length(bytes as u64))
        };
        Self {
            pipe: Gathered(pipe),
            coding,
            come: Vec::with_capacity(ROOM),
        }
    }

    /// Waits for bytes and gives those of the body among them, in as many pieces as it takes, perhaps none. False: the
    /// body is over. May be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// `Cut`: the connection ended before the body did; `Garbage`: chunks that are none.
    pub async fn read(&mut self, mut give: impl FnMut(&[u8])) -> Result<bool, Error> {
        if self.is_over() {
            return Ok(false);
        }
        self.come.reserve(ROOM);
        if self.pipe.read_buf(&mut self.come).await? == 0 {
            return match self.coding {
                Coding::Close => Ok(false),
                _ => Err(Error::Cut),
            };
        }
        let mut rest = self.come.as_slice();
        let result = take(&mut self.coding, &mut rest, &mut give);
        let taken = self.come.len() - rest.len();
        self.come.drain(..taken);
        result.map(|()| true)
    }

    /// What comes of it within `limit`, about `most` bytes of it.
    pub(super) async fn some(mut self, most: usize, limit: Duration) -> Vec<u8> {
        let mut bytes = Vec::new();
        let reading = async {
            while bytes.len() < most
                && let Ok(true) = self.read(|piece| bytes.extend_from_slice(piece)).await
            {
            }
        };
        // What comes later is lost.
        let _late = tokio::time::timeout(limit, reading).await;
        bytes
    }

    fn is_over(&self) -> bool {
        matches!(
            self.coding,
            Coding::Length(0) | Coding::Chunked(Place::Over)
        )
    }
}

/// Gives what is whole; what is left in `rest` is the beginning of a line of a chunk's frame.
fn take(coding: &mut Coding, rest: &mut &[u8], give: &mut impl FnMut(&[u8])) -> Result<(), Error> {
    match coding {
        Coding::Close => give(std::mem::take(rest)),
        Coding::Length(left) => give_some(left, rest, give),
        Coding::Chunked(place) => {
            while !rest.is_empty() && *place != Place::Over {
                if let Place::Data(left) = place {
                    give_some(left, rest, give);
                    if *left == 0 {
                        *place = Place::Behind;
                    }
                } else if !frame(place, rest)? {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn give_some(left: &mut u64, rest: &mut &[u8], give: &mut impl FnMut(&[u8])) {
    let most = usize::try_from(*left).unwrap_or(usize::MAX);
    let (now, later) = rest.split_at(most.min(rest.len()));
    *left -= now.len() as u64;
    *rest = later;
    give(now);
}

/// Takes a line of a chunk's frame; false while it is not whole.
fn frame(place: &mut Place, rest: &mut &[u8]) -> Result<bool, Error> {
    let odd = || Error::garbage(|| say!("an odd chunk"));
    let Some(end) = memchr::memchr(b'\n', rest) else {
        return (rest.len() <= LONGEST_LINE)
            .then_some(false)
            .ok_or_else(odd);
    };
    let (line, later) = rest.split_at(end + 1);
    *place = match place {
        Place::Behind if line == b"\r\n" => Place::Size,
        // The parser takes a line without a digit for the last chunk's.
        Place::Size if !line[0].is_ascii_hexdigit() => return Err(odd()),
        Place::Size => match httparse::parse_chunk_size(line) {
            Ok(Status::Complete((_, 0))) => Place::Trailer,
            Ok(Status::Complete((_, size))) => Place::Data(size),
            _ => return Err(odd()),
        },
        Place::Trailer if line == b"\r\n" => Place::Over,
        Place::Trailer => Place::Trailer,
        _ => return Err(odd()),
    };
    *rest = later;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a body that arrives in these pieces, and how it ends.
    fn body(mut coding: Coding, pieces: &[&[u8]]) -> (Vec<u8>, Result<(), String>, Coding) {
        let (mut out, mut come) = (Vec::new(), Vec::new());
        for piece in pieces {
            come.extend_from_slice(piece);
            let mut rest = come.as_slice();
            let mut give = |bytes: &[u8]| out.extend_from_slice(bytes);
            if let Err(error) = take(&mut coding, &mut rest, &mut give) {
                return (out, Err(error.to_string()), coding);
            }
            come = rest.to_vec();
        }
        (out, Ok(()), coding)
    }

    #[test]
    fn chunks_come_out_however_they_are_cut() {
        let wire: &[u8] = b"5\r\nhello\r\nA;x=1\r\n, world\r\n!\r\n0\r\nTrailer: x\r\n\r\n";
        let chunked = Coding::Chunked(Place::Size);
        for size in 1..wire.len() {
            let pieces: Vec<&[u8]> = wire.chunks(size).collect();
            let (out, end, coding) = body(chunked, &pieces);
            assert_eq!(out, b"hello, world\r\n!", "cut by {size}");
            assert_eq!((end, coding), (Ok(()), Coding::Chunked(Place::Over)));
        }
    }

    #[test]
    fn chunks_that_are_none_are_refused() {
        let long = [b'1'; LONGEST_LINE + 1];
        for wire in [
            &b"xyz\r\n"[..],
            b"\r\n",
            b";x\r\n",
            b"2\r\nabc\r\n",
            b"ffffffffffffffffff\r\n",
            &long,
        ] {
            let (_, end, _) = body(Coding::Chunked(Place::Size), &[wire]);
            assert!(end.is_err(), "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn a_length_is_kept_to() {
        let (out, _, coding) = body(Coding::Length(5), &[b"he", b"llo, world"]);
        assert_eq!((out.as_slice(), coding), (&b"hello"[..], Coding::Length(0)));
    }
}
