//! Log records as the wire has them: split at 16 KiB, with a header each unless on a terminal.
//! Must not know where records come from.
use bytes::{BufMut, Bytes, BytesMut};

use super::{Output, Record};
use crate::sim::clock::{Ns, stamp};

/// The longest piece of a line in one frame.
const PIECE: usize = 16_384;

/// A piece of a line: what one frame holds.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Time of its record.
    pub at: Ns,
    /// Its stream.
    pub output: Output,
    /// Its bytes, with the newline if it is the last of its line.
    pub bytes: Bytes,
}

/// The pieces of a record.
pub fn pieces(record: &Record) -> impl DoubleEndedIterator<Item = Piece> {
    let (at, output) = (record.at, record.output);
    record.lines.iter().flat_map(move |line| {
        let parts = line.len().saturating_sub(1) / PIECE + 1;
        // The newline never makes a piece of its own.
        let parts = if line.len() == (parts - 1) * PIECE + 1 && parts > 1 {
            parts - 1
        } else {
            parts
        };
        (0..parts).map(move |part| Piece {
            at,
            output,
            bytes: if part + 1 == parts {
                line.slice(part * PIECE..)
            } else {
                line.slice(part * PIECE..(part + 1) * PIECE)
            },
        })
    })
}

/// Appends a piece as the wire has it.
pub fn write(out: &mut BytesMut, piece: &Piece, timestamps: bool, raw: bool) {
    let prefix = if timestamps {
        format!("{} ", stamp(piece.at))
    } else {
        String::new()
    };
    if !raw {
        header(out, piece.output, prefix.len() + piece.bytes.len());
    }
    out.put_slice(prefix.as_bytes());
    out.put_slice(&piece.bytes);
}

/// Appends bytes as one frame.
pub fn frame(output: Output, bytes: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(bytes.len() + 8);
    header(&mut out, output, bytes.len());
    out.put_slice(bytes);
    out.freeze()
}

fn header(out: &mut BytesMut, output: Output, length: usize) {
    out.put_slice(&[output as u8, 0, 0, 0]);
    out.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_split_and_short_ones_are_not() {
        let lengths = |length: usize| {
            let mut line = vec![b'x'; length];
            line.push(b'\n');
            let record = Record {
                at: 0,
                output: Output::Stdout,
                lines: vec![line.into()],
            };
            pieces(&record).map(|p| p.bytes.len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(0), [1]);
        assert_eq!(lengths(PIECE), [PIECE + 1]);
        assert_eq!(lengths(PIECE + 1), [PIECE, 2]);
        assert_eq!(lengths(2 * PIECE + 5), [PIECE, PIECE, 6]);
    }
}
