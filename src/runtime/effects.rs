//! Starts what `update` asks for: jobs, shells, files. Each in a task of its own; answers come back as messages.
mod fetch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::browser;
use super::demo::{self, Demo};
use super::hosts::HostTasks;
use super::jobs::{self, Hands, Slots};
use super::log_stream::older;
use super::record::{Done, Recorder};
use super::recreate::Moves;
use super::sampler::Pace;
use super::save;
use super::shell::{self, ShellIo};
use super::stack_file;
use super::unfinished::Unfinished;
use crate::compose::Programs;
use crate::effect::{Effect, Fetch, Job, JobId, Verb};
use crate::engine::{self, Candidate, Engine, Keyring, Sources};
use crate::lang::Words;
use crate::model::stack_file::FileOf;
use crate::model::{EngineInfo, HostId, Key};
use crate::msg::{Failure, FailureKind, HostMsg, Msg, ShellEnd};
use crate::sim::Scenario;

/// Reads of the terminal that are kept for a shell which is not there yet, or does not read.
const TYPED_AHEAD: usize = 512;

/// What runs effects, and what it needs for that.
#[derive(Debug)]
pub struct Runner {
    pub msgs: mpsc::Sender<Msg>,
    pub host_out: mpsc::Sender<(HostId, HostMsg)>,
    pub shell_out: mpsc::Sender<Vec<u8>>,
    pub recorder: Recorder,
    pub sources: Sources,
    pub pace: Pace,
    pub detach_keys: Vec<u8>,
    /// Where chosen columns and order are remembered.
    pub memory: Option<PathBuf>,
    /// Where it is remembered which mails were read; nowhere for simulated ones.
    pub mail_read: Option<PathBuf>,
    writing: Arc<Mutex<()>>,
    /// Where compose is looked for.
    pub programs: Programs,
    /// The same outside of a demo.
    pub own: Programs,
    /// The demo that was opened from the screen.
    demo: Option<Demo>,
    /// The user's editor, as the environment names it.
    pub editor: Option<String>,
    /// Signs in at registries.
    pub keyring: Keyring,
    /// Containers that jobs put in the place of others.
    moves: Moves,
    /// What is not to be left in the middle.
    pub unfinished: Unfinished,
    /// Jobs that are to end before they are done.
    cancelled: watch::Sender<BTreeSet<JobId>>,
    shell: Option<OpenShell>,
    announced: bool,
}

#[derive(Debug)]
struct OpenShell {
    input: mpsc::Sender<Vec<u8>>,
    size: watch::Sender<(u16, u16)>,
}

impl Runner {
    pub fn new(
        msgs: mpsc::Sender<Msg>,
        host_out: mpsc::Sender<(HostId, HostMsg)>,
        shell_out: mpsc::Sender<Vec<u8>>,
        sources: Sources,
    ) -> Self {
        Self {
            msgs,
            host_out,
            shell_out,
            recorder: Recorder::default(),
            keyring: Keyring::of(&sources),
            sources,
            pace: Pace::default(),
            detach_keys: vec![0x10, 0x11],
            memory: None,
            mail_read: None,
            writing: Arc::default(),
            programs: Programs::default(),
            own: Programs::default(),
            demo: None,
            editor: None,
            moves: Moves::default(),
            unfinished: Unfinished::default(),
            cancelled: watch::channel(BTreeSet::new()).0,
            shell: None,
            announced: false,
        }
    }

    pub fn start_host(&self, id: HostId, candidates: Vec<Candidate>) -> HostTasks {
        HostTasks::start(id, candidates, self.pace, &self.host_out)
    }

    /// Opens the demo, on a machine of its own where there is a place for its files.
    fn open_demo(&mut self, scenario: Scenario) -> Vec<Candidate> {
        let made = Demo::new().and_then(|mut demo| {
            let sim = demo.add(scenario.clone())?;
            Ok((demo, sim))
        });
        match made {
            Ok((demo, sim)) => {
                self.programs = demo.programs(self.own.store.as_ref());
                self.demo = Some(demo);
                vec![demo::candidate(&sim, demo::BUILT_IN)]
            }
            Err(error) => {
                tracing::warn!(%error, "the demo's stacks have no files");
                demo::simulated(scenario)
            }
        }
    }

    /// The endpoints that an effect asks to use instead.
    pub fn candidates_for(&mut self, effect: &Effect) -> Option<Vec<Candidate>> {
        if matches!(effect, Effect::UseContext(_)) {
            self.programs = self.own.clone();
            self.demo = None;
        }
        match effect {
            Effect::OpenDemo => match Scenario::named("systeme-ticketing") {
                Ok(scenario) => Some(self.open_demo(scenario)),
                Err(error) => {
                    tracing::error!(%error, "the built-in scenario");
                    None
                }
            },
            Effect::UseContext(name) | Effect::OpenHost(_, name) => {
                let sources = Sources {
                    host: None,
                    context: Some(name.clone()),
                    ..self.sources.clone()
                };
                Some(engine::candidates(&sources))
            }
            _ => None,
        }
    }

    /// The first engine that answers is noted in the journal.
    pub fn session_opened(&mut self, info: &EngineInfo) {
        if self.announced {
            return;
        }
        self.announced = true;
        let (recorder, info) = (self.recorder.clone(), Some(info.clone()));
        tokio::spawn(async move { recorder.session(info).await });
    }

    /// Whether a session line was written, so that its end should be too.
    pub fn announced(&self) -> bool {
        self.announced
    }

    /// Starts a job.
    fn act(&self, job: Job, hosts: &BTreeMap<HostId, HostTasks>) {
        let msgs = self.msgs.clone();
        let host = hosts.get(&job.key.host);
        let client = host.and_then(HostTasks::client);
        let slots: Slots = host.map(HostTasks::slots).unwrap_or_default();
        let recorder = self.recorder.clone();
        let hands = Hands {
            told: msgs.clone(),
            cancelled: self.cancelled.subscribe(),
            programs: self.programs.clone(),
            keyring: self.keyring.clone(),
            newest: host.map(|host| host.engine.clone()),
            moves: self.moves.clone(),
            unfinished: self.unfinished.clone(),
        };
        let exchange = matches!(job.verb, Verb::Recreate { .. });
        let work = exchange.then(|| self.unfinished.begin());
        tokio::spawn(async move {
            let report = jobs::run(job, client, recorder.clone(), slots, hands).await;
            tell(&msgs, &recorder, report.journal).await;
            let _closed = msgs.send(Msg::Job(report.msg)).await;
            drop(work);
        });
    }

    /// Starts an effect that needs neither the terminal nor the loop.
    pub fn run(&self, effect: Effect, hosts: &BTreeMap<HostId, HostTasks>) {
        let msgs = self.msgs.clone();
        match effect {
            Effect::Run(job) => self.act(job, hosts),
            Effect::Cancel(id) => {
                self.cancelled.send_modify(|ids| {
                    ids.insert(id);
                });
            }
            Effect::Fetch(fetch @ (Fetch::Compose(..) | Fetch::Proposal(..))) => {
                self.compose(fetch, hosts);
            }
            Effect::Discard(file) => {
                let store = self.programs.store.clone();
                tokio::task::spawn_blocking(move || {
                    if let Some(Err(error)) = store.map(|store| store.discard(&file)) {
                        let text = say!("the edit is still there: {error}", error);
                        let _closed = msgs.blocking_send(Msg::Said { ok: false, text });
                    }
                });
            }
            Effect::Fetch(fetch @ Fetch::Letter { .. }) => self.letter(fetch, hosts),
            effect @ (Effect::SaveBytes { .. } | Effect::ExportJournal { .. }) => {
                tokio::task::spawn_blocking(move || {
                    if let Some(said) = save::file(&effect) {
                        let _closed = msgs.blocking_send(said);
                    }
                });
            }
            Effect::Fetch(fetch) => self.fetch(fetch, hosts),
            Effect::FetchOlder(page) => {
                let client = hosts.get(&page.key.host).and_then(HostTasks::client);
                tokio::spawn(async move {
                    let answer = match client {
                        Some(client) => older::read(&client, &page).await,
                        None => Err(no_answer()),
                    };
                    let _closed = msgs.send(Msg::OlderLogs(page, answer)).await;
                });
            }
            Effect::Save(what) => {
                tokio::task::spawn_blocking(move || {
                    save::run(&what, |told| {
                        let _closed = msgs.blocking_send(Msg::Saving(what.clone(), told));
                    });
                });
            }
            Effect::OpenUrl(url) => {
                tokio::spawn(browse(url, msgs));
            }
            Effect::Note(text) => {
                tokio::spawn(note(self.recorder.clone(), text, msgs));
            }
            Effect::JournalReveal { target, what } => {
                let recorder = self.recorder.clone();
                let params = vec![("what".to_owned(), what)];
                tokio::spawn(async move {
                    let done = Done {
                        action: "env.reveal",
                        target,
                        params,
                        ..Done::default()
                    };
                    let written = recorder.act(done).await;
                    tell(&msgs, &recorder, written.err()).await;
                });
            }
            Effect::Remember(pairs) => {
                if let Some(path) = self.memory.clone() {
                    tokio::task::spawn_blocking(move || {
                        if let Err(error) = crate::config::remember(&path, &pairs) {
                            tracing::warn!(%error, "what was chosen cannot be remembered");
                        }
                    });
                }
            }
            Effect::RememberRead { server, ids } => self.remember_read(server, ids),
            _ => {}
        }
    }

    fn remember_read(&self, server: String, ids: Vec<String>) {
        let Some(path) = self.mail_read.clone() else {
            return;
        };
        let writing = Arc::clone(&self.writing);
        tokio::task::spawn_blocking(move || {
            // One after the other: each reads what the one before wrote.
            let _turn = writing.lock();
            if let Err(error) = crate::config::remember_read(&path, &server, &ids) {
                tracing::warn!(%error, "which mails were read cannot be remembered");
            }
        });
    }

    /// Starts a shell or attach that is to have the terminal.
    pub fn open_shell(
        &mut self,
        effect: Effect,
        hosts: &BTreeMap<HostId, HostTasks>,
        size: (u16, u16),
    ) {
        let (key, target, request) = match effect {
            Effect::Shell {
                key,
                target,
                request,
            } => (key, target, Some(request)),
            Effect::Attach { key, target } => (key, target, None),
            _ => return,
        };
        let io = self.hand_over(size);
        let client = hosts.get(&key.host).and_then(HostTasks::client);
        let (msgs, recorder) = (self.msgs.clone(), self.recorder.clone());
        tokio::spawn(async move {
            let begun = Instant::now();
            let info = client.as_ref().map(|c| c.info().clone());
            let asked = request.as_ref().map(|r| r.command.clone());
            let action = if request.is_some() {
                "container.exec"
            } else {
                "container.attach"
            };
            let end = Box::pin(hold(client, key.clone(), request, io)).await;
            let (argv, exit_code, failure) = match &end {
                ShellEnd::Exited { code, command } => (command.clone(), Some(*code), None),
                ShellEnd::Detached => (Vec::new(), None, None),
                ShellEnd::Failed(failure) => (Vec::new(), None, Some(failure.clone())),
                ShellEnd::NoShell { .. } => (
                    Vec::new(),
                    None,
                    Some(Failure {
                        kind: FailureKind::NoShell,
                        what: Words::ours(|| say!("no shell in the image")),
                        ..Failure::default()
                    }),
                ),
            };
            // The shell that was found, else what was asked for.
            let argv = match asked {
                Some(asked) if argv.is_empty() => asked,
                _ => argv,
            };
            let took_ms = u64::try_from(begun.elapsed().as_millis()).ok();
            let _closed = msgs.send(Msg::Shell(key, end)).await;
            let done = Done {
                action,
                engine: info,
                target,
                argv,
                took_ms,
                exit_code,
                failure,
                ..Done::default()
            };
            let written = recorder.act(done).await;
            tell(&msgs, &recorder, written.err()).await;
        });
    }

    /// The terminal's side for what is to have it, and who gets its keys from now on.
    fn hand_over(&mut self, size: (u16, u16)) -> ShellIo {
        let (input, input_out) = mpsc::channel(TYPED_AHEAD);
        let (size_in, size_out) = watch::channel(size);
        self.shell = Some(OpenShell {
            input,
            size: size_in,
        });
        ShellIo {
            input: input_out,
            output: self.shell_out.clone(),
            size: size_out,
            detach_keys: self.detach_keys.clone(),
            linger: true,
        }
    }

    /// Starts the user's editor, which is to have the terminal.
    pub fn open_editor(&mut self, key: Key, file: Box<FileOf>, size: (u16, u16)) {
        let io = self.hand_over(size);
        let (store, editor) = (self.programs.store.clone(), self.editor.clone());
        let msgs = self.msgs.clone();
        tokio::spawn(async move {
            let ended = stack_file::edit((*file).clone(), store, editor, io).await;
            let _closed = msgs.send(Msg::Edited(key, file, ended)).await;
        });
    }

    /// Keys for the shell that has the terminal.
    pub fn to_shell(&self, bytes: Vec<u8>) {
        if let Some(shell) = &self.shell
            && shell.input.try_send(bytes).is_err()
        {
            tracing::warn!("the shell does not take its input");
        }
    }

    pub fn resize_shell(&self, size: (u16, u16)) {
        if let Some(shell) = &self.shell {
            shell.size.send_replace(size);
        }
    }

    pub fn shell_ended(&mut self) {
        self.shell = None;
    }
}

/// Writes a note and tells whether it stands there.
async fn note(recorder: Recorder, text: String, msgs: mpsc::Sender<Msg>) {
    let written = recorder.note(text).await;
    let _closed = msgs.send(Msg::Journalled(written)).await;
}

/// Opens an address and says so.
async fn browse(url: String, msgs: mpsc::Sender<Msg>) {
    let (ok, text) = match browser::open(&url).await {
        Ok(()) => (true, say!("opened {url}", url)),
        Err(why) => (false, format!("{url}: {why}")),
    };
    let _closed = msgs.send(Msg::Said { ok, text }).await;
}

/// Tells whether an act got into the journal. Without one nothing was tried, and nothing has changed.
async fn tell(msgs: &mpsc::Sender<Msg>, recorder: &Recorder, failure: Option<String>) {
    if recorder.dir().is_some() || failure.is_some() {
        let written = failure.map_or(Ok(()), Err);
        let _closed = msgs.send(Msg::Journalled(written)).await;
    }
}

/// The link is down.
fn no_answer() -> Failure {
    Failure {
        kind: FailureKind::Unreachable,
        what: Words::ours(|| say!("the engine does not answer")),
        ..Failure::default()
    }
}

async fn hold(
    client: Option<Engine>,
    key: Key,
    request: Option<crate::effect::ShellRequest>,
    io: ShellIo,
) -> ShellEnd {
    let Some(client) = client else {
        return ShellEnd::Failed(no_answer());
    };
    match request {
        Some(request) => shell::run(client, key, request, io).await,
        None => shell::attach(client, key, io).await,
    }
}

#[cfg(test)]
mod tests;
