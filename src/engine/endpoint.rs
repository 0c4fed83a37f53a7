//! Where an engine may be found: the forms an endpoint takes, and which ones to try, in the order docker users expect.
//! Reads docker's own files, opens no connection; everything else it knows comes in as [`Sources`].
use std::fmt;
use std::path::{Path, PathBuf};

use super::connect::Connector;
use super::context;
use super::error::Error;
use crate::text::nearest;

/// A way to an engine.
#[derive(Debug, Clone)]
pub enum Endpoint {
    Unix(PathBuf),
    Tcp {
        host: String,
        port: u16,
    },
    Tls(Tls),
    Ssh(Ssh),
    /// Inside this process: the simulated engine, tests.
    Custom(Connector),
}

/// TCP with TLS; without `ca` the system's authorities are trusted, without `cert` and `key` we stay anonymous.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    pub host: String,
    pub port: u16,
    pub ca: Option<PathBuf>,
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Whoever answers is believed: only when a docker context says so.
    pub skip_verify: bool,
}

/// A socket on another machine, reached by the system's ssh.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ssh {
    pub user: Option<String>,
    pub host: String,
    pub port: Option<u16>,
    pub socket: PathBuf,
}

/// What an endpoint may begin with.
const SCHEMES: [&str; 5] = ["unix", "tcp", "http", "https", "ssh"];

/// Docker's socket on a machine reached by ssh, when none is named.
pub(super) const REMOTE_SOCKET: &str = "/var/run/docker.sock";

impl Endpoint {
    /// Reads `unix://`, `tcp://`, `http://`, `https://`, `ssh://`, a bare path or `host:port`.
    /// `https://` trusts the system's authorities.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_with(text, 2375)
    }

    /// `port`: for `tcp://` without one.
    fn parse_with(text: &str, port: u16) -> Result<Self, Error> {
        let text = text.trim();
        let bad = |why: &dyn Fn() -> String| {
            let text = format!("{text:?}");
            Err(Error::endpoint(|| {
                say!("{name}: {why}", name = text, why = why())
            }))
        };
        let expected = |form: &str| bad(&|| say!("expected {form}", form));
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if text.starts_with('/') => ("unix".to_owned(), text),
            None if !text.is_empty() => ("tcp".to_owned(), text),
            None => return bad(&|| say!("an endpoint is empty").to_owned()),
        };
        match scheme.as_str() {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(PathBuf::from(rest))),
            "unix" => bad(&|| {
                say!(
                    "a socket's path is absolute: {path}",
                    path = "unix:///var/run/docker.sock"
                )
            }),
            "tcp" | "http" => match host_port(rest, port) {
                Some((host, port)) => Ok(Self::Tcp { host, port }),
                None => expected("tcp://host:port"),
            },
            "https" => match host_port(rest, 2376) {
                Some((host, port)) => Ok(Self::Tls(Tls {
                    host,
                    port,
                    ..Tls::default()
                })),
                None => expected("https://host:port"),
            },
            "ssh" => parse_ssh(rest).map_or_else(
                || expected("ssh://[user@]host[:port][/path/to/docker.sock]"),
                |ssh| Ok(Self::Ssh(ssh)),
            ),
            "npipe" => bad(&|| say!("a named pipe exists on Windows only").to_owned()),
            "fd" => bad(&|| {
                say!("fd:// is for the daemon; a client wants unix:// or tcp://").to_owned()
            }),
            other => match nearest(other, SCHEMES) {
                Some(near) => bad(&|| {
                    say!(
                        "{other}:// is not known; did you mean {near}://?",
                        other,
                        near
                    )
                }),
                None => bad(&|| {
                    say!(
                        "{other}:// is not known; use unix://, tcp://, https:// or ssh://",
                        other
                    )
                }),
            },
        }
    }

    /// The same over TLS, when it is a network endpoint; certificates out of `folder` as far as they exist there.
    pub(super) fn with_tls(self, folder: &Path, skip_verify: bool) -> Self {
        let (host, port) = match self {
            Self::Tcp { host, port } => (host, port),
            Self::Tls(tls) => (tls.host, tls.port),
            other => return other,
        };
        let file = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
        Self::Tls(Tls {
            host,
            port,
            ca: file("ca.pem"),
            cert: file("cert.pem"),
            key: file("key.pem"),
            skip_verify,
        })
    }

    /// What goes into the Host header.
    pub(super) fn authority(&self) -> String {
        match self {
            Self::Tcp { host, port } | Self::Tls(Tls { host, port, .. }) => bracketed(host, *port),
            Self::Unix(_) | Self::Ssh(_) | Self::Custom(_) => "localhost".to_owned(),
        }
    }

    /// The variables that lead docker's own programs to the same engine; none where they cannot reach it.
    pub fn environment(&self) -> Option<Vec<(&'static str, String)>> {
        let host = |url: String| ("DOCKER_HOST", url);
        match self {
            Self::Unix(_) | Self::Tcp { .. } | Self::Ssh(_) => Some(vec![host(self.to_string())]),
            Self::Tls(tls) => {
                let mut all = vec![
                    host(format!("tcp://{}", bracketed(&tls.host, tls.port))),
                    ("DOCKER_TLS", "1".to_owned()),
                ];
                if !tls.skip_verify {
                    all.push(("DOCKER_TLS_VERIFY", "1".to_owned()));
                }
                let file = tls.ca.as_deref().or(tls.cert.as_deref());
                let folder = file.and_then(Path::parent);
                all.extend(folder.map(|f| ("DOCKER_CERT_PATH", f.display().to_string())));
                Some(all)
            }
            Self::Custom(_) => None,
        }
    }

    /// The host that published ports are on, where it is reached over the network.
    pub(super) fn network_host(&self) -> Option<&str> {
        match self {
            Self::Tcp { host, .. } | Self::Tls(Tls { host, .. }) => Some(host),
            Self::Ssh(ssh) => Some(&ssh.host),
            Self::Unix(_) | Self::Custom(_) => None,
        }
    }

    /// On this machine, so that trying often is cheap.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Unix(_) | Self::Custom(_))
    }
}

pub(super) fn bracketed(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Without credentials: `user:password@` never shows its password.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port } => write!(f, "tcp://{}", bracketed(host, *port)),
            Self::Tls(tls) => write!(f, "https://{}", bracketed(&tls.host, tls.port)),
            Self::Ssh(ssh) => {
                f.write_str("ssh://")?;
                if let Some(user) = &ssh.user {
                    write!(f, "{user}@")?;
                }
                match ssh.port {
                    Some(port) => f.write_str(&bracketed(&ssh.host, port))?,
                    None => f.write_str(&ssh.host)?,
                }
                if ssh.socket == Path::new(REMOTE_SOCKET) {
                    return Ok(());
                }
                write!(f, "{}", ssh.socket.display())
            }
            Self::Custom(_) => f.write_str(say!("built-in")),
        }
    }
}

/// `host`, `host:port`, `[::1]:port`, with a trailing slash or path dropped, and a user dropped.
fn host_port(text: &str, default: u16) -> Option<(String, u16)> {
    let text = text.split('/').next()?;
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        (host, rest.strip_prefix(':'))
    } else {
        match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() || host.starts_with('-') {
        return None;
    }
    let port = port.map_or(Some(default), |port| port.parse().ok())?;
    Some((host.to_owned(), port))
}

fn parse_ssh(rest: &str) -> Option<Ssh> {
    let (place, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (user, place) = match place.rsplit_once('@') {
        // A password in the text is not ours to use: ssh asks its agent.
        Some((user, place)) => (user.split(':').next().map(str::to_owned), place),
        None => (None, place),
    };
    let (host, port) = host_port(place, 0)?;
    if user
        .as_ref()
        .is_some_and(|u| u.is_empty() || u.starts_with('-'))
    {
        return None;
    }
    Some(Ssh {
        user,
        host,
        port: Some(port).filter(|port| *port != 0),
        socket: PathBuf::from(if path.len() > 1 { path } else { REMOTE_SOCKET }),
    })
}

/// An endpoint to try, and where it came from.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub endpoint: Result<Endpoint, Error>,
    /// `--host`, `DOCKER_HOST`, `context "prod"`, `default socket` …
    pub origin: String,
}

impl Candidate {
    pub fn new(endpoint: Endpoint, origin: &str) -> Self {
        Self {
            endpoint: Ok(endpoint),
            origin: origin.to_owned(),
        }
    }

    /// The endpoint as text; a question mark where it could not be read.
    pub fn shown(&self) -> String {
        self.endpoint
            .as_ref()
            .map_or_else(|_| "?".to_owned(), Endpoint::to_string)
    }
}

/// What the choice of an endpoint depends on: the flags, and the environment as it was read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--host`
    pub host: Option<String>,
    /// `--context`
    pub context: Option<String>,
    pub env: Env,
}

/// The variables that docker's own client looks at. Empty ones count as unset.
#[derive(Debug, Clone, Default)]
pub struct Env {
    pub docker_host: Option<String>,
    pub docker_context: Option<String>,
    pub docker_tls_verify: Option<String>,
    pub docker_cert_path: Option<PathBuf>,
    pub docker_config: Option<PathBuf>,
    pub xdg_runtime_dir: Option<PathBuf>,
    pub home: Option<PathBuf>,
    pub uid: u32,
}

impl Sources {
    /// Reads the environment of this process.
    pub fn from_env(host: Option<String>, context: Option<String>) -> Self {
        let read = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let folder = |name: &str| read(name).map(PathBuf::from);
        Self {
            host,
            context,
            env: Env {
                docker_host: read("DOCKER_HOST"),
                docker_context: read("DOCKER_CONTEXT"),
                docker_tls_verify: read("DOCKER_TLS_VERIFY"),
                docker_cert_path: folder("DOCKER_CERT_PATH"),
                docker_config: folder("DOCKER_CONFIG"),
                xdg_runtime_dir: folder("XDG_RUNTIME_DIR"),
                home: folder("HOME"),
                uid: nix::unistd::getuid().as_raw(),
            },
        }
    }

    /// Docker's own folder: `$DOCKER_CONFIG`, else `~/.docker`.
    pub(super) fn docker_folder(&self) -> Option<PathBuf> {
        self.env
            .docker_config
            .clone()
            .or_else(|| Some(self.env.home.as_ref()?.join(".docker")))
    }

    /// An endpoint named by flag or variable, with the TLS that the environment asks for.
    pub(super) fn named(&self, text: &str, origin: &str) -> Candidate {
        let verify = self.env.docker_tls_verify.is_some();
        let port = if verify { 2376 } else { 2375 };
        let endpoint = Endpoint::parse_with(text, port).map(|endpoint| {
            let folder = self
                .env
                .docker_cert_path
                .clone()
                .or_else(|| self.docker_folder());
            let wanted = verify
                || matches!(endpoint, Endpoint::Tls(_)) && self.env.docker_cert_path.is_some();
            match folder {
                Some(folder) if wanted => endpoint.with_tls(&folder, false),
                _ => endpoint,
            }
        });
        Candidate {
            endpoint,
            origin: origin.to_owned(),
        }
    }
}

/// The endpoints to try, in order. An explicit choice (flag, variable, context) stands alone: nothing else is tried
/// behind the user's back. Flags beat the environment, as in docker's own client.
pub fn candidates(sources: &Sources) -> Vec<Candidate> {
    if let Some(host) = sources.host.as_deref().filter(|h| !h.is_empty()) {
        return vec![sources.named(host, "--host")];
    }
    if let Some(name) = sources.context.as_deref().filter(|n| !n.is_empty()) {
        return context::resolve(sources, name, "--context").unwrap_or_else(|| fallback(sources));
    }
    if sources.env.docker_host.is_some() {
        return fallback(sources);
    }
    if let Some(name) = &sources.env.docker_context {
        return context::resolve(sources, name, "DOCKER_CONTEXT")
            .unwrap_or_else(|| defaults(sources));
    }
    match context::current(sources) {
        Ok(Some(name)) => {
            context::resolve(sources, &name, "current").unwrap_or_else(|| defaults(sources))
        }
        Ok(None) => defaults(sources),
        Err(error) => {
            let mut list = vec![Candidate {
                endpoint: Err(error),
                origin: say!("current docker context").to_owned(),
            }];
            list.extend(defaults(sources));
            list
        }
    }
}

/// What the context called `default` stands for: `DOCKER_HOST`, else the default sockets.
fn fallback(sources: &Sources) -> Vec<Candidate> {
    match &sources.env.docker_host {
        Some(host) => vec![sources.named(host, "DOCKER_HOST")],
        None => defaults(sources),
    }
}

/// The sockets engines open by themselves: docker, docker rootless, docker desktop (where present), podman.
fn defaults(sources: &Sources) -> Vec<Candidate> {
    let env = &sources.env;
    let run = env
        .xdg_runtime_dir
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("/run/user/{}", env.uid)));
    let unix = |path: PathBuf, origin: &str| Candidate::new(Endpoint::Unix(path), origin);
    let mut list = vec![
        unix("/var/run/docker.sock".into(), say!("default socket")),
        unix(run.join("docker.sock"), say!("rootless docker")),
    ];
    if let Some(home) = &env.home {
        for place in [".docker/run/docker.sock", ".docker/desktop/docker.sock"] {
            let path = home.join(place);
            if path.exists() {
                list.push(unix(path, "docker desktop"));
            }
        }
    }
    list.push(unix(
        run.join("podman/podman.sock"),
        say!("rootless podman"),
    ));
    list.push(unix("/run/podman/podman.sock".into(), "podman"));
    list
}

#[cfg(test)]
mod tests;
