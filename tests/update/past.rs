//! What is kept of a container's past runs, because the engine forgets it.
use chrono::TimeDelta;
use stacktui::effect::{Effect, Fetch};
use stacktui::lang;
use stacktui::model::{Details, Run, RunState};
use stacktui::msg::{Failure, HostMsg, Msg};
use stacktui::state::lints::findings;

use crate::harness::{Scene, full, key, world};
use crate::world::{self as base, HOST, event};
use stacktui::state::world::Words;
use stacktui::state::{Death, Host};

fn asked(it: &Scene) -> Vec<Fetch> {
    let fetch = |effect: &Effect| match effect {
        Effect::Fetch(fetch @ Fetch::LastWords { .. }) => Some(fetch.clone()),
        _ => None,
    };
    it.effects.iter().filter_map(fetch).collect()
}

fn host(it: &Scene) -> &Host {
    it.state.world.host(HOST).expect("the host")
}

fn deaths(it: &Scene, name: &str) -> Vec<Death> {
    let deaths = host(it).deaths.get(&key(name));
    deaths.into_iter().flatten().cloned().collect()
}

/// An inspect of one that was made an hour ago, began and ended so many seconds ago with code 4.
fn inspect(it: &Scene, name: &str, state: RunState, began: i64, ended: i64) -> Details {
    let ago = |seconds| Some(it.state.now - TimeDelta::seconds(seconds));
    Details {
        key: key(name),
        state,
        created: ago(3_600),
        started: ago(began),
        finished: ago(ended),
        exit_code: 4,
        restart_count: 0,
        ..base::details(name, it.state.now)
    }
}

fn told(it: &mut Scene, details: Details) {
    it.send(Msg::Details(details.key.clone(), Ok(Box::new(details))));
}

#[test]
fn a_death_that_the_events_forgot_is_told_by_the_inspect() {
    let mut it = world();
    it.change("grafana", |c| c.state = RunState::Exited);
    it.on("grafana").press("enter");
    let now = it.state.now;
    let details = inspect(&it, "grafana", RunState::Exited, 3_000, 2_900);
    told(&mut it, details.clone());
    it.wait(5_000);
    told(&mut it, details);
    let known = deaths(&it, "grafana");
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].exit_code, Some(4));
    let at = now - TimeDelta::seconds(2_900);
    let asked = asked(&it);
    let [Fetch::LastWords { run, .. }] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(run.at, at);
    let since = Some(now - TimeDelta::seconds(3_001));
    assert_eq!(
        run.since, since,
        "its first line may be there before its start"
    );
    assert!(run.until > at, "its last line may be stamped late");
    let words = vec!["important last words".to_owned()];
    it.send(Msg::LastWords(key("grafana"), at, Ok(words)));
    it.shows("Deaths")
        .shows("exit 4")
        .shows("important last words");
    // It runs again: when it ended is known, how is not.
    let details = inspect(&it, "grafana", RunState::Running, 60, 61);
    told(&mut it, details);
    it.shows("its exit code is forgotten");
    let newest = deaths(&it, "grafana").pop().unwrap();
    assert_eq!(newest.since, Some(at));
    assert_eq!(newest.until, it.state.now - TimeDelta::seconds(60));
}

#[test]
fn an_event_and_an_inspect_tell_of_one_death() {
    let mut it = world();
    let details = inspect(&it, "grafana", RunState::Exited, 30, 1);
    told(&mut it, details.clone());
    it.event("grafana", "oom", &[]);
    it.event("grafana", "die", &[("exitCode", "137")]);
    told(&mut it, details);
    let known = deaths(&it, "grafana");
    assert_eq!(known.len(), 1);
    assert!(known[0].oom);
    assert_eq!(known[0].exit_code, Some(137));
    assert_eq!(known[0].at, it.state.now);
}

#[test]
fn restarts_before_our_time_make_a_loop_once_one_is_seen_to_fail() {
    let mut it = world();
    let mut details = inspect(&it, "grafana", RunState::Running, 2, 3);
    details.restart_count = 35;
    told(&mut it, details.clone());
    let noticed = |it: &Scene| {
        let found = findings(&it.state, &key("grafana")).into_iter();
        found
            .map(|f| f.words)
            .find(|words| words.starts_with("restart loop"))
    };
    let words = "restart loop: started again 35 times by its policy, the last time 3s ago";
    assert_eq!(noticed(&it).as_deref(), Some(words));
    assert_eq!(it.container("grafana").looping, 0, "it may have ended well");
    it.wait(10_000)
        .event("grafana", "die", &[("exitCode", "1")])
        .shows("crash loop 35×");
    it.wait(600_000).hides("crash loop").wait(3_600_000);
    // A few in a long life are no loop.
    details.created = Some(it.state.now - TimeDelta::days(90));
    details.finished = Some(it.state.now);
    told(&mut it, details);
    assert_eq!(noticed(&it), None);
}

#[test]
fn what_may_be_a_loop_is_looked_into_when_a_list_comes() {
    let mut it = world();
    let now = it.state.now;
    let mut all: Vec<_> = it.state.world.containers().cloned().collect();
    for c in &mut all {
        c.state = RunState::Running;
        c.created = Some(now - TimeDelta::days(1));
        c.since = Some(now - TimeDelta::hours(1));
    }
    let young = all.iter_mut().find(|c| c.key == key("grafana")).unwrap();
    young.since = Some(now - TimeDelta::seconds(1));
    it.effects.clear();
    it.send(Msg::Host(HOST, HostMsg::Snapshot(all)));
    let inspected: Vec<_> = it
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Fetch(Fetch::Details(_))))
        .collect();
    assert_eq!(inspected, [&Effect::Fetch(Fetch::Details(key("grafana")))]);
}

#[test]
fn all_that_is_kept_of_past_runs_can_be_read() {
    let mut it = world();
    it.send(Msg::Resize {
        width: 120,
        height: 100,
    });
    it.on("grafana").press("enter");
    let details = base::details("grafana", it.state.now);
    for run in 0..8 {
        it.wait(1_000).event("grafana", "die", &[("exitCode", "1")]);
        let lines = (0..6).map(|line| format!("run {run} line {line}"));
        let at = it.state.now;
        it.send(Msg::LastWords(key("grafana"), at, Ok(lines.collect())));
    }
    told(
        &mut it,
        Details {
            key: key("grafana"),
            finished: None,
            ..details
        },
    );
    it.shows("run 7 line 0").shows("run 6 line 4");
    it.hides("run 6 line 3").hides("run 0 line 5");
    it.shows("m shows all that is known").press("m");
    it.shows("run 6 line 0")
        .shows("run 0 line 0")
        .shows("m shows less");
    it.press("m").hides("run 0 line 0");
}

#[test]
fn a_restart_is_one_row_of_the_events_and_an_exit_code_is_said_once() {
    let mut it = world();
    for action in ["kill", "die", "stop", "start", "restart"] {
        it.event("grafana", action, &[("exitCode", "7")]);
    }
    it.on("grafana").press("enter");
    let details = inspect(&it, "grafana", RunState::Exited, 30, 20);
    told(&mut it, details);
    it.shows("restart 4 more  exit code 7");
    let screen = it.screen();
    let events = screen.split("Events").last().unwrap_or_default();
    assert!(!events.contains("kill"), "{screen}");
    assert!(screen.contains("exit code    4") && !screen.contains("4  exit code 4"));
}

#[test]
fn a_filter_keeps_what_is_one_act_folded() {
    let mut it = world();
    for action in ["kill", "die", "stop", "start", "restart"] {
        it.event("grafana", action, &[]);
    }
    it.press("8 /").type_in("grafana").press("enter");
    it.shows("restart").hides("kill");
    // What is searched for itself is shown wherever it is.
    it.press("/").press("ctrl-u").type_in("kill").press("enter");
    it.shows("kill");
}

#[test]
fn why_there_are_no_last_lines_is_told() {
    let mut it = world();
    it.on("grafana").press("enter");
    let details = inspect(&it, "grafana", RunState::Exited, 30, 20);
    let at = details.finished.unwrap();
    told(&mut it, details);
    it.send(Msg::LastWords(key("grafana"), at, Ok(Vec::new())));
    it.hides("the engine has no lines of this run");
    let details = it.state.sheet(&key("grafana")).unwrap().details.clone();
    it.send(Msg::Details(key("grafana"), Ok(details.unwrap())));
    it.send(Msg::LastWords(key("grafana"), at, Ok(Vec::new())));
    it.shows("the engine has no lines of this run");
    let failure = Failure {
        what: lang::Words::as_is("the log driver \"none\" keeps none"),
        ..Failure::default()
    };
    it.send(Msg::LastWords(key("grafana"), at, Err(failure)));
    it.shows("no last lines: the log driver");
}

#[test]
fn the_last_words_of_a_run_are_asked_for_once_when_it_dies() {
    let mut it = world();
    it.event("grafana", "die", &[("exitCode", "0")]);
    assert_eq!(asked(&it), []);
    it.wait(1_000)
        .event("zammad", "die", &[("exitCode", "137")]);
    let until = it.state.now;
    let since = None;
    let key = key("zammad");
    assert_eq!(
        asked(&it),
        [Fetch::LastWords {
            key: key.clone(),
            run: Run {
                at: until,
                since,
                until
            }
        }]
    );
    it.effects.clear();
    it.send(Msg::LastWords(
        key.clone(),
        until,
        Ok(vec!["no more memory".to_owned()]),
    ));
    it.wait(2_000).event("zammad", "die", &[("exitCode", "1")]);
    let again = Fetch::LastWords {
        key: key.clone(),
        run: Run {
            at: it.state.now,
            since: Some(until),
            until: it.state.now,
        },
    };
    assert_eq!(asked(&it), [again]);
    it.send(Msg::LastWords(
        key,
        it.state.now,
        Ok(vec!["second run".to_owned()]),
    ));
    let words = deaths(&it, "zammad").into_iter().map(|death| death.words);
    let told = |line: &str| Words::Told(vec![line.to_owned()]);
    assert!(words.eq([told("no more memory"), told("second run")]));
}

#[test]
fn what_the_engine_knows_of_the_hour_before_is_taken_in_order_and_asked_of_once() {
    let mut it = world();
    it.press("8");
    it.event("grafana", "restart", &[]);
    let now = it.state.now;
    let before = |minutes, name, action, attributes: &[(&str, &str)]| {
        event(
            now - TimeDelta::minutes(minutes),
            &full(name),
            action,
            attributes,
        )
    };
    let mut hour: Vec<_> = (20..50)
        .rev()
        .map(|minutes| before(minutes, "zammad", "die", &[("exitCode", "1")]))
        .collect();
    hour.push(before(10, "zammad", "oom", &[]));
    hour.push(before(10, "zammad", "die", &[("exitCode", "137")]));
    hour.push(before(9, "grafana", "die", &[("exitCode", "2")]));
    it.effects.clear();
    it.send(Msg::Host(HOST, HostMsg::Events(hour.clone())));
    let until: Vec<_> = asked(&it)
        .into_iter()
        .map(|fetch| match fetch {
            Fetch::LastWords { key, run } => (key, (now - run.until).num_minutes()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        until,
        [(key("grafana"), 9), (key("zammad"), 10)],
        "the newest run of each, the newest first"
    );
    let times: Vec<_> = it.state.events.newest().map(|(_, e)| e.at).collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    // Told again, as after a stream that was made anew: nothing counts twice.
    it.send(Msg::Host(HOST, HostMsg::Events(hour)));
    let host = it.state.world.host(HOST).unwrap();
    let deaths: Vec<_> = host.recent_deaths(&key("zammad"), now).collect();
    assert_eq!(deaths.len(), 31);
    assert!(deaths[30].oom && !deaths[29].oom);
}

#[test]
fn lines_of_an_older_run_are_not_taken_for_those_of_a_run_whose_start_is_known() {
    let mut it = world();
    it.change("grafana", |c| c.state = RunState::Exited);
    // Told by an event alone, it may have begun any time.
    it.event("grafana", "die", &[("exitCode", "4")]);
    let at = it.state.now;
    assert_eq!(deaths(&it, "grafana")[0].since, None);
    let both = vec!["run 1".to_owned(), "run 2".to_owned()];
    it.send(Msg::LastWords(key("grafana"), at, Ok(both)));
    it.on("grafana").press("enter");
    it.effects.clear();
    let details = inspect(&it, "grafana", RunState::Exited, 60, 0);
    told(&mut it, details);
    let since = Some(at - TimeDelta::seconds(61));
    assert_eq!(deaths(&it, "grafana")[0].since, since);
    let asked = asked(&it);
    assert!(
        matches!(&asked[..], [Fetch::LastWords { run, .. }] if run.since == since),
        "asked again, of this run: {asked:?}"
    );
    // Of the next one the events tell the start, too.
    it.wait(5_000).event("grafana", "start", &[]);
    let start = it.state.now - TimeDelta::seconds(1);
    it.wait(20_000)
        .event("grafana", "die", &[("exitCode", "4")]);
    assert_eq!(deaths(&it, "grafana")[1].since, Some(start));
}

#[test]
fn deaths_of_an_hour_that_was_not_all_heard_are_at_least_so_many() {
    let mut it = world();
    it.state.world.hosts.get_mut(&HOST).unwrap().listens = Some(it.state.now);
    it.event("grafana", "die", &[("exitCode", "4")]);
    it.on("grafana").press("enter");
    let mut details = inspect(&it, "grafana", RunState::Exited, 60, 0);
    details.created = Some(it.state.now - TimeDelta::hours(5));
    told(&mut it, details.clone());
    it.shows("at least 1 in the last hour");
    // Made within the hour, what its policy did was all within it.
    details.created = Some(it.state.now - TimeDelta::minutes(30));
    details.restart_count = 31;
    told(&mut it, details);
    it.shows("at least 32 in the last hour");
    it.wait(3_600_000)
        .event("grafana", "die", &[("exitCode", "4")]);
    it.shows(" 1 in the last hour").hides("at least");
}
