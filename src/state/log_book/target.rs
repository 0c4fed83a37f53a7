//! What a log view shows, by the names that outlive containers. Knows no line.
use crate::model::{Container, HostId};

/// What a log view shows: services (through restart and recreate) and single containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogTarget {
    pub title: String,
    /// Host, stack and service.
    pub services: Vec<(HostId, String, String)>,
    /// Containers of no service, by host and name, so that one recreated under its name is followed.
    pub names: Vec<(HostId, String)>,
}

impl LogTarget {
    pub fn includes(&self, container: &Container) -> bool {
        let host = container.key.host;
        let named = || {
            let mut names = self.names.iter();
            names.any(|(on, name)| *on == host && *name == container.name)
        };
        match (container.stack(), container.service()) {
            (Some(stack), Some(service)) if !container.is_one_off() => {
                let mut services = self.services.iter();
                services.any(|(on, a, b)| *on == host && a == stack && b == service) || named()
            }
            _ => named(),
        }
    }

    /// The hosts that it reads from.
    pub fn hosts(&self) -> impl Iterator<Item = HostId> {
        let services = self.services.iter().map(|(host, ..)| *host);
        services.chain(self.names.iter().map(|(host, _)| *host))
    }

    /// Adds a container: its service when it has one.
    pub fn add(&mut self, container: &Container) {
        let host = container.key.host;
        match (container.stack(), container.service()) {
            (Some(stack), Some(service)) if !container.is_one_off() => {
                let one = (host, stack.to_owned(), service.to_owned());
                if !self.services.contains(&one) {
                    self.services.push(one);
                }
            }
            _ => self.names.push((host, container.name.clone())),
        }
    }
}
