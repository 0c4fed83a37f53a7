//! (to come)
use super::Action;

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[];
