//! Which hosts there are, and which of them the screen is about: all, or the one it is narrowed to. Knows no link.
use super::mail::Mailbox;
use super::names::Place;
use super::nav::Nav;
use super::world::{Host, World};
use super::{Layer, State};
use crate::model::{HostId, Key, Link};

impl World {
    /// Takes up a host; its id is never used again. `named`: it keeps this label whatever its engine says.
    pub fn open(&mut self, label: &str, named: bool) -> HostId {
        let next = self.hosts.keys().next_back().map_or(0, |last| last.0 + 1);
        let id = HostId(self.opened.max(next));
        self.opened = id.0 + 1;
        let mut host = Host::new(id, label);
        host.named = named;
        self.hosts.insert(id, host);
        id
    }

    /// Whether there is more than one host, so that a thing's host is worth a word.
    pub fn several(&self) -> bool {
        self.hosts.len() > 1
    }

    /// What to call a host; empty when it is gone.
    pub fn label(&self, id: HostId) -> &str {
        self.hosts.get(&id).map_or("", |host| &host.label)
    }

    /// What the host whose engine bears this name is called here; the name itself where none does.
    pub fn label_of<'a>(&'a self, engine: &'a str) -> &'a str {
        self.of_engine(engine).map_or(engine, |host| &host.label)
    }

    /// The host whose engine bears this name.
    pub fn of_engine(&self, engine: &str) -> Option<&Host> {
        let known = |host: &&Host| host.known.as_ref().is_some_and(|info| info.name == engine);
        self.hosts.values().find(known)
    }

    /// Where names are looked for.
    pub fn places(&self) -> Vec<Place<'_>> {
        let mut places = Vec::with_capacity(self.hosts.len());
        for host in self.hosts.values() {
            places.push(Place {
                label: if self.several() { &host.label } else { "" },
                containers: host.containers().collect(),
            });
        }
        places
    }

    /// Whether a host of this label is there.
    pub fn has_label(&self, label: &str) -> bool {
        self.hosts.values().any(|host| host.label == label)
    }
}

impl State {
    /// Whether the screen is about things of this host.
    pub fn in_scope(&self, host: HostId) -> bool {
        self.only.is_none_or(|only| only == host)
    }

    /// The hosts that the screen is about.
    pub fn scope(&self) -> impl Iterator<Item = &Host> {
        let hosts = self.world.hosts.values();
        hosts.filter(|host| self.in_scope(host.id))
    }

    /// The mail servers that the screen is about.
    pub fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        let all = self.mail.boxes.values();
        all.filter(|known| self.in_scope(known.source.key().host))
    }

    /// Things of several hosts are on screen: each row says of which.
    pub fn mixes_hosts(&self) -> bool {
        self.only.is_none() && self.world.several()
    }

    /// ` on web-01`, where there are several hosts.
    pub fn on_host(&self, host: HostId) -> String {
        if self.world.several() {
            say!(" on {host}", host = self.world.label(host))
        } else {
            String::new()
        }
    }

    /// Shows one host alone, or all again. What is marked elsewhere is unmarked: an act never hits what is not shown.
    pub fn narrow(&mut self, only: Option<HostId>) {
        self.only = only;
        let shown = |key: &Key| only.is_none_or(|only| only == key.host);
        self.containers.marked.retain(shown);
        self.shelves.unmark_where(|key| !shown(key));
        self.events.only = only;
        self.touch();
    }

    /// Every list is taken anew.
    pub fn touch(&mut self) {
        self.containers.changed();
        self.shelves.touch();
        self.events.stale = true;
        self.journal.stale = true;
    }

    /// Forgets a host and all that is of it.
    pub fn close(&mut self, id: HostId) {
        self.world.hosts.remove(&id);
        self.sheets.retain(|key, _| key.host != id);
        self.outputs.retain(|key, _| key.host != id);
        self.compose.retain(|key, _| key.host != id);
        self.outlines.retain(|key| key.host != id);
        self.space.remove(&id);
        self.shelves.drop_host(id);
        self.mail.boxes.retain(|key, _| key.host != id);
        self.events.drop_host(id);
        self.containers.marked.retain(|key| key.host != id);
        self.containers.folded.retain(|key| key.host != id);
        if self.nav.holds(id) {
            self.nav = Nav::at(self.nav.tab());
            self.logs = None;
        }
        self.layers
            .retain(|layer| !matches!(layer, Layer::Confirm(_)));
        if self.only == Some(id) || !self.world.several() {
            self.narrow(None);
        }
        self.touch();
    }

    /// The engines that do not answer.
    pub fn down(&self) -> impl Iterator<Item = &Host> {
        let hosts = self.world.hosts.values();
        hosts.filter(|host| matches!(host.link, Link::Down { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_never_used_again() {
        let mut world = World::default();
        let ids = [world.open("a", true), world.open("b", true)];
        assert_eq!(ids, [HostId(0), HostId(1)]);
        world.hosts.remove(&ids[1]);
        assert_eq!(world.open("c", true), HostId(2));
        assert!(world.has_label("c") && !world.has_label("b"));
    }
}
