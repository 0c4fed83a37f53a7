//! Whose figures are read when: what is looked at first, the others with what is left. Must not read a clock or ask anybody.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::Wanted;
use crate::model::{Counters, Key};

/// What is no longer wanted is remembered this long after its next reading would have been due: a look into another view
/// and back goes on where it was, because without the reading before it the next one would have no CPU figure.
const KEPT: Duration = Duration::from_secs(10);
/// Pauses after a failed reading: from, to.
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));
/// A first reading has no CPU figure: the second follows soon.
const SECOND: Duration = Duration::from_millis(500);
/// What is looked at takes at most this share of the budget where others wait.
const NEAR_SHARE: f64 = 0.7;

/// Counters, and when we had them.
pub(super) type Reading = (Counters, DateTime<Utc>);

/// What is known of one container's readings.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The newest reading, and when we had it.
    reading: Option<Reading>,
    started: Option<Instant>,
    due: Option<Instant>,
    failures: u32,
}

/// The plan of one host.
#[derive(Debug)]
pub(super) struct Plan {
    /// Between two readings, where nothing stands against it.
    period: Duration,
    past: BTreeMap<Key, Past>,
}

impl Plan {
    pub fn new(period: Duration) -> Self {
        Self {
            period,
            past: BTreeMap::new(),
        }
    }

    /// Drops what is neither wanted nor fresh.
    pub fn forget(&mut self, wanted: &Wanted, now: Instant) {
        let fresh = |p: &Past| p.due.is_some_and(|due| now < due + KEPT);
        self.past
            .retain(|key, past| wanted.contains(key) || fresh(past));
    }

    fn due(&self, key: &Key) -> Option<Instant> {
        self.past.get(key).and_then(|past| past.due)
    }

    /// Those whose time has come: what is looked at first, and of the same sort the longest overdue first.
    pub fn ready(&self, keys: &Wanted, now: Instant) -> Vec<Key> {
        let of = |keys: &BTreeSet<Key>| {
            let mut due: Vec<(Option<Instant>, Key)> = keys
                .iter()
                .map(|key| (self.due(key), key.clone()))
                .filter(|(due, _)| due.is_none_or(|due| due <= now))
                .collect();
            due.sort();
            due
        };
        let near = of(&keys.near);
        near.into_iter()
            .chain(of(&keys.rest))
            .map(|(_, key)| key)
            .collect()
    }

    /// When the next one's time comes.
    pub fn next(&self, keys: &Wanted) -> Option<Instant> {
        keys.iter().filter_map(|key| self.due(key)).min()
    }

    /// Time between two readings by asking an engine at `rate` a second, for what is looked at and for the rest.
    pub fn paces(&self, keys: &Wanted, rate: f64) -> (Duration, Duration) {
        let at_most = |count: usize, rate: f64| {
            let seconds = count as f64 / rate.max(0.1);
            self.period.max(Duration::from_secs_f64(seconds))
        };
        let share = if keys.rest.is_empty() {
            1.0
        } else {
            NEAR_SHARE
        };
        let near = at_most(keys.near.len(), rate * share);
        let spent = keys.near.len() as f64 / near.as_secs_f64();
        let rest = at_most(
            keys.rest.len(),
            (rate - spent).max(rate * (1.0 - NEAR_SHARE)),
        );
        (near, rest)
    }

    /// Takes a reading; the next is due `pace` after `started`. Gives the reading before it.
    pub fn read(
        &mut self,
        key: &Key,
        reading: Reading,
        started: Instant,
        pace: Duration,
    ) -> Option<Reading> {
        let past = self.past.entry(key.clone()).or_default();
        let before = past.reading.replace(reading);
        let wait = match before {
            None => SECOND.min(pace),
            Some(_) => pace,
        };
        past.started = Some(started);
        past.due = Some(started + wait);
        past.failures = 0;
        before
    }

    /// The budget has grown: what was put off when it was small comes as soon as it would now.
    pub fn hasten(&mut self, keys: &Wanted, near: Duration, rest: Duration) {
        let all = keys.near.iter().map(|key| (key, near));
        for (key, pace) in all.chain(keys.rest.iter().map(|key| (key, rest))) {
            let Some(past) = self.past.get_mut(key).filter(|past| past.failures == 0) else {
                continue;
            };
            let soonest = past.started.map(|started| started + pace);
            past.due = past.due.min(soonest).or(past.due);
        }
    }

    /// It does not run: it is asked again at its pace.
    pub fn idle(&mut self, key: &Key, started: Instant, pace: Duration) {
        let due = Some(started + pace);
        let past = Past {
            due,
            ..Past::default()
        };
        self.past.insert(key.clone(), past);
    }

    /// No reading could be had: after a pause, twice as long each time.
    pub fn failed(&mut self, key: &Key, started: Instant) {
        let past = self.past.entry(key.clone()).or_default();
        past.failures += 1;
        past.reading = None;
        let pause = PAUSE.0.saturating_mul(1 << past.failures.min(6) >> 1);
        past.due = Some(started + pause.min(PAUSE.1));
    }

    /// How many are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.past.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostId;

    fn keys(names: &[&str]) -> BTreeSet<Key> {
        let key = |name: &&str| Key::container(HostId(0), name);
        names.iter().map(key).collect()
    }

    fn many(count: usize) -> BTreeSet<Key> {
        let key = |n: usize| Key::container(HostId(0), &format!("{n:04}"));
        (0..count).map(key).collect()
    }

    fn wanted(near: BTreeSet<Key>, rest: BTreeSet<Key>) -> Wanted {
        Wanted {
            near,
            rest,
            focused: BTreeSet::new(),
        }
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_looked_at_comes_first_and_the_oldest_of_the_rest_next() {
        let begin = Instant::now();
        let mut plan = Plan::new(seconds(2));
        let all = wanted(keys(&["near"]), keys(&["a", "b"]));
        assert_eq!(plan.ready(&all, begin).len(), 3);
        for (name, at) in [("near", 3), ("a", 1), ("b", 0)] {
            let key = Key::container(HostId(0), name);
            plan.idle(&key, begin + seconds(at), seconds(2));
        }
        let now = begin + seconds(5);
        let names: Vec<String> = plan
            .ready(&all, now)
            .iter()
            .map(|k| k.id.to_string())
            .collect();
        assert_eq!(names, ["near", "b", "a"]);
        assert_eq!(plan.next(&all), Some(begin + seconds(2)));
    }

    #[test]
    fn paces_stay_within_the_budget() {
        let plan = Plan::new(seconds(2));
        let (near, rest) = plan.paces(&wanted(many(10), BTreeSet::new()), 20.0);
        assert_eq!(
            (near, rest),
            (seconds(2), seconds(2)),
            "few are read at the usual pace"
        );
        let all = wanted(many(40), many(960));
        let (near, rest) = plan.paces(&all, 20.0);
        let rate = 40.0 / near.as_secs_f64() + 960.0 / rest.as_secs_f64();
        assert!(rate <= 20.01, "{rate}");
        assert!(near < seconds(4) && rest > seconds(60), "{near:?} {rest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_put_off_comes_sooner_when_more_may_be_asked() {
        let begin = Instant::now();
        let mut plan = Plan::new(seconds(2));
        let all = wanted(keys(&["a"]), keys(&["b"]));
        let reading = (Counters::default(), DateTime::UNIX_EPOCH);
        for key in all.iter() {
            plan.read(key, reading, begin, seconds(300));
            plan.read(key, reading, begin, seconds(300));
        }
        plan.hasten(&all, seconds(2), seconds(20));
        let due = |plan: &Plan, name| plan.due(&Key::container(HostId(0), name));
        assert_eq!(due(&plan, "a"), Some(begin + seconds(2)));
        assert_eq!(due(&plan, "b"), Some(begin + seconds(20)));
        plan.hasten(&all, seconds(10), seconds(100));
        assert_eq!(due(&plan, "a"), Some(begin + seconds(2)), "never later");
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_elsewhere_is_remembered_for_a_while() {
        let begin = Instant::now();
        let mut plan = Plan::new(seconds(2));
        let key = Key::container(HostId(0), "a");
        let reading = (Counters::default(), DateTime::UNIX_EPOCH);
        assert!(plan.read(&key, reading, begin, seconds(2)).is_none());
        assert!(plan.read(&key, reading, begin, seconds(2)).is_some());
        plan.forget(&Wanted::default(), begin + seconds(11));
        assert_eq!(plan.len(), 1);
        plan.forget(&wanted(keys(&["a"]), BTreeSet::new()), begin + seconds(60));
        assert_eq!(plan.len(), 1, "what is wanted stays");
        plan.forget(&Wanted::default(), begin + seconds(12));
        assert_eq!(plan.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_asked_less_and_less_often() {
        let begin = Instant::now();
        let mut plan = Plan::new(seconds(2));
        let key = Key::container(HostId(0), "a");
        let all = wanted(keys(&["a"]), BTreeSet::new());
        let mut waits = Vec::new();
        for _ in 0..7 {
            plan.failed(&key, begin);
            waits.push((plan.next(&all).unwrap() - begin).as_secs());
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60]);
    }
}
