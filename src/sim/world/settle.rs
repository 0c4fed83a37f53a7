//! Gives a world's containers the past their scenario says they had. Must not know what follows.
use super::build::labels;
use super::container::Probe;
use super::{Phase, World};
use crate::sim::clock::{Ns, SECOND};
use crate::sim::rand::id;
use crate::sim::scenario::{ContainerSpec, Scenario, StartState};

impl World {
    /// Makes a container and gives it the past the scenario says it had.
    pub(super) fn settle(&mut self, spec: &ContainerSpec, scenario: &Scenario, place: Ns) {
        let labels = labels(spec, scenario, self);
        let name = spec.full_name();
        let id = id(self.seed, &format!("container {name}"));
        let started = self.origin - spec.up.0 + place * 137_000_003 % SECOND;
        let made = started - 86_400 * SECOND;
        self.insert(id.clone(), name, spec.clone(), labels, made);
        if spec.state == StartState::Created {
            return;
        }
        let origin = self.origin;
        if let Some(crash) = &spec.crash {
            self.crash_history(&id, crash.after.0, crash.longest_wait.0, crash.code);
            return;
        }
        self.enter_run(&id, started);
        match spec.state {
            StartState::Exited => self.settle_ended(&id, origin - spec.ended.0),
            StartState::Paused => {
                // Frozen in the middle of its run, so that it has a past to show.
                let _ = self.pause(&id, origin - spec.up.0 / 4);
            }
            _ => {}
        }
        self.settle_health(&id);
        if let Some(container) = self.containers.get_mut(&id) {
            container.restarts = spec.restarts;
        }
    }

    fn settle_ended(&mut self, id: &str, at: Ns) {
        let Some(container) = self.containers.get_mut(id) else {
            return;
        };
        let code = container.spec.exit_code;
        container.by_hand = code == 0 || container.spec.restart != "no";
        let at = at.max(container.started.unwrap_or(at));
        self.end(id, code, false, at);
    }

    /// Lets a crash loop have run for an hour.
    fn crash_history(&mut self, id: &str, lasts: Ns, wait: Ns, code: i64) {
        let mut at = self.origin - 3600 * SECOND;
        loop {
            self.enter_run(id, at);
            if at + lasts > self.origin {
                break;
            }
            self.end(id, code, false, at + lasts);
            if let Some(container) = self.containers.get_mut(id) {
                container.backoff = wait;
                container.restarts += 1;
            }
            if at + lasts + wait > self.origin {
                break;
            }
            at += lasts + wait;
        }
        // What was queued in the past is void but for the last: the number of the run says so.
        // A restart that was queued too early by the short first waits is queued anew.
        if let Some(container) = self.containers.get_mut(id)
            && container.phase == Phase::Restarting
        {
            container.run += 1;
            let due = super::Due::Again {
                id: id.to_owned(),
                run: container.run,
            };
            let again = container.finished.unwrap_or(self.origin) + wait;
            self.queue.add(again, due);
        }
    }

    fn settle_health(&mut self, id: &str) {
        let Some(container) = self.containers.get(id) else {
            return;
        };
        let Some(spec) = container.spec.health.clone() else {
            return;
        };
        let long_ago = self.origin - spec.interval.0 * 5;
        if !container.alive() || container.started.is_some_and(|at| at > long_ago) {
            return;
        }
        let fails = container.stuck || spec.fails;
        for probe in (0..5).rev() {
            let start = self.origin - spec.interval.0 * probe - spec.interval.0 / 2;
            let outcome = Probe {
                start,
                end: start + SECOND / 20,
                code: i64::from(fails),
                output: if fails {
                    super::health::failure(&spec)
                } else {
                    spec.output.clone()
                },
            };
            self.judge(id, &spec, outcome);
        }
        let health = self.containers.get_mut(id).and_then(|c| c.health.as_mut());
        if let Some(health) = health.filter(|_| fails) {
            health.streak += 128;
        }
    }
}
