//! stacktui: a keyboard-driven container manager for the terminal.
//!
//! The modules stand on levels, and arrows point down only (`tests/architecture.rs` checks it):
//!
//! ```text
//! 8  main  cli
//! 7  runtime                               tokio, terminal, tasks, clock: all I/O is started here
//! 6  update  subscriptions                 pure
//! 5  views                                 pure
//! 4  actions  columns  layout              pure
//! 3  state                                 values only
//! 2  msg  effect  widgets                  edges: engine  compose  integrations  journal  config
//! 1  keys  theme  settings  log_store      apart: sim (uses nothing of this crate)
//! 0  model  text  lang                     std and chrono only
//! ```
// First, for its macros.
#[macro_use]
pub mod lang;

pub mod actions;
pub mod cli;
pub mod columns;
pub mod compose;
pub mod config;
pub mod effect;
pub mod engine;
pub mod integrations;
pub mod journal;
pub mod keys;
pub mod layout;
pub mod log_store;
pub mod model;
pub mod msg;
pub mod runtime;
pub mod settings;
pub mod sim;
pub mod state;
pub mod subscriptions;
pub mod text;
pub mod theme;
pub mod update;
pub mod views;
pub mod widgets;
