//! Where the user is: a tab, and what was opened on top of it.
use crate::model::{HostId, Key};

/// A screen of the program. The registry of views says the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViewId {
    Containers,
    Stacks,
    Images,
    Volumes,
    Networks,
    Mail,
    /// Which address leads to which container.
    Routes,
    Events,
    Journal,
    /// What a swarm is to run.
    Services,
    /// The machines of a swarm.
    Nodes,
    /// Every engine, its link, its totals.
    Hosts,
    /// All that is written of one act.
    Entry,
    Details,
    /// All that is known of an image, a volume or a network.
    Item,
    /// All that is known of a stack.
    Stack,
    /// The files that a stack is made from.
    StackFiles,
    /// What another text for one of them would do.
    Proposal,
    Inspect,
    Processes,
    Logs,
    /// One captured mail.
    Letter,
    /// A mail server: who could send here, how to hand mail in.
    MailDoctor,
    /// Where the room on the disk went.
    Space,
    /// What a long job tells.
    Output,
    /// A directory of a volume.
    VolumeFolder,
    /// A file of a volume.
    VolumeFile,
}

impl ViewId {
    /// A list of one kind of thing beside containers, with columns, an order, marks and a filter of its own.
    pub fn is_listing(self) -> bool {
        matches!(
            self,
            Self::Stacks
                | Self::Images
                | Self::Volumes
                | Self::Networks
                | Self::Services
                | Self::Nodes
                | Self::Hosts
                | Self::Routes
                | Self::Mail
        )
    }
}

/// A screen and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub view: ViewId,
    /// The thing it is about; `None` for the tabs and for logs (the log book knows).
    pub key: Option<Key>,
}

/// The places from a tab (first) to the one on screen (last); never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nav {
    tab: ViewId,
    opened: Vec<Place>,
}

impl Default for Nav {
    fn default() -> Self {
        Self {
            tab: ViewId::Containers,
            opened: Vec::new(),
        }
    }
}

impl Nav {
    /// At a tab, with nothing open.
    pub fn at(tab: ViewId) -> Self {
        Self {
            tab,
            opened: Vec::new(),
        }
    }

    /// Whether something of this host is open; a log view may be.
    pub fn holds(&self, host: HostId) -> bool {
        let of_it = |place: &Place| match &place.key {
            Some(key) => key.host == host,
            None => place.view == ViewId::Logs,
        };
        self.opened.iter().any(of_it)
    }

    pub fn current(&self) -> Place {
        self.opened.last().cloned().unwrap_or(Place {
            view: self.tab,
            key: None,
        })
    }

    /// The tab under everything.
    pub fn tab(&self) -> ViewId {
        self.tab
    }

    /// How many screens are open on the tab.
    pub fn depth(&self) -> usize {
        self.opened.len()
    }

    /// Goes to a tab and closes what was open.
    pub fn go(&mut self, tab: ViewId) {
        self.tab = tab;
        self.opened.clear();
    }

    /// Opens a screen on top; the same place twice is one.
    pub fn open(&mut self, place: Place) {
        if self.opened.last() != Some(&place) {
            self.opened.push(place);
        }
    }

    /// Closes the top screen; `false` at a tab.
    pub fn back(&mut self) -> bool {
        self.opened.pop().is_some()
    }

    /// Screens about one thing are about another from now on.
    pub fn replace(&mut self, old: &Key, new: &Key) {
        let about = self
            .opened
            .iter_mut()
            .filter_map(|place| place.key.as_mut());
        for key in about.filter(|key| *key == old) {
            key.clone_from(new);
        }
    }

    /// Whether a screen about this thing is open.
    pub fn opens(&self, key: &Key) -> bool {
        self.opened
            .iter()
            .any(|place| place.key.as_ref() == Some(key))
    }

    /// Whether this view is open anywhere.
    pub fn has(&self, view: ViewId) -> bool {
        self.tab == view || self.opened.iter().any(|place| place.view == view)
    }
}
