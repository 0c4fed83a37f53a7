//! Runs one verb: looks at the container as it is now, journals, calls, journals, answers.
mod slots;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures::{Stream, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

pub use slots::{AT_ONCE, Slots};

use super::archive;
use super::clock;
use super::record::{Recorder, command_of};
use super::recreate::others::{left_behind, see_to};
use super::recreate::{self, Moves, Steps};
use super::unfinished::Unfinished;
use crate::compose::Programs;
use crate::effect::{Job, JobId, Verb};
use crate::engine::{Engine, Error, Keyring, Moved};
use crate::lang::Words;
use crate::model::compose::{Act, Call};
use crate::model::space::Prune;
use crate::model::{Details, Key, Kind, RunState, TransferLine};
use crate::msg::{Failure, FailureKind, JobMsg, Msg};
use crate::text;

/// Time beyond the container's own stop timeout that a call may take.
const MARGIN: Duration = Duration::from_secs(30);
/// Lines of a transfer that are told at once, as far as they are there.
const LINES: usize = 64;

/// How a job went, for those who are not on the screen.
#[derive(Debug, Clone)]
pub struct Report {
    pub msg: JobMsg,
    /// The journal could not be written: why.
    pub journal: Option<String>,
}

fn words(details: &Details) -> String {
    let state = details.state.word();
    match details.health.as_ref().and_then(|h| h.status) {
        _ if !details.state.is_live() && details.exit_code != 0 => {
            format!("{state}, exit {}", details.exit_code)
        }
        Some(health) => format!("{state}, {}", health.word()),
        None => state.to_owned(),
    }
}

/// How long the call may take: the wait before the kill, and then some.
fn limit(verb: &Verb, stop_timeout: u32) -> Duration {
    let wait = match verb {
        Verb::Stop { timeout } | Verb::Restart { timeout } => timeout.unwrap_or(stop_timeout),
        _ => stop_timeout,
    };
    Duration::from_secs(u64::from(wait)) + MARGIN
}

fn unreachable() -> Failure {
    Failure {
        kind: FailureKind::Unreachable,
        what: Words::ours(|| say!("the engine does not answer; nothing was sent")),
        ..Failure::default()
    }
}

fn held_back(why: &str) -> Failure {
    Failure {
        kind: FailureKind::Conflict,
        what: Words::ours(|| {
            say!(
                "nothing was sent, as it could not be journalled: {why}",
                why
            )
        }),
        advice: say!("mend the journal, or set journal.required = false").to_owned(),
        ..Failure::default()
    }
}

/// The container as it is now; nothing for what is no container.
async fn look(engine: &Engine, key: &Key) -> Result<Option<Details>, Error> {
    if key.kind != Kind::Container {
        return Ok(None);
    }
    engine.details(key, clock::now()).await.map(Some)
}

/// How a verb ended well.
#[derive(Debug, Clone, Default)]
struct Done {
    /// There was nothing to do: it was so already.
    already: bool,
    /// The thing in whose place it is now.
    became: Option<Key>,
    /// What else is to be said: whether that is well, and what it is.
    note: Option<(bool, String)>,
}

/// What a job may need beside the engine.
#[derive(Debug, Clone)]
pub struct Hands {
    /// For what is told while it runs.
    pub told: mpsc::Sender<Msg>,
    /// Jobs that are to end before they are done.
    pub cancelled: watch::Receiver<BTreeSet<JobId>>,
    pub programs: Programs,
    /// Signs in at registries.
    pub keyring: Keyring,
    /// The host's client as it is now: the one that a job began with may be dead.
    pub newest: Option<watch::Receiver<Option<Engine>>>,
    pub moves: Moves,
    /// Whether the program is about to end: what has touched nothing is given up then.
    pub unfinished: Unfinished,
}

/// Nobody listens, nothing is cancelled.
impl Default for Hands {
    fn default() -> Self {
        Self {
            told: mpsc::channel(1).0,
            cancelled: watch::channel(BTreeSet::new()).1,
            programs: Programs::default(),
            keyring: Keyring::default(),
            newest: None,
            moves: Moves::default(),
            unfinished: Unfinished::default(),
        }
    }
}

impl Hands {
    /// Over when the job is to end.
    async fn cancelled(&self, id: JobId) {
        let mut cancelled = self.cancelled.clone();
        if cancelled.wait_for(|ids| ids.contains(&id)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Where the steps of this job are told.
    fn steps(&self, id: JobId) -> Steps {
        let told = self.told.clone();
        Steps { id, told }
    }

    /// More lines of what a job tells.
    async fn tell(&self, id: JobId, lines: Vec<String>) {
        let msg = Msg::Job(JobMsg::Output { id, lines });
        let _closed = self.told.send(msg).await;
    }

    /// Has compose do it, telling its lines.
    async fn compose(&self, id: JobId, call: &Call, engine: &Engine) -> Result<Done, Failure> {
        let none = Vec::new();
        let played = self.programs.played.is_some().then_some(&none);
        let Some(environment) = engine.environment().or(played) else {
            return Err(Failure {
                kind: FailureKind::Unsupported,
                what: Words::ours(|| say!("compose cannot reach the simulated engine")),
                ..Failure::default()
            });
        };
        self.programs.holds(call, engine.environment()).await?;
        if let Some(write) = &call.write {
            self.programs.write(write, clock::now()).await?;
            let lines = vec![say!("written: {path}", path = write.file.path)];
            let msg = Msg::Job(JobMsg::Output { id, lines });
            let _closed = self.told.send(msg).await;
        }
        if call.act == Act::Save {
            return Ok(Done::default());
        }
        let (output, mut lines) = mpsc::channel(8);
        let telling = async {
            while let Some(lines) = lines.recv().await {
                self.tell(id, lines).await;
            }
        };
        let cancelled = self.cancelled(id);
        let running = self.programs.run(call, environment, output, cancelled);
        let (done, ()) = tokio::join!(running, telling);
        done.map(|()| Done::default())
            .map_err(|failure| match &call.write {
                Some(_) => Failure {
                    advice: say!(
                        "{advice}; the file is written, its earlier versions bring it back",
                        advice = failure.advice
                    ),
                    ..failure
                },
                None => failure,
            })
    }

    /// Has the engine remove what nothing uses, and tells what that was. A call to an engine cannot be taken back: on a
    /// cancel it is no longer waited for.
    async fn prune(&self, id: JobId, what: Prune, engine: &Engine) -> Result<Done, Failure> {
        let pruned = tokio::select! {
            pruned = engine.prune(what) => pruned.map_err(|error| error.failure())?,
            () = self.cancelled(id) => {
                return Err(Failure {
                    what: Words::ours(|| {
                        say!("no longer waited for: the engine may go on with it")
                    }),
                    ..Failure::default()
                });
            }
        };
        let already = pruned.names.is_empty();
        let mut lines = pruned.names;
        lines.push(say!("given back: {size}", size = text::bytes(pruned.bytes)));
        self.tell(id, lines).await;
        Ok(Done {
            already,
            ..Done::default()
        })
    }

    /// Tells what becomes of each layer while the engine fetches or sends an image. On a cancel the engine ends it; layers
    /// that are there stay.
    async fn transfer(
        &self,
        id: JobId,
        lines: impl Stream<Item = Result<TransferLine, Error>> + Unpin,
    ) -> Result<Done, Failure> {
        let mut batches = lines.ready_chunks(LINES);
        loop {
            let batch = tokio::select! {
                batch = batches.next() => batch,
                () = self.cancelled(id) => {
                    return Err(Failure {
                        what: Words::ours(|| say!("ended: layers that are there stay")),
                        ..Failure::default()
                    });
                }
            };
            let Some(batch) = batch else {
                return Ok(Done::default());
            };
            let (mut lines, mut failure) = (Vec::new(), None);
            for line in batch {
                match line {
                    Ok(line) => lines.push(line),
                    Err(error) => failure = Some(error.failure()),
                }
            }
            let msg = Msg::Job(JobMsg::Transfer { id, lines });
            let _closed = self.told.send(msg).await;
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
    }

    /// Fetches one image after the other, until one cannot be had.
    async fn pull(&self, id: JobId, images: &[String], engine: &Engine) -> Result<Done, Failure> {
        for image in images {
            let pulled = self.transfer(id, engine.pull(image, &self.keyring)).await;
            pulled.map_err(|failure| match images {
                [_] => failure,
                _ => Failure {
                    what: failure.what.map(|why| format!("{image}: {why}")),
                    ..failure
                },
            })?;
        }
        Ok(Done::default())
    }

    /// Has the engine write images into a file of this machine; a cancel leaves nothing of it.
    async fn save(
        &self,
        id: JobId,
        images: &[String],
        file: (&Path, bool),
        engine: &Engine,
    ) -> Result<Done, Failure> {
        let steps = self.steps(id);
        let bytes = archive::save(engine, images, file, &steps, self.cancelled(id)).await?;
        let path = text::sanitise_ident(file.0.display().to_string().as_bytes());
        let line = say!("{size} in {path}", size = text::bytes(bytes), path);
        self.tell(id, vec![line]).await;
        Ok(Done::default())
    }

    async fn perform(&self, job: &Job, engine: &Engine, limit: Duration) -> Result<Done, Failure> {
        match &job.verb {
            Verb::Compose(call) => self.compose(job.id, call, engine).await,
            Verb::Pull { images } => self.pull(job.id, images, engine).await,
            Verb::Push { image } => {
                self.transfer(job.id, engine.push(image, &self.keyring))
                    .await
            }
            Verb::Save {
                images,
                path,
                replace,
            } => self.save(job.id, images, (path, *replace), engine).await,
            Verb::Load { path } => {
                let (size, archive) = archive::read(path, self.steps(job.id)).await?;
                self.transfer(job.id, engine.load(archive, size)).await
            }
            Verb::Prune(what) => self.prune(job.id, *what, engine).await,
            Verb::Mail(call) => {
                super::mail::act(engine, call).await?;
                Ok(Done::default())
            }
            Verb::Recreate { pull, others } => {
                let steps = self.steps(job.id);
                let line = recreate::Line {
                    engine: engine.clone(),
                    newest: self.newest.clone(),
                    keyring: self.keyring.clone(),
                    moves: self.moves.clone(),
                    unfinished: self.unfinished.clone(),
                };
                let borrowers = engine.borrowers(&job.key, &job.target.name).await;
                let made = recreate::run(line.clone(), &job.key, *pull, limit, &steps).await;
                let made = match made {
                    Ok(made) => made,
                    Err(failure) => {
                        return Err(left_behind(&line, &job.key, &borrowers, failure).await);
                    }
                };
                let moved = Moved {
                    old: job.key.clone(),
                    name: job.target.name.clone(),
                    new: made.clone(),
                };
                let seen = see_to(&line, &moved, &borrowers, *others, limit, &steps);
                Ok(Done {
                    already: false,
                    became: Some(made),
                    note: seen.await,
                })
            }
            verb => {
                let done = engine.perform(&job.key, verb, limit).await;
                let done = done.map_err(|error| error.failure())?;
                Ok(Done {
                    already: done.already,
                    ..Done::default()
                })
            }
        }
    }
}

/// What the thing is after it, in words, and what else is to be said of how it went.
async fn afterwards(
    job: &Job,
    engine: &Engine,
    outcome: &Result<Done, Failure>,
    hands: &Hands,
) -> Option<String> {
    let done = outcome.as_ref().ok();
    let after = match (&job.verb, done) {
        (Verb::Remove { .. }, Some(_)) => None,
        (_, done) => {
            let became = done.and_then(|done| done.became.as_ref());
            let now = look(engine, became.unwrap_or(&job.key)).await;
            now.ok().flatten().as_ref().map(words)
        }
    };
    let Some((ok, words)) = done.and_then(|done| done.note.clone()) else {
        return after;
    };
    let text = format!("{}: {words}", job.target.name);
    let _closed = hands.told.send(Msg::Said { ok, text }).await;
    // Parted as the journal parts what a thing is from what else is said of it.
    let after = after.unwrap_or_else(|| RunState::Unknown.word().to_owned());
    Some(format!("{after}, {words}"))
}

/// Runs the job. The container's real stop timeout is told before the call.
pub async fn run(
    job: Job,
    engine: Option<Engine>,
    recorder: Recorder,
    slots: Slots,
    hands: Hands,
) -> Report {
    let id = job.id;
    let begun = Instant::now();
    let took = |begun: Instant| u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let failed = |failure: Failure, journal| Report {
        msg: JobMsg::Failed {
            id,
            took_ms: took(begun),
            failure,
        },
        journal,
    };
    let Some(engine) = engine else {
        return failed(unreachable(), None);
    };
    let _slot = slots.leave(&job.verb).await;
    if matches!(job.verb, Verb::Recreate { .. }) && hands.unfinished.is_left() {
        return failed(recreate::not_begun(), None);
    }
    let now = match look(&engine, &job.key).await {
        Ok(details) => details,
        Err(error) if error.kind() == FailureKind::NotFound => {
            return failed(error.failure(), None);
        }
        // A container that cannot be looked at can still be acted on.
        Err(_) => None,
    };
    let stop_timeout = now.as_ref().map_or(job.stop_timeout, |d| d.stop_timeout);
    let started = Msg::Job(JobMsg::Started { id, stop_timeout });
    let _closed = hands.told.send(started).await;
    let before = now.as_ref().map_or_else(|| job.before.clone(), words);
    let mut journal = None;
    let command = command_of(&job, &engine).await;
    let intent = match recorder.intent(&job, command, &before, engine.info()).await {
        Ok(intent) => intent,
        Err(why) if recorder.required => return failed(held_back(&why), Some(why)),
        Err(why) => {
            journal = Some(why);
            None
        }
    };
    let called = Instant::now();
    let limit = limit(&job.verb, stop_timeout);
    let outcome = hands.perform(&job, &engine, limit).await;
    let took_ms = took(called);
    let after = afterwards(&job, &engine, &outcome, &hands).await;
    if let Some(intent) = intent
        && let Err(why) = recorder
            .result(intent, took_ms, after, outcome.clone().err())
            .await
    {
        journal = Some(why);
    }
    let msg = match outcome {
        Ok(done) => JobMsg::Done {
            id,
            took_ms,
            already: done.already,
            became: done.became,
        },
        Err(failure) => JobMsg::Failed {
            id,
            took_ms,
            failure,
        },
    };
    Report { msg, journal }
}
