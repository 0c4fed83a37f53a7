//! Everything that may change state, as messages. Knows the model, effects' ids and input values.
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::effect::{JobId, LogPage, LogQuery, Save};
use crate::keys::{Chord, Mouse};
use crate::lang::Words;
use crate::model::browse::{Directory, FileText, VolumePath};
use crate::model::compose::Checked;
use crate::model::cost::Cost;
use crate::model::mail::{Found, Letter, Server};
use crate::model::route::Seen;
use crate::model::route::probe::Answer;
use crate::model::run_line::RunLine;
use crate::model::space::Space;
use crate::model::stack_file::{Edited, FileOf, Proposal, StackFile};
use crate::model::{
    About, Container, Details, EngineEvent, EngineInfo, Entry, Freshness, HostId, Key, Kind, Link,
    LogRecord, Mail, Outline, Processes, Resources, Sample, TransferLine, Unread,
};

/// A message with the time it was received; state knows no other clock.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub at: DateTime<Utc>,
    pub msg: Msg,
}

/// What went wrong with a call, for a person: sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    pub kind: FailureKind,
    /// What failed and the engine's own words. The journal keeps it, too.
    pub what: Words,
    /// The way out, when one is known, in the language of the screen.
    pub advice: String,
    /// The HTTP status, when the engine answered.
    pub status: Option<u16>,
    /// What a container said itself, in lines. There may be secrets in it: it is shown, and never written to the journal.
    pub said: String,
}

/// The sort of a failure, as far as behaviour depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailureKind {
    NotFound,
    Conflict,
    Denied,
    TimedOut,
    Unreachable,
    /// The engine lacks this or the driver cannot.
    Unsupported,
    NoShell,
    #[default]
    Other,
}

/// From a host's link.
#[derive(Debug, Clone)]
pub enum HostMsg {
    Link(Link),
    /// All that the engine says of itself; the link came up with what its ping tells.
    Info(Box<EngineInfo>),
    /// The whole inventory, replacing what was.
    Snapshot(Vec<Container>),
    /// Rows that changed and ids that are gone.
    Delta {
        changed: Vec<Container>,
        gone: Vec<Key>,
    },
    /// In order, coalesced into batches.
    Events(Vec<EngineEvent>),
    Samples(Vec<(Key, Sample)>),
    /// The container does not run: its figures are gone.
    NoSample(Vec<Key>),
}

/// From one log stream.
#[derive(Debug, Clone)]
pub enum LogMsg {
    Lines(Vec<LogRecord>),
    /// The past is complete; what follows is live.
    CaughtUp,
    /// The stream ended with the container's run.
    Ended,
    /// The stream cannot be read; it is not tried again.
    Failed(Failure),
}

/// A page of older log lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OlderLogs {
    /// Oldest first.
    pub records: Vec<LogRecord>,
    /// Nothing older exists.
    pub beginning: bool,
}

/// From a saving of lines.
#[derive(Debug, Clone)]
pub enum SaveMsg {
    /// So many lines are written of all.
    Progress { done: usize, all: usize },
    /// Lines and bytes written.
    Done { lines: usize, bytes: u64 },
    /// A file is there already, and nothing was written.
    Exists,
    /// Why not, in words; nothing is left behind.
    Failed(String),
}

/// From a look into a volume.
#[derive(Debug, Clone)]
pub enum VolumeMsg {
    /// A helper of this image is there.
    Opened(String),
    Directory(VolumePath, Result<Directory, Failure>),
    File(VolumePath, Result<FileText, Failure>),
    /// The file was not saved: one of this name is there.
    Exists(VolumePath, PathBuf),
    /// Bytes that were written to it.
    Saved(PathBuf, u64),
    /// Why not, in words; nothing is left behind.
    Unsaved(PathBuf, String),
}

/// From a mail server.
#[derive(Debug, Clone)]
pub enum MailMsg {
    /// It answers: as what, how it is reached, where it takes mail.
    Up {
        server: Server,
        way: String,
        smtp: u16,
        /// It can be asked for mails with some words in them.
        searches: bool,
    },
    /// All that it holds, and the newest of it.
    Listed { total: usize, mails: Vec<Mail> },
    /// What it finds itself for these words.
    Found(String, Result<Found, Failure>),
    /// It is tried again.
    Down(Failure),
}

/// How a shell hand-over ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellEnd {
    Exited {
        code: i64,
        command: Vec<String>,
    },
    Detached,
    Failed(Failure),
    /// None of the shells is in the image; local images that have one, as a way out.
    NoShell {
        helpers: Vec<String>,
    },
}

/// From a job.
#[derive(Debug, Clone)]
pub enum JobMsg {
    /// Looked at just before the call: seconds the engine will wait before it kills.
    Started { id: JobId, stop_timeout: u32 },
    /// What it does now, in words; `also`: the container that is to take the place of the one it is about.
    Step {
        id: JobId,
        words: String,
        also: Option<Key>,
    },
    /// More lines of what it tells, made safe.
    Output { id: JobId, lines: Vec<String> },
    /// What an engine told of an image on its way, in order.
    Transfer { id: JobId, lines: Vec<TransferLine> },
    Done {
        id: JobId,
        took_ms: u64,
        already: bool,
        /// The thing in whose place it is now.
        became: Option<Key>,
    },
    Failed {
        id: JobId,
        took_ms: u64,
        failure: Failure,
    },
}

/// What may change state.
#[derive(Debug, Clone)]
pub enum Msg {
    Key(Chord),
    Paste(String),
    Mouse(Mouse),
    Resize {
        width: u16,
        height: u16,
    },
    Focus(bool),
    Host(HostId, HostMsg),
    Logs(LogQuery, LogMsg),
    OlderLogs(LogPage, Result<OlderLogs, Failure>),
    Saving(Save, SaveMsg),
    /// Nothing else waits: time to look at log lines that a filter or a search has not looked at yet.
    Idle,
    Details(Key, Result<Box<Details>, Failure>),
    About(Key, Result<Box<About>, Failure>),
    Processes(Key, Result<Processes, Failure>),
    /// The command that makes a container like this one.
    RunLine(Key, Result<Box<RunLine>, Failure>),
    /// The last lines, made safe, of a container's run that ended then, or why they cannot be had.
    LastWords(Key, DateTime<Utc>, Result<Vec<String>, Failure>),
    /// Whether the registry has a newer image, or why that cannot be told.
    Freshness(Key, Vec<(String, Result<Freshness, Failure>)>),
    /// Where the room on a host's disk went.
    Space(HostId, Result<Box<Space>, Failure>),
    /// What compose makes of a stack's files.
    Compose(Key, Result<Box<Checked>, Failure>),
    /// What a stack's files ask for, as they are written.
    Outline(Key, Result<Outline, Unread>),
    /// The files a stack is made from; where its engine is, if that is elsewhere.
    Files(Key, Vec<StackFile>, Option<String>),
    /// The editor was left.
    Edited(Key, Box<FileOf>, Result<Edited, Failure>),
    /// What another text for one of a stack's files would do.
    Proposal(Key, Result<Box<Proposal>, Failure>),
    /// What a container was started with, as routes depend on it.
    Proxy(Key, Result<Box<Seen>, Failure>),
    /// A route was looked at; an error is in words.
    RouteChecked(Key, Result<Answer, String>),
    /// All of one kind on a host.
    Resources(HostId, Kind, Result<Resources, Failure>),
    /// Of the mail server in this container.
    Mail(Key, MailMsg),
    /// A captured mail, taken apart.
    Letter(Key, Result<Box<Letter>, Failure>),
    /// Inspected containers that share a network with this mail server.
    MailSenders(Key, Result<Vec<Details>, Failure>),
    /// Of a look into this volume.
    Volume(Key, VolumeMsg),
    Job(JobMsg),
    Shell(Key, ShellEnd),
    /// New entries of the journal, oldest first.
    Journal(Vec<Entry>),
    /// The journal cannot be written or read.
    JournalFailed(String),
    /// An act was written into the journal, or why it could not be.
    Journalled(Result<(), String>),
    /// What the program costs now.
    Cost(Box<Cost>),
    /// Something was copied, saved, or refused: for a toast.
    Said {
        ok: bool,
        text: String,
    },
    Tick,
}
