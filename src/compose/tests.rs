//! Compose as scripts play it: found by its generation, asked, run, cancelled.
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::model::compose::Act;
use crate::model::stack_file::{FileOf, Source, Verdict};

/// A folder with programs in it and a project beside them.
struct Place {
    folder: tempfile::TempDir,
    project: Project,
}

impl Place {
    fn new(major: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = folder.path().join("my shop");
        fs::create_dir(&directory).expect("a folder in it");
        let file = directory.join("compose, one.yml");
        fs::write(&file, "services: {}\n").expect("a file");
        let text = |path: &Path| path.display().to_string();
        let project = Project {
            name: "shop".to_owned(),
            directory: Some(text(&directory)),
            files: vec![text(&file)],
            env_files: Vec::new(),
            major: Some(major),
        };
        Self { folder, project }
    }

    fn program(&self, name: &str, script: &str) -> &Self {
        let path = self.folder.path().join(name);
        // Written under another name first: a file that is open for writing cannot be run.
        let draft = path.with_extension("draft");
        fs::write(&draft, format!("#!/bin/sh\n{script}")).expect("a script");
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).expect("may be run");
        fs::rename(draft, path).expect("a program");
        self
    }

    fn programs(&self) -> Programs {
        // Nothing else: there may be a real one on this machine.
        Programs {
            path: Some(self.folder.path().into()),
            store: Some(Store::new(self.folder.path().join("kept"), "jean")),
            played: None,
        }
    }

    fn call(&self, act: Act) -> Call {
        Call::new(self.project.clone(), act, false)
    }

    /// Runs it; its lines and how it ended.
    async fn run(&self, call: &Call) -> (Vec<String>, Result<(), Failure>) {
        let (output, mut lines) = mpsc::channel(8);
        let environment = vec![("DOCKER_HOST", "unix:///nowhere".to_owned())];
        let programs = self.programs();
        let telling = async {
            let mut all = Vec::new();
            while let Some(more) = lines.recv().await {
                all.extend(more);
            }
            all
        };
        let running = programs.run(call, &environment, output, std::future::pending());
        let (ended, all) = tokio::join!(running, telling);
        (all, ended)
    }
}

const FIRST: &str = r#"[ "$*" = "version --short" ] && { echo 1.29.2; exit 0; }
"#;
const SECOND: &str = r#"[ "$1" = compose ] || exit 1
[ "$*" = "compose version --short" ] && { echo v2.26.1; exit 0; }
"#;

#[tokio::test]
async fn the_generation_that_made_a_project_is_asked() {
    for (major, tool) in [(1, "docker-compose 1.29.2"), (2, "docker compose 2.26.1")] {
        let place = Place::new(major);
        let hashes = "echo \"$PWD $*\" >&2; echo 'web abc'; echo 'db  def'";
        place.program("docker-compose", &format!("{FIRST}{hashes}"));
        place.program("docker", &format!("{SECOND}{hashes}"));
        let checked = place
            .programs()
            .check(&place.project, None)
            .await
            .expect("an answer");
        assert_eq!(checked.tool, tool);
        assert!(!checked.foreign);
        let hashes: Vec<_> = checked.hashes.iter().collect();
        assert_eq!(hashes.len(), 2);
        assert_eq!(checked.hashes["web"], "abc");
        assert_eq!(checked.hashes["db"], "def");
    }
}

#[tokio::test]
async fn compose_2_tells_on_the_engine_what_it_would_make_anew() {
    let place = Place::new(2);
    let script = "case \"$*\" in
        *--dry-run*) [ \"$DOCKER_HOST\" = unix:///there ] || { echo 'network ext could not be found'; exit 1; } >&2
            echo ' DRY-RUN MODE -  Container shop-web-1  Recreate' >&2 ;;
        *--hash*) echo 'web abc' ;;
        *--profile*) echo '{services: {web: {scale: 2}, tool: {}}}' ;;
        *) exit 1 ;;
        esac";
    let programs = place
        .program("docker", &format!("{SECOND}{script}"))
        .programs();
    let there = vec![("DOCKER_HOST", "unix:///there".to_owned())];
    let checked = programs.check(&place.project, Some(&there)).await;
    let checked = checked.expect("an answer");
    assert_eq!(checked.remade, Some(["shop-web-1".to_owned()].into()));
    assert_eq!(checked.off, ["tool".to_owned()].into());
    assert_eq!(checked.scales, Some([("web".to_owned(), 2)].into()));
    assert!(checked.warnings.is_empty(), "{checked:?}");
    let elsewhere = vec![("DOCKER_HOST", "unix:///elsewhere".to_owned())];
    let checked = programs.check(&place.project, Some(&elsewhere)).await;
    let checked = checked.expect("an answer");
    assert_eq!(checked.remade, None);
    assert_eq!(checked.warnings, ["network ext could not be found"]);
    let checked = programs.check(&place.project, None).await;
    let checked = checked.expect("an answer");
    assert!(checked.remade.is_none() && checked.warnings.is_empty());
}

#[tokio::test]
async fn the_other_generation_is_named_and_not_let_loose() {
    let place = Place::new(1);
    place.program("docker", &format!("{SECOND}echo 'web abc'"));
    let checked = place
        .programs()
        .check(&place.project, None)
        .await
        .expect("an answer");
    assert!(checked.foreign);
    let call = place.call(Act::Down { volumes: false });
    let (lines, ended) = place.run(&call).await;
    assert!(lines.is_empty(), "{lines:?}");
    let failure = ended.expect_err("refused");
    assert!(
        failure
            .what
            .as_str()
            .contains("only docker compose 2.26.1 is here"),
        "{failure:?}"
    );
    let call = Call {
        foreign: true,
        ..call
    };
    let (lines, ended) = place.run(&call).await;
    assert_eq!((lines, ended), (vec!["web abc".to_owned()], Ok(())));
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    let place = Place::new(1);
    let failure = place
        .programs()
        .check(&place.project, None)
        .await
        .expect_err("no program");
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(failure.what.as_str().contains("neither"), "{failure:?}");

    place.program(
        "docker-compose",
        &format!(
            "{FIRST}echo 'WARNING: The DOMAIN variable is not set. Defaulting to a blank string.' >&2
[ -n \"$FAIL\" ] || {{ echo \"ERROR: The Compose file is invalid: \x1b]0;x\x07services.web\" >&2; exit 1; }}"
        ),
    );
    let failure = place
        .programs()
        .check(&place.project, None)
        .await
        .expect_err("refused");
    assert!(
        failure
            .what
            .as_str()
            .starts_with("ERROR: The Compose file is invalid"),
        "{failure:?}"
    );
    assert!(!failure.what.as_str().contains('\x1b') && !failure.what.as_str().contains("DOMAIN"));

    let mut gone = place.project.clone();
    gone.files.push("/srv/gone.yml".to_owned());
    let failure = place
        .programs()
        .check(&gone, None)
        .await
        .expect_err("a file is gone");
    assert_eq!(
        failure.what.as_str(),
        "/srv/gone.yml is not on this machine"
    );
    gone.files = vec![place.folder.path().display().to_string()];
    let failure = place.programs().check(&gone, None).await;
    let failure = failure.expect_err("no file");
    assert!(
        failure
            .what
            .as_str()
            .ends_with("is a directory, not a file"),
        "{failure:?}"
    );
    gone.files = vec!["/srv/-".to_owned()];
    let failure = place.programs().check(&gone, None).await;
    let failure = failure.expect_err("no file");
    assert!(
        failure.what.as_str().contains("standard input"),
        "{failure:?}"
    );
    gone.files.clear();
    let failure = place
        .programs()
        .check(&gone, None)
        .await
        .expect_err("no files");
    assert!(failure.what.as_str().contains("no label"), "{failure:?}");
}

#[tokio::test]
async fn a_plan_is_done_only_while_what_it_was_made_of_holds() {
    let place = Place::new(1);
    // Compose reads more than the files that are known: what else a service names in them.
    let other = place.folder.path().join("web.env");
    fs::write(&other, "abc").expect("a file");
    let script = format!("{FIRST}echo \"web $(cat {})\"", other.display());
    // Only what is named is found by its programs.
    let programs = Programs {
        path: Some(format!("{}:/bin:/usr/bin", place.folder.path().display()).into()),
        ..place.program("docker-compose", &script).programs()
    };
    let directory = Path::new(place.project.directory.as_deref().expect("one"));
    let variables = directory.join(".env");
    fs::write(&variables, "A=1\n").expect("a file");
    let mut call = place.call(Act::UP);
    assert_eq!(
        programs.holds(&call, None).await,
        Ok(()),
        "nothing was shown"
    );
    let shown = programs
        .check(&place.project, None)
        .await
        .expect("an answer");
    call.shown = Some(Box::new(shown));
    assert_eq!(programs.holds(&call, None).await, Ok(()));

    fs::write(&variables, "A=2\n").expect("a file");
    let failure = programs
        .holds(&call, None)
        .await
        .expect_err("another value");
    assert_eq!(failure.kind, FailureKind::Conflict);
    let told = format!("{} has changed since it was shown", variables.display());
    assert_eq!(failure.what.as_str(), told);
    fs::remove_file(&variables).expect("it was there");
    let failure = programs.holds(&call, None).await.expect_err("it is gone");
    assert_eq!(failure.what.as_str(), told);
    fs::write(&variables, "A=1\n").expect("a file");
    assert_eq!(programs.holds(&call, None).await, Ok(()));

    fs::write(&other, "def").expect("a file");
    let failure = programs
        .holds(&call, None)
        .await
        .expect_err("another digest");
    assert!(
        failure.what.as_str().ends_with("since it was shown: web"),
        "{failure:?}"
    );
}

#[test]
fn warnings_of_both_generations_are_read() {
    let stderr = "The A variable is not set. Defaulting to a blank string.\n\
        WARNING: The A variable is not set. Defaulting to a blank string.\n\
        time=\"2026-01-01T00:00:00Z\" level=warning msg=\"The \\\"B\\\" variable is not set.\"\n\
        time=\"2026-01-01T00:00:00Z\" level=warning msg=\"/srv/c.yml: `version` is obsolete\"\n\
        WARNING: The A variable is not set. Defaulting to a blank string.\n";
    assert_eq!(
        warnings(stderr),
        [
            "The A variable is not set. Defaulting to a blank string.",
            "The B variable is not set.",
        ]
    );
}

#[tokio::test]
async fn lines_come_as_they_are_told_and_a_failure_has_its_code() {
    let place = Place::new(1);
    let script = "printf 'one\\rtwo\\n\\nthree'; echo 'Container \u{1b}[32mx\u{1b}[0m' >&2; \
        echo \"$DOCKER_HOST\" >&2; pwd >&2; exit 14";
    place.program("docker-compose", &format!("{FIRST}{script}"));
    let (lines, ended) = place.run(&place.call(Act::UP)).await;
    for line in ["one", "two", "three", "Container x", "unix:///nowhere"] {
        assert!(lines.iter().any(|told| told == line), "{line}: {lines:?}");
    }
    assert!(
        lines.iter().any(|told| told.ends_with("/my shop")),
        "{lines:?}"
    );
    let failure = ended.expect_err("it failed");
    assert_eq!(
        failure.what.as_str(),
        "docker-compose ended with exit code 14"
    );
}

#[tokio::test]
async fn what_the_files_hide_is_not_told_by_compose() {
    let place = Place::new(1);
    let directory = Path::new(place.project.directory.as_deref().expect("one"));
    fs::write(
        directory.join(".env"),
        "DB_PASSWORD=hunter2\nSHOP_TOKEN=shop\n",
    )
    .expect("a file");
    let file = Path::new(&place.project.files[0]);
    fs::write(
        file,
        "services: {web: {environment: {API_TOKEN: t0k3n-x}}}\n",
    )
    .expect("a file");
    let script = "echo 'Creating shop_web_1 with hunter2'; echo 'bad t0k3n-x' >&2; exit 1";
    place.program("docker-compose", &format!("{FIRST}{script}"));
    let (lines, _) = place.run(&place.call(Act::UP)).await;
    assert!(
        lines.contains(&format!("Creating shop_web_1 with {}", text::MASK)),
        "{lines:?}"
    );
    assert!(lines.contains(&format!("bad {}", text::MASK)), "{lines:?}");
    let failure = place.programs().check(&place.project, None).await;
    let failure = failure.expect_err("refused");
    assert_eq!(failure.what.as_str(), format!("bad {}", text::MASK));

    let store = place.programs().store.expect("one");
    let of = FileOf::all(&place.project).remove(0);
    begin(&of, &store).expect("an edit");
    let deadline = tokio::time::Instant::now().into_std();
    let proposal = place
        .programs()
        .propose(of, Source::Draft, deadline, None)
        .await;
    match proposal.expect("a proposal").verdict {
        Verdict::Refused(said) => {
            assert_eq!(said[0].whole, "bad t0k3n-x");
            assert_eq!(said[0].masked, format!("bad {}", text::MASK));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cancelled_command_is_ended_with_all_it_started() {
    // Where Ctrl-C is ignored, as behind nohup, a shell cannot trap it.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    if ignored.is_some_and(|mask| mask & 0b10 != 0) {
        eprintln!("SKIP: SIGINT is ignored here");
        return;
    }
    let place = Place::new(1);
    let script = "trap 'echo stopping; exit 1' INT; /bin/sleep 600 & echo \"child $!\"; wait";
    place.program("docker-compose", &format!("{FIRST}{script}"));
    let (output, mut lines) = mpsc::channel(8);
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let environment = Vec::new();
    let call = place.call(Act::UP);
    let programs = place.programs();
    let running = programs.run(&call, &environment, output, async {
        let _asked = cancelled.await;
    });
    let watching = async {
        let first = lines.recv().await.expect("its first line").concat();
        let child = first.trim_start_matches("child ").to_owned();
        cancel.send(()).expect("it runs");
        let mut rest = Vec::new();
        while let Some(more) = lines.recv().await {
            rest.extend(more);
        }
        (child, rest)
    };
    let (ended, (child, rest)) = tokio::join!(running, watching);
    let failure = ended.expect_err("cancelled");
    assert!(
        failure.what.as_str().starts_with("cancelled"),
        "{failure:?}"
    );
    assert!(rest.contains(&"stopping".to_owned()), "{rest:?}");
    // Ended, if not yet taken note of by whoever has become its parent.
    let gone = || {
        let status = fs::read_to_string(format!("/proc/{child}/status"));
        status.map_or(true, |status| status.contains("State:\tZ"))
    };
    for _ in 0..100 {
        if gone() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("process {child} was left behind");
}
