//! (to come)
use super::ContainerColumn;

/// The columns of the containers' table, in their order on screen.
pub const COLUMNS: &[ContainerColumn] = &[];
