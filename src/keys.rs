//! Keys as a person names them, and the one place where terminal input becomes messages' values.
//! Level 1: knows no action and no state.
mod chord;
mod decode;
mod paste;

pub use chord::{Chord, ChordError, Code};
pub use decode::{Decoder, Input};

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    Press,
    /// The right button.
    Menu,
    Drag,
    Release,
    ScrollUp,
    ScrollDown,
}

/// A mouse event at a cell, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub column: u16,
    pub row: u16,
}
