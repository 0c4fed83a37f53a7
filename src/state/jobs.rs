//! Verbs under way and how the last ones ended. A job is here before its effect leaves `update`.
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::effect::{self, Job, JobId, Verb};
use crate::model::Key;
use crate::model::stack::Condition;

/// What a job waits for before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The container whose own job is to be over.
    pub key: Key,
    /// What that container is to be then.
    pub until: Condition,
    /// When its job fails, this one is not sent.
    pub strict: bool,
}

/// A job that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub job: Job,
    pub started: DateTime<Utc>,
    /// It has its turn: what is asked for many at once is done a few at a time.
    pub sent: bool,
    /// The engine said the process is dead: the wait for it is over.
    pub died: bool,
    /// What it does now, where it has steps.
    pub step: String,
    /// The container that is to take the place of the one it is about.
    pub also: Option<Key>,
    /// Not sent before these have what they are to have.
    pub waits: Vec<Wait>,
}

impl Running {
    /// Seconds it has run.
    pub fn seconds(&self, now: DateTime<Utc>) -> i64 {
        (now - self.started).num_seconds().max(0)
    }

    /// What is going on, in parts that may be left away from the end: `recreating 4s`, ` · pulling`.
    pub fn parts(&self, now: DateTime<Utc>) -> Vec<String> {
        let seconds = self.seconds(now);
        if self.is_queued() && seconds > 0 {
            return vec![say!("queued {seconds}s", seconds)];
        }
        let mut parts = vec![format!("{} {seconds}s", self.job.verb.doing())];
        if !self.step.is_empty() {
            parts.push(format!(" · {}", self.step));
        } else if let Some(left) = self.kill_in(now) {
            parts.push(" · ".to_owned());
            parts.push(say!("kill in {left}s", left));
        }
        parts
    }

    /// It waits for its turn, not for another job.
    fn is_queued(&self) -> bool {
        !self.sent && self.step.is_empty() && self.waits.is_empty()
    }

    /// The same in one.
    pub fn words(&self, now: DateTime<Utc>) -> String {
        self.parts(now).concat()
    }

    /// A container is being made anew, or is about to be: when that is cut short its service may stay down.
    pub fn is_exchange(&self) -> bool {
        matches!(self.job.verb, Verb::Recreate { .. })
    }

    /// What there is when the program ends in the middle of an exchange, and how the old one comes back by hand.
    pub fn cut_short(&self) -> Option<String> {
        if !self.is_exchange() || !self.waits.is_empty() {
            return None;
        }
        let (old, name) = (&self.job.key, &self.job.target.name);
        let at = match self.step.as_str() {
            "" => String::new(),
            step => format!(" ({step})"),
        };
        let Some(new) = &self.also else {
            let beside = effect::beside(old, name);
            return Some(say!(
                "recreating {name} was cut short{at}: the old one was not touched; a new one may be left: docker rm {beside}",
                name,
                at,
                beside
            ));
        };
        let (old, new) = (old.short(), new.short());
        let idle = ["exited", "created", "dead"];
        let start = if idle.iter().any(|word| self.job.before.starts_with(word)) {
            String::new()
        } else {
            format!("; docker start {old}")
        };
        Some(say!(
            "recreating {name} was cut short{at}: the old one is {old}, the new one {new}\n  to have the old one back: docker rm --force {new}; docker rename {old} {name}{start}",
            name,
            at,
            old,
            new,
            start
        ))
    }

    /// Seconds until the engine kills the process, while the stop signal is being waited for.
    pub fn kill_in(&self, now: DateTime<Utc>) -> Option<i64> {
        if !self.job.verb.waits_for_stop() || self.died || !self.sent {
            return None;
        }
        let end = self.started + TimeDelta::seconds(i64::from(self.job.stop_timeout));
        Some((end - now).num_seconds().max(0))
    }
}

/// How a container's last job ended, shown on its row: a success for a while, a failure until it is seen or followed by the
/// next act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub at: DateTime<Utc>,
    pub ok: bool,
    /// `restarted in 10.8s`, or the engine's words.
    pub text: String,
    /// It was marked until it was done.
    pub marked: bool,
}

/// What the new one of an exchange that failed said itself, before it was taken away with its log. There may be secrets in it:
/// for the screen alone, never for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub at: DateTime<Utc>,
    /// Why it failed.
    pub why: String,
    pub lines: Vec<String>,
}

/// All jobs of this run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Jobs {
    next: u64,
    pub running: BTreeMap<JobId, Running>,
    pub ended: BTreeMap<Key, Ended>,
    /// Of those whose last exchange failed, until the next one: what was said.
    pub said: BTreeMap<Key, Said>,
}

impl Jobs {
    /// How long a success stays on its row.
    const SHOWN: TimeDelta = TimeDelta::seconds(6);
    /// Of how many is kept what was said.
    const SAID: usize = 64;

    pub fn next_id(&mut self) -> JobId {
        self.next += 1;
        JobId(self.next)
    }

    /// What is left of each exchange when the program ends now.
    pub fn cut_short(&self) -> Vec<String> {
        self.running
            .values()
            .filter_map(Running::cut_short)
            .collect()
    }

    /// Keeps what was said, until the next try; of the newest only.
    pub fn keep_said(&mut self, key: Key, said: Said) {
        self.said.insert(key, said);
        let oldest = self.said.iter().min_by_key(|(_, said)| said.at);
        if let Some(key) = oldest.map(|(key, _)| key.clone())
            && self.said.len() > Self::SAID
        {
            self.said.remove(&key);
        }
    }

    pub fn start(&mut self, job: Job, now: DateTime<Utc>) {
        self.ended.remove(&job.key);
        if matches!(job.verb, Verb::Recreate { .. }) {
            self.said.remove(&job.key);
        }
        // What was to be done to it later is overtaken.
        self.running
            .retain(|_, running| running.job.key != job.key || running.waits.is_empty());
        self.running.insert(
            job.id,
            Running {
                job,
                started: now,
                sent: false,
                died: false,
                step: String::new(),
                also: None,
                waits: Vec::new(),
            },
        );
    }

    /// The newest job that runs on this container.
    pub fn of(&self, key: &Key) -> Option<&Running> {
        self.running
            .values()
            .rev()
            .find(|running| running.job.key == *key || running.also.as_ref() == Some(key))
    }

    pub fn finish(&mut self, id: JobId, ended: Ended) -> Option<Running> {
        let running = self.running.remove(&id)?;
        self.ended.insert(running.job.key.clone(), ended);
        Some(running)
    }

    /// The engine said this container's process died.
    pub fn died(&mut self, key: &Key) {
        for running in self.running.values_mut().filter(|r| r.job.key == *key) {
            running.died = true;
        }
    }

    /// Forgets successes that were shown long enough. Returns whether any was.
    pub fn expire(&mut self, now: DateTime<Utc>) -> bool {
        let before = self.ended.len();
        self.ended
            .retain(|_, ended| !ended.ok || now - ended.at < Self::SHOWN);
        before != self.ended.len()
    }

    /// Whether an outcome is shown that goes by itself.
    pub fn any_expires(&self) -> bool {
        self.ended.values().any(|ended| ended.ok)
    }

    /// All failures were seen. Returns whether there was any.
    pub fn seen(&mut self) -> bool {
        let before = self.ended.len();
        self.ended.retain(|_, ended| ended.ok);
        before != self.ended.len()
    }

    /// The failure of this one was seen.
    pub fn seen_of(&mut self, key: &Key) {
        if self.ended.get(key).is_some_and(|ended| !ended.ok) {
            self.ended.remove(key);
        }
    }
}
