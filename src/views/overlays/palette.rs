//! The command palette: every command that applies here, found by a few letters.
use std::cmp::Reverse;

use crate::actions::{self, Action};
use crate::state::State;
use crate::text::FuzzyMatcher;

/// The commands that fit what is typed, best first, each with the reason it cannot run.
pub fn items(state: &State, typed: &str) -> Vec<(&'static Action, Option<String>)> {
    let mut items = actions::here(state);
    items.retain(|(action, _)| action.id != "app.palette");
    if typed.trim().is_empty() {
        return items;
    }
    let mut matcher = FuzzyMatcher::new(typed.trim());
    let mut scored: Vec<_> = items
        .into_iter()
        .filter_map(|item| {
            let by_title = matcher.score(item.0.title).map(|s| s + 100);
            let score = by_title.max(matcher.score(item.0.id))?;
            Some((score, item))
        })
        .collect();
    scored.sort_by_key(|(score, item)| (Reverse(*score), item.0.title.len()));
    scored.into_iter().map(|(_, item)| item).collect()
}
