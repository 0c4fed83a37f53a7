//! What can go wrong with an engine, typed, and told to a person with the way out. Why a link is down and every way out
//! are said in the language of the screen; what a [`Failure`] tells is in both, because it is journalled, too.
//! Must not know what was attempted beyond the words it is given.
mod advice;

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use serde_json::Value;

use super::connect;
use super::wire::clean;
use crate::lang::{Words, english};
use crate::model::{DownReason, Tried};
use crate::msg::{Failure, FailureKind};

/// Longest text kept of an engine's own words, in characters.
const WORDS: usize = 600;

/// What podman and a few of docker's own calls say with 500 where 409 is meant.
const CONFLICTS: [&str; 3] = ["state improper", "is not paused", "network already exists"];

/// A failure of the engine edge. Every text in it is sanitised. It displays itself in English, since that may be
/// stored; [`Error::why`] is for the screen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The system refused a connection or broke it.
    Io {
        kind: io::ErrorKind,
        errno: Option<i32>,
        text: Words,
    },
    /// The engine answered with a status of 400 or more.
    Server {
        status: u16,
        message: String,
    },
    /// A socket proxy or an authorisation plugin refused; `needs` when it can be told what the proxy lacks.
    NotAllowed {
        status: u16,
        needs: Option<Words>,
        message: String,
    },
    /// Nothing came in time.
    TimedOut {
        after: Duration,
    },
    /// The answer is larger than this many bytes.
    TooLarge {
        limit: usize,
    },
    /// What answers does not speak the engine's language.
    Garbage(Words),
    /// The connection ended in the middle of an answer.
    Cut,
    /// The connection ended while an archive was sent: an engine that takes no more may not wait to say why.
    BrokenOff,
    /// The endpoint itself cannot be used.
    Endpoint(Words),
    /// In ssh's own words, where it said any.
    Ssh(Words),
    Tls(Words),
    /// It was asked for and not answered: what it makes may be there under this name.
    Unfinished {
        why: Box<Error>,
        name: String,
    },
    /// A registry wants credentials, or other ones; `way_out`: what was tried, and what signs in.
    Registry {
        message: Words,
        way_out: String,
    },
    /// This engine cannot do it.
    Unsupported(Words),
}

/// What the system says, in words of ours where it is common.
fn by_system(kind: io::ErrorKind, errno: Option<i32>, text: &Words) -> &str {
    use io::ErrorKind as K;
    match (kind, errno) {
        (_, Some(23 | 24)) => say!("too many open files"),
        (K::PermissionDenied, _) => say!("permission denied"),
        (K::NotFound, _) => say!("no such file"),
        (K::ConnectionRefused, _) => say!("connection refused"),
        (K::HostUnreachable | K::NetworkUnreachable, _) => say!("no route to it"),
        _ => text.as_str(),
    }
}

/// Words of ours with what they name made harmless.
fn ours<T: Into<String>>(say: impl Fn() -> T) -> Words {
    Words::ours(say).map(clean)
}

fn seconds(after: &Duration) -> String {
    if after.subsec_millis() == 0 {
        format!("{} s", after.as_secs())
    } else {
        format!("{:.1} s", after.as_secs_f64())
    }
}

impl Error {
    pub(super) fn tls<T: Into<String>>(say: impl Fn() -> T) -> Self {
        Self::Tls(ours(say))
    }

    pub(super) fn ssh(words: Words) -> Self {
        // Its own lines begin with its name, which is said already.
        Self::Ssh(words.map(|text| clean(text.strip_prefix("ssh: ").unwrap_or(text))))
    }

    pub(super) fn endpoint<T: Into<String>>(say: impl Fn() -> T) -> Self {
        Self::Endpoint(ours(say))
    }

    pub(super) fn garbage<T: Into<String>>(say: impl Fn() -> T) -> Self {
        Self::Garbage(ours(say))
    }

    /// Cannot be done here, for this reason.
    pub fn unsupported<T: Into<String>>(say: impl Fn() -> T) -> Self {
        Self::Unsupported(ours(say))
    }

    /// An answer of 400 or more: the engine's own sentence out of its JSON, or the text of a proxy's page.
    pub(super) fn answer(method: &str, path: &str, status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let spoken = serde_json::from_str::<Value>(text.trim())
            .ok()
            .and_then(|v| match &v {
                Value::String(text) => Some(text.clone()),
                other => ["message", "cause", "error"]
                    .iter()
                    .find_map(|key| other.get(key)?.as_str().map(str::to_owned)),
            });
        let by_engine = spoken.is_some();
        let message: String = clean(&spoken.unwrap_or_else(|| without_tags(&text)))
            .trim()
            .chars()
            .take(WORDS)
            .collect();
        let message = if message.is_empty() {
            format!("status {status}")
        } else {
            message
        };
        if matches!(status, 401 | 403) {
            let needs = (!by_engine && status == 403).then(|| advice::proxy_needs(method, path));
            return Self::NotAllowed {
                status,
                needs: needs.flatten(),
                message,
            };
        }
        Self::Server { status, message }
    }

    /// The first `io::Error` in a chain of causes, mapped.
    fn out_of(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(cause) = next {
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                return Some(Self::from(io));
            }
            next = cause.source();
        }
        None
    }

    /// Bollard's error of this call, so that a refusal can tell what a proxy lacks.
    pub(super) fn of_call(error: bollard::errors::Error, method: &str, path: &str) -> Self {
        use bollard::errors::Error as B;
        match error {
            // Bollard has taken the sentence out of the JSON, or given the page as it was.
            B::DockerResponseServerError {
                status_code,
                message,
            } if message.trim_start().starts_with('<') => {
                Self::answer(method, path, status_code, message.as_bytes())
            }
            B::DockerResponseServerError {
                status_code,
                message,
            } => Self::answer(
                method,
                path,
                status_code,
                Value::String(message).to_string().as_bytes(),
            ),
            B::RequestTimeoutError => Self::TimedOut {
                after: super::CALL_LIMIT,
            },
            B::HyperResponseError { err } => Self::from(err),
            B::JsonDataError { message, .. } => Self::garbage(|| message.clone()),
            other => Self::out_of(&other).unwrap_or_else(|| Self::garbage(|| other.to_string())),
        }
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Server { status, .. } | Self::NotAllowed { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The engine answers, but not this: the link itself is fine.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotAllowed { .. })
    }

    /// What behaviour may depend on.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Server { status, message } => match status {
                404 => FailureKind::NotFound,
                409 => FailureKind::Conflict,
                408 | 504 => FailureKind::TimedOut,
                501 => FailureKind::Unsupported,
                500 if CONFLICTS.iter().any(|words| message.contains(words)) => {
                    FailureKind::Conflict
                }
                _ => FailureKind::Other,
            },
            Self::NotAllowed { .. } | Self::Registry { .. } => FailureKind::Denied,
            Self::TimedOut { .. } => FailureKind::TimedOut,
            Self::Unfinished { why, .. } => why.kind(),
            Self::Unsupported(_) => FailureKind::Unsupported,
            Self::Io { kind, .. } if *kind == io::ErrorKind::PermissionDenied => {
                FailureKind::Denied
            }
            Self::Io { .. } | Self::Cut | Self::Ssh(_) | Self::Tls(_) | Self::Endpoint(_) => {
                FailureKind::Unreachable
            }
            Self::Garbage(_) | Self::TooLarge { .. } | Self::BrokenOff => FailureKind::Other,
        }
    }

    /// For a person: what is wrong and the way out.
    pub fn failure(&self) -> Failure {
        self.told(|| self.why())
    }

    /// The same with what was attempted: `restart web`.
    pub fn failure_of<T: AsRef<str>>(&self, doing: impl Fn() -> T) -> Failure {
        self.told(|| {
            let doing = clean(doing().as_ref());
            say!("{name}: {why}", name = doing, why = self.why())
        })
    }

    fn told(&self, say: impl Fn() -> String) -> Failure {
        Failure {
            kind: self.kind(),
            what: Words::ours(say),
            advice: self.advice(""),
            status: self.status(),
            said: String::new(),
        }
    }

    /// This failure as one line of the list of what was tried.
    pub fn tried(&self, endpoint: &str, origin: &str) -> Tried {
        Tried {
            endpoint: clean(endpoint),
            origin: clean(origin),
            why: self.why_down(),
            advice: self.advice(endpoint),
        }
    }

    /// Why a link is down. With several endpoints tried, the sentence speaks of the first that is more than absent.
    pub fn down_reason(&self, endpoint: &str, tried: Vec<Tried>) -> DownReason {
        DownReason {
            why: self.why_down(),
            advice: self.advice(endpoint),
            tried,
        }
    }

    /// Why a link is down.
    fn why_down(&self) -> String {
        match self {
            Self::TimedOut { after } => {
                say!(
                    "it accepts connections but does not answer ({span})",
                    span = seconds(after)
                )
            }
            other => other.why(),
        }
    }

    /// What is wrong, in the language of the screen.
    pub fn why(&self) -> String {
        match self {
            Self::Io { kind, errno, text } => by_system(*kind, *errno, text).to_owned(),
            Self::Server { message, .. } => message.clone(),
            Self::Registry { message, .. } => message.to_string(),
            Self::NotAllowed { needs, message, .. } => {
                if let Some(needs) = needs {
                    say!("not allowed: needs {needs}", needs)
                } else {
                    say!("not allowed: {message}", message)
                }
            }
            Self::TimedOut { after } => say!("no answer within {span}", span = seconds(after)),
            Self::TooLarge { limit } => {
                say!(
                    "the answer is larger than {n} MiB",
                    n = limit / (1024 * 1024)
                )
            }
            Self::Garbage(found) => {
                say!("what answers is not a container engine ({found})", found)
            }
            Self::Cut => say!("the connection was cut").to_owned(),
            Self::BrokenOff => say!("the engine broke the upload off").to_owned(),
            Self::Endpoint(text) | Self::Unsupported(text) => text.to_string(),
            Self::Ssh(said) => format!("ssh: {said}"),
            Self::Tls(said) => format!("TLS: {said}"),
            Self::Unfinished { why, name } => say!(
                "{why}; a container {name} may be left of it: docker rm {name}",
                why = why.why(),
                name
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&english(|| self.why()))
    }
}

impl From<&io::Error> for Error {
    fn from(error: &io::Error) -> Self {
        use io::ErrorKind as K;
        // Our own error, sent through bollard's transport.
        if let Some(own) = error.get_ref().and_then(|e| e.downcast_ref::<Self>()) {
            return own.clone();
        }
        if let Some(said) = connect::ssh_said(error) {
            return Self::Ssh(said.map(clean));
        }
        if let Some(said) = connect::tls_said(error) {
            return Self::Tls(said.map(clean));
        }
        let errno = error.raw_os_error();
        let cut = [
            K::ConnectionReset,
            K::BrokenPipe,
            K::UnexpectedEof,
            K::ConnectionAborted,
        ];
        if cut.contains(&error.kind()) && !matches!(errno, Some(23 | 24)) {
            return Self::Cut;
        }
        Self::Io {
            kind: error.kind(),
            errno,
            // Words of ours may have come as the system's.
            text: ours(|| error.to_string()),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<hyper::Error> for Error {
    fn from(error: hyper::Error) -> Self {
        if error.is_parse() {
            return Self::garbage(|| say!("no HTTP"));
        }
        Self::out_of(&error).unwrap_or(Self::Cut)
    }
}

impl From<bollard::errors::Error> for Error {
    fn from(error: bollard::errors::Error) -> Self {
        Self::of_call(error, "", "")
    }
}

/// The text of a page: what stands between `<` and `>` is dropped, white space is folded.
fn without_tags(page: &str) -> String {
    let mut inside = false;
    let text: String = page
        .chars()
        .take(16_384)
        .filter_map(|c| match c {
            '<' => {
                inside = true;
                Some(' ')
            }
            '>' if inside => {
                inside = false;
                None
            }
            _ if inside => None,
            c => Some(c),
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_sentence_is_taken_out_of_its_json_and_made_harmless() {
        let error = Error::answer(
            "POST",
            "/containers/x/start",
            500,
            br#"{"message":"bad \u001b[31mthing\u001b[0m\u202e"}"#,
        );
        assert_eq!(error.kind(), FailureKind::Other);
        let failure = error.failure_of(|| "start web");
        assert_eq!(failure.status, Some(500));
        let what = failure.what.as_str();
        assert!(what.starts_with("start web: bad "));
        assert!(!what.contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn a_proxy_page_becomes_what_the_proxy_needs() {
        let page = b"<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>";
        let needs = |method, path| match Error::answer(method, path, 403, page) {
            Error::NotAllowed { needs, message, .. } => {
                assert!(!message.contains('<'));
                needs.unwrap().to_string()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(needs("GET", "/containers/json?all=1"), "CONTAINERS=1");
        assert_eq!(needs("GET", "/events"), "EVENTS=1");
        assert!(needs("POST", "/containers/x/restart").contains("ALLOW_RESTARTS=1"));
        assert_eq!(
            Error::answer("GET", "/containers/json", 403, page).to_string(),
            "not allowed: needs CONTAINERS=1"
        );
        let plugin = br#"{"message":"authorization denied by plugin casbin"}"#;
        assert_eq!(
            Error::answer("GET", "/containers/json", 403, plugin).to_string(),
            "not allowed: authorization denied by plugin casbin"
        );
    }

    #[test]
    fn the_system_error_is_found_behind_wrappers() {
        #[derive(Debug, thiserror::Error)]
        #[error("client error (Connect)")]
        struct Wrapper(#[source] io::Error);
        let wrapped = Wrapper(io::Error::from_raw_os_error(13));
        let error = Error::out_of(&wrapped).unwrap();
        assert_eq!(error.kind(), FailureKind::Denied);
        let tried = error.tried("unix:///var/run/docker.sock", "default socket");
        assert_eq!(tried.why, "permission denied");
        assert!(tried.advice.contains("sudo usermod -aG docker"));
        let gone = Error::from(io::Error::from_raw_os_error(2));
        let tried = gone.tried("unix:///var/run/docker.sock", "default socket");
        assert!(tried.advice.contains("systemctl start docker"));
        let podman = gone.tried("unix:///run/user/1000/podman/podman.sock", "podman");
        assert!(podman.advice.contains("podman.socket"));
        let files = Error::from(io::Error::from_raw_os_error(24));
        assert_eq!(files.to_string(), "too many open files");
        assert!(files.failure().advice.contains("ulimit"));
    }

    #[test]
    fn podman_says_500_where_a_conflict_is_meant() {
        for (path, body) in [
            (
                "/containers/x/kill",
                r#"{"cause":"container state improper","message":"can only kill running containers: container state improper","response":500}"#,
            ),
            (
                "/networks/create",
                r#"{"cause":"network already exists","message":"network name a already used: network already exists","response":500}"#,
            ),
        ] {
            let error = Error::answer("POST", path, 500, body.as_bytes());
            assert_eq!(error.kind(), FailureKind::Conflict, "{body}");
        }
    }
}
