//! Where a port of a container may be reached from outside of it. Plain facts, nothing is tried here.
use super::{Container, Key};

/// A container's addresses and published ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reach {
    pub container: Key,
    /// In each of its networks; none where it has no network of its own.
    pub addresses: Vec<String>,
    /// Port inside, address and port of the host.
    pub published: Vec<(u16, String, u16)>,
    /// It shares the host's network: what it listens on is the host's.
    pub host_network: bool,
}

impl Reach {
    pub fn of(container: &Container) -> Self {
        let addresses = container.networks.iter();
        let addresses = addresses.filter(|(_, address)| !address.is_empty());
        let ports = container.ports.iter().filter(|p| p.protocol != "udp");
        let published = ports.filter_map(|p| Some((p.private, p.ip.clone(), p.public?)));
        Self {
            container: container.key.clone(),
            addresses: addresses.map(|(_, address)| address.clone()).collect(),
            published: published.collect(),
            host_network: container.networks.iter().any(|(name, _)| name == "host"),
        }
    }

    /// The host's port that leads to this one, where one does.
    pub fn public(&self, port: u16) -> Option<(&str, u16)> {
        let found = self.published.iter().find(|(inside, ..)| *inside == port);
        found.map(|(_, address, public)| (address.as_str(), *public))
    }
}
