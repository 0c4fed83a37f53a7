//! The only way to name a resource: which host, which kind, which id.
use std::fmt;
use std::sync::Arc;

use super::host::HostId;

/// What sort of thing a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A container; the id is the engine's full id.
    Container,
    /// A compose project or swarm stack; the id is its name.
    Stack,
    /// An image; the id is its full id.
    Image,
    /// A volume; the id is its name.
    Volume,
    /// A network; the id is its full id.
    Network,
    /// A captured mail; the id is its server's container and its own id there.
    Mail,
    /// A way from an address to a container; the id is where it was read, its name and its container.
    Route,
    /// A service of a swarm; the id is its full id.
    Service,
    /// A machine of a swarm; the id is its full id.
    Node,
    /// The engine itself.
    Host,
}

/// Names one resource on one host. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub host: HostId,
    pub kind: Kind,
    pub id: Arc<str>,
}

impl Key {
    pub fn new(host: HostId, kind: Kind, id: &str) -> Self {
        Self {
            host,
            kind,
            id: Arc::from(id),
        }
    }

    pub fn container(host: HostId, id: &str) -> Self {
        Self::new(host, Kind::Container, id)
    }

    pub fn stack(host: HostId, name: &str) -> Self {
        Self::new(host, Kind::Stack, name)
    }

    /// The first twelve characters of an id, as the engine's own tools print it.
    pub fn short(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{}:{}", self.kind, self.host.0, self.short())
    }
}
