//! Compose on a stack: the plan before it, the questions, what it tells, and its end.
use stacktui::effect::{Effect, Fetch, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::Key;
use stacktui::model::compose::{Act, Call, Checked};
use stacktui::msg::{Failure, HostMsg, JobMsg, Msg};
use stacktui::state::{Layer, ViewId};

use crate::harness::{Scene, world};
use crate::world::HOST;

const NAME: &str = "systeme-ticketing";

fn stack() -> Key {
    Key::stack(HOST, NAME)
}

/// The reference stack as compose 1 made it, in the list of stacks.
fn stacks() -> Scene {
    let mut it = world();
    for service in ["grafana", "zammad"] {
        it.change(service, |c| {
            for (name, value) in [
                ("com.docker.compose.version", "1.29.2"),
                ("com.docker.compose.project.working_dir", "/srv/tickets"),
                ("com.docker.compose.project.config_files", "compose.yml"),
                ("com.docker.compose.config-hash", "h1"),
            ] {
                c.labels.insert(name.to_owned(), value.to_owned());
            }
            // The newest is believed.
            c.created = c.created.map(|at| at + chrono::TimeDelta::days(1));
        });
    }
    it.press("2").view(ViewId::Stacks);
    it
}

fn checked(hashes: &[(&str, &str)]) -> Checked {
    let pair = |(name, hash): &(&str, &str)| ((*name).to_owned(), (*hash).to_owned());
    Checked {
        tool: "docker-compose 1.29.2".to_owned(),
        hashes: hashes.iter().map(pair).collect(),
        scales: None,
        warnings: vec!["The DOMAIN variable is not set.".to_owned()],
        foreign: false,
        files: Vec::new(),
    }
}

/// The one command of compose that was asked for.
#[track_caller]
fn call(it: &Scene) -> Call {
    let jobs = it.jobs();
    match jobs.as_slice() {
        [(key, Verb::Compose(call))] if *key == stack() => (**call).clone(),
        other => panic!("{other:?}\n{}", it.screen()),
    }
}

/// Brings the stack up and gives the job's end.
fn up(it: &mut Scene) {
    it.press("U");
    let answer = checked(&[("grafana", "h1"), ("zammad", "h9"), ("new", "h3")]);
    it.send(Msg::Compose(stack(), Ok(Box::new(answer))));
    it.answer("y");
}

#[test]
fn up_shows_what_it_would_change_before_it_is_done() {
    let mut it = stacks();
    it.press("U").sees_toast("reading the compose files");
    let asked = match it.effects.as_slice() {
        [Effect::Fetch(Fetch::Compose(key, project))] if *key == stack() => project.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(asked.files, ["/srv/tickets/compose.yml"]);
    assert_eq!(asked.major, Some(1));
    let answer = checked(&[("grafana", "h1"), ("zammad", "h9"), ("new", "h3")]);
    it.send(Msg::Compose(stack(), Ok(Box::new(answer))));
    let lines = it.told();
    assert_eq!(lines[0], "new: new");
    assert_eq!(lines[1], "changed, made anew: zammad");
    assert!(
        lines[2].starts_with("not in the files, left as they are: mailhog"),
        "{lines:?}"
    );
    assert_eq!(lines[3], "unchanged: 1 service");
    assert_eq!(lines.last().copied(), Some("! not set, so empty: DOMAIN"));
    it.shows("Bring systeme-ticketing up with docker-compose 1.29.2?");
    it.answer("o y");
    let call = call(&it);
    assert!(!call.foreign);
    assert_eq!(
        call.act,
        Act::Up {
            build: false,
            force: false,
            orphans: true
        }
    );
}

#[test]
fn a_plan_that_cannot_be_made_is_refused_with_its_reason() {
    let mut it = stacks();
    it.press("U");
    let failure = Failure {
        what: Words::as_is("/srv/tickets/compose.yml is not on this machine"),
        advice: "start and stop work without it".to_owned(),
        ..Failure::default()
    };
    it.send(Msg::Compose(stack(), Err(failure)));
    it.no_window().sees_toast("is not on this machine");
    it.press("enter").view(ViewId::Stack);
    it.shows("compose.yml is not on this machine")
        .shows("start and stop work");
    // It comes again when a file changes, and asks nothing then.
    it.send(Msg::Compose(
        stack(),
        Ok(Box::new(checked(&[("zammad", "h1")]))),
    ));
    it.no_window();
}

#[test]
fn the_page_tells_what_has_changed_while_it_is_open() {
    let mut it = stacks();
    let reads = |it: &Scene| {
        let flows = it.flows();
        flows
            .iter()
            .any(|flow| matches!(flow, Subscription::Compose(key, _) if *key == stack()))
    };
    assert!(!reads(&it), "a list reads no files");
    it.press("enter").view(ViewId::Stack);
    assert!(reads(&it));
    it.shows("compose reads the files");
    let answer = checked(&[("grafana", "h1"), ("zammad", "h9"), ("new", "h3")]);
    it.send(Msg::Compose(stack(), Ok(Box::new(answer))));
    it.shows("zammad: changed since it was made, U makes it anew");
    it.shows("new: not made yet")
        .shows("The DOMAIN variable is not set");
    it.press("esc");
    assert!(!reads(&it));
}

#[test]
fn what_it_tells_is_on_screen_until_one_goes_back_and_goes_on_without() {
    let mut it = stacks();
    up(&mut it);
    it.view(ViewId::Output).shows("bringing up 0s");
    it.shows("$ docker-compose -p systeme-ticketing --project-directory /srv/tickets")
        .shows("up -d");
    it.press("y");
    let command = it.state.outputs[&stack()].command.clone();
    assert!(command.ends_with(" up -d"), "{command}");
    assert_eq!(it.effects, [Effect::Copy(command)]);
    let id = it.state.jobs.of(&stack()).expect("it runs").job.id;
    let lines = (1..=100).map(|n| format!("line {n}")).collect();
    it.send(Msg::Job(JobMsg::Output { id, lines }));
    it.shows("line 100").hides("line 50");
    it.press("g")
        .shows("line 1\n")
        .shows("82 lines below")
        .hides("line 100");
    let lines = vec!["line 101".to_owned()];
    it.send(Msg::Job(JobMsg::Output { id, lines }));
    it.shows("line 1\n").hides("line 101");
    it.press("G").shows("line 101");
    it.press("esc").view(ViewId::Stacks).shows("bringing up");
    it.press("U")
        .asks_nothing()
        .sees_toast("compose is bringing up it already");
    it.press("X").view(ViewId::Output);
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 2500,
        already: false,
        became: None,
    }));
    it.shows("brought up in 2.5 s")
        .sees_toast("systeme-ticketing brought up");
    it.press("x").asks_nothing().sees_toast("nothing runs here");
}

#[test]
fn a_failure_and_a_cancel_stay_on_screen() {
    let mut it = stacks();
    up(&mut it);
    let id = it.state.jobs.of(&stack()).expect("it runs").job.id;
    it.press("x");
    assert_eq!(it.effects, [Effect::Cancel(id)]);
    it.shows("ending 0s");
    it.press("x").asks_nothing();
    let failure = Failure {
        what: Words::as_is("cancelled; what was done until then stays"),
        ..Failure::default()
    };
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 10,
        failure,
    }));
    it.shows("cancelled; what was done");
}

#[test]
fn the_menu_leads_to_every_task() {
    for (keys, act) in [
        ("C p", Act::Pull { service: None }),
        ("C b", Act::Build { service: None }),
    ] {
        let mut it = stacks();
        it.press(keys);
        assert_eq!(call(&it).act, act);
    }
    let mut it = stacks();
    it.press("C r");
    let names: Vec<_> = it
        .menu()
        .items
        .iter()
        .map(|item| item.label.as_str())
        .collect();
    assert_eq!(names[0], "grafana");
    it.answer("enter").shows("Recreate grafana?");
    it.answer("y");
    let service = "grafana".to_owned();
    assert_eq!(call(&it).act, Act::Recreate { service });

    let mut it = stacks();
    it.press("C s enter").shows("containers of grafana");
    it.press("ctrl-u")
        .type_in("many")
        .press("enter")
        .shows("a number from 0 to 100");
    it.press("ctrl-u").type_in("3").press("enter");
    it.asks_nothing();
    it.answer("y");
    let service = "grafana".to_owned();
    assert_eq!(call(&it).act, Act::Scale { service, to: 3 });
}

/// A second container of grafana.
fn second_grafana(it: &mut Scene) {
    let mut second = it.container("grafana").clone();
    second.key = Key::container(HOST, "grafana2");
    second.name = "systeme-ticketing-grafana-2".to_owned();
    let number = "com.docker.compose.container-number".to_owned();
    second.labels.insert(number, "2".to_owned());
    it.send(Msg::Host(
        HOST,
        HostMsg::Delta {
            changed: vec![second],
            gone: Vec::new(),
        },
    ));
}

#[test]
fn scaling_is_typed_over_what_is_and_asks_which_containers_go() {
    let mut it = stacks();
    second_grafana(&mut it);
    it.press("C s enter")
        .type_in("1")
        .shows("containers of grafana: 1");
    it.press("enter").asks_nothing();
    assert_eq!(it.question().title, "Scale grafana from 2 to 1?");
    assert_eq!(it.told()[0], "stopped and removed: grafana-2");
    it.shows("What was written outside volumes is lost.")
        .answer("esc");
    it.press("C s enter").press("enter");
    it.no_window().sees_toast("grafana has as many already");
    it.press("C s enter").type_in("13").press("enter");
    assert_eq!(it.question().title, "Scale grafana from 2 to 13?");
    it.shows("11 containers are made from the files as they are now.");
    it.answer("y");
    let service = "grafana".to_owned();
    assert_eq!(call(&it).act, Act::Scale { service, to: 13 });
}

#[test]
fn a_plan_is_asked_about_only_where_it_was_wanted() {
    let answer = || Msg::Compose(stack(), Ok(Box::new(checked(&[("zammad", "h9")]))));
    // Gone on to something else: a key there is no answer to this.
    let mut it = stacks();
    it.press("U").press("1 j").send(answer());
    it.no_window()
        .sees_toast("the plan of systeme-ticketing is there: U");
    it.press("2").send(answer());
    it.no_window();
    // A window has been opened.
    let mut it = stacks();
    it.press("U").press("?").send(answer());
    assert!(matches!(it.state.layers.as_slice(), [Layer::Help { .. }]));
    // Called off.
    let mut it = stacks();
    it.press("U").press("esc").send(answer());
    it.no_window();
    assert!(
        !it.state
            .toasts
            .shown
            .iter()
            .any(|toast| toast.text.contains("is there"))
    );
}

#[test]
fn down_with_volumes_wants_the_name_typed() {
    let mut it = stacks();
    it.press("C d")
        .shows("Take systeme-ticketing down?")
        .shows("volumes stay");
    it.answer("y");
    assert_eq!(call(&it).act, Act::Down { volumes: false });

    let mut it = stacks();
    it.press("C d")
        .answer("v")
        .type_in("y")
        .press("enter")
        .asks_nothing();
    it.press("ctrl-u").type_in(NAME).press("enter");
    assert_eq!(call(&it).act, Act::Down { volumes: true });
}

#[test]
fn leaving_while_it_works_asks_and_ctrl_c_does_not() {
    let mut it = stacks();
    up(&mut it);
    it.press("q").view(ViewId::Stacks);
    it.press("q")
        .asks_nothing()
        .shows("is not done, and would be ended");
    it.press("esc").no_window();
    it.press("q").answer("enter");
    assert_eq!(it.effects, [Effect::Quit]);
    let mut it = stacks();
    up(&mut it);
    it.press("ctrl-c");
    assert_eq!(it.effects, [Effect::Quit]);
}
