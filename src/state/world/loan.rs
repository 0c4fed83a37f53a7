//! Who lives in the network of another container, and whether that network is still there: one that is started again or made
//! anew has a new one, and who lived in the old one is cut off until it is started again, too.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Host;
use crate::model::{Container, Key, RunState};

/// What is known of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Loans {
    /// Those who live in another's network.
    borrowers: BTreeSet<Key>,
    /// The newest start of each that we were told of: the list says it too coarsely to compare two.
    starts: BTreeMap<Key, DateTime<Utc>>,
    cut_off: BTreeSet<Key>,
}

impl Loans {
    /// Notes a container that comes into the inventory, and tells it how it is.
    pub fn note(&mut self, container: &mut Container) {
        if container.lender.is_some() {
            self.borrowers.insert(container.key.clone());
            container.cut_off = self.cut_off.contains(&container.key);
        }
    }

    pub fn started(&mut self, key: Key, at: DateTime<Utc>) {
        self.starts.insert(key, at);
    }

    /// When it was started last, as far as we were told.
    pub fn start_of(&self, key: &Key) -> Option<DateTime<Utc>> {
        self.starts.get(key).copied()
    }

    /// Forgets what is not there any more.
    pub fn retain(&mut self, is_there: impl Fn(&Key) -> bool) {
        self.borrowers.retain(&is_there);
        self.starts.retain(|key, _| is_there(key));
        self.cut_off.retain(&is_there);
    }
}

impl Host {
    /// The container in whose network this one lives, where it is still there.
    pub fn lender_of(&self, container: &Container) -> Option<&Container> {
        let by_id = Key::container(self.id, container.lender.as_deref()?);
        let known = self.containers.get(&by_id);
        known.or_else(|| self.containers().find(|other| container.borrows_of(other)))
    }

    /// Tells of each who lives in another's network whether it is cut off.
    pub(super) fn tell_cut_off(&mut self) {
        let borrowers = self.loans.borrowers.iter();
        let cut_off: BTreeSet<Key> = borrowers
            .filter(|key| self.is_cut_off(key))
            .cloned()
            .collect();
        let before = std::mem::replace(&mut self.loans.cut_off, cut_off);
        let changed: Vec<Key> = before
            .symmetric_difference(&self.loans.cut_off)
            .cloned()
            .collect();
        for key in &changed {
            self.put_again(key);
        }
    }

    fn is_cut_off(&self, key: &Key) -> bool {
        let borrower = self.containers.get(key);
        let Some(borrower) = borrower.filter(|c| c.state == RunState::Running) else {
            return false;
        };
        match self.lender_of(borrower) {
            // Podman does not list what holds the network of a pod.
            None => !self.known.as_ref().is_some_and(|engine| engine.podman),
            Some(lender) if lender.state == RunState::Running => {
                // What started before we were told of starts did so before those.
                self.loans.starts.get(key) < self.loans.starts.get(&lender.key)
            }
            Some(lender) => !lender.state.is_live(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EngineEvent, HostId};

    const HOST: HostId = HostId(0);

    fn container(id: &str, lender: Option<&str>) -> Container {
        let mut container = Container::bare(Key::container(HOST, id), id);
        container.state = RunState::Running;
        container.lender = lender.map(str::to_owned);
        container
    }

    /// It starts, and its row is read again.
    fn start(host: &mut Host, id: &str, second: i64) {
        host.observe(&EngineEvent {
            at: DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap(),
            nanos: 0,
            kind: "container".to_owned(),
            action: "start".to_owned(),
            id: id.to_owned(),
            name: id.to_owned(),
            attributes: BTreeMap::new(),
        });
        let row = host.container(&Key::container(HOST, id)).cloned();
        host.delta(row.into_iter().collect(), &[]);
    }

    fn is_cut_off(host: &Host) -> bool {
        host.container(&Key::container(HOST, "side"))
            .unwrap()
            .cut_off
    }

    #[test]
    fn it_is_cut_off_from_its_lenders_next_start_to_its_own() {
        let mut host = Host::new(HOST, "h");
        host.snapshot(vec![container("web", None), container("side", Some("web"))]);
        assert!(!is_cut_off(&host));
        start(&mut host, "web", 10);
        assert!(is_cut_off(&host));
        // A list knows nothing of it.
        host.snapshot(vec![container("web", None), container("side", Some("web"))]);
        assert!(is_cut_off(&host));
        start(&mut host, "side", 12);
        assert!(!is_cut_off(&host));
        start(&mut host, "web", 20);
        assert!(is_cut_off(&host));
    }

    #[test]
    fn without_a_lender_that_runs_there_is_no_network() {
        let mut host = Host::new(HOST, "h");
        host.snapshot(vec![container("web", None), container("side", Some("web"))]);
        let mut ended = container("web", None);
        ended.state = RunState::Exited;
        host.delta(vec![ended], &[]);
        assert!(is_cut_off(&host));
        host.delta(vec![container("web", None)], &[]);
        assert!(!is_cut_off(&host));
        host.delta(Vec::new(), &[Key::container(HOST, "web")]);
        assert!(is_cut_off(&host));
        // Another one of its name is not the one it lives in, unless it asked for it by name.
        let mut other = container("new", None);
        other.name = "web".to_owned();
        host.delta(vec![other], &[]);
        assert!(!is_cut_off(&host));
    }
}
