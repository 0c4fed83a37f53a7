//! One row of the engine's list of images.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::key::Key;

/// An image that the engine holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its id is the full one, `sha256:…`.
    pub key: Key,
    /// `name:tag`, in the engine's order; none for a dangling one.
    pub tags: Vec<String>,
    /// `name@sha256:…`: what the registry calls it.
    pub digests: Vec<String>,
    pub created: Option<DateTime<Utc>>,
    /// Bytes on disk, what it shares with others included.
    pub size: Option<u64>,
    pub labels: BTreeMap<String, String>,
}

/// How an image stands to the one that its registry has under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Same,
    /// The registry has another one.
    Behind,
}

impl Freshness {
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => key!("up to date"),
            Self::Behind => key!("newer there"),
        }
    }
}

impl Image {
    /// No name leads to it.
    pub fn is_dangling(&self) -> bool {
        self.tags.is_empty()
    }

    /// What to call it: its first tag, else the name it was pulled by, else its short id.
    pub fn name(&self) -> &str {
        let pulled = || self.digests.first()?.split('@').next();
        let tag = self.tags.first().map(String::as_str);
        tag.or_else(pulled).unwrap_or_else(|| self.short())
    }

    /// The first twelve digits of its id.
    pub fn short(&self) -> &str {
        short_id(&self.key.id)
    }
}

/// The first twelve digits of an id, without the name of its hash.
pub fn short_id(id: &str) -> &str {
    let digits = id.split_once(':').map_or(id, |(_, digits)| digits);
    digits.get(..12).unwrap_or(digits)
}

/// The registry that an image's name leads to: its first part, when that looks like a host.
pub fn registry(name: &str) -> &str {
    let first = name.split_once('/').map(|(first, _)| first);
    let is_host = |first: &&str| first.contains(['.', ':']) || *first == "localhost";
    match first.filter(is_host) {
        None | Some("index.docker.io") => "docker.io",
        Some(host) => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostId, Kind};

    #[test]
    fn an_image_always_has_a_name() {
        let mut image = Image {
            key: Key::new(HostId(0), Kind::Image, "sha256:0123456789abcdef"),
            tags: vec!["nginx:1".to_owned()],
            digests: vec!["nginx@sha256:ff".to_owned()],
            created: None,
            size: None,
            labels: BTreeMap::new(),
        };
        assert_eq!((image.name(), image.is_dangling()), ("nginx:1", false));
        image.tags.clear();
        assert_eq!((image.name(), image.is_dangling()), ("nginx", true));
        image.digests.clear();
        assert_eq!(image.name(), "0123456789ab");
    }
}
