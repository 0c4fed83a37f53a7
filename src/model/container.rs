//! One row of the engine's list of containers, decoded leniently and sanitised at the edge.
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::key::Key;
use crate::lang;

/// What the engine says the container is doing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum RunState {
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Stopping,
    Exited,
    Dead,
    /// A word this program does not know, kept as the engine said it.
    Odd(String),
    #[default]
    Unknown,
}

impl RunState {
    /// The engine's word to a state; case does not matter (podman).
    pub fn parse(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "created" | "configured" | "initialized" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "stopping" => Self::Stopping,
            "exited" | "stopped" => Self::Exited,
            "dead" => Self::Dead,
            "" | "unknown" => Self::Unknown,
            other => Self::Odd(other.to_owned()),
        }
    }

    pub fn word(&self) -> &str {
        match self {
            Self::Odd(word) => word,
            known => known.known_word(),
        }
    }

    /// The same in the chosen language; what no engine of today says stays as it came.
    pub fn said(&self) -> &str {
        match self {
            Self::Odd(word) => word,
            known => lang::say_as(known.known_word(), "container"),
        }
    }

    fn known_word(&self) -> &'static str {
        match self {
            Self::Created => key!("created" as "container"),
            Self::Running => key!("running" as "container"),
            Self::Paused => key!("paused" as "container"),
            Self::Restarting => key!("restarting" as "container"),
            Self::Removing => key!("removing" as "container"),
            Self::Stopping => key!("stopping" as "container"),
            Self::Exited => key!("exited" as "container"),
            Self::Dead => key!("dead" as "container"),
            Self::Odd(_) | Self::Unknown => key!("unknown" as "container"),
        }
    }

    /// Has processes: running, paused, restarting between two runs not counted.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopping)
    }
}

/// The verdict of the container's own health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    Starting,
    Healthy,
    Unhealthy,
}

impl Health {
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Starting, Self::Healthy, Self::Unhealthy]
            .into_iter()
            .find(|health| health.word() == word)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => key!("starting" as "container"),
            Self::Healthy => key!("healthy" as "container"),
            Self::Unhealthy => key!("unhealthy" as "container"),
        }
    }

    /// The same in the chosen language.
    pub fn said(self) -> &'static str {
        lang::say_as(self.word(), "container")
    }
}

/// A port of the container, published or only exposed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Port {
    /// Inside the container.
    pub private: u16,
    /// On the host, when published.
    pub public: Option<u16>,
    /// The host address it is bound to.
    pub ip: String,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
}

/// A place of the host or a volume seen in the container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs` …
    pub kind: String,
    /// Host path or volume name.
    pub source: String,
    pub destination: String,
    pub read_only: bool,
}

/// What is known of an end that its code does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The kernel killed it, as its memory was used up.
    OutOfMemory,
    /// It died of a signal that somebody had it sent.
    Asked,
    /// It was asked to stop, did not, and was killed when the time for that was over.
    TimedOut,
}

/// One container of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    pub key: Key,
    /// Without the leading slash; the short id when the engine gave none.
    pub name: String,
    pub image: String,
    pub image_id: String,
    /// Shell-joined, as the engine gives it.
    pub command: String,
    pub created: Option<DateTime<Utc>>,
    pub state: RunState,
    pub health: Option<Health>,
    /// The engine's own sentence: `Up 3 hours (healthy)`.
    pub status: String,
    /// Of the last run, when it is over.
    pub exit_code: Option<i64>,
    /// More of that end, where it was told. By the inventory, not by the engine.
    pub ending: Option<Ending>,
    /// When the present state began. Known exactly from an event, else read out of `status` (coarse).
    pub since: Option<DateTime<Utc>>,
    pub ports: Vec<Port>,
    pub mounts: Vec<Mount>,
    /// Network names with the container's address in each, when the engine says.
    pub networks: Vec<(String, String)>,
    pub labels: BTreeMap<String, String>,
    /// The container whose network it lives in, by id or name, as it was asked for.
    pub lender: Option<String>,
    /// What was odd in the engine's answer about this one; empty when all was well.
    pub oddities: Vec<String>,
    /// Its place, once it was read out of the labels.
    pub place: Place,
    /// How often it failed of itself within the last hour, where that is a crash loop; else 0. Told by the inventory, not
    /// by the engine.
    pub looping: u8,
    /// It was never up, as the engine could not start it. Told by the inventory, too.
    pub unstarted: bool,
    /// The network of its lender in which it lives is no more. Told by the inventory, too.
    pub cut_off: bool,
}

/// What a container's labels say of its place, kept because tables of thousands ask for it again and again.
#[derive(Debug, Clone, Default)]
pub struct Place {
    known: Option<Known>,
}

#[derive(Debug, Clone)]
struct Known {
    stack: Option<Arc<str>>,
    /// Bytes of the name before the short name.
    prefix: usize,
    /// The short name in small letters, where it has others.
    small: Option<Box<str>>,
}

/// It says nothing that the labels do not say.
impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Container {
    /// Whether it lives in the other one's network.
    pub fn borrows_of(&self, other: &Self) -> bool {
        let lender = self.lender.as_deref();
        let of_host = self.key.host == other.key.host;
        of_host && lender.is_some_and(|lender| *lender == *other.key.id || lender == other.name)
    }

    /// A bare container with this name, for tests and for odd answers.
    pub fn bare(key: Key, name: &str) -> Self {
        Self {
            key,
            name: name.to_owned(),
            image: String::new(),
            image_id: String::new(),
            command: String::new(),
            created: None,
            state: RunState::Unknown,
            health: None,
            status: String::new(),
            exit_code: None,
            ending: None,
            since: None,
            ports: Vec::new(),
            mounts: Vec::new(),
            networks: Vec::new(),
            labels: BTreeMap::new(),
            lender: None,
            oddities: Vec::new(),
            place: Place::default(),
            looping: 0,
            unstarted: false,
            cut_off: false,
        }
    }

    /// Reads its place out of its name and labels and keeps it. Neither may change afterwards. `shared` gives the one
    /// copy of a stack's name that all its containers point to.
    pub fn settle(&mut self, shared: impl FnOnce(&str) -> Arc<str>) {
        self.place.known = None;
        let stack = self.stack().map(shared);
        let prefix = self.name.len() - self.short_name().len();
        let small = match self.sort_name() {
            Cow::Owned(small) => Some(small.into()),
            Cow::Borrowed(_) => None,
        };
        self.place.known = Some(Known {
            stack,
            prefix,
            small,
        });
    }

    fn label(&self, name: &str) -> Option<&str> {
        self.labels
            .get(name)
            .map(String::as_str)
            .filter(|v| !v.is_empty())
    }

    /// The compose project or swarm stack it belongs to.
    pub fn stack(&self) -> Option<&str> {
        if let Some(known) = &self.place.known {
            return known.stack.as_deref();
        }
        self.label("com.docker.compose.project")
            .or_else(|| self.label("io.podman.compose.project"))
            .or_else(|| self.label("com.docker.stack.namespace"))
    }

    /// The kept copy of its stack's name, once it is settled.
    pub fn stack_shared(&self) -> Option<Arc<str>> {
        self.place.known.as_ref()?.stack.clone()
    }

    /// The compose or swarm service it is an instance of.
    pub fn service(&self) -> Option<&str> {
        self.label("com.docker.compose.service")
            .or_else(|| self.label("com.docker.swarm.service.name"))
    }

    /// The name to show under its stack: the service with its number when there is more than one.
    pub fn short_name(&self) -> &str {
        if let Some(known) = &self.place.known {
            return self.name.get(known.prefix..).unwrap_or(&self.name);
        }
        match (self.stack(), self.service()) {
            (Some(stack), Some(_)) => self
                .name
                .strip_prefix(stack)
                .and_then(|rest| rest.strip_prefix(['-', '_', '.']))
                .filter(|rest| !rest.is_empty())
                .unwrap_or(&self.name),
            _ => &self.name,
        }
    }

    /// What it is ordered by: the short name in small letters, as most are written already.
    pub fn sort_name(&self) -> Cow<'_, str> {
        let short = self.short_name();
        match &self.place.known {
            Some(known) => known.small.as_deref().unwrap_or(short).into(),
            None if short
                .chars()
                .any(|c| !c.is_lowercase() && c.is_alphabetic()) =>
            {
                short.to_lowercase().into()
            }
            None => short.into(),
        }
    }

    /// Whether its last run did not end well: not where it died of the signal that it was sent to end it.
    pub fn has_failed(&self) -> bool {
        let asked = matches!(self.ending, Some(Ending::Asked | Ending::TimedOut));
        !asked && self.exit_code.is_some_and(|code| code != 0)
    }

    /// The name it was made from is another image's by now, or nobody's.
    pub fn has_nameless_image(&self) -> bool {
        let id = self.image_id.trim_start_matches("sha256:");
        is_id(&self.image) && id.starts_with(self.image.trim_start_matches("sha256:"))
    }

    /// A one-off (`compose run`) container.
    pub fn is_one_off(&self) -> bool {
        self.label("com.docker.compose.oneoff")
            .is_some_and(|v| v.eq_ignore_ascii_case("true"))
    }

    /// The operator asked for a question before anything touches it.
    pub fn is_protected(&self) -> bool {
        self.label("stacktui.protect")
            .is_some_and(|v| v.eq_ignore_ascii_case("true") || v == "1")
    }

    /// Something is wrong here that a person should see: the reason, the worst first.
    pub fn problem(&self) -> Option<Problem> {
        match (&self.state, self.health) {
            (RunState::Dead, _) => Some(Problem::Dead),
            (RunState::Running | RunState::Restarting, _) if self.looping > 0 => {
                Some(Problem::Looping)
            }
            (RunState::Restarting, _) => Some(Problem::Restarting),
            (RunState::Running | RunState::Stopping, Some(Health::Unhealthy)) => {
                Some(Problem::Unhealthy)
            }
            (RunState::Running, _) if self.cut_off => Some(Problem::CutOff),
            (RunState::Exited, _) if self.has_failed() => Some(Problem::Failed),
            (RunState::Created, _) if self.unstarted => Some(Problem::Unstarted),
            (RunState::Odd(_) | RunState::Unknown, _) => Some(Problem::Odd),
            (RunState::Paused, _) => Some(Problem::Paused),
            _ => None,
        }
    }
}

/// Whether an image is told by its id: whole, or as short as the list has it.
pub fn is_id(image: &str) -> bool {
    let id = image.strip_prefix("sha256:");
    let digits = |id: &str| id.bytes().all(|b| b.is_ascii_hexdigit());
    id.is_some_and(digits) || image.len() == 12 && digits(image)
}

/// Why a container counts as a problem, worst first: the order of the problems view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    Unhealthy,
    Dead,
    /// Up for a moment or about to be, and soon dead again.
    Looping,
    Restarting,
    /// It runs, and nobody reaches it, nor it anybody.
    CutOff,
    Failed,
    Unstarted,
    Odd,
    Paused,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host::HostId;

    fn named(name: &str, labels: &[(&str, &str)]) -> Container {
        let mut c = Container::bare(Key::container(HostId(0), "abc"), name);
        c.labels = labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        c
    }

    #[test]
    fn short_name_drops_the_stack_but_never_the_whole_name() {
        let labels = [
            ("com.docker.compose.project", "shop"),
            ("com.docker.compose.service", "db"),
        ];
        assert_eq!(named("shop-db-1", &labels).short_name(), "db-1");
        assert_eq!(named("shop_db_1", &labels).short_name(), "db_1");
        assert_eq!(named("shop", &labels).short_name(), "shop");
        assert_eq!(named("other", &labels).short_name(), "other");
        assert_eq!(named("shop-db-1", &[]).short_name(), "shop-db-1");
    }

    #[test]
    fn a_kept_place_says_what_the_labels_say() {
        let project = ("com.docker.compose.project", "shop");
        let service = ("com.docker.compose.service", "db");
        for labels in [&[][..], &[project], &[service], &[project, service]] {
            for name in [
                "shop-db-1",
                "shop_db_1",
                "shop",
                "other",
                "shop-",
                "shop-DB",
            ] {
                let read = named(name, labels);
                let mut kept = read.clone();
                kept.settle(|name| Arc::from(name));
                assert_eq!(kept.stack(), read.stack());
                assert_eq!(kept.short_name(), read.short_name());
                assert_eq!(kept.sort_name(), read.sort_name());
                assert_eq!(kept, read);
            }
        }
    }

    #[test]
    fn unknown_states_keep_their_word() {
        assert_eq!(
            RunState::parse("Zombie"),
            RunState::Odd("zombie".to_owned())
        );
        assert_eq!(RunState::parse("STOPPED"), RunState::Exited);
    }

    #[test]
    fn a_problem_is_what_a_person_should_see() {
        let mut c = named("x", &[]);
        c.state = RunState::Exited;
        c.exit_code = Some(0);
        assert_eq!(c.problem(), None);
        c.exit_code = Some(137);
        assert_eq!(c.problem(), Some(Problem::Failed));
        c.state = RunState::Running;
        c.health = Some(Health::Unhealthy);
        assert_eq!(c.problem(), Some(Problem::Unhealthy));
    }
}
