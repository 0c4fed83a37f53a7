//! What runs long and tells lines, while nothing else on the screen speaks of it.
use crate::state::jobs::Running;
use crate::state::{State, ViewId};
use crate::text;

/// Columns from which a name has room, and from which a long one has.
const NAMED: u16 = 70;
const WIDE: u16 = 110;

/// `pulling zammad:6.3.1 40%`, or how many there are.
pub(super) fn words(state: &State, width: u16) -> Option<String> {
    let running = state.jobs.running.values();
    let unseen = running.filter(|job| job.job.verb.has_output() && !is_told(state, job));
    let unseen: Vec<&Running> = unseen.collect();
    match unseen.as_slice() {
        [] => None,
        [one] if width >= NAMED => {
            let about = one.job.about();
            let name = match width {
                WIDE.. => text::truncate_start(&about, 32),
                // The last part of an image's name tells it from others.
                _ => text::truncate_start(about.rsplit('/').next().unwrap_or(&about), 14),
            };
            let percent = percent(state, one).map_or_else(String::new, |n| format!(" {n}%"));
            Some(format!("{} {name}{percent}", one.job.verb.doing()))
        }
        many => Some(say_n!(many.len(), "{n} job", "{n} jobs")),
    }
}

/// Its lines are on screen, or it has a row in the list that is.
fn is_told(state: &State, running: &Running) -> bool {
    let key = &running.job.key;
    match state.view() {
        ViewId::Images => state.shelves.images.things.contains_key(key),
        ViewId::Stacks => state.shelves.stacks.things.contains_key(key),
        ViewId::Output => state.subject().as_ref() == Some(key),
        _ => false,
    }
}

fn percent(state: &State, running: &Running) -> Option<u64> {
    let output = state.outputs.get(&running.job.key)?;
    let (done, all) = output.transfer.bytes();
    (done.saturating_mul(100)).checked_div(all)
}
