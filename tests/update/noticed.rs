//! What is noticed on a container, and that it is seen.
use chrono::TimeDelta;
use stacktui::effect::{Effect, Fetch};
use stacktui::lang::Words;
use stacktui::model::{Freshness, Health, HostId, Kind, Mount, RunState};
use stacktui::msg::{Failure, FailureKind, HostMsg, Msg};
use stacktui::state::fresh::Fresh;
use stacktui::state::lints::findings;

use crate::harness::{Scene, full, key, world};
use crate::world as base;

fn ids(it: &Scene, name: &str) -> Vec<&'static str> {
    let found = findings(&it.state, &key(name));
    found.into_iter().map(|finding| finding.id).collect()
}

fn words(it: &Scene, name: &str) -> Vec<String> {
    let found = findings(&it.state, &key(name));
    found.into_iter().map(|finding| finding.words).collect()
}

#[test]
fn three_deaths_within_an_hour_are_a_loop() {
    let mut it = world();
    for _ in 0..2 {
        it.wait(1_000)
            .event("grafana", "oom", &[])
            .event("grafana", "die", &[("exitCode", "137")]);
    }
    assert!(ids(&it, "grafana").is_empty());
    it.wait(1_000).event("grafana", "die", &[("exitCode", "1")]);
    assert_eq!(
        words(&it, "grafana"),
        ["restart loop: died 3 times within the hour, 2 of them out of memory"]
    );
    it.wait(3_600_000);
    assert!(ids(&it, "grafana").is_empty(), "an hour later it is over");
}

#[test]
fn a_crash_loop_is_a_problem_while_it_happens_to_be_up() {
    let mut it = world();
    for _ in 0..3 {
        it.wait(5_000).event("grafana", "die", &[("exitCode", "1")]);
    }
    it.shows("crash loop 3×");
    it.shows("2 restarting");
    it.press("!");
    assert!(it.rows().contains(&"grafana".to_owned()));
    it.press("!").wait(600_000).hides("crash loop");
}

#[test]
fn what_hurts_is_counted_when_containers_change_and_not_for_a_letter_of_a_filter() {
    let mut it = world();
    assert_eq!(it.state.containers.survey.hurting, 0);
    let longest = it.state.containers.survey.name;
    let sample = base::sample(it.state.now, 3.0, 99 << 20, 100 << 20);
    let samples = HostMsg::Samples(vec![(key("grafana"), sample)]);
    it.send(Msg::Host(base::HOST, samples));
    assert_eq!(it.state.containers.survey.hurting, 1);
    // What nothing has counted stays where only rows are chosen.
    it.state.containers.survey.hurting = 7;
    it.press("/").type_in("graf").press("enter");
    it.press("o").press("esc").press("O");
    assert_eq!(it.state.containers.survey.hurting, 7);
    assert_eq!(it.state.containers.survey.name, longest, "nor for its rows");
    it.gone("grafana");
    assert_eq!(it.state.containers.survey.hurting, 0);
}

#[test]
fn what_is_no_crash_loop_on_the_row_is_none_for_an_experienced_eye() {
    let mut it = world();
    for _ in 0..4 {
        it.wait(5_000).event("grafana", "die", &[("exitCode", "0")]);
    }
    it.hides("crash loop");
    assert_eq!(words(&it, "grafana"), Vec::<String>::new());
    for _ in 0..3 {
        it.wait(5_000).event("grafana", "die", &[("exitCode", "1")]);
    }
    it.shows("crash loop 3×");
    let told = ["restart loop: died 3 times within the hour"];
    assert_eq!(words(&it, "grafana"), told);
    // Calm again: over on the row, over for the eye.
    it.wait(600_000).hides("crash loop");
    assert_eq!(words(&it, "grafana"), Vec::<String>::new());
}

#[test]
fn memory_close_to_its_limit_is_told_before_the_kernel_acts() {
    let mut it = world();
    let use_memory = |it: &mut Scene, used: u64| {
        let sample = base::sample(it.state.now, 1.0, used, 1 << 30);
        let samples = vec![(key("grafana"), sample)];
        it.send(Msg::Host(base::HOST, HostMsg::Samples(samples)));
    };
    use_memory(&mut it, 900 << 20);
    assert!(ids(&it, "grafana").is_empty());
    it.hides("at risk");
    use_memory(&mut it, 1000 << 20);
    assert_eq!(ids(&it, "grafana"), ["memory"]);
    // The header counts it, its row says so at every width, and it is a problem.
    it.shows("1 at risk").press("!");
    assert!(it.rows().contains(&"grafana".to_owned()));
    it.press("!");
    for size in [(140, 40), (120, 40), (80, 24), (40, 12)] {
        assert!(row(&mut it, size, "grafana").contains("! mem"), "{size:?}");
        assert!(!row(&mut it, size, "mailhog").contains('!'), "{size:?}");
    }
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    it.shows("noticed").shows("memory at 97");
    use_memory(&mut it, 100 << 20);
    it.hides("at risk").hides("noticed").press("!");
    assert!(!it.rows().contains(&"grafana".to_owned()));
}

fn row(it: &mut Scene, (width, height): (u16, u16), name: &str) -> String {
    it.send(Msg::Resize { width, height });
    let screen = it.screen();
    let row = screen
        .lines()
        .find(|line| line.contains(&format!(" {name}")));
    row.unwrap_or_default().to_owned()
}

#[test]
fn a_sign_stands_where_there_is_no_room_for_a_word() {
    let mut it = world();
    let now = it.state.now;
    it.change("grafana", |c| c.since = Some(now - TimeDelta::days(12)));
    it.change("mailhog", |c| c.state = RunState::Exited);
    it.change("grafana", |c| {
        let label = "com.docker.compose.depends_on".to_owned();
        c.labels
            .insert(label, "mailhog:service_started:true".to_owned());
    });
    assert!(row(&mut it, (80, 24), "grafana").contains("up 12d ! needs"));
    it.change("grafana", |c| c.health = Some(Health::Starting));
    let row = row(&mut it, (80, 24), "grafana");
    assert!(
        row.contains("starting 12d !") && !row.contains("! needs"),
        "{row}"
    );
}

#[test]
fn what_was_stopped_with_all_it_needs_misses_nothing() {
    let mut it = world();
    it.change("wikijs", |c| {
        let label = "com.docker.compose.depends_on".to_owned();
        c.labels
            .insert(label, "mailhog:service_started:true".to_owned());
        c.state = RunState::Exited;
        c.exit_code = Some(0);
    });
    it.gone("mailhog");
    assert_eq!(words(&it, "wikijs"), Vec::<String>::new());
    it.change("wikijs", |c| c.exit_code = Some(1));
    assert_eq!(words(&it, "wikijs"), ["needs mailhog, which is gone"]);
}

#[test]
fn one_that_could_not_be_started_is_asked_why_and_is_a_problem() {
    let mut it = world();
    it.change("grafana", |c| c.state = RunState::Created);
    let asked = |it: &Scene| {
        let fetch = Effect::Fetch(Fetch::Details(key("grafana")));
        it.effects.iter().filter(|effect| **effect == fetch).count()
    };
    let leaves = |it: &mut Scene| {
        let mut event = base::event(it.state.now, "net", "disconnect", &[]);
        event.kind = "network".to_owned();
        let id = key("grafana").id.to_string();
        event.attributes.insert("container".to_owned(), id);
        it.send(Msg::Host(base::HOST, HostMsg::Events(vec![event])));
    };
    it.effects.clear();
    leaves(&mut it);
    assert_eq!(asked(&it), 1);
    let mut details = base::details("grafana", it.state.now);
    details.key = key("grafana");
    details.state = RunState::Created;
    details.error = "Bind for 0.0.0.0:8025 failed: port is already allocated".to_owned();
    it.send(Msg::Details(key("grafana"), Ok(Box::new(details))));
    it.shows("start failed").shows("1 at risk").press("!");
    assert!(it.rows().contains(&"grafana".to_owned()));
    it.press("!");
    // Before the list has it, too.
    let made = it.container("grafana").clone();
    it.gone("grafana").effects.clear();
    leaves(&mut it);
    assert_eq!(asked(&it), 0);
    let changed = HostMsg::Delta {
        changed: vec![made],
        gone: Vec::new(),
    };
    it.send(Msg::Host(base::HOST, changed));
    assert_eq!(asked(&it), 1);
}

#[test]
fn what_a_service_needs_is_looked_at() {
    let mut it = world();
    it.change("wikijs", |c| {
        let label = "com.docker.compose.depends_on".to_owned();
        let needs = "zammad-db:service_healthy:false,mailhog:service_started:true";
        c.labels.insert(label, needs.to_owned());
    });
    assert!(ids(&it, "wikijs").is_empty());
    it.change("zammad-db", |c| c.health = Some(Health::Unhealthy));
    assert_eq!(
        words(&it, "wikijs"),
        ["needs zammad-db, which is unhealthy"]
    );
    it.change("zammad-db", |c| {
        c.health = None;
        c.state = RunState::Exited;
        c.exit_code = Some(0);
    });
    assert!(ids(&it, "wikijs").is_empty(), "a job that was done well");
    it.gone("mailhog");
    assert_eq!(words(&it, "wikijs"), ["needs mailhog, which is gone"]);
}

#[test]
fn what_stops_for_minutes_is_stuck() {
    let mut it = world();
    let now = it.state.now;
    it.change("ocs", |c| {
        c.state = RunState::Removing;
        c.since = Some(now - TimeDelta::seconds(59));
    });
    assert!(ids(&it, "ocs").is_empty());
    it.wait(120_000);
    assert!(words(&it, "ocs")[0].starts_with("stuck in removing for 2m"));
}

#[test]
fn a_port_that_is_taken_names_who_has_it() {
    let mut it = world();
    it.change("mailhog", |c| c.ports = vec![base::port(Some(8025), 8025)]);
    let mut details = base::details("grafana", it.state.now);
    details.key = key("grafana");
    details.error = "driver failed programming external connectivity on endpoint g: \
                     Bind for 0.0.0.0:8025 failed: port is already allocated"
        .to_owned();
    it.change("grafana", |c| c.state = RunState::Exited);
    it.on("grafana").press("enter");
    it.send(Msg::Details(key("grafana"), Ok(Box::new(details))));
    let holder = full("mailhog");
    assert!(words(&it, "grafana").contains(&format!("port 8025 is taken by {holder}")));
    it.shows("Noticed").shows("port 8025 is taken by");
}

#[test]
fn risks_are_notes_and_only_what_hurts_is_on_the_row() {
    let mut it = world();
    it.change("portainer", |c| {
        c.state = RunState::Running;
        c.mounts = vec![Mount {
            kind: "bind".to_owned(),
            source: "/var/run/docker.sock".to_owned(),
            destination: "/var/run/docker.sock".to_owned(),
            read_only: true,
        }];
    });
    assert_eq!(ids(&it, "portainer"), ["socket"]);
    it.change("portainer", |c| c.state = RunState::Running);
    let row = row(&mut it, (200, 40), "portainer");
    assert!(row.contains(" · ") && !row.contains('!'), "{row}");
    it.shows("noticed")
        .shows("has the engine's socket")
        .hides("at risk");
    for _ in 0..3 {
        it.wait(1_000)
            .event("portainer", "die", &[("exitCode", "1")]);
    }
    it.shows("restart loop: died 3 times");
}

#[test]
fn a_clock_that_is_apart_is_told_with_the_host_and_its_containers() {
    let mut it = world();
    let told = |it: &mut Scene, ahead: i64| {
        let mut info = base::info();
        info.clock = Some(it.state.now + TimeDelta::seconds(ahead));
        it.send(Msg::Host(HostId(0), HostMsg::Info(Box::new(info))));
    };
    let key = it.container("grafana").key.clone();
    let found = |it: &Scene| {
        findings(&it.state, &key)
            .into_iter()
            .any(|f| f.id == "clock_apart")
    };
    for (ahead, words) in [(42, "clock 42s ahead"), (-150, "clock 150s behind")] {
        told(&mut it, ahead);
        it.shows(words);
        assert!(found(&it));
        it.press("0").shows(words).press("1");
    }
    // What an answer takes is no difference.
    told(&mut it, -9);
    it.hides("clock");
    assert!(!found(&it));
}

#[test]
fn one_that_answers_no_inspect_is_in_trouble() {
    let mut it = world();
    let failure = Failure {
        kind: FailureKind::TimedOut,
        what: Words::as_is("inspect: no answer within 10 s"),
        ..Failure::default()
    };
    it.send(Msg::Details(key("grafana"), Err(failure)));
    assert_eq!(ids(&it, "grafana"), ["no_answer"]);
    // Its row says so, however narrow the screen is.
    for size in [(120, 40), (80, 24), (40, 12)] {
        let (width, height) = size;
        it.send(Msg::Resize { width, height });
        let screen = it.screen();
        let row = screen.lines().find(|line| line.contains("grafana"));
        assert!(row.is_some_and(|row| row.contains("no answer")), "{screen}");
    }
    let answered = Box::new(base::details("grafana", it.state.now));
    it.send(Msg::Details(key("grafana"), Ok(answered)));
    assert!(!ids(&it, "grafana").contains(&"no_answer"));
    // What happens to it tells more than the question that failed.
    let hangs = Failure {
        kind: FailureKind::TimedOut,
        ..Failure::default()
    };
    it.send(Msg::Details(key("grafana"), Err(hangs)));
    assert_eq!(ids(&it, "grafana"), ["no_answer"]);
    // Looking at it, as the details page and health probes do, is nothing that happens to it.
    it.event("grafana", "top", &[]);
    it.event("grafana", "exec_start: true", &[])
        .shows("no answer");
    it.event("grafana", "restart", &[]).hides("no answer");
}

#[test]
fn a_newer_image_here_or_in_its_registry_is_noticed_on_the_row() {
    let mut it = world();
    let id = format!("sha256:{}", "5".repeat(64));
    // Its name was given to another image: all that the list has is the id.
    it.change("grafana", |c| {
        c.image = id.clone();
        c.image_id = id.clone();
    });
    assert!(ids(&it, "grafana").is_empty());
    let rows = it.state.world.containers().cloned().collect();
    it.send(Msg::Host(base::HOST, HostMsg::Snapshot(rows)));
    let asked = Effect::Fetch(Fetch::Details(key("grafana")));
    assert!(it.effects.contains(&asked), "{:?}", it.effects);
    let mut details = base::details(&full("grafana"), it.state.now);
    details.image = "grafana/grafana:11".to_owned();
    it.send(Msg::Details(details.key.clone(), Ok(Box::new(details))));
    assert!(words(&it, "grafana")[0].starts_with("grafana/grafana:11 is not the image it runs"));
    for size in [(120, 40), (80, 24)] {
        assert!(row(&mut it, size, "grafana").contains("newer"), "{size:?}");
    }
    // What a registry said, when it was asked.
    let mailhog = it.container("mailhog").clone();
    let image = stacktui::model::Key::new(base::HOST, Kind::Image, &mailhog.image_id);
    let answer = vec![(mailhog.image.clone(), Ok(Freshness::Behind))];
    it.state.fresh.insert(image, Fresh::new(answer));
    assert_eq!(ids(&it, "mailhog"), ["newer_there"]);
    assert!(row(&mut it, (80, 24), "mailhog").contains("newer"));
}

#[test]
fn privileged_stays_known_once_it_was_looked_into() {
    let mut it = world();
    let mut details = base::details(&full("grafana"), it.state.now);
    details.privileged = true;
    it.send(Msg::Details(details.key.clone(), Ok(Box::new(details))));
    assert!(ids(&it, "grafana").contains(&"privileged"));
}

#[test]
fn a_row_tells_an_end_for_memory_from_one_that_was_asked_for() {
    let mut it = world();
    let ended = |c: &mut stacktui::model::Container| {
        c.state = RunState::Exited;
        c.exit_code = Some(137);
    };
    it.event("grafana", "oom", &[]);
    it.event("grafana", "die", &[("exitCode", "137")]);
    it.change("grafana", ended);
    for size in [(120, 40), (80, 24), (40, 12)] {
        assert!(row(&mut it, size, "grafana").contains("oom"), "{size:?}");
    }
    // A stop that ran into its timeout is no problem.
    it.event("mailhog", "kill", &[("signal", "15")]);
    it.wait(10_000).event("mailhog", "kill", &[("signal", "9")]);
    it.event("mailhog", "die", &[("exitCode", "137")]);
    it.change("mailhog", ended);
    assert_eq!(it.container("mailhog").problem(), None);
    assert!(row(&mut it, (120, 40), "mailhog").contains("exited 137"));
    let mut details = base::details(&full("mailhog"), it.state.now);
    details.state = RunState::Exited;
    details.exit_code = 137;
    details.oom_killed = false;
    details.finished = Some(it.state.now);
    it.on("mailhog").press("enter");
    it.send(Msg::Details(details.key.clone(), Ok(Box::new(details))));
    it.shows("asked to stop, and killed when the");
    // One that nobody asked to end is.
    it.press("esc")
        .event("prometheus", "die", &[("exitCode", "137")]);
    it.change("prometheus", ended);
    assert!(it.container("prometheus").problem().is_some());
}

#[test]
fn a_port_whose_holder_is_gone_is_not_taken_any_more() {
    let mut it = world();
    let mut details = base::details(&full("scratch"), it.state.now);
    details.state = RunState::Created;
    details.error = "Bind for 0.0.0.0:8025 failed: port is already allocated".to_owned();
    it.change("scratch", |c| c.state = RunState::Created);
    it.on("scratch").press("enter");
    it.send(Msg::Details(details.key.clone(), Ok(Box::new(details))));
    let holder = full("mailhog");
    it.shows(&format!("port 8025 is taken by {holder}"));
    it.change("mailhog", |c| c.ports.clear());
    it.shows("port 8025 was taken when it was to start")
        .hides("taken by");
}

#[test]
fn one_that_answers_no_inspect_is_shown_as_the_list_has_it() {
    let mut it = world();
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    it.on("mailhog").press("enter");
    let failure = Failure {
        kind: FailureKind::TimedOut,
        what: Words::as_is("no answer within 10 s"),
        advice: "the engine may be hung".to_owned(),
        ..Failure::default()
    };
    it.send(Msg::Details(key("mailhog"), Err(failure)));
    it.shows("no answer within 10 s")
        .shows("its engine answers of all others")
        .hides("the engine may be hung")
        .shows("8025")
        .shows("mailhog/mailhog");
}

#[test]
fn what_is_started_and_ends_at_once_is_not_done() {
    let mut it = world();
    it.on("grafana").press("space r");
    it.begun("grafana").wait(200);
    it.event("grafana", "start", &[]).wait(100);
    it.event("grafana", "die", &[("exitCode", "2")]);
    it.done("grafana", 400);
    it.sees_toast("ended at once").shows("ended at once");
    assert_eq!(it.marked(), [key("grafana")]);
    // Nor where the engine had answered before.
    it.press("r").begun("grafana").wait(200);
    it.event("grafana", "start", &[]).done("grafana", 400);
    assert!(it.marked().is_empty());
    it.wait(1_000).event("grafana", "die", &[("exitCode", "2")]);
    it.sees_toast("ended at once");
    assert_eq!(it.marked(), [key("grafana")]);
    // What somebody stops afterwards was not started in vain.
    it.press("r")
        .begun("grafana")
        .event("grafana", "start", &[]);
    it.done("grafana", 400).wait(1_000);
    it.event("grafana", "kill", &[("signal", "15")]);
    it.event("grafana", "die", &[("exitCode", "143")]);
    assert!(it.marked().is_empty());
}
