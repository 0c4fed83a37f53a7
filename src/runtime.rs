//! Everything that does I/O is started, stopped and timed here.
pub mod clock;
pub mod link;
