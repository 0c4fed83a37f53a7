//! Which key asks for which action, where.
use std::collections::BTreeMap;

use crate::keys::Chord;

use super::nav::ViewId;

/// Where an action can be asked for. The narrower one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The screen shown when no engine answers.
    NoEngine,
    /// One view.
    View(ViewId),
    /// Wherever containers are the targets: the containers and stacks views, details, inspect, processes.
    Container,
    /// Wherever a stack is the target: the stacks view, a stack's page.
    Stack,
    /// The lists of stacks, images, volumes and networks.
    Shelf,
    /// Wherever an image, a volume or a network is the target: their lists, their pages.
    Item,
    /// Wherever a service or a node of a swarm is the target.
    Swarm,
    /// Wherever a captured mail or its server is the target.
    Mail,
    /// Wherever there are rows to move in.
    Table,
    Global,
}

/// Keys to action ids, resolved from the registry and the user's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<(Scope, Chord), &'static str>,
}

impl Keymap {
    /// Binds a key; returns the action that had it in this scope.
    pub fn bind(
        &mut self,
        scope: Scope,
        chord: Chord,
        action: &'static str,
    ) -> Option<&'static str> {
        self.bindings
            .insert((scope, chord), action)
            .filter(|old| *old != action)
    }

    pub fn find(&self, scope: Scope, chord: Chord) -> Option<&'static str> {
        self.bindings.get(&(scope, chord)).copied()
    }

    /// The keys of an action, shortest name first.
    pub fn keys_of(&self, action: &str) -> Vec<Chord> {
        let mut keys: Vec<Chord> = self
            .bindings
            .iter()
            .filter(|(_, id)| **id == action)
            .map(|((_, chord), _)| *chord)
            .collect();
        keys.sort_by_cached_key(|chord| chord.to_string().chars().count());
        keys.dedup();
        keys
    }
}
