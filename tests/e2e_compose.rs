//! Compose end to end: a stack that compose 1 made on a real engine, its drift, its plan, its way up and down.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use driver::{Driver, on_engine, on_local};

/// A project on the engine; it goes when this is dropped.
struct Project {
    folder: tempfile::TempDir,
    endpoint: String,
    name: String,
}

impl Project {
    /// Two services without a network: engines on machines that allow no packet filter have none.
    fn new(test: &str) -> Option<Self> {
        let endpoint = engine::real_engine(test)?;
        let there = Command::new("docker-compose").arg("version").output();
        if !there.is_ok_and(|output| output.status.success()) {
            let required = std::env::var("STACKTUI_REQUIRE_ENGINE").is_ok_and(|v| v == "1");
            assert!(!required, "{test} needs docker-compose");
            // Past the capture of the test's own output: a skip is always seen.
            let _closed = writeln!(std::io::stderr(), "SKIP {test}: docker-compose is not here");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let it = Self {
            name: format!("e2e-{test}-{}", std::process::id()),
            folder,
            endpoint,
        };
        std::fs::create_dir(it.directory()).expect("a folder with a name that wants quotes");
        it.write("WHO=you\n", ".env");
        let service = |more: &str| {
            format!(
                "{{image: '{}', network_mode: none, stop_grace_period: 0s, command: [sleep, '1000']{more}}}",
                engine::BUSYBOX
            )
        };
        let file = format!(
            "version: '3'\nservices:\n  db: {}\n  web: {}\n",
            service(""),
            service(", environment: {WHO: 'it is ${WHO}', NONE: '${NOT_SET_ANYWHERE}'}")
        );
        it.write(&file, "docker-compose.yml");
        it.compose(&["up", "-d"]);
        Some(it)
    }

    fn directory(&self) -> PathBuf {
        self.folder.path().join("it's, a shop")
    }

    fn write(&self, text: &str, file: &str) {
        std::fs::write(self.directory().join(file), text).expect("a file");
    }

    fn compose(&self, words: &[&str]) {
        let output = Command::new("docker-compose")
            .args(["-p", &self.name])
            .args(words)
            .env("DOCKER_HOST", &self.endpoint)
            .current_dir(self.directory())
            .output()
            .expect("docker-compose runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
    }

    fn docker(&self, words: &[&str]) -> String {
        let output = Command::new("docker")
            .args(words)
            .env("DOCKER_HOST", &self.endpoint)
            .output()
            .expect("docker runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn containers(&self) -> Vec<String> {
        let label = format!("label=com.docker.compose.project={}", self.name);
        let ids = self.docker(&["ps", "-aq", "--filter", &label]);
        ids.lines().map(str::to_owned).collect()
    }

    /// What runs was made with this text.
    #[track_caller]
    fn greets(&self, text: &str) {
        let container = format!("{}_web_1", self.name);
        let environment = self.docker(&["inspect", "-f", "{{.Config.Env}}", &container]);
        assert!(environment.contains(text), "{environment}");
    }

    async fn open(&self) -> Driver {
        self.open_with("true").await
    }

    /// The stack's page, with this as the user's editor.
    async fn open_with(&self, editor: &str) -> Driver {
        let editor = Some(editor.to_owned());
        let it = Driver::with(on_engine(&self.endpoint), (240, 40), |runner| {
            runner.editor = editor;
        });
        it.sees("up").await;
        it.press("2").await;
        it.sees(&self.name).await;
        it.narrow(&self.name).await;
        it.press("enter").await;
        it.sees("Files and containers").await;
        it
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        for container in self.containers() {
            self.docker(&["rm", "-f", &container]);
        }
    }
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

#[tokio::test]
async fn a_changed_variable_is_seen_planned_and_brought_up() {
    let Some(project) = Project::new("drift") else {
        return;
    };
    on_local(async {
        let it = project.open().await;
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
            &["stack.up", "docker-compose", &project.name]
        ));
        assert!(journalled(&journal, &["stack.scale", "success"]));
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_changes_between_the_plan_and_the_yes_is_refused() {
    let Some(project) = Project::new("meanwhile") else {
        return;
    };
    on_local(async {
        let before = compose_file(&project);
        let it = project.open_with(&changes("it is", "hello")).await;
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
        assert_eq!(compose_file(&project), before, "nothing was written");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn down_removes_it_and_broken_files_are_told() {
    let Some(project) = Project::new("down") else {
        return;
    };
    on_local(async {
        let it = project.open().await;
        it.sees("as the files say").await;
        project.write("services: [not, a, mapping\n", "docker-compose.yml");
        it.sees("yaml.parser.ParserError").await;
        it.press("U").await;
        it.sees("reading the compose files").await;
        it.until("the refusal", |s| s.matches("ParserError").count() == 2).await;
        let file = project.directory().join("docker-compose.yml");
        std::fs::remove_file(&file).expect("it was there");
        it.sees("is not on this machine").await;
        assert_eq!(project.containers().len(), 2, "what runs is not touched");
        let whole = "version: '3'\nservices:\n  db: {image: x, network_mode: none}\n  web: {image: x, network_mode: none}\n";
        project.write(whole, "docker-compose.yml");
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
    it.sees("docker-compose.yml").await;
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

fn compose_file(project: &Project) -> String {
    let path = project.directory().join("docker-compose.yml");
    std::fs::read_to_string(path).expect("the file")
}

#[tokio::test]
async fn a_file_is_edited_shown_deployed_and_brought_back() {
    let Some(project) = Project::new("edit") else {
        return;
    };
    on_local(async {
        let before = compose_file(&project);
        let ended = format!("{}  deployed in", project.name);
        let it = project.open_with(&changes("it is", "hello")).await;
        it.sees("as the files say").await;
        files(&it).await;
        edit(&it).await;
        it.sees("changed, made anew: web").await;
        it.sees("not set, so empty: NOT_SET_ANYWHERE").await;
        it.sees("hello ${WHO}").await;
        assert_eq!(compose_file(&project), before, "nothing is written yet");
        deploy(&it).await;
        it.sees(&ended).await;
        project.greets("hello you");
        assert!(compose_file(&project).contains("hello"));
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
        assert_eq!(compose_file(&project), before);
        it.press("esc").await;
        it.sees("2 earlier versions").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_edit_that_compose_refuses_is_kept_until_it_is_let_go() {
    let Some(project) = Project::new("refused") else {
        return;
    };
    on_local(async {
        let before = compose_file(&project);
        let it = project
            .open_with(&changes("services:", "services: ["))
            .await;
        it.sees("as the files say").await;
        files(&it).await;
        edit(&it).await;
        it.sees("does not take it").await;
        it.sees("yaml.parser.ParserError").await;
        it.sees("services: [").await;
        it.press("U").await;
        it.sees("edit it again first").await;
        it.press("esc").await;
        it.sees("an edit is kept").await;
        assert_eq!(compose_file(&project), before);
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
        assert_eq!(compose_file(&project), before);
        // Somebody else may remove it meanwhile.
        std::fs::remove_file(project.directory().join("docker-compose.yml")).expect("it was there");
        it.sees("not on this machine").await;
        it.press("e").await;
        it.sees("there is nothing to edit").await;
        std::fs::write(project.directory().join("docker-compose.yml"), before).expect("a file");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test]
async fn variables_are_masked_saved_and_not_deployed() {
    let Some(project) = Project::new("variables") else {
        return;
    };
    on_local(async {
        project.write("WHO=you\nDB_PASSWORD=hunter2\n", ".env");
        let it = project.open_with(&changes("WHO=you", "WHO=them")).await;
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
