//! What may be typed after `stacktui`. Only definitions.
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::lang::CHOICES;
use crate::text::Level;

/// A keyboard-driven container manager for the terminal.
///
/// Without a command it opens its screen on the engine that docker would use.
#[derive(Debug, Parser)]
#[command(name = "stacktui", version, args_conflicts_with_subcommands = false)]
pub(super) struct Cli {
    /// Print a list and exit.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub print: Option<Print>,

    /// Put a terminal right that another program left in a bad way.
    #[arg(long, exclusive = true)]
    pub reset_terminal: bool,

    #[command(subcommand)]
    pub command: Option<Command>,

    // Last: its heading would go on over what follows.
    #[command(flatten)]
    pub global: Global,
}

/// Flags that every command takes. They go over the environment and the settings file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Global {
    /// The engine: `unix:///path`, `tcp://host:port`, `ssh://user@host` or a name out of the settings' `hosts`. Given several
    /// times, all of them at once; `NAME=ENDPOINT` says what to call one.
    #[arg(
        short = 'H',
        long,
        global = true,
        value_name = "ENDPOINT",
        conflicts_with = "demo"
    )]
    pub host: Vec<String>,

    /// The docker context to use; given several times, all of them at once.
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "demo")]
    pub context: Vec<String>,

    /// Work on a built-in simulated engine; a scenario's name or file may follow after `=`. `--demo=hosts` is three of them,
    /// one out of reach.
    #[arg(
        long,
        global = true,
        value_name = "SCENARIO",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = super::sim::DEFAULT
    )]
    pub demo: Option<String>,

    /// Nothing that changes anything, and no shell.
    #[arg(long, global = true)]
    pub read_only: bool,

    /// Read the settings from this file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The language of what is shown; auto is that of `LC_ALL`, `LC_MESSAGES` or `LANG`.
    #[arg(long, global = true, value_name = "LANG", value_parser = PossibleValuesParser::new(CHOICES))]
    pub lang: Option<String>,

    /// Draw with ASCII characters only.
    #[arg(long, global = true)]
    pub ascii: bool,

    /// Leave the mouse to the terminal.
    #[arg(long, global = true)]
    pub no_mouse: bool,

    /// Write the program's own diagnostics into the state directory: debug, or `stacktui::engine=trace`.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The container table as text, or as JSON, one object a line.
    Ps(Ps),
    /// Restart containers, services or stacks.
    Restart(Targets),
    /// Stop containers, services or stacks.
    Stop(Targets),
    /// Start containers, services or stacks.
    Start(Targets),
    /// Follow the logs of containers, services or stacks: on a terminal in the log view, else as plain lines.
    Logs(Logs),
    /// Run a command in a container, or open a shell. Ends with the command's own exit code.
    Exec(Exec),
    /// What was tried to reach an engine, what it may do, what this terminal can.
    Doctor,
    /// Which URL leads to which container, and why one leads nowhere; one route a line.
    Routes(RoutesArgs),
    /// A stack's documentation in Markdown: what each service is for, how it is reached, what happened to it.
    Doc(DocArgs),
    /// Who did what, when, with what outcome.
    Journal(JournalArgs),
    /// What the stack's applications sent, out of MailHog, Mailpit or MailDev; `mail wait` is for scripts.
    Mail(MailArgs),
    /// Serve a simulated engine on a unix socket.
    Sim(SimArgs),
    /// Print completions for a shell.
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Print {
    /// Every action with its keys.
    Keys,
    /// A settings file with every key documented.
    Config,
    /// A theme file with every key documented.
    Theme,
    /// Every column of every view.
    Columns,
}

#[derive(Debug, Default, Args)]
pub(super) struct Ps {
    /// Only these containers, services or stacks.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// No figures of CPU and memory, which take a second to come by.
    #[arg(long)]
    pub no_stats: bool,
    /// Stopped ones too, whatever the settings say.
    #[arg(short, long, conflicts_with = "running")]
    pub all: bool,
    /// Running ones only, whatever the settings say.
    #[arg(short, long)]
    pub running: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct Targets {
    /// Container, service or stack names, or the beginning of an id.
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    /// Seconds from the stop signal to the kill, instead of the container's own.
    #[arg(short = 't', long = "time", value_name = "SECONDS")]
    pub time: Option<u32>,
    /// Do it to protected containers, too, without a question.
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct Logs {
    /// Container, service or stack names, or the beginning of an id.
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    /// Stay and print what comes, across restarts, as plain lines; begins with the newest lines of each source, as many as
    /// `logs.tail` in the settings says, unless --tail or --since says otherwise.
    #[arg(short, long, conflicts_with = "until")]
    pub follow: bool,
    /// Only newer lines: 10m, 2h, 3d, today, 10:32, 2026-11-22 or an RFC 3339 time.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only older lines.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only the newest lines of each source: a number, or all.
    #[arg(short = 'n', long, value_name = "COUNT")]
    pub tail: Option<String>,
    /// Only lines that match this regular expression, each with its stack trace; without a capital letter, capitals match
    /// too. Given several times, all must match.
    #[arg(long, value_name = "REGEX")]
    pub grep: Vec<String>,
    /// No lines that match this regular expression, nor their stack traces. May be given several times.
    #[arg(short = 'v', long, value_name = "REGEX")]
    pub drop: Vec<String>,
    /// Only lines of this level or a graver one, each with its stack trace: trace, debug, info, warn, error or fatal.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<Level>,
    /// One JSON object a line, with time, source, container, stack, service, stream, level and the whole line.
    #[arg(long, conflicts_with = "timestamps")]
    pub json: bool,
    /// Begin each line with its time.
    #[arg(short, long)]
    pub timestamps: bool,
}

fn level(word: &str) -> Result<Level, String> {
    let known = || Level::ALL.map(Level::word).join(", ");
    Level::from_word(word).ok_or_else(|| say!("a level is one of {levels}", levels = known()))
}

#[derive(Debug, Default, Args)]
pub(super) struct Exec {
    /// The container.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The command; without one, the best shell there is.
    #[arg(
        value_name = "CMD",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub command: Vec<String>,
    /// As this user.
    #[arg(short, long)]
    pub user: Option<String>,
    /// In this directory.
    #[arg(short, long, value_name = "DIR")]
    pub workdir: Option<String>,
    /// Not in the container itself but beside it, in a helper container of this image that is removed afterwards.
    #[arg(long, value_name = "IMAGE")]
    pub helper: Option<String>,
}

#[derive(Debug, Default, Args)]
pub(super) struct RoutesArgs {
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// Only those that lead nowhere; ends with exit code 1 when there are any.
    #[arg(long)]
    pub dead: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct DocArgs {
    /// Only this stack.
    #[arg(value_name = "STACK")]
    pub stack: Option<String>,
    /// Write it here; what stands between keep-marks there stays.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write nothing; end with exit code 1 when the file is out of date or not there. States and last incidents, which change
    /// by themselves, do not count.
    #[arg(long, requires = "output")]
    pub check: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct JournalArgs {
    /// Not older: 10m, 2h, 3d, today, 10:32, 2026-11-22 or an RFC 3339 time.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Not newer.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only acts whose name has this in it: restart, container.
    #[arg(long, value_name = "WORD")]
    pub action: Option<String>,
    /// Only acts on targets whose name, service or stack has this in it.
    #[arg(long, value_name = "WORD")]
    pub target: Option<String>,
    /// Only acts that ended so.
    #[arg(long, value_enum)]
    pub outcome: Option<OutcomeArg>,
    /// At most so many, the newest.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 1000)]
    pub limit: usize,
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// Only acts of users whose name has this in it.
    #[arg(long, value_name = "WORD")]
    pub user: Option<String>,
    /// As a file to keep: JSON lines, a table for a spreadsheet, or Markdown that reads as a story.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "json")]
    pub export: Option<Export>,
    /// Check that no line was changed or taken away.
    #[arg(long, conflicts_with_all = ["since", "until", "action", "target", "outcome", "user", "limit", "json", "export"])]
    pub verify: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Export {
    Jsonl,
    Csv,
    Md,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutcomeArg {
    Success,
    Failure,
    Cancelled,
    Unknown,
}

#[derive(Debug, Args)]
pub(super) struct MailArgs {
    #[command(subcommand)]
    pub command: Option<MailCommand>,
    /// The mail server, by service or container; without it, all that run.
    #[arg(long, global = true, value_name = "NAME")]
    pub server: Option<String>,
    /// One JSON object a line.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// The mails, the newest first.
    List {
        /// Those that have all these words somewhere, also in what only the server looks at.
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
    },
    /// One mail: its id, `latest`, or its place counted from the newest.
    Show {
        #[arg(value_name = "MAIL", default_value = "latest")]
        mail: String,
        /// What of it.
        #[arg(long, value_enum, default_value = "text")]
        part: MailPart,
    },
    /// Wait for a mail that was not there yet: exit code 0 when it came, 1 when it did not. A server may be away meanwhile.
    Wait(MailWait),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MailPart {
    /// The plain text, else the HTML as text.
    Text,
    Html,
    Headers,
    /// The message byte for byte; on a terminal without control characters.
    Raw,
}

#[derive(Debug, Args)]
pub(super) struct MailWait {
    /// Whose subject matches this regular expression; without a capital letter, capitals match too.
    #[arg(long, value_name = "REGEX")]
    pub subject: Option<String>,
    /// Whose sender does.
    #[arg(long, value_name = "REGEX")]
    pub from: Option<String>,
    /// Of whose recipients one does.
    #[arg(long, value_name = "REGEX")]
    pub to: Option<String>,
    /// Seconds to wait at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub timeout: u64,
    /// One that is there already counts when its own time is not older: 10m, 2h, 10:32 or an RFC 3339 time.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SimArgs {
    /// Where to listen: `unix:///path/to/socket`.
    #[arg(long, value_name = "ENDPOINT")]
    pub listen: String,
    /// A scenario's name or file.
    #[arg(long, value_name = "SCENARIO", default_value = super::sim::DEFAULT)]
    pub scenario: String,
}
