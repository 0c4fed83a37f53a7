//! Whether a new one is well, and why it is not.
use std::time::Duration;

use super::SILENCE;
use crate::engine::Error;
use crate::lang::Words;
use crate::model::{Details, Health, RunState};
use crate::text;

/// A container without a health check is well when it has run for so long.
pub(super) const SETTLE: Duration = Duration::from_secs(5);

/// Lines of what its check said last.
const PROBE: usize = 4;

/// Why the new one does not stay.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Unwell {
    pub(super) why: Words,
    /// What it said itself: for the screen, for there may be secrets in it.
    pub(super) said: String,
}

impl From<Words> for Unwell {
    fn from(why: Words) -> Self {
        Self {
            why,
            said: String::new(),
        }
    }
}

impl From<Error> for Unwell {
    fn from(error: Error) -> Self {
        Self::from(Words::ours(|| error.why()))
    }
}

/// Whether it is well, has failed, or (`None`) is to be looked at again. Only asked of one whose predecessor ran: an end is a
/// failure, whatever its exit code.
pub(super) fn verdict(
    now: &Details,
    passed: Duration,
    grace: Option<Duration>,
) -> Option<Result<(), Unwell>> {
    let ended = matches!(now.state, RunState::Exited | RunState::Dead);
    if ended || now.state == RunState::Restarting || now.restart_count > 0 {
        let ended = Words::ours(|| {
            let code = text::exit_code(now.exit_code, now.oom_killed);
            match now.error.as_str() {
                "" => say!("ended: {code}", code),
                words => say!("ended: {code} ({words})", code, words),
            }
        });
        return Some(Err(ended.into()));
    }
    let unwell = |why: Words| {
        let probes = now.health.iter().flat_map(|health| &health.probes);
        let words = probes.last().map_or("", |probe| probe.output.as_str());
        let said = words.lines().take(PROBE).collect::<Vec<_>>().join("\n");
        Some(Err(Unwell { why, said }))
    };
    let health = now.health.as_ref().and_then(|health| health.status);
    match (health, grace) {
        (Some(Health::Healthy), _) => Some(Ok(())),
        (Some(Health::Unhealthy), _) => unwell(Words::ours(|| say!("is unhealthy"))),
        (_, Some(grace)) if passed >= grace => unwell(Words::ours(|| {
            say!(
                "was not healthy after {seconds} s",
                seconds = grace.as_secs()
            )
        })),
        (_, None) if passed >= SETTLE && now.state == RunState::Running => Some(Ok(())),
        (_, None) if passed >= SILENCE => {
            let still = Words::ours(|| say!("is {state}", state = now.state.said()));
            Some(Err(still.into()))
        }
        _ => None,
    }
}
