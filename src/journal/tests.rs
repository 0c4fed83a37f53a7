//! The journal, tested with directories and processes of its own.
mod ends;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use chrono::TimeDelta;

use super::*;
use crate::lang::Words;
use crate::model::{ApiVersion, Entry};
use crate::msg::FailureKind;

fn at(seconds: i64) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T13:05:02.113+01:00").unwrap()
        + TimeDelta::seconds(seconds)
}

fn session() -> Session {
    Session {
        id: "4f1c9a".to_owned(),
        user: "jean".to_owned(),
        uid: 1000,
        ssh: Some("203.0.113.7:51544".to_owned()),
        pid: std::process::id(),
        host: Session::from_process(|_| None).host,
        ..Session::default()
    }
}

fn engine() -> EngineInfo {
    EngineInfo {
        id: "RBZN".to_owned(),
        name: "srv1".to_owned(),
        endpoint: "unix:///var/run/docker.sock".to_owned(),
        version: "20.10.24".to_owned(),
        api: ApiVersion(1, 41),
        ..EngineInfo::default()
    }
}

fn target(name: &str) -> Target {
    Target {
        kind: "container".to_owned(),
        id: "3ee8daf11158aaaabbbb".to_owned(),
        name: name.to_owned(),
        project: Some("shop".to_owned()),
        service: Some(name.trim_start_matches("shop-").to_owned()),
        image: Some("img:1".to_owned()),
    }
}

struct Place {
    _root: tempfile::TempDir,
    dir: PathBuf,
}

fn place() -> Place {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("stacktui/journal");
    Place { _root: root, dir }
}

fn restart<'a>(engine: &'a EngineInfo, target: &'a Target) -> Act<'a> {
    Act {
        action: "container.restart",
        engine: Some(engine),
        target: Some(target),
        before: Some("running, unhealthy"),
        command: Some("docker restart web"),
        ..Act::default()
    }
}

fn success() -> End<'static> {
    End {
        outcome: Outcome::Success,
        after: Some("running, starting"),
        duration_ms: Some(11_478),
        ..End::default()
    }
}

fn all(dir: &Path) -> Vec<Entry> {
    let reading = read(dir, &Filter::default(), 1000).unwrap();
    assert_eq!(reading.skipped, 0);
    reading.entries
}

#[test]
fn an_act_is_two_lines_and_reads_back_as_one_entry() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    let (engine, target) = (engine(), target("shop-web"));
    journal.session_open(at(0), Some(&engine)).unwrap();
    let intent = journal.intent(at(1), &restart(&engine, &target)).unwrap();
    let running = all(&place.dir);
    assert_eq!(running[1].phase, Phase::Intent);
    assert_eq!(running[1].outcome, None, "under way: its process lives");
    journal.result(at(12), &intent, &success()).unwrap();
    let entries = all(&place.dir);
    assert_eq!(entries.len(), 2);
    let done = &entries[1];
    assert_eq!(done.phase, Phase::Result);
    assert_eq!(done.answers.as_deref(), Some(intent.id.as_str()));
    assert_eq!(done.user, "jean");
    assert_eq!(done.client.as_deref(), Some("203.0.113.7:51544"));
    assert_eq!(done.host, "srv1");
    assert_eq!(done.before.as_deref(), Some("running, unhealthy"));
    assert_eq!(done.after.as_deref(), Some("running, starting"));
    assert_eq!(done.duration_ms, Some(11_478));
    assert_eq!(done.outcome, Some(Outcome::Success));
    assert_eq!(done.command.as_deref(), Some("docker restart web"));
    let read = done.target.as_ref().unwrap();
    assert_eq!(
        (read.id.as_str(), read.service.as_deref()),
        ("3ee8daf11158", Some("web"))
    );
    assert_eq!(done.at, at(12));
    assert_eq!(done.at.offset().local_minus_utc(), 3600);
    let text = fs::read_to_string(place.dir.join("2026-11.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn an_intent_without_a_result_is_unknown_once_its_session_is_over() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    let (engine, target) = (engine(), target("shop-web"));
    journal.intent(at(1), &restart(&engine, &target)).unwrap();
    journal.session_close(at(2)).unwrap();
    assert_eq!(all(&place.dir)[0].outcome, Some(Outcome::Unknown));

    let place = self::place();
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let gone = Session { pid, ..session() };
    let journal = Journal::open(&place.dir, gone).unwrap();
    journal.intent(at(1), &restart(&engine, &target)).unwrap();
    assert_eq!(all(&place.dir)[0].outcome, Some(Outcome::Unknown));
}

#[test]
fn what_else_is_said_of_an_end_is_a_note_that_keeps_how_it_ends() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    let long = "x".repeat(10_000);
    let words =
        format!("running, healthy, not made anew: a (network), {long}; by hand: docker start a");
    let end = End {
        outcome: Outcome::Success,
        after: Some(&words),
        ..End::default()
    };
    let act = Act {
        action: "container.recreate",
        ..Act::default()
    };
    journal.act(at(0), &act, &end).unwrap();
    let text = fs::read_to_string(place.dir.join("2026-11.jsonl")).unwrap();
    assert!(
        text.contains(r#""state":"running","health":"healthy""#),
        "{text}"
    );
    let after = all(&place.dir)[0].after.clone().unwrap();
    assert!(after.contains("not made anew: a (network), x"), "{after}");
    assert!(after.ends_with("; by hand: docker start a"), "{after}");
}

#[test]
fn secrets_are_not_written_and_long_words_are_cut() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    let params = [
        ("POSTGRES_PASSWORD".to_owned(), "hunter2".to_owned()),
        ("timeout_s".to_owned(), "10".to_owned()),
    ];
    let argv = ["psql", "--password=hunter2", "-c", "x"].map(str::to_owned);
    let act = Act {
        action: "container.exec",
        params: &params,
        argv: &argv,
        command: Some("docker exec -e API_TOKEN=hunter2 web sh"),
        ..Act::default()
    };
    let failure = Failure {
        kind: FailureKind::NotFound,
        what: Words::as_is(format!("{}; by hand: docker start web", "é".repeat(10_000))),
        status: Some(404),
        said: "connecting with password hunter2".to_owned(),
        ..Failure::default()
    };
    let end = End {
        outcome: Outcome::Failure,
        failure: Some(&failure),
        exit_code: Some(137),
        ..End::default()
    };
    journal.act(at(0), &act, &end).unwrap();
    let text = fs::read_to_string(place.dir.join("2026-11.jsonl")).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains(r#""timeout_s":10"#), "{text}");
    assert!(text.contains(r#""kind":"not_found","status":404"#));
    let entry = &all(&place.dir)[0];
    let error = entry.error.as_ref().unwrap();
    assert_eq!(error.chars().count(), 4_000);
    assert!(error.starts_with('é') && error.ends_with("; by hand: docker start web"));
    assert_eq!(entry.exit_code, Some(137));
    assert!(
        entry
            .params
            .contains(&("cmd".to_owned(), "psql --password=*** -c x".to_owned()))
    );
}

#[test]
fn the_directory_and_the_files_are_ours_alone_or_refused() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    journal.session_open(at(0), None).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let file = place.dir.join("2026-11.jsonl");
    assert_eq!((mode(&place.dir), mode(&file)), (0o700, 0o600));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let error = journal.session_close(at(1)).unwrap_err().to_string();
    assert!(error.contains("others may use it (mode 0644)"), "{error}");
    assert!(error.contains("chmod 0600"), "{error}");
    fs::remove_file(&file).unwrap();

    symlink("/dev/null", &file).unwrap();
    let error = journal.session_close(at(1)).unwrap_err().to_string();
    assert!(error.contains("symbolic link"), "{error}");
    fs::remove_file(&file).unwrap();

    fs::set_permissions(&place.dir, fs::Permissions::from_mode(0o770)).unwrap();
    let error = Journal::open(&place.dir, session())
        .unwrap_err()
        .to_string();
    assert!(error.contains("chmod 0700"), "{error}");
}

#[test]
fn a_torn_line_is_skipped_counted_and_spoils_no_other() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    journal.session_open(at(0), None).unwrap();
    let file = place.dir.join("2026-11.jsonl");
    let mut text = fs::read(&file).unwrap();
    text.extend_from_slice(br#"{"v":1,"id":"torn"#);
    fs::write(&file, &text).unwrap();
    let reading = read(&place.dir, &Filter::default(), 10).unwrap();
    assert_eq!((reading.entries.len(), reading.skipped), (1, 1));

    journal.session_close(at(1)).unwrap();
    let reading = read(&place.dir, &Filter::default(), 10).unwrap();
    assert_eq!((reading.entries.len(), reading.skipped), (2, 1));
    let verdict = verify(&place.dir).unwrap();
    assert_eq!(verdict.lines, 3);
    assert_eq!(verdict.faults.len(), 1);
    assert_eq!(verdict.faults[0].line, 2);
}

#[test]
fn the_chain_crosses_months_and_shows_what_was_changed() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    for day in [0, 0, 10, 10, 40] {
        journal.session_open(at(day * 86_400), None).unwrap();
    }
    assert_eq!(months(&place.dir), ["2026-11", "2026-12", "2027-01"]);
    let verdict = verify(&place.dir).unwrap();
    assert_eq!((verdict.lines, verdict.faults.len()), (5, 0));

    let file = place.dir.join("2026-11.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("jean", "paul", 1)).unwrap();
    let faults = verify(&place.dir).unwrap().faults;
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].line, faults[0].why),
        (2, "does not follow the line before it")
    );

    fs::write(&file, text.lines().next().unwrap()).unwrap();
    let faults = verify(&place.dir).unwrap().faults;
    let lines: Vec<_> = faults.iter().map(|f| (f.line, f.why)).collect();
    assert_eq!(
        lines,
        [(1, "cut off"), (1, "does not follow the line before it")]
    );
}

fn months(dir: &Path) -> Vec<String> {
    let files = store::months(dir).unwrap();
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(stem).collect()
}

#[test]
fn the_newest_that_match_are_kept_and_intents_of_the_month_before_are_found() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    let engine = engine();
    let (web, db) = (target("shop-web"), target("shop-db"));
    let last_of_november = at(8 * 86_400);
    let intent = journal
        .intent(last_of_november, &restart(&engine, &web))
        .unwrap();
    journal.result(at(9 * 86_400), &intent, &success()).unwrap();
    for n in 0..20 {
        let at = at(10 * 86_400 + n);
        let intent = journal.intent(at, &restart(&engine, &db)).unwrap();
        journal.result(at, &intent, &success()).unwrap();
    }
    let reading = read(&place.dir, &Filter::default(), 5).unwrap();
    assert_eq!(reading.entries.len(), 5);
    assert_eq!(reading.entries[4].at, at(10 * 86_400 + 19));
    let by = |filter: Filter| read(&place.dir, &filter, 100).unwrap().entries;
    let web_only = by(Filter {
        target: Some("web".to_owned()),
        ..Filter::default()
    });
    assert_eq!(web_only.len(), 1);
    assert_eq!(web_only[0].phase, Phase::Result);
    assert_eq!(web_only[0].user, "jean");
    let late = by(Filter {
        since: Some(at(10 * 86_400 + 18)),
        action: Some("restart".to_owned()),
        outcome: Some(Outcome::Success),
        ..Filter::default()
    });
    assert_eq!(late.len(), 2);
    assert!(
        by(Filter {
            outcome: Some(Outcome::Failure),
            ..Filter::default()
        })
        .is_empty()
    );
}

#[test]
fn a_tail_sees_what_others_write_joined_with_what_was_before() {
    let place = place();
    let ours = Journal::open(&place.dir, session()).unwrap();
    let other = Journal::open(&place.dir, session()).unwrap();
    let (engine, target) = (engine(), target("shop-web"));
    let intent = other.intent(at(0), &restart(&engine, &target)).unwrap();
    let (reading, mut tail) = follow(&place.dir, 100).unwrap();
    assert_eq!(reading.entries.len(), 1);
    assert!(tail.poll().unwrap().is_empty());
    other.result(at(1), &intent, &success()).unwrap();
    ours.session_close(at(2)).unwrap();
    let entries = tail.poll().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].before.as_deref(), Some("running, unhealthy"));
    ours.session_open(at(40 * 86_400), None).unwrap();
    assert_eq!(tail.poll().unwrap().len(), 1, "a new month is found");
    assert!(tail.poll().unwrap().is_empty());
}

#[test]
fn an_absent_journal_reads_as_empty() {
    let place = place();
    let (reading, mut tail) = follow(&place.dir, 10).unwrap();
    assert_eq!(reading, Reading::default());
    assert!(tail.poll().unwrap().is_empty());
    assert_eq!(verify(&place.dir).unwrap(), Verdict::default());
}

#[test]
fn lines_of_other_versions_and_hands_are_read_as_far_as_they_go() {
    let place = place();
    fs::create_dir_all(&place.dir).unwrap();
    let example = include_str!("../../tests/data/journal-example.jsonl");
    let hostile = "{\"ts\":\"2026-11-22T14:00:00Z\",\"id\":\"x\",\"phase\":\"note\",\"action\":\"a\\u001b[31m\\u202e\"}\n[]\nnull\n\n";
    fs::write(
        place.dir.join("2026-11.jsonl"),
        format!("{example}{hostile}"),
    )
    .unwrap();
    let reading = read(&place.dir, &Filter::default(), 100).unwrap();
    assert_eq!(reading.skipped, 3);
    let entries = reading.entries;
    assert_eq!(
        entries.len(),
        8,
        "eight lines, one intent answered, one note"
    );
    let restart = &entries[1];
    assert_eq!(restart.before.as_deref(), Some("running, unhealthy"));
    assert_eq!(restart.after.as_deref(), Some("running, starting"));
    assert_eq!(restart.params, [("timeout_s".to_owned(), "10".to_owned())]);
    let exec = &entries[2];
    assert_eq!(exec.params[0], ("cmd".to_owned(), "/bin/sh".to_owned()));
    assert_eq!(entries[3].before.as_deref(), Some("total 26"));
    assert_eq!(entries[4].phase, Phase::Observed);
    assert_eq!(
        entries[5].after.as_deref(),
        Some("services mailhog: running")
    );
    assert_eq!(entries[6].error.as_deref(), Some("No such container: gone"));
    assert!(!entries[7].action.contains('\u{1b}'));
    assert!(!entries[7].action.contains('\u{202e}'));
}

const WRITERS: usize = 8;
const LINES: i64 = 200;

/// One of the processes of the test below; does nothing when run with the others.
#[test]
fn writer_process() {
    let Ok(dir) = std::env::var("STACKTUI_TEST_JOURNAL_WRITER") else {
        return;
    };
    let journal = Journal::open(Path::new(&dir), session()).unwrap();
    let params = [("note".to_owned(), "x".repeat(400))];
    for n in 0..LINES {
        let act = Act {
            action: "container.start",
            params: &params,
            ..Act::default()
        };
        journal
            .write(at(n), Phase::Intent, false, |line| {
                line.who(&journal.session).act(&act);
            })
            .unwrap();
    }
}

#[test]
fn many_processes_break_no_line_and_keep_one_chain() {
    let place = place();
    let me = std::env::current_exe().unwrap();
    let children: Vec<_> = (0..WRITERS)
        .map(|_| {
            Command::new(&me)
                .args(["--exact", "journal::tests::writer_process"])
                .env("STACKTUI_TEST_JOURNAL_WRITER", &place.dir)
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let verdict = verify(&place.dir).unwrap();
    assert_eq!(verdict.faults, []);
    assert_eq!(verdict.lines, WRITERS as u64 * LINES.unsigned_abs());
    let entries = all(&place.dir);
    let ids: std::collections::HashSet<_> = entries.iter().map(|e| e.id.as_str()).collect();
    assert_eq!(ids.len(), entries.len());
}

#[test]
fn old_months_go_and_nothing_else() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    let names = ["2024-11.jsonl", "2024-12.jsonl", "2026-11.jsonl"];
    for name in names.into_iter().chain(["2020-01.txt", "notes.jsonl"]) {
        fs::write(place.dir.join(name), "{}\n").unwrap();
    }
    symlink("2026-11.jsonl", place.dir.join("2020-02.jsonl")).unwrap();
    assert_eq!(journal.prune(at(0), 0).unwrap(), 0);
    assert_eq!(journal.prune(at(0), 24).unwrap(), 1);
    for (name, there) in [
        ("2024-11.jsonl", false),
        ("2024-12.jsonl", true),
        ("2026-11.jsonl", true),
        ("2020-01.txt", true),
        ("notes.jsonl", true),
        ("2020-02.jsonl", true),
    ] {
        let found = fs::symlink_metadata(place.dir.join(name)).is_ok();
        assert_eq!(found, there, "{name}");
    }
}

#[test]
fn a_check_says_whether_a_line_could_be_written_and_writes_none() {
    let place = place();
    let journal = Journal::open(&place.dir, session()).unwrap();
    journal.check().unwrap();
    assert!(months_of(&place.dir).is_empty());
    fs::remove_file(place.dir.join("lock")).unwrap();
    fs::create_dir(place.dir.join("lock")).unwrap();
    let error = journal.check().unwrap_err().to_string();
    assert!(error.contains("cannot open"), "{error}");
}

fn months_of(dir: &Path) -> Vec<PathBuf> {
    store::months(dir).unwrap()
}
