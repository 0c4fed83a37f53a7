//! All that the program knows, as values. Only `update` writes it; views and subscriptions read it.
//! Holds no handle, sender, clock, span or style.
pub mod books;
pub mod browse;
pub mod drift;
pub mod fresh;
pub mod history;
pub mod inspect;
mod inventory;
pub mod jobs;
pub mod keymap;
pub mod layers;
pub mod lints;
pub mod log_book;
pub mod mail;
pub mod menu;
pub mod names;
pub mod nav;
pub mod order;
pub mod output;
mod pending;
pub mod prefs;
pub mod routes;
mod scope;
pub mod shelf;
pub mod space;
pub mod stack_file;
pub mod table;
mod tally;
pub mod toasts;
mod trend;
mod vitals;
pub mod world;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use books::{EventBook, JournalBook};
pub use fresh::Fresh;
pub use history::History;
pub use inspect::InspectState;
pub use jobs::{Jobs, Running};
pub use keymap::{Keymap, Scope};
pub use layers::{Confirm, Field, Layer, Prompt, PromptKind, Told, Weight};
pub use log_book::{
    Chip, Filters, Fold, Goal, LogBook, LogLook, LogSource, LogTarget, Past, Sought, Stamps,
};
pub use mail::MailBook;
pub use menu::{Ask, Choice, Menu, MenuItem, Task};
pub use nav::{Nav, Place, ViewId};
pub use output::Output;
pub use pending::Pending;
pub use prefs::Prefs;
pub use shelf::{Awaited, Listing, Shelf, Shelves, Uses};
pub use space::SpaceBook;
pub use stack_file::FileBook;
pub use table::{ContainerTable, RowId, Table};
pub use toasts::{Tidings, Toast, Toasts};
pub use world::{Death, Host, Vitals, World};

use crate::model::compose::Checked;
use crate::model::cost::Cost;
use crate::model::{About, Container, Details, HostId, Key, Kind, Link, Node, Outlines, Processes};
use crate::msg::Failure;

/// What is known of one container beyond its row, fetched while it is looked at.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub details: Option<Box<Details>>,
    /// The same of an image, a volume or a network.
    pub about: Option<Box<About>>,
    /// Why the last fetch failed, when it did.
    pub failure: Option<Failure>,
    pub processes: Option<Processes>,
    pub processes_failure: Option<Failure>,
    /// Secrets are shown.
    pub revealed: bool,
    /// All deaths are shown, with all that is kept of their last lines.
    pub all_deaths: bool,
    /// First row of the details screen on screen.
    pub scroll: usize,
    /// The service under the cursor of a stack's page; none: the whole stack is.
    pub service: Option<String>,
    pub inspect: InspectState,
    /// First row and column of the processes screen.
    pub process_scroll: usize,
}

impl Sheet {
    /// The engine's whole answer, once it is there.
    pub fn document(&self) -> Option<&Node> {
        let details = self.details.as_ref().map(|details| &details.document);
        details.or_else(|| self.about.as_ref().map(|about| &about.document))
    }
}

/// The whole state.
#[derive(Debug, Clone)]
pub struct State {
    /// When the newest message came.
    pub now: DateTime<Utc>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The terminal window has the focus.
    pub focused: bool,
    pub read_only: bool,
    /// On the built-in simulated engine.
    pub demo: bool,
    pub prefs: Prefs,
    pub keymap: Keymap,
    pub world: World,
    /// Everything is narrowed to this host.
    pub only: Option<HostId>,
    pub nav: Nav,
    pub containers: ContainerTable,
    pub shelves: Shelves,
    pub mail: MailBook,
    pub events: EventBook,
    pub journal: JournalBook,
    pub sheets: BTreeMap<Key, Sheet>,
    pub logs: Option<LogBook>,
    pub layers: Vec<Layer>,
    /// What the program costs, while it is looked at.
    pub cost: Option<Cost>,
    pub toasts: Toasts,
    pub jobs: Jobs,
    /// What the last long job on each thing tells.
    pub outputs: BTreeMap<Key, Output>,
    /// What compose makes of the files of stacks that were looked at.
    pub compose: BTreeMap<Key, Result<Box<Checked>, Failure>>,
    /// What the files of stacks ask for, as far as they were read.
    pub outlines: Outlines,
    /// The volume that is looked into, while it is.
    pub browse: Option<browse::Browse>,
    /// The files of stacks that were looked at.
    pub files: BTreeMap<Key, FileBook>,
    /// Where the room on each host's disk went, as far as it was asked for.
    pub space: BTreeMap<HostId, SpaceBook>,
    /// How images stand to what their registries have, as far as it was asked.
    pub fresh: BTreeMap<Key, Fresh>,
    /// Images that are being asked for together.
    pub round: Option<fresh::Round>,
    /// What is asked of the user when an answer is there, and in which view that was wanted.
    pub pending: Option<(Pending, ViewId)>,
    /// Names of the docker contexts that could be used instead.
    pub contexts: Vec<String>,
    /// Shells that worked, by image: tried first the next time.
    pub shells: BTreeMap<String, Vec<String>>,
    /// A shell or attach has the terminal.
    pub handed_over: bool,
    /// Leaving: no more effects are started.
    pub quitting: bool,
}

impl State {
    pub fn new(now: DateTime<Utc>, size: (u16, u16), prefs: Prefs, keymap: Keymap) -> Self {
        Self {
            now,
            size,
            focused: true,
            read_only: false,
            demo: false,
            containers: ContainerTable::new(&prefs),
            shelves: Shelves::default(),
            mail: MailBook::default(),
            prefs,
            keymap,
            world: World::default(),
            only: None,
            nav: Nav::default(),
            events: EventBook::default(),
            journal: JournalBook::default(),
            sheets: BTreeMap::new(),
            logs: None,
            layers: Vec::new(),
            cost: None,
            toasts: Toasts::default(),
            jobs: Jobs::default(),
            outputs: BTreeMap::new(),
            compose: BTreeMap::new(),
            outlines: Outlines::default(),
            browse: None,
            files: BTreeMap::new(),
            space: BTreeMap::new(),
            fresh: BTreeMap::new(),
            round: None,
            pending: None,
            contexts: Vec::new(),
            shells: BTreeMap::new(),
            handed_over: false,
            quitting: false,
        }
    }

    /// Goes back by one screen; `false` at a tab.
    pub fn back(&mut self) -> bool {
        let went = self.nav.back();
        self.mask_closed();
        went
    }

    /// Goes to a tab.
    pub fn go(&mut self, tab: ViewId) {
        self.nav.go(tab);
        self.mask_closed();
    }

    /// Secrets that were shown are masked again once their screen is left.
    fn mask_closed(&mut self) {
        for (key, sheet) in &mut self.sheets {
            if sheet.revealed && !self.nav.opens(key) {
                sheet.revealed = false;
                sheet.inspect.stale = true;
            }
        }
        if !self.nav.has(ViewId::StackFiles) && !self.nav.has(ViewId::Proposal) {
            let shown = self.files.values_mut().filter(|book| book.revealed);
            shown.for_each(FileBook::reveal);
        }
    }

    /// The view on screen.
    pub fn view(&self) -> ViewId {
        self.nav.current().view
    }

    /// The thing the view on screen is about, or its selected row is.
    pub fn subject(&self) -> Option<Key> {
        let place = self.nav.current();
        match (place.view, place.key) {
            (_, Some(key)) => Some(key),
            (ViewId::Containers, None) => self.containers.table.selected.as_ref()?.key().cloned(),
            (ViewId::Stacks, None) => self.shelves.stacks.listing.selected(),
            (ViewId::Images, None) => self.shelves.images.listing.selected(),
            (ViewId::Volumes, None) => self.shelves.volumes.listing.selected(),
            (ViewId::Mail, None) => self.shelves.mails.listing.selected(),
            (ViewId::Networks, None) => self.shelves.networks.listing.selected(),
            (ViewId::Services, None) => self.shelves.services.listing.selected(),
            (ViewId::Nodes, None) => self.shelves.nodes.listing.selected(),
            (ViewId::Hosts, None) => self.shelves.hosts.listing.selected(),
            (ViewId::Routes, None) => self.shelves.routes.listing.selected(),
            _ => None,
        }
    }

    /// No engine answers and none has answered: there is nothing to show but why.
    pub fn no_engine(&self) -> bool {
        !self.world.hosts.is_empty()
            && self
                .world
                .hosts
                .values()
                .all(|h| !h.loaded && matches!(h.link, Link::Down { .. }))
    }

    /// The containers that the screen is about, by their place in it: marked ones, the selected one, a stack's.
    pub fn targets(&self) -> Vec<Key> {
        if self.view() == ViewId::Containers && !self.containers.marked.is_empty() {
            let marked = &self.containers.marked;
            return marked
                .iter()
                .filter(|key| self.world.container(key).is_some())
                .cloned()
                .collect();
        }
        if self.view() == ViewId::Stacks {
            let stacks = self.shelves.stacks.listing.targets();
            let members = stacks.iter().flat_map(|stack| self.world.members(stack));
            return members.map(|c| c.key.clone()).collect();
        }
        match self.subject() {
            Some(key) if key.kind == Kind::Stack => {
                let service = self.service();
                let is_meant = |c: &&Container| {
                    service.is_none_or(|name| c.service() == Some(name) && !c.is_one_off())
                };
                let members = self.world.members(&key).filter(is_meant);
                members.map(|c| c.key.clone()).collect()
            }
            Some(key) if self.world.container(&key).is_some() => vec![key],
            _ => Vec::new(),
        }
    }

    /// The service that the cursor of a stack's page is on.
    pub fn service(&self) -> Option<&str> {
        let place = self.nav.current();
        let key = place.key.filter(|_| place.view == ViewId::Stack)?;
        self.sheet(&key)?.service.as_deref()
    }

    pub fn sheet(&self, key: &Key) -> Option<&Sheet> {
        self.sheets.get(key)
    }

    /// The front window, when one is open.
    pub fn layer(&self) -> Option<&Layer> {
        self.layers.last()
    }
}
