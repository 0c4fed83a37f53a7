//! Reading in pieces of a millisecond: what an engine writes line by line costs the thread a wake-up and a read each
//! millisecond, not each line. Knows bytes only.
use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};

/// The shortest time between a small read and the next. A Unix socket holds about three hundred small writes, three of
/// these at 100,000 lines a second, before its writer waits.
const REST: Duration = Duration::from_millis(1);
/// More bytes than this were worth a wake-up.
const SMALL: usize = 8 << 10;

thread_local! {
    /// A small read was made since the last rest.
    static READ_SMALL: Cell<bool> = const { Cell::new(false) };
}

/// Lets the thread sleep for a millisecond if it has made a small read since it last did. To be called when nothing is to
/// be done, before the thread waits: a thread that waits is woken by each write to each of its sockets, one that sleeps
/// is not.
pub fn rest() {
    if READ_SMALL.take() {
        std::thread::sleep(REST);
    }
}

/// A connection whose small reads are followed by a [`rest`].
#[derive(Debug)]
pub(super) struct Gathered<T>(pub T);

impl<T: AsyncRead + Unpin> AsyncRead for Gathered<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let done = ready!(Pin::new(&mut self.0).poll_read(cx, buf));
        if (1..SMALL).contains(&(buf.filled().len() - before)) {
            READ_SMALL.set(true);
        }
        Poll::Ready(done)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Instant;

    use super::*;
    use tokio::io::AsyncReadExt;
    use tokio::net::UnixStream;

    /// Reads what `write` writes; how often it read, and for how many milliseconds.
    fn reads(write: impl FnOnce(std::os::unix::net::UnixStream) + Send + 'static) -> (u128, u128) {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_park(rest)
            .build();
        let begun = Instant::now();
        std::thread::spawn(move || write(theirs));
        let count = runtime.unwrap().block_on(async {
            let mut ours = Gathered(UnixStream::from_std(ours).unwrap());
            let mut buffer = vec![0; 16 << 10];
            let mut count = 0;
            while ours.read(&mut buffer).await.unwrap() > 0 {
                count += 1;
            }
            count
        });
        (count, begun.elapsed().as_millis())
    }

    #[test]
    fn many_small_writes_are_at_most_a_read_a_millisecond() {
        let (count, elapsed) = reads(|mut theirs| {
            for _ in 0..2_000 {
                theirs.write_all(b"a line of a log\n").unwrap();
                std::thread::sleep(Duration::from_micros(20));
            }
        });
        // The first of all, and the one that was under way at the end, come on top.
        assert!(count <= elapsed + 2, "{count} reads in {elapsed} ms");
    }

    #[test]
    fn after_a_large_read_there_is_no_rest() {
        assert!(!READ_SMALL.get());
        let (count, _) = reads(|mut theirs| theirs.write_all(&vec![b'x'; 64 << 10]).unwrap());
        assert!(count <= 5, "{count} reads of 16 KiB");
        assert!(!READ_SMALL.get());
    }
}
