//! Changes to containers beside their life: pause, rename, update, remove, prune, the daemon going
//! and coming. Must not know HTTP.
use serde_json::Value;

use super::{Due, Phase, Refusal, World};
use crate::sim::clock::Ns;
use crate::sim::scenario::Size;

impl World {
    /// Freezes a container.
    ///
    /// # Errors
    /// 404, 409 when it is not running or frozen already.
    pub fn pause(&mut self, who: &str, now: Ns) -> Result<(), Refusal> {
        let id = self.find(who)?;
        let Some(container) = self.containers.get_mut(&id) else {
            return Ok(());
        };
        match container.phase {
            Phase::Running => {}
            Phase::Paused => {
                return Err(Refusal::new(
                    409,
                    format!("Container {id} is already paused"),
                ));
            }
            Phase::Restarting => {
                let words =
                    format!("Container {id} is restarting, wait until the container is running");
                return Err(Refusal::new(409, words));
            }
            _ => return Err(Refusal::new(409, format!("Container {id} is not running"))),
        }
        container.phase = Phase::Paused;
        container.paused_at = Some(now);
        let run = container.run;
        if let Some(voice) = self.voices.get(&container.spec.voice) {
            container.tape.close(run, now, None, voice);
        }
        self.emit(&id, "pause", &[], now);
        Ok(())
    }

    /// Lets a container run on.
    ///
    /// # Errors
    /// 404, 500 when it is not frozen.
    pub fn unpause(&mut self, who: &str, now: Ns) -> Result<(), Refusal> {
        let container = self.get(who)?;
        let id = container.id.clone();
        if container.phase != Phase::Paused {
            return Err(Refusal::new(500, format!("Container {id} is not paused")));
        }
        self.thaw(&id, now);
        Ok(())
    }

    /// Unfreezes a container if it is frozen.
    pub(super) fn thaw(&mut self, id: &str, now: Ns) {
        let origin = self.origin;
        let Some(container) = self.containers.get_mut(id) else {
            return;
        };
        let Some(since) = container.paused_at.take() else {
            return;
        };
        container.phase = Phase::Running;
        container.paused_for += now - since;
        let run = container.run;
        if let Some(voice) = self.voices.get(&container.spec.voice) {
            container.tape.open(run, now, false, origin, voice);
        }
        self.emit(id, "unpause", &[], now);
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// 404, 400 for a bad name or the same, 409 for a name in use.
    pub fn rename(&mut self, who: &str, name: &str, now: Ns) -> Result<(), Refusal> {
        let id = self.find(who)?;
        let name = name.trim_start_matches('/');
        if name.is_empty() {
            return Err(Refusal::new(400, "Neither old nor new names may be empty"));
        }
        if !is_name(name) {
            let words = bad_name(&format!("/{name}"));
            return Err(Refusal::new(
                400,
                format!("Error when allocating new name: {words}"),
            ));
        }
        if let Some(owner) = self.names.get(name) {
            if *owner == id {
                let words = "Renaming a container with the same name as its current name";
                return Err(Refusal::new(400, words));
            }
            let words = format!(
                "Error when allocating new name: {}",
                name_in_use(name, owner)
            );
            return Err(Refusal::new(409, words));
        }
        if let Some(container) = self.containers.get_mut(&id) {
            let old = std::mem::replace(&mut container.name, name.to_owned());
            self.names.remove(&old);
            self.names.insert(name.to_owned(), id.clone());
            self.emit(&id, "rename", &[("oldName", format!("/{old}"))], now);
        }
        Ok(())
    }

    /// Changes limits and restart policy as an update request says.
    ///
    /// # Errors
    /// 404, 400 for too little memory.
    pub fn update(&mut self, who: &str, wanted: &Value, now: Ns) -> Result<(), Refusal> {
        let container = self.get_mut(who)?;
        let id = container.id.clone();
        if let Some(memory) = wanted
            .get("Memory")
            .and_then(Value::as_u64)
            .filter(|m| *m > 0)
        {
            if memory < 6 << 20 {
                return Err(Refusal::new(400, "Minimum memory limit allowed is 6MB"));
            }
            container.spec.memory_limit = Size(memory);
            container.load.memory_limit = memory;
        }
        if let Some(cpus) = wanted
            .get("NanoCpus")
            .and_then(Value::as_u64)
            .filter(|c| *c > 0)
        {
            container.spec.cpus = cpus as f64 / 1e9;
            container.load.cpu_limit = cpus as f64 / 1e7;
        }
        if let Some(most) = wanted.get("PidsLimit").and_then(Value::as_i64) {
            container.spec.pids_limit = u64::try_from(most).unwrap_or(0);
        }
        let policy = wanted.get("RestartPolicy");
        if let Some(name) = policy.and_then(|p| p.get("Name")).and_then(Value::as_str)
            && !name.is_empty()
        {
            let max = policy
                .and_then(|p| p.get("MaximumRetryCount"))
                .and_then(Value::as_u64);
            container.spec.restart = match max {
                Some(max) if max > 0 => format!("{name}:{max}"),
                _ => name.to_owned(),
            };
        }
        self.emit(&id, "update", &[], now);
        Ok(())
    }

    /// Removes a container.
    ///
    /// # Errors
    /// 404, 409 when it runs and `force` is not given.
    pub fn remove(
        &mut self,
        who: &str,
        force: bool,
        volumes: bool,
        now: Ns,
    ) -> Result<(), Refusal> {
        let container = self.get_mut(who)?;
        let id = container.id.clone();
        if container.alive() || container.phase == Phase::Restarting {
            if !force {
                let state = match container.phase {
                    Phase::Paused => "paused",
                    Phase::Restarting => "restarting",
                    _ => "running",
                };
                let words = format!(
                    "You cannot remove a {state} container {id}. Stop the container before attempting removal or force remove"
                );
                return Err(Refusal::new(409, words));
            }
            container.by_hand = true;
            container.after = None;
            let alive = container.alive();
            if alive {
                self.emit(&id, "kill", &[("signal", "9".into())], now);
                self.thaw(&id, now);
                self.end(&id, 137, false, now);
            }
        }
        if volumes {
            self.drop_anonymous_volumes(&id);
        }
        self.take_away(&id, now);
        Ok(())
    }

    fn drop_anonymous_volumes(&mut self, id: &str) {
        let Some(container) = self.containers.get(id) else {
            return;
        };
        let anonymous =
            |name: &str| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let mine: Vec<&str> = container.volumes().filter(|name| anonymous(name)).collect();
        self.volumes
            .retain(|volume| !mine.contains(&volume.spec.name.as_str()));
    }

    /// Takes a container out of the world.
    pub(super) fn take_away(&mut self, id: &str, now: Ns) {
        self.emit(id, "destroy", &[], now);
        if let Some(container) = self.containers.remove(id) {
            self.names.remove(&container.name);
            self.execs.retain(|_, exec| exec.container != id);
        }
    }

    /// The daemon goes down: it stops all containers and then hears and says nothing.
    pub fn daemon_down(&mut self, back_at: Ns, now: Ns) {
        let alive = |id: &&String| {
            self.containers
                .get(*id)
                .is_some_and(super::Container::alive)
        };
        let ids: Vec<String> = self.containers.keys().filter(alive).cloned().collect();
        for id in ids {
            self.emit(&id, "kill", &[("signal", "15".into())], now);
            self.thaw(&id, now);
            let mut code = 137;
            if let Some(container) = self.containers.get_mut(&id) {
                container.was_running = true;
                container.by_hand = true;
                container.after = Some(super::After::Stop);
                if !container.stuck {
                    code = container.spec.stop_code;
                }
            }
            self.end(&id, code, false, now);
        }
        self.queue.add(back_at, Due::DaemonUp);
    }

    /// The daemon is back: it remembers no event, and starts what its policy says.
    pub(super) fn daemon_up(&mut self, now: Ns) {
        self.bus.forget();
        let mut ids = Vec::new();
        for container in self.containers.values_mut() {
            let ran = std::mem::take(&mut container.was_running);
            let wanted = match container.spec.restart.split(':').next() {
                Some("always") => ran || !container.by_hand || container.phase == Phase::Restarting,
                Some("unless-stopped" | "on-failure") => {
                    ran || container.phase == Phase::Restarting
                }
                _ => false,
            };
            if wanted && !container.alive() && container.phase != Phase::Created {
                ids.push(container.id.clone());
            }
        }
        for id in ids {
            self.begin(&id, now);
        }
    }
}

/// Whether a container may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric())
        && name.len() > 1
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// The engine's words for a bad name.
pub(super) fn bad_name(name: &str) -> String {
    format!("Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
}

/// The engine's words for a name in use.
pub(super) fn name_in_use(name: &str, owner: &str) -> String {
    format!(
        "Conflict. The container name \"/{name}\" is already in use by container \"{owner}\". You have to remove (or rename) that container to be able to reuse that name."
    )
}
