//! What Traefik itself says of its routers, held against what was read out of the labels.
use super::{Fault, Protocol, Route, Source};
use crate::model::key::{Key, Kind};

/// A router as Traefik tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldRouter {
    pub protocol: Protocol,
    /// Without its provider.
    pub name: String,
    pub provider: String,
    pub rule: String,
    pub entry_points: Vec<String>,
    pub middlewares: Vec<String>,
    pub service: String,
    pub tls: bool,
    pub resolver: Option<String>,
    /// `enabled`, `warning`, `disabled`.
    pub status: String,
    pub errors: Vec<String>,
}

/// What a Traefik's API told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// `3.1.0`.
    pub version: String,
    pub routers: Vec<ToldRouter>,
}

impl Told {
    /// Confirms routes or gives them Traefik's own words, and adds those that no label made. `make` reads a rule as the labels' are.
    pub fn judge(&self, proxy: &Key, routes: &mut Vec<Route>, make: impl Fn(&mut Route)) {
        for route in routes
            .iter_mut()
            .filter(|route| route.source == Source::Traefik)
        {
            let same = |told: &&ToldRouter| {
                told.protocol == route.protocol
                    && matches!(told.provider.as_str(), "docker" | "swarm")
                    && told.name == route.name
            };
            match self.routers.iter().find(same) {
                Some(told) if told.status == "disabled" => {
                    if route.fault.as_ref().is_none_or(|fault| !fault.passes()) {
                        route.fault = Some(Fault::Told(told.errors.join("; ")));
                    }
                }
                Some(told) => {
                    route.confirmed = route.fault.is_none();
                    route
                        .hints
                        .extend(told.errors.iter().map(|e| format!("Traefik: {e}")));
                }
                None if route.fault.is_none() && route.redirects.is_empty() => {
                    route.fault = Some(Fault::Told("it has no such router".to_owned()));
                }
                None => {}
            }
        }
        let foreign =
            |told: &&ToldRouter| !matches!(told.provider.as_str(), "docker" | "swarm" | "internal");
        for told in self.routers.iter().filter(foreign) {
            let mut route = told.route(proxy);
            make(&mut route);
            if told.status == "disabled" {
                route.fault = Some(Fault::Told(told.errors.join("; ")));
            }
            routes.push(route);
        }
    }
}

impl ToldRouter {
    /// A router of another provider: a file, a registry.
    fn route(&self, proxy: &Key) -> Route {
        let name = format!("{}@{}", self.name, self.provider);
        let id = format!("traefik/{}/{name}", self.protocol.word());
        let key = Key::new(proxy.host, Kind::Route, &id);
        let mut route = Route::new(key, None, Source::Traefik, self.protocol, &name);
        route.rule = self.rule.clone();
        route.entry_points = self.entry_points.clone();
        route.middlewares = self.middlewares.clone();
        route.service = self.service.clone();
        route.tls = self.tls;
        route.resolver = self.resolver.clone();
        route.confirmed = self.status != "disabled";
        route
    }
}
