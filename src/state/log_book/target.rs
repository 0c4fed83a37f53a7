//! What a log view shows, by the names that outlive containers. Knows no line.
use crate::model::{Container, HostId};

/// What a log view shows: services (through restart and recreate) and single containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogTarget {
    pub title: String,
    pub host: HostId,
    /// Stack and service.
    pub services: Vec<(String, String)>,
    /// Containers of no service, by name, so that one recreated under its name is followed.
    pub names: Vec<String>,
}

impl LogTarget {
    pub fn includes(&self, container: &Container) -> bool {
        if container.key.host != self.host {
            return false;
        }
        match (container.stack(), container.service()) {
            (Some(stack), Some(service)) if !container.is_one_off() => {
                self.services
                    .iter()
                    .any(|(a, b)| a == stack && b == service)
                    || self.names.contains(&container.name)
            }
            _ => self.names.contains(&container.name),
        }
    }

    /// Adds a container: its service when it has one.
    pub fn add(&mut self, container: &Container) {
        self.host = container.key.host;
        match (container.stack(), container.service()) {
            (Some(stack), Some(service)) if !container.is_one_off() => {
                let pair = (stack.to_owned(), service.to_owned());
                if !self.services.contains(&pair) {
                    self.services.push(pair);
                }
            }
            _ => self.names.push(container.name.clone()),
        }
    }
}
