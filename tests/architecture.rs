//! The walls of the house, checked: levels, cycles, clocks, crates, sizes, names. Each rule is shown to fire on a small
//! bad source, and to name its line.
#![expect(
    clippy::expect_used,
    reason = "a source that cannot be read must fail the test"
)]
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::path::Path;

use rules::{EDGES, File, LEVELS, SCREENS, SHARED_VIEWS, check_file, cycle, has_place, module_of};

/// Every source file but those that hold tests alone (`foo/tests.rs`).
fn sources() -> Vec<File> {
    fn read(dir: &Path, root: &Path, files: &mut Vec<File>) {
        for entry in std::fs::read_dir(dir).expect("src can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, root, files);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let name = path.strip_prefix(root).expect("below src");
                let name = name.to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).expect("utf-8")));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    read(&root, &root, &mut files);
    files.sort();
    files
}

fn text_of(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).expect(path)
}

#[test]
fn every_file_keeps_the_rules() {
    let files = sources();
    let modules: BTreeSet<&str> = files.iter().map(|(path, _)| module_of(path)).collect();
    for module in LEVELS.iter().copied().flatten().chain(&EDGES) {
        assert!(modules.contains(module), "`{module}` was found in src");
    }
    for module in &modules {
        assert!(has_place(module), "`{module}` has no level");
    }
    let wrong: Vec<String> = files.iter().flat_map(check_file).collect();
    assert!(
        wrong.is_empty(),
        "{} broken rules:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn modules_import_in_no_circle() {
    assert_eq!(cycle(&sources()), None);
}

/// The drawing in src/lib.rs is what people read; it says what is checked here.
#[test]
fn the_drawing_shows_the_levels_that_are_checked() {
    for page in ["src/lib.rs", "docs/ARCHITECTURE.md"] {
        let text = text_of(page);
        for (level, modules) in LEVELS.iter().enumerate() {
            let line = format!("{level}  {}", modules.join("  "));
            let drawn = text.lines().any(|drawn| {
                let drawn = drawn.trim_start_matches("//!").trim_start();
                drawn
                    .strip_prefix(&line)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("   "))
            });
            assert!(drawn, "{page} does not draw `{line}`");
        }
        let edges = format!("edges: {}", EDGES.join("  "));
        assert!(text.contains(&edges), "{page} does not draw `{edges}`");
    }
}

#[test]
fn every_file_of_the_views_is_a_screen_or_shared() {
    let text = text_of("src/views.rs");
    let held: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or(line.strip_prefix("mod ")))
        .map(|line| line.trim_end_matches(';'))
        .collect();
    let known: BTreeSet<&str> = SCREENS.into_iter().chain(SHARED_VIEWS).collect();
    assert_eq!(held, known, "tell tests/architecture/rules.rs what it is");
}

/// What is said of a file; its first line is its doc, so that `text` begins on line 2.
fn said(path: &str, text: &str) -> String {
    check_file(&(path.to_owned(), format!("//! doc\n{text}"))).join("\n")
}

/// Asserts that exactly one rule fires, on this line, with these words.
#[track_caller]
fn fires(path: &str, text: &str, line: usize, words: &str) {
    let said = said(path, text);
    let begins = format!("{path}:{line}: `");
    assert!(
        said.lines().count() == 1 && said.starts_with(&begins) && said.contains(words),
        "{path}:{line}: {words}\nsaid: {said}"
    );
}

#[test]
fn an_upward_arrow_is_named_with_its_line() {
    let group = "use std::fmt;\nuse crate::{\n    text,\n    state::{State, nav},\n};\n";
    let all = said("model/x.rs", group);
    assert_eq!(all.lines().count(), 2, "{all}");
    assert!(
        all.starts_with("model/x.rs:5: `state::{State, nav},`: arrows point down only: `model` may not use `state`"),
        "{all}"
    );
    for (path, text, words) in [
        (
            "state/x.rs",
            "fn f() { crate::views::draw() }",
            "may not use `views`",
        ),
        (
            "state/x.rs",
            "type T = Vec<crate::update::Y>;",
            "may not use `update`",
        ),
        (
            "keys.rs",
            "use super::msg::Msg;",
            "`keys` may not use `msg`",
        ),
        (
            "keys/a/b.rs",
            "use super::super::super::msg;",
            "`keys` may not use `msg`",
        ),
        (
            "widgets/x.rs",
            "pub(crate) use crate::state::State as S;",
            "may not use `state`",
        ),
        (
            "views.rs",
            "fn f() { super::runtime::run() }",
            "may not use `runtime`",
        ),
        (
            "model.rs",
            "use self::super::text::{self, width};\nuse crate::state;",
            "may not use `state`",
        ),
    ] {
        let line = 1 + text.lines().count();
        fires(path, text, line, words);
    }
    assert_eq!(
        said(
            "update/x.rs",
            "use crate::{state::State, views, layout};\nuse super::rows;"
        ),
        ""
    );
    assert_eq!(
        said("keys/decode.rs", "use super::chord;\nuse self::x::y;"),
        ""
    );
}

#[test]
fn edges_and_the_simulated_engine_stand_apart() {
    for (path, text, words) in [
        (
            "engine/x.rs",
            "use crate::journal::Journal;",
            "no other edge",
        ),
        (
            "journal/x.rs",
            "use crate::state::State;",
            "an edge uses levels 0 to 2",
        ),
        (
            "config/x.rs",
            "use crate::widgets::Pen;",
            "an edge uses levels 0 to 2",
        ),
        (
            "update/x.rs",
            "use crate::engine::Engine;",
            "edges are used from level 7 up",
        ),
        ("sim/x.rs", "use crate::model::Key;", "`sim` uses nothing"),
        (
            "update/x.rs",
            "use crate::sim::Sim;",
            "`runtime` and `cli` alone",
        ),
        (
            "engine/x.rs",
            "fn f() { crate::sim::start() }",
            "`runtime` and `cli` alone",
        ),
        ("model/x.rs", "use crate::helm::Chart;", "has no level"),
    ] {
        fires(path, text, 2, words);
    }
    let low = "use crate::{effect, keys, model, msg, settings, text, theme};";
    for edge in EDGES {
        assert_eq!(said(&format!("{edge}/x.rs"), low), "");
    }
    let high = "use crate::{engine, journal, config, sim, state};";
    assert_eq!(said("runtime/x.rs", high), "");
    assert_eq!(said("cli/x.rs", high), "");
    assert_eq!(
        said("sim/x.rs", "use super::world;\nuse crate::sim::api;"),
        ""
    );
}

#[test]
fn no_view_uses_another_views_file() {
    let rule = "no view uses another view's file";
    fires("views/logs.rs", "use crate::views::details::rows;", 2, rule);
    fires("views/logs/line.rs", "use super::super::events;", 2, rule);
    fires("views/hints.rs", "fn f() { super::logs::draw() }", 2, rule);
    let shared = "use super::hints::keys;\nuse crate::views::{list, logs::line, ALL};";
    assert_eq!(said("views/logs.rs", shared), "");
    assert_eq!(
        said("views.rs", "fn f() { logs::draw(); details::draw() }"),
        ""
    );
}

#[test]
fn pure_levels_name_no_io_and_values_no_colour() {
    for (path, text, words) in [
        ("update/x.rs", "use tokio::time::sleep;", "level 6 is pure"),
        (
            "state/x.rs",
            "fn f() { std::fs::read(p); }",
            "level 3 is pure",
        ),
        ("model/x.rs", "use std::{fmt, fs};", "level 0 is pure"),
        ("model/x.rs", "use bollard as b;", "level 0 is pure"),
        (
            "views/x.rs",
            "use std::{\n    fmt,\n    process::Command,\n};",
            "level 5 is pure",
        ),
        ("msg.rs", "pub use hyper::Uri;", "level 2 is pure"),
        (
            "state/x.rs",
            "use ratatui::style::Style;",
            "holds values only",
        ),
        (
            "keys/x.rs",
            "type C = ratatui::style::Color;",
            "holds values only",
        ),
        ("state/x.rs", "use termina::Parser;", "keys/decode.rs"),
        (
            "runtime/x.rs",
            "fn f() { termina::parse(b) }",
            "keys/decode.rs",
        ),
    ] {
        let line = if text.contains('\n') { 4 } else { 2 };
        fires(path, text, line, words);
    }
    assert_eq!(said("keys/decode.rs", "use termina::Parser;"), "");
    assert_eq!(said("theme/x.rs", "use ratatui::style::Style;"), "");
    assert_eq!(
        said("engine/x.rs", "use std::fs;\nuse tokio::net::UnixStream;"),
        ""
    );
    assert_eq!(
        said("model/x.rs", "use crate::text::tokio;\nuse std::fmt;"),
        ""
    );
}

#[test]
fn clocks_are_read_in_one_place() {
    let rule = "time arrives in messages";
    for (path, text) in [
        ("views/x.rs", "fn f() { let t = chrono::Utc::now(); }"),
        ("engine/x.rs", "fn f() { Utc::now() }"),
        ("cli/x.rs", "fn f() { Local::now() }"),
        ("journal/x.rs", "fn f() { std::time::SystemTime::now() }"),
        ("runtime/x.rs", "fn f() { Instant::now() }"),
        ("engine/x.rs", "fn f() { std::time::Instant::now() }"),
        ("cli/x.rs", "fn f() { tokio::time::Instant::now() }"),
    ] {
        fires(path, text, 2, rule);
    }
    let mixed = "use tokio::time::Instant;\nfn f() { Instant::now(); }\nfn g() { std::time::Instant::now(); }";
    fires("runtime/x.rs", mixed, 4, rule);
    fires(
        "journal/x.rs",
        "use tokio::time::Instant;\nfn f() { Instant::now(); }",
        3,
        rule,
    );
    let grouped = "use tokio::time::{Instant, sleep};\nfn f() { Instant::now(); }";
    assert_eq!(said("engine/x.rs", grouped), "");
    assert_eq!(said("runtime/clock.rs", "fn f() { Utc::now() }"), "");
    assert_eq!(said("sim/x.rs", "fn f() { Utc::now() }"), "");
}

#[test]
fn comments_strings_and_inline_tests_do_not_trip_it() {
    let text = r###"
// use crate::views::a;
/* use crate::views::b; /* nested */ use crate::views::c; */
fn f<'a>(x: &'a str) {
    let s = "tokio::spawn \" std::fs::read";
    let r = r#"std::fs::read " "#;
    let b = r"\";
    let c = ('"', '\'', '\\', b'"');
    let d = br##"tokio::spawn "# "##;
}
#[cfg(test)]
#[expect(clippy::panic, reason = "a } in a string")]
mod tests { use crate::runtime::x; fn g() { Utc::now() } }
#[cfg(test)]
mod apart;
"###;
    assert_eq!(said("model/x.rs", text), "");
    fires(
        "model/x.rs",
        &format!("{text}use crate::state;"),
        17,
        "may not use `state`",
    );
    fires(
        "model/x.rs",
        "fn f() { let a = ('\"', crate::state::X, '\"'); }",
        2,
        "`state`",
    );
}

#[test]
fn names_sizes_and_exceptions_are_kept() {
    for name in [
        "app",
        "utils",
        "common",
        "helpers",
        "types",
        "manager",
        "manager_pool",
        "a/mod",
    ] {
        fires(
            &format!("state/{name}.rs"),
            "",
            1,
            "a name says what is held",
        );
    }
    assert_eq!(said("state/apparel.rs", ""), "");
    fires(
        "state/x.rs",
        &"\n".repeat(500),
        501,
        "501 lines: a file has at most 500",
    );
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(600));
    assert_eq!(said("state/x.rs", &tests), "");
    let body = |lines| {
        format!(
            "\npub(crate) async fn long(a: [u8; 4]) {{\n{}}}\n",
            "    f();\n".repeat(lines)
        )
    };
    fires("state/x.rs", &body(79), 3, "`long` has 81 lines");
    assert_eq!(said("state/x.rs", &body(78)), "");
    fires(
        "state/x.rs",
        "fn f() {}\n#[allow(dead_code)]\nfn g() {}",
        3,
        "#[expect(",
    );
    fires("state/x.rs", "#![allow(dead_code)]", 2, "#[expect(");
    let bare = check_file(&("state/x.rs".to_owned(), "fn f() {}".to_owned()));
    assert_eq!(bare.len(), 1);
    assert!(bare[0].starts_with("state/x.rs:1: `fn f() {}`: a file opens with `//!`"));
}

#[test]
fn a_circle_is_told_as_the_way_around_it() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let mut files = vec![
        file("a.rs", "use crate::b::x;"),
        file("b/c.rs", "fn f() { super::super::d::y() }"),
        file("d.rs", "use crate::{a, e};"),
    ];
    assert_eq!(cycle(&files).as_deref(), Some("a -> b -> d -> a"));
    files[2].1 = "// use crate::{a, e};\n#[cfg(test)]\nmod tests { use crate::a; }".to_owned();
    assert_eq!(cycle(&files), None);
}
