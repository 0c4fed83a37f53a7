//! The one thread on which everything asynchronous runs. Knows no task.
use tokio::runtime::{Builder, Runtime};

use crate::engine;

/// Before the thread waits it gathers what comes in small pieces: see [`engine::rest`].
///
/// # Errors
/// The system gives no more files to wait with.
pub fn start() -> std::io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .on_thread_park(engine::rest)
        .build()
}
