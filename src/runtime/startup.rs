//! From settings and flags to a running screen: names resolved against the registries, the terminal taken, tasks started.
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Local;
use tokio::sync::mpsc;

use super::browser;
use super::demo::Demo;
use super::effects::Runner;
use super::event_loop::{EventLoop, Inbox};
use super::record::Recorder;
use super::sampler::Pace;
use super::screen::Terminal;
use super::streams::Streams;
use super::terminal::{Options, Session, takes_links};
use super::unfinished::Unfinished;
use super::{clock, input, panic, reactor, signals};
use crate::actions;
use crate::compose::Store;
use crate::engine::{Candidate, Opening, Sources};
use crate::keys::{Chord, Code};
use crate::model::HostId;
use crate::settings::{Colors, Paths, Settings, Timestamps};
use crate::state::{Keymap, Prefs, Stamps, State};
use crate::theme::{Depth, Theme};

/// What the screen begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Start {
    #[default]
    Overview,
    /// The log view of these services, containers or stacks.
    Logs(Vec<String>),
}

/// Everything the screen needs from the command line.
#[derive(Debug)]
pub struct RunOptions {
    /// What to open, in order.
    pub hosts: Vec<Opening>,
    pub sources: Sources,
    /// Names of docker contexts that could be used instead.
    pub contexts: Vec<String>,
    /// The machine of the built-in simulated engines, where those are opened.
    pub demo: Option<Demo>,
    pub settings: Settings,
    pub paths: Option<Paths>,
    pub start: Start,
    /// Variables of the environment, by name.
    pub env: fn(&str) -> Option<String>,
}

/// How the screen ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// How what was unfinished went, and what was cut short and wants doing by hand, to be told once the terminal is back.
    pub told: Vec<String>,
}

/// Why the screen did not come.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Terminal(#[from] super::terminal::Error),
    #[error("{}\n  {}", say!("the settings cannot be used:"), .0.join("\n  "))]
    Settings(Vec<String>),
    #[error("{}", cannot_start(.0))]
    Io(#[from] std::io::Error),
}

fn cannot_start(error: &std::io::Error) -> String {
    say!("cannot start: {error}", error)
}

/// Runs the screen until the user leaves.
///
/// # Errors
/// No terminal, or settings that name what is not there; nothing was painted then.
pub fn run(options: RunOptions) -> Result<Ended, StartError> {
    let keymap = actions::keymap(&options.settings.bindings()).map_err(StartError::Settings)?;
    let theme = theme(&options.settings, options.paths.as_ref(), &|name| {
        (options.env)(name)
    })
    .map_err(StartError::Settings)?;
    panic::install(options.paths.as_ref().map(|paths| state_dir(&paths.state)));
    raise_open_files();
    let session = Session::enter(Options {
        mouse: options.settings.mouse,
        alternate: true,
        links: takes_links(options.settings.hyperlinks, &|name| (options.env)(name)),
    })?;
    let runtime = reactor::start()?;
    let ended =
        runtime.block_on(async { tokio::spawn(screen(options, keymap, theme, session)).await });
    runtime.shutdown_timeout(Duration::from_millis(50));
    match ended {
        Ok(ended) => Ok(ended?),
        // A panic has been reported by its hook, which ends the process; this is for a cancelled task.
        Err(error) => Err(StartError::Io(std::io::Error::other(error))),
    }
}

fn state_dir(file: &Path) -> PathBuf {
    file.parent()
        .map_or_else(|| file.to_owned(), Path::to_owned)
}

/// Many streams are many files: take what the system gives.
fn raise_open_files() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, hard, hard)
    {
        tracing::warn!(%error, "the limit of open files stays");
    }
}

async fn screen(
    options: RunOptions,
    keymap: Keymap,
    theme: Theme,
    session: Session,
) -> std::io::Result<Ended> {
    let (msgs, msgs_in) = mpsc::channel(256);
    let (host_out, hosts_in) = mpsc::channel(256);
    let (logs, logs_in) = mpsc::channel(64);
    let (shell_out, shell_in) = mpsc::channel(64);
    let (input_out, input_in) = mpsc::channel(64);
    let (signal_out, signals_in) = mpsc::channel(16);
    let unfinished = Unfinished::default();
    let terminal = Terminal {
        session,
        input: input::start(input_out, unfinished.clone())?,
    };
    signals::start(signal_out, unfinished.clone())?;
    let links = terminal.session.links();

    let size = super::screen::Screen::size(&terminal);
    let (mut state, opened) = first_state(&options, keymap, size);
    let mut runner = Runner::new(msgs.clone(), host_out, shell_out, options.sources.clone());
    runner.unfinished = unfinished;
    runner.pace = Pace::of(&options.settings);
    runner.detach_keys = detach_bytes(&options.settings.detach_keys);
    runner.memory = options.paths.as_ref().map(|paths| paths.state.clone());
    let demo = options.demo.as_ref();
    if let Some(paths) = options.paths.as_ref().filter(|_| demo.is_none()) {
        runner.mail_read = Some(paths.mail_read.clone());
        let read = crate::config::recall_read(&paths.mail_read).into_iter();
        state.mail.remembered = read
            .map(|(server, ids)| (server, ids.into_iter().collect()))
            .collect();
    }
    let journal = demo.map(Demo::journal).or_else(|| journal_dir(&options));
    runner.recorder = recorder(&options, journal.as_deref(), &mut state);
    let (recorder, keep) = (
        runner.recorder.clone(),
        options.settings.journal_keep_months,
    );
    tokio::task::spawn_blocking(move || recorder.prune(keep));
    runner.own.store = store(&options);
    runner.programs = match demo {
        Some(demo) => demo.programs(runner.own.store.as_ref()),
        None => runner.own.clone(),
    };
    runner.editor = editor(options.env);
    let mut streams = Streams::new(msgs, logs, runner.recorder.dir().map(Path::to_owned));
    streams.programs = runner.programs.clone();
    let inbox = Inbox {
        msgs: msgs_in,
        hosts: hosts_in,
        logs: logs_in,
        input: input_in,
        signals: signals_in,
        shell: shell_in,
    };
    let start = |(id, candidates)| (id, runner.start_host(id, candidates));
    let hosts = opened.into_iter().map(start).collect();
    let mut main = EventLoop::new(state, theme, terminal, inbox, streams, hosts, runner);
    main.take_links(links);
    main.pending_logs = match options.start {
        Start::Logs(names) => names,
        Start::Overview => Vec::new(),
    };
    let code = main.run().await;
    let told = main.see_out(code, tell).await;
    if main.runner.announced() {
        let close = main.runner.recorder.session(None);
        let _late = tokio::time::timeout(Duration::from_millis(100), close).await;
    }
    Ok(Ended { code, told })
}

/// A line on the terminal that was given back, where it is still there.
fn tell(line: &str) {
    let _gone = std::io::stderr().write_all(format!("stacktui: {line}\n").as_bytes());
}

/// Where edits of stacks' files are kept, and what they were.
fn store(options: &RunOptions) -> Option<Store> {
    let root = options.paths.as_ref()?.files.clone();
    let session = crate::journal::Session::from_process(options.env);
    // Behind sudo everybody is root.
    let user = session.sudo_user.unwrap_or(session.user);
    Some(Store::new(root, &user))
}

/// The editor that the user's environment names.
fn editor(env: fn(&str) -> Option<String>) -> Option<String> {
    let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR"))
}

/// What writes the journal; that nothing will be journalled is told on the screen.
fn recorder(options: &RunOptions, dir: Option<&Path>, state: &mut State) -> Recorder {
    let opened = match dir.map(|dir| Recorder::open(dir, options.env)) {
        Some(opened) => opened.map_err(|error| error.to_string()),
        None => {
            Err(say!("there is no home directory for the journal: set journal.path").to_owned())
        }
    };
    let mut recorder = opened.unwrap_or_else(|why| {
        let words = say!("nothing will be journalled: {why}", why);
        state.toasts.bad(words, state.now);
        state.journal.unwritten = Some(why);
        Recorder::default()
    });
    recorder.required = options.settings.journal_required && options.demo.is_none();
    recorder
}

fn journal_dir(options: &RunOptions) -> Option<PathBuf> {
    let own = options.paths.as_ref().map(|paths| paths.journal.clone());
    options.settings.journal_path.clone().or(own)
}

/// The state before anything is known, and where each host in it may be found.
fn first_state(
    options: &RunOptions,
    keymap: Keymap,
    size: (u16, u16),
) -> (State, Vec<(HostId, Vec<Candidate>)>) {
    let prefs = Prefs {
        machine: browser::machine(options.env),
        browser: browser::is_near(options.env, nix::unistd::geteuid().is_root()),
        ..prefs(&options.settings)
    };
    let mut state = State::new(clock::now(), size, prefs, keymap);
    state.read_only = options.settings.read_only;
    state.demo = options.demo.is_some();
    state.contexts.clone_from(&options.contexts);
    let open = |opening: &Opening| {
        let id = state.world.open(&opening.label, opening.named);
        (id, opening.candidates.clone())
    };
    let opened = options.hosts.iter().map(open).collect();
    (state, opened)
}

/// The settings with every name resolved.
pub fn prefs(settings: &Settings) -> Prefs {
    let order = settings
        .order
        .get("containers")
        .map_or("name", String::as_str);
    Prefs {
        mouse: settings.mouse,
        columns: settings
            .columns
            .get("containers")
            .cloned()
            .unwrap_or_default(),
        order: order.trim_start_matches('-').to_owned(),
        reverse: order.starts_with('-'),
        show_stopped: settings.show_stopped,
        confirm: settings.confirm.clone(),
        protect: settings.protect.clone(),
        mail_servers: settings.mail_servers.clone(),
        mail_login: settings.mail_login.clone(),
        mail_logins: settings.mail_logins.clone(),
        shells: settings.shells.clone(),
        log_tail: settings.logs.tail,
        log_wrap: settings.logs.wrap,
        log_stamps: match settings.logs.timestamps {
            Timestamps::Off => Stamps::Off,
            Timestamps::Local => Stamps::Local,
            Timestamps::Utc => Stamps::Utc,
            Timestamps::Relative => Stamps::Relative,
        },
        log_budget: (settings.logs.buffer_mib as usize) << 20,
        utc_offset: Local::now_offset(),
        ..Prefs::default()
    }
}

/// This machine's distance from UTC.
trait Offset {
    /// Seconds east of UTC.
    fn now_offset() -> i32;
}

impl Offset for Local {
    fn now_offset() -> i32 {
        clock::now().with_timezone(&Self).offset().local_minus_utc()
    }
}

/// `ctrl-p,ctrl-q` as the bytes a terminal sends.
pub fn detach_bytes(text: &str) -> Vec<u8> {
    text.split(',')
        .filter_map(|key| key.trim().parse::<Chord>().ok())
        .filter_map(|chord| match chord.code {
            Code::Char(c) if chord.ctrl && c.is_ascii() => Some(c as u8 & 0x1f),
            Code::Char(c) if c.is_ascii() => Some(c as u8),
            _ => None,
        })
        .collect()
}

/// The theme by name and by what the terminal says it can show.
///
/// # Errors
/// Each mistake in a theme file of the user's, or that there is none of this name.
pub fn theme(
    settings: &Settings,
    paths: Option<&Paths>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Theme, Vec<String>> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let depth = match settings.colors {
        Colors::None => Depth::None,
        Colors::Sixteen => Depth::Ansi16,
        Colors::Indexed => Depth::Ansi256,
        Colors::True => Depth::True,
        Colors::Auto => depth(&env),
    };
    let name = settings.theme.as_str();
    let light = match name {
        "light" => true,
        "dark" => false,
        _ => env("COLORFGBG").is_some_and(|v| matches!(v.rsplit(';').next(), Some("7" | "15"))),
    };
    let ascii = settings.ascii || !speaks_utf8(&env);
    let mut theme = Theme::builtin(light, depth, ascii);
    if matches!(name, "default" | "dark" | "light") {
        return Ok(theme);
    }
    let Some(paths) = paths else {
        return Err(vec![say!(
            "there is no theme `{word}`{hint}",
            word = name,
            hint = ""
        )]);
    };
    let file = paths.themes.join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&file)
        .map_err(|error| vec![say!("theme {file}: {error}", file = file.display(), error)])?;
    let table: toml::Table = text
        .parse()
        .map_err(|e: toml::de::Error| vec![format!("{}: {e}", file.display())])?;
    let mut mistakes = Vec::new();
    for (key, value) in &table {
        let spec = value.as_str().unwrap_or("?");
        if let Err(error) = theme.set(key, spec) {
            mistakes.push(format!("{}: {key}: {error}", file.display()));
        }
    }
    if mistakes.is_empty() {
        Ok(theme)
    } else {
        Err(mistakes)
    }
}

fn depth(env: &impl Fn(&str) -> Option<String>) -> Depth {
    if env("NO_COLOR").is_some() {
        return Depth::None;
    }
    let term = env("TERM").unwrap_or_default();
    match env("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Depth::True,
        _ if term.contains("256color") || term.contains("kitty") || term.contains("direct") => {
            Depth::Ansi256
        }
        _ if term == "vt100" || term == "vt220" => Depth::None,
        _ => Depth::Ansi16,
    }
}

/// What the locale says; a locale that says nothing is taken for UTF-8.
fn speaks_utf8(env: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| env(name));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8")
            || locale.contains("utf8")
            || matches!(locale.as_str(), "c" | "posix" if env("TMUX").is_some())
    })
}
