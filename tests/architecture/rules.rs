//! The rules of the house: who may use whom, what a file may be. Each complaint names file, line, the line's text, and
//! the rule in one sentence. Reads no file.
use std::collections::{BTreeMap, BTreeSet};

use super::source::{Mention, blank, functions, mentions, tests_cut, without_tests};

/// A source file: its path below `src`, and its text.
pub type File = (String, String);

/// Modules by level, lowest first; `EDGES` stand beside level 2 and `sim` apart.
pub const LEVELS: [&[&str]; 9] = [
    &["model", "text"],
    &["keys", "theme", "settings"],
    &["msg", "effect", "widgets"],
    &["state"],
    &["actions", "columns", "layout"],
    &["views"],
    &["update", "subscriptions"],
    &["runtime"],
    &["main", "cli"],
];
pub const EDGES: [&str; 3] = ["engine", "journal", "config"];

/// I/O, tasks and the terminal, which the pure levels may not name.
const IMPURE: [&str; 16] = [
    "tokio",
    "bollard",
    "hyper",
    "hyper_util",
    "http_body_util",
    "tokio_rustls",
    "nix",
    "signal_hook",
    "crossterm",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
    "std::os",
];
const CLOCKS: [&str; 4] = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];
const UNCOLOURED: [&str; 6] = ["model", "text", "keys", "msg", "effect", "state"];
const BAD_NAMES: [&str; 6] = [
    "app.rs",
    "utils.rs",
    "common.rs",
    "helpers.rs",
    "types.rs",
    "mod.rs",
];
/// Files below `views/` that are a screen each.
pub const SCREENS: [&str; 8] = [
    "containers",
    "details",
    "events",
    "inspect",
    "journal",
    "logs",
    "no_engine",
    "processes",
];
/// Parts of the frame and of several screens.
pub const SHARED_VIEWS: [&str; 9] = [
    "footer", "happened", "header", "hints", "list", "notice", "overlays", "plain", "tabs",
];
const MOST_LINES: usize = 500;
const LONGEST_FN: usize = 80;

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

fn is_edge(module: &str) -> bool {
    EDGES.contains(&module)
}

/// Whether a module stands somewhere in the house.
pub fn has_place(module: &str) -> bool {
    level(module).is_some() || is_edge(module) || matches!(module, "sim" | "lib")
}

/// The top-level module of a file: `views/details.rs` is of `views`.
pub fn module_of(path: &str) -> &str {
    path.split('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".rs")
}

/// The top-level module that a path leads to: `crate::state::nav` leads to `state`. What is no module is none.
fn target(path: &str) -> Option<&str> {
    let name = path.strip_prefix("crate::")?.split("::").next()?;
    name.starts_with(char::is_lowercase).then_some(name)
}

/// Why `from` may not use `to`, if it may not.
fn forbidden(from: &str, to: &str) -> Option<String> {
    if from == to || from == "lib" {
        return None;
    }
    if !has_place(from) || !has_place(to) {
        return Some(format!(
            "`{from}` or `{to}` has no level: give it one in src/lib.rs and tests/architecture"
        ));
    }
    if from == "sim" {
        return Some(
            "`sim` uses nothing of this crate: no mistake is shared with the client".into(),
        );
    }
    if to == "sim" {
        return (!matches!(from, "runtime" | "cli"))
            .then(|| "`sim` is used by `runtime` and `cli` alone".into());
    }
    if is_edge(from) {
        let low = to != "widgets" && level(to).is_some_and(|level| level <= 2);
        return (!low).then(|| {
            format!("an edge uses levels 0 to 2 and no other edge: `{from}` may not use `{to}`")
        });
    }
    if is_edge(to) {
        return level(from)
            .is_none_or(|level| level < 7)
            .then(|| format!("edges are used from level 7 up: `{from}` may not use `{to}`"));
    }
    (level(to) > level(from))
        .then(|| format!("arrows point down only: `{from}` may not use `{to}`"))
}

/// A file while it is checked.
struct Checked<'a> {
    path: &'a str,
    lines: Vec<&'a str>,
    wrong: Vec<String>,
}

impl Checked<'_> {
    fn say(&mut self, line: usize, rule: &str) {
        let text = self.lines.get(line - 1).map_or("", |line| line.trim());
        self.wrong
            .push(format!("{}:{line}: `{text}`: {rule}", self.path));
    }
}

/// Everything that is wrong with one file, each with its line.
pub fn check_file((path, text): &File) -> Vec<String> {
    let mut file = Checked {
        path,
        lines: text.lines().collect(),
        wrong: Vec::new(),
    };
    let code = without_tests(&blank(text));
    check_shape(&mut file, text, &code);
    let mentions = mentions(path, &code);
    check_arrows(&mut file, &mentions);
    check_crates(&mut file, &mentions);
    check_clocks(&mut file, &mentions);
    file.wrong
}

fn check_shape(file: &mut Checked, text: &str, code: &str) {
    if !text.starts_with("//!") {
        file.say(
            1,
            "a file opens with `//!`: what it holds and what it must not know",
        );
    }
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    if BAD_NAMES.contains(&name) || name.starts_with("manager") {
        file.say(1, &format!("`{name}`: a name says what is held"));
    }
    let lines = tests_cut(&blank(text)).lines().count();
    if lines > MOST_LINES {
        file.say(
            file.lines.len(),
            &format!("{lines} lines: a file has at most {MOST_LINES} without its tests"),
        );
    }
    for (name, line, length) in functions(code) {
        if length > LONGEST_FN {
            file.say(
                line,
                &format!("`{name}` has {length} lines: a function has at most {LONGEST_FN}"),
            );
        }
    }
    for (number, line) in code.lines().enumerate() {
        let line = line.replace(' ', "");
        if line.contains("#[allow(") || line.contains("#![allow(") {
            file.say(number + 1, "an exception is `#[expect(…, reason = …)]`");
        }
    }
}

fn check_arrows(file: &mut Checked, mentions: &[Mention]) {
    let module = module_of(file.path);
    let own_view = file
        .path
        .strip_prefix("views/")
        .and_then(|rest| rest.split(['/', '.']).next());
    for mention in mentions {
        let Some(to) = target(&mention.path) else {
            continue;
        };
        if let Some(rule) = forbidden(module, to) {
            file.say(mention.line, &rule);
        }
        let other = mention
            .path
            .strip_prefix("crate::views::")
            .and_then(|rest| rest.split("::").next());
        if let (Some(own), Some(other)) = (own_view, other)
            && own != other
            && SCREENS.contains(&other)
        {
            file.say(
                mention.line,
                &format!("no view uses another view's file: `{own}` may not use `{other}`"),
            );
        }
    }
}

fn check_crates(file: &mut Checked, mentions: &[Mention]) {
    let module = module_of(file.path);
    let pure = level(module).filter(|level| *level <= 6);
    for mention in mentions {
        let begins = |name: &str| {
            mention
                .path
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        if let Some(level) = pure
            && IMPURE.iter().any(|name| begins(name))
        {
            file.say(
                mention.line,
                &format!("level {level} is pure: no I/O, no task, no terminal"),
            );
        }
        if UNCOLOURED.contains(&module) && begins("ratatui") {
            file.say(
                mention.line,
                &format!("`{module}` holds values only: no style, no cell"),
            );
        }
        if begins("termina") && file.path != "keys/decode.rs" {
            file.say(
                mention.line,
                "keys/decode.rs is the one file that knows termina",
            );
        }
    }
}

fn check_clocks(file: &mut Checked, mentions: &[Mention]) {
    let module = module_of(file.path);
    if file.path == "runtime/clock.rs" || module == "sim" {
        return;
    }
    let steered = matches!(module, "runtime" | "engine")
        && mentions
            .iter()
            .any(|m| m.imported && m.path == "tokio::time::Instant");
    for mention in mentions {
        let read = CLOCKS
            .iter()
            .any(|clock| mention.path == *clock || mention.path.ends_with(&format!("::{clock}")));
        let of_tokio = match mention.path.as_str() {
            "Instant::now" => steered,
            "tokio::time::Instant::now" => matches!(module, "runtime" | "engine"),
            _ => false,
        };
        if read && !of_tokio {
            file.say(
                mention.line,
                "time arrives in messages: wall clocks are read in runtime/clock.rs alone",
            );
        }
    }
}

/// The first import cycle between top-level modules, as `a -> b -> a`.
pub fn cycle(files: &[File]) -> Option<String> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files {
        let module = module_of(path);
        if matches!(module, "lib" | "main") {
            continue;
        }
        for mention in mentions(path, &without_tests(&blank(text))) {
            if let Some(to) = target(&mention.path).filter(|to| *to != module) {
                uses.entry(module.to_owned())
                    .or_default()
                    .insert(to.to_owned());
            }
        }
    }
    uses.keys().find_map(|start| {
        let mut way = vec![start.clone()];
        walk(&uses, start, &mut way, &mut BTreeSet::new()).then(|| way.join(" -> "))
    })
}

fn walk(
    uses: &BTreeMap<String, BTreeSet<String>>,
    start: &str,
    way: &mut Vec<String>,
    seen: &mut BTreeSet<String>,
) -> bool {
    let here = way.last().cloned().unwrap_or_default();
    for next in uses.get(&here).into_iter().flatten() {
        if next == start {
            way.push(next.clone());
            return true;
        }
        if seen.insert(next.clone()) {
            way.push(next.clone());
            if walk(uses, start, way, seen) {
                return true;
            }
            way.pop();
        }
    }
    false
}
