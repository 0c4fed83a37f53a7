//! Which key does what here: read from the registry and the key map, for footer, help and palette.
use crate::actions::{self, Action};
use crate::keys::Chord;
use crate::state::{Scope, State};

/// The keys that reach an action on this screen: those that no narrower scope takes.
pub fn keys(state: &State, action: &Action) -> Vec<Chord> {
    let scopes = actions::scopes(state);
    reaching(state, &scopes, action)
}

fn reaching(state: &State, scopes: &[Scope], action: &Action) -> Vec<Chord> {
    let mut keys = state.keymap.keys_of(action.id);
    keys.retain(|chord| {
        let taken = scopes
            .iter()
            .find_map(|scope| state.keymap.find(*scope, *chord));
        taken.is_none_or(|id| id == action.id)
    });
    keys
}

/// The keys of the footer in order of rank: key and word of what can be done now, help not among them.
pub fn footer(state: &State) -> Vec<(String, &'static str)> {
    let scopes = actions::scopes(state);
    let mut here: Vec<&'static Action> = scopes
        .iter()
        .flat_map(|scope| actions::all().filter(move |a| a.scope == *scope))
        .filter(|a| a.footer > 0 && a.id != "app.help")
        .collect();
    here.sort_by_key(|a| (scopes.iter().position(|s| *s == a.scope), a.footer));
    here.sort_by_key(|a| a.footer);
    here.into_iter()
        .filter_map(|action| {
            let key = reaching(state, &scopes, action).first()?.to_string();
            actions::unavailable(state, action)
                .is_none()
                .then_some((key, action.title()))
        })
        .collect()
}

/// The name of the first key of an action, for sentences; its id when none is bound.
pub fn key_of(state: &State, id: &str) -> String {
    let key = state.keymap.keys_of(id).first().map(ToString::to_string);
    key.unwrap_or_else(|| format!(":{id}"))
}
