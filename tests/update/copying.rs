//! What is copied of a container: with secrets only when that is wanted, and then it is noted.
use stacktui::effect::{Effect, Fetch};
use stacktui::lang::Words;
use stacktui::model::Key;
use stacktui::model::run_line::{RunLine, Word};
use stacktui::msg::{Failure, Msg};

use crate::harness::{Scene, of};
use crate::world as base;

/// The command was asked for; of which container.
fn asked(it: &mut Scene) -> Key {
    it.on("zammad")
        .press("y")
        .shows("docker run command")
        .press("d");
    let asked = it.effects.iter().find_map(|effect| match effect {
        Effect::Fetch(Fetch::RunLine(key)) => Some(key.clone()),
        _ => None,
    });
    it.effects.clear();
    asked.expect("the engine is asked")
}

fn line(secret: bool) -> RunLine {
    let mut variable = Word::from("PASSWORD=hunter2");
    variable.masked = secret.then(|| "PASSWORD".to_owned());
    let groups = vec![
        vec!["docker".into(), "run".into()],
        vec!["--env".into(), variable],
        vec!["box".into()],
    ];
    RunLine {
        commands: vec![groups],
        left_out: Vec::new(),
        live: true,
    }
}

fn copied(it: &Scene) -> Vec<String> {
    let copy = |effect: &Effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    };
    it.effects.iter().filter_map(copy).collect()
}

fn noted(it: &Scene) -> bool {
    let note = |effect: &Effect| matches!(effect, Effect::JournalReveal { .. });
    it.effects.iter().any(note)
}

#[test]
fn a_command_without_secrets_is_copied_at_once() {
    let mut it = of(base::stocked(base::now()));
    let key = asked(&mut it);
    it.send(Msg::RunLine(key.clone(), Ok(Box::new(line(false)))))
        .sees_toast("what it makes counts as part of systeme-ticketing");
    assert_eq!(
        copied(&it),
        ["docker run \\\n  --env PASSWORD=hunter2 \\\n  box"]
    );
    assert!(!noted(&it));
    // An answer that nobody waits for any more copies nothing.
    it.effects.clear();
    it.send(Msg::RunLine(key, Ok(Box::new(line(false)))));
    assert_eq!(copied(&it), [""; 0]);
}

#[test]
fn with_secrets_it_is_asked_how_and_those_are_noted() {
    let mut it = of(base::stocked(base::now()));
    let key = asked(&mut it);
    it.send(Msg::RunLine(key.clone(), Ok(Box::new(line(true)))));
    it.shows("It holds secrets: PASSWORD").press("m");
    assert_eq!(copied(&it), ["docker run \\\n  --env PASSWORD \\\n  box"]);
    assert!(!noted(&it));
    it.effects.clear();
    let key = asked(&mut it);
    it.send(Msg::RunLine(key, Ok(Box::new(line(true)))))
        .press("s");
    assert_eq!(
        copied(&it),
        ["docker run \\\n  --env PASSWORD=hunter2 \\\n  box"]
    );
    assert!(noted(&it));
}

#[test]
fn why_there_is_none_is_told_and_what_it_leaves_out() {
    let mut it = of(base::stocked(base::now()));
    let key = asked(&mut it);
    let failure = Failure {
        what: Words::as_is("a task of swarm"),
        ..Failure::default()
    };
    it.send(Msg::RunLine(key, Err(failure)))
        .sees_toast("a task of swarm");
    let key = asked(&mut it);
    let mut line = line(false);
    line.left_out = vec!["a request for devices".to_owned()];
    it.send(Msg::RunLine(key, Ok(Box::new(line))))
        .sees_toast("docker run cannot ask for: a request for devices");
    assert_eq!(copied(&it).len(), 1);
}
