//! Health probes: their noise in the events, and what they make of a container's health.
//! Must not know when they are due: the queue does.
use base64::Engine as _;

use super::container::Probe;
use super::{Due, Phase, World};
use crate::sim::clock::{MILLI, Ns};
use crate::sim::scenario::HealthSpec;

/// Probes the engine remembers.
const REMEMBERED: usize = 5;

impl World {
    /// Probes a container, and queues the next probe.
    pub(super) fn probe(&mut self, id: &str, at: Ns) {
        let Some(container) = self.containers.get(id) else {
            return;
        };
        let Some(spec) = container.spec.health.clone() else {
            return;
        };
        if !container.alive() {
            return;
        }
        let run = container.run;
        let due = Due::Probe {
            id: id.to_owned(),
            run,
        };
        self.queue.add(at + spec.interval.0, due);
        if container.phase == Phase::Paused {
            return;
        }
        let fails = container.stuck || spec.fails;
        self.emit_probe(id, &spec.test, i64::from(fails), at);
        let takes = if fails {
            spec.timeout.0.min(200 * MILLI)
        } else {
            45 * MILLI
        };
        let outcome = Probe {
            start: at,
            end: at + takes,
            code: i64::from(fails),
            output: if fails {
                failure(&spec)
            } else {
                spec.output.clone()
            },
        };
        self.judge(id, &spec, outcome);
    }

    /// Tells of the exec that a probe is.
    fn emit_probe(&mut self, id: &str, test: &str, code: i64, at: Ns) {
        let of = ("execID", self.new_id("probe"));
        for what in ["exec_create", "exec_start"] {
            let action = format!("{what}: /bin/sh -c {test}");
            self.emit(id, &action, std::slice::from_ref(&of), at);
        }
        self.emit(id, "exec_die", &[of, ("exitCode", code.to_string())], at);
    }

    /// Takes a probe's outcome into account.
    pub(super) fn judge(&mut self, id: &str, spec: &HealthSpec, outcome: Probe) {
        let Some(container) = self.containers.get_mut(id) else {
            return;
        };
        let started = container.started.unwrap_or_default();
        let Some(health) = &mut container.health else {
            return;
        };
        let (at, good) = (outcome.end, outcome.code == 0);
        let excused = health.status == "starting" && at < started + spec.start_period.0;
        if good {
            health.streak = 0;
        } else if !excused {
            health.streak += 1;
        }
        if health.log.len() == REMEMBERED {
            health.log.pop_front();
        }
        health.log.push_back(outcome);
        let status = match () {
            () if good => "healthy",
            () if health.streak >= spec.retries => "unhealthy",
            () => health.status,
        };
        if status != health.status {
            health.status = status;
            self.emit(id, &format!("health_status: {status}"), &[], at);
        }
    }
}

/// What a failing probe says.
pub(super) fn failure(spec: &HealthSpec) -> String {
    let raw = spec.failure_base64.as_ref();
    let bytes = raw.and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
    bytes.map_or_else(
        || spec.failure.clone(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}
