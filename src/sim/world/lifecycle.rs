//! Starting, ending, restarting: what happens at once, with the engine's events in their order.
//! Must not know how long a caller waits for it.
use serde_json::{Map, Value, json};

use super::{Container, Due, Health, Phase, Refusal, World, signals};
use crate::sim::clock::{MILLI, Ns, SECOND};
use crate::sim::events::Event;

/// What a caller wants after the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing: it was stopped.
    Stop,
    /// A new run.
    Restart,
}

/// Wait before the first start by policy.
const FIRST_WAIT: Ns = 100 * MILLI;
/// A run that lasts so long was a good one.
const GOOD_RUN: Ns = 10 * SECOND;

impl World {
    /// Tells all that something happened to a container.
    pub fn emit(&mut self, id: &str, action: &str, extra: &[(&str, String)], at: Ns) {
        let Some(container) = self.containers.get(id) else {
            return;
        };
        let mut attributes = Map::new();
        for (key, value) in &container.labels {
            attributes.insert(key.clone(), json!(value));
        }
        attributes.insert("image".into(), json!(container.spec.image));
        attributes.insert("name".into(), json!(container.name));
        for (key, value) in extra {
            attributes.insert((*key).to_owned(), json!(value));
        }
        self.bus.send(Event {
            kind: "container",
            action: action.to_owned(),
            actor: id.to_owned(),
            attributes,
            at,
        });
    }

    /// Tells of networks and volumes that come and go with a run.
    fn emit_links(&mut self, id: &str, begins: bool, at: Ns) {
        let Some(container) = self.containers.get(id) else {
            return;
        };
        let mut events = Vec::new();
        for endpoint in &container.endpoints {
            let driver = self
                .networks
                .iter()
                .find(|net| net.id == endpoint.network_id);
            let driver = driver.map_or("bridge", |net| net.driver.as_str());
            let attributes = json!({"container": id, "name": endpoint.network, "type": driver});
            let action = if begins { "connect" } else { "disconnect" };
            events.push(("network", action, endpoint.network_id.clone(), attributes));
        }
        for mount in container
            .spec
            .mounts
            .iter()
            .filter(|mount| mount.is_volume())
        {
            let attributes = if begins {
                let write = mount.writable.to_string();
                json!({"container": id, "destination": mount.target, "driver": "local",
                    "propagation": "", "read/write": write})
            } else {
                json!({"container": id, "driver": "local"})
            };
            let action = if begins { "mount" } else { "unmount" };
            events.push(("volume", action, mount.source.clone(), attributes));
        }
        for (kind, action, actor, attributes) in events {
            self.emit_thing(kind, action, &actor, &attributes, at);
        }
    }

    /// Tells all that something happened to a network, a volume or an image.
    pub fn emit_thing(
        &mut self,
        kind: &'static str,
        action: &str,
        actor: &str,
        attributes: &Value,
        at: Ns,
    ) {
        self.bus.send(Event {
            kind,
            action: action.to_owned(),
            actor: actor.to_owned(),
            attributes: attributes.as_object().cloned().unwrap_or_default(),
            at,
        });
    }

    /// Starts a container. False: it runs already.
    ///
    /// # Errors
    /// 404, and 409 for a paused one.
    pub fn start(&mut self, who: &str, now: Ns) -> Result<bool, Refusal> {
        let container = self.get(who)?;
        match container.phase {
            Phase::Paused => {
                let words = "cannot start a paused container, try unpause instead";
                return Err(Refusal::new(409, words));
            }
            Phase::Running | Phase::Restarting => return Ok(false),
            Phase::Created | Phase::Exited => {}
        }
        let id = container.id.clone();
        self.begin(&id, now);
        Ok(true)
    }

    /// Begins a run.
    pub(super) fn begin(&mut self, id: &str, now: Ns) {
        self.emit_links(id, true, now);
        self.enter_run(id, now);
        self.emit(id, "start", &[], now);
        let service = self.containers.get(id).map(|c| c.spec.service.clone());
        let mails = self.mails.iter().enumerate();
        for (number, mail) in mails.filter(|(_, mail)| !mail.after.is_empty()) {
            if service.as_ref() == Some(&mail.after) {
                self.queue.add(now + mail.delay.0, Due::Mail { number });
            }
        }
    }

    /// Puts a container into a new run that began at `at`, and queues what follows from that.
    pub(super) fn enter_run(&mut self, id: &str, at: Ns) {
        let origin = self.origin;
        let Some(container) = self.containers.get_mut(id) else {
            return;
        };
        container.run += 1;
        container.phase = Phase::Running;
        container.pid = 2000 + (super::super::rand::hash(container.run, id) % 60_000) as u32;
        container.started = Some(at);
        container.exit_code = 0;
        container.oom = false;
        container.after = None;
        container.by_hand = false;
        container.paused_for = 0;
        container.paused_at = None;
        container.health = container.spec.health.is_some().then(|| Health {
            status: "starting",
            streak: 0,
            log: std::collections::VecDeque::new(),
        });
        let run = container.run;
        if let Some(voice) = self.voices.get(&container.spec.voice) {
            container.tape.open(run, at, true, origin, voice);
        }
        let id = || id.to_owned();
        if let Some((takes, code)) = container.errand {
            let end = Due::Exit {
                id: id(),
                run,
                code,
            };
            self.queue.add(at + takes, end);
        }
        if let Some(crash) = &container.spec.crash {
            self.queue
                .add(at + crash.after.0, Due::Crash { id: id(), run });
        }
        if let Some(health) = &container.spec.health {
            let mut first = at + health.interval.0;
            if first < origin {
                let late = (origin - first) % health.interval.0.max(1);
                first = origin + health.interval.0 - late;
            }
            self.queue.add(first, Due::Probe { id: id(), run });
        }
    }

    /// Tells a container to end, and what comes after. None: there was nothing to end. Else the
    /// number of the run that will end.
    ///
    /// # Errors
    /// 404.
    pub fn stop(
        &mut self,
        who: &str,
        patience: Option<i64>,
        after: After,
        now: Ns,
    ) -> Result<Option<u64>, Refusal> {
        let container = self.get_mut(who)?;
        let (id, run) = (container.id.clone(), container.run);
        match container.phase {
            Phase::Created | Phase::Exited => {
                if after == After::Restart {
                    self.begin(&id, now);
                    self.emit(&id, "restart", &[], now);
                }
                return Ok(None);
            }
            Phase::Restarting => {
                container.phase = Phase::Exited;
                container.by_hand = true;
                self.emit(&id, "stop", &[], now);
                if after == After::Restart {
                    self.begin(&id, now);
                    self.emit(&id, "restart", &[], now);
                }
                return Ok(Some(run));
            }
            Phase::Running | Phase::Paused => {}
        }
        container.after = Some(after);
        container.by_hand = true;
        let patience = patience.or(container.spec.stop_timeout).unwrap_or(10);
        let (stuck, code) = (container.stuck, container.spec.stop_code);
        let takes = container.spec.stop_takes.0;
        self.emit(&id, "kill", &[("signal", "15".into())], now);
        self.thaw(&id, now);
        if !stuck {
            let due = Due::Exit {
                id: id.clone(),
                run,
                code,
            };
            self.queue.add(now + takes, due);
        }
        if patience >= 0 && (stuck || takes > patience * SECOND) {
            let at = now.saturating_add(patience.saturating_mul(SECOND));
            self.queue.add(at, Due::Kill { id, run });
        }
        Ok(Some(run))
    }

    /// Sends a signal. The number of the run if it will end by it.
    ///
    /// # Errors
    /// 404, 409 when it does not run, 400 for an unknown signal.
    pub fn kill(&mut self, who: &str, signal: &str, now: Ns) -> Result<Option<u64>, Refusal> {
        let number = signals::number(signal)
            .ok_or_else(|| Refusal::new(400, format!("Invalid signal: {signal}")))?;
        let container = self.get_mut(who)?;
        let (id, run) = (container.id.clone(), container.run);
        if !container.alive() {
            let words = format!("Cannot kill container: {who}: Container {id} is not running");
            return Err(Refusal::new(409, words));
        }
        let (code, takes) = match number {
            9 => (137, 30 * MILLI),
            _ if container.stuck => (-1, 0),
            15 => (container.spec.stop_code, container.spec.stop_takes.0),
            2 | 3 | 6 => (128 + number, 50 * MILLI),
            _ => (-1, 0),
        };
        if number == 9 || number == 15 {
            container.by_hand = true;
        }
        self.emit(&id, "kill", &[("signal", number.to_string())], now);
        if code < 0 {
            return Ok(None);
        }
        self.thaw(&id, now);
        self.queue.add(now + takes, Due::Exit { id, run, code });
        Ok(Some(run))
    }

    /// Ends a run at `at`.
    pub(super) fn end(&mut self, id: &str, code: i64, oom: bool, at: Ns) {
        if oom {
            self.emit(id, "oom", &[], at);
        }
        let Some(container) = self.containers.get_mut(id) else {
            return;
        };
        let (run, crashed) = (
            container.run,
            container.after.is_none() && !container.by_hand,
        );
        let length = at - container.started.unwrap_or(at);
        container.phase = Phase::Exited;
        container.finished = Some(at);
        container.exit_code = code;
        container.oom = oom;
        container.pid = 0;
        container.stuck = false;
        container.paused_at = None;
        if let Some(voice) = self.voices.get(&container.spec.voice) {
            let last = if crashed {
                Some(true)
            } else {
                (code != 137).then_some(false)
            };
            container.tape.close(run, at, last, voice);
        }
        let lasted = (length / SECOND).to_string();
        let extra = [("execDuration", lasted), ("exitCode", code.to_string())];
        self.emit(id, "die", &extra, at);
        self.emit_links(id, false, at);
        self.after_end(id, code, length, at);
    }

    fn after_end(&mut self, id: &str, code: i64, length: Ns, at: Ns) {
        let Some(container) = self.containers.get_mut(id) else {
            return;
        };
        let run = container.run;
        match container.after.take() {
            Some(After::Stop) => self.emit(id, "stop", &[], at),
            Some(After::Restart) => {
                self.emit(id, "stop", &[], at);
                self.begin(id, at);
                self.emit(id, "restart", &[], at);
                return;
            }
            None if !container.by_hand && policy_wants(container, code) => {
                container.phase = Phase::Restarting;
                container.backoff = next_wait(container, length);
                let due = Due::Again {
                    id: id.to_owned(),
                    run,
                };
                self.queue.add(at + container.backoff, due);
                return;
            }
            None => {}
        }
        if self.containers.get(id).is_some_and(|c| c.auto_remove) {
            self.take_away(id, at);
        }
    }
}

fn policy_wants(container: &Container, code: i64) -> bool {
    match container.spec.restart.split_once(':') {
        Some(("on-failure", max)) => {
            code != 0 && max.parse().is_ok_and(|max: u64| container.restarts < max)
        }
        _ => match container.spec.restart.as_str() {
            "always" | "unless-stopped" => true,
            "on-failure" => code != 0,
            _ => false,
        },
    }
}

fn next_wait(container: &Container, length: Ns) -> Ns {
    let longest = container
        .spec
        .crash
        .as_ref()
        .map_or(60 * SECOND, |crash| crash.longest_wait.0);
    if length >= GOOD_RUN || container.backoff == 0 {
        FIRST_WAIT
    } else {
        (container.backoff * 2).min(longest)
    }
}
