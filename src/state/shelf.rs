//! What a host holds beside containers, one shelf a kind: the things, how their list looks, and who uses them.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::{
    Container, HostEntry, HostId, Image, Key, Kind, Mail, Network, Route, Stack, Volume, swarm,
};
use crate::msg::Failure;

use super::routes::RouteBook;
use super::table::{RowId, Table};

/// A list of one kind on screen: which rows, in which order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    pub table: Table,
    /// Column id that orders; empty: the first column.
    pub order: String,
    pub reverse: bool,
    pub filter: String,
    pub marked: BTreeSet<Key>,
    /// Column ids chosen; empty: the default ones.
    pub columns: Vec<String>,
    /// Only what nothing uses.
    pub unused_only: bool,
    /// Things that the filters hide.
    pub hidden: usize,
    /// The rows must be taken anew.
    pub stale: bool,
    /// What was made just now: the cursor goes to it when it is there.
    pub awaited: Option<Awaited>,
}

/// A thing that was made; its key is the engine's to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    pub host: HostId,
    pub name: String,
    /// Later the user is elsewhere.
    pub until: DateTime<Utc>,
}

impl Listing {
    /// The thing under the cursor.
    pub fn selected(&self) -> Option<Key> {
        self.table.selected.as_ref().and_then(RowId::key).cloned()
    }

    /// What an act is done to: the marked ones that are there, else the one under the cursor.
    pub fn targets(&self) -> Vec<Key> {
        if self.marked.is_empty() {
            return self.selected().into_iter().collect();
        }
        self.marked.iter().cloned().collect()
    }
}

/// All of one kind, of all hosts.
#[derive(Debug, Clone)]
pub struct Shelf<R> {
    pub things: BTreeMap<Key, R>,
    /// Hosts that have answered; with why not, where the newest answer was a refusal.
    pub answers: BTreeMap<HostId, Option<Failure>>,
    pub listing: Listing,
}

impl<R> Default for Shelf<R> {
    fn default() -> Self {
        Self {
            things: BTreeMap::new(),
            answers: BTreeMap::new(),
            listing: Listing::default(),
        }
    }
}

impl<R> Shelf<R> {
    /// Replaces what one host holds.
    pub fn put(&mut self, host: HostId, things: Vec<R>, key: fn(&R) -> &Key) {
        self.things.retain(|known, _| known.host != host);
        self.things
            .extend(things.into_iter().map(|thing| (key(&thing).clone(), thing)));
        self.answers.insert(host, None);
        let things = &self.things;
        self.listing.marked.retain(|key| things.contains_key(key));
        self.listing.stale = true;
    }

    /// Forgets what a host holds.
    fn drop_host(&mut self, host: HostId) {
        self.things.retain(|known, _| known.host != host);
        self.answers.remove(&host);
    }

    /// The list could not be had; what is held stays.
    pub fn failed(&mut self, host: HostId, failure: Failure) {
        self.answers.insert(host, Some(failure));
        self.listing.stale = true;
    }

    /// The first refusal among these hosts, when a newest answer was one.
    pub fn failure(&self, in_scope: impl Fn(HostId) -> bool) -> Option<&Failure> {
        let mut answers = self.answers.iter().filter(|(host, _)| in_scope(**host));
        answers.find_map(|(_, answer)| answer.as_ref())
    }
}

/// Which containers use what: taken anew when the inventory changes, not asked for by each row.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    by: BTreeMap<Key, Vec<Key>>,
    /// Must be taken anew.
    pub stale: bool,
}

impl Uses {
    /// Reads it out of what containers say of their image, mounts and networks, and of the service and node of a swarm that
    /// they are a task of.
    pub fn of<'a>(
        containers: impl Iterator<Item = &'a Container>,
        networks: &BTreeMap<Key, Network>,
    ) -> Self {
        let names: BTreeMap<(HostId, &str), &Key> = networks
            .iter()
            .map(|(key, network)| ((key.host, network.name.as_str()), key))
            .collect();
        let mut by: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
        for container in containers {
            let host = container.key.host;
            let image = Key::new(host, Kind::Image, &container.image_id);
            let volumes = container.mounts.iter().filter(|m| m.kind == "volume");
            let volumes = volumes.map(|m| Key::new(host, Kind::Volume, &m.source));
            let networks = container.networks.iter();
            let networks = networks
                .filter_map(|(name, _)| names.get(&(host, name.as_str())))
                .map(|key| (*key).clone());
            let in_swarm = [
                (Kind::Service, "com.docker.swarm.service.id"),
                (Kind::Node, "com.docker.swarm.node.id"),
            ];
            let in_swarm = in_swarm.iter().filter_map(|(kind, label)| {
                let id = container.labels.get(*label)?;
                Some(Key::new(host, *kind, id))
            });
            let used = std::iter::once(image).chain(volumes).chain(networks);
            for used in used.chain(in_swarm) {
                let users = by.entry(used).or_default();
                // One container may mount a volume twice.
                if users.last() != Some(&container.key) {
                    users.push(container.key.clone());
                }
            }
        }
        Self { by, stale: false }
    }

    /// The containers that use it, running or not, in key order.
    pub fn of_key(&self, key: &Key) -> &[Key] {
        self.by.get(key).map_or(&[], Vec::as_slice)
    }
}

/// All shelves.
#[derive(Debug, Clone, Default)]
pub struct Shelves {
    /// Read out of the containers' labels, together with `uses`.
    pub stacks: Shelf<Stack>,
    pub images: Shelf<Image>,
    pub volumes: Shelf<Volume>,
    pub networks: Shelf<Network>,
    /// Of the swarms that the hosts manage.
    pub services: Shelf<swarm::Service>,
    pub nodes: Shelf<swarm::Node>,
    /// Read out of the links.
    pub hosts: Shelf<HostEntry>,
    /// Out of all mail servers; who serves them is in the mail book.
    pub mails: Shelf<Mail>,
    /// Read out of the containers and of what proxies were started with.
    pub routes: Shelf<Route>,
    pub route_book: RouteBook,
    pub uses: Uses,
}

impl Shelves {
    /// What to call a thing on a shelf.
    pub fn name(&self, key: &Key) -> Option<&str> {
        match key.kind {
            Kind::Image => self.images.things.get(key).map(Image::name),
            Kind::Volume => self.volumes.things.get(key).map(Volume::name),
            Kind::Network => self.networks.things.get(key).map(|n| n.name.as_str()),
            Kind::Service => self.services.things.get(key).map(|s| s.name.as_str()),
            Kind::Node => self.nodes.things.get(key).map(|n| n.hostname.as_str()),
            Kind::Stack => self.stacks.things.get(key).map(Stack::name),
            Kind::Mail => self.mails.things.get(key).map(|m| m.subject.as_str()),
            Kind::Route => self.routes.things.get(key).map(Route::title),
            Kind::Container | Kind::Host => None,
        }
    }

    /// What was marked for is done to it.
    pub fn unmark(&mut self, key: &Key) {
        for listing in self.listings() {
            listing.marked.remove(key);
        }
    }

    fn listings(&mut self) -> [&mut Listing; 9] {
        [
            &mut self.stacks.listing,
            &mut self.images.listing,
            &mut self.volumes.listing,
            &mut self.networks.listing,
            &mut self.services.listing,
            &mut self.nodes.listing,
            &mut self.hosts.listing,
            &mut self.mails.listing,
            &mut self.routes.listing,
        ]
    }

    /// Unmarks what answers to this.
    pub fn unmark_where(&mut self, test: impl Fn(&Key) -> bool) {
        for listing in self.listings() {
            listing.marked.retain(|key| !test(key));
        }
    }

    /// Forgets what is of this host.
    pub fn drop_host(&mut self, host: HostId) {
        self.stacks.drop_host(host);
        self.images.drop_host(host);
        self.volumes.drop_host(host);
        self.networks.drop_host(host);
        self.services.drop_host(host);
        self.nodes.drop_host(host);
        self.mails.drop_host(host);
        self.routes.drop_host(host);
        self.unmark_where(|key| key.host == host);
        self.touch();
    }

    /// The inventory of containers changed: who uses what, and with it every row, must be taken anew.
    pub fn touch(&mut self) {
        self.uses.stale = true;
        for listing in self.listings() {
            listing.stale = true;
        }
        self.route_book.stale = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mount;

    #[test]
    fn what_uses_a_thing_is_read_out_of_the_containers() {
        let host = HostId(0);
        let mut c = Container::bare(Key::container(host, "a"), "a");
        c.image_id = "sha256:1".to_owned();
        let mount = |kind: &str| Mount {
            kind: kind.to_owned(),
            source: "data".to_owned(),
            ..Mount::default()
        };
        c.mounts = vec![mount("volume"), mount("volume"), mount("bind")];
        c.networks = vec![("front".to_owned(), String::new())];
        let key = Key::new(host, Kind::Network, "n1");
        let front = Network {
            key: key.clone(),
            name: "front".to_owned(),
            driver: String::new(),
            scope: String::new(),
            internal: false,
            ipv6: false,
            created: None,
            subnets: Vec::new(),
            labels: BTreeMap::new(),
        };
        let uses = Uses::of([&c].into_iter(), &BTreeMap::from([(key.clone(), front)]));
        for used in [
            Key::new(host, Kind::Image, "sha256:1"),
            Key::new(host, Kind::Volume, "data"),
            key,
        ] {
            assert_eq!(uses.of_key(&used), [c.key.clone()], "{used:?}");
        }
        let elsewhere = Key::new(HostId(1), Kind::Volume, "data");
        assert!(uses.of_key(&elsewhere).is_empty());
    }
}
