//! A look at whether a route answers: what is asked, and what came of it. Nothing is asked here.
use chrono::{DateTime, Utc};

use super::{Protocol, Route, inside};
use crate::model::container::Container;
use crate::model::key::Key;
use crate::model::reach::Reach;

/// A request to the container of a route, as its proxy would make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub route: Key,
    pub reach: Reach,
    pub port: u16,
    /// The container itself speaks TLS.
    pub tls: bool,
    /// What stands in the Host header.
    pub host: String,
    pub path: String,
    /// The address itself as a browser would ask for it, when it is reached with TLS: host and port.
    pub outside: Option<(String, u16)>,
}

impl Probe {
    /// `None`: a route without an address or a port to ask, or that speaks no HTTP: a database is not to be asked for a page.
    pub fn of(route: &Route, container: &Container) -> Option<Self> {
        if route.protocol != Protocol::Http {
            return None;
        }
        let url = route.urls.first()?;
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, 443),
        };
        Some(Self {
            route: route.key.clone(),
            reach: Reach::of(container),
            port: route.port?,
            tls: route.scheme.as_deref() == Some("https"),
            host: authority.to_owned(),
            path: inside::path(path, &route.rewrites),
            outside: (scheme == "https").then(|| (host.to_owned(), port)),
        })
    }
}

/// What a container answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    pub took_ms: u64,
    /// How it was reached: `172.20.0.5:8025`.
    pub via: String,
    /// Until when the certificate at its address is good, where one was shown.
    pub certificate: Option<DateTime<Utc>>,
}

impl Answer {
    /// The container is there and serves: also one that wants a login or leads elsewhere.
    pub fn is_well(&self) -> bool {
        self.status < 500
    }

    /// The certificate at its address is no good any more.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.certificate.is_some_and(|end| end < now)
    }
}
