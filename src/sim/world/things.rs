//! Images, networks and volumes. Must not know containers' lives.
use super::Endpoint;
use crate::sim::clock::Ns;
use crate::sim::rand::id;
use crate::sim::scenario::{ImageSpec, VolumeSpec};

/// An image.
#[derive(Debug, Clone)]
pub struct Image {
    /// `sha256:…`.
    pub id: String,
    /// Digest in the registry, `sha256:…`.
    pub digest: String,
    /// When it was made.
    pub created: Ns,
    /// What the scenario says of it.
    pub spec: ImageSpec,
}

impl Image {
    /// Whether `name` means this image.
    pub fn is(&self, name: &str) -> bool {
        let bare = name.strip_prefix("sha256:").unwrap_or(name);
        let own = self.id.strip_prefix("sha256:").unwrap_or(&self.id);
        let tagged = full_name(name);
        (!self.spec.name.is_empty() && tagged == self.spec.name)
            || (bare.len() >= 6 && own.starts_with(bare))
    }

    /// Repository without tag.
    pub fn repository(&self) -> &str {
        let name = self.spec.name.as_str();
        name.rfind(':').map_or(name, |at| &name[..at])
    }
}

/// A name with its tag: `redis` is `redis:latest`. A digest behind `@` is dropped.
pub fn full_name(name: &str) -> String {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let name = name.split('@').next().unwrap_or(name);
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains(':') {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

/// A network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Driver.
    pub driver: String,
    /// First two numbers of its /16; empty for `host` and `none`.
    pub prefix: String,
    /// Whether it has no way out.
    pub internal: bool,
    /// When it was made.
    pub created: Ns,
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// Addresses given out.
    pub given: u32,
}

impl Network {
    /// The next address.
    pub fn address(&mut self) -> String {
        if self.prefix.is_empty() {
            return String::new();
        }
        self.given += 1;
        let host = self.given + 1;
        format!("{}.{}.{}", self.prefix, host / 256 % 256, host % 256)
    }

    /// The place of one more container in it.
    pub fn join(&mut self, seed: u64, container: &str) -> Endpoint {
        Endpoint {
            network: self.name.clone(),
            network_id: self.id.clone(),
            id: id(seed, &format!("{} {container}", self.name)),
            address: self.address(),
            gateway: self.gateway(),
            fixed: None,
            aliases: Vec::new(),
        }
    }

    /// The gateway's address.
    pub fn gateway(&self) -> String {
        if self.prefix.is_empty() {
            String::new()
        } else {
            format!("{}.0.1", self.prefix)
        }
    }
}

/// A volume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// When it was made.
    pub created: Ns,
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// What the scenario says of it.
    pub spec: VolumeSpec,
}
