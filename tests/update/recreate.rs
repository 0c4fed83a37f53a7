//! A container made anew: what is asked, what the row tells meanwhile, and where the cursor is afterwards.
use stacktui::effect::{Effect, Fetch, Verb, aside};
use stacktui::lang::Words;
use stacktui::model::run_line::{RunLine, Word};
use stacktui::model::{Container, Entry, HostId, Key, Mount, Outcome, Phase, Target};
use stacktui::msg::{Failure, HostMsg, JobMsg, Msg};
use stacktui::state::RowId;

use crate::harness::{Scene, full, key, world};
use crate::world as base;

fn recreate(pull: bool) -> Verb {
    let others = false;
    Verb::Recreate { pull, others }
}

#[test]
fn it_is_asked_for_with_what_is_lost() {
    let mut it = world();
    it.on("grafana").press("R");
    it.shows("Recreate grafana-1?")
        .shows("the old one comes back")
        .shows("everything written inside that is not in a volume");
    it.wait(400).press("n").asks_nothing().no_window();
    it.press("R")
        .wait(400)
        .press("y")
        .runs(&[("grafana", recreate(false))]);
}

#[test]
fn what_becomes_of_a_volume_that_nobody_named_is_told() {
    let mut it = world();
    it.on("grafana").press("R").hides("anonymous");
    it.press("esc");
    it.change("grafana", |c| {
        c.mounts = vec![Mount {
            kind: "volume".to_owned(),
            source: "0f".repeat(32),
            ..Mount::default()
        }];
    });
    it.press("R")
        .shows("1 anonymous volume goes along by its name");
}

#[test]
fn a_pull_is_a_switch_of_the_question() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("p y");
    it.runs(&[("grafana", recreate(true))]);
}

#[test]
fn who_lives_in_its_network_goes_with_it_unless_told_otherwise() {
    let mut it = world();
    let lender = it.container("grafana").key.id.to_string();
    it.change("mailhog", |c| c.lender = Some(lender));
    it.on("grafana").press("R");
    it.shows("must be made anew too: mailhog");
    let (pull, others) = (false, true);
    it.wait(400)
        .press("y")
        .runs(&[("grafana", Verb::Recreate { pull, others })]);
    let mut it = world();
    let lender = it.container("grafana").name.clone();
    it.change("mailhog", |c| c.lender = Some(lender));
    it.on("grafana").press("R").wait(400).press("b y");
    it.runs(&[("grafana", recreate(false))]);
    // Marked together it is made anew once, for the new one.
    let mut it = world();
    let lender = it.container("grafana").name.clone();
    it.change("mailhog", |c| c.lender = Some(lender));
    it.on("grafana")
        .press("space")
        .on("mailhog")
        .press("space R");
    it.wait(400).press("y");
    it.runs(&[("grafana", Verb::Recreate { pull, others })]);
}

/// The new container of grafana, as the engine lists it.
fn successor(it: &Scene) -> (Key, Container) {
    let new = Key::container(HostId(0), "0123456789abcdef");
    let mut row = it.container("grafana").clone();
    row.key = new.clone();
    (new, row)
}

#[test]
fn the_row_tells_the_steps_and_the_cursor_goes_on_to_the_new_one() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y");
    let id = it.job("grafana").id;
    let step = |words: &str, also: Option<&Key>| {
        Msg::Job(JobMsg::Step {
            id,
            words: words.to_owned(),
            also: also.cloned(),
        })
    };
    it.send(step("making the new one", None))
        .shows("recreating 0s · making the new one");
    let (new, row) = successor(&it);
    it.send(step("seeing whether it stays up", Some(&new)));
    it.send(Msg::Host(
        HostId(0),
        HostMsg::Delta {
            changed: vec![row],
            gone: Vec::new(),
        },
    ));
    // Both rows are about it.
    assert_eq!(it.screen().matches("seeing whether").count(), 2);
    it.send(Msg::Host(
        HostId(0),
        HostMsg::Delta {
            changed: Vec::new(),
            gone: vec![key("grafana")],
        },
    ));
    let selected = |it: &Scene| it.state.containers.table.selected.clone();
    assert_eq!(selected(&it), Some(RowId::Container(new.clone())));
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 6_200,
        already: false,
        became: Some(new.clone()),
    }))
    .sees_toast("recreated in 6.2 s")
    .shows("recreated in 6.2 s");
    assert_eq!(selected(&it), Some(RowId::Container(new)));
}

#[test]
fn leaving_in_the_middle_asks_and_tells_how_the_old_one_comes_back() {
    for leave in ["q", "ctrl-c"] {
        let mut it = world();
        it.on("grafana")
            .press("R")
            .wait(400)
            .press("y")
            .press(leave);
        it.asks_nothing().shows("nobody puts the old one back");
        it.press("esc").no_window();
        it.press(leave).answer("enter");
        assert_eq!(it.effects, [Effect::Quit]);
    }
    // Who insists is not held.
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y");
    it.press("ctrl-c ctrl-c");
    assert_eq!(it.effects, [Effect::Quit]);
    let told = it.state.jobs.cut_short();
    let old = key("grafana");
    let tag = &old.id[..6];
    assert!(
        told[0].ends_with(&format!("docker rm systeme-ticketing-grafana-1.new-{tag}")),
        "{told:?}"
    );
    let (new, _) = successor(&it);
    let id = it.job("grafana").id;
    it.send(Msg::Job(JobMsg::Step {
        id,
        words: "stopping the old one".to_owned(),
        also: Some(new),
    }));
    let told = it.state.jobs.cut_short();
    let old = old.short();
    for words in [
        "(stopping the old one)",
        &format!(
            "docker rm --force 0123456789ab; docker rename {old} systeme-ticketing-grafana-1; docker start {old}"
        ),
    ] {
        assert!(told[0].contains(words), "{words}: {told:?}");
    }
}

#[test]
fn the_commands_that_do_the_same_are_shown_once_the_engine_has_told_what_makes_it() {
    let mut it = world();
    it.state.size = (120, 40);
    it.on("grafana").press("R").wait(400);
    assert_eq!(it.effects, [Effect::Fetch(Fetch::RunLine(key("grafana")))]);
    it.hides("docker ").press("c").asks_nothing();
    let mut secret = Word::from("TOKEN=hunter2");
    secret.masked = Some("TOKEN".to_owned());
    let groups = vec![
        vec!["docker".into(), "run".into(), "-d".into()],
        vec!["--env".into(), secret],
        vec!["box".into()],
    ];
    let line = RunLine {
        commands: vec![groups],
        left_out: Vec::new(),
        live: true,
    };
    it.send(Msg::RunLine(key("grafana"), Ok(Box::new(line))));
    it.shows("docker run -d --env TOKEN box").press("c");
    let name = "systeme-ticketing-grafana-1";
    let command = format!(
        "docker stop {name} && docker rename {name} {name}.old && docker run -d --env TOKEN box && docker rm {name}.old"
    );
    assert_eq!(it.effects, [Effect::Copy(command.clone())]);
    it.press("p c");
    let image = it.container("grafana").image.clone();
    let command = format!("docker pull {image} && {command}");
    assert_eq!(it.effects, [Effect::Copy(command)]);
}

#[test]
fn the_commands_of_several_are_shown_one_after_the_other() {
    let mut it = world();
    it.state.size = (120, 40);
    it.on("grafana")
        .press("space")
        .on("mailhog")
        .press("space R")
        .wait(400);
    let fetch = |name| Effect::Fetch(Fetch::RunLine(key(name)));
    assert_eq!(it.effects, [fetch("grafana"), fetch("mailhog")]);
    for name in ["grafana", "mailhog"] {
        it.press("c").asks_nothing();
        let line = RunLine {
            commands: vec![vec![vec!["docker".into(), "run".into(), name.into()]]],
            left_out: Vec::new(),
            live: true,
        };
        it.send(Msg::RunLine(key(name), Ok(Box::new(line))));
    }
    it.press("c");
    let replaced = |name: &str| {
        let old = format!("systeme-ticketing-{name}-1");
        format!(
            "docker stop {old} && docker rename {old} {old}.old && docker run {name} && docker rm {old}.old"
        )
    };
    let command = [replaced("grafana"), replaced("mailhog")].join(" && ");
    assert_eq!(it.effects, [Effect::Copy(command)]);
}

#[test]
fn what_it_said_itself_is_told_on_the_screen() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y");
    let id = it.job("grafana").id;
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 10,
        failure: Failure {
            what: Words::as_is("the new one ended: exit code 3"),
            said: "its last words: no luck\nat all".to_owned(),
            ..Failure::default()
        },
    }))
    .sees_toast("its last words: no luck / at all");
    // It can be read afterwards, on the page of the old one and on the journal's, until it is tried again.
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    let details = base::details(&full("grafana"), it.state.now);
    it.press("esc").wait(60_000).press("enter");
    it.send(Msg::Details(key("grafana"), Ok(Box::new(details))));
    it.shows("Not made anew")
        .shows("the new one ended: exit code 3")
        .shows("its last words: no luck")
        .shows("at all");
    let told = it.state.now - chrono::TimeDelta::seconds(61);
    let entry = |name: &str| Entry {
        id: name.to_owned(),
        at: told.fixed_offset(),
        phase: Phase::Result,
        action: "container.recreate".to_owned(),
        target: Some(Target {
            kind: "container".to_owned(),
            id: key(name).short().to_owned(),
            name: full(name),
            ..Target::default()
        }),
        outcome: Some(Outcome::Failure),
        error: Some("the new one ended: exit code 3".to_owned()),
        ..Entry::default()
    };
    it.send(Msg::Journal(vec![entry("grafana")]));
    it.press("9 enter")
        .shows("its last words: no luck")
        .press("esc");
    it.send(Msg::Journal(vec![entry("scratch")]));
    it.press("g enter").shows("exit code 3").hides("no luck");
    it.press("1").on("grafana").press("R").wait(400).press("y");
    assert!(it.state.jobs.said.is_empty());
}

#[test]
fn the_outcome_is_told_under_the_name_that_was_asked_for() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y");
    let id = it.job("grafana").id;
    let mut old = it.container("grafana").clone();
    old.name = aside(&old.key, &old.name);
    it.send(Msg::Host(
        HostId(0),
        HostMsg::Delta {
            changed: vec![old],
            gone: Vec::new(),
        },
    ));
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 10,
        already: false,
        became: None,
    }))
    .sees_toast("grafana-1 recreated");
}

#[test]
fn a_screen_about_the_old_one_is_about_the_new_one_afterwards() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y enter");
    let id = it.job("grafana").id;
    let (new, row) = successor(&it);
    it.send(Msg::Host(
        HostId(0),
        HostMsg::Delta {
            changed: vec![row],
            gone: vec![key("grafana")],
        },
    ));
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 10,
        already: false,
        became: Some(new.clone()),
    }));
    assert_eq!(it.state.nav.current().key, Some(new));
}

#[test]
fn why_it_failed_and_the_way_out_are_told() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y");
    let id = it.job("grafana").id;
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 10,
        failure: Failure {
            what: Words::as_is("the new one ended: exit code 3; the old one is back as it was"),
            advice: "see its log".to_owned(),
            ..Failure::default()
        },
    }))
    .sees_toast("recreate failed: the new one ended: exit code 3; the old one is back as it was · see its log");
}

#[test]
fn logs_that_are_opened_meanwhile_are_those_of_its_name() {
    let mut it = world();
    it.on("grafana").press("R").wait(400).press("y");
    let old = it.container("grafana").clone();
    let set_aside = aside(&old.key, &old.name);
    // A container of no stack is followed by its name alone.
    it.change("grafana", |c| {
        c.labels.clear();
        c.name = set_aside;
    });
    let index = it.state.containers.table.selected.clone();
    assert_eq!(index, Some(RowId::Container(old.key.clone())));
    it.press("l").hides(".old-");
    let target = it.state.logs.as_ref().expect("a book").target.clone();
    assert_eq!(target.names, [(HostId(0), old.name.clone())]);
    assert_eq!(target.title, old.name);
}
