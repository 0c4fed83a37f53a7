//! A few idle connections, kept so that small calls need no new one (a TLS handshake costs 50 ms).
//! Must not know what is asked over them.
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::time::Instant;

/// Most connections kept.
const KEPT: usize = 8;
/// An idle connection older than this is not trusted: engines and proxies close them silently.
const IDLE: Duration = Duration::from_secs(15);

type Sender = SendRequest<Full<Bytes>>;

/// Idle connections, the freshest last.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(Sender, Instant)>>);

impl Pool {
    /// The freshest connection that is still open and ready.
    pub(super) fn take(&self) -> Option<Sender> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(sender, since)| !sender.is_closed() && since.elapsed() < IDLE);
        let at = idle.iter().rposition(|(sender, _)| sender.is_ready())?;
        Some(idle.remove(at).0)
    }

    /// How many are kept that are still open.
    pub(super) fn len(&self) -> usize {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.iter()
            .filter(|(sender, _)| !sender.is_closed())
            .count()
    }

    /// Keeps a connection whose answer was read to its end.
    pub(super) fn put(&self, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() == KEPT {
            idle.remove(0);
        }
        idle.push((sender, Instant::now()));
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}
