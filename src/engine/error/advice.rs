//! The way out of each failure, in a line a person can follow.
//! Must not know how the failure was found.
use std::io::ErrorKind;

use super::Error;
use crate::lang::Words;

impl Error {
    /// The way out, or an empty text when none is known. `endpoint` as displayed, may be empty.
    pub fn advice(&self, endpoint: &str) -> String {
        match self {
            Self::Io { kind, errno, .. } => system(*kind, *errno, endpoint),
            Self::TimedOut { .. } if by_network(endpoint) => {
                say!("is it an engine's port? If so, it may be hung: look at its own log (journalctl -u docker)").to_owned()
            }
            Self::TimedOut { .. } => {
                say!("the engine may be hung: look at its own log (journalctl -u docker)").to_owned()
            }
            Self::NotAllowed { needs: Some(_), .. } => {
                say!("a socket proxy stands before the engine: allow it in the proxy's environment").to_owned()
            }
            Self::NotAllowed { .. } => say!("an authorisation rule of the engine refused it").to_owned(),
            Self::Server {
                status: 502..=504, ..
            } => {
                say!("a proxy answers, but cannot reach the engine behind it: is the engine running?").to_owned()
            }
            Self::Server { message, .. } => server(message),
            Self::Garbage(_) => {
                say!("is another service listening there, or is TLS wanted (DOCKER_TLS_VERIFY=1)?").to_owned()
            }
            Self::Ssh(said) => ssh(said.english()),
            Self::Tls(said) => tls(said.english()),
            Self::Cut if endpoint.starts_with("tcp://") => {
                say!("is it an engine's port, or one that wants TLS (DOCKER_TLS_VERIFY=1)?").to_owned()
            }
            Self::BrokenOff => {
                say!("is it an archive of images, and is there room on the engine's disk?").to_owned()
            }
            Self::Registry { way_out, .. } => way_out.clone(),
            Self::Unfinished { why, .. } => why.advice(endpoint),
            Self::Cut | Self::TooLarge { .. } | Self::Endpoint(_) | Self::Unsupported(_) => {
                String::new()
            }
        }
    }
}

fn system(kind: ErrorKind, errno: Option<i32>, endpoint: &str) -> String {
    let podman = endpoint.contains("podman");
    let rootless = endpoint.contains("/run/user/");
    let remote = by_network(endpoint);
    let start = match (podman, rootless) {
        (true, true) => "systemctl --user start podman.socket",
        (true, false) => "sudo systemctl start podman.socket",
        (false, true) => "systemctl --user start docker",
        (false, false) => "sudo systemctl start docker",
    };
    match (kind, errno) {
        (_, Some(23 | 24)) => say!("raise the limit of open files: ulimit -n 4096").to_owned(),
        (ErrorKind::PermissionDenied, _) if podman => {
            say!("this socket is root's: run with sudo, or start your own: systemctl --user start podman.socket").to_owned()
        }
        (ErrorKind::PermissionDenied, _) => {
            say!("join the docker group: sudo usermod -aG docker $USER, then log in again; or run with sudo").to_owned()
        }
        (ErrorKind::ConnectionRefused, _) if remote => {
            say!("is the engine listening on that address and port?").to_owned()
        }
        (ErrorKind::ConnectionRefused, _) => {
            say!("nobody listens on this socket: is the daemon running? {start}", start)
        }
        (ErrorKind::NotFound, _) => say!("is the daemon running? {start}", start),
        (ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, _) => {
            say!("is the host up, and does a firewall let the port through?").to_owned()
        }
        _ if remote => say!("check the host's name and the port").to_owned(),
        _ => String::new(),
    }
}

fn by_network(endpoint: &str) -> bool {
    endpoint.starts_with("tcp://") || endpoint.starts_with("https://")
}

fn server(message: &str) -> String {
    if message.contains("HTTP request to an HTTPS server") {
        return say!("it wants TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH").to_owned();
    }
    if message.contains("is too old") && message.contains("client version") {
        return say!("this engine is newer than this program knows: update stacktui").to_owned();
    }
    if message.contains("no space left on device") {
        return say!("the engine's disk is full: `:space` shows where it went and what can go")
            .to_owned();
    }
    String::new()
}

fn ssh(said: &str) -> String {
    let has = |word: &str| said.contains(word);
    if has("Host key verification failed") {
        say!("connect once by hand with ssh and check the host key").to_owned()
    } else if has("Permission denied") {
        say!("load your key into the agent (ssh-add), or set IdentityFile in ~/.ssh/config")
            .to_owned()
    } else if has("Could not resolve") {
        say!("check the host's name, or add it to ~/.ssh/config").to_owned()
    } else if has("open failed") || has("administratively prohibited") {
        say!("ssh works, but the remote socket does not: check its path, your group there, and AllowStreamLocalForwarding").to_owned()
    } else if has("cannot start ssh") {
        say!("install an OpenSSH client").to_owned()
    } else {
        String::new()
    }
}

fn tls(said: &str) -> String {
    if said.contains("not trusted") {
        say!("check ca.pem in DOCKER_CERT_PATH, and that the certificate names this host")
            .to_owned()
    } else if said.contains("refused our certificate") {
        say!("check cert.pem and key.pem in DOCKER_CERT_PATH").to_owned()
    } else if said.contains("does not speak TLS") {
        say!("is it a plain port? unset DOCKER_TLS_VERIFY").to_owned()
    } else {
        String::new()
    }
}

/// Which switch of the common socket proxies lets a call through; `None` for paths they do not group.
pub(super) fn proxy_needs(method: &str, path: &str) -> Option<Words> {
    let path = path.split('?').next().unwrap_or(path);
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let group = parts.next()?;
    let switch = match group {
        "_ping" => "PING=1",
        "version" => "VERSION=1",
        "info" => "INFO=1",
        "events" => "EVENTS=1",
        "containers" => "CONTAINERS=1",
        "images" => "IMAGES=1",
        "exec" => "EXEC=1",
        "networks" => "NETWORKS=1",
        "volumes" => "VOLUMES=1",
        "system" => "SYSTEM=1",
        "distribution" => "DISTRIBUTION=1",
        _ => return None,
    };
    if method == "GET" {
        return Some(Words::as_is(switch));
    }
    let last = parts.next_back().unwrap_or_default();
    Some(Words::ours(|| match (group, last) {
        ("containers", "restart" | "kill") => {
            say!("POST=1 and {switch}, or ALLOW_RESTARTS=1", switch)
        }
        ("containers", "start") => say!("POST=1 and {switch}, or ALLOW_START=1", switch),
        ("containers", "stop") => {
            say!(
                "POST=1 and {switch}, or ALLOW_STOP=1 or ALLOW_RESTARTS=1",
                switch
            )
        }
        ("containers", "exec") => say!("POST=1, {switch} and EXEC=1", switch),
        _ => say!("POST=1 and {switch}", switch),
    }))
}
