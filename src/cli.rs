//! The command line: reads arguments, loads settings, runs one command, turns its end into an exit code.
//! Each command is a file beside this one. Everything printed goes through `out`, sanitised, and a reader that has
//! gone (`| head`) is success. Must not know how the screen works: it is started with `runtime::run`.
mod args;
mod context;
mod doc;
mod doctor;
mod exec;
mod help;
mod hosts;
mod journal;
mod language;
mod logs;
mod mail;
mod out;
mod print;
mod ps;
mod routes;
mod sim;
mod table;
mod verb;

use std::ffi::OsString;

use clap::Parser;

use args::{Cli, Command};
use context::Context;
pub use help::texts as help_texts;
use out::{Out, Quit};

use crate::engine::{Sources, contexts};
use crate::runtime::demo::Demo;
use crate::runtime::{self, RunOptions, Start, StartError};

/// Exit code: all was done.
pub const DONE: u8 = 0;
/// Exit code: something was not.
pub const FAILED: u8 = 1;
/// Exit code: the arguments or the settings cannot be used.
pub const USAGE: u8 = 2;

/// Runs the program with these arguments, the first of which is its own name; returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(answer) => {
            language::choose_for(&args);
            return help::tell(&args, &answer);
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(quit) => out::end(&quit),
    }
}

fn dispatch(cli: Cli) -> Result<u8, Quit> {
    let mut out = Out::stdout();
    if cli.reset_terminal {
        return reset_terminal();
    }
    let global = &cli.global;
    language::choose(global.lang.as_deref(), global.config.as_deref());
    let command = cli.command;
    if let Some(Command::Completions { shell }) = command {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut help::command(), "stacktui", &mut text);
        out.bytes(&text)?;
        return Ok(DONE);
    }
    // The template is wanted most by those whose file cannot be read.
    if let Some(what) = cli.print {
        return print::run(what, &cli.global, &mut out);
    }
    if let Some(Command::Sim(sim)) = &command {
        return sim::run(sim, &mut out);
    }
    let context = Context::load(cli.global)?;
    match command {
        None => screen(&context, Start::Overview),
        Some(Command::Ps(args)) => ps::run(&context, &args, &mut out),
        Some(Command::Restart(args)) => verb::run(&context, verb::Act::Restart, &args, &mut out),
        Some(Command::Stop(args)) => verb::run(&context, verb::Act::Stop, &args, &mut out),
        Some(Command::Start(args)) => verb::run(&context, verb::Act::Start, &args, &mut out),
        Some(Command::Logs(args)) if logs::wants_screen(&args, &out) => {
            screen(&context, Start::Logs(args.names))
        }
        Some(Command::Logs(args)) => logs::run(&context, &args, &mut out),
        Some(Command::Exec(args)) => exec::run(&context, &args, &mut out),
        Some(Command::Doctor) => doctor::run(&context, &mut out),
        Some(Command::Doc(args)) => doc::run(&context, &args, &mut out),
        Some(Command::Routes(args)) => routes::run(&context, &args, &mut out),
        Some(Command::Mail(args)) => mail::run(&context, &args, &mut out),
        Some(Command::Journal(args)) => journal::run(&context, &args, &mut out),
        Some(Command::Sim(_) | Command::Completions { .. }) => Ok(DONE),
    }
}

fn screen(context: &Context, start: Start) -> Result<u8, Quit> {
    let flags = &context.flags;
    let (hosts, demo) = match &flags.demo {
        Some(name) => {
            let mut machine = Demo::new().map_err(sim::no_machine)?;
            (sim::demo(name, Some(&mut machine))?, Some(machine))
        }
        None => (context.openings()?, None),
    };
    let asked = |list: &[String]| match list {
        [one] if hosts.len() == 1 => Some(one.clone()),
        _ => None,
    };
    let sources = Sources::from_env(asked(&flags.host), asked(&flags.context));
    let is_open = |name: &String| flags.context.contains(name);
    let options = RunOptions {
        contexts: contexts(&sources)
            .into_iter()
            .filter(|c| !c.current || hosts.len() > 1)
            .map(|c| c.name)
            .filter(|name| !is_open(name))
            .collect(),
        hosts,
        sources,
        demo,
        settings: context.settings.clone(),
        paths: context.paths.clone(),
        start,
        env: |name| std::env::var(name).ok(),
    };
    match runtime::run(options) {
        Ok(ended) => {
            ended.told.iter().for_each(|words| out::complain(words));
            Ok(u8::try_from(ended.code).unwrap_or(FAILED))
        }
        Err(error @ StartError::Io(_)) => Err(Quit::failed(error.to_string())),
        Err(error) => Err(Quit::usage(error.to_string())),
    }
}

fn reset_terminal() -> Result<u8, Quit> {
    match runtime::terminal::reset_terminal(&|name| std::env::var(name).ok()) {
        Ok(()) => Ok(DONE),
        Err(error) => Err(Quit::failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_usage_is_two_and_help_is_zero() {
        // Whatever the locale: the language stays chosen for all tests of this process.
        let run = |args: &[&str]| {
            let args = args.iter().chain(&["--lang", "en"]);
            run(args.map(|arg| OsString::from(*arg)))
        };
        assert_eq!(run(&["stacktui", "restart"]), USAGE);
        assert_eq!(run(&["stacktui", "--frobnicate"]), USAGE);
        assert_eq!(run(&["stacktui", "--version"]), DONE);
    }
}
