//! A body that is a row of JSON values, cut into those values as they arrive. Must not know what they mean.
use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use hyper::body::{Body, Incoming};

use crate::engine::error::Error;

/// Longest value kept, in bytes; a longer one is dropped and counted.
const LONGEST: usize = 1024 * 1024;

/// The values of a body. A value ends where its outermost bracket closes, or at a newline: so neither a missing newline
/// nor a broken line swallows what follows. Ends after the first error.
#[derive(Debug)]
pub struct JsonLines<B = Incoming> {
    body: B,
    cutter: Cutter,
    ready: VecDeque<Bytes>,
    ended: bool,
}

impl<B> JsonLines<B> {
    pub fn new(body: B) -> Self {
        Self {
            body,
            cutter: Cutter::default(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// How many values were longer than 1 MiB and were dropped.
    pub fn dropped(&self) -> u64 {
        self.cutter.dropped
    }
}

impl<B> Stream for JsonLines<B>
where
    B: Body<Data = Bytes> + Unpin,
    Error: From<B::Error>,
{
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(value) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(value)));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(frame))) => {
                    if let Some(data) = frame.data_ref() {
                        this.cutter.feed(data, &mut this.ready);
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
                Poll::Ready(None) => {
                    this.ended = true;
                    this.cutter.finish(&mut this.ready);
                }
            }
        }
    }
}

/// Finds where values end, byte by byte.
#[derive(Debug, Default)]
struct Cutter {
    held: Vec<u8>,
    depth: u32,
    in_text: bool,
    escaped: bool,
    /// The value under way is too long: its bytes are not held.
    too_long: bool,
    dropped: u64,
}

impl Cutter {
    fn feed(&mut self, data: &[u8], out: &mut VecDeque<Bytes>) {
        for &byte in data {
            if byte == b'\n' {
                self.finish(out);
                continue;
            }
            if self.held.len() < LONGEST {
                self.held.push(byte);
            } else {
                self.too_long = true;
            }
            if self.closes(byte) {
                self.finish(out);
            }
        }
    }

    /// Whether `byte` closes the outermost bracket.
    fn closes(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }

    fn finish(&mut self, out: &mut VecDeque<Bytes>) {
        let held = mem::take(&mut self.held);
        if mem::take(&mut self.too_long) {
            self.dropped += 1;
        } else if !held.trim_ascii().is_empty() {
            out.push_back(Bytes::from(held));
        }
        self.depth = 0;
        self.in_text = false;
        self.escaped = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> (Vec<String>, u64) {
        let mut cutter = Cutter::default();
        let mut out = VecDeque::new();
        for chunk in chunks {
            cutter.feed(chunk, &mut out);
        }
        cutter.finish(&mut out);
        let texts = out
            .into_iter()
            .map(|b| String::from_utf8(b.to_vec()).unwrap())
            .collect();
        (texts, cutter.dropped)
    }

    #[test]
    fn values_are_cut_wherever_the_chunks_end() {
        let text = br#"{"a":"}\"{"}{"b":[1,{}]}
{"c":1}"#;
        let expected = [r#"{"a":"}\"{"}"#, r#"{"b":[1,{}]}"#, r#"{"c":1}"#];
        assert_eq!(cut(&[text]).0, expected);
        for at in 0..text.len() {
            assert_eq!(cut(&[&text[..at], &text[at..]]).0, expected);
        }
    }

    #[test]
    fn a_broken_line_does_not_swallow_the_next() {
        let (texts, _) = cut(&[b"{\"a\":\"unclosed\n{\"b\":1}\r\n\r\n"]);
        assert_eq!(texts, ["{\"a\":\"unclosed", "{\"b\":1}"]);
    }

    #[test]
    fn an_endless_value_is_dropped_and_counted() {
        let long = vec![b'x'; LONGEST + 10];
        let (texts, dropped) = cut(&[b"{\"a\":\"", &long, b"\"}\n{\"b\":1}\n"]);
        assert_eq!((texts.len(), dropped), (1, 1));
    }
}
