//! What `update` asks of the runtime, as values: calls to make, streams that should flow.
//! Knows the model only; nothing here does anything.
mod verb;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::log_store::Excerpt;
use crate::model::browse::VolumePath;
use crate::model::compose::Project;
use crate::model::journal::Form;
use crate::model::mail::{self, RawMail};
use crate::model::route::probe::Probe;
use crate::model::stack_file::{FileOf, Source};
use crate::model::{Entry, HostId, Key, Kind, Reach, Run, Target};
use crate::text::sanitise_ident;

pub use verb::Verb;

/// A job's number in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JobId(pub u64);

/// What the new one is called while it is made, of this container only, so that what an earlier try left is never taken for
/// this one's.
pub fn beside(old: &Key, name: &str) -> String {
    format!("{name}.new-{}", old.id.get(..6).unwrap_or(&old.id))
}

/// What the old one is called while the new one has to prove itself.
pub fn aside(old: &Key, name: &str) -> String {
    format!("{name}.old-{}", old.id.get(..6).unwrap_or(&old.id))
}

/// A container with the name of one of two that change places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing<'a> {
    /// The name that both are about.
    pub name: &'a str,
    /// How the old one's id begins.
    pub old: &'a str,
    /// It is the new one.
    pub is_new: bool,
}

/// Tells [`beside`] and [`aside`] by the name.
pub fn passing(name: &str) -> Option<Passing<'_>> {
    let (name, last) = name.rsplit_once('.')?;
    let (which, old) = last.split_once('-')?;
    let is_id = old.len() == 6 && old.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let is_new = match which {
        "new" => true,
        "old" => false,
        _ => return None,
    };
    (is_id && !name.is_empty()).then_some(Passing { name, old, is_new })
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

impl Job {
    /// What it is about, as people call it: an image by the name that was asked for, which may not be there yet or be one of
    /// several, a file by its own.
    pub fn about(&self) -> String {
        match &self.verb {
            Verb::Pull { images } => images.join(", "),
            Verb::Push { image } => image.clone(),
            Verb::RemoveImage { names, .. } if !names.is_empty() => names.join(", "),
            Verb::Load { path } => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                sanitise_ident(name.as_encoded_bytes())
            }
            _ => self.target.name.clone(),
        }
    }
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
    /// The command that makes a container like this one; answers with `Msg::RunLine`.
    RunLine(Key),
    /// The last lines of a run of a container; answers with `Msg::LastWords`.
    LastWords {
        key: Key,
        run: Run,
    },
    /// Whether the registries have another image under these names than the one whose digests these are; answers with
    /// `Msg::Freshness`.
    Freshness {
        key: Key,
        names: Vec<String>,
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
    /// Look at something in a volume whose view is open; answers with `Msg::Volume`.
    Look(Key, Look),
    /// Write these bytes into a new file only the user may read; answers with `Msg::Said`.
    SaveBytes {
        path: PathBuf,
        bytes: Arc<[u8]>,
    },
    /// Write these entries of the journal into a new file only the user may read; answers with `Msg::Said`.
    ExportJournal {
        path: PathBuf,
        form: Form,
        entries: Vec<Entry>,
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
    /// Remember that these mails of a server were read.
    RememberRead {
        server: String,
        ids: Vec<String>,
    },
    SetMouse(bool),
    Quit,
}

/// What is looked at in a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// The names in a directory.
    List(VolumePath),
    /// The beginning of a file.
    Read(VolumePath),
    /// A file, written to a new one here; over one that is there only to replace it.
    Save {
        path: VolumePath,
        to: PathBuf,
        replace: bool,
    },
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
    /// A look into this volume, by a helper container that is there as long; begins with its top.
    Volume(Key),
    /// What compose makes of this stack's files and these containers of it: now, and when a file or an image changes.
    Compose(Key, Box<Project>, Vec<Key>),
    /// What this stack's files ask for, as they are written: now, and when one of them changes.
    Outline(Key, Box<Project>),
    /// The files that this stack is made from, as they are.
    Files(Key, Box<Project>),
    /// What this container was started with, and with doors: what its own API says of its routes.
    Proxy(Key, Option<Reach>),
    /// The box of this mail server, for the count in the header too.
    Mail(Box<mail::Source>),
    /// What this mail server finds itself for these words, now and when its box changes.
    MailSearch(Box<mail::Source>, String),
    /// Boxes are looked at: they are asked more often.
    MailWatched,
    /// The journal as it grows.
    Journal,
    /// What the program costs, each second.
    Cost,
    /// A message each second, because something on screen counts.
    Tick,
}
