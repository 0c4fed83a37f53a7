//! (to come)
use crate::state::ViewId;

/// The numbered tabs.
pub fn tabs() -> Vec<(ViewId, &'static str)> {
    vec![
        (ViewId::Containers, "Containers"),
        (ViewId::Events, "Events"),
        (ViewId::Journal, "Journal"),
    ]
}
