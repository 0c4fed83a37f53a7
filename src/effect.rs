//! What `update` asks of the runtime, as values: calls to make, streams that should flow.
//! Knows the model only; nothing here does anything.
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::log_store::Excerpt;
use crate::model::compose::{Call, Project};
use crate::model::limits::Change;
use crate::model::mail::{self, Act, RawMail};
use crate::model::route::probe::Probe;
use crate::model::space::Prune;
use crate::model::stack_file::{FileOf, Source};
use crate::model::{HostId, Key, Kind, Reach, Target};

/// A job's number in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JobId(pub u64);

/// A changing call on one thing, one variant a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Start,
    /// `timeout` in seconds; `None` leaves the container's own.
    Stop {
        timeout: Option<u32>,
    },
    Restart {
        timeout: Option<u32>,
    },
    Kill {
        signal: String,
    },
    Pause,
    Unpause,
    Remove {
        force: bool,
        volumes: bool,
    },
    Rename {
        to: String,
    },
    /// Makes a container anew with all its settings, and puts the old one back when the new one is not well.
    Recreate {
        /// Fetches its image first.
        pull: bool,
    },
    RemoveImage {
        /// Also under its other names.
        force: bool,
    },
    /// Gives an image another name, `name:tag`.
    Tag {
        to: String,
    },
    /// Fetches an image from its registry.
    Pull {
        image: String,
    },
    RemoveVolume,
    RemoveNetwork,
    /// Puts a container into the network that the job is about.
    Connect {
        container: Arc<str>,
    },
    /// Takes a container out of it.
    Disconnect {
        container: Arc<str>,
    },
    /// Changes a limit or the restart policy of a container, which runs on.
    Update(Change),
    /// Removes what nothing uses, of an engine.
    Prune(Prune),
    /// A command of compose on a stack.
    Compose(Box<Call>),
    /// Something done to the box of the mail server in this container.
    Mail(Box<mail::Call>),
}

impl Verb {
    /// The journal's name of the act: `container.restart`.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Start => "container.start",
            Self::Stop { .. } => "container.stop",
            Self::Restart { .. } => "container.restart",
            Self::Kill { .. } => "container.kill",
            Self::Pause => "container.pause",
            Self::Unpause => "container.unpause",
            Self::Remove { .. } => "container.remove",
            Self::Rename { .. } => "container.rename",
            Self::Recreate { .. } => "container.recreate",
            Self::RemoveImage { .. } => "image.remove",
            Self::Tag { .. } => "image.tag",
            Self::Pull { .. } => "image.pull",
            Self::RemoveVolume => "volume.remove",
            Self::RemoveNetwork => "network.remove",
            Self::Connect { .. } => "network.connect",
            Self::Disconnect { .. } => "network.disconnect",
            Self::Update(_) => "container.update",
            Self::Prune(_) => "engine.prune",
            Self::Compose(call) => call.words().0,
            Self::Mail(call) => call.act.words().0,
        }
    }

    /// What is going on while it runs: `restarting`.
    pub fn doing(&self) -> &'static str {
        match self {
            Self::Start => "starting",
            Self::Stop { .. } => "stopping",
            Self::Restart { .. } => "restarting",
            Self::Kill { .. } => "killing",
            Self::Pause => "pausing",
            Self::Unpause => "unpausing",
            Self::Remove { .. }
            | Self::RemoveImage { .. }
            | Self::RemoveVolume
            | Self::RemoveNetwork => "removing",
            Self::Tag { .. } => "tagging",
            Self::Pull { .. } => "pulling",
            Self::Connect { .. } => "connecting",
            Self::Disconnect { .. } => "disconnecting",
            Self::Rename { .. } => "renaming",
            Self::Recreate { .. } => "recreating",
            Self::Update(_) => "changing",
            Self::Prune(_) => "pruning",
            Self::Compose(call) => call.words().1,
            Self::Mail(call) => call.act.words().1,
        }
    }

    /// What has happened when it is over: `restarted`.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Start => "started",
            Self::Stop { .. } => "stopped",
            Self::Restart { .. } => "restarted",
            Self::Kill { .. } => "killed",
            Self::Pause => "paused",
            Self::Unpause => "unpaused",
            Self::Remove { .. }
            | Self::RemoveImage { .. }
            | Self::RemoveVolume
            | Self::RemoveNetwork => "removed",
            Self::Tag { .. } => "tagged",
            Self::Pull { .. } => "pulled",
            Self::Connect { .. } => "connected",
            Self::Disconnect { .. } => "disconnected",
            Self::Rename { .. } => "renamed",
            Self::Recreate { .. } => "recreated",
            Self::Update(_) => "changed",
            Self::Prune(_) => "pruned",
            Self::Compose(call) => call.words().2,
            Self::Mail(call) => call.act.words().2,
        }
    }

    /// Tells what it does line by line while it runs, and can be cancelled.
    pub fn has_output(&self) -> bool {
        matches!(self, Self::Compose(_) | Self::Prune(_) | Self::Pull { .. })
    }

    /// Writes one of a stack's files over.
    pub fn writes_file(&self) -> bool {
        matches!(self, Self::Compose(call) if call.write.is_some())
    }

    /// Turns a switch of the question that is asked before it.
    pub fn set(&mut self, key: char, on: bool) {
        match (self, key) {
            (Self::Remove { force, .. } | Self::RemoveImage { force }, 'f') => *force = on,
            (Self::Remove { volumes, .. }, 'v') => *volumes = on,
            (Self::Recreate { pull }, 'p') => *pull = on,
            (Self::Compose(call), key) => call.act.set(key, on),
            _ => {}
        }
    }

    /// Sends the stop signal and waits: the engine kills when the stop timeout is over.
    pub fn waits_for_stop(&self) -> bool {
        matches!(self, Self::Stop { .. } | Self::Restart { .. })
    }

    /// What was asked beyond the verb, for the journal: `[("signal", "KILL")]`.
    pub fn params(&self) -> Vec<(String, String)> {
        let pair = |k: &str, v: String| vec![(k.to_owned(), v)];
        match self {
            Self::Start
            | Self::Pause
            | Self::Unpause
            | Self::RemoveVolume
            | Self::RemoveNetwork => Vec::new(),
            Self::Stop { timeout } | Self::Restart { timeout } => {
                timeout.map_or_else(Vec::new, |s| pair("timeout_s", s.to_string()))
            }
            Self::Kill { signal } => pair("signal", signal.clone()),
            Self::Remove { force, volumes } => {
                vec![
                    ("force".to_owned(), force.to_string()),
                    ("volumes".to_owned(), volumes.to_string()),
                ]
            }
            Self::Rename { to } | Self::Tag { to } => pair("to", to.clone()),
            Self::RemoveImage { force } => pair("force", force.to_string()),
            Self::Recreate { pull } => pair("pull", pull.to_string()),
            Self::Pull { image } => pair("image", image.clone()),
            Self::Connect { container } | Self::Disconnect { container } => {
                pair("container", container.to_string())
            }
            Self::Update(change) => pair("change", change.args()),
            Self::Prune(what) => pair("what", what.title().to_owned()),
            Self::Compose(call) => call.params(),
            Self::Mail(call) => match &call.act {
                Act::Delete(ids) => pair("mails", ids.join(" ")),
                Act::DeleteAll | Act::Test => Vec::new(),
            },
        }
    }

    /// The docker command that does the same.
    pub fn command(&self, name: &str) -> String {
        let timeout = |t: &Option<u32>| t.map_or_else(String::new, |s| format!(" --time {s}"));
        match self {
            Self::Start => format!("docker start {name}"),
            Self::Stop { timeout: t } => format!("docker stop{} {name}", timeout(t)),
            Self::Restart { timeout: t } => format!("docker restart{} {name}", timeout(t)),
            Self::Kill { signal } => format!("docker kill --signal {signal} {name}"),
            Self::Pause => format!("docker pause {name}"),
            Self::Unpause => format!("docker unpause {name}"),
            Self::Remove { force, volumes } => format!(
                "docker rm{}{} {name}",
                if *force { " --force" } else { "" },
                if *volumes { " --volumes" } else { "" }
            ),
            Self::Rename { to } => format!("docker rename {name} {to}"),
            Self::RemoveImage { force } => {
                format!("docker rmi{} {name}", if *force { " --force" } else { "" })
            }
            Self::Tag { to } => format!("docker tag {name} {to}"),
            Self::Pull { image } => format!("docker pull {image}"),
            Self::RemoveVolume => format!("docker volume rm {name}"),
            Self::RemoveNetwork => format!("docker network rm {name}"),
            Self::Connect { container } => {
                format!("docker network connect {name} {}", short(container))
            }
            Self::Disconnect { container } => {
                format!("docker network disconnect {name} {}", short(container))
            }
            Self::Update(change) => format!("docker update {} {name}", change.args()),
            Self::Prune(what) => what.command().to_owned(),
            Self::Compose(call) => call.command(),
            // Docker knows nothing of mail, and no one command of its makes a container anew with all its settings.
            Self::Mail(_) | Self::Recreate { .. } => String::new(),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = self.action();
        f.write_str(action.split_once('.').map_or(action, |(_, verb)| verb))
    }
}

/// What the new one is called while it is made, of this container only, so that what an earlier try left is never taken for
/// this one's.
pub fn beside(old: &Key, name: &str) -> String {
    format!("{name}.new-{}", old.id.get(..6).unwrap_or(&old.id))
}

/// What the old one is called while the new one has to prove itself.
pub fn aside(old: &Key, name: &str) -> String {
    format!("{name}.old-{}", old.id.get(..6).unwrap_or(&old.id))
}

/// The first digits of an id, as commands take it.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// A verb under way on one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub key: Key,
    pub verb: Verb,
    /// For the journal: what it is done to, as it was when asked.
    pub target: Target,
    /// The state before, in words.
    pub before: String,
    /// Seconds the engine waits before it kills, for verbs that stop; bounds the call's own time limit.
    pub stop_timeout: u32,
}

/// What a shell hand-over runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellRequest {
    /// Argv; empty: find a shell (label, what worked last for this image, bash, ash, sh).
    pub command: Vec<String>,
    /// Shells to try first, best first.
    pub prefer: Vec<String>,
    pub user: Option<String>,
    pub working_dir: Option<String>,
    /// `Some(image)`: not in the container itself but in a helper container of this image that shares its
    /// process and network namespaces, removed afterwards.
    pub helper_image: Option<String>,
}

/// A question to the engine that is answered once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    Details(Key),
    Processes(Key),
    /// The last lines of a container's run that ended at `until`; answers with `Msg::LastWords`.
    LastWords {
        key: Key,
        since: Option<DateTime<Utc>>,
        until: DateTime<Utc>,
    },
    /// Whether the registry has another image under this name than the one whose digests these are; answers with
    /// `Msg::Freshness`.
    Freshness {
        key: Key,
        name: String,
        digests: Vec<String>,
    },
    /// Where the room on the disk went; answers with `Msg::Space`.
    Space(HostId),
    /// A captured mail for a screen of this width, out of the box or out of what is known of it; answers with `Msg::Letter`.
    Letter {
        mail: Key,
        source: Box<mail::Source>,
        known: Option<Arc<RawMail>>,
        width: u16,
    },
    /// Containers that share a network with this mail server, inspected; answers with `Msg::MailSenders`.
    MailSenders(Key, Vec<Key>),
    /// What compose makes of this stack's files; answers with `Msg::Compose`.
    Compose(Key, Box<Project>),
    /// What another text for one of this stack's files would do; answers with `Msg::Proposal`.
    Proposal(Key, Box<FileOf>, Source),
    /// Whether a route answers; answers with `Msg::RouteChecked`.
    Route(Box<Probe>),
}

/// A page of a container's log before what is held of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    pub key: Key,
    /// Time of the oldest line held; older lines are wanted.
    pub before: DateTime<Utc>,
    /// Lines held with exactly that time: those are not given again. None: it is but a time, with nothing held from it on.
    pub at_before: u32,
    /// Lines of this container at or after `before`, as far as is known: the engine counts `tail` from the newest.
    pub newer: u64,
    /// Lines wanted, about.
    pub lines: u32,
}

/// What `update` wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Journal it, call it, journal the outcome, answer with `Msg::Job`.
    Run(Job),
    /// End a job that has output, before it is done.
    Cancel(JobId),
    Fetch(Fetch),
    /// Read a page further back in a log; answers with `Msg::OlderLogs`.
    FetchOlder(LogPage),
    /// Hand the terminal to a process in this container.
    Shell {
        key: Key,
        target: Target,
        request: ShellRequest,
    },
    /// Attach to the container's own terminal.
    Attach {
        key: Key,
        target: Target,
    },
    /// Hand the terminal to the user's editor, for a copy of this file of a stack; answers with `Msg::Edited`.
    Edit(Key, Box<FileOf>),
    /// Let the edit of this file go.
    Discard(Box<FileOf>),
    /// Put this (sanitised) text on the clipboard with OSC 52.
    Copy(String),
    /// Open this address (http or https) in the user's browser.
    OpenUrl(String),
    /// Write lines to a file; answers with `Msg::Saving`.
    Save(Save),
    /// Write these bytes into a new file only the user may read; answers with `Msg::Said`.
    SaveBytes {
        path: PathBuf,
        bytes: Arc<[u8]>,
    },
    /// Note in the journal that a masked value was shown.
    JournalReveal {
        target: Target,
        what: String,
    },
    /// Write this into the journal in the user's own words.
    Note(String),
    /// Try a host that is down now.
    Reconnect(HostId),
    /// Replace the engine by the built-in simulated one.
    OpenDemo,
    /// Connect to this docker context instead.
    UseContext(String),
    /// Opens a docker context as this further host.
    OpenHost(HostId, String),
    /// Ends the link to a host and all that flows from it.
    CloseHost(HostId),
    /// Ctrl-Z.
    Suspend,
    /// Paint everything anew.
    Repaint,
    /// Remember these settings (columns, order) for the next start.
    Remember(Vec<(String, String)>),
    SetMouse(bool),
    Quit,
}

/// The effects of one message, in order.
pub type Effects = Vec<Effect>;

/// Lines to be written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    pub path: PathBuf,
    pub lines: Excerpt,
    /// As text that is safe to look at, else byte for byte as they came.
    pub plain: bool,
    /// Over a file that is there.
    pub replace: bool,
}

/// Which log lines should flow for one container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogQuery {
    pub key: Key,
    /// How many lines of the past to begin with.
    pub tail: u32,
    /// Only newer than this, when resuming; inclusive, exact to the nanosecond.
    pub since: Option<DateTime<Utc>>,
}

/// A stream that state implies; the runtime starts and stops the difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subscription {
    /// Snapshot, events, and the link's own condition.
    Link(HostId),
    /// Samples of this container, which is looked at, about every two seconds.
    Stats(Key),
    /// Samples of all others of a host that have figures: those in trouble as often as what is looked at, the rest as the
    /// budget allows.
    StatsRest(HostId),
    /// Samples of this container every second.
    StatsFocused(Key),
    /// Log lines of this container, past then live.
    Logs(LogQuery),
    /// Details of this container: now and after each of its events.
    Details(Key),
    /// Its processes, every two seconds.
    Processes(Key),
    /// All of one kind that a host holds: now, and when an event tells of a change.
    Resources(HostId, Kind),
    /// What compose makes of this stack's files: now, and when one of them changes.
    Compose(Key, Box<Project>),
    /// The files that this stack is made from, as they are.
    Files(Key, Box<Project>),
    /// What this container was started with, and with doors: what its own API says of its routes.
    Proxy(Key, Option<Reach>),
    /// The box of this mail server, for the count in the header too.
    Mail(Box<mail::Source>),
    /// Boxes are looked at: they are asked more often.
    MailWatched,
    /// The journal as it grows.
    Journal,
    /// What the program costs, each second.
    Cost,
    /// A message each second, because something on screen counts.
    Tick,
}
