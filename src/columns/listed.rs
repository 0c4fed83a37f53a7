//! What a kind of thing must say of itself to be listed: its view, its columns, where it is kept, what a filter looks at.
use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{Cell, Column, Cx, Fit, Rank};
use crate::model::route::Fault;
use crate::model::{
    Container, HostEntry, Image, Key as Id, Kind, Mail, Network, Route, Stack, Volume,
};
use crate::state::shelf::{Listing, Shelves};
use crate::state::{Shelf, State, ViewId};
use crate::text::{self, FuzzyMatcher};
use crate::theme::Key;

/// Whether a filter lets a thing through.
pub type Sieve<'a, R> = Box<dyn FnMut(&R) -> bool + 'a>;

/// Things of one kind that have a view with a list of their own.
pub trait Listed: Sized + 'static {
    const VIEW: ViewId;
    const KIND: Kind;
    /// Said of an empty list.
    const NONE: &'static str;
    /// Said of a list that leaves out what is in use, or was read, when that is all; `{key}` is the key that shows it.
    const ALL_BUSY: &'static str;

    fn columns() -> &'static [Column<Self>];
    fn shelf(shelves: &Shelves) -> &Shelf<Self>;
    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self>;
    fn key(&self) -> &Id;
    /// What a filter looks at beside the id.
    fn known_by<'a>(&'a self, state: &'a State) -> Vec<&'a str>;

    /// What a filter lets through: things known by a name in which its letters follow each other.
    fn sieve<'a>(filter: &str, state: &'a State) -> Sieve<'a, Self> {
        let mut matcher = FuzzyMatcher::new(filter);
        Box::new(move |thing| {
            let mut names = thing.known_by(state).into_iter();
            names.any(|name| matcher.score(name).is_some())
        })
    }

    /// Sentences in place of an empty list that nothing narrows; none: the usual one.
    fn waiting(_: &State) -> Option<Vec<(String, Key)>> {
        None
    }

    /// Nothing uses it; nothing of it runs.
    fn is_idle(&self, state: &State) -> bool {
        state.shelves.uses.of_key(self.key()).is_empty()
    }
}

impl Listed for Stack {
    const VIEW: ViewId = ViewId::Stacks;
    const KIND: Kind = Kind::Stack;
    const NONE: &'static str = key!("There are no stacks.");
    const ALL_BUSY: &'static str = key!("All stacks are in use; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        super::stack::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.stacks
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.stacks
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        let directory = self.origin.directory.as_deref();
        std::iter::once(self.name()).chain(directory).collect()
    }

    fn is_idle(&self, _: &State) -> bool {
        self.running == 0
    }
}

impl Listed for Image {
    const VIEW: ViewId = ViewId::Images;
    const KIND: Kind = Kind::Image;
    const NONE: &'static str = key!("There are no images.");
    const ALL_BUSY: &'static str = key!("All images are in use; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        super::image::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.images
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.images
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        let names = self.tags.iter().map(String::as_str);
        names.chain([self.name(), self.short()]).collect()
    }
}

impl Listed for Volume {
    const VIEW: ViewId = ViewId::Volumes;
    const KIND: Kind = Kind::Volume;
    const NONE: &'static str = key!("There are no volumes.");
    const ALL_BUSY: &'static str = key!("All volumes are in use; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        super::volume::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.volumes
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.volumes
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        [
            Some(self.name()),
            Some(self.driver.as_str()),
            self.project(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Listed for Network {
    const VIEW: ViewId = ViewId::Networks;
    const KIND: Kind = Kind::Network;
    const NONE: &'static str = key!("There are no networks.");
    const ALL_BUSY: &'static str = key!("All networks are in use; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        super::network::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.networks
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.networks
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        let ranges = self.subnets.iter().map(|s| s.range.as_str());
        [self.name.as_str(), self.driver.as_str()]
            .into_iter()
            .chain(self.project())
            .chain(ranges)
            .collect()
    }
}

impl Listed for Mail {
    const VIEW: ViewId = ViewId::Mail;
    const KIND: Kind = Kind::Mail;
    const NONE: &'static str = key!("There are no mails.");
    const ALL_BUSY: &'static str = key!("All mails are read; {key} shows them.");

    fn waiting(state: &State) -> Option<Vec<(String, Key)>> {
        Some(super::mail::waiting(state))
    }

    fn columns() -> &'static [Column<Self>] {
        super::mail::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.mails
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.mails
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        super::mail::texts(self).collect()
    }

    /// Text is searched for words: all of them are somewhere in the mail, as a search in a log finds them; or the server,
    /// which knows more of the mail, says so.
    fn sieve<'a>(filter: &str, state: &'a State) -> Sieve<'a, Self> {
        let has_words = super::mail::has_words(filter);
        Box::new(move |mail| has_words(mail) || state.mail.search.has(&mail.key))
    }

    /// Nobody has read it.
    fn is_idle(&self, state: &State) -> bool {
        state.mail.is_unread(self)
    }
}

impl Listed for HostEntry {
    const VIEW: ViewId = ViewId::Hosts;
    const KIND: Kind = Kind::Host;
    const NONE: &'static str = key!("There are no hosts.");
    const ALL_BUSY: &'static str = key!("All hosts are in use; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        super::host::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.hosts
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.hosts
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by(&self, _: &State) -> Vec<&str> {
        vec![&self.key.id]
    }
}

impl Listed for Route {
    const VIEW: ViewId = ViewId::Routes;
    const KIND: Kind = Kind::Route;
    const NONE: &'static str = key!("There are no routes.");
    const ALL_BUSY: &'static str = key!("Every route leads somewhere; {key} shows them.");

    fn columns() -> &'static [Column<Self>] {
        super::route::COLUMNS
    }

    fn shelf(shelves: &Shelves) -> &Shelf<Self> {
        &shelves.routes
    }

    fn shelf_mut(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.routes
    }

    fn key(&self) -> &Id {
        &self.key
    }

    fn known_by<'a>(&'a self, state: &'a State) -> Vec<&'a str> {
        let urls = self.urls.iter().chain(&self.patterns).map(String::as_str);
        let fault = self.fault.as_ref().map(Fault::short);
        let container = self.container.as_ref();
        let container = container.and_then(|key| state.world.container(key));
        urls.chain([self.name.as_str(), self.service.as_str()])
            .chain(fault)
            .chain(container.map(Container::short_name))
            .collect()
    }

    /// It leads nowhere.
    fn is_idle(&self, _: &State) -> bool {
        self.fault.is_some()
    }
}

/// The columns shown, by the user's choice or by default.
pub fn chosen<R: Listed>(state: &State) -> Vec<&'static Column<R>> {
    let listing = &R::shelf(&state.shelves).listing;
    super::shown(R::columns(), &listing.columns, state)
}

/// The column that tells on which host a thing is.
pub(super) const fn host<R: Listed>() -> Column<R> {
    let column = super::words(
        "host",
        "host",
        super::Width::Flex(10, 16),
        245,
        "The host it is on.",
        |thing: &R, cx| Cell::of(cx.state.world.label(thing.key().host), Key::Dim),
        |thing: &R, _| Rank::Number(i64::from(thing.key().host.0)),
    );
    super::apart(column, State::mixes_hosts)
}

/// The column that orders the rows.
pub fn order<R: Listed>(listing: &Listing) -> Option<&'static Column<R>> {
    let columns = R::columns();
    let named = columns.iter().find(|column| column.id == listing.order);
    named.or_else(|| columns.first())
}

/// The list of the view on screen, if it has one.
pub fn listing(state: &State) -> Option<&Listing> {
    let shelves = &state.shelves;
    match state.view() {
        ViewId::Stacks => Some(&shelves.stacks.listing),
        ViewId::Images => Some(&shelves.images.listing),
        ViewId::Volumes => Some(&shelves.volumes.listing),
        ViewId::Networks => Some(&shelves.networks.listing),
        ViewId::Mail => Some(&shelves.mails.listing),
        ViewId::Hosts => Some(&shelves.hosts.listing),
        ViewId::Routes => Some(&shelves.routes.listing),
        _ => None,
    }
}

/// The same, to be changed.
pub fn listing_mut(state: &mut State) -> Option<&mut Listing> {
    let view = state.view();
    let shelves = &mut state.shelves;
    match view {
        ViewId::Stacks => Some(&mut shelves.stacks.listing),
        ViewId::Images => Some(&mut shelves.images.listing),
        ViewId::Volumes => Some(&mut shelves.volumes.listing),
        ViewId::Networks => Some(&mut shelves.networks.listing),
        ViewId::Mail => Some(&mut shelves.mails.listing),
        ViewId::Hosts => Some(&mut shelves.hosts.listing),
        ViewId::Routes => Some(&mut shelves.routes.listing),
        _ => None,
    }
}

/// A word in its order, small and great letters alike.
pub(super) fn word(word: &str) -> Rank<'_> {
    Rank::Text(Cow::Owned(word.to_lowercase()))
}

/// How old a thing is, the oldest last.
pub(super) fn age<'a>(created: Option<DateTime<Utc>>, cx: &Cx) -> Cell<'a> {
    created.map_or_else(Cell::blank, |at| {
        Cell::of(text::duration(cx.now - at), Key::Dim)
    })
}

/// Newest first; what has no date last.
pub(super) fn age_rank(created: Option<DateTime<Utc>>) -> Rank<'static> {
    Rank::descending(created.map(|at| at.timestamp()))
}

/// A size in bytes.
pub(super) fn size<'a>(bytes: Option<u64>) -> Cell<'a> {
    bytes.map_or_else(Cell::blank, |n| Cell::of(text::bytes_short(n), Key::Figure))
}

/// The names of the containers that use a thing.
pub(super) fn users<'a>(key: &Id, cx: &Cx<'a>) -> Cell<'a> {
    let users = cx.state.shelves.uses.of_key(key).iter();
    let pieces = users
        .filter_map(|user| cx.state.world.container(user))
        .map(|c| {
            let style = if c.state.is_live() {
                Key::Text
            } else {
                Key::Dim
            };
            (Cow::Borrowed(c.short_name()), style)
        })
        .collect();
    Cell {
        pieces,
        fit: Fit::Whole,
    }
}

/// The most used first.
pub(super) fn users_rank(key: &Id, cx: &Cx) -> Rank<'static> {
    let users = cx.state.shelves.uses.of_key(key).len();
    Rank::descending(i64::try_from(users).ok())
}

/// A thing's sign: in use by what runs, in use by what does not, not in use.
pub(super) fn sign(key: &Id, cx: &Cx) -> (&'static str, Key) {
    let users = cx.state.shelves.uses.of_key(key);
    let runs = |user: &Id| {
        let container = cx.state.world.container(user);
        container.is_some_and(|c| c.state.is_live())
    };
    match users {
        [] => ("○ ", Key::StateOff),
        users if users.iter().any(runs) => ("● ", Key::StateOk),
        _ => ("◐ ", Key::Dim),
    }
}

/// A thing's name behind its sign; the job that is under way on it, or its outcome, behind that.
pub(super) fn name<'a>(key: &Id, name: &'a str, weight: Key, cx: &Cx<'a>) -> Cell<'a> {
    let (sign, style) = sign(key, cx);
    let mut pieces = vec![(Cow::Borrowed(sign), style)];
    super::container::cells::with_hits(name, cx.hits, weight, &mut pieces);
    // The end of a name tells more than its beginning: a tag, what a volume holds.
    let mut cell = Cell {
        pieces,
        fit: Fit::Path,
    };
    if let Some(running) = cx.state.jobs.of(key) {
        let words = format!("  {}", running.words(cx.now));
        cell.pieces.push((words.into(), Key::Job));
        cell.fit = Fit::Spill;
    } else if let Some(ended) = cx.state.jobs.ended.get(key) {
        let style = if ended.ok {
            Key::StateOk
        } else {
            Key::StateBad
        };
        cell.pieces
            .push((format!("  {}", ended.text).into(), style));
        cell.fit = Fit::Spill;
    }
    cell
}
