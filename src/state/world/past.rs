//! What the engine forgets of its containers: how past runs ended, with their last words, and how their health changed. Seen
//! while this program runs, or told of the hour before; bounded.
use chrono::{DateTime, TimeDelta, Utc};

use super::Host;
use crate::model::{EngineEvent, Health, Key};

/// Deaths kept of a container.
const DEATHS: usize = 32;
/// Runs of a container whose last words are kept.
const WORDS: usize = 5;
/// Deaths within an hour, of itself, from which on it is a loop.
pub(super) const LOOP: usize = 3;
/// Without a death for this long a loop is over. The engine waits a minute at most before it starts one again.
const CALM: TimeDelta = TimeDelta::minutes(10);
/// One that dies within this of a signal died of it: a stop waits ten seconds unless it was told otherwise.
const OBEYS: TimeDelta = TimeDelta::seconds(60);
/// Changes of health kept of a container.
const VERDICTS: usize = 16;
/// Last words asked for in a minute, of an engine: a storm of deaths is not to become a storm of questions.
const ASKED: usize = 12;

/// A death of a container that we were told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    pub at: DateTime<Utc>,
    pub exit_code: i64,
    pub oom: bool,
    /// Somebody sent it a signal just before.
    pub asked: bool,
    /// The last lines of that run, made safe; none where they were not asked for.
    pub words: Vec<String>,
}

impl Host {
    /// Learns from an event what the list does not tell: deaths and out-of-memory.
    pub fn observe(&mut self, event: &EngineEvent) {
        if event.kind != "container" {
            return;
        }
        let key = Key::container(self.id, &event.id);
        match event.action.as_str() {
            "start" => self.loans.started(key, event.at),
            "oom" => {
                self.oom.insert(key, event.at);
            }
            "kill" => {
                self.killed.insert(key, event.at);
            }
            "die" => {
                let oom = self
                    .oom
                    .remove(&key)
                    .is_some_and(|at| event.at - at < TimeDelta::seconds(10));
                let asked = self
                    .killed
                    .remove(&key)
                    .is_some_and(|at| event.at - at < OBEYS);
                let deaths = self.deaths.entry(key.clone()).or_default();
                if deaths.iter().any(|death| death.at == event.at) {
                    return;
                }
                if deaths.len() == DEATHS {
                    deaths.pop_front();
                }
                deaths.push_back(Death {
                    at: event.at,
                    exit_code: event.exit_code().unwrap_or(0),
                    oom,
                    asked,
                    words: Vec::new(),
                });
                self.forget(&key);
            }
            action => {
                let word = action.strip_prefix("health_status: ");
                if let Some(verdict) = word.and_then(Health::parse) {
                    self.judged(key, event.at, verdict);
                }
            }
        }
    }

    fn judged(&mut self, key: Key, at: DateTime<Utc>, verdict: Health) {
        let verdicts = self.verdicts.entry(key).or_default();
        if verdicts.back().is_some_and(|(_, last)| *last == verdict) {
            return;
        }
        if verdicts.len() == VERDICTS {
            verdicts.pop_front();
        }
        verdicts.push_back((at, verdict));
    }

    /// Whether the last words of this container's newest run are worth a question, and since when they may be: it did not end
    /// well, and not too much was asked of late.
    pub fn wants_words(&mut self, key: &Key, now: DateTime<Utc>) -> Option<Option<DateTime<Utc>>> {
        let deaths = self.deaths.get(key)?;
        let death = deaths
            .back()
            .filter(|death| death.exit_code != 0 || death.oom)?;
        let before = deaths.iter().rev().nth(1).map(|death| death.at);
        if !self.containers.contains(key) || !death.words.is_empty() {
            return None;
        }
        self.words_asked
            .retain(|at| now - *at < TimeDelta::minutes(1));
        if self.words_asked.len() >= ASKED {
            return None;
        }
        self.words_asked.push_back(now);
        Some(before)
    }

    /// The last words of the run that ended then.
    pub fn last_words(&mut self, key: &Key, at: DateTime<Utc>, words: Vec<String>) {
        let Some(deaths) = self.deaths.get_mut(key) else {
            return;
        };
        if let Some(death) = deaths.iter_mut().find(|death| death.at == at) {
            death.words = words;
        }
        let with_words = deaths
            .iter_mut()
            .rev()
            .filter(|death| !death.words.is_empty());
        for death in with_words.skip(WORDS) {
            death.words = Vec::new();
        }
    }

    /// Tells of each container whether it is in a crash loop at `now`; also when one is over, which no event tells.
    pub fn tell_loops(&mut self, now: DateTime<Utc>) {
        let often = self.deaths.iter().filter(|(_, d)| d.len() >= LOOP);
        let changed: Vec<(Key, u8)> = often
            .map(|(key, _)| (key.clone(), self.loops(key, now)))
            .filter(|(key, times)| self.looping.get(key).copied().unwrap_or(0) != *times)
            .collect();
        for (key, times) in changed {
            self.looping.insert(key.clone(), times);
            self.put_again(&key);
        }
    }

    /// How often it failed of itself within the hour, where that is a loop and not over.
    fn loops(&self, key: &Key, now: DateTime<Utc>) -> u8 {
        let (mut times, mut newest) = (0, None);
        for death in self.failures(key, now) {
            times += 1;
            newest = Some(death.at);
        }
        let looping = times >= LOOP && newest.is_some_and(|at| now - at < CALM);
        if looping {
            u8::try_from(times).unwrap_or(u8::MAX)
        } else {
            0
        }
    }

    /// Deaths within the last hour that nobody asked for. What ends well and is started again may be meant so.
    pub fn failures(&self, key: &Key, now: DateTime<Utc>) -> impl Iterator<Item = &Death> {
        let failed = |death: &&Death| !death.asked && (death.exit_code != 0 || death.oom);
        self.recent_deaths(key, now).filter(failed)
    }

    /// Deaths within the last hour before `now`.
    pub fn recent_deaths(&self, key: &Key, now: DateTime<Utc>) -> impl Iterator<Item = &Death> {
        self.deaths
            .get(key)
            .into_iter()
            .flatten()
            .filter(move |d| now - d.at < TimeDelta::hours(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Container, HostId};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    fn key() -> Key {
        Key::container(HostId(0), "abc")
    }

    fn host() -> Host {
        let mut host = Host::new(HostId(0), "test");
        host.snapshot(vec![Container::bare(key(), "web")]);
        host
    }

    fn event(second: i64, action: &str, code: &str) -> EngineEvent {
        EngineEvent {
            at: at(second),
            nanos: 0,
            kind: "container".to_owned(),
            action: action.to_owned(),
            id: "abc".to_owned(),
            name: "web".to_owned(),
            attributes: [("exitCode".to_owned(), code.to_owned())].into(),
        }
    }

    #[test]
    fn the_words_of_the_newest_runs_are_kept() {
        let mut host = host();
        for n in 0..8 {
            host.observe(&event(n * 60, "die", "1"));
            let since = (n > 0).then(|| at((n - 1) * 60));
            assert_eq!(host.wants_words(&key(), at(n * 60)), Some(since));
            host.last_words(&key(), at(n * 60), vec![format!("run {n}")]);
        }
        let words: Vec<&str> = host.deaths[&key()]
            .iter()
            .flat_map(|d| &d.words)
            .map(String::as_str)
            .collect();
        assert_eq!(words, ["run 3", "run 4", "run 5", "run 6", "run 7"]);
    }

    #[test]
    fn what_ended_well_is_not_asked_for_and_a_storm_is_not_followed() {
        let mut host = host();
        host.observe(&event(0, "die", "0"));
        assert_eq!(host.wants_words(&key(), at(0)), None);
        let mut asked = 0;
        for n in 0..100 {
            host.observe(&event(n / 10, "die", "1"));
            asked += usize::from(host.wants_words(&key(), at(n / 10)).is_some());
        }
        assert_eq!(asked, ASKED);
    }

    fn looping(host: &mut Host, second: i64) -> u8 {
        host.tell_loops(at(second));
        host.container(&key()).unwrap().looping
    }

    #[test]
    fn three_failures_are_a_crash_loop_until_it_is_calm() {
        let mut host = host();
        for n in 0..2 {
            host.observe(&event(n * 60, "die", "1"));
        }
        assert_eq!(looping(&mut host, 61), 0);
        host.observe(&event(120, "die", "1"));
        assert_eq!(looping(&mut host, 121), 3);
        // A list does not know of it.
        host.snapshot(vec![Container::bare(key(), "web")]);
        assert_eq!(looping(&mut host, 122), 3);
        assert_eq!(looping(&mut host, 119 + 600), 3);
        assert_eq!(looping(&mut host, 120 + 600), 0);
    }

    #[test]
    fn what_was_asked_for_or_ended_well_is_no_crash() {
        let mut host = host();
        for n in 0..9 {
            host.observe(&event(n * 30, "kill", ""));
            host.observe(&event(n * 30 + 10, "die", "137"));
        }
        assert_eq!(looping(&mut host, 300), 0);
        for n in 0..9 {
            host.observe(&event(300 + n, "die", "0"));
        }
        assert_eq!(looping(&mut host, 310), 0);
    }

    #[test]
    fn changes_of_health_are_kept_not_each_probe() {
        let mut host = host();
        for (second, word) in [(1, "healthy"), (2, "healthy"), (3, "unhealthy")] {
            host.observe(&event(second, &format!("health_status: {word}"), ""));
        }
        let kept: Vec<_> = host.verdicts[&key()].iter().copied().collect();
        assert_eq!(kept, [(at(1), Health::Healthy), (at(3), Health::Unhealthy)]);
    }
}
