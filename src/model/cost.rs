//! What this program costs: the engines it asks, the terminal it writes to, this machine.

use std::time::Duration;

use super::host::HostId;

/// What one engine is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EngineCost {
    pub host: HostId,
    /// Requests a second of late.
    pub requests: f64,
    /// Requests since the link came up.
    pub asked: u64,
    /// Connections on which an answer is under way: streams, and calls that last.
    pub streams: u64,
}

/// All of it. Rates are over the last ten seconds, or since the first look.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cost {
    pub engines: Vec<EngineCost>,
    /// Bytes a second written to the terminal, and frames a second.
    pub bytes: f64,
    pub frames: f64,
    /// How long after a frame the terminal said that it had shown it; `None` when it never did.
    pub delay: Option<Duration>,
    /// Percent of one core; `None` where the system does not tell.
    pub cpu: Option<f64>,
    /// Bytes resident.
    pub memory: Option<u64>,
    /// Seconds since the program began.
    pub running: u64,
}
