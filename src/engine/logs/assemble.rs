//! Pieces of streams to whole lines. A frame is not a line: lines over 16 KiB come in parts that share one stamp (a TTY's
//! too, where no frame shows it), a TTY's chunks end anywhere, a character may be cut in two. Must not change a byte of a line.
use chrono::{DateTime, Utc};

use super::demux::Frame;
use super::stamp::Stamps;
use crate::model::{LogRecord, LogStream};

/// Bytes kept of one line; its true length is told.
pub const LINE_CAP: usize = 1 << 20;

/// Longest stamp with its blank: `2026-11-22T12:26:35.501277165Z `.
const STAMP_CAP: usize = 40;

/// Where engines split long lines, in bytes.
const PART: usize = 16_384;

/// Joins one container's pieces to lines, for each of its streams.
#[derive(Debug, Default)]
pub struct Assembler {
    stdout: Partial,
    stderr: Partial,
    tty: Partial,
    stamps: Stamps,
}

#[derive(Debug, Default)]
struct Partial {
    /// A line is begun.
    open: bool,
    at: Option<DateTime<Utc>>,
    bytes: Vec<u8>,
    /// True length of the line so far.
    length: u64,
    /// The beginning of what comes: a stamp may stand there, complete or not yet. `None`: no stamp is due.
    stamp: Option<Vec<u8>>,
    /// The frame before ended without a line end: the next one may be another part of the same line.
    part: bool,
    /// Bytes since the last stamp of a TTY's line: at [`PART`] another stamp stands in its midst.
    since_stamp: usize,
}

impl Assembler {
    /// Takes a piece; complete lines are added to `out`.
    pub fn push(&mut self, frame: Frame<'_>, out: &mut Vec<LogRecord>) {
        let partial = match frame.stream {
            LogStream::Stdout => &mut self.stdout,
            LogStream::Stderr => &mut self.stderr,
            LogStream::Tty => &mut self.tty,
        };
        partial.push(frame, &mut self.stamps, out);
    }

    /// A part without a line end waits for the next one.
    pub fn holds_part(&self) -> bool {
        [&self.stdout, &self.stderr].iter().any(|p| p.waits())
    }

    /// All that waits are whole parts: more of their lines is to be expected.
    pub fn expects_more(&self) -> bool {
        let mut waiting = [&self.stdout, &self.stderr]
            .into_iter()
            .filter(|p| p.waits());
        waiting.all(|p| p.length.is_multiple_of(PART as u64))
    }

    /// No further part comes: those that wait are lines.
    pub fn give_parts(&mut self, out: &mut Vec<LogRecord>) {
        for (stream, partial) in [
            (LogStream::Stdout, &mut self.stdout),
            (LogStream::Stderr, &mut self.stderr),
        ] {
            if partial.waits() {
                partial.close(stream, out);
            }
        }
    }

    /// The stream is over: what is left is a line too.
    pub fn finish(&mut self, out: &mut Vec<LogRecord>) {
        for (stream, partial) in [
            (LogStream::Stdout, &mut self.stdout),
            (LogStream::Stderr, &mut self.stderr),
            (LogStream::Tty, &mut self.tty),
        ] {
            if let Some(head) = partial.stamp.take() {
                partial.take_stamp(&head, stream, &mut self.stamps, out);
            }
            partial.close(stream, out);
        }
    }
}

impl Partial {
    /// A whole part has come, and nothing yet of what follows.
    fn waits(&self) -> bool {
        self.part && self.open && self.stamp.as_ref().is_some_and(Vec::is_empty)
    }

    fn push(&mut self, frame: Frame<'_>, stamps: &mut Stamps, out: &mut Vec<LogRecord>) {
        let stream = frame.stream;
        let mut rest = frame.bytes;
        if self.stamp.is_none() && !self.open {
            self.stamp = Some(Vec::new());
        }
        while !rest.is_empty() {
            if let Some(mut head) = self.stamp.take() {
                let end = memchr::memchr2(b' ', b'\n', rest);
                let (now, later) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
                rest = later;
                if end.is_some() && head.is_empty() {
                    self.take_stamp(now, stream, stamps, out);
                    continue;
                }
                head.extend_from_slice(now);
                if end.is_some() || head.len() > STAMP_CAP {
                    self.take_stamp(&head, stream, stamps, out);
                } else {
                    self.stamp = Some(head);
                }
                continue;
            }
            let reach = if stream == LogStream::Tty && self.at.is_some() {
                rest.len().min(PART.saturating_sub(self.since_stamp))
            } else {
                rest.len()
            };
            let (now, later) = rest.split_at(reach);
            if let Some(end) = memchr::memchr(b'\n', now) {
                let (line, later) = rest.split_at(end);
                self.append(line);
                self.close(stream, out);
                rest = later.get(1..).unwrap_or_default();
                self.stamp = Some(Vec::new());
            } else {
                self.append(now);
                rest = later;
                if stream == LogStream::Tty && self.since_stamp >= PART {
                    self.part = true;
                    self.stamp = Some(Vec::new());
                }
            }
        }
        // The next frame begins with a stamp again, even in the middle of a long line; a TTY's chunk does not.
        if frame.complete && stream != LogStream::Tty {
            if let Some(head) = self.stamp.take_if(|head| !head.is_empty()) {
                self.take_stamp(&head, stream, stamps, out);
            }
            if self.open && self.stamp.is_none() {
                self.part = true;
                self.stamp = Some(Vec::new());
            }
        }
    }

    /// The beginning of a line, or of another part of one, has been gathered.
    fn take_stamp(
        &mut self,
        head: &[u8],
        stream: LogStream,
        stamps: &mut Stamps,
        out: &mut Vec<LogRecord>,
    ) {
        let mut parsed = head.strip_suffix(b" ").and_then(|stamp| stamps.read(stamp));
        self.since_stamp = 0;
        if std::mem::take(&mut self.part) && (parsed.is_none() || parsed != self.at) {
            if stream == LogStream::Tty {
                // A line that looks like having a stamp here: it has none.
                parsed = None;
            } else {
                self.close(stream, out);
            }
        }
        if let Some(at) = parsed {
            self.at = Some(at);
            self.open = true;
            return;
        }
        self.open |= !head.is_empty();
        match head.strip_suffix(b"\n") {
            Some(line) => {
                self.append(line);
                self.close(stream, out);
                self.stamp = Some(Vec::new());
            }
            None if head.is_empty() => {}
            None => self.append(head),
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        self.open = true;
        self.length += bytes.len() as u64;
        self.since_stamp = self.since_stamp.saturating_add(bytes.len());
        let room = LINE_CAP.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }

    fn close(&mut self, stream: LogStream, out: &mut Vec<LogRecord>) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let length = std::mem::take(&mut self.length);
        let cut_from = (length > bytes.len() as u64).then_some(length);
        out.push(LogRecord {
            at: self.at.take(),
            stream,
            bytes,
            cut_from,
        });
        self.part = false;
        self.since_stamp = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::logs::Demux;
    use proptest::prelude::*;

    const T1: &str = "2026-11-22T12:26:35.501277165Z ";
    const T2: &str = "2026-11-22T12:26:36.5Z ";

    fn frame(payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![1, 0, 0, 0];
        bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes());
        bytes.extend_from_slice(payload);
        bytes
    }

    fn lines(tty: bool, chunks: &[&[u8]]) -> Vec<(Option<i64>, String)> {
        let (mut demux, mut assembler, mut out) =
            (Demux::new(tty), Assembler::default(), Vec::new());
        for chunk in chunks {
            demux.push(chunk, |f| assembler.push(f, &mut out)).unwrap();
        }
        assembler.finish(&mut out);
        out.into_iter()
            .map(|r| {
                (
                    r.at.map(|at| at.timestamp()),
                    String::from_utf8_lossy(&r.bytes).into_owned(),
                )
            })
            .collect()
    }

    #[test]
    fn parts_with_one_stamp_are_one_line() {
        let part = "x".repeat(16_384);
        let bytes = [
            frame(format!("{T1}{part}").as_bytes()),
            frame(format!("{T1}{part}").as_bytes()),
            frame(format!("{T1}end\n").as_bytes()),
            frame(format!("{T2}next\n").as_bytes()),
        ]
        .concat();
        let got = lines(false, &[&bytes]);
        assert_eq!(got.len(), 2);
        assert_eq!(got[0].1.len(), 2 * 16_384 + 3);
        assert_eq!(got[1].1, "next");
    }

    #[test]
    fn a_line_without_an_end_is_ended_by_another_stamp() {
        let bytes = [
            frame(format!("{T1}no end").as_bytes()),
            frame(format!("{T2}next\n").as_bytes()),
        ]
        .concat();
        let texts: Vec<String> = lines(false, &[&bytes]).into_iter().map(|l| l.1).collect();
        assert_eq!(texts, ["no end", "next"]);
    }

    #[test]
    fn empty_lines_and_lines_without_stamps_are_kept() {
        let bytes = [
            frame(format!("{T1}\n").as_bytes()),
            frame(b"no stamp here\n"),
            frame(b"\n"),
        ]
        .concat();
        let texts: Vec<String> = lines(false, &[&bytes]).into_iter().map(|l| l.1).collect();
        assert_eq!(texts, ["", "no stamp here", ""]);
    }

    #[test]
    fn a_line_of_many_megabytes_is_cut_and_its_length_told() {
        let (mut assembler, mut out) = (Assembler::default(), Vec::new());
        let piece = vec![b'y'; 1 << 20];
        for _ in 0..100 {
            assembler.push(
                Frame {
                    stream: LogStream::Tty,
                    bytes: &piece,
                    complete: true,
                },
                &mut out,
            );
        }
        assembler.finish(&mut out);
        assert_eq!(out.len(), 1);
        assert_eq!(out[0].bytes.len(), LINE_CAP);
        assert_eq!(out[0].cut_from, Some(100 << 20));
    }

    #[test]
    fn a_terminals_long_line_has_its_inner_stamps_taken_out_and_nothing_else() {
        let part = "x".repeat(PART);
        let text = format!("{T1}{part}{T1}{part}{T1}\r\n{T2}{part}2026-11 is no stamp\n{T2}y\n");
        let texts: Vec<String> = lines(true, &[text.as_bytes()])
            .into_iter()
            .map(|l| l.1)
            .collect();
        assert_eq!(
            texts,
            [
                format!("{part}{part}\r"),
                format!("{part}2026-11 is no stamp"),
                "y".to_owned()
            ]
        );
    }

    #[test]
    fn a_part_that_waits_is_given_when_nothing_follows() {
        let (mut demux, mut assembler, mut out) =
            (Demux::new(false), Assembler::default(), Vec::new());
        let bytes = frame(format!("{T1}no end").as_bytes());
        let (begin, end) = bytes.split_at(bytes.len() - 1);
        demux.push(begin, |f| assembler.push(f, &mut out)).unwrap();
        assert!(!assembler.holds_part(), "half a frame is not given");
        demux.push(end, |f| assembler.push(f, &mut out)).unwrap();
        assert!(assembler.holds_part() && out.is_empty());
        assert!(!assembler.expects_more(), "an end without a newline");
        assembler.give_parts(&mut out);
        assembler.finish(&mut out);
        assert_eq!(out.len(), 1);
        assert_eq!(out[0].bytes, b"no end");
    }

    #[test]
    fn after_a_whole_part_more_is_expected() {
        let (mut demux, mut assembler, mut out) =
            (Demux::new(false), Assembler::default(), Vec::new());
        let mut push = |assembler: &mut Assembler, text: &str| {
            let bytes = frame(format!("{T1}{text}").as_bytes());
            demux.push(&bytes, |f| assembler.push(f, &mut out)).unwrap();
        };
        let part = "x".repeat(PART);
        push(&mut assembler, &part);
        assert!(assembler.holds_part() && assembler.expects_more());
        push(&mut assembler, &part);
        assert!(assembler.expects_more());
        push(&mut assembler, "end");
        assert!(assembler.holds_part() && !assembler.expects_more());
    }

    proptest! {
        #[test]
        fn any_cut_of_the_stream_gives_the_same_lines(sizes in prop::collection::vec(1usize..6000, 1..60), tty: bool) {
            let part = "x".repeat(PART);
            let end = if tty { "" } else { "|" };
            let text = format!("{T1}h\u{e9}llo \u{6f22}\u{5b57}\n|{T2}{part}{end}{T2}tail\n|{T2}\n");
            let whole: Vec<u8> = if tty {
                text.replace('|', "").into_bytes()
            } else {
                text.split('|').flat_map(|line| frame(line.as_bytes())).collect()
            };
            let mut chunks: Vec<&[u8]> = Vec::new();
            let mut rest = whole.as_slice();
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break; }
                let (now, later) = rest.split_at((*size).min(rest.len()));
                chunks.push(now);
                rest = later;
            }
            prop_assert_eq!(lines(tty, &chunks), lines(tty, &[&whole]));
            prop_assert_eq!(lines(tty, &chunks).len(), 3);
        }
    }
}
