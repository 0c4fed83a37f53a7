//! What is kept of a container's past runs, because the engine forgets it.
use stacktui::effect::{Effect, Fetch};
use stacktui::msg::Msg;

use crate::harness::{Scene, key, world};

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
