//! The command line's own words in the language of the screen: its help, its completions, and what it says of wrong
//! arguments (`refusal`). clap's English stays as clap writes it, and is the key: in another language the same tree of
//! commands is asked again with its texts replaced. Knows no command by name.
mod refusal;

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::Write;

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::{Arg, Command, CommandFactory, Error};

use super::args::Cli;
use super::{DONE, USAGE};
use crate::lang::{self, Lang};

/// How a text of the tree is said; the second tells it apart from an equal one.
type Say<'a> = &'a dyn Fn(&str, &'static str) -> String;

/// Tells what clap answered in the place of running: help, the version, or why the arguments cannot be used.
pub(super) fn tell(args: &[OsString], answer: &Error) -> u8 {
    let text = (lang::current() != Lang::ENGLISH).then(|| said(Cli::command(), args));
    // Help that nobody reads any more is as good as read.
    let _ = match text.flatten() {
        Some(text) if answer.use_stderr() => anstream::stderr().write_all(text.as_bytes()),
        Some(text) => anstream::stdout().write_all(text.as_bytes()),
        None => answer.print(),
    };
    if answer.use_stderr() { USAGE } else { DONE }
}

/// The commands with their texts in the chosen language.
pub(super) fn command() -> Command {
    chosen(Cli::command())
}

fn chosen(command: Command) -> Command {
    if lang::current() == Lang::ENGLISH {
        return command;
    }
    spoken(command, &|text, of| lang::say_as(text, of).to_owned())
}

/// Every text of the tree and what tells it apart, in English: the catalogue has them all.
pub fn texts() -> Vec<(String, &'static str)> {
    let texts = RefCell::new(Vec::new());
    spoken(Cli::command(), &|text, of| {
        texts.borrow_mut().push((text.to_owned(), of));
        text.to_owned()
    });
    texts.into_inner()
}

/// What these commands answer to arguments that run nothing, in colours.
fn said(command: Command, args: &[OsString]) -> Option<String> {
    let answer = with_facts(chosen(command))
        .try_get_matches_from(args)
        .err()?;
    let text = if answer.use_stderr() {
        refusal::text(&answer)
    } else {
        answer.render().ansi().to_string()
    };
    Some(framed(text))
}

/// The words around the texts for which clap has no setting, each of which it says once.
fn framed(text: String) -> String {
    [
        ("Usage:", say!("Usage:")),
        ("[OPTIONS]", say!("[OPTIONS]")),
        ("Arguments:", say!("Arguments:")),
        ("Options:", say!("Options:")),
    ]
    .into_iter()
    .fold(text, |text, (clap, ours)| text.replacen(clap, ours, 1))
}

fn spoken(mut command: Command, say: Say) -> Command {
    // With the flags and the command for help, which are clap's own.
    command.build();
    branch(command, say)
}

fn branch(mut command: Command, say: Say) -> Command {
    let of = |text: &StyledStr| say(&text.to_string(), "");
    if let Some(about) = command.get_about().map(of) {
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about().map(of) {
        command = command.long_about(about);
    }
    command
        .subcommand_value_name(say("COMMAND", "value"))
        .subcommand_help_heading(heading("Commands", say))
        .mut_args(|arg| argument(arg, say))
        .mut_subcommands(|command| branch(command, say))
}

/// A heading as clap takes it: it writes the colon itself, but not what a language has before one.
fn heading(text: &str, say: Say) -> String {
    let whole = say(&format!("{text}:"), "");
    whole.strip_suffix(':').unwrap_or(&whole).to_owned()
}

fn argument(mut arg: Arg, say: Say) -> Arg {
    let of = |text: &StyledStr| say(&text.to_string(), "");
    if let Some(help) = arg.get_help().map(of) {
        arg = arg.help(help);
    }
    if let Some(help) = arg.get_long_help().map(of) {
        arg = arg.long_help(help);
    }
    if let Some(under) = arg.get_help_heading().map(|text| heading(text, say)) {
        arg = arg.help_heading(under);
    }
    if !arg.get_action().takes_values() {
        return arg;
    }
    let names = arg.get_value_names().unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| say(name, "value")).collect();
    let values = arg.get_possible_values().into_iter();
    let values = values.map(|value| match value.get_help().map(of) {
        Some(help) => value.help(help),
        None => value,
    });
    let values: Vec<PossibleValue> = values.collect();
    if !values.is_empty() {
        arg = arg.value_parser(PossibleValuesParser::new(values));
    }
    arg.value_names(names)
}

/// With what clap adds to each help, which it cannot be told to say otherwise.
fn with_facts(command: Command) -> Command {
    // Where the long form tells more than the short one, the flag for it says so.
    let two = command
        .get_arguments()
        .any(|arg| arg.get_long_help().is_some());
    command
        .mut_args(|arg| facts(arg, two))
        .mut_subcommands(with_facts)
}

/// Its default and its values, in the help itself.
fn facts(arg: Arg, two: bool) -> Arg {
    let of = |text: Option<&StyledStr>| text.map(ToString::to_string);
    let short = of(arg.get_help());
    let long = of(arg.get_long_help()).or_else(|| short.clone());
    let values = arg.get_possible_values();
    let told = values.iter().any(|value| value.get_help().is_some());
    let (default, choice) = (default(&arg), choice(&values));

    let brief = joined([short, default.clone(), choice.clone()], " ");
    let below = joined([default, choice.filter(|_| !told)], "\n");
    let listed = told.then(|| list(&values));
    let arg = arg
        .hide_default_value(true)
        .hide_possible_values(true)
        .help(brief);
    if two {
        arg.long_help(joined([long, listed, Some(below)], "\n\n"))
    } else {
        arg
    }
}

fn joined<const N: usize>(texts: [Option<String>; N], between: &str) -> String {
    let there = texts.into_iter().flatten().filter(|text| !text.is_empty());
    there.collect::<Vec<_>>().join(between)
}

fn default(arg: &Arg) -> Option<String> {
    let values = arg.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    let shown = arg.get_action().takes_values() && !values.is_empty();
    shown.then(|| say!("[default: {values}]", values = values.join(" ")))
}

fn choice(values: &[PossibleValue]) -> Option<String> {
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let some = !values.is_empty();
    some.then(|| say!("[possible values: {values}]", values = values.join(", ")))
}

/// The values one below the other, each with what it is.
fn list(values: &[PossibleValue]) -> String {
    let names = values.iter().map(|value| value.get_name().len());
    let longest = names.max().unwrap_or(0);
    let styles = refusal::styles();
    let literal = styles.get_literal();
    let line = |value: &PossibleValue| {
        let name = value.get_name();
        let gap = longest - name.len();
        let help = value.get_help().map(|help| format!(": {:gap$}{help}", ""));
        format!("\n- {literal}{name}{literal:#}{}", help.unwrap_or_default())
    };
    let lines: String = values.iter().map(line).collect();
    format!("{}{lines}", say!("Possible values:"))
}

#[cfg(test)]
mod tests;
