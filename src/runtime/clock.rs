//! The one clock: the wall time at the start plus what tokio's clock has counted since, so that tests with a paused
//! clock drive it and a stepped wall clock never makes time run backwards.
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// The present, in UTC. Inside a tokio runtime with a paused clock it moves only as that clock does.
pub fn now() -> DateTime<Utc> {
    static START: OnceLock<(DateTime<Utc>, Instant)> = OnceLock::new();
    let (wall, instant) = START.get_or_init(|| (Utc::now(), Instant::now()));
    let elapsed = TimeDelta::from_std(instant.elapsed()).unwrap_or(TimeDelta::MAX);
    wall.checked_add_signed(elapsed).unwrap_or(*wall)
}
