//! The one client of a container engine: bollard for the plain calls it does right, [`raw::Raw`] beside it on the same
//! connector for the rest. Answers become the model's plain values here, leniently and sanitised.
//! Must not know of state, views, the journal or the clock: times come in as arguments.
mod about;
mod archive;
mod blueprint;
mod borrow;
pub mod browse;
pub mod cgroup;
pub mod connect;
mod container;
pub mod context;
mod details;
pub mod endpoint;
pub mod error;
pub mod events;
pub mod exec;
mod image;
mod info;
pub mod logs;
mod make;
pub mod opening;
mod process;
pub mod raw;
pub mod reach;
pub mod registry;
mod resources;
mod run_line;
pub mod space;
pub mod stats;
mod swarm;
pub mod toll;
mod tunnel;
mod verb;
mod wanted;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

pub use self::blueprint::Blueprint;
pub use self::borrow::{Borrower, Moved};
pub use self::connect::{BoxedIo, Connector};
pub use self::context::{ContextEntry, contexts};
pub use self::endpoint::{Candidate, Endpoint, Sources, candidates};
pub use self::error::Error;
pub use self::make::Made;
pub use self::opening::{Asked, Opening, openings};
pub use self::raw::{Raw, rest};
pub use self::reach::Way;
pub use self::registry::Keyring;
pub use self::verb::{HELPER_LABEL, Performed};
use crate::lang::Words;
use crate::model::{ApiVersion, EngineInfo};

/// A ping that takes longer counts as no answer.
pub const PING_LIMIT: Duration = Duration::from_secs(2);
/// Time limit of small questions: version, inspect, top.
pub const CALL_LIMIT: Duration = Duration::from_secs(5);
/// Time limit of a whole list: a slow engine is waited for, a stalled one is not.
pub const LIST_LIMIT: Duration = Duration::from_secs(30);
/// Largest answer read, in bytes.
pub const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A live client of one engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    raw: Raw,
    docker: bollard::Docker,
    info: Arc<EngineInfo>,
    /// Reached by a socket of this host.
    local: bool,
    /// The host that published ports are on, where it is reached over the network.
    network_host: Option<Arc<str>>,
    /// What leads docker's own programs here.
    environment: Option<Arc<Vec<(&'static str, String)>>>,
}

/// Why neither way through ssh led to the engine.
fn both_failed(forward: &Error, command: &Error) -> Error {
    let words = |error: &Error| match error {
        Error::Ssh(said) => said.to_string(),
        other => other.why(),
    };
    Error::ssh(Words::ours(|| {
        say!(
            "the server forwards no socket ({forward}), and `docker system dial-stdio` there failed: {command}",
            forward = words(forward),
            command = words(command)
        )
    }))
}

impl Engine {
    /// Connects and asks who is there: a ping within 2 s, then version and info, which a proxy may refuse.
    pub async fn open(endpoint: &Endpoint) -> Result<Self, Error> {
        Self::open_with(endpoint, async |raw, name| info::ask(raw, name).await).await
    }

    /// Connects with as few questions as possible: where the ping tells the API's version, nothing else is asked, because
    /// version and info make docker start other programs and wait for them. [`Engine::acquaint`] asks the rest.
    pub async fn greet(endpoint: &Endpoint) -> Result<Self, Error> {
        Self::open_with(endpoint, async |raw, name| info::greet(raw, name).await).await
    }

    /// The same client, knowing what version and info say. Without an answer it knows what it knew.
    pub async fn acquaint(&self) -> Self {
        let info = match info::ask(&self.raw, &self.info.endpoint).await {
            Ok(info) => Arc::new(info),
            Err(error) => {
                tracing::warn!(%error, "the engine does not say what it is");
                Arc::clone(&self.info)
            }
        };
        Self {
            info,
            ..self.clone()
        }
    }

    async fn open_with(
        endpoint: &Endpoint,
        ask: impl AsyncFn(&Raw, &str) -> Result<EngineInfo, Error>,
    ) -> Result<Self, Error> {
        let opened = match Connector::to(endpoint).await {
            Ok(connector) => Self::over(connector, endpoint, &ask).await,
            Err(error) => Err(error),
        };
        match (opened, endpoint) {
            (Err(refused), Endpoint::Ssh(ssh)) if connect::refuses_forward(&refused) => {
                let opened = match connect::ssh_commands(ssh).await {
                    Ok(connector) => Self::over(connector, endpoint, &ask).await,
                    Err(error) => Err(error),
                };
                opened.map_err(|error| both_failed(&refused, &error))
            }
            (opened, _) => opened,
        }
    }

    async fn over(
        connector: Connector,
        endpoint: &Endpoint,
        ask: &impl AsyncFn(&Raw, &str) -> Result<EngineInfo, Error>,
    ) -> Result<Self, Error> {
        let raw = Raw::new(connector, &endpoint.authority());
        let info = match ask(&raw, &endpoint.to_string()).await {
            Ok(info) => info,
            Err(error) => return Err(raw.connector().explain(error).await),
        };
        let docker = connect::bollard(raw.connector().clone(), &endpoint.authority())?;
        Ok(Self {
            raw,
            docker,
            info: Arc::new(info),
            local: matches!(endpoint, Endpoint::Unix(_)),
            network_host: endpoint.network_host().map(Arc::from),
            environment: endpoint.environment().map(Arc::new),
        })
    }

    /// Whether it answers within 2 s.
    pub async fn ping(&self) -> Result<(), Error> {
        info::ping(&self.raw).await.map(|_| ())
    }

    /// What the engine said of itself when it was opened.
    pub fn info(&self) -> &EngineInfo {
        &self.info
    }

    /// Whether it is reached by a socket of this host. What is behind the socket may still be elsewhere.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// The variables that lead docker's own programs to this engine; none where they cannot reach it.
    pub fn environment(&self) -> Option<&Vec<(&'static str, String)>> {
        self.environment.as_deref()
    }

    /// The newest API it speaks: gates features.
    pub fn api(&self) -> ApiVersion {
        self.info.api
    }

    /// Requests sent so far.
    pub fn asked(&self) -> u64 {
        self.raw.connector().toll().asked()
    }

    /// Connections on which an answer is under way.
    pub fn streams(&self) -> u64 {
        let open = self.raw.connector().toll().open();
        open.saturating_sub(self.raw.kept())
    }

    /// For streams, upgrades and lenient reading.
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// For the plain calls.
    pub fn docker(&self) -> &bollard::Docker {
        &self.docker
    }
}
