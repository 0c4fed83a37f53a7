//! Whole stacks, in the order of what needs what.
use stacktui::effect::{Effect, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::stack::Condition;
use stacktui::model::{Health, RunState, Unread};
use stacktui::msg::{Failure, JobMsg, Msg};
use stacktui::state::lints::findings;

use crate::harness::{Scene, key, restart, stop, world};
use crate::stacks::{first_generation, outline, stack};

/// Zammad needs its database, healthy; elasticsearch needs nothing.
fn scene() -> Scene {
    let mut it = world();
    for name in ["zammad", "zammad-db"] {
        let needs = if name == "zammad" {
            "zammad-db:service_healthy:true"
        } else {
            ""
        };
        it.change(name, |c| {
            c.labels
                .insert("com.docker.compose.depends_on".to_owned(), needs.to_owned());
        });
    }
    it
}

fn sent(it: &Scene) -> Vec<(String, Verb)> {
    let run = |effect: &Effect| match effect {
        Effect::Run(job) => Some((job.target.service.clone()?, job.verb.clone())),
        _ => None,
    };
    it.effects.iter().filter_map(run).collect()
}

fn has(list: &[(String, Verb)], name: &str) -> bool {
    list.iter().any(|(other, _)| other == name)
}

fn failed(it: &mut Scene, name: &str) {
    let id = it.job(name).id;
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 5,
        failure: Failure {
            what: Words::as_is("no"),
            ..Failure::default()
        },
    }));
}

#[test]
fn a_restart_goes_from_what_is_needed_to_what_needs_it() {
    let mut it = scene();
    it.press("g r");
    assert!(has(&sent(&it), "zammad-db") && !has(&sent(&it), "zammad"));
    it.shows("restarting 0s · after zammad-db-1");
    it.effects.clear();
    it.done("zammad-db", 100);
    assert_eq!(sent(&it), [("zammad".to_owned(), restart())]);
}

#[test]
fn a_stop_goes_the_other_way_even_when_one_fails() {
    let mut it = scene();
    it.press("g s").answer("y");
    assert!(has(&sent(&it), "zammad") && !has(&sent(&it), "zammad-db"));
    it.effects.clear();
    failed(&mut it, "zammad");
    assert_eq!(sent(&it), [("zammad-db".to_owned(), stop())]);
}

#[test]
fn what_needs_a_failed_one_is_not_sent_and_says_why() {
    let mut it = scene();
    it.press("g r");
    it.effects.clear();
    failed(&mut it, "zammad-db");
    assert_eq!(sent(&it), []);
    it.shows("not sent, as zammad-db-1 failed · restart failed");
}

#[test]
fn a_start_waits_until_what_is_needed_is_healthy() {
    let mut it = scene();
    let down = |c: &mut stacktui::model::Container| {
        c.state = RunState::Exited;
        c.exit_code = Some(0);
        c.health = None;
    };
    it.change("zammad", down).change("zammad-db", down);
    it.press("g u");
    it.effects.clear();
    it.done("zammad-db", 100);
    assert_eq!(sent(&it), [], "its row tells nothing of the start yet");
    let health = |health| {
        move |c: &mut stacktui::model::Container| {
            c.state = RunState::Running;
            c.health = Some(health);
        }
    };
    it.change("zammad-db", health(Health::Starting));
    assert_eq!(sent(&it), []);
    it.change("zammad-db", health(Health::Healthy));
    assert_eq!(sent(&it), [("zammad".to_owned(), Verb::Start)]);
}

#[test]
fn a_restart_of_a_stack_leaves_jobs_that_are_done_and_what_is_paused() {
    let mut it = scene();
    it.change("grafana", |c| {
        c.state = RunState::Exited;
        c.exit_code = Some(0);
    })
    .change("mailhog", |c| c.state = RunState::Paused)
    .change("wikijs", |c| {
        c.labels
            .insert("com.docker.compose.oneoff".to_owned(), "True".to_owned());
    })
    .change("ocs", |c| {
        c.state = RunState::Exited;
        c.exit_code = Some(137);
    });
    it.press("g r");
    let list = sent(&it);
    for name in ["grafana", "mailhog", "wikijs"] {
        assert!(!has(&list, name), "{name}");
    }
    assert!(has(&list, "ocs"), "what failed is started again");
    it.sees_toast(
        "left as they are: grafana-1 (ended well), mailhog-1 (paused), portainer-1 (paused), wikijs-1 (a one-off)",
    );
    // Chosen by itself, each is restarted.
    it.effects.clear();
    it.on("grafana").press("r").runs(&[("grafana", restart())]);
}

#[test]
fn another_verb_overtakes_one_that_waits() {
    let mut it = scene();
    it.press("g r");
    it.effects.clear();
    it.on("zammad")
        .press("s")
        .answer("y")
        .runs(&[("zammad", stop())]);
    it.done("zammad", 5).done("zammad-db", 5);
    assert_eq!(it.state.jobs.of(&key("zammad")), None);
}

fn zammad_needs_its_database() -> Msg {
    let needs: &[(&str, &[_])] = &[
        ("zammad", &[("zammad-db", Condition::Healthy)]),
        ("grafana", &[("zammad", Condition::Started)]),
    ];
    Msg::Outline(stack(), Ok(outline(needs)))
}

#[test]
fn what_compose_1_made_goes_in_the_order_of_its_files() {
    let mut it = first_generation();
    let reads = |flow: &Subscription| {
        matches!(flow, Subscription::Outline(key, project)
            if *key == stack() && project.files == ["/srv/tickets/compose.yml"])
    };
    assert!(it.flows().iter().any(reads), "{:?}", it.flows());
    it.send(zammad_needs_its_database());
    it.press("g r");
    assert!(has(&sent(&it), "zammad-db") && !has(&sent(&it), "zammad"));
    it.sees_toast("in this order: mailhog, ocs, prometheus, traefik, wikijs, zammad-db, zammad-elasticsearch, then zammad, then grafana");
    it.effects.clear();
    it.done("zammad-db", 100);
    assert_eq!(sent(&it), [("zammad".to_owned(), restart())]);
}

#[test]
fn a_question_says_whose_they_are_and_in_which_order_they_go() {
    let mut it = first_generation();
    it.send(zammad_needs_its_database());
    it.press("g s");
    assert_eq!(
        it.question().title,
        "Stop systeme-ticketing (10 containers)?"
    );
    let order = &it.question().lines[0].0;
    assert!(order.starts_with("in this order: "), "{order}");
    assert!(order.ends_with(", then zammad, then zammad-db"), "{order}");
    it.press("esc").on("zammad").press("space");
    it.on("zammad-db").press("space D");
    assert_eq!(
        it.question().title,
        "Remove 2 containers of systeme-ticketing?"
    );
    assert_eq!(
        it.question().lines[0].0,
        "in this order: zammad, then zammad-db"
    );
    it.answer("y");
    assert!(has(&sent(&it), "zammad") && !has(&sent(&it), "zammad-db"));
    it.press("esc").on("backup").press("space");
    it.on("zammad").press("space s");
    assert_eq!(it.question().title, "Stop 2 containers?");
}

#[test]
fn an_order_that_nobody_knows_is_said() {
    let gone = "/srv/tickets/compose.yml is not on this machine";
    let mut it = first_generation();
    let path = "/srv/tickets/compose.yml".to_owned();
    it.send(Msg::Outline(stack(), Err(Unread::Gone(path))));
    it.press("g s");
    let unknown = format!("systeme-ticketing: all at once, as its order is not known: {gone}");
    assert_eq!(it.question().lines[0].0, unknown);
    it.press("esc g r").sees_toast(&unknown);
    assert!(has(&sent(&it), "zammad") && has(&sent(&it), "zammad-db"));
    // Labels that say that nothing is needed say enough.
    let mut it = scene();
    it.press("g s");
    let first = &it.question().lines[0].0;
    assert!(first.starts_with("in this order: "), "{first}");
    // One service has no order.
    let mut it = first_generation();
    it.on("zammad").press("s");
    assert!(it.told()[0].contains("zammad-1 ("), "{:?}", it.told());
}

#[test]
fn what_files_say_is_needed_is_noticed_when_it_is_not_there() {
    let mut it = first_generation();
    it.send(zammad_needs_its_database());
    it.change("zammad-db", |c| c.state = RunState::Exited);
    let found = findings(&it.state, &key("zammad"));
    let words: Vec<&str> = found.iter().map(|it| it.words.as_str()).collect();
    assert_eq!(words, ["needs zammad-db, which is exited"]);
}

#[test]
fn what_needs_files_that_are_gone_is_refused_before_the_question() {
    let mut it = first_generation();
    let path = "/srv/tickets/compose.yml".to_owned();
    it.send(Msg::Outline(stack(), Err(Unread::Gone(path))));
    it.press("2 C").answer("d").no_window().asks_nothing();
    it.sees_toast("compose.yml is not on this machine")
        .sees_toast("D removes the containers");
}
