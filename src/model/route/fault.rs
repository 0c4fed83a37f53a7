//! Why a route leads nowhere, in words that say what to do about it.
use super::matcher::Syntax;
use super::spelling::Misspelt;
use crate::model::container::{Container, Health, RunState};

/// Why a route leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The container's labels say so.
    Off,
    /// Nothing says that it is to be taken, and Traefik takes only what says so.
    NotExposed,
    /// `traefik.enable` is no truth value: the whole container is left out.
    BadFlag(String),
    /// Its labels do not fit Traefik's constraints, or those cannot be read: the sentence.
    Unfit(String),
    Misspelt(Misspelt),
    BadRule(String),
    /// A rule of the other version: refused, or taken without ever matching.
    OtherSyntax {
        read_as: Syntax,
        why: String,
    },
    /// The template of the default rule is not understood here.
    DefaultRule,
    SeveralServices,
    NoService(String),
    NoMiddleware(String),
    NoEntryPoint(String),
    Stopped {
        state: RunState,
        exit_code: Option<i64>,
    },
    Paused,
    Unhealthy,
    Starting,
    NoPort,
    /// The proxy is in none of the container's networks, or not in the one it is told to use.
    OtherNetwork {
        proxy: String,
        networks: Vec<String>,
    },
    /// Another container makes a router of this name: Traefik drops both.
    Duplicate {
        router: String,
        other: String,
    },
    /// The proxy itself does not run.
    ProxyDown {
        proxy: String,
        state: RunState,
    },
    /// No proxy that reads what is written here is on the engine: what it would be called.
    NoProxy(&'static str),
    /// The proxy's own words.
    Told(String),
}

impl Fault {
    /// It goes by itself, or with a start of the container: the address stays what it is.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Stopped { .. }
                | Self::Paused
                | Self::Unhealthy
                | Self::Starting
                | Self::ProxyDown { .. }
        )
    }

    /// In a word or two, for a narrow column.
    pub fn short(&self) -> &'static str {
        match self {
            Self::Off => say!("switched off"),
            Self::NotExposed => say!("not exposed"),
            Self::BadFlag(_) => say!("bad enable"),
            Self::Unfit(_) => say!("constraints"),
            Self::Misspelt(_) => say!("misspelt label"),
            Self::BadRule(_) => say!("bad rule"),
            Self::OtherSyntax {
                read_as: Syntax::V3,
                ..
            } => say!("v2 rule under v3"),
            Self::OtherSyntax { .. } => say!("v3 rule under v2"),
            Self::DefaultRule => say!("default rule?"),
            Self::SeveralServices => say!("which service?"),
            Self::NoService(_) => say!("no such service"),
            Self::NoMiddleware(_) => say!("no such middleware"),
            Self::NoEntryPoint(_) => say!("no such entry point"),
            Self::Stopped { .. } => say!("stopped" as "fault"),
            Self::Paused => say!("paused" as "fault"),
            Self::Unhealthy => say!("unhealthy" as "fault"),
            Self::Starting => say!("starting" as "fault"),
            Self::NoPort => say!("no port"),
            Self::OtherNetwork { .. } => say!("other network"),
            Self::Duplicate { .. } => say!("duplicate name"),
            Self::ProxyDown { .. } => say!("proxy is down"),
            Self::NoProxy(_) => say!("no proxy here"),
            Self::Told(_) => say!("refused by Traefik"),
        }
    }

    /// The whole sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Off => say!("traefik.enable is false").to_owned(),
            Self::NotExposed => {
                say!("traefik.enable is missing, and exposedByDefault is false: set traefik.enable=true").to_owned()
            }
            Self::BadFlag(value) => {
                say!("traefik.enable={value} is no truth value: the whole container is left out; write true", value)
            }
            Self::Unfit(why) => why.clone(),
            Self::Misspelt(misspelt) => {
                let near = misspelt.nearest.map_or_else(String::new, |near| format!("; {near}?"));
                let Misspelt { label, part, .. } = misspelt;
                say!("{label}: Traefik knows no `{part}` and leaves the whole container out{near}", label, part, near)
            }
            Self::BadRule(why) => say!("the rule is refused: {why}", why),
            Self::OtherSyntax { read_as, why } => say!(
                "a {other} rule under {this}: {why}; rewrite it, or set ruleSyntax={other}",
                other = read_as.other().word(),
                this = read_as.word(),
                why
            ),
            Self::DefaultRule => say!("Traefik's defaultRule is not understood here").to_owned(),
            Self::SeveralServices => {
                say!("the container has several services, and the router names none: the router is dropped").to_owned()
            }
            Self::NoService(name) => say!("no service {name}: the router is dropped", name),
            Self::NoMiddleware(name) => say!("middleware {name} does not exist: the router is dropped", name),
            Self::NoEntryPoint(name) => say!("Traefik has no entry point {name}", name),
            Self::Stopped { state, exit_code } => {
                let code = exit_code.filter(|_| *state == RunState::Exited);
                code.map_or_else(
                    || say!("the container does not run ({state})", state = state.said()),
                    |code| say!("the container is stopped (exit code {code})", code),
                )
            }
            Self::Paused => say!("the container is paused").to_owned(),
            Self::Unhealthy => say!("the container is unhealthy: Traefik takes it out until its check passes").to_owned(),
            Self::Starting => say!("its health check has not passed yet: Traefik waits for it").to_owned(),
            Self::NoPort => {
                say!("the port is missing: nothing is exposed, and no label names one (loadbalancer.server.port)").to_owned()
            }
            Self::OtherNetwork { proxy, networks } => {
                say!("{proxy} is not in its network ({networks})", proxy, networks = networks.join(", "))
            }
            Self::Duplicate { router, other } => {
                say!("{other} has another router {router}: both are dropped", other, router)
            }
            Self::ProxyDown { proxy, state } => say!("{proxy} does not run ({state})", proxy, state = state.said()),
            Self::NoProxy(proxy) => {
                say!("no {proxy} runs on this engine: only one elsewhere could lead here", proxy)
            }
            Self::Told(error) => format!("Traefik: {error}"),
        }
    }
}

/// The proxy is in none of the container's networks, or not in the one that it is told to use. In the network of the host all are
/// reached.
pub fn of_networks(
    container: &Container,
    proxy: &Container,
    told: Option<&String>,
) -> Option<Fault> {
    let names = |c: &Container| -> Vec<String> {
        c.networks.iter().map(|(name, _)| name.clone()).collect()
    };
    let (mine, its) = (names(container), names(proxy));
    let on_host = |names: &[String]| names.iter().any(|name| name == "host");
    if mine.is_empty() || its.is_empty() || on_host(&mine) || on_host(&its) {
        return None;
    }
    let used: Vec<String> = match told.filter(|network| mine.contains(network)) {
        Some(network) => vec![network.clone()],
        None => mine,
    };
    let way = used.iter().any(|network| its.contains(network)) || container.key == proxy.key;
    (!way).then(|| Fault::OtherNetwork {
        proxy: proxy.short_name().to_owned(),
        networks: used,
    })
}

/// What keeps a container as it is now from being routed to.
pub fn of_state(container: &Container) -> Option<Fault> {
    match (&container.state, container.health) {
        (RunState::Running, Some(Health::Unhealthy)) => Some(Fault::Unhealthy),
        (RunState::Running, Some(Health::Starting)) => Some(Fault::Starting),
        (RunState::Running, _) => None,
        (RunState::Paused, _) => Some(Fault::Paused),
        (state, _) => Some(Fault::Stopped {
            state: state.clone(),
            exit_code: container.exit_code,
        }),
    }
}
