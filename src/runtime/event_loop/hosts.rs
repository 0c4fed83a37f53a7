//! Hosts that are taken up, let go or changed for others while the loop runs, and what waits for their first lists.
use crate::actions::container;
use crate::effect::Effect;
use crate::model::{HostId, Key, Link};
use crate::msg::Msg;
use crate::runtime::screen::Screen;
use crate::state::Host;
use crate::state::names::resolve;

use super::EventLoop;

impl<S: Screen> EventLoop<S> {
    /// Every host has listed its containers once, or does not answer.
    pub(super) fn is_told(&self) -> bool {
        let hosts = || self.state.world.hosts.values();
        let down = |host: &Host| matches!(host.link, Link::Down { .. });
        hosts().any(|host| host.loaded) && hosts().all(|host| host.loaded || down(host))
    }

    /// Opens the log view that was asked for on the command line.
    pub(super) fn open_pending_logs(&mut self) {
        let names = std::mem::take(&mut self.pending_logs);
        let mut keys: Vec<Key> = Vec::new();
        let mut wrong = Vec::new();
        let places = self.state.world.places();
        for name in &names {
            match resolve(std::slice::from_ref(name), &places) {
                Ok(found) => keys.extend(found.into_iter().map(|c| c.key.clone())),
                Err(errors) => wrong.extend(errors.iter().map(ToString::to_string)),
            }
        }
        for text in wrong {
            self.apply(Msg::Said { ok: false, text });
        }
        if !keys.is_empty() {
            let title = (names.len() == 1 && keys.len() > 1).then(|| names.concat());
            container::open_logs(&mut self.state, &keys, title);
        }
    }

    /// Opens, closes or tries again one host.
    pub(super) fn change_host(&mut self, effect: &Effect) {
        match effect {
            Effect::OpenHost(id, _) => {
                if let Some(candidates) = self.runner.candidates_for(effect) {
                    let tasks = self.runner.start_host(*id, candidates);
                    self.hosts.insert(*id, tasks);
                }
            }
            Effect::CloseHost(id) => {
                self.hosts.remove(id);
            }
            Effect::Reconnect(id) => {
                if let Some(host) = self.hosts.get(id) {
                    host.reconnect();
                }
            }
            _ => {}
        }
    }

    /// Opens another engine instead of all that are open.
    pub(super) fn change_engine(&mut self, effect: &Effect) {
        let Some(candidates) = self.runner.candidates_for(effect) else {
            return;
        };
        let demo = *effect == Effect::OpenDemo;
        self.streams.clear();
        self.streams.programs = self.runner.programs.clone();
        self.state.demo = demo;
        self.state.sheets.clear();
        self.state.nav = crate::state::Nav::default();
        self.state.logs = None;
        self.hosts.clear();
        let open: Vec<HostId> = self.state.world.hosts.keys().copied().collect();
        for id in open {
            self.state.close(id);
        }
        let label = if demo { "demo" } else { "engine" };
        let id = self.state.world.open(label, false);
        self.state.containers.stale = true;
        let tasks = self.runner.start_host(id, candidates);
        self.hosts.insert(id, tasks);
    }
}
