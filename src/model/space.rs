//! Where the room on an engine's disk went, and what of it can be had back.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::text;

/// What is removed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prune {
    /// Containers that do not run.
    Containers,
    /// Images without a name that nothing uses.
    DanglingImages,
    /// Images that no container uses, with a name or without.
    UnusedImages,
    /// Volumes without a name of their own that no container mounts.
    AnonymousVolumes,
    /// Volumes that no container mounts.
    UnusedVolumes,
    /// Networks without a container.
    Networks,
    /// What builds left, as far as no build uses it now.
    BuildCache,
}

impl Prune {
    pub const ALL: [Self; 7] = [
        Self::Containers,
        Self::DanglingImages,
        Self::UnusedImages,
        Self::AnonymousVolumes,
        Self::UnusedVolumes,
        Self::Networks,
        Self::BuildCache,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Containers => key!("containers that do not run"),
            Self::DanglingImages => key!("images without a name"),
            Self::UnusedImages => key!("images no container uses"),
            Self::AnonymousVolumes => key!("anonymous volumes no container mounts"),
            Self::UnusedVolumes => key!("volumes no container mounts"),
            Self::Networks => key!("networks without a container"),
            Self::BuildCache => key!("build cache"),
        }
    }

    /// What is lost with it.
    pub fn loss(self) -> &'static str {
        match self {
            Self::Containers => say!("lost: what was written inside them, and their logs"),
            Self::DanglingImages | Self::UnusedImages => {
                say!("lost: they must be pulled or built again")
            }
            Self::AnonymousVolumes | Self::UnusedVolumes => {
                say!("lost: all that is written in them; nothing brings it back")
            }
            Self::Networks => say!("what is started later does not find them"),
            Self::BuildCache => say!("the next build takes longer"),
        }
    }

    /// Loses data that nothing can make anew.
    pub fn is_final(self) -> bool {
        matches!(self, Self::AnonymousVolumes | Self::UnusedVolumes)
    }

    /// The docker command that does the same.
    pub fn command(self) -> &'static str {
        match self {
            Self::Containers => "docker container prune --force",
            Self::DanglingImages => "docker image prune --force",
            Self::UnusedImages => "docker image prune --all --force",
            Self::AnonymousVolumes => "docker volume prune --force",
            // `prune --all` is of API 1.42, and without it older engines and newer ones do different things.
            Self::UnusedVolumes => {
                "docker volume ls --quiet --filter dangling=true | xargs --no-run-if-empty docker volume rm"
            }
            Self::Networks => "docker network prune --force",
            Self::BuildCache => "docker builder prune --all --force",
        }
    }
}

/// One thing that would be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    /// None where the engine does not know.
    pub bytes: Option<u64>,
}

/// Bytes that would be had back, between two bounds: of layers that things share an engine does not say with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freed {
    pub least: u64,
    /// None: not all sizes are known.
    pub most: Option<u64>,
}

/// Nothing.
impl Default for Freed {
    fn default() -> Self {
        Self::exactly(0)
    }
}

impl Freed {
    pub fn exactly(bytes: u64) -> Self {
        Self {
            least: bytes,
            most: Some(bytes),
        }
    }

    /// Of both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            most: self.most.zip(other.most).map(|(a, b)| a + b),
        }
    }

    /// In a column: `3.20GiB`, `≤3.20GiB`, `≥3.20GiB`; empty where it is nothing.
    pub fn short(self) -> String {
        match (self.least, self.most) {
            (0, Some(0)) => String::new(),
            (least, Some(most)) if least == most => text::bytes(most),
            (_, Some(most)) => format!("≤{}", text::bytes(most)),
            (least, None) => format!("≥{}", text::bytes(least)),
        }
    }

    /// In a sentence, with what it says of it; empty where it is nothing.
    pub fn words(self) -> String {
        let size = text::bytes;
        match (self.least, self.most) {
            (0, Some(0)) => String::new(),
            (least, Some(most)) if least == most => say!("gives back {size}", size = size(most)),
            (0, Some(most)) => say!("gives back at most {size}", size = size(most)),
            (least, Some(most)) => say!(
                "gives back {least} to {most}",
                least = size(least),
                most = size(most)
            ),
            (least, None) => say!("gives back at least {size}", size = size(least)),
        }
    }
}

/// All of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    pub count: usize,
    /// In use.
    pub active: usize,
    pub bytes: u64,
    pub free: Freed,
}

/// An engine's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    pub at: DateTime<Utc>,
    pub images: Part,
    pub containers: Part,
    pub volumes: Part,
    pub cache: Part,
    /// The largest first. Networks are not in it: they take no room, and are known from their list.
    pub prunable: BTreeMap<Prune, Vec<Item>>,
    /// Bytes that may be had back beside the own ones of its things: of layers that they share, what nothing that stays is
    /// known to need.
    pub beside: BTreeMap<Prune, u64>,
    /// Bytes by volume.
    pub volume_sizes: BTreeMap<String, u64>,
}

impl Space {
    pub fn parts(&self) -> [(&'static str, Part); 4] {
        [
            (key!("images"), self.images),
            (key!("containers"), self.containers),
            (key!("volumes"), self.volumes),
            (key!("build cache"), self.cache),
        ]
    }

    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.parts().iter().map(|(_, part)| part.bytes).sum()
    }

    /// What would be removed.
    pub fn items(&self, what: Prune) -> &[Item] {
        self.prunable.get(&what).map_or(&[], Vec::as_slice)
    }

    /// What would be had back.
    pub fn free(&self, what: Prune) -> Freed {
        let items = self.items(what);
        let least = items.iter().filter_map(|item| item.bytes).sum();
        let known = items.iter().all(|item| item.bytes.is_some());
        let beside = self.beside.get(&what).unwrap_or(&0);
        Freed {
            least,
            most: known.then_some(least + beside),
        }
    }
}

/// What a prune has removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    pub names: Vec<String>,
    /// Bytes had back.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_told_as_if_it_were() {
        let freed = |least, most| Freed { least, most };
        for (freed, short, words) in [
            (freed(0, Some(0)), "", ""),
            (freed(2048, Some(2048)), "2.00KiB", "gives back 2.00KiB"),
            (
                freed(0, Some(2048)),
                "≤2.00KiB",
                "gives back at most 2.00KiB",
            ),
            (
                freed(1024, Some(2048)),
                "≤2.00KiB",
                "gives back 1.00KiB to 2.00KiB",
            ),
            (freed(1024, None), "≥1.00KiB", "gives back at least 1.00KiB"),
        ] {
            assert_eq!(
                (freed.short().as_str(), freed.words().as_str()),
                (short, words)
            );
        }
        let both = Freed::exactly(1).and(freed(1, Some(5)));
        assert_eq!(both, freed(2, Some(6)));
    }
}
