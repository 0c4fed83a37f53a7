//! How many verbs are under way at once on one host. Must not know what they do beyond how long they may take.
use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::effect::Verb;

/// Verbs under way at once (measured: more does not make the engine faster).
pub const AT_ONCE: usize = 8;
/// Those that take long, and questions to registries: of each so many.
const LONG_AT_ONCE: usize = 4;

/// Leave to go on, of one host: one that hangs keeps none from the others. What takes long has its own, so that a stop never
/// waits for a pull; a kill waits for nothing.
#[derive(Debug, Clone)]
pub struct Slots {
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    checks: Arc<Semaphore>,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            short: Arc::new(Semaphore::new(AT_ONCE)),
            long: Arc::new(Semaphore::new(LONG_AT_ONCE)),
            checks: Arc::new(Semaphore::new(LONG_AT_ONCE)),
        }
    }
}

impl Slots {
    /// Waits until this may begin; it is over when what is given is dropped.
    pub(super) async fn leave(&self, verb: &Verb) -> Option<SemaphorePermit<'_>> {
        let slots = match verb {
            Verb::Kill { .. } => return None,
            Verb::Pull { .. }
            | Verb::Push { .. }
            | Verb::Save { .. }
            | Verb::Load { .. }
            | Verb::Recreate { .. }
            | Verb::Compose(_)
            | Verb::Prune(_) => &self.long,
            _ => &self.short,
        };
        slots.acquire().await.ok()
    }

    /// Waits until a registry may be asked.
    pub async fn check(&self) -> Option<SemaphorePermit<'_>> {
        self.checks.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn what_takes_long_keeps_no_stop_waiting_and_nothing_a_kill() {
        let slots = Slots::default();
        let (stop, recreate) = (
            Verb::Stop { timeout: None },
            Verb::Recreate {
                pull: true,
                others: false,
            },
        );
        let kill = Verb::Kill {
            signal: "KILL".to_owned(),
        };
        let mut long = Vec::new();
        for _ in 0..LONG_AT_ONCE {
            long.push(slots.leave(&recreate).now_or_never());
            long.push(slots.check().now_or_never());
        }
        assert!(long.iter().all(Option::is_some));
        assert!(slots.leave(&recreate).now_or_never().is_none());
        assert!(slots.check().now_or_never().is_none());
        let mut short = Vec::new();
        for _ in 0..AT_ONCE {
            short.push(slots.leave(&stop).now_or_never());
        }
        assert!(short.iter().all(Option::is_some));
        assert!(slots.leave(&stop).now_or_never().is_none());
        assert!(slots.leave(&kill).now_or_never().is_some());
        short.pop();
        assert!(slots.leave(&stop).now_or_never().is_some());
    }
}
