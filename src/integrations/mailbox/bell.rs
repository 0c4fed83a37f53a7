//! A server's websocket, for nothing but that something changed: what it was is asked for afterwards, bounded.
use futures::StreamExt as _;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::http::Stream;

/// Rings when the box changed.
pub struct Bell {
    socket: WebSocketStream<Stream>,
}

impl std::fmt::Debug for Bell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bell")
    }
}

impl Bell {
    pub(super) fn new(socket: WebSocketStream<Stream>) -> Self {
        Self { socket }
    }

    /// Waits for the next change. `false`: the line is dead, or told more than may be read.
    pub async fn rung(&mut self) -> bool {
        while let Some(Ok(message)) = self.socket.next().await {
            if let Message::Text(words) = message
                && !words.contains("\"Type\":\"stats\"")
            {
                return true;
            }
        }
        false
    }
}
