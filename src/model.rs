//! Plain values that everything else speaks of: hosts, containers, samples, log records, journal entries.
//! Level 0: std and chrono only. Knows nothing of the engine's wire, the screen or the clock.
pub mod about;
pub mod compose;
pub mod container;
pub mod cost;
pub mod details;
pub mod document;
pub mod event;
pub mod host;
pub mod image;
pub mod journal;
pub mod key;
pub mod limits;
pub mod log;
pub mod network;
pub mod pull;
pub mod resources;
pub mod space;
pub mod stack;
pub mod stats;
pub mod volume;

pub use about::{About, Layer, Member, Particulars};
pub use container::{Container, Health, Mount, Port, RunState};
pub use details::{Details, NetworkLink, Probe, ProbeReport, Processes};
pub use document::Node;
pub use event::EngineEvent;
pub use host::{ApiVersion, DownReason, EngineInfo, HostId, Link, Tried};
pub use image::Image;
pub use journal::{Entry, Outcome, Phase, Target};
pub use key::{Key, Kind};
pub use log::{LogRecord, LogStream};
pub use network::{Network, Subnet};
pub use pull::{Pull, PullLine};
pub use resources::Resources;
pub use stack::Stack;
pub use stats::{Counters, Sample};
pub use volume::Volume;
