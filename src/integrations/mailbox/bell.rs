//! A server's websocket, for nothing but that something changed: what it was is asked for afterwards, bounded.
use futures::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::http::Stream;

/// What is spoken over the websocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    /// Each message tells of a change.
    Plain,
    /// Socket.IO over engine.io 4: packets of both, told apart by their first digits.
    SocketIo,
}

/// Rings when the box changed.
pub struct Bell {
    socket: WebSocketStream<Stream>,
    tongue: Tongue,
    /// What is still to be said: a wait that is given up says it in the next one.
    owed: Option<&'static str>,
}

impl std::fmt::Debug for Bell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bell")
    }
}

/// What a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Change,
    Nothing,
    /// To be answered with this.
    Asked(&'static str),
    End,
}

impl Tongue {
    fn hear(self, words: &str) -> Heard {
        match self {
            Self::Plain if words.contains("\"Type\":\"stats\"") => Heard::Nothing,
            Self::Plain => Heard::Change,
            Self::SocketIo => packet(words),
        }
    }
}

/// Of an event its name alone matters.
fn packet(words: &str) -> Heard {
    let changes = ["[\"newMail\"", "[\"deleteMail\""];
    match words.split_at_checked(1) {
        // Opened: the events of the one namespace are wanted.
        Some(("0", _)) => Heard::Asked("40"),
        // A ping.
        Some(("2", _)) => Heard::Asked("3"),
        Some(("1", _)) => Heard::End,
        Some(("4", packet)) => match packet.split_at_checked(1) {
            Some(("2", event)) if changes.iter().any(|name| event.starts_with(name)) => {
                Heard::Change
            }
            // Refused, or sent away.
            Some(("1" | "4", _)) => Heard::End,
            _ => Heard::Nothing,
        },
        _ => Heard::Nothing,
    }
}

impl Bell {
    pub(super) fn new(socket: WebSocketStream<Stream>, tongue: Tongue) -> Self {
        Self {
            socket,
            tongue,
            owed: None,
        }
    }

    /// Waits for the next change. `false`: the line is dead, or told more than may be read.
    pub async fn rung(&mut self) -> bool {
        loop {
            if let Some(words) = self.owed {
                if self.socket.feed(Message::text(words)).await.is_err() {
                    return false;
                }
                // It is on its way: a wait that is given up from here on does not say it twice.
                self.owed = None;
            }
            if self.socket.flush().await.is_err() {
                return false;
            }
            let words = match self.socket.next().await {
                Some(Ok(Message::Text(words))) => words,
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return false,
            };
            match self.tongue.hear(&words) {
                Heard::Change => return true,
                Heard::Nothing => {}
                Heard::Asked(reply) => self.owed = Some(reply),
                Heard::End => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll};
    use std::time::Duration;

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
    use tokio::time::timeout;

    use super::*;

    /// A server that says and expects this, in order.
    async fn serve(stream: tokio::io::DuplexStream, script: &[(&str, &str)]) {
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        for (said, expected) in script {
            socket.send(Message::text(*said)).await.unwrap();
            if !expected.is_empty() {
                let answer = socket.next().await.unwrap().unwrap();
                assert_eq!(answer, Message::text(*expected));
            }
        }
    }

    async fn bell(script: &'static [(&str, &str)]) -> Bell {
        let (ours, theirs) = tokio::io::duplex(4096);
        tokio::spawn(serve(theirs, script));
        let stream: Stream = Box::new(ours);
        let shaken = tokio_tungstenite::client_async("ws://m/socket.io/", stream).await;
        Bell::new(shaken.unwrap().0, Tongue::SocketIo)
    }

    #[tokio::test]
    async fn it_greets_answers_pings_and_rings_for_mail_alone() {
        let mut bell = bell(&[
            ("0{\"sid\":\"x\",\"pingInterval\":25000}", "40"),
            ("40{\"sid\":\"y\"}", ""),
            ("2", "3"),
            ("42[\"other\",{}]", ""),
            ("42[\"newMail\",{\"subject\":\"42[\\\"x\"}]", ""),
            ("2", "3"),
            ("42[\"deleteMail\",{}]", ""),
            ("41", ""),
        ])
        .await;
        assert!(bell.rung().await);
        assert!(bell.rung().await);
        assert!(!bell.rung().await, "it was sent away");
    }

    /// A line that takes nothing while it is shut.
    struct Gate {
        line: tokio::io::DuplexStream,
        shut: Arc<AtomicBool>,
    }

    impl AsyncRead for Gate {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.line).poll_read(cx, buf)
        }
    }

    impl AsyncWrite for Gate {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.shut.load(Ordering::Relaxed) {
                return Poll::Pending;
            }
            Pin::new(&mut self.line).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.line).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.line).poll_shutdown(cx)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_given_up_while_it_answers_does_not_answer_twice() {
        let (ours, theirs) = tokio::io::duplex(4096);
        let heard = tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(theirs).await.unwrap();
            socket.send(Message::text("0{}")).await.unwrap();
            let first = socket.next().await.unwrap().unwrap();
            socket.send(Message::text("2")).await.unwrap();
            (first, socket.next().await.unwrap().unwrap())
        });
        let shut = Arc::new(AtomicBool::new(false));
        let gate = Gate {
            line: ours,
            shut: Arc::clone(&shut),
        };
        let stream: Stream = Box::new(gate);
        let shaken = tokio_tungstenite::client_async("ws://m/socket.io/", stream).await;
        let mut bell = Bell::new(shaken.unwrap().0, Tongue::SocketIo);
        let second = Duration::from_secs(1);
        shut.store(true, Ordering::Relaxed);
        for _ in 0..3 {
            assert!(timeout(second, bell.rung()).await.is_err());
        }
        shut.store(false, Ordering::Relaxed);
        assert!(!bell.rung().await, "the other side has heard enough");
        let answers = (Message::text("40"), Message::text("3"));
        assert_eq!(heard.await.unwrap(), answers, "greeted once, then the ping");
    }

    #[test]
    fn what_is_no_packet_means_nothing() {
        for words in ["", "é", "4", "42", "42[", "9x", "43[\"newMail\"]"] {
            assert_eq!(packet(words), Heard::Nothing, "{words:?}");
        }
        assert_eq!(packet("44{\"message\":\"no\"}"), Heard::End);
    }
}
