//! Images, networks and volumes. Must not know containers' lives.
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Deserialize;

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

/// A range of addresses, as a request asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Subnet {
    /// CIDR.
    pub subnet: String,
    /// Chosen where empty.
    pub gateway: String,
}

impl Subnet {
    /// First and last address, where it is one of IPv4.
    pub fn ends(&self) -> Option<(u32, u32)> {
        let (base, bits) = self.subnet.split_once('/')?;
        let base = u32::from(base.parse::<Ipv4Addr>().ok()?);
        let host = u32::MAX.checked_shr(bits.parse().ok()?).unwrap_or(0);
        Some((base & !host, base | host))
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
    /// First numbers of its addresses, `172.20` or `10.9.3`; empty for `host` and `none`.
    pub prefix: String,
    /// Ranges and gateways, where they were asked for.
    pub asked: Vec<Subnet>,
    /// Whether anybody may join it, and whether it speaks IPv6.
    pub attachable: bool,
    pub ipv6: bool,
    /// For the driver.
    pub options: BTreeMap<String, String>,
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
    /// The first and last address of each of its ranges.
    pub fn ranges(&self) -> Vec<(u32, u32)> {
        if self.asked.is_empty() && !self.prefix.is_empty() {
            let own = Subnet {
                subnet: format!("{}.0.0/16", self.prefix),
                ..Subnet::default()
            };
            return own.ends().into_iter().collect();
        }
        self.asked.iter().filter_map(Subnet::ends).collect()
    }

    /// The next address.
    pub fn address(&mut self) -> String {
        if self.prefix.is_empty() {
            return String::new();
        }
        self.given += 1;
        let host = self.given + 1;
        if self.prefix.split('.').count() > 2 {
            return format!("{}.{host}", self.prefix);
        }
        format!("{}.{}.{}", self.prefix, host / 256 % 256, host % 256)
    }

    /// The place of one more container in it.
    pub fn join(&mut self, seed: u64, container: &str) -> Endpoint {
        let address = self.address();
        Endpoint {
            network: self.name.clone(),
            network_id: self.id.clone(),
            id: id(seed, &format!("{} {container} {}", self.name, self.given)),
            address,
            gateway: self.gateway(),
            fixed: None,
            aliases: Vec::new(),
        }
    }

    /// The gateway's address.
    pub fn gateway(&self) -> String {
        let asked = self.asked.iter().find(|subnet| !subnet.gateway.is_empty());
        if let Some(subnet) = asked {
            subnet.gateway.clone()
        } else if self.prefix.split('.').count() > 2 {
            format!("{}.1", self.prefix)
        } else if self.prefix.is_empty() {
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
    /// For the driver.
    pub options: BTreeMap<String, String>,
    /// What the scenario says of it.
    pub spec: VolumeSpec,
}
