//! A key: to the front window if there is one, else to the action it is bound to here.
use crate::actions;
use crate::effect::{Effect, Effects};
use crate::keys::{Chord, Code};
use crate::state::{Layer, State};

use super::{layer, perform, prompt};

pub(super) fn key(state: &mut State, chord: Chord) -> Effects {
    if chord == Chord::ctrl('c') {
        return actions::program::interrupt(state);
    }
    if chord == Chord::ctrl('z') {
        return vec![Effect::Suspend];
    }
    if !state.layers.is_empty() {
        return layer::key(state, chord);
    }
    if chord.code == Code::Esc {
        // Whoever goes back wants no question later.
        state.pending = None;
    }
    let bound = actions::scopes(state)
        .into_iter()
        .find_map(|scope| state.keymap.find(scope, chord));
    match bound {
        Some(id) => perform(state, id),
        None => Effects::new(),
    }
}

pub(super) fn paste(state: &mut State, text: &str) -> Effects {
    match state.layers.last_mut() {
        Some(Layer::Prompt(p)) => {
            p.field.paste(text);
            prompt::changed(state);
        }
        Some(Layer::Palette { field, selected }) => {
            field.paste(text);
            *selected = 0;
        }
        Some(Layer::Confirm(confirm)) if !confirm.must_type.is_empty() => confirm.field.paste(text),
        _ => {}
    }
    Effects::new()
}
