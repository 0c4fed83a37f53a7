//! What Traefik makes of containers: which it takes, which routers they have, where those lead, and what it drops.
use std::collections::{BTreeMap, BTreeSet};

use super::address::{self, Outside};
use super::constraint::Constraint;
use super::default_rule::{self, BUILT_IN, Facts, full_name};
use super::inside::{self, Rewrite};
use super::labels::{Labels, Protocol, Router};
use super::setup::{self, Setup};
use super::{Fault, Route, Seen, Source, Sources, fault, is_traefik, spelling};
use crate::model::container::{Container, Port};
use crate::model::key::Key;

/// A container with what its labels say.
struct Candidate<'a> {
    container: &'a Container,
    labels: Labels,
    /// Why Traefik leaves all of it out.
    left_out: Option<Fault>,
    routers: BTreeMap<(Protocol, String), Router>,
}

impl Candidate<'_> {
    /// Traefik has it in its tables now.
    fn is_taken(&self) -> bool {
        self.left_out.is_none() && fault::of_state(self.container).is_none()
    }
}

/// All that Traefik knows, as far as it is known here.
struct Scene<'a> {
    setup: Setup,
    proxy: Option<&'a Container>,
    seen: &'a BTreeMap<Key, Seen>,
    docker_host: &'a str,
    candidates: Vec<Candidate<'a>>,
    /// Who makes a router of this name, among those that Traefik has taken.
    makers: BTreeMap<(Protocol, String), Vec<usize>>,
    /// Services of any container.
    services: BTreeSet<(Protocol, String)>,
    /// Middlewares of those that Traefik has taken, and what sort they are.
    middlewares: BTreeMap<String, String>,
    /// What those do to paths.
    rewrites: BTreeMap<String, Rewrite>,
}

/// Every route that Traefik makes or would make.
pub fn routes(sources: Sources) -> Vec<Route> {
    let proxy = super::proxy(sources.containers, is_traefik);
    let setup = setup_of(proxy, sources.seen);
    let constraint = setup.constraints.as_deref().map(Constraint::of);
    let containers = sources.containers.iter();
    let candidates = containers.filter_map(|c| candidate(c, &setup, constraint.as_ref()));
    let candidates = candidates.collect();
    let mut scene = Scene {
        setup,
        proxy,
        seen: sources.seen,
        docker_host: sources.docker_host,
        candidates,
        makers: BTreeMap::new(),
        services: BTreeSet::new(),
        middlewares: BTreeMap::new(),
        rewrites: BTreeMap::new(),
    };
    scene.index();
    let mut found = Vec::new();
    for candidate in &scene.candidates {
        let routes = candidate
            .routers
            .iter()
            .map(|((protocol, name), router)| scene.route(candidate, *protocol, name, router));
        found.extend(folded(routes.collect()));
    }
    let told = proxy.and_then(|proxy| Some((proxy, sources.seen.get(&proxy.key)?.told.as_ref()?)));
    if let Some((proxy, told)) = told.filter(|(proxy, _)| proxy.state.is_live()) {
        let alone = sources.containers.iter().filter(|c| is_traefik(c)).count() == 1;
        told.judge(&proxy.key, &mut found, alone, |route| {
            address::fill(route, scene.setup.syntax, false, scene.outside());
        });
    }
    found
}

/// How a Traefik is set up: by its file, else its arguments, else its environment, as it itself takes one of them.
pub fn setup_of(proxy: Option<&Container>, seen: &BTreeMap<Key, Seen>) -> Setup {
    let Some(proxy) = proxy else {
        return Setup::default();
    };
    let label = proxy.labels.get("org.opencontainers.image.version");
    let seen = seen.get(&proxy.key);
    let told = seen.and_then(|seen| seen.told.as_ref());
    let told = told
        .map(|told| told.version.as_str())
        .filter(|v| !v.is_empty());
    let version = match told.or(label.map(String::as_str)) {
        Some(version) => setup::version_of_image(&format!("traefik:{version}")),
        None => setup::version_of_image(&proxy.image),
    };
    let of_list = || {
        setup::of_arguments(
            setup::split_command(&proxy.command)
                .iter()
                .map(String::as_str),
        )
    };
    let Some(seen) = seen else {
        return Setup::of(version, &of_list());
    };
    if !seen.file.is_empty() {
        return Setup::of(version, &seen.file);
    }
    let arguments = setup::of_arguments(seen.arguments.iter().map(String::as_str));
    if !arguments.is_empty() {
        return Setup::of(version, &arguments);
    }
    Setup::of(version, &setup::of_environment(&seen.environment))
}

fn candidate<'a>(
    container: &'a Container,
    setup: &Setup,
    constraint: Option<&Constraint>,
) -> Option<Candidate<'a>> {
    let labels = Labels::of(&container.labels);
    // What no label speaks of is routed, too, where Traefik takes everything; it is told of only where someone wrote a rule for it.
    if !labels.any && (!setup.exposed_by_default || setup.default_rule.is_none()) {
        return None;
    }
    let misspelt = container
        .labels
        .keys()
        .filter_map(|label| spelling::check(label));
    let fatal = misspelt.into_iter().find(|misspelt| misspelt.fatal);
    let left_out = match (&labels.enable, labels.enabled()) {
        (Some(value), None) => Some(Fault::BadFlag(value.clone())),
        (_, Some(false)) => Some(Fault::Off),
        (_, None) if !setup.exposed_by_default => Some(Fault::NotExposed),
        _ => constraint
            .and_then(|constraint| constraint.leaves_out(&container.labels))
            .or_else(|| fatal.map(Fault::Misspelt)),
    };
    let meant = !matches!(
        left_out,
        Some(Fault::Off | Fault::NotExposed | Fault::Unfit(_))
    );
    let routers = routers(container, &labels, setup, meant);
    Some(Candidate {
        container,
        labels,
        left_out,
        routers,
    })
}

/// The routers of the labels; without any the one that Traefik makes by itself.
fn routers(
    container: &Container,
    labels: &Labels,
    setup: &Setup,
    meant: bool,
) -> BTreeMap<(Protocol, String), Router> {
    let mut routers = labels.routers.clone();
    if setup.version == 1 {
        routers = BTreeMap::new();
    }
    let has_http = routers
        .keys()
        .any(|(protocol, _)| *protocol == Protocol::Http);
    let other = routers.len()
        + labels
            .services
            .keys()
            .filter(|(p, _)| *p != Protocol::Http)
            .count();
    if !has_http && other == 0 && meant {
        let name = default_rule::normalize(&full_name(container));
        routers.insert((Protocol::Http, name), Router::default());
    }
    routers
}

impl Scene<'_> {
    /// What routers refer to by name, so that no route looks through all containers for it.
    fn index(&mut self) {
        for (index, candidate) in self.candidates.iter().enumerate() {
            self.services
                .extend(candidate.labels.services.keys().cloned());
            if !candidate.is_taken() {
                continue;
            }
            for router in candidate.routers.keys() {
                self.makers.entry(router.clone()).or_default().push(index);
            }
            let own = candidate.labels.middlewares.iter();
            self.middlewares
                .extend(own.map(|(name, sort)| (name.clone(), sort.clone())));
            let own = candidate.labels.rewrites.iter();
            self.rewrites
                .extend(own.map(|(name, rewrite)| (name.clone(), rewrite.clone())));
        }
    }

    fn outside(&self) -> Outside<'_> {
        let ports: &[Port] = self.proxy.map_or(&[], |proxy| proxy.ports.as_slice());
        Outside {
            setup: &self.setup,
            ports,
            docker_host: self.docker_host,
        }
    }

    fn route(
        &self,
        candidate: &Candidate,
        protocol: Protocol,
        name: &str,
        router: &Router,
    ) -> (Route, bool) {
        let Candidate {
            container, labels, ..
        } = candidate;
        let mut route = Route::bare(Source::Traefik, protocol, name, container);
        route.entry_points = router.entry_points.clone();
        route.tls = router.tls;
        route.resolver = router.resolver.clone();
        route.middlewares = router.middlewares.clone();
        route.rewrites = inside::of_middlewares(&router.middlewares, |name| {
            let (name, provider) = name.split_once('@').unwrap_or((name, "docker"));
            let found = labels.rewrites.get(name);
            let found = found.or_else(|| self.rewrites.get(name));
            found.filter(|_| provider == "docker")
        });
        route.fault = candidate.left_out.clone();
        let old = &labels.old;
        if !old.is_empty() && self.setup.version > 1 {
            let hint = say!("labels of Traefik 1 are passed over: the default rule stands");
            route.hints.push(hint.to_owned());
        }
        for label in container.labels.keys() {
            let passed_over = spelling::check(label).filter(|misspelt| !misspelt.fatal);
            if let Some(near) = passed_over.and_then(|misspelt| misspelt.nearest) {
                route
                    .hints
                    .push(say!("{label} is passed over: {near}?", label, near));
            }
        }
        self.lead(candidate, &mut route, router);
        // The default rule is Traefik's, not the user's: of what it never takes in it makes no address.
        let unwritten = router.rule.as_ref().is_none_or(String::is_empty) && old.is_empty();
        let unmade = unwritten && (candidate.left_out.is_some() || self.proxy.is_none());
        if !unmade {
            self.rule(candidate, &mut route, router);
        }
        let syntax = router.syntax.as_deref();
        let syntax = syntax.map_or(self.setup.syntax, |s| setup::syntax(s, self.setup.syntax));
        let redirects = router
            .middlewares
            .iter()
            .any(|name| self.sends_away(labels, name));
        if route.fault != Some(Fault::DefaultRule) && !unmade {
            address::fill(&mut route, syntax, redirects, self.outside());
        }
        if route.fault.is_none() {
            route.fault = self.fault(candidate, &route);
        }
        (route, redirects)
    }

    /// The rule as written, or the one that Traefik makes.
    fn rule(&self, candidate: &Candidate, route: &mut Route, router: &Router) {
        if route.protocol == Protocol::Udp {
            return;
        }
        if self.setup.version == 1 {
            route.rule = of_version_1(candidate);
            return;
        }
        if let Some(rule) = router.rule.as_ref().filter(|rule| !rule.is_empty()) {
            route.rule = rule.clone();
            return;
        }
        let name = full_name(candidate.container);
        let facts = Facts {
            name: &name,
            labels: &candidate.container.labels,
        };
        let template = self.setup.default_rule.as_deref().unwrap_or(BUILT_IN);
        match default_rule::fill(template, facts) {
            Some(rule) => route.rule = rule,
            None => {
                route.fault.get_or_insert(Fault::DefaultRule);
            }
        }
    }

    /// The service it leads to and the port there.
    fn lead(&self, candidate: &Candidate, route: &mut Route, router: &Router) {
        let services = &candidate.labels.services;
        let mine = services
            .iter()
            .filter(|((protocol, _), _)| *protocol == route.protocol);
        let own: Vec<_> = mine.map(|((_, name), service)| (name, service)).collect();
        let wanted = router.service.as_deref();
        let (name, provider) =
            match wanted.map(|name| name.split_once('@').unwrap_or((name, "docker"))) {
                Some(named) => named,
                None => match own.as_slice() {
                    [] => ("", "docker"),
                    [(name, _)] => (name.as_str(), "docker"),
                    _ => {
                        route.fault.get_or_insert(Fault::SeveralServices);
                        return;
                    }
                },
            };
        route.service = match (name, provider) {
            ("", _) => default_rule::normalize(&full_name(candidate.container)),
            (name, "docker") => name.to_owned(),
            (name, provider) => format!("{name}@{provider}"),
        };
        let found = own
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, service)| *service);
        let named = found.is_none() && provider == "docker" && !name.is_empty() && !own.is_empty();
        if named && !self.services.contains(&(route.protocol, name.to_owned())) {
            route.fault.get_or_insert(Fault::NoService(name.to_owned()));
        }
        if provider != "docker" {
            return;
        }
        route.scheme = found.and_then(|service| service.scheme.clone());
        route.backend = found.and_then(|service| service.url.clone());
        let old = candidate
            .labels
            .old
            .get("port")
            .filter(|_| self.setup.version == 1);
        let named = found.and_then(|service| service.port);
        let named = named.or_else(|| old.and_then(|port| port.parse().ok()));
        route.port = named.or_else(|| self.lowest_port(candidate.container, route.protocol));
    }

    /// The lowest exposed port: what Traefik takes when no label names one.
    fn lowest_port(&self, container: &Container, protocol: Protocol) -> Option<u16> {
        let wanted = if protocol == Protocol::Udp {
            "udp"
        } else {
            "tcp"
        };
        let listed = container
            .ports
            .iter()
            .map(|port| (port.private, port.protocol.as_str()));
        let seen = self
            .seen
            .get(&container.key)
            .map_or(&[][..], |seen| seen.exposed.as_slice());
        let seen = seen
            .iter()
            .map(|(port, protocol)| (*port, protocol.as_str()));
        let ports = listed
            .chain(seen)
            .filter(|(_, protocol)| *protocol == wanted || protocol.is_empty());
        ports.map(|(port, _)| port).min()
    }

    /// The middleware sends a request to another address.
    fn sends_away(&self, labels: &Labels, name: &str) -> bool {
        let (name, provider) = name.split_once('@').unwrap_or((name, "docker"));
        let sort = labels
            .middlewares
            .get(name)
            .or_else(|| self.middlewares.get(name));
        provider == "docker" && sort.is_some_and(|s| s == "redirectscheme" || s == "redirectregex")
    }

    /// What stands in the way although the router itself is right.
    fn fault(&self, candidate: &Candidate, route: &Route) -> Option<Fault> {
        if self.proxy.is_none() {
            return Some(Fault::NoProxy("Traefik"));
        }
        self.missing_middleware(candidate, route)
            .or_else(|| fault::of_state(candidate.container))
            .or_else(|| {
                // What Traefik serves itself needs one all the same, although it goes nowhere.
                let inner = route.service.contains('@')
                    && (!candidate.labels.services.is_empty()
                        || self
                            .lowest_port(candidate.container, route.protocol)
                            .is_some());
                let lost = route.port.is_none() && route.backend.is_none() && !inner;
                lost.then_some(Fault::NoPort)
            })
            .or_else(|| self.no_way(candidate, route))
            .or_else(|| self.duplicate(candidate, route))
            .or_else(|| {
                let proxy = self.proxy?;
                let down = fault::of_state(proxy)
                    .is_some_and(|f| matches!(f, Fault::Stopped { .. } | Fault::Paused));
                down.then(|| Fault::ProxyDown {
                    proxy: proxy.short_name().to_owned(),
                    state: proxy.state.clone(),
                })
            })
    }

    fn missing_middleware(&self, candidate: &Candidate, route: &Route) -> Option<Fault> {
        let missing = |name: &&String| {
            let (name, provider) = name.split_once('@').unwrap_or((name, "docker"));
            let own = &candidate.labels.middlewares;
            provider == "docker" && !own.contains_key(name) && !self.middlewares.contains_key(name)
        };
        let missing = route.middlewares.iter().find(missing)?;
        Some(Fault::NoMiddleware(missing.clone()))
    }

    /// Traefik and the container share no network.
    fn no_way(&self, candidate: &Candidate, route: &Route) -> Option<Fault> {
        let proxy = self.proxy.filter(|proxy| proxy.state.is_live())?;
        let container = candidate.container;
        let inner = route.backend.is_some() || route.service.contains('@');
        if inner {
            return None;
        }
        let told = candidate.labels.network.as_ref();
        fault::of_networks(container, proxy, told.or(self.setup.network.as_ref()))
    }

    fn duplicate(&self, candidate: &Candidate, route: &Route) -> Option<Fault> {
        let key = (route.protocol, route.name.clone());
        let mine = candidate.routers.get(&key)?;
        let makers = self.makers.get(&key)?.iter();
        let others = makers.filter_map(|index| self.candidates.get(*index));
        let mut differing = others.filter(|other| {
            let its = other.routers.get(&key);
            let by_default = || {
                mine.rule.is_none() && full_name(other.container) != full_name(candidate.container)
            };
            other.container.key != candidate.container.key
                && its.is_some_and(|its| its != mine || by_default())
        });
        let other = differing.next()?;
        Some(Fault::Duplicate {
            router: route.name.clone(),
            other: other.container.short_name().to_owned(),
        })
    }
}

/// Routers that only send elsewhere are told of with the one of the same container that does not.
fn folded(routes: Vec<(Route, bool)>) -> Vec<Route> {
    let (away, kept): (Vec<_>, Vec<_>) = routes.into_iter().partition(|(route, redirects)| {
        let by_door = route.urls.is_empty() && !route.redirects.is_empty();
        route.protocol == Protocol::Http && (*redirects || by_door)
    });
    let away = away.into_iter().map(|(route, _)| route);
    let mut kept: Vec<Route> = kept.into_iter().map(|(route, _)| route).collect();
    match kept
        .iter_mut()
        .find(|route| route.protocol == Protocol::Http)
    {
        Some(first) => first
            .redirects
            .extend(away.flat_map(|route| route.redirects)),
        None => kept.extend(away),
    }
    kept
}

/// `Host:a.example,b.example;PathPrefix:/x` of Traefik 1, as a rule of today.
fn of_version_1(candidate: &Candidate) -> String {
    let Some(rule) = candidate.labels.old.get("frontend.rule") else {
        let name = default_rule::normalize(&candidate.container.name);
        return format!("Host(`{name}`)");
    };
    let matchers = rule.split(';').filter_map(|part| {
        let (name, values) = part.split_once(':')?;
        let name = match name.trim() {
            name if name.starts_with("PathPrefix") => "PathPrefix",
            name if name.starts_with("Path") => "Path",
            name => name,
        };
        let values: Vec<String> = values
            .split(',')
            .map(|v| format!("`{}`", v.trim()))
            .collect();
        Some(format!("{name}({})", values.join(", ")))
    });
    matchers.collect::<Vec<_>>().join(" && ")
}
