//! The routers, services and middlewares that a container's labels make. Names of labels know no capitals, names of
//! routers do.
use std::collections::BTreeMap;

use super::inside::Rewrite;
use super::setup::truth;
use super::spelling::is_traefik;

/// What a router leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Protocol {
    #[default]
    Http,
    Tcp,
    Udp,
}

impl Protocol {
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// A router as labels make it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Router {
    pub rule: Option<String>,
    pub entry_points: Vec<String>,
    pub middlewares: Vec<String>,
    pub service: Option<String>,
    pub priority: Option<String>,
    pub tls: bool,
    pub resolver: Option<String>,
    pub syntax: Option<String>,
}

/// A service as labels make it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    pub port: Option<u16>,
    pub scheme: Option<String>,
    pub url: Option<String>,
}

/// All that the labels of a container say to Traefik.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// `traefik.enable` as written.
    pub enable: Option<String>,
    /// The network to take its address from.
    pub network: Option<String>,
    pub routers: BTreeMap<(Protocol, String), Router>,
    pub services: BTreeMap<(Protocol, String), Service>,
    /// By name: what sort it is.
    pub middlewares: BTreeMap<String, String>,
    /// What they do to paths.
    pub rewrites: BTreeMap<String, Rewrite>,
    /// Labels of Traefik 1, without their first word.
    pub old: BTreeMap<String, String>,
    /// There is any label of Traefik's.
    pub any: bool,
}

impl Labels {
    pub fn of(labels: &BTreeMap<String, String>) -> Self {
        let mut found = Self::default();
        for (label, value) in labels.iter().filter(|(label, _)| is_traefik(label)) {
            let small = label.to_ascii_lowercase();
            let Some(rest) = small.strip_prefix("traefik.") else {
                continue;
            };
            found.any = true;
            let parts: Vec<&str> = rest.split('.').collect();
            let written: Vec<&str> = label.split('.').collect();
            let name = written.get(3).map(|name| (*name).to_owned());
            match (parts.as_slice(), name) {
                (["enable"], _) => found.enable = Some(value.clone()),
                (["docker" | "swarm", "network"], _) => found.network = Some(value.clone()),
                ([p @ ("http" | "tcp" | "udp"), section, _, field @ ..], Some(name)) => {
                    found.put(protocol(p), section, name, field, value);
                }
                (["frontend" | "backend" | "port" | "protocol", ..], _) => {
                    found.old.insert(rest.to_owned(), value.clone());
                }
                _ => {}
            }
        }
        found
    }

    fn put(
        &mut self,
        protocol: Protocol,
        section: &str,
        name: String,
        field: &[&str],
        value: &str,
    ) {
        match section {
            "routers" => {
                let router = self.routers.entry((protocol, name)).or_default();
                router.put(field, value);
            }
            "services" => {
                let service = self.services.entry((protocol, name)).or_default();
                match field {
                    ["loadbalancer", "server", "port"] => service.port = value.trim().parse().ok(),
                    ["loadbalancer", "server", "scheme"] => service.scheme = Some(value.to_owned()),
                    ["loadbalancer", "server", "url"] => service.url = Some(value.to_owned()),
                    _ => {}
                }
            }
            "middlewares" if protocol == Protocol::Http => {
                let rewrite = Rewrite::of(field, value);
                self.rewrites
                    .extend(rewrite.map(|rewrite| (name.clone(), rewrite)));
                if let Some(sort) = field.first() {
                    self.middlewares.insert(name, (*sort).to_owned());
                }
            }
            _ => {}
        }
    }

    /// Whether Traefik is to take the container; `None`: it says nothing, or no truth value.
    pub fn enabled(&self) -> Option<bool> {
        self.enable.as_deref().and_then(truth)
    }
}

impl Router {
    fn put(&mut self, field: &[&str], value: &str) {
        match field {
            ["rule"] => self.rule = Some(value.to_owned()),
            ["entrypoints"] => self.entry_points = list(value),
            ["middlewares"] => self.middlewares = list(value),
            ["service"] => self.service = Some(value.to_owned()),
            ["priority"] => self.priority = Some(value.to_owned()),
            ["rulesyntax"] => self.syntax = Some(value.to_owned()),
            ["tls"] => self.tls = truth(value).unwrap_or(true),
            ["tls", "certresolver"] => {
                self.tls = true;
                self.resolver = Some(value.to_owned());
            }
            ["tls", ..] => self.tls = true,
            _ => {}
        }
    }
}

fn protocol(word: &str) -> Protocol {
    match word {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => Protocol::Http,
    }
}

fn list(value: &str) -> Vec<String> {
    let parts = value.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}
