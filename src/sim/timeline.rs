//! The timeline: the one task that lets things happen by themselves. Must not know what they are.
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::server::Shared;

/// Runs until the last handle on the engine is gone.
pub async fn run(engine: Weak<Shared>, woken: Arc<tokio::sync::Notify>) {
    loop {
        let Some(shared) = engine.upgrade() else {
            return;
        };
        let next = shared.run_due();
        drop(shared);
        match next {
            Some(wait) => {
                // A whole millisecond, since the clock's timers know nothing finer.
                let wait = Duration::from_nanos(wait).max(Duration::from_millis(1));
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = woken.notified() => {}
                }
            }
            None => woken.notified().await,
        }
    }
}
