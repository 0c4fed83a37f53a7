//! What is counted and measured over all containers at once: how many hurt, how long their names and addresses are. Taken
//! when containers have changed, never for an order, a letter of the filter or a frame. Must not know how it is drawn.
use chrono::TimeDelta;

use crate::columns::container::{cells, url};
use crate::state::State;
use crate::state::lints::hurting;
use crate::state::table::Survey;

/// Some of what hurts comes and goes with time alone.
const HOLDS: TimeDelta = TimeDelta::seconds(10);

/// Takes the survey where it is due.
pub(super) fn renew(state: &mut State) {
    let taken = state.containers.survey.at;
    if taken.is_some_and(|at| state.now - at < HOLDS) {
        return;
    }
    state.containers.survey = Survey {
        hurting: hurting(state),
        name: cells::name_want(state),
        address: url::want(state),
        at: Some(state.now),
    };
}
