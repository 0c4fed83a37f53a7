//! A local container's counters out of the kernel's own files, at no cost to the engine: cgroup v1 and v2, `/proc`. The same
//! figures as the engine's, by the same formulas. Blocks while it reads; must not know whose figures are wanted.
//!
//! Where no directory bears a container's full id, or a file of it cannot be read, there is no reading, and the engine is
//! to be asked: nothing is guessed. So an engine elsewhere behind a local socket is never mistaken for this host.
mod place;
mod read;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use self::place::{Layout, Place};
use crate::model::Counters;

/// Reads the counters of this host's containers.
#[derive(Debug)]
pub struct Cgroups {
    root: PathBuf,
    layout: Option<Layout>,
    /// By full id; `None`: it has no directory here.
    places: HashMap<String, Option<Place>>,
    host: Option<read::Machine>,
    buffer: String,
}

impl Default for Cgroups {
    fn default() -> Self {
        Self::new(Path::new("/"))
    }
}

impl Cgroups {
    /// Reads below `root`, the root of the file system.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            layout: Layout::find(root),
            places: HashMap::new(),
            host: None,
            buffer: String::new(),
        }
    }

    /// Whether the kernel shows control groups at all.
    pub fn any(&self) -> bool {
        self.layout.is_some()
    }

    /// A new round: what all containers share (the host's CPU time and memory) is read anew with the next reading.
    pub fn begin(&mut self) {
        self.host = None;
    }

    /// The container's counters now; `None`: the engine must be asked. Looked for once: what has no directory is not
    /// looked for again until it is forgotten.
    pub fn read(&mut self, id: &str, clock: impl Fn() -> DateTime<Utc>) -> Option<Counters> {
        let layout = self.layout.as_ref()?;
        if !self.places.contains_key(id) {
            let found = is_id(id).then(|| layout.place(id)).flatten();
            self.places.insert(id.to_owned(), found);
        }
        let place = self.places.get(id)?.as_ref()?;
        if self.host.is_none() {
            self.host = read::Machine::read(&self.root, &mut self.buffer);
        }
        let host = self.host.as_ref()?;
        let counters = read::counters(place, &self.root, host, clock(), &mut self.buffer);
        if counters.is_none() {
            // It has ended, or was never readable. After a start it is looked for anew.
            self.places.insert(id.to_owned(), None);
        }
        counters
    }

    /// Forgets where these are not: `kept` says what is still wanted.
    pub fn retain(&mut self, kept: impl Fn(&str) -> bool) {
        self.places.retain(|id, _| kept(id));
    }

    /// Looks for it again: it has started.
    pub fn forget(&mut self, id: &str) {
        self.places.remove(id);
    }
}

/// A full id and nothing else: it becomes part of a path.
fn is_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())
}
