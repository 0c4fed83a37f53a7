//! In a language that has no texts, help and refusals are clap's own to the last byte; in one that has all of them,
//! nothing of clap's is left.
use clap::ValueEnum;
use clap_complete::Shell;

use super::*;
use crate::lang::{Language, within};

static EMPTY: Language = Language {
    id: "empty",
    name: "empty",
    plural: |n| usize::from(n != 1),
    texts: &[],
};

fn args(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

/// Every command by what is typed, the program itself first.
fn commands() -> Vec<String> {
    fn below(path: &str, command: &Command, into: &mut Vec<String>) {
        into.push(path.to_owned());
        for command in command.get_subcommands() {
            below(&format!("{path} {}", command.get_name()), command, into);
        }
    }
    let mut all = Vec::new();
    below("stacktui", &Cli::command(), &mut all);
    all
}

/// What runs nothing: every help, and one line for each thing that can be wrong.
fn answered() -> Vec<String> {
    let mut lines: Vec<String> = WRONG
        .iter()
        .map(|line| format!("stacktui {line}"))
        .collect();
    for command in commands() {
        lines.extend([format!("{command} -h"), format!("{command} --help")]);
        lines.push(command.replacen("stacktui", "stacktui help", 1));
    }
    lines
}

const WRONG: &[&str] = &[
    "frobnicate",
    "restrat web",
    "--frobnicate",
    "--red-only",
    "ps --jsno",
    "ps --grep x",
    "restart",
    "restart --yes",
    "restart web --time x",
    "restart web --time 99999999999",
    "restart web --time 99999999999999999999",
    "restart web --time=",
    "journal --limit -1",
    "journal --verify --json",
    "journal --verify --json --user x",
    "journal --outcome sucess",
    "journal --json --json",
    "--demo -H x",
    "--lang xx",
    "--lang",
    "--print nothing",
    "--read-only=yes",
    "logs web --level nothing",
    "logs web --follow --until 10m",
    "doc --check",
    "mail show 1 2",
    "mail shwo",
    "sim",
    "completions",
    "completions tcsh",
    "help frobnicate",
    "-- ps",
];

/// What clap says itself of a line, if it is one that runs nothing.
fn claps(line: &str) -> Option<String> {
    let command = Cli::command().term_width(90);
    let answer = command.try_get_matches_from(args(line)).err()?;
    Some(answer.render().ansi().to_string())
}

fn ours(line: &str) -> String {
    said(Cli::command().term_width(90), &args(line)).unwrap_or_default()
}

#[test]
fn without_texts_it_is_what_clap_says() {
    // An empty line within a help is one of spaces at times.
    let lines = |text: &str| {
        let lines = text.lines().map(str::trim_end);
        lines.collect::<Vec<_>>().join("\n")
    };
    within(Lang::of(&EMPTY), || {
        for line in answered() {
            let claps = claps(&line).unwrap_or_else(|| panic!("{line} runs something"));
            let (ours, claps) = (lines(&ours(&line)), lines(&claps));
            assert!(ours == claps, "{line}\n{ours}\n{claps}");
        }
    });
}

#[test]
fn without_texts_completions_are_what_they_are_in_english() {
    let completions = |shell| {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command(), "stacktui", &mut text);
        String::from_utf8_lossy(&text).into_owned()
    };
    for shell in Shell::value_variants() {
        let english = completions(*shell);
        let ours = within(Lang::of(&EMPTY), || completions(*shell));
        assert!(english == ours, "{shell}\n{english}\n{ours}");
    }
}
