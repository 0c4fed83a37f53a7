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
            Self::Off => "switched off",
            Self::NotExposed => "not exposed",
            Self::BadFlag(_) => "bad enable",
            Self::Unfit(_) => "constraints",
            Self::Misspelt(_) => "misspelt label",
            Self::BadRule(_) => "bad rule",
            Self::OtherSyntax {
                read_as: Syntax::V3,
                ..
            } => "v2 rule under v3",
            Self::OtherSyntax { .. } => "v3 rule under v2",
            Self::DefaultRule => "default rule?",
            Self::SeveralServices => "which service?",
            Self::NoService(_) => "no such service",
            Self::NoMiddleware(_) => "no such middleware",
            Self::NoEntryPoint(_) => "no such entry point",
            Self::Stopped { .. } => "stopped",
            Self::Paused => "paused",
            Self::Unhealthy => "unhealthy",
            Self::Starting => "starting",
            Self::NoPort => "no port",
            Self::OtherNetwork { .. } => "other network",
            Self::Duplicate { .. } => "duplicate name",
            Self::ProxyDown { .. } => "proxy is down",
            Self::Told(_) => "refused by Traefik",
        }
    }

    /// The whole sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Off => "traefik.enable is false".to_owned(),
            Self::NotExposed => {
                "traefik.enable is missing, and exposedByDefault is false: set traefik.enable=true".to_owned()
            }
            Self::BadFlag(value) => {
                format!("traefik.enable={value} is no truth value: the whole container is left out; write true")
            }
            Self::Unfit(why) => why.clone(),
            Self::Misspelt(misspelt) => {
                let near = misspelt.nearest.map_or_else(String::new, |near| format!("; {near}?"));
                let Misspelt { label, part, .. } = misspelt;
                format!("{label}: Traefik knows no `{part}` and leaves the whole container out{near}")
            }
            Self::BadRule(why) => format!("the rule is refused: {why}"),
            Self::OtherSyntax { read_as, why } => format!(
                "a {} rule under {}: {why}; rewrite it, or set ruleSyntax={}",
                read_as.other().word(),
                read_as.word(),
                read_as.other().word()
            ),
            Self::DefaultRule => "Traefik's defaultRule is not understood here".to_owned(),
            Self::SeveralServices => {
                "the container has several services, and the router names none: the router is dropped".to_owned()
            }
            Self::NoService(name) => format!("no service {name}: the router is dropped"),
            Self::NoMiddleware(name) => format!("middleware {name} does not exist: the router is dropped"),
            Self::NoEntryPoint(name) => format!("Traefik has no entry point {name}"),
            Self::Stopped { state, exit_code } => match exit_code.filter(|_| *state == RunState::Exited) {
                Some(code) => format!("the container is stopped (exit code {code})"),
                None => format!("the container does not run ({})", state.word()),
            },
            Self::Paused => "the container is paused".to_owned(),
            Self::Unhealthy => "the container is unhealthy: Traefik takes it out until its check passes".to_owned(),
            Self::Starting => "its health check has not passed yet: Traefik waits for it".to_owned(),
            Self::NoPort => {
                "the port is missing: nothing is exposed, and no label names one (loadbalancer.server.port)".to_owned()
            }
            Self::OtherNetwork { proxy, networks } => {
                format!("{proxy} is not in its network ({})", networks.join(", "))
            }
            Self::Duplicate { router, other } => {
                format!("{other} has another router {router}: both are dropped")
            }
            Self::ProxyDown { proxy, state } => format!("{proxy} does not run ({})", state.word()),
            Self::Told(error) => format!("Traefik: {error}"),
        }
    }
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
