//! What every command stands on: the environment, the settings with the flags over them, the way to an engine.
use std::path::PathBuf;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::oneshot;

use super::args::Global;
use super::out::{Quit, complain};
use super::sim::demo;
use crate::config::{Environment, Known, KnownAction, load, recall};
use crate::engine::opening::check;
use crate::engine::{Asked, Opening, Sources, openings};
use crate::runtime::diagnostics;
use crate::runtime::reactor;
use crate::runtime::record::Recorder;
use crate::settings::{Paths, Settings};
use crate::{actions, columns};

/// Settings and flags, read once.
#[derive(Debug)]
pub(super) struct Context {
    pub env: Environment,
    pub settings: Settings,
    pub paths: Option<Paths>,
    pub flags: Global,
}

impl Context {
    /// Reads the settings; every mistake in them is told and ends the program.
    pub(super) fn load(flags: Global) -> Result<Self, Quit> {
        let env = Environment::from_process();
        let paths = env.paths();
        let known = known(paths.as_ref());
        let mut settings = load(flags.config.as_deref(), &env, &known)
            .map_err(|errors| Quit::usage(errors.to_string()))?;
        if let Some(paths) = &paths {
            settings.recall(&recall(&paths.state));
        }
        settings.read_only |= flags.read_only;
        settings.ascii |= flags.ascii;
        settings.mouse &= !flags.no_mouse;
        let context = Self {
            env,
            settings,
            paths,
            flags,
        };
        context.record_diagnostics()?;
        Ok(context)
    }

    /// Our own diagnostics go beside what is remembered, when they are asked for.
    fn record_diagnostics(&self) -> Result<(), Quit> {
        let state = self.paths.as_ref().and_then(|paths| paths.state.parent());
        if let Some(dir) = state {
            diagnostics::start(self.flags.log.as_deref(), self.env.get("STACKTUI_LOG"), dir)
                .map_err(|error| Quit::usage(error.to_string()))?;
        }
        Ok(())
    }

    /// The hosts to open, in order; never empty.
    pub(super) fn openings(&self) -> Result<Vec<Opening>, Quit> {
        if let Some(name) = &self.flags.demo {
            return demo(name, None);
        }
        let asked = Asked {
            hosts: self.flags.host.clone(),
            contexts: self.flags.context.clone(),
            settings: self.settings.hosts.clone(),
        };
        Ok(openings(&Sources::from_env(None, None), &asked))
    }

    /// Where the journal is; `None` without a home.
    pub(super) fn journal_dir(&self) -> Option<PathBuf> {
        let own = self.paths.as_ref().map(|paths| paths.journal.clone());
        self.settings.journal_path.clone().or(own)
    }

    /// Writes acts into the journal, or a word about why it cannot: an emergency is no time to refuse for a full disk.
    /// Unless the settings require a journal: then nothing is done without one.
    pub(super) fn recorder(&self) -> Recorder {
        let mut recorder = self.open_recorder().unwrap_or_else(|why| {
            complain(&say!("not journalled: {why}", why));
            Recorder::default()
        });
        recorder.prune(self.settings.journal_keep_months);
        recorder.required = self.settings.journal_required && self.flags.demo.is_none();
        recorder
    }

    /// The same; the error is for a person. The simulated engine's acts are not journalled.
    pub(super) fn open_recorder(&self) -> Result<Recorder, String> {
        if self.flags.demo.is_some() {
            return Ok(Recorder::default());
        }
        let dir = self.journal_dir().ok_or(say!(
            "there is no home directory for the journal: set journal.path"
        ))?;
        Recorder::open(&dir, |name| self.env.get(name).map(str::to_owned))
            .map_err(|error| error.to_string())
    }
}

/// The names that settings may use, out of the registries and the user's theme directory.
pub(super) fn known(paths: Option<&Paths>) -> Known {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let mut themes: Vec<String> = texts(&["default", "dark", "light"]);
    let own = paths.and_then(|paths| std::fs::read_dir(&paths.themes).ok());
    themes.extend(own.into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        name.strip_suffix(".toml").map(str::to_owned)
    }));
    Known {
        themes,
        actions: actions::all()
            .map(|action| KnownAction {
                id: action.id.to_owned(),
                scope: format!("{:?}", action.scope),
                keys: texts(action.keys),
            })
            .collect(),
        columns: vec![(
            "containers".to_owned(),
            columns::container::COLUMNS
                .iter()
                .map(|column| column.id.to_owned())
                .collect(),
        )],
        endpoint: Some(|text| {
            check(&Sources::from_env(None, None), text).map_err(|error| error.to_string())
        }),
    }
}

/// Runs a command's asynchronous part on one thread.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Quit>>) -> Result<T, Quit> {
    reactor::start()
        .map_err(|error| Quit::failed(say!("cannot start: {error}", error)))?
        .block_on(work)
}

/// Ctrl-C, or the polite request to end.
pub(super) async fn interrupted() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return std::future::pending().await;
    };
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        signals.forever().next();
        // Nobody waits any more when the listener has failed.
        let _ = sender.send(());
    });
    if receiver.await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Effect;
    use crate::runtime::startup::prefs;
    use crate::state::{Keymap, State};

    #[test]
    fn what_is_chosen_on_the_screen_is_there_at_the_next_start() {
        let first = prefs(&Settings::default());
        let now = crate::runtime::clock::now();
        let mut state = State::new(now, (80, 24), first, Keymap::default());
        state.containers.order = "cpu".to_owned();
        state.containers.reverse = true;
        state.containers.columns = vec!["name".to_owned(), "cpu".to_owned()];
        let Effect::Remember(pairs) = actions::table::remember(&state) else {
            panic!("it is remembered");
        };
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state.toml");
        crate::config::remember(&file, &pairs).unwrap();
        let mut settings = Settings::default();
        settings.recall(&recall(&file));
        let next = prefs(&settings);
        assert_eq!((next.order.as_str(), next.reverse), ("cpu", true));
        assert_eq!(next.columns, ["name", "cpu"]);
    }
}
