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

/// The host that a name begins with, where its first part looks like one, and what follows.
fn with_host(name: &str) -> (Option<&str>, &str) {
    let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
    match name.split_once('/') {
        Some((first, rest)) if is_host(first) => (Some(first), rest),
        _ => (None, name),
    }
}

/// The registry that an image's name leads to.
pub fn registry(name: &str) -> &str {
    match with_host(name).0 {
        None | Some("index.docker.io") => "docker.io",
        Some(host) => host,
    }
}

/// A name and its tag, or its digest. Without one an engine pulls and pushes all tags there are.
pub fn with_tag(name: &str) -> (&str, &str) {
    if let Some(parts) = name.split_once('@') {
        return parts;
    }
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (name, "latest"),
    }
}

/// The name as engines understand it: `nginx` is `docker.io/library/nginx:latest`. Two that are one are the same then.
pub fn full_name(name: &str) -> String {
    let (path, tag) = with_tag(with_host(name).1);
    let registry = registry(name);
    let official = registry == "docker.io" && !path.contains('/');
    let library = if official { "library/" } else { "" };
    format!("{registry}/{library}{path}:{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostId, Kind};

    #[test]
    fn one_name_may_be_written_in_several_ways() {
        for (name, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("library/nginx:latest", "docker.io/library/nginx:latest"),
            ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
            ("grafana/grafana:9", "docker.io/grafana/grafana:9"),
            ("localhost:5000/a", "localhost:5000/a:latest"),
            ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ] {
            assert_eq!(full_name(name), full, "{name}");
        }
        assert_ne!(full_name("a@sha256:01"), full_name("a:latest"));
    }

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
