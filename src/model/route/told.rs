//! What Traefik itself says of its routers, held against what was read out of the labels.
use std::collections::BTreeSet;

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
    /// Protocols whose routers were told whole: a list that was late, refused or too long says nothing of what is not in it.
    pub whole: BTreeSet<Protocol>,
}

impl Told {
    /// Confirms routes or gives them Traefik's own words, and adds those that no label made. `alone`: there is no other Traefik
    /// that may have a route. `make` reads a rule as the labels' are.
    pub fn judge(
        &self,
        proxy: &Key,
        routes: &mut Vec<Route>,
        alone: bool,
        make: impl Fn(&mut Route),
    ) {
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
                    let passing = route.fault.take().filter(Fault::passes);
                    let told = || Fault::Told(told.errors.join("; "));
                    route.fault = Some(passing.unwrap_or_else(told));
                }
                Some(told) => {
                    route.confirmed = route.fault.is_none();
                    route
                        .hints
                        .extend(told.errors.iter().map(|e| format!("Traefik: {e}")));
                }
                None if route.fault.is_some() || !route.redirects.is_empty() => {}
                None if !self.whole.contains(&route.protocol) => {}
                None if alone => {
                    route.fault = Some(Fault::Told(say!("it has no such router").to_owned()));
                }
                None => route.hints.push(
                    say!("the Traefik that was asked has no such router; another one may")
                        .to_owned(),
                ),
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

impl Told {
    /// Without what holds only while it is asked again and again.
    pub fn forget_routers(&mut self) -> bool {
        let had = !self.routers.is_empty() || !self.whole.is_empty();
        self.routers.clear();
        self.whole.clear();
        had
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
