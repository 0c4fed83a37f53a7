//! Exec instances: what was asked for and where they stand. Must not know how they run.
use serde::Deserialize;
use tokio::sync::watch;

use super::{Phase, Refusal, World};
use crate::sim::clock::Ns;

/// What an exec request says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExecSpec {
    /// Command line.
    pub cmd: Vec<String>,
    /// Whether it gets a terminal.
    pub tty: bool,
    /// Whether the caller gives input.
    pub attach_stdin: bool,
    /// Environment beside the container's.
    pub env: Option<Vec<String>>,
    /// User.
    pub user: Option<String>,
    /// Directory.
    pub working_dir: Option<String>,
    /// Height and width of the terminal.
    pub console_size: Option<[u16; 2]>,
}

/// An exec instance.
#[derive(Debug)]
pub struct Exec {
    /// Id.
    pub id: String,
    /// Container id.
    pub container: String,
    /// Run of the container it belongs to.
    pub run: u64,
    /// What was asked for.
    pub spec: ExecSpec,
    /// Whether it was started.
    pub started: bool,
    /// Whether it runs.
    pub running: bool,
    /// Process id once started.
    pub pid: u32,
    /// Exit code once ended.
    pub exit_code: Option<i64>,
    /// Height and width of its terminal.
    pub size: watch::Sender<(u16, u16)>,
    /// Set to end it from outside.
    pub killed: watch::Sender<bool>,
}

impl World {
    /// Makes an exec instance; its id.
    ///
    /// # Errors
    /// 404, 409 when the container is not running, 400 without a command.
    pub fn create_exec(&mut self, who: &str, spec: ExecSpec, now: Ns) -> Result<String, Refusal> {
        let container = self.get(who)?;
        let (container_id, run) = (container.id.clone(), container.run);
        match container.phase {
            Phase::Running => {}
            Phase::Paused => {
                let words = format!("Container {who} is paused, unpause the container before exec");
                return Err(Refusal::new(409, words));
            }
            Phase::Restarting => {
                let words = format!(
                    "Container {container_id} is restarting, wait until the container is running"
                );
                return Err(Refusal::new(409, words));
            }
            _ => {
                let words = format!("Container {container_id} is not running");
                return Err(Refusal::new(409, words));
            }
        }
        if spec.cmd.is_empty() {
            return Err(Refusal::new(400, "No exec command specified"));
        }
        let id = self.new_id("exec");
        let action = format!("exec_create: {}", spec.cmd.join(" "));
        let [height, width] = spec.console_size.unwrap_or([0, 0]);
        let exec = Exec {
            id: id.clone(),
            container: container_id.clone(),
            run,
            spec,
            started: false,
            running: false,
            pid: 0,
            exit_code: None,
            size: watch::Sender::new((height, width)),
            killed: watch::Sender::new(false),
        };
        self.execs.insert(id.clone(), exec);
        self.emit(&container_id, &action, &[("execID", id.clone())], now);
        Ok(id)
    }

    /// The exec instance `id`.
    ///
    /// # Errors
    /// 404.
    pub fn exec(&mut self, id: &str) -> Result<&mut Exec, Refusal> {
        let missing = || Refusal::new(404, format!("No such exec instance: {id}"));
        self.execs.get_mut(id).ok_or_else(missing)
    }

    /// Marks an exec instance as started.
    ///
    /// # Errors
    /// 404, 409 when it was started before or its container has ended.
    pub fn start_exec(&mut self, id: &str, now: Ns) -> Result<(), Refusal> {
        let exec = self.exec(id)?;
        if exec.started {
            return Err(Refusal::new(
                409,
                format!("Error: Exec command {id} has already run"),
            ));
        }
        exec.started = true;
        exec.running = true;
        exec.pid = 70_000 + (super::super::rand::hash(1, id) % 9000) as u32;
        let (container, run) = (exec.container.clone(), exec.run);
        let action = format!("exec_start: {}", exec.spec.cmd.join(" "));
        let phase = self.containers.get(&container).map(|c| (c.phase, c.run));
        if phase != Some((Phase::Running, run)) {
            return Err(Refusal::new(
                409,
                format!("Container {container} is not running"),
            ));
        }
        self.emit(&container, &action, &[("execID", id.to_owned())], now);
        Ok(())
    }

    /// Marks an exec instance as ended.
    pub fn end_exec(&mut self, id: &str, code: i64, now: Ns) {
        let Some(exec) = self.execs.get_mut(id) else {
            return;
        };
        exec.running = false;
        exec.exit_code = Some(code);
        let container = exec.container.clone();
        let extra = [("execID", id.to_owned()), ("exitCode", code.to_string())];
        self.emit(&container, "exec_die", &extra, now);
    }

    /// Ends every exec instance of a container whose environment has a line that `script` names.
    pub fn kill_execs(&mut self, container: &str, script: &str) {
        for exec in self
            .execs
            .values()
            .filter(|exec| exec.container == container && exec.running)
        {
            let mut env = exec.spec.env.iter().flatten();
            if env.any(|line| script.contains(line.as_str())) {
                exec.killed.send_replace(true);
            }
        }
    }
}
