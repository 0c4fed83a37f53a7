//! A file's lines, one at a time, each of bounded length whatever the file holds.
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::super::JournalError;
use super::super::store::io;

/// Longer lines are passed over; none that this program writes comes near.
const LINE_MAX: usize = 1024 * 1024;

/// One line without its newline.
#[derive(Debug, Default)]
pub(in super::super) struct RawLine {
    pub bytes: Vec<u8>,
    /// The file ended before the line did.
    pub torn: bool,
    /// Only its beginning is in `bytes`.
    pub too_long: bool,
    /// Offset of the byte after the line, from where the reader began.
    pub end: u64,
}

#[derive(Debug)]
pub(in super::super) struct LineReader<R> {
    inner: BufReader<R>,
    offset: u64,
}

impl<R: Read> LineReader<R> {
    pub(in super::super) fn new(inner: R) -> Self {
        Self {
            inner: BufReader::new(inner),
            offset: 0,
        }
    }

    /// The next line; `path` is for the error.
    pub(in super::super) fn next(&mut self, path: &Path) -> Result<Option<RawLine>, JournalError> {
        let mut line = RawLine {
            torn: true,
            ..RawLine::default()
        };
        loop {
            let block = match self.inner.fill_buf() {
                Ok(block) => block,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(io(key!("read" as "file"), path)(error)),
            };
            if block.is_empty() {
                break;
            }
            let newline = block.iter().position(|b| *b == b'\n');
            let text = block.get(..newline.unwrap_or(block.len())).unwrap_or(block);
            let room = LINE_MAX.saturating_sub(line.bytes.len());
            line.too_long |= text.len() > room;
            line.bytes.extend(text.iter().take(room));
            let used = newline.map_or(block.len(), |at| at + 1);
            self.inner.consume(used);
            self.offset += used as u64;
            if newline.is_some() {
                line.torn = false;
                break;
            }
        }
        line.end = self.offset;
        Ok((!line.torn || !line.bytes.is_empty()).then_some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_newlines_and_at_the_bound() {
        let mut text = b"one\n\n".to_vec();
        text.extend(vec![b'x'; LINE_MAX + 5]);
        text.extend(b"\nlast");
        let mut reader = LineReader::new(text.as_slice());
        let mut next = || reader.next(Path::new("x")).unwrap();
        let one = next().unwrap();
        assert_eq!((one.bytes.as_slice(), one.end), (&b"one"[..], 4));
        assert_eq!(next().unwrap().bytes, b"");
        let long = next().unwrap();
        assert!(long.too_long && !long.torn && long.bytes.len() == LINE_MAX);
        let last = next().unwrap();
        assert!(last.torn && last.bytes == b"last");
        assert!(next().is_none());
    }
}
