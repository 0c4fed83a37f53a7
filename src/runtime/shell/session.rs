//! The processes of one shell hand-over, found again by their mark, so that none stays in the container.
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::engine::{Engine, Error};
use crate::msg::FailureKind;

/// How long the user waits for the processes to be gone; the rest is done in the background.
const PATIENCE: Duration = Duration::from_secs(3);
/// An engine that does not answer is asked again after these times.
const AGAIN: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
    Duration::from_secs(32),
];

/// Ends the processes when it is dropped, unless they are known to be gone.
#[derive(Debug)]
pub(super) struct Session {
    engine: Engine,
    container: String,
    user: Option<String>,
    mark: String,
    over: bool,
}

impl Session {
    pub(super) fn new(engine: &Engine, container: &str, user: Option<String>) -> Self {
        Self {
            engine: engine.clone(),
            container: container.to_owned(),
            user,
            mark: ulid::Ulid::generate().to_string(),
            over: false,
        }
    }

    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// The process ended by itself. What it left behind on purpose may stay.
    pub(super) fn ended(mut self) {
        self.over = true;
    }

    /// Ends what is left.
    pub(super) async fn end(mut self) {
        let ending = self
            .engine
            .end_session(&self.container, self.user.as_deref(), &self.mark);
        self.over = timeout(PATIENCE, ending)
            .await
            .is_ok_and(|ended| ended.is_ok_or_moot());
    }
}

/// Whether asking again is of no use.
trait Moot {
    fn is_ok_or_moot(&self) -> bool;
}

impl Moot for Result<(), Error> {
    fn is_ok_or_moot(&self) -> bool {
        match self {
            Ok(()) => true,
            Err(error) => matches!(error.kind(), FailureKind::NotFound | FailureKind::Denied),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let engine = self.engine.clone();
        let (container, mark) = (self.container.clone(), self.mark.clone());
        let user = self.user.clone();
        runtime.spawn(async move {
            for pause in AGAIN {
                let ended = engine.end_session(&container, user.as_deref(), &mark).await;
                if ended.is_ok_or_moot() {
                    return;
                }
                sleep(pause).await;
            }
            tracing::warn!(container, "processes of a shell may be left");
        });
    }
}
