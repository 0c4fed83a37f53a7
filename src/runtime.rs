//! Everything that does I/O is started, stopped and timed here. Level 7: knows every level below; decides nothing about
//! what state means.
pub mod clock;
pub mod diagnostics;
pub mod input;
pub mod link;
pub mod painter;
pub mod panic;
pub mod signals;
pub mod terminal;
