//! Processes started in a running container: created, opened as a raw pipe, resized, ended. Own requests instead of
//! bollard's, whose decoder swallows bytes of a TTY (it takes a leading 0, 1 or 2 for a frame header).
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::{sleep, timeout};

use super::logs::Demux;
use super::raw::Hijacked;
use super::wire::{escape, path, text, whole};
use super::{CALL_LIMIT, Engine, Error};
use crate::model::ApiVersion;

/// Most output kept of a captured command, in bytes.
const OUTPUT_CAP: usize = 1 << 20;
/// A captured command may take this long.
const CAPTURE_LIMIT: Duration = Duration::from_secs(10);
/// The engine's own detach keys cannot be switched off, so they are something no one types: ours are recognised before they
/// are sent. The engine holds the first of them back until the next key.
const NO_DETACH: &str = "ctrl-^,ctrl-_,ctrl-^,ctrl-@,ctrl-^,ctrl-_";
/// The pipe may close before the engine has noted the exit code: how often, and how far apart, it is asked again.
const EXIT_ASKS: u32 = 20;
const EXIT_PAUSE: Duration = Duration::from_millis(50);
/// What the processes of a session are sent, one round after the other, until none is left.
const ENDINGS: [&str; 5] = ["HUP", "KILL", "KILL", "KILL", "KILL"];
/// How long a process may take to follow a signal.
const ENDING_PAUSE: Duration = Duration::from_millis(200);
/// From here on the size can be given at creation.
const CONSOLE_SIZE: ApiVersion = ApiVersion(1, 42);
/// The variable that marks every process of one session, so that what stays behind can be found.
const MARK: &str = "STACKTUI_SESSION";

/// What to start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExecRequest {
    pub command: Vec<String>,
    pub tty: bool,
    pub stdin: bool,
    pub user: Option<String>,
    pub working_dir: Option<String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// Marks the processes; empty: none.
    pub mark: String,
}

/// A process that was started, and the pipe to it.
#[derive(Debug)]
pub struct Exec {
    pub id: String,
    pub pipe: Hijacked,
}

impl Engine {
    /// Creates and starts a process in a container. A binary that is missing is told by its output and exit code 126
    /// or 127, not by an error.
    ///
    /// # Errors
    /// No such container, one that does not run or is paused, or no answer.
    pub async fn exec(&self, container: &str, request: &ExecRequest) -> Result<Exec, Error> {
        let mut environment = request.environment.clone();
        if !request.mark.is_empty() {
            environment.push(format!("{MARK}={}", request.mark));
        }
        let mut body = json!({
            "AttachStdin": request.stdin, "AttachStdout": true, "AttachStderr": true,
            "Tty": request.tty, "Cmd": request.command, "Env": environment, "DetachKeys": NO_DETACH,
        });
        let size = request
            .size
            .filter(|_| self.api() >= CONSOLE_SIZE && request.tty);
        if let Some(fields) = body.as_object_mut() {
            for (name, value) in [
                ("User", &request.user),
                ("WorkingDir", &request.working_dir),
            ] {
                if let Some(value) = value {
                    fields.insert(name.to_owned(), json!(value));
                }
            }
            if let Some((columns, rows)) = size {
                fields.insert("ConsoleSize".to_owned(), json!([rows, columns]));
            }
        }
        let create = format!("/containers/{}/exec", escape(container));
        let (_, created) = self.raw().post_json(&create, &body, CALL_LIMIT).await?;
        let id = text(path(&created, &["Id"]));
        let mut start = json!({ "Detach": false, "Tty": request.tty });
        if let (Some((columns, rows)), Some(fields)) = (size, start.as_object_mut()) {
            fields.insert("ConsoleSize".to_owned(), json!([rows, columns]));
        }
        let (_, pipe) = self
            .raw()
            .upgrade(&format!("/exec/{}/start", escape(&id)), &start)
            .await?;
        Ok(Exec { id, pipe })
    }

    /// Attaches to a container's own process. Without a TTY `stdin` should be false: the end of this input may be the end
    /// of the container's (`StdinOnce`).
    ///
    /// # Errors
    /// No such container, or no answer.
    pub async fn attach(&self, container: &str, stdin: bool) -> Result<Hijacked, Error> {
        let query = super::wire::query(&[
            ("stream", "1"),
            ("stdin", if stdin { "1" } else { "0" }),
            ("stdout", "1"),
            ("stderr", "1"),
            ("detachKeys", NO_DETACH),
        ]);
        let path = format!("/containers/{}/attach{query}", escape(container));
        self.raw()
            .upgrade(&path, &Value::Null)
            .await
            .map(|(_, pipe)| pipe)
    }

    /// Tells a process the size of its terminal. Engines refuse this before the start and after the end, each in its
    /// own way: that is no failure.
    pub async fn resize_exec(&self, exec: &str, (columns, rows): (u16, u16)) {
        let path = format!("/exec/{}/resize?h={rows}&w={columns}", escape(exec));
        let _refused = self.raw().post_json(&path, &Value::Null, CALL_LIMIT).await;
    }

    /// The same for a container's own terminal.
    pub async fn resize_container(&self, container: &str, (columns, rows): (u16, u16)) {
        let path = format!(
            "/containers/{}/resize?h={rows}&w={columns}",
            escape(container)
        );
        let _refused = self.raw().post_json(&path, &Value::Null, CALL_LIMIT).await;
    }

    /// The exit code of a process that ended; `None` while it runs.
    ///
    /// # Errors
    /// No such exec, or no answer.
    pub async fn exec_exit(&self, exec: &str) -> Result<Option<i64>, Error> {
        let found = self
            .raw()
            .get_json(&format!("/exec/{}/json", escape(exec)), 1 << 20, CALL_LIMIT)
            .await?;
        if path(&found, &["Running"]) == &Value::Bool(true) {
            return Ok(None);
        }
        Ok(Some(whole(path(&found, &["ExitCode"])).unwrap_or(0)))
    }

    /// The exit code of a process whose pipe was closed, waited for a second. `None`: it runs on.
    ///
    /// # Errors
    /// As for [`Engine::exec_exit`].
    pub async fn exec_ended(&self, exec: &str) -> Result<Option<i64>, Error> {
        for _ in 0..EXIT_ASKS {
            if let Some(code) = self.exec_exit(exec).await? {
                return Ok(Some(code));
            }
            sleep(EXIT_PAUSE).await;
        }
        Ok(None)
    }

    /// Runs a command to its end and gives its exit code and what it printed (1 MiB at most).
    ///
    /// # Errors
    /// As for [`Engine::exec`]; or it takes longer than 10 s.
    pub async fn exec_capture(
        &self,
        container: &str,
        command: &[&str],
    ) -> Result<(i64, Vec<u8>), Error> {
        self.capture(container, command, None).await
    }

    async fn capture(
        &self,
        container: &str,
        command: &[&str],
        user: Option<&str>,
    ) -> Result<(i64, Vec<u8>), Error> {
        let request = ExecRequest {
            command: command.iter().map(|w| (*w).to_owned()).collect(),
            user: user.map(str::to_owned),
            ..ExecRequest::default()
        };
        let work = async {
            let mut exec = self.exec(container, &request).await?;
            let mut demux = Demux::new(false);
            let mut output = Vec::new();
            let mut buffer = [0u8; 8192];
            loop {
                let count = exec.pipe.read(&mut buffer).await?;
                let Some(bytes) = buffer.get(..count).filter(|b| !b.is_empty()) else {
                    break;
                };
                demux.push(bytes, |frame| {
                    let room = OUTPUT_CAP
                        .saturating_sub(output.len())
                        .min(frame.bytes.len());
                    output.extend_from_slice(frame.bytes.get(..room).unwrap_or_default());
                })?;
            }
            match self.exec_ended(&exec.id).await? {
                Some(code) => Ok((code, output)),
                None => Err(Error::Cut),
            }
        };
        timeout(CAPTURE_LIMIT, work)
            .await
            .map_err(|_| Error::TimedOut {
                after: CAPTURE_LIMIT,
            })?
    }

    /// A shell that this container has: the preferred ones in their order, found in one probe. `None`: it has none.
    ///
    /// # Errors
    /// As for [`Engine::exec`].
    pub async fn find_shell(
        &self,
        container: &str,
        prefer: &[String],
    ) -> Result<Option<String>, Error> {
        let plain = |word: &str| {
            word.chars()
                .all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c))
        };
        let mut names: Vec<&str> = prefer
            .iter()
            .map(String::as_str)
            .filter(|w| !w.is_empty() && plain(w))
            .collect();
        names.extend(["bash", "zsh", "ash", "sh"]);
        let script = names
            .iter()
            .map(|name| format!("command -v {name}"))
            .collect::<Vec<_>>()
            .join(" || ");
        let (code, output) = self.exec_capture(container, &["sh", "-c", &script]).await?;
        // What a shell complains of (an unknown locale) stands there too.
        let found = String::from_utf8_lossy(&output)
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with('/') || names.contains(line))
            .unwrap_or_default()
            .to_owned();
        if code == 0 && !found.is_empty() {
            return Ok(Some(found));
        }
        // No sh to ask: a preferred shell may be there all the same.
        for name in prefer.iter().filter(|name| name.starts_with('/')) {
            if self
                .exec_capture(container, &[name, "-c", "exit 0"])
                .await?
                .0
                == 0
            {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }

    /// Ends every process of a session that is still in the container, as the user it ran as: others may neither see its
    /// mark nor end it. Engines leave the processes of a dropped connection running.
    ///
    /// # Errors
    /// As for [`Engine::exec`]; a container without `sh` to do it with is none.
    pub async fn end_session(
        &self,
        container: &str,
        user: Option<&str>,
        mark: &str,
    ) -> Result<(), Error> {
        for signal in ENDINGS {
            let script = ending(signal, mark);
            let (code, found) = self
                .capture(container, &["sh", "-c", &script], user)
                .await?;
            if code != 0 {
                tracing::debug!(code, "no shell to end a session's processes with");
                return Ok(());
            }
            if found.is_empty() {
                return Ok(());
            }
            sleep(ENDING_PAUSE).await;
        }
        Ok(())
    }
}

/// Sends the signal to all marked processes and prints their numbers, with nothing but what is built into every shell.
fn ending(signal: &str, mark: &str) -> String {
    format!(
        "{{ for p in /proc/[0-9]*; do while IFS= read -r l || [ -n \"$l\" ]; do case \"$l\" in *{MARK}={mark}*) \
         kill -{signal} \"${{p#/proc/}}\"; echo \"$p\"; break;; esac; done <\"$p/environ\"; done; }} 2>/dev/null; :"
    )
}
