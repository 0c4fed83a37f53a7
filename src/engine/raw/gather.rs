//! A connection that is read in pieces of a millisecond: what an engine writes line by line costs a read each millisecond,
//! not one a line. Knows bytes only.
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The shortest time between a small read and the next: the finest that timers have. A Unix socket holds about two
/// hundred small writes, two of these at 100,000 lines a second, before its writer waits.
const REST: Duration = Duration::from_millis(1);
/// More bytes than this were worth a read: the next one does not wait.
const SMALL: usize = 8 << 10;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Gathered<T> {
    io: T,
    /// Since the last small read.
    rest: Option<Pin<Box<Sleep>>>,
}

impl<T> Gathered<T> {
    pub(super) fn new(io: T) -> Self {
        Self { io, rest: None }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Gathered<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(rest) = &mut self.rest {
            ready!(rest.as_mut().poll(cx));
            self.rest = None;
        }
        let before = buf.filled().len();
        let done = ready!(Pin::new(&mut self.io).poll_read(cx, buf));
        if (1..SMALL).contains(&(buf.filled().len() - before)) {
            self.rest = Some(Box::pin(sleep(REST)));
        }
        Poll::Ready(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// How many reads it takes to get `lines` written one after another, 50 µs apart.
    async fn reads(lines: usize) -> usize {
        let (mut engine, ours) = tokio::io::duplex(1 << 20);
        let mut ours = Gathered::new(ours);
        tokio::spawn(async move {
            for _ in 0..lines {
                engine.write_all(b"a line of a log\n").await.unwrap();
                tokio::time::advance(Duration::from_micros(50)).await;
            }
        });
        let (mut count, mut got) = (0, 0);
        let mut buffer = vec![0; 1 << 16];
        while got < lines * 16 {
            got += ours.read(&mut buffer).await.unwrap();
            count += 1;
        }
        count
    }

    #[tokio::test(start_paused = true)]
    async fn many_small_writes_are_few_reads_and_no_byte_is_lost() {
        let reads = reads(2_000).await;
        assert!(reads <= 120, "{reads} reads in 100 ms");
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_bulk_is_not_held() {
        let (mut engine, ours) = tokio::io::duplex(1 << 20);
        let mut ours = Gathered::new(ours);
        engine.write_all(&vec![b'x'; 64 << 10]).await.unwrap();
        let begun = tokio::time::Instant::now();
        let mut buffer = [0; 16 << 10];
        for _ in 0..4 {
            assert_eq!(ours.read(&mut buffer).await.unwrap(), 16 << 10);
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
