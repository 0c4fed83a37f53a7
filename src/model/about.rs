//! All that the engine says of one thing beside containers.
use chrono::{DateTime, Utc};

use super::document::Node;

/// A step of an image's making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The instruction, as the builder noted it.
    pub made_by: String,
    pub created: Option<DateTime<Utc>>,
    /// Bytes it adds; 0 for those that only set something.
    pub size: u64,
}

/// A container in a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    pub id: String,
    pub name: String,
    /// CIDR.
    pub ipv4: String,
    pub ipv6: String,
    pub mac: String,
    /// Another one each time it is put in or started.
    pub endpoint: String,
}

/// What only one kind has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Particulars {
    Image {
        /// `linux/arm64`.
        platform: String,
        entrypoint: Vec<String>,
        command: Vec<String>,
        working_dir: String,
        user: String,
        environment: Vec<(String, String)>,
        ports: Vec<String>,
        volumes: Vec<String>,
        /// Newest first.
        layers: Vec<Layer>,
    },
    Network {
        members: Vec<Member>,
    },
    /// All that is shown of it is in its list.
    Nothing,
}

/// The engine's answer about one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    pub particulars: Particulars,
    /// The whole answer.
    pub document: Node,
}
