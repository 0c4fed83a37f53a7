//! The one place where acts become journal lines: before the call and after it, off the loop's thread.
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Local};

use super::clock;
use crate::effect::{Job, Verb};
use crate::engine::Engine;
use crate::journal::{Act, End, Intent, Journal, JournalError, Session};
use crate::model::{EngineInfo, Outcome, Target};
use crate::msg::Failure;

/// The present with this machine's offset, for the journal.
pub fn local_now() -> DateTime<FixedOffset> {
    clock::now().with_timezone(&Local).fixed_offset()
}

/// The command that does the same, for the journal. What makes a container is not known before the engine has told.
pub async fn command_of(job: &Job, engine: &Engine) -> String {
    let name = &job.target.name;
    let Verb::Recreate { pull, .. } = &job.verb else {
        return job.verb.command(name);
    };
    let image = job.target.image.as_deref().filter(|_| *pull);
    let line = engine.run_line(&job.key).await;
    line.map_or_else(|_| String::new(), |line| line.in_place_of(name, image))
}

/// Writes what is done. Without a journal (it could not be opened) acts go on and the user has been told.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    journal: Option<Arc<Journal>>,
    /// What cannot be journalled is not done.
    pub required: bool,
}

impl Recorder {
    /// Opens the journal of this run.
    ///
    /// # Errors
    /// The directory cannot be made or is not ours alone.
    pub fn open(dir: &Path, env: impl Fn(&str) -> Option<String>) -> Result<Self, JournalError> {
        let journal = Journal::open(dir, Session::from_process(env))?;
        Ok(Self {
            journal: Some(Arc::new(journal)),
            required: false,
        })
    }

    /// Removes the months that are older than the settings want; what fails is noted and tried again next time.
    pub fn prune(&self, keep_months: u32) {
        let Some(journal) = &self.journal else {
            return;
        };
        match journal.prune(local_now(), keep_months) {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "old months of the journal were removed"),
            Err(error) => tracing::warn!(%error, "old months of the journal stay"),
        }
    }

    /// Whether a line could be written now.
    ///
    /// # Errors
    /// Why not, for a person.
    pub fn check(&self) -> Result<(), String> {
        let checked = self.journal.as_deref().map_or(Ok(()), Journal::check);
        checked.map_err(|error| error.to_string())
    }

    /// The directory it writes to.
    pub fn dir(&self) -> Option<&Path> {
        self.journal.as_deref().map(Journal::dir)
    }

    async fn write<T: Send + 'static>(
        &self,
        line: impl FnOnce(&Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<Option<T>, String> {
        let Some(journal) = self.journal.clone() else {
            return Ok(None);
        };
        match tokio::task::spawn_blocking(move || line(&journal)).await {
            Ok(Ok(done)) => Ok(Some(done)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Before a verb.
    ///
    /// # Errors
    /// Why it could not be written, for a person; also where there is no journal but one is [`required`](Self::required).
    pub async fn intent(
        &self,
        job: &Job,
        command: String,
        before: &str,
        engine: &EngineInfo,
    ) -> Result<Option<Intent>, String> {
        let (job, before, engine, at) =
            (job.clone(), before.to_owned(), engine.clone(), local_now());
        if self.required && self.journal.is_none() {
            return Err("there is none".to_owned());
        }
        self.write(move |journal| {
            let params = job.verb.params();
            let act = Act {
                action: job.verb.action(),
                engine: Some(&engine),
                target: Some(&job.target),
                params: &params,
                argv: &[],
                before: Some(&before),
                command: Some(&command),
            };
            journal.intent(at, &act)
        })
        .await
    }

    /// After it.
    ///
    /// # Errors
    /// Why it could not be written.
    pub async fn result(
        &self,
        intent: Intent,
        took_ms: u64,
        after: Option<String>,
        failure: Option<Failure>,
    ) -> Result<(), String> {
        let at = local_now();
        self.write(move |journal| {
            let end = End {
                outcome: if failure.is_some() {
                    Outcome::Failure
                } else {
                    Outcome::Success
                },
                after: after.as_deref(),
                duration_ms: Some(took_ms),
                exit_code: None,
                failure: failure.as_ref(),
            };
            journal.result(at, &intent, &end)
        })
        .await
        .map(|_| ())
    }

    /// An act with nothing to announce before: a shell that ended, a secret that was shown.
    ///
    /// # Errors
    /// Why it could not be written.
    pub async fn act(&self, done: Done) -> Result<(), String> {
        let at = local_now();
        self.write(move |journal| {
            let act = Act {
                action: done.action,
                engine: done.engine.as_ref(),
                target: Some(&done.target),
                params: &done.params,
                argv: &done.argv,
                before: None,
                command: None,
            };
            let end = End {
                outcome: if done.failure.is_some() {
                    Outcome::Failure
                } else {
                    Outcome::Success
                },
                after: None,
                duration_ms: done.took_ms,
                exit_code: done.exit_code,
                failure: done.failure.as_ref(),
            };
            journal.act(at, &act, &end)
        })
        .await
        .map(|_| ())
    }

    /// What the user noted.
    ///
    /// # Errors
    /// Why it could not be written; also where there is no journal, for a note would be lost.
    pub async fn note(&self, text: String) -> Result<(), String> {
        let at = local_now();
        let written = self.write(move |journal| journal.note(at, &text)).await?;
        written.ok_or_else(|| "there is no journal in this run".to_owned())
    }

    /// The program begins to work on an engine, or (`None`) ends.
    pub async fn session(&self, engine: Option<EngineInfo>) {
        let at = local_now();
        let written = self
            .write(move |journal| match &engine {
                Some(engine) => journal.session_open(at, Some(engine)),
                None => journal.session_close(at),
            })
            .await;
        if let Err(why) = written {
            tracing::warn!(why, "the journal's session line");
        }
    }
}

/// An act that is over.
#[derive(Debug, Clone, Default)]
pub struct Done {
    pub action: &'static str,
    pub engine: Option<EngineInfo>,
    pub target: Target,
    pub params: Vec<(String, String)>,
    pub argv: Vec<String>,
    pub took_ms: Option<u64>,
    pub exit_code: Option<i64>,
    pub failure: Option<Failure>,
}
