//! The journal: who did what to which thing, and how it ended, as JSON lines in one file a month.
//! An edge: knows files, users and the model; nothing of the engine's wire, the screen or the clock.
//!
//! Each line carries the hash of the one before, so that a line changed or taken away later is seen by [`verify`].
//! Secrets are never written. Calls here wait for the disk: make them where waiting is allowed.
mod chain;
mod line;
mod mask;
mod reader;
mod session;
mod store;
pub mod story;
mod tail;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chrono::{DateTime, FixedOffset, Months};
use thiserror::Error;
use ulid::Ulid;

use crate::model::{EngineInfo, Outcome, Phase, Target};
use crate::msg::Failure;

pub use chain::{Fault, Verdict, verify};
pub use reader::{Filter, Reading, read};
pub use session::Session;
pub use tail::{Tail, follow};

use line::Line;
use store::Store;

/// Why the journal cannot be written or read.
#[derive(Debug, Error)]
pub enum JournalError {
    #[error("the journal cannot {doing} {}: {source}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    /// Somebody else could have written or could read it.
    #[error("the journal refuses {}: {why}; {advice}", path.display())]
    Unsafe {
        path: PathBuf,
        why: String,
        advice: String,
    },
    #[error("the journal is busy: another process holds {} for seconds", path.display())]
    Busy { path: PathBuf },
}

/// What is about to be done, or was done.
#[derive(Debug, Clone, Default)]
pub struct Act<'a> {
    /// `container.restart`.
    pub action: &'a str,
    pub engine: Option<&'a EngineInfo>,
    pub target: Option<&'a Target>,
    /// What was asked beyond the action. Values of secret-looking names are masked.
    pub params: &'a [(String, String)],
    /// The command that a shell hand-over ran; secret-looking arguments are masked.
    pub argv: &'a [String],
    /// The state before, in words: `running, unhealthy`.
    pub before: Option<&'a str>,
    /// The docker command that does the same.
    pub command: Option<&'a str>,
}

/// How it ended.
#[derive(Debug, Clone, Default)]
pub struct End<'a> {
    pub outcome: Outcome,
    /// The state after, in words.
    pub after: Option<&'a str>,
    pub duration_ms: Option<u64>,
    pub exit_code: Option<i64>,
    pub failure: Option<&'a Failure>,
}

/// An intent that was written and waits for its result.
#[derive(Debug, Clone)]
pub struct Intent {
    /// ULID.
    pub id: String,
    action: String,
    target: Option<Target>,
}

/// An open journal. Shared by reference; any number of processes may write to one directory.
#[derive(Debug)]
pub struct Journal {
    store: Store,
    session: Session,
    state: Mutex<Counter>,
}

/// Numbers lines and keeps ids in order within this run.
#[derive(Debug, Default)]
struct Counter {
    seq: u64,
    last: Option<Ulid>,
}

impl Counter {
    fn next(&mut self, at: DateTime<FixedOffset>) -> (u64, Ulid) {
        self.seq += 1;
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        // From the system's randomness: generators that are seeded by the time give processes started together the same.
        let fresh = Ulid::from_parts(millis, Ulid::generate().random());
        let id = match self.last {
            Some(last) if last.timestamp_ms() >= millis => last.increment().unwrap_or(fresh),
            _ => fresh,
        };
        self.last = Some(id);
        (self.seq, id)
    }
}

impl Journal {
    /// Opens, and makes where needed (0700), the journal in this directory. Refuses a directory that is not ours or that
    /// others may look into.
    pub fn open(dir: &Path, session: Session) -> Result<Self, JournalError> {
        Ok(Self {
            store: Store::open(dir)?,
            session,
            state: Mutex::new(Counter::default()),
        })
    }

    /// The directory of the monthly files.
    pub fn dir(&self) -> &Path {
        self.store.dir()
    }

    /// Whether a line could be written now. Writes none.
    ///
    /// # Errors
    /// Why not: a directory or file that may not be written, a full disk, another process that holds on to it.
    pub fn check(&self) -> Result<(), JournalError> {
        self.store.check()
    }

    /// Removes the monthly files before the last `keep` months, this one included; 0 keeps all. Files of other names,
    /// and of other users, stay. Returns how many went.
    pub fn prune(&self, at: DateTime<FixedOffset>, keep: u32) -> Result<usize, JournalError> {
        let kept = keep
            .checked_sub(1)
            .and_then(|before| at.date_naive().checked_sub_months(Months::new(before)));
        match kept {
            Some(oldest) => self.store.prune(&oldest.format("%Y-%m").to_string()),
            None => Ok(0),
        }
    }

    /// Before a call that changes something. On disk when it returns.
    pub fn intent(&self, at: DateTime<FixedOffset>, act: &Act) -> Result<Intent, JournalError> {
        let id = self.write(at, Phase::Intent, true, |line| {
            line.who(&self.session).act(act);
        })?;
        Ok(Intent {
            id,
            action: act.action.to_owned(),
            target: act.target.cloned(),
        })
    }

    /// After the call. On disk when it returns.
    pub fn result(
        &self,
        at: DateTime<FixedOffset>,
        intent: &Intent,
        end: &End,
    ) -> Result<(), JournalError> {
        let act = Act {
            action: &intent.action,
            target: intent.target.as_ref(),
            ..Act::default()
        };
        self.write(at, Phase::Result, true, |line| {
            line.answers(&intent.id).act(&act).end(end);
        })?;
        Ok(())
    }

    /// An act that needs no intent: a shell that ended, a masked value that was shown.
    pub fn act(&self, at: DateTime<FixedOffset>, act: &Act, end: &End) -> Result<(), JournalError> {
        self.write(at, Phase::Result, true, |line| {
            line.who(&self.session).act(act).end(end);
        })?;
        Ok(())
    }

    /// What the user wrote, in their own words; cut at 500 characters.
    pub fn note(&self, at: DateTime<FixedOffset>, text: &str) -> Result<(), JournalError> {
        let params = [("text".to_owned(), text.to_owned())];
        let act = Act {
            action: "note",
            params: &params,
            ..Act::default()
        };
        self.write(at, Phase::Note, true, |line| {
            line.who(&self.session).act(&act);
        })?;
        Ok(())
    }

    /// The program begins to work on this engine.
    pub fn session_open(
        &self,
        at: DateTime<FixedOffset>,
        engine: Option<&EngineInfo>,
    ) -> Result<(), JournalError> {
        self.session_line(at, "session.open", engine)
    }

    /// The program ends in good order.
    pub fn session_close(&self, at: DateTime<FixedOffset>) -> Result<(), JournalError> {
        self.session_line(at, "session.close", None)
    }

    fn session_line(
        &self,
        at: DateTime<FixedOffset>,
        action: &str,
        engine: Option<&EngineInfo>,
    ) -> Result<(), JournalError> {
        let act = Act {
            action,
            engine,
            ..Act::default()
        };
        let end = End {
            outcome: Outcome::Success,
            ..End::default()
        };
        self.write(at, Phase::Session, false, |line| {
            line.who(&self.session).act(&act).end(&end).app();
        })?;
        Ok(())
    }

    fn write(
        &self,
        at: DateTime<FixedOffset>,
        phase: Phase,
        sync: bool,
        fill: impl FnOnce(&mut Line),
    ) -> Result<String, JournalError> {
        // A counter cannot be left half changed, so a poisoned lock is as good as any.
        let mut counter = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (seq, id) = counter.next(at);
        let id = id.to_string();
        let mut line = Line::new(&id, at, phase, &self.session.id, seq);
        fill(&mut line);
        self.store
            .append(&at.format("%Y-%m").to_string(), sync, |prev| {
                line.finish(prev)
            })?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests;
