//! Which address leads to which container, and why one leads nowhere: read out of labels, of what proxies were started
//! with and of published ports. Knows the rules of Traefik, caddy-docker-proxy and nginx-proxy; asks nobody.
pub mod address;
pub mod constraint;
pub mod default_rule;
pub mod fault;
pub mod labels;
pub mod matcher;
pub mod other;
pub mod pattern;
pub mod probe;
pub mod reading;
pub mod rule;
pub mod setup;
pub mod spelling;
pub mod told;
pub mod traefik;

use std::collections::BTreeMap;

use super::container::Container;
use super::key::Key;

pub use fault::Fault;
pub use labels::Protocol;
pub use setup::Setup;
pub use told::{Told, ToldRouter};

/// Where a route was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Traefik,
    Caddy,
    NginxProxy,
    /// A published port, without a proxy.
    Port,
}

impl Source {
    pub fn word(self) -> &'static str {
        match self {
            Self::Traefik => "traefik",
            Self::Caddy => "caddy-docker-proxy",
            Self::NginxProxy => "nginx-proxy",
            Self::Port => "port",
        }
    }
}

/// A way from an address to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub key: Key,
    /// `None`: it leads to no container of this engine that is known.
    pub container: Option<Key>,
    pub source: Source,
    /// The router's.
    pub name: String,
    pub protocol: Protocol,
    /// As written; empty where there is none.
    pub rule: String,
    /// What to open, the best first. Also where it leads nowhere now: then they are what was meant.
    pub urls: Vec<String>,
    /// Addresses that stand for many.
    pub patterns: Vec<String>,
    /// Addresses that lead to the first of `urls`.
    pub redirects: Vec<String>,
    /// What a request must be beside its address.
    pub conditions: Vec<String>,
    /// Hosts and paths that are left out.
    pub excludes: Vec<String>,
    pub entry_points: Vec<String>,
    pub tls: bool,
    /// Who has its certificate made.
    pub resolver: Option<String>,
    pub middlewares: Vec<String>,
    pub service: String,
    /// Inside the container.
    pub port: Option<u16>,
    /// `https` where the container itself speaks it.
    pub scheme: Option<String>,
    /// Another place than the container itself.
    pub backend: Option<String>,
    /// Why it leads nowhere.
    pub fault: Option<Fault>,
    /// What is odd about it although it works.
    pub hints: Vec<String>,
    /// The proxy itself says that it takes it.
    pub confirmed: bool,
}

impl Route {
    /// A route that nothing is known of yet.
    pub fn bare(source: Source, protocol: Protocol, name: &str, container: &Container) -> Self {
        let id = format!(
            "{}/{}/{name}@{}",
            source.word(),
            protocol.word(),
            container.key.short()
        );
        let key = Key::new(container.key.host, super::Kind::Route, &id);
        Self::new(key, Some(container.key.clone()), source, protocol, name)
    }

    pub(super) fn new(
        key: Key,
        container: Option<Key>,
        source: Source,
        protocol: Protocol,
        name: &str,
    ) -> Self {
        Self {
            key,
            container,
            source,
            name: name.to_owned(),
            protocol,
            rule: String::new(),
            urls: Vec::new(),
            patterns: Vec::new(),
            redirects: Vec::new(),
            conditions: Vec::new(),
            excludes: Vec::new(),
            entry_points: Vec::new(),
            tls: false,
            resolver: None,
            middlewares: Vec::new(),
            service: String::new(),
            port: None,
            scheme: None,
            backend: None,
            fault: None,
            hints: Vec::new(),
            confirmed: false,
        }
    }

    /// What to call it: its first address, else its first pattern, else its name.
    pub fn title(&self) -> &str {
        let mut named = self
            .urls
            .iter()
            .chain(&self.redirects)
            .chain(&self.patterns);
        named.next().map_or(self.name.as_str(), String::as_str)
    }

    /// The addresses that are routed, or will be as soon as the container is well again.
    pub fn open(&self) -> &[String] {
        match &self.fault {
            Some(fault) if !fault.passes() => &[],
            _ => &self.urls,
        }
    }

    /// Whoever asks for it is sent to another address.
    pub fn only_redirects(&self) -> bool {
        self.urls.is_empty() && !self.redirects.is_empty()
    }

    /// `ok`, `dead` or `off`.
    pub fn status(&self) -> &'static str {
        match &self.fault {
            None => "ok",
            Some(Fault::Off) => "off",
            Some(_) => "dead",
        }
    }
}

/// What is known of a container beyond the engine's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Names and values out of its static file; empty: none was found.
    pub file: Vec<(String, String)>,
    /// Ports the image exposes; the list tells those of running containers only.
    pub exposed: Vec<(u16, String)>,
    /// Addresses that its environment asks nginx-proxy for by `VIRTUAL_HOST_MULTIPORTS`.
    pub multiports: Vec<VirtualPath>,
    /// What Traefik's API says.
    pub told: Option<Told>,
}

/// A path of a host that nginx-proxy leads to a port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualPath {
    pub host: String,
    /// Without a slash alone.
    pub path: String,
    pub port: Option<u16>,
    /// `https` where the container itself speaks it.
    pub scheme: Option<String>,
}

/// What routes are read out of, of one engine.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    pub containers: &'a [&'a Container],
    pub seen: &'a BTreeMap<Key, Seen>,
    /// The engine's machine as the user reaches it.
    pub docker_host: &'a str,
}

/// Every route of an engine, by container, the most trusted first.
pub fn all(sources: Sources) -> Vec<Route> {
    let mut found = traefik::routes(sources);
    found.extend(other::routes(sources));
    found.extend(other::published(sources, &found));
    found
}

/// The proxy of a sort; of several the one that runs.
pub fn proxy<'a>(
    containers: &[&'a Container],
    is_one: fn(&Container) -> bool,
) -> Option<&'a Container> {
    let mut proxies = containers.iter().filter(|c| is_one(c));
    let first = proxies.clone().next().copied();
    let running = proxies.find(|c| c.state.is_live()).copied();
    running.or(first)
}

/// By its image, also where that was built upon Traefik's and has another name, or because its label says so.
pub fn is_traefik(container: &Container) -> bool {
    let titled = || {
        let title = container.labels.get("org.opencontainers.image.title");
        title.is_some_and(|title| title.eq_ignore_ascii_case("traefik"))
    };
    match container.labels.get("stacktui.proxy") {
        Some(kind) => kind == "traefik",
        None => image_name(&container.image) == "traefik" || titled(),
    }
}

/// A proxy that reads addresses out of the environment of containers.
pub fn is_nginx_proxy(container: &Container) -> bool {
    match container.labels.get("stacktui.proxy") {
        Some(kind) => kind == "nginx-proxy",
        None => matches!(image_name(&container.image), "nginx-proxy" | "docker-gen"),
    }
}

/// Engines of so many containers are asked for the environment of each, whoever reads it.
const FEW: usize = 100;

/// Whether the environments of all these are looked at for addresses. On a large engine nobody but an nginx-proxy is worth a
/// question to every container.
pub fn reads_environments<'a>(containers: impl IntoIterator<Item = &'a Container>) -> bool {
    let mut count = 0;
    let mut containers = containers.into_iter().inspect(|_| count += 1);
    containers.any(is_nginx_proxy) || count <= FEW
}

/// A proxy that reads addresses out of labels `caddy`.
pub fn is_caddy(container: &Container) -> bool {
    match container.labels.get("stacktui.proxy") {
        Some(kind) => kind == "caddy-docker-proxy",
        // Often built for oneself, under any name: then what it was started with tells.
        None => {
            image_name(&container.image) == "caddy-docker-proxy"
                || container.command.contains("caddy docker-proxy")
        }
    }
}

/// `reg.io:5000/library/traefik:v3.1@sha256:…` is `traefik`.
fn image_name(image: &str) -> &str {
    let last = image.split('@').next().unwrap_or(image);
    let last = last.rsplit('/').next().unwrap_or(last);
    last.split(':').next().unwrap_or(last)
}
