//! Questions to the user that wait for an answer from elsewhere. Must not know who answers.
use super::{State, ViewId};
use crate::model::Key;

/// What is asked of the user when an answer is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending {
    /// Whether to bring this stack up, when its files are read.
    Plan(Key),
    /// Which limit of this container to change, when they are known.
    Limits(Key),
    /// The command that makes this container, to be copied.
    RunLine(Key),
}

impl Pending {
    fn key(&self) -> &Key {
        match self {
            Self::Plan(key) | Self::Limits(key) | Self::RunLine(key) => key,
        }
    }
}

impl State {
    /// Asks this when its answer is there, if the user is still where it was asked for.
    pub fn ask_later(&mut self, pending: Pending) {
        self.pending = Some((pending, self.view()));
    }

    /// An answer is there. Whether its question waits; then, whether it may be asked: a window that opens over what somebody
    /// has gone on to takes keys that were meant for that.
    pub fn may_ask(&mut self, pending: &Pending) -> Option<bool> {
        let view = self.asked_in(pending)?;
        self.pending = None;
        let same_place = self.view() == view && self.subject().as_ref() == Some(pending.key());
        Some(same_place && self.layers.is_empty() && !self.handed_over)
    }

    fn asked_in(&self, pending: &Pending) -> Option<ViewId> {
        let (waiting, view) = self.pending.as_ref()?;
        (waiting == pending).then_some(*view)
    }
}
