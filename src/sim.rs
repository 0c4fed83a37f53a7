//! The simulated engine: a Docker Engine API server over a world written in TOML.
//!
//! It serves `--demo`, `stacktui sim` and the tests, in process or on a unix socket. It must not
//! know the rest of this crate: client and server share no type, so they cannot share a mistake.
//!
//! Time is the tokio clock (a paused clock drives everything), noise is seeded by the scenario,
//! and one task, the timeline, makes things happen by themselves. Load and logs are pure functions
//! of time, so ten thousand containers cost nothing while nobody looks.
mod api;
mod clock;
mod compose;
mod events;
mod listen;
mod load;
mod logs;
mod mail;
mod rand;
mod scenario;
mod server;
mod shell;
mod timeline;
mod traefik;
mod web;
mod world;

pub use compose::Spoken;
pub use scenario::{Scenario, ScenarioError};
pub use server::{Connection, Fault, Sim};
