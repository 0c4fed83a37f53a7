//! What the engine forgets of its containers: how past runs ended, with their last words, and how their health changed. Seen
//! while this program runs, or told of the hour before; bounded.
use chrono::{DateTime, TimeDelta, Utc};

use super::{Host, Words};
use crate::model::{EngineEvent, Health, Key, Run};

/// Deaths kept of a container.
const DEATHS: usize = 32;
/// Deaths within an hour, of itself, from which on it is a loop.
pub const LOOP: usize = 3;
/// Without a death for this long a loop is over. The engine waits a minute at most before it starts one again.
pub(super) const CALM: TimeDelta = TimeDelta::minutes(10);
/// One that dies within this of a signal died of it: a stop waits ten seconds unless it was told otherwise.
const OBEYS: TimeDelta = TimeDelta::seconds(60);
/// Changes of health kept of a container.
const VERDICTS: usize = 16;
/// An inspect and an event that are no further apart than this tell of the same death.
pub(super) const SAME: TimeDelta = TimeDelta::seconds(2);

/// A death of a container that we were told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    pub at: DateTime<Utc>,
    /// `None`: it runs again, and the engine keeps the code of the newest run alone.
    pub exit_code: Option<i64>,
    pub oom: bool,
    /// Somebody sent it a signal just before.
    pub asked: bool,
    /// When that run began at the earliest, as far as is known: what is older in its log is of another.
    pub since: Option<DateTime<Utc>>,
    /// Nothing of that run is in the log after this.
    pub until: DateTime<Utc>,
    /// It is known by an inspect, not by an event.
    pub(super) inspected: bool,
    /// The last lines of that run.
    pub words: Words,
    /// The engine had none, once: right after the end it may not have read them yet.
    pub(super) silent: bool,
}

impl Death {
    /// It did not end well, as far as is known.
    pub fn failed(&self) -> bool {
        self.oom || self.exit_code.is_some_and(|code| code != 0)
    }

    pub(super) fn run(&self) -> Run {
        Run {
            at: self.at,
            since: self.since,
            until: self.until,
        }
    }
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
                let death = Death {
                    at: event.at,
                    exit_code: Some(event.exit_code().unwrap_or(0)),
                    oom,
                    asked,
                    since: None,
                    until: event.at,
                    inspected: false,
                    words: Words::Unasked,
                    silent: false,
                };
                self.died(key.clone(), death);
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

    /// Keeps a death in its place, unless it is known: of an event and an inspect that tell of the same one the event stays,
    /// as its reason is known.
    pub(super) fn died(&mut self, key: Key, mut death: Death) {
        let deaths = self.deaths.entry(key).or_default();
        let same = |known: &Death| match (known.inspected, death.inspected) {
            (false, false) => known.at == death.at,
            _ => (known.at - death.at).abs() < SAME,
        };
        if let Some(place) = deaths.iter().position(same) {
            if let Some(known) = deaths.get_mut(place).filter(|_| !death.inspected)
                && known.inspected
            {
                known.at = death.at;
                known.exit_code = death.exit_code;
                known.oom |= death.oom;
                known.asked = death.asked;
                known.inspected = false;
            }
            return;
        }
        let place = deaths.partition_point(|known| known.at < death.at);
        let before = place.checked_sub(1).and_then(|n| deaths.get(n));
        death.since = death.since.max(before.map(|known| known.at));
        if deaths.len() == DEATHS {
            if place == 0 {
                return;
            }
            deaths.pop_front();
            deaths.insert(place - 1, death);
        } else {
            deaths.insert(place, death);
        }
    }

    /// Tells of each container whether it is in a crash loop at `now`; also when one is over, which no event tells.
    pub fn tell_loops(&mut self, now: DateTime<Utc>) {
        let all = self.deaths.iter();
        let often = all.filter(|(key, deaths)| deaths.len() >= LOOP || self.told.restarted(key));
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
        if newest.is_none_or(|at| now - at >= CALM) {
            return 0;
        }
        // One that is seen to fail, and was started again many times before: the others failed too.
        let before = self.restarts(key, now).map_or(0, |restarts| restarts.count);
        if times < LOOP && before == 0 {
            return 0;
        }
        u8::try_from(before.max(times as u64)).unwrap_or(u8::MAX)
    }

    /// Deaths within the last hour that nobody asked for. What ends well and is started again may be meant so.
    pub fn failures(&self, key: &Key, now: DateTime<Utc>) -> impl Iterator<Item = &Death> {
        let failures = self.recent_deaths(key, now);
        failures.filter(|death| !death.asked && death.failed())
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
pub(super) mod tests {
    use super::*;
    use crate::model::{Container, HostId};

    pub(in crate::state::world) fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    pub(in crate::state::world) fn key() -> Key {
        Key::container(HostId(0), "abc")
    }

    pub(in crate::state::world) fn host() -> Host {
        let mut host = Host::new(HostId(0), "test");
        host.snapshot(vec![Container::bare(key(), "web")]);
        host
    }

    pub(in crate::state::world) fn event(second: i64, action: &str, code: &str) -> EngineEvent {
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
