//! Everything that does I/O is started, stopped and timed here. Level 7: knows every level below; decides nothing about
//! what state means.
pub mod archive;
mod browse;
pub mod browser;
pub mod clock;
pub mod cost;
pub mod demo;
pub mod diagnostics;
pub mod effects;
pub mod event_loop;
mod frames;
mod helper;
pub mod hosts;
pub mod input;
pub mod jobs;
pub mod link;
pub mod log_stream;
pub mod mail;
mod pacer;
pub mod painter;
pub mod panic;
mod part;
pub mod reactor;
pub mod record;
pub mod recreate;
pub mod roads;
pub mod sampler;
mod save;
pub mod screen;
pub mod shell;
pub mod signals;
mod stack_file;
pub mod startup;
pub mod streams;
pub mod terminal;
pub mod unfinished;

pub use startup::{Ended, RunOptions, Start, StartError, run};
