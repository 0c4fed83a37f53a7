//! What the engine forgets of its containers: how past runs ended, with their last words, and how their health changed. Seen
//! while this program runs, or told of the hour before; bounded.
use chrono::{DateTime, TimeDelta, Utc};

use super::{Host, Words};
use crate::model::container::Ending;
use crate::model::{Container, EngineEvent, Health, Key, Run, RunState};

/// Deaths kept of a container.
const DEATHS: usize = 32;
/// Deaths within an hour, of itself, from which on it is a loop.
pub const LOOP: usize = 3;
/// Without a death for this long a loop is over. The engine waits a minute at most before it starts one again.
pub(super) const CALM: TimeDelta = TimeDelta::minutes(10);
/// One that dies within this of a signal died of it: a stop waits ten seconds unless it was told otherwise.
const OBEYS: TimeDelta = TimeDelta::seconds(60);
/// The exit code of what was killed.
const KILLED: i64 = 137;
/// Changes of health kept of a container.
const VERDICTS: usize = 16;
/// An inspect and an event that are no further apart than this tell of the same death.
pub(super) const SAME: TimeDelta = TimeDelta::seconds(2);

/// A signal that somebody had a container sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    at: DateTime<Utc>,
    /// One of them, of late, was not the one that kills.
    softly: bool,
}

/// A death of a container that we were told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    pub at: DateTime<Utc>,
    /// `None`: it runs again, and the engine keeps the code of the newest run alone.
    pub exit_code: Option<i64>,
    pub oom: bool,
    /// Somebody sent it a signal just before.
    pub asked: bool,
    /// That was one it could have ended by itself on, and it was killed when the time for that was over.
    pub timed_out: bool,
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
                let of_late = |asked: &&Asked| event.at - asked.at < OBEYS;
                let before = self.killed.get(&key).filter(of_late);
                let hard = matches!(event.attribute("signal"), Some("9" | "KILL" | "SIGKILL"));
                let softly = !hard || before.is_some_and(|before| before.softly);
                let at = event.at;
                self.killed.insert(key, Asked { at, softly });
            }
            "die" => {
                let oom = self
                    .oom
                    .remove(&key)
                    .is_some_and(|at| event.at - at < TimeDelta::seconds(10));
                let asked = self.killed.remove(&key);
                let asked = asked.filter(|asked| event.at - asked.at < OBEYS);
                let code = event.exit_code().unwrap_or(0);
                let began = self.loans.start_of(&key);
                let began = began.filter(|began| *began < event.at);
                let death = Death {
                    at: event.at,
                    exit_code: Some(code),
                    oom,
                    asked: asked.is_some(),
                    timed_out: code == KILLED && asked.is_some_and(|asked| asked.softly),
                    // A line of its may be stamped before the start is told.
                    since: began.map(|began| began - SAME / 2),
                    until: event.at,
                    inspected: false,
                    words: Words::Unasked,
                    silent: false,
                };
                self.died(key.clone(), death);
                self.forget(&key);
                self.tell_ending(&key);
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
            let Some(known) = deaths.get_mut(place) else {
                return;
            };
            if death.since > known.since {
                // Lines of the run before were taken for its own.
                if known.since.is_none() && matches!(known.words, Words::Told(_)) {
                    known.words = Words::Unasked;
                }
                known.since = death.since;
            }
            known.oom |= death.oom;
            if !death.inspected && known.inspected {
                known.at = death.at;
                known.exit_code = death.exit_code;
                known.asked = death.asked;
                known.timed_out = death.timed_out;
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

    /// What is known of how this one ended, when its newest death that we were told of is that.
    pub(super) fn ending_of(&self, container: &Container) -> Option<Ending> {
        let death = self.deaths.get(&container.key)?.back()?;
        if container.state != RunState::Exited || death.exit_code != container.exit_code {
            return None;
        }
        match death.exit_code? {
            _ if death.oom => Some(Ending::OutOfMemory),
            KILLED if death.timed_out => Some(Ending::TimedOut),
            // 128 and the number of the signal.
            129..=165 if death.asked => Some(Ending::Asked),
            _ => None,
        }
    }

    /// A death was told of a container that may be in the list as it is since.
    pub(super) fn tell_ending(&mut self, key: &Key) {
        let listed = self.containers.get(key);
        if listed.is_some_and(|listed| listed.ending != self.ending_of(listed)) {
            self.put_again(key);
        }
    }

    /// When it was started last, as far as we were told.
    pub fn start_of(&self, key: &Key) -> Option<DateTime<Utc>> {
        self.loans.start_of(key)
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

    /// Whether no death of the last hour can be unknown: we were told of all events since, or since it was made.
    pub fn knows_the_hour(&self, key: &Key, now: DateTime<Utc>) -> bool {
        let made = self.containers.get(key).and_then(|c| c.created);
        let from = made.max(Some(now - TimeDelta::hours(1)));
        // The list says the second in which it was made.
        self.listens.is_some_and(|listens| Some(listens) <= from)
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
    use crate::model::HostId;

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
