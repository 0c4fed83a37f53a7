//! How the containers of a stack stand to its files, as far as that is known without asking compose again. Must not know how
//! it is shown.
use super::State;
use crate::model::compose::Plan;
use crate::model::{Outline, Stack, Unread};

/// How containers and files stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// Nothing says that they differ, and compose was not asked.
    Unknown,
    Same,
    /// So many services differ, at least.
    Differs(usize),
    /// The files are not there.
    NoFiles,
    /// They are no compose files.
    Invalid,
}

impl Drift {
    /// For order: the worst is the highest.
    pub fn weight(self) -> i64 {
        match self {
            Self::Same => 0,
            Self::Unknown => 1,
            Self::Differs(n) => i64::try_from(n).unwrap_or(i64::MAX).saturating_add(1),
            Self::NoFiles => i64::MAX - 1,
            Self::Invalid => i64::MAX,
        }
    }
}

impl State {
    /// Of what compose has made; a swarm keeps no files.
    pub fn drift(&self, stack: &Stack) -> Option<Drift> {
        if !stack.is_compose() {
            return None;
        }
        let outline = match self.outlines.of(&stack.key) {
            Some(Ok(outline)) => outline,
            Some(Err(Unread::Gone(_))) => return Some(Drift::NoFiles),
            Some(Err(Unread::Invalid(_))) => return Some(Drift::Invalid),
            Some(Err(Unread::Elsewhere)) | None => return Some(Drift::Unknown),
        };
        let checked = self.compose.get(&stack.key);
        let checked = checked.and_then(|answer| answer.as_ref().ok());
        // What compose said of other files than these is over.
        let holds = checked.filter(|checked| checked.changed(&outline.files).is_none());
        Some(match holds.map(|checked| Plan::of(stack, checked)) {
            Some(plan) if plan.differs() == 0 => Drift::Same,
            Some(plan) => Drift::Differs(plan.differs()),
            None => match unlike(stack, outline) {
                0 => Drift::Unknown,
                n => Drift::Differs(n),
            },
        })
    }
}

/// Services that are not all made, and those that the files do not have.
fn unlike(stack: &Stack, outline: &Outline) -> usize {
    let services = stack.services.iter();
    let differs = services.filter(|service| {
        let orphan = !outline.open && !outline.services.contains_key(&service.name);
        service.missing() > 0 || orphan
    });
    differs.count()
}
