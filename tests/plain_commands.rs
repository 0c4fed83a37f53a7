//! Nothing that a command prints is said past the catalogue: in a made-up language, on a terminal, what is left in ASCII
//! letters is data, what was typed, or a word that no language changes. The program is this test's own binary, as no other
//! knows the language.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests may fail as tests do"
)]
#[path = "support/home.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod home;
#[path = "support/made_up.rs"]
mod made_up;
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod pty;

use std::ffi::OsString;

use home::Home;
use made_up::{MADE_UP, words};
use portable_pty::CommandBuilder;
use pty::Pty;
use regex::Regex;
use stacktui::lang::{self, Lang};
use stacktui::settings::SETTINGS;
use stacktui::{actions, cli, columns, theme};

/// What the program is to run in the made-up language, for the child that is it.
const LINE: &str = "LINE_TO_SPEAK";

const SCENARIO: &str = include_str!("../assets/scenarios/systeme-ticketing.toml");

/// What is typed after `stacktui`, in this order: acts before the journal that tells of them.
const LINES: &[&str] = &[
    "--help",
    "-h",
    "help ps",
    "help exec",
    "help journal",
    "help logs",
    "help mail",
    "help doc",
    "help sim",
    "mail show --help",
    "mail wait -h",
    "frobnicate",
    "restrat x",
    "--red-only",
    "ps --grep x",
    "restart",
    "restart x --time y",
    "restart x --time 99999999999",
    "journal --verify --json",
    "journal --outcome sucess",
    "--lang xx",
    "--read-only=x",
    "logs x --level y",
    "doc --check",
    "-- ps",
    "--print keys",
    "--print columns",
    "--print config",
    "--print theme",
    "ps --all",
    "ps xyz",
    "doctor",
    "-H unix:///nowhere doctor",
    "-H tcp://127.0.0.1:1 ps",
    "routes",
    "routes --dead",
    "doc",
    "doc xyz",
    "mail show",
    "mail show xyz",
    "mail wait --timeout 0",
    "logs mailhog --tail 2 --grep nothing-of-it",
    "logs mailhog --since xyz",
    "logs mailhog --tail xyz",
    "logs xyz --tail 1",
    "exec xyz true",
    "exec mailhog true",
    "restart xyz",
    "restart mailhog --time 0",
    "start mailhog",
    "stop mailhog --time 0",
    "start mailhog",
    "--read-only stop mailhog",
    "stop zammad-db",
    "journal",
    "journal --verify",
    "journal --export md",
    "--config broken.toml ps",
    "--demo=xyz ps",
    "--log =,= ps",
    "sim --listen xyz",
];

/// Names of commands and values, as they are typed; of programs, protocols, keys and units.
const SAME_EVERYWHERE: &[&str] = &[
    // Commands, lists, values.
    "stacktui",
    "columns",
    "completions",
    "doc",
    "doctor",
    "exec",
    "help",
    "journal",
    "logs",
    "mail",
    "routes",
    "sim",
    "start",
    "stop",
    "restart",
    "list",
    "show",
    "wait",
    "jsonl",
    "cancelled",
    "unknown",
    "latest",
    "raw",
    "debug",
    "error",
    "fatal",
    "trace",
    "warn",
    "truecolor",
    "light",
    "empty",
    "front",
    "hostile",
    "swarm",
    "hosts",
    // Keys.
    "Backspace",
    "Ctrl",
    "End",
    "Enter",
    "Esc",
    "Home",
    "PgDn",
    "PgUp",
    "Shift",
    "Space",
    // What others call so.
    "API",
    "CPU",
    "DOCKER",
    "Docker",
    "Engine",
    "HTTP",
    "PATH",
    "TERM",
    "UTF",
    "amd",
    "ash",
    "bash",
    "cgroups",
    "sudo",
    "systemctl",
    "systemd",
    "xterm",
    // Marks of a document.
    "keep",
    "written",
];

/// What the simulated containers, and the parser of a filter, say themselves.
const OF_OTHERS: &[&str] = &[
    "ESMTP",
    "ESTABLISH",
    "INVALID",
    "PROTO",
    "Sent",
    "Started",
    "session",
    "switching",
    "Debian",
    "bookworm",
    "cmd",
    "directive",
    "filter",
    "invalid",
];

/// Not a test by itself: the program that [`nothing_is_printed_past_the_catalogue`] runs.
#[test]
fn speaks() {
    if let Ok(line) = std::env::var(LINE) {
        lang::choose(Lang::of(&MADE_UP));
        let args = line.split(' ').filter(|word| !word.is_empty());
        std::process::exit(cli::run(args.map(OsString::from)).into());
    }
}

/// What is printed when this is typed, without colours and addresses.
fn printed(home: &Home, line: &str) -> String {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "speaks", "--nocapture", "--test-threads=1"]);
    command.env_clear();
    command.cwd(home.path());
    command.env("HOME", home.path());
    command.env("TZ", "UTC");
    command.env("DOCKER_HOST", home.endpoint("engine"));
    command.env(LINE, format!("stacktui {line}"));
    let mut pty = Pty::run(command, 250, 60);
    pty.wait_exit();
    let bytes = pty.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let (_, text) = text.split_once("test speaks ... ").expect("it speaks");
    let sequence = Regex::new(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)").unwrap();
    let address = Regex::new(r"\S*/\S*|(^|\s)--?[a-z][a-z-]*").unwrap();
    let text = sequence.replace_all(text, "");
    address.replace_all(&text, " ").into_owned()
}

/// Names that the lists of `--print` are about.
fn registries() -> String {
    let mut names: Vec<String> = Vec::new();
    for action in actions::all() {
        names.push(action.id.to_owned());
        names.extend(action.keys.iter().map(|key| (*key).to_owned()));
    }
    let containers = columns::container::COLUMNS.iter().map(|column| column.id);
    let hosts = columns::host::COLUMNS.iter().map(|column| column.id);
    let images = columns::image::COLUMNS.iter().map(|column| column.id);
    let mails = columns::mail::COLUMNS.iter().map(|column| column.id);
    let networks = columns::network::COLUMNS.iter().map(|column| column.id);
    let routes = columns::route::COLUMNS.iter().map(|column| column.id);
    let stacks = columns::stack::COLUMNS.iter().map(|column| column.id);
    let volumes = columns::volume::COLUMNS.iter().map(|column| column.id);
    let ids = containers
        .chain(hosts)
        .chain(images)
        .chain(mails)
        .chain(networks);
    names.extend(
        ids.chain(routes)
            .chain(stacks)
            .chain(volumes)
            .map(str::to_owned),
    );
    names.extend(SETTINGS.iter().map(|setting| setting.name.to_owned()));
    names.extend(
        SETTINGS
            .iter()
            .map(|setting| format!("{:?} {:?}", setting.kind, setting.examples)),
    );
    names.extend(
        theme::KEYS
            .iter()
            .map(|key| format!("{} {}", key.id, key.dark)),
    );
    names.join("\n")
}

#[test]
fn nothing_is_printed_past_the_catalogue() {
    let mut home = Home::new();
    home.serve("engine", "systeme-ticketing");
    let mistakes = "theme = 'lihgt'\nlgos = 1\ncolors = 'blue'\n[logs]\ntail = 'many'\n[keys]\n'container.restart' = ['ctrl-c', 'hyper-x']\n";
    std::fs::write(home.path().join("broken.toml"), mistakes).unwrap();
    let mut told = Vec::new();
    for line in LINES {
        let data = if line.starts_with("--print") {
            registries()
        } else {
            format!("{SCENARIO}\n{mistakes}")
        };
        let mut left = words(&printed(&home, line));
        left.retain(|word| !data.contains(word.as_str()) && !line.contains(word.as_str()));
        left.retain(|word| !SAME_EVERYWHERE.contains(&word.as_str()));
        left.retain(|word| !OF_OTHERS.contains(&word.as_str()));
        if !left.is_empty() {
            let left: Vec<String> = left.into_iter().collect();
            told.push(format!("{line}: {}", left.join(" ")));
        }
    }
    assert!(told.is_empty(), "\n{}\n", told.join("\n"));
}
