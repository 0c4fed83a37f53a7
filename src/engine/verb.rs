//! Changing calls.

/// How a verb ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performed {
    /// There was nothing to do: it was so already.
    pub already: bool,
}
