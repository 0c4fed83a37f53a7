//! The walls of the house, checked: levels, cycles, clocks, sizes, names. Each rule is shown to fire.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot read the sources must fail"
)]
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::path::Path;

use rules::{File, check_file, cycle};

fn sources() -> Vec<File> {
    fn read(dir: &Path, root: &Path, files: &mut Vec<File>) {
        for entry in std::fs::read_dir(dir).expect("src can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, root, files);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let name = path
                    .strip_prefix(root)
                    .expect("below src")
                    .to_string_lossy()
                    .into_owned();
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

#[test]
fn every_file_keeps_the_rules() {
    let files = sources();
    assert!(files.len() > 50, "the sources were found");
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

fn complaints(path: &str, text: &str) -> String {
    check_file(&(path.to_owned(), format!("//! doc\n{text}"))).join("\n")
}

#[test]
fn an_upward_arrow_is_named_with_its_line() {
    let said = complaints(
        "model/x.rs",
        "use std::fmt;\nuse crate::{\n    text,\n    state::{State, nav},\n};\n",
    );
    assert!(
        said.contains("model/x.rs:3") && said.contains("`model` may not use `state`"),
        "{said}"
    );
    assert!(
        complaints("state/x.rs", "fn f() { crate::views::draw() }").contains("may not use `views`")
    );
    assert!(
        complaints("engine/x.rs", "use crate::journal::Journal;").contains("may not use `journal`")
    );
    assert!(complaints("sim/x.rs", "use crate::model::Key;").contains("`sim` may not use `model`"));
    assert!(complaints("update/x.rs", "use crate::sim::Sim;").contains("may not use `sim`"));
    assert!(
        complaints("views/logs.rs", "use crate::views::details::rows;")
            .contains("no view uses another")
    );
    assert_eq!(
        complaints(
            "views/x.rs",
            "use crate::state::State;\nuse crate::views::hints::keys;"
        ),
        ""
    );
}

#[test]
fn purity_clocks_and_colours_are_kept() {
    assert!(complaints("update/x.rs", "use tokio::time::sleep;").contains("is pure"));
    assert!(complaints("state/x.rs", "fn f() { std::fs::read(p); }").contains("is pure"));
    assert!(complaints("state/x.rs", "use ratatui::style::Style;").contains("values only"));
    assert!(
        complaints("views/x.rs", "fn f() { let t = chrono::Utc::now(); }")
            .contains("time arrives in messages")
    );
    assert!(
        complaints("runtime/x.rs", "fn f() { std::time::Instant::now(); }")
            .contains("time arrives")
    );
    assert_eq!(
        complaints(
            "runtime/x.rs",
            "use tokio::time::Instant;\nfn f() { Instant::now(); }"
        ),
        ""
    );
    assert!(complaints("state/x.rs", "use termina::Parser;").contains("keys/decode.rs"));
}

#[test]
fn comments_strings_and_inline_tests_do_not_trip_it() {
    let text = "// use crate::views::x;\nfn f() { let s = \"tokio::spawn\"; let r = r#\"std::fs::read\"#; let c = '\"'; }\n\
                #[cfg(test)]\nmod tests { use crate::runtime::x; }\n";
    assert_eq!(complaints("model/x.rs", text), "");
}

#[test]
fn names_sizes_and_exceptions_are_kept() {
    assert!(complaints("state/utils.rs", "").contains("says what is held"));
    assert!(complaints("state/x.rs", &"\n".repeat(501)).contains("at most 500 lines"));
    let long = format!(
        "pub(crate) async fn long() {{\n{}}}\n",
        "    f();\n".repeat(80)
    );
    assert!(complaints("state/x.rs", &long).contains("`long` has 82 lines"));
    assert!(complaints("state/x.rs", "#[allow(dead_code)]\nfn f() {}").contains("#[expect"));
    let bare = check_file(&("state/x.rs".to_owned(), "fn f() {}".to_owned())).join("");
    assert!(bare.contains("opens with `//!`"));
}

#[test]
fn a_circle_is_told_as_the_way_around_it() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let files = [
        file("a.rs", "use crate::b::x;"),
        file("b/c.rs", "fn f() { crate::d::y() }"),
        file("d.rs", "use crate::{a, e};"),
    ];
    assert_eq!(cycle(&files).as_deref(), Some("a -> b -> d -> a"));
}
