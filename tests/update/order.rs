//! Whole stacks, in the order of what needs what.
use stacktui::effect::{Effect, Verb};
use stacktui::lang::Words;
use stacktui::model::{Health, RunState};
use stacktui::msg::{Failure, JobMsg, Msg};

use crate::harness::{Scene, key, restart, stop, world};

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
