//! Each rule shown to fire: small bad sources in, the rule and its line out; and what must not trip it.
use std::collections::BTreeSet;

use super::rules::{self, Finding};
use super::shape;
use super::source::{Source, mark_test_files};

fn crates() -> BTreeSet<String> {
    let names = [
        "bollard",
        "chrono",
        "clap",
        "crossterm",
        "hyper",
        "ratatui",
        "regex",
        "serde",
        "termina",
        "tokio",
        "unicode_width",
    ];
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What the rules of use find in these files.
fn uses(files: &[(&str, &str)]) -> Vec<Finding> {
    let sources = files.iter().map(|(path, text)| Source::new(path, text));
    rules::check(&mark_test_files(sources.collect()), &crates())
}

/// One file's findings: the line's number and the rule.
fn found(path: &str, text: &str) -> Vec<(usize, String)> {
    let of_use = uses(&[(path, text)]);
    of_use.into_iter().map(|f| (f.line, f.rule)).collect()
}

/// Asserts that exactly one rule fires, on this line, and says this.
#[track_caller]
fn fires(path: &str, text: &str, line: usize, rule: &str) {
    let found = found(path, text);
    let [(at, said)] = found.as_slice() else {
        panic!("one finding expected for {path}: {found:?}");
    };
    assert_eq!(*at, line, "{said}");
    assert!(said.contains(rule), "{said}");
}

#[track_caller]
fn passes(path: &str, text: &str) {
    assert_eq!(found(path, text), [], "{path}");
}

#[test]
fn an_arrow_up_is_found_however_it_is_written() {
    let up = "state (level 3) uses views (level 5): arrows point down only";
    for (text, line) in [
        ("use crate::views::tabs;", 1),
        ("use crate::{model, views};", 1),
        (
            "use crate::{\n    model::{Key, HostId},\n    views::{\n        tabs,\n    },\n};",
            4,
        ),
        ("pub(crate) use super::views::tabs as t;", 1),
        ("use super::{model, views::tabs};", 1),
        ("fn f() {\n    crate::views::tabs()\n}", 2),
        ("fn f() {\n    super::views::tabs()\n}", 2),
        ("use crate as house;\nfn f() { house::views::tabs() }", 2),
        (
            "use crate::{self as house};\nfn f() { house::views::tabs() }",
            2,
        ),
        ("macro_rules! m {\n () => { $crate::views::tabs() };\n}", 2),
        ("mod inner {\n use super::super::views::tabs;\n}", 2),
        ("#[cfg(test)]\nmod tests {\n use crate::views::tabs;\n}", 3),
        ("#[derive(crate::views::Tab)]\nstruct S;", 1),
    ] {
        fires("src/state.rs", text, line, up);
    }
    fires("src/state/nav.rs", "use super::super::views::x;", 1, up);
    fires(
        "src/widgets/table.rs",
        "use crate::state::Table;",
        1,
        "arrows point down only",
    );
    fires(
        "src/text.rs",
        "use crate::theme::Key;",
        1,
        "arrows point down only",
    );
    fires(
        "src/runtime.rs",
        "use crate::cli::Cli;",
        1,
        "arrows point down only",
    );
    // Text behind the words of the finding is the line itself.
    let found = uses(&[("src/state.rs", "//! x\nuse crate::views::tabs;")]);
    let told = found[0].to_string();
    assert!(
        told.starts_with("src/state.rs:2: use crate::views::tabs;\n"),
        "{told}"
    );
}

#[test]
fn arrows_down_and_beside_pass() {
    passes(
        "src/views/logs.rs",
        "use crate::{state::State, widgets, text::width};",
    );
    passes("src/update.rs", "use crate::subscriptions;");
    passes(
        "src/engine/error.rs",
        "use crate::msg::Msg; use crate::effect::Verb; use super::raw;",
    );
    passes(
        "src/runtime/jobs.rs",
        "use crate::engine::Engine; use crate::journal::Store; use crate::sim::Sim;",
    );
    passes("src/main.rs", "fn main() { stacktui::cli::run() }");
}

#[test]
fn edges_and_the_simulation_stand_apart() {
    fires(
        "src/engine/logs.rs",
        "use crate::journal::Store;",
        1,
        "edges do not use each other",
    );
    fires(
        "src/config.rs",
        "use crate::state::State;",
        1,
        "arrows point down only",
    );
    fires(
        "src/update.rs",
        "use crate::engine::Error;",
        1,
        "only the runtime and the command line",
    );
    fires(
        "src/state.rs",
        "use crate::sim::Sim;",
        1,
        "only the runtime and the command line",
    );
    fires(
        "src/engine.rs",
        "use crate::sim::Sim;",
        1,
        "edges do not use each other",
    );
    fires(
        "src/sim/world.rs",
        "use crate::model::Key;",
        1,
        "sim uses model",
    );
    fires(
        "src/sim/world.rs",
        "use bollard::models::Port;",
        1,
        "shares no type with the client",
    );
    fires(
        "src/engine.rs",
        "use ratatui::style::Style;",
        1,
        "not the screen",
    );
}

#[test]
fn a_module_without_a_level_is_found() {
    fires("src/gadgets.rs", "//! x", 1, "`gadgets` has no level");
    fires(
        "src/state.rs",
        "use crate::Shortcut;",
        1,
        "`Shortcut` has no level",
    );
    fires("src/state.rs", "use crate::*;", 1, "`*` has no level");
}

#[test]
fn a_view_uses_no_other_view() {
    let logs = ("src/views/logs/pane.rs", "//! x");
    let hints = ("src/views/hints.rs", "//! x");
    for text in [
        "use super::logs::pane;",
        "use crate::views::logs;",
        "use super::{hints, logs};",
    ] {
        let found = uses(&[("src/views/mail.rs", text), logs, hints]);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(
            found[0].rule.contains("views/mail uses views/logs"),
            "{text}"
        );
    }
    // A part is no way around it; the frame and the registry may know all.
    assert_eq!(
        uses(&[("src/views/hints.rs", "use super::logs;"), logs]).len(),
        1
    );
    assert_eq!(
        uses(&[
            ("src/views/overlays/help.rs", "use crate::views::logs;"),
            logs
        ]),
        []
    );
    assert_eq!(
        uses(&[
            (
                "src/views.rs",
                "use self::logs::pane; use crate::views::logs;"
            ),
            logs
        ]),
        []
    );
    assert_eq!(
        uses(&[("src/views/logs/pane.rs", "use super::line;"), logs]),
        []
    );
    assert_eq!(
        uses(&[
            ("src/views/mail.rs", "use super::hints; use super::find;"),
            logs,
            hints
        ]),
        []
    );
}

#[test]
fn a_cycle_is_told_with_each_of_its_arrows() {
    let found = uses(&[
        ("src/actions/log.rs", "use crate::layout::rows;"),
        ("src/layout.rs", "//! x\nuse crate::columns;"),
        (
            "src/columns/name.rs",
            "fn f() {\n\n    crate::actions::all();\n}",
        ),
        ("src/columns.rs", "use crate::model::Key;"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    for arrow in [
        "actions uses layout (src/actions/log.rs:1)",
        "layout uses columns (src/layout.rs:2)",
        "columns uses actions (src/columns/name.rs:3)",
    ] {
        assert!(found[0].rule.contains(arrow), "{}", found[0].rule);
    }
    assert_eq!(
        uses(&[
            ("src/actions.rs", "use crate::layout::rows;"),
            ("src/layout.rs", "//! x")
        ]),
        []
    );
}

#[test]
fn foreign_crates_and_io_stay_on_their_levels() {
    for (path, text, rule) in [
        (
            "src/update.rs",
            "use tokio::sync::mpsc;",
            "update names tokio",
        ),
        (
            "src/update.rs",
            "#[tokio::main]\nasync fn f() {}",
            "update names tokio",
        ),
        (
            "src/actions/log.rs",
            "fn f() { ::hyper::get() }",
            "actions names hyper",
        ),
        (
            "src/views/logs.rs",
            "use crossterm::{event, style};",
            "views names crossterm",
        ),
        (
            "src/state.rs",
            "use ratatui::text::Span;",
            "state names ratatui",
        ),
        (
            "src/msg.rs",
            "use ratatui::style::Style;",
            "msg names ratatui",
        ),
        (
            "src/model/key.rs",
            "#[derive(serde::Serialize)]\nstruct S;",
            "model names serde",
        ),
        (
            "src/keys/chord.rs",
            "use termina::event::KeyEvent;",
            "keys names termina",
        ),
        ("src/text.rs", "use std::{fmt, fs};", "text names std::fs"),
        ("src/text.rs", "use std::io::Write;", "text names std::io"),
        (
            "src/state.rs",
            "use std::time::Instant;",
            "state names std::time::Instant",
        ),
        (
            "src/layout.rs",
            "fn f() { std::env::var(\"X\"); }",
            "layout names std::env",
        ),
        (
            "src/update.rs",
            "use std as s;\nfn f() { s::thread::spawn(f) }",
            "names std::thread",
        ),
        (
            "src/update.rs",
            "use std::{self as s};\nfn f() { s::process::exit(1) }",
            "names std::process",
        ),
    ] {
        let found = found(path, text);
        // One that groups names each of them.
        assert!(!found.is_empty(), "{text}");
        assert!(
            found.iter().all(|(_, said)| said.contains(rule)),
            "{text}: {found:?}"
        );
    }
    passes("src/keys/decode.rs", "use termina::Parser;");
    passes("src/text/width.rs", "use unicode_width::UnicodeWidthStr;");
    passes(
        "src/views/logs.rs",
        "use ratatui::buffer::Buffer; use std::fmt; use std::time::Duration;",
    );
    passes(
        "src/engine.rs",
        "use bollard::Docker; use std::fs; use tokio::net::UnixStream;",
    );
    passes(
        "src/update.rs",
        "fn f(tokio: u8) -> Self { Self::of(tokio) }",
    );
}

#[test]
fn the_clock_is_read_in_one_place() {
    for text in [
        "use chrono::{DateTime, Utc};\nfn f() { Utc::now(); }",
        "use std::time::Instant;\nfn f() { let t = Instant::now(); }",
        "use std::time;\nfn f() { time::SystemTime::now(); }",
        "use std::time::*;\nfn f() { x.unwrap_or_else(Instant::now); }",
        "\nfn f() { chrono::Local::now(); }",
        "use std::time::Instant as Moment;\nfn f() { Moment::now(); }",
    ] {
        fires(
            "src/runtime/jobs.rs",
            text,
            2,
            "ask the machine for the time",
        );
        passes("src/runtime/clock.rs", text);
        passes("src/sim/clock.rs", text);
    }
    // Tokio's clock stands still when a test says so; a test's own import says nothing of the code beside it.
    passes(
        "src/runtime/jobs.rs",
        "use tokio::time::Instant;\nfn f() { Instant::now(); }",
    );
    let mixed = "use std::time::Instant;\nfn f() { Instant::now(); }\n\
                 #[cfg(test)]\nmod tests {\n use tokio::time::Instant;\n fn f() { Instant::now(); }\n}";
    fires(
        "src/engine/raw.rs",
        mixed,
        2,
        "ask the machine for the time",
    );
}

#[test]
fn tests_are_free_and_end_where_they_end() {
    let test = "#[cfg(test)]\nmod tests {\n use tokio::time;\n fn f() { std::fs::read(x); Utc::now(); }\n}\n";
    passes("src/update.rs", test);
    passes(
        "src/update.rs",
        "#[cfg(test)]\n#[expect(clippy::panic, reason = \"x\")]\nmod tests { use std::fs; }",
    );
    passes(
        "src/update.rs",
        "#[cfg(test)]\nfn f<A, B>(a: A, b: B) { std::fs::read(a, b) }",
    );
    passes("src/update.rs", "#[cfg(test)]\nuse std::{fs, env};");
    let free = [
        ("src/update.rs", "#[cfg(test)]\nmod checks;"),
        ("src/update/checks.rs", "use std::fs;"),
        ("src/update/checks/deep.rs", "use tokio::time;"),
    ];
    assert_eq!(uses(&free), []);
    fires(
        "src/update.rs",
        &format!("{test}use std::fs;"),
        6,
        "update names std::fs",
    );
    let behind = "struct S {\n #[cfg(test)]\n a: u8,\n b: std::fs::File,\n}";
    fires("src/update.rs", behind, 4, "update names std::fs");
    fires(
        "src/update.rs",
        "#[cfg(test)]\nmod checks;\nuse std::fs;",
        3,
        "update names std::fs",
    );
    fires(
        "src/update.rs",
        "#[cfg(not(test))]\nuse std::fs;",
        2,
        "update names std::fs",
    );
}

#[test]
fn words_are_no_code() {
    passes(
        "src/state.rs",
        "// use crate::views;\n/// [`crate::views::tabs`] std::fs::read\n/* use tokio::x; /* in */ std::fs::read */",
    );
    passes(
        "src/state.rs",
        "const A: &str = \"crate::views::x \\\" std::fs::read\";",
    );
    passes(
        "src/state.rs",
        "const A: &str = r#\"\" std::fs::read \"#; const B: &[u8] = br\"std::fs::x\\\";",
    );
    // A quote in a character and a lifetime open no string.
    fires(
        "src/state.rs",
        "const A: char = '\"';\nuse std::fs;",
        2,
        "std::fs",
    );
    fires(
        "src/state.rs",
        "const A: [char; 2] = ['\\'', '\\\\'];\nuse std::fs;",
        2,
        "std::fs",
    );
    fires(
        "src/state.rs",
        "fn f<'a>(x: &'a str, y: &'a str) {}\nuse std::fs;",
        2,
        "std::fs",
    );
    fires(
        "src/state.rs",
        "const A: &str = \"//\";\nuse std::fs;",
        2,
        "std::fs",
    );
    fires(
        "src/state.rs",
        "const A: &str = \"a\\\n  b\n\";\nuse std::fs;",
        4,
        "std::fs",
    );
}

/// What the rules of shape find in a file that opens well, its lines counted from the second.
fn shapes(path: &str, text: &str) -> Vec<(usize, String)> {
    let found = shape::check(&Source::new(path, &format!("//! Holds things.\n{text}")));
    found.into_iter().map(|f| (f.line, f.rule)).collect()
}

#[track_caller]
fn bad_shape(path: &str, text: &str, line: usize, rule: &str) {
    let found = shapes(path, text);
    let [(at, said)] = found.as_slice() else {
        panic!("one finding expected for {path}: {found:?}");
    };
    assert_eq!(*at, line, "{said}");
    assert!(said.contains(rule), "{said}");
}

#[test]
fn files_say_what_they_hold() {
    for text in [
        "use std::fmt;",
        "// no\n//! late",
        "//!\nfn f() {}",
        "//! (to come)\n",
        "",
    ] {
        let found = shape::check(&Source::new("src/state.rs", text));
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        assert!(found[0].rule.contains("opens with `//!`"));
    }
    for path in [
        "src/app.rs",
        "src/update/mod.rs",
        "src/text/utils.rs",
        "src/engine/common.rs",
        "src/engine/helpers.rs",
        "src/model/types.rs",
        "src/engine/manager.rs",
        "src/engine/manager_of_links.rs",
        "src/utils/width.rs",
    ] {
        bad_shape(path, "", 1, "says nothing");
    }
    assert_eq!(shapes("src/text/width.rs", ""), []);
}

#[test]
fn files_and_functions_are_short() {
    let lines = |count: usize| "fn f() {}\n".repeat(count);
    assert_eq!(shapes("src/state.rs", &lines(499)), []);
    bad_shape("src/state.rs", &lines(500), 1, "501 lines without tests");
    let test = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(500));
    assert_eq!(shapes("src/state.rs", &test), []);
    bad_shape(
        "src/state.rs",
        &format!("{test}{}", lines(500)),
        1,
        "501 lines",
    );

    let body = |count: usize| {
        format!(
            "pub async fn long(\n    a: [u8; 4],\n) {{\n{}}}\n",
            "a();\n".repeat(count)
        )
    };
    assert_eq!(shapes("src/state.rs", &body(76)), []);
    bad_shape("src/state.rs", &body(77), 2, "fn long has 81 lines");
    assert_eq!(
        shapes(
            "src/state.rs",
            &format!("#[cfg(test)]\nmod tests {{\n{}}}\n", body(99))
        ),
        []
    );
    let bodiless = format!(
        "trait T {{\n fn f(x: [u8; 4]) -> u8;\n{}}}\n",
        "const A: u8 = 1;\n".repeat(99)
    );
    assert_eq!(shapes("src/state.rs", &bodiless), []);
}

#[test]
fn lints_are_expected_not_allowed() {
    for text in [
        "#[allow(dead_code)]\nfn f() {}",
        "#![allow(dead_code, reason = \"x\")]",
        "#[cfg_attr(test, allow(dead_code))]\nfn f() {}",
        "#[cfg(test)]\n#[allow(dead_code)]\nmod tests {}",
    ] {
        let line = 2 + usize::from(text.starts_with("#[cfg(test)]"));
        bad_shape("src/state.rs", text, line, "`#[expect(lint, reason");
    }
    assert_eq!(
        shapes(
            "src/state.rs",
            "#[expect(dead_code, reason = \"x\")]\nfn f() { allow(1); [allow(2)]; }"
        ),
        []
    );
}
