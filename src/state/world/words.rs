//! The last lines of a container's past runs: which are worth a question, and what came of it. Bounded with the deaths.
use chrono::{DateTime, TimeDelta, Utc};

use super::past::SAME;
use super::{Death, Host};
use crate::model::{Key, Run};

/// Last words asked for in a minute, of an engine, while nobody looks: a storm of deaths is not to become a storm of
/// questions.
const ASKED: usize = 12;
/// Questions under way of a container that is looked at.
const AT_ONCE: usize = 4;

/// What is known of the last lines of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Words {
    /// Not asked for: it ended well, or too many died at once. They are once somebody looks.
    #[default]
    Unasked,
    Asked,
    /// The lines, made safe; none where it wrote none, or the engine has them no more.
    Told(Vec<String>),
    /// Why they cannot be had.
    Refused(String),
}

impl Host {
    /// The newest run of a container, where its last words are worth a question while nobody looks: it did not end well, and
    /// not too much was asked of late.
    pub fn wants_words(&mut self, key: &Key, now: DateTime<Utc>) -> Option<Run> {
        let is_there = self.containers.contains(key);
        let newest = self.deaths.get_mut(key)?.back_mut();
        let death = newest.filter(|death| death.failed() && death.words == Words::Unasked)?;
        self.words_asked
            .retain(|at| now - *at < TimeDelta::minutes(1));
        if !is_there || self.words_asked.len() >= ASKED {
            return None;
        }
        self.words_asked.push_back(now);
        death.words = Words::Asked;
        Some(death.run())
    }

    /// The runs of a container that is looked at whose last words are still to be asked for, the newest first, a few at once.
    pub fn words_looked_for(&mut self, key: &Key) -> Vec<Run> {
        let Some(deaths) = self.deaths.get_mut(key) else {
            return Vec::new();
        };
        let asked = deaths.iter().filter(|d| d.words == Words::Asked).count();
        let unasked = deaths.iter_mut().rev();
        unasked
            .filter(|death| death.words == Words::Unasked)
            .take(AT_ONCE.saturating_sub(asked))
            .map(|death| {
                death.words = Words::Asked;
                death.run()
            })
            .collect()
    }

    /// The last words of the run that ended then, or why there are none; where the engine has none it is asked twice.
    pub fn last_words(&mut self, key: &Key, at: DateTime<Utc>, words: Words) {
        let Some(deaths) = self.deaths.get_mut(key) else {
            return;
        };
        // One that was asked for by an inspect has the time of its event since.
        let waits = |death: &Death| death.words == Words::Asked && (death.at - at).abs() < SAME;
        let exact = deaths.iter().position(|death| death.at == at);
        let place = exact.or_else(|| deaths.iter().position(waits));
        if let Some(death) = place.and_then(|place| deaths.get_mut(place)) {
            let none = matches!(&words, Words::Told(lines) if lines.is_empty());
            let once = none && !death.silent;
            death.silent = none;
            death.words = if once { Words::Unasked } else { words };
        }
    }

    /// The link was lost: what was not answered is asked for again.
    pub fn ask_words_anew(&mut self) {
        for death in self.deaths.values_mut().flatten() {
            if matches!(death.words, Words::Asked | Words::Refused(_)) {
                death.words = Words::Unasked;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::world::past::tests::{at, event, host, key};

    fn die(host: &mut Host, second: i64, code: &str) {
        host.observe(&event(second, "die", code));
    }

    #[test]
    fn the_words_of_each_run_are_kept() {
        let mut host = host();
        for n in 0..8 {
            die(&mut host, n * 60, "1");
            let run = Run {
                at: at(n * 60),
                since: (n > 0).then(|| at((n - 1) * 60)),
                until: at(n * 60),
            };
            assert_eq!(host.wants_words(&key(), at(n * 60)), Some(run));
            assert_eq!(host.wants_words(&key(), at(n * 60)), None, "asked once");
            let words = Words::Told(vec![format!("run {n}")]);
            host.last_words(&key(), at(n * 60), words);
        }
        let told = |n| Words::Told(vec![format!("run {n}")]);
        let kept = host.deaths[&key()].iter().map(|death| death.words.clone());
        assert!(kept.eq((0..8).map(told)));
    }

    #[test]
    fn what_ended_well_is_not_asked_for_and_a_storm_is_not_followed() {
        let mut host = host();
        die(&mut host, 0, "0");
        assert_eq!(host.wants_words(&key(), at(0)), None);
        let mut asked = 0;
        for n in 1..100 {
            die(&mut host, n, "1");
            asked += usize::from(host.wants_words(&key(), at(0)).is_some());
        }
        assert_eq!(asked, ASKED);
    }

    #[test]
    fn who_is_looked_at_is_asked_for_all_runs_a_few_at_once() {
        let mut host = host();
        for n in 0..6 {
            die(&mut host, n, if n == 5 { "0" } else { "1" });
        }
        let ask = |host: &mut Host| {
            let runs = host.words_looked_for(&key());
            runs.into_iter().map(|run| run.at).collect::<Vec<_>>()
        };
        assert_eq!(ask(&mut host), [at(5), at(4), at(3), at(2)]);
        assert!(ask(&mut host).is_empty());
        host.last_words(&key(), at(5), Words::Told(vec!["done".to_owned()]));
        host.last_words(&key(), at(4), Words::Refused("no such log".to_owned()));
        assert_eq!(ask(&mut host), [at(1), at(0)]);
        // One that says nothing is asked once more.
        host.last_words(&key(), at(3), Words::Told(Vec::new()));
        assert_eq!(ask(&mut host), [at(3)]);
        host.last_words(&key(), at(3), Words::Told(Vec::new()));
        assert!(ask(&mut host).is_empty());
        host.ask_words_anew();
        assert_eq!(ask(&mut host).first(), Some(&at(4)));
    }
}
