//! Everything that touches the world: the terminal, its input, signals, panics and diagnostics. Level 7: all I/O starts
//! here, and nothing here decides what state means.
pub mod diagnostics;
pub mod input;
pub mod painter;
pub mod panic;
pub mod signals;
pub mod terminal;
