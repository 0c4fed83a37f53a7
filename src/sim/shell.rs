//! What runs in an exec: a small built-in shell and its commands. Never the host's: nothing here
//! can start a process or open a file. Must not know HTTP.
mod commands;
mod facts;
mod files;
mod terminal;
mod volume;
mod words;

use std::sync::Arc;

use base64::Engine as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::clock::Ns;
use super::listen::{self, Place};
use super::server::Shared;
use super::world::{Container, ExecSpec, Refusal, World};
use commands::Shell;
use terminal::{Line, Terminal};

/// All an exec needs to know, taken when it starts.
#[derive(Debug)]
pub struct Plan {
    pub(in crate::sim::shell) argv: Vec<String>,
    pub(in crate::sim::shell) env: Vec<(String, String)>,
    pub(in crate::sim::shell) user: String,
    pub(in crate::sim::shell) directory: String,
    pub(in crate::sim::shell) hostname: String,
    pub(in crate::sim::shell) now: Ns,
    pub(in crate::sim::shell) shells: Vec<String>,
    pub(in crate::sim::shell) processes: Vec<String>,
    pub(in crate::sim::shell) size: watch::Receiver<(u16, u16)>,
    container: String,
    run: u64,
    tty: bool,
    killed: watch::Receiver<bool>,
    own_user: String,
    odd_failure: Option<Vec<u8>>,
}

impl Plan {
    /// What exec instance `id` will run.
    ///
    /// # Errors
    /// 404.
    pub fn new(world: &mut World, id: &str, now: Ns) -> Result<Self, Refusal> {
        let exec = world.exec(id)?;
        let (spec, run, id) = (exec.spec.clone(), exec.run, exec.container.clone());
        let (size, killed) = (exec.size.subscribe(), exec.killed.subscribe());
        let container = world.get(&id)?;
        let hostname: String = id.chars().take(12).collect();
        let user = spec.user.as_deref().filter(|user| !user.is_empty());
        let user = user.unwrap_or(container.user()).to_owned();
        let mut processes = vec![container.command.join(" ")];
        processes.extend(container.spec.processes.iter().cloned());
        let directory = spec.working_dir.clone().filter(|dir| !dir.is_empty());
        let image = world
            .images
            .iter()
            .find(|image| image.id == container.image_id);
        let default = image.map_or("", |image| image.spec.workdir.as_str());
        let default = if default.is_empty() { "/" } else { default };
        let odd = container.spec.exec_error.as_ref();
        let decode = |text: &String| base64::engine::general_purpose::STANDARD.decode(text).ok();
        Ok(Self {
            env: environment(container, &spec, &hostname, &user),
            argv: spec.cmd,
            user,
            directory: directory.unwrap_or_else(|| default.to_owned()),
            hostname,
            now,
            shells: container.shells.clone(),
            processes,
            size,
            container: id,
            run,
            tty: spec.tty,
            killed,
            own_user: container.user().to_owned(),
            odd_failure: odd.and_then(decode),
        })
    }

    /// Whether it runs as root.
    pub fn is_root(&self) -> bool {
        is_root(&self.user)
    }

    /// The same with or without a terminal.
    pub fn with_terminal(mut self, tty: bool) -> Self {
        self.tty = tty;
        self
    }

    /// The runtime's words when the command cannot be run at all.
    pub fn failure(&self) -> Option<String> {
        if let Some(odd) = &self.odd_failure {
            return Some(String::from_utf8_lossy(odd).into_owned());
        }
        let head = "OCI runtime exec failed: exec failed: unable to start container process:";
        let program = self.argv.first().map_or("", String::as_str);
        if self.user != self.own_user && !files::known_user(&self.user) {
            let user = &self.user;
            return Some(format!(
                "unable to find user {user}: no matching entries in passwd file"
            ));
        }
        if !self.directory.starts_with('/') || !files::is_directory(&self.directory) {
            let directory = &self.directory;
            return Some(format!(
                "{head} chdir to cwd (\"{directory}\") set in config.json failed: no such file or directory: unknown"
            ));
        }
        if self.has(program) {
            return None;
        }
        Some(if program.contains('/') {
            format!(
                "{head} exec: \"{program}\": stat {program}: no such file or directory: unknown"
            )
        } else {
            format!("{head} exec: \"{program}\": executable file not found in $PATH: unknown")
        })
    }

    /// Whether the image has this program.
    pub fn has(&self, program: &str) -> bool {
        let name = program.rsplit('/').next().unwrap_or(program);
        if program.contains('/') && !files::in_path(program) {
            return false;
        }
        match name {
            "bash" | "zsh" | "ash" | "sh" | "dash" => self.shells.iter().any(|shell| shell == name),
            _ => !self.shells.is_empty() && commands::PROGRAMS.contains(&name),
        }
    }
}

fn is_root(user: &str) -> bool {
    user == "root" || user == "0"
}

/// The environment of an exec: the container's, what was asked for, and what the engine adds.
fn environment(
    container: &Container,
    spec: &ExecSpec,
    hostname: &str,
    user: &str,
) -> Vec<(String, String)> {
    let own = format!("HOSTNAME={hostname}");
    let home = if is_root(user) {
        "HOME=/root"
    } else {
        "HOME=/"
    };
    let terminal = spec.tty.then_some("TERM=xterm");
    let first = [own.as_str(), home].into_iter().chain(terminal);
    let container = container.env.iter().map(String::as_str);
    let asked = spec.env.iter().flatten().map(String::as_str);
    let mut env: Vec<(String, String)> = Vec::new();
    for line in first.chain(container).chain(asked) {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        env.retain(|(known, _)| known != key);
        env.push((key.to_owned(), value.to_owned()));
    }
    env
}

/// Runs a plan on a stream; the exit code.
pub async fn run<S>(shared: &Arc<Shared>, id: &str, plan: Plan, stream: S) -> i64
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut terminal = Terminal::new(stream, plan.tty);
    if let Some(words) = plan.failure() {
        let words = plan
            .odd_failure
            .clone()
            .unwrap_or_else(|| format!("{words}\r\n").into_bytes());
        terminal.raw(&words).await;
        terminal.close().await;
        return 126;
    }
    let (container, run) = (plan.container.clone(), plan.run);
    let ended = shared.wait_for(|world| {
        let container = world.containers.get(&container);
        let lives = container.is_some_and(|c| c.run == run && c.alive());
        (!lives).then_some(())
    });
    let mut killed = plan.killed.clone();
    let code = tokio::select! {
        code = session(shared, id, plan, &mut terminal) => code,
        () = ended => 137,
        _ = killed.wait_for(|killed| *killed) => 129,
    };
    terminal.close().await;
    code
}

async fn session<S>(shared: &Arc<Shared>, id: &str, plan: Plan, terminal: &mut Terminal<S>) -> i64
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let argv = plan.argv.clone();
    let program = argv.first().map_or("", String::as_str);
    let name = program.rsplit('/').next().unwrap_or(program).to_owned();
    let container = plan.container.clone();
    if name == "nc" {
        return netcat(shared, &container, &argv, terminal).await;
    }
    let mut shell = Shell::new(plan, &name);
    if !["bash", "zsh", "ash", "sh", "dash"].contains(&name.as_str()) {
        return shell.command(&argv, terminal).await;
    }
    let script = argv
        .iter()
        .position(|word| word.starts_with('-') && word.ends_with('c'));
    if let Some(script) = script.and_then(|place| argv.get(place + 1)) {
        if script.contains("/environ") && script.contains("kill") {
            shared.world().kill_execs(&container, script);
            return 0;
        }
        let looked = volume::run(&shared.world(), &container, &argv);
        if let Some(said) = looked {
            terminal.out(&said.out).await;
            terminal.err(&said.err).await;
            return said.code;
        }
        return shell.script(script, terminal).await;
    }
    tracing::debug!(id, "simulated engine: interactive shell");
    interactive(&mut shell, terminal).await
}

/// `nc ADDRESS PORT`, to what listens in the container itself.
async fn netcat<S>(
    shared: &Arc<Shared>,
    container: &str,
    argv: &[String],
    terminal: &mut Terminal<S>,
) -> i64
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let port = argv.get(2).and_then(|port| port.parse().ok()).unwrap_or(0);
    let place = Place::find(&shared.world(), Some(container), "127.0.0.1", port);
    let Some(place) = place else {
        terminal.err("nc: 127.0.0.1: Connection refused\n").await;
        return 1;
    };
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let serving = tokio::spawn(listen::serve(Arc::clone(shared), place, theirs));
    terminal.carry(ours).await;
    serving.abort();
    0
}

async fn interactive<S>(shell: &mut Shell, terminal: &mut Terminal<S>) -> i64
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    loop {
        let prompt = shell.prompt();
        match terminal.line(&prompt).await {
            Line::Text(text) => {
                let code = shell.script(&text, terminal).await;
                if shell.left() {
                    return code;
                }
            }
            Line::Interrupted => shell.interrupt(),
            Line::End => {
                terminal.goodbye().await;
                return shell.code();
            }
        }
    }
}
