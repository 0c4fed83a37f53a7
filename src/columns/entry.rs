//! An entry of the journal as this screen tells it: to what, with what outcome, when on the reader's clock.
use chrono::TimeDelta;

use crate::model::journal::words;
use crate::model::{Entry, Outcome, Phase};
use crate::state::State;
use crate::text;
use crate::theme::Key;

/// Who did what to which thing: the head of the page.
pub fn head(entry: &Entry, state: &State) -> String {
    let user = &entry.user;
    if entry.phase == Phase::Note {
        return say!("{user} noted", user);
    }
    let what = format!("{} {}", words::act(entry), target(entry, state));
    format!("{user} {what}").trim().to_owned()
}

/// The entry in one line.
pub fn sentence(entry: &Entry, state: &State) -> String {
    let mut told = vec![when(entry, state), head(entry, state)];
    if entry.phase == Phase::Note {
        told.push(entry.asked());
    } else {
        told.extend(entry.change());
        told.push(outcome(entry, state).0);
        told.extend(entry.error.clone());
    }
    told.join(", ")
}

/// Day and time on the reader's clock.
pub fn when(entry: &Entry, state: &State) -> String {
    let zone = TimeDelta::seconds(i64::from(state.prefs.utc_offset));
    let at = entry.at.to_utc() + zone;
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// What it was done to; with its host where there are several.
pub fn target(entry: &Entry, state: &State) -> String {
    let target = entry.target.as_ref().map_or("", |t| t.name.as_str());
    if state.world.several() && !target.is_empty() {
        format!("{}/{target}", state.world.label_of(&entry.host))
    } else {
        target.to_owned()
    }
}

/// Whether what is written down as begun is a job that still runs here.
fn is_under_way(entry: &Entry, state: &State) -> bool {
    let jobs = state.jobs.running.values();
    entry.target.as_ref().is_some_and(|target| {
        !target.id.is_empty()
            && jobs
                .map(|r| &r.job.key.id)
                .any(|id| id.starts_with(&target.id))
    })
}

/// How it ended, and how long it took.
pub fn outcome(entry: &Entry, state: &State) -> (String, Key) {
    let took = entry.duration_ms.map(|ms| {
        if ms < 60_000 {
            format!("{}s", text::decimal((ms / 100) as f64 / 10.0, 1))
        } else {
            text::duration(TimeDelta::milliseconds(
                i64::try_from(ms).unwrap_or(i64::MAX),
            ))
        }
    });
    let done = |took| say!("done in {took}", took);
    let failed = |took| say!("failed in {took}", took);
    match (entry.phase, entry.outcome) {
        (Phase::Intent, _) if is_under_way(entry, state) => {
            (say!("under way").to_owned(), Key::StateBusy)
        }
        (Phase::Intent, _) => (say!("no outcome").to_owned(), Key::StateBusy),
        (Phase::Note, None) => (say!("noted").to_owned(), Key::Dim),
        (Phase::Observed, _) => (say!("seen" as "outcome").to_owned(), Key::Dim),
        (_, Some(Outcome::Success)) => (
            took.map_or_else(|| say!("done" as "outcome").to_owned(), done),
            Key::StateOk,
        ),
        (_, Some(Outcome::Failure)) => (
            took.map_or_else(|| say!("failed" as "outcome").to_owned(), failed),
            Key::StateBad,
        ),
        (_, Some(Outcome::Cancelled)) => (say!("cancelled" as "outcome").to_owned(), Key::StateOff),
        (_, Some(Outcome::Unknown) | None) => (say!("outcome unknown").to_owned(), Key::StateBusy),
    }
}
