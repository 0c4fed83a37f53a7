//! Compose end to end, the same of both generations: a stack that one made on a real engine, its drift, its plan, its way up
//! and down.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/compose.rs"]
mod compose;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::path::Path;

use compose::{FILE, Generation, Project, page};
use driver::{Driver, on_local};

/// The same with each generation.
macro_rules! both {
    ($($test:ident)*) => {$(
        mod $test {
            use super::Generation::{First, Second};

            #[tokio::test]
            async fn compose_1() {
                super::$test(First).await;
            }

            #[tokio::test]
            async fn compose_2() {
                super::$test(Second).await;
            }
        }
    )*};
}

both! {
    a_changed_variable_is_seen_planned_and_brought_up
    what_changes_between_the_plan_and_the_yes_is_refused
    down_removes_it_and_broken_files_are_told
    a_file_is_edited_shown_deployed_and_brought_back
    an_edit_that_compose_refuses_is_kept_until_it_is_let_go
    variables_are_masked_saved_and_not_deployed
}

/// A line of the journal that says so.
fn journalled(journal: &Path, words: &[&str]) -> bool {
    let mut all = String::new();
    for file in std::fs::read_dir(journal).expect("the journal").flatten() {
        all += &std::fs::read_to_string(file.path()).unwrap_or_default();
    }
    all.lines()
        .any(|line| words.iter().all(|word| line.contains(word)))
}

async fn a_changed_variable_is_seen_planned_and_brought_up(generation: Generation) {
    let Some(project) = Project::new("drift", generation) else {
        return;
    };
    on_local(async {
        let it = page(&project, "true").await;
        it.sees("as the files say").await;
        it.sees("NOT_SET_ANYWHERE variable is not set").await;
        project.write("WHO=me\n", ".env");
        it.sees("web: changed since it was made").await;
        project.greets("it is you");
        it.press("U").await;
        it.sees("changed, made anew: web").await;
        it.sees("unchanged: 1 service").await;
        it.answer("y").await;
        it.sees("brought up in").await;
        project.greets("it is me");
        it.press("esc").await;
        it.sees("as the files say").await;
        it.press("C").await;
        it.sees("as many containers of one service").await;
        it.answer("s down enter").await;
        it.sees("containers of web").await;
        // The number that stands there is selected.
        it.type_in("3").await;
        it.press("enter").await;
        it.sees("from 1 to 3").await;
        it.answer("y").await;
        it.sees("scaled in").await;
        assert_eq!(project.containers().len(), 4);
        let journal = it.journal();
        assert!(journalled(
            &journal,
            &["stack.up", generation.words(), &project.name]
        ));
        assert!(journalled(&journal, &["stack.scale", "success"]));
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

async fn what_changes_between_the_plan_and_the_yes_is_refused(generation: Generation) {
    let Some(project) = Project::new("meanwhile", generation) else {
        return;
    };
    on_local(async {
        let before = project.read(FILE);
        let it = page(&project, &changes("it is", "hello")).await;
        it.sees("as the files say").await;
        project.write("WHO=me\n", ".env");
        it.sees("web: changed since it was made").await;
        it.press("U").await;
        it.sees("changed, made anew: web").await;
        project.write("WHO=nobody\n", ".env");
        it.answer("y").await;
        it.sees(".env has changed since it was shown").await;
        project.greets("it is you");

        project.write("WHO=you\n", ".env");
        it.press("esc").await;
        it.sees("as the files say").await;
        files(&it).await;
        edit(&it).await;
        it.sees("changed, made anew: web").await;
        project.write("WHO=nobody\n", ".env");
        deploy(&it).await;
        it.sees(".env has changed since it was shown").await;
        project.greets("it is you");
        assert_eq!(project.read(FILE), before, "nothing was written");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

async fn down_removes_it_and_broken_files_are_told(generation: Generation) {
    let Some(project) = Project::new("down", generation) else {
        return;
    };
    on_local(async {
        let it = page(&project, "true").await;
        it.sees("as the files say").await;
        project.write("services: [not, a, mapping\n", FILE);
        it.sees(generation.refusal()).await;
        it.press("U").await;
        it.sees("reading the compose files").await;
        let twice = |s: &str| s.matches(generation.refusal()).count() == 2;
        it.until("the refusal", twice).await;
        let file = project.directory().join(FILE);
        std::fs::remove_file(&file).expect("it was there");
        it.sees("is not on this machine").await;
        assert_eq!(project.containers().len(), 2, "what runs is not touched");
        let whole = "version: '3'\nservices:\n  db: {image: x, network_mode: none}\n  web: {image: x, network_mode: none}\n";
        project.write(whole, FILE);
        it.sees("changed since it was made").await;
        it.press("C").await;
        it.sees("stop and remove containers").await;
        it.answer("d").await;
        it.sees("down?").await;
        it.answer("y").await;
        it.sees("taken down in").await;
        assert_eq!(project.containers(), Vec::<String>::new());
        it.press("esc").await;
        it.sees("gone: no container of it is left").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

/// An editor that replaces one word by another when `go` is typed, and keeps away until then.
fn changes(from: &str, to: &str) -> String {
    format!("sh -c 'echo editing; read go; sed -i \"s/{from}/{to}/\" \"$1\"' x")
}

/// From the stack's page to its files.
async fn files(it: &Driver) {
    it.press("f").await;
    it.sees(FILE).await;
    it.sees("WHO: 'it is ${WHO}'").await;
}

/// Has the editor of [`changes`] do its work.
async fn edit(it: &Driver) {
    it.press("e").await;
    it.sees("editing").await;
    it.type_in("go\n").await;
}

/// From what would change to the work itself.
async fn deploy(it: &Driver) {
    it.press("U").await;
    it.sees("Deploy").await;
    it.answer("y").await;
}

async fn a_file_is_edited_shown_deployed_and_brought_back(generation: Generation) {
    let Some(project) = Project::new("edit", generation) else {
        return;
    };
    on_local(async {
        let before = project.read(FILE);
        let ended = format!("{}  deployed in", project.name);
        let it = page(&project, &changes("it is", "hello")).await;
        it.sees("as the files say").await;
        files(&it).await;
        edit(&it).await;
        it.sees("changed, made anew: web").await;
        it.sees("not set, so empty: NOT_SET_ANYWHERE").await;
        it.sees("hello ${WHO}").await;
        assert_eq!(project.read(FILE), before, "nothing is written yet");
        deploy(&it).await;
        it.sees(&ended).await;
        project.greets("hello you");
        assert!(project.read(FILE).contains("hello"));
        assert!(journalled(&it.journal(), &["stack.deploy", "$EDITOR"]));

        it.press("esc").await;
        it.sees("1 earlier version").await;
        it.press("H").await;
        it.sees("by tester").await;
        it.answer("enter").await;
        it.sees("as it was until").await;
        it.sees("changed, made anew: web").await;
        deploy(&it).await;
        it.sees(&ended).await;
        project.greets("it is you");
        assert_eq!(project.read(FILE), before);
        it.press("esc").await;
        it.sees("2 earlier versions").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

async fn an_edit_that_compose_refuses_is_kept_until_it_is_let_go(generation: Generation) {
    let Some(project) = Project::new("refused", generation) else {
        return;
    };
    on_local(async {
        let before = project.read(FILE);
        let it = page(&project, &changes("services:", "services: [")).await;
        it.sees("as the files say").await;
        files(&it).await;
        edit(&it).await;
        it.sees("does not take it").await;
        it.sees(generation.refusal()).await;
        it.sees("services: [").await;
        it.press("U").await;
        it.sees("edit it again first").await;
        it.press("esc").await;
        it.sees("an edit is kept").await;
        assert_eq!(project.read(FILE), before);
        // It goes on where it was left, and can be let go.
        edit(&it).await;
        it.sees("services: [ [").await;
        it.press("x").await;
        it.sees("What was typed is lost").await;
        it.answer("y").await;
        it.until("the files", |s| {
            s.contains("WHO: ") && !s.contains("an edit is kept")
        })
        .await;
        assert_eq!(project.read(FILE), before);
        // Somebody else may remove it meanwhile.
        std::fs::remove_file(project.directory().join(FILE)).expect("it was there");
        it.sees("not on this machine").await;
        it.press("e").await;
        it.sees("there is nothing to edit").await;
        std::fs::write(project.directory().join(FILE), before).expect("a file");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

async fn variables_are_masked_saved_and_not_deployed(generation: Generation) {
    let Some(project) = Project::new("variables", generation) else {
        return;
    };
    on_local(async {
        project.write("WHO=you\nDB_PASSWORD=hunter2\n", ".env");
        let it = page(&project, &changes("WHO=you", "WHO=them")).await;
        it.sees("as the files say").await;
        it.press("f").await;
        it.sees("1 of 2").await;
        it.press("]").await;
        it.sees("DB_PASSWORD=").await;
        it.until("no secret", |s| !s.contains("hunter2")).await;
        it.press("v").await;
        it.sees("hunter2").await;
        it.press("v").await;
        edit(&it).await;
        it.sees("changed, made anew: web").await;
        it.press("ctrl-s").await;
        it.sees("Save the file?").await;
        it.answer("y").await;
        it.sees("saved").await;
        let file = std::fs::read_to_string(project.directory().join(".env")).expect("the file");
        assert_eq!(file, "WHO=them\nDB_PASSWORD=hunter2\n");
        project.greets("it is you");
        let journal = it.journal();
        assert!(journalled(&journal, &["env.reveal", ".env"]));
        assert!(!journalled(&journal, &["hunter2"]));
        it.press("esc esc").await;
        it.sees("web: changed since it was made").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
