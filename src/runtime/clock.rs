//! The one clock: the wall time at the start plus what tokio's clock has counted since, so that tests with a paused
//! clock drive it and a stepped wall clock never makes time run backwards. What the machine slept, or the wall clock was
//! set forward by, is added: no counter counts it.
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Seconds of difference that are no step: the wall clock is slewed all the time.
const STEP: i64 = 2;

/// The present, in UTC. Inside a tokio runtime with a paused clock it moves only as that clock does.
pub fn now() -> DateTime<Utc> {
    static START: OnceLock<(DateTime<Utc>, Instant, std::time::Instant)> = OnceLock::new();
    static SLEPT: AtomicI64 = AtomicI64::new(0);
    let (wall, counted, real) =
        START.get_or_init(|| (Utc::now(), Instant::now(), std::time::Instant::now()));
    let elapsed = |time: std::time::Duration| TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
    let ahead = Utc::now() - *wall - elapsed(real.elapsed());
    let slept = step(ahead).max(SLEPT.fetch_max(step(ahead), Ordering::Relaxed));
    let since = elapsed(counted.elapsed()).checked_add(&TimeDelta::seconds(slept));
    since
        .and_then(|since| wall.checked_add_signed(since))
        .unwrap_or(*wall)
}

/// Whole seconds that the wall clock is ahead of what was counted.
fn step(ahead: TimeDelta) -> i64 {
    Some(ahead.num_seconds())
        .filter(|seconds| *seconds >= STEP)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_asleep_counts_and_a_slew_or_a_step_back_does_not() {
        assert_eq!(step(TimeDelta::milliseconds(1_900)), 0);
        assert_eq!(step(TimeDelta::hours(8)), 8 * 3_600);
        assert_eq!(step(TimeDelta::hours(-1)), 0);
    }
}
