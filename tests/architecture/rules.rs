//! The rules of the house: who may use whom, what a file may be.
use std::collections::{BTreeMap, BTreeSet};

use super::source::{blank, functions, mentions, without_tests};

/// A source file: its path below `src`, and its text.
pub type File = (String, String);

/// Modules by level, lowest first; `EDGES` stand beside level 2 and `sim` apart.
const LEVELS: [&[&str]; 9] = [
    &["model", "text"],
    &["keys", "theme", "settings"],
    &["msg", "effect", "widgets"],
    &["state"],
    &["actions", "columns", "layout"],
    &["views"],
    &["update", "subscriptions"],
    &["runtime"],
    &["cli", "main", "lib"],
];
const EDGES: [&str; 3] = ["engine", "journal", "config"];

/// I/O and time, which the pure levels may not mention.
const IMPURE: [&str; 11] = [
    "tokio",
    "bollard",
    "hyper",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
    "nix",
    "crossterm",
];
const CLOCKS: [&str; 4] = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];
const BAD_NAMES: [&str; 6] = [
    "app.rs",
    "utils.rs",
    "common.rs",
    "helpers.rs",
    "types.rs",
    "mod.rs",
];
const MOST_LINES: usize = 500;
const LONGEST_FN: usize = 80;

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

/// The top-level module of a file: `views/details.rs` is of `views`.
pub fn module_of(path: &str) -> &str {
    path.split('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".rs")
}

/// Why `from` may not use `to`, if it may not.
pub fn forbidden(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let edge = |module: &str| EDGES.contains(&module);
    let allowed = match (from, to) {
        ("sim", _) => false,
        (_, "sim") => matches!(from, "runtime" | "cli"),
        (from, to) if edge(from) => {
            !edge(to) && to != "widgets" && level(to).is_some_and(|level| level <= 2)
        }
        (from, to) if edge(to) => matches!(from, "runtime" | "cli"),
        (from, to) => match (level(from), level(to)) {
            (Some(from), Some(to)) => to <= from,
            _ => {
                return Some(format!(
                    "`{from}` or `{to}` has no level: give it one in tests/architecture"
                ));
            }
        },
    };
    (!allowed).then(|| format!("arrows point down only: `{from}` may not use `{to}`"))
}

/// Everything that is wrong with one file, each with its line.
pub fn check_file((path, text): &File) -> Vec<String> {
    let module = module_of(path);
    let mut wrong = Vec::new();
    if !text.starts_with("//!") {
        wrong.push(format!(
            "{path}:1: a file opens with `//!`: what it holds and what it must not know"
        ));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if BAD_NAMES.contains(&name) || name.starts_with("manager") {
        wrong.push(format!(
            "{path}:1: `{name}` says nothing: a name says what is held"
        ));
    }
    let own = without_tests(text);
    let lines = own.lines().count();
    if lines > MOST_LINES {
        wrong.push(format!(
            "{path}:{lines}: a file has at most {MOST_LINES} lines"
        ));
    }
    let code = blank(&own);
    for (function, line, length) in functions(&code) {
        if length > LONGEST_FN {
            wrong.push(format!(
                "{path}:{line}: `{function}` has {length} lines: at most {LONGEST_FN}"
            ));
        }
    }
    for (number, line) in code.lines().enumerate() {
        if line.contains("#[allow(") || line.contains("#![allow(") {
            wrong.push(format!(
                "{path}:{}: `{}`: an exception is #[expect(…, reason)]",
                number + 1,
                line.trim()
            ));
        }
    }
    wrong.extend(check_paths(path, module, &code));
    wrong
}

fn check_paths(path: &str, module: &str, code: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let pure = !EDGES.contains(&module) && level(module).is_some_and(|level| level <= 6);
    let uncoloured = ["model", "text", "keys", "msg", "effect", "state"].contains(&module);
    let own_clock = path == "runtime/clock.rs" || module == "sim";
    let tokio_time = code.contains("tokio::time::") && code.contains("Instant");
    for mention in mentions(code) {
        let begins =
            |name: &str| mention.path == name || mention.path.starts_with(&format!("{name}::"));
        let mut say = |rule: String| {
            wrong.push(format!(
                "{path}:{}: `{}`: {rule}",
                mention.line, mention.text
            ));
        };
        if let Some(to) = mention.path.strip_prefix("crate::") {
            let to = to.split("::").next().unwrap_or(to);
            if let Some(rule) = forbidden(module, to).filter(|_| to.starts_with(char::is_lowercase))
            {
                say(rule);
            }
            let screen = mention
                .path
                .strip_prefix("crate::views::")
                .and_then(|rest| rest.split_once("::"));
            let shared = [
                "happened", "happened", "hints", "list", "notice", "overlays", "plain", "tabs",
                "footer", "header",
            ];
            if let Some((other, _)) = screen.filter(|_| module == "views" && path != "views.rs") {
                let own = path
                    .trim_start_matches("views/")
                    .split(['/', '.'])
                    .next()
                    .unwrap_or(path);
                if other.starts_with(char::is_lowercase) && other != own && !shared.contains(&other)
                {
                    say(format!(
                        "no view uses another view's file: `{own}` uses `{other}`"
                    ));
                }
            }
        }
        if pure && IMPURE.iter().any(|name| begins(name)) {
            say(format!(
                "level {} is pure: no I/O and no tasks",
                level(module).unwrap_or(0)
            ));
        }
        if uncoloured && begins("ratatui") {
            say(format!("`{module}` holds values only: no style, no cell"));
        }
        if begins("termina") && path != "keys/decode.rs" {
            say("keys/decode.rs is the one file that knows termina".to_owned());
        }
        let clock = CLOCKS
            .iter()
            .any(|clock| mention.path == *clock || mention.path.ends_with(&format!("::{clock}")));
        let of_tokio = mention.path.ends_with("Instant::now") && tokio_time && !pure;
        if clock && !own_clock && !of_tokio {
            say("time arrives in messages: clocks are read in runtime/clock.rs alone".to_owned());
        }
    }
    wrong
}

/// The first import cycle between top-level modules, as `a -> b -> a`.
pub fn cycle(files: &[File]) -> Option<String> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files {
        let module = module_of(path);
        if matches!(module, "lib" | "main") {
            continue;
        }
        for mention in mentions(&blank(&without_tests(text))) {
            if let Some(to) = mention
                .path
                .strip_prefix("crate::")
                .and_then(|p| p.split("::").next())
                && to != module
                && to.starts_with(char::is_lowercase)
            {
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
