//! What is kept of a container's past runs, because the engine forgets it.
use chrono::TimeDelta;
use stacktui::effect::{Effect, Fetch};
use stacktui::msg::{HostMsg, Msg};

use crate::harness::{Scene, full, key, world};
use crate::world::{HOST, event};

fn asked(it: &Scene) -> Vec<Fetch> {
    let fetch = |effect: &Effect| match effect {
        Effect::Fetch(fetch @ Fetch::LastWords { .. }) => Some(fetch.clone()),
        _ => None,
    };
    it.effects.iter().filter_map(fetch).collect()
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
            since,
            until
        }]
    );
    it.effects.clear();
    it.send(Msg::LastWords(
        key.clone(),
        until,
        vec!["no more memory".to_owned()],
    ));
    it.wait(2_000).event("zammad", "die", &[("exitCode", "1")]);
    let again = Fetch::LastWords {
        key: key.clone(),
        since: Some(until),
        until: it.state.now,
    };
    assert_eq!(asked(&it), [again]);
    it.send(Msg::LastWords(
        key,
        it.state.now,
        vec!["second run".to_owned()],
    ));
    let deaths: Vec<_> = it
        .state
        .world
        .hosts
        .values()
        .flat_map(|h| h.deaths.values().flatten())
        .collect();
    let words: Vec<&str> = deaths
        .iter()
        .flat_map(|death| &death.words)
        .map(String::as_str)
        .collect();
    assert_eq!(words, ["no more memory", "second run"]);
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
            Fetch::LastWords { key, until, .. } => (key, (now - until).num_minutes()),
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
