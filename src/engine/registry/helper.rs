//! A credential helper asked for one registry: `docker-credential-NAME get`, the registry on its stdin, JSON on its stdout.
//! What it writes may hold a secret: nothing of a good answer is ever told. Must not know docker's files.
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::process::{Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::Credential;
use crate::engine::wire::{clean, member};

/// How long a helper may take: it may ask a key chain that is locked, and nobody can answer it here.
const LIMIT: Duration = Duration::from_secs(10);
/// Longest part of its words that is told, in characters.
const WORDS: usize = 200;

/// What it knows; nothing when it says that it has none.
///
/// # Errors
/// Why it could not be asked, in words.
pub(super) async fn get(
    name: &str,
    server: &str,
    path: Option<&OsString>,
) -> Result<Option<Credential>, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !name.chars().all(good) {
        return Err(say!("that is no name of a helper").to_owned());
    }
    let mut command = Command::new(format!("docker-credential-{name}"));
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let output = match run(command, server).await {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(say!("there is no such program in PATH").to_owned());
        }
        Err(error) => return Err(error.to_string()),
    };
    if output.status.success() {
        return answer(&output.stdout).map(Some);
    }
    // A refusal is told on stdout, by the rule of helpers.
    let said = String::from_utf8_lossy(&output.stdout);
    let said = clean(said.trim());
    if said.contains("credentials not found") {
        return Ok(None);
    }
    let said: String = said.chars().take(WORDS).collect();
    Err(match (said.is_empty(), output.status.code()) {
        (false, _) => said,
        (true, Some(code)) => say!("it failed with exit code {code}", code),
        (true, None) => say!("it was ended by a signal").to_owned(),
    })
}

fn answer(stdout: &[u8]) -> Result<Credential, String> {
    let answer: Value =
        serde_json::from_slice(stdout).map_err(|_| say!("it did not answer in JSON").to_owned())?;
    let own = |name: &str| {
        member(&answer, name)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let credential = Credential {
        user: own("Username"),
        secret: own("Secret"),
    };
    if credential.secret.is_empty() {
        return Err(say!("its answer holds no secret").to_owned());
    }
    Ok(credential)
}

/// A process group that ends when this is dropped too early. One that has answered may leave something running: an agent
/// that keeps the key chain open.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.map(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // One that is gone already is what is wanted.
            let _gone = killpg(group, Signal::SIGKILL);
        }
    }
}

async fn run(mut command: Command, server: &str) -> io::Result<Output> {
    let mut child = command
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // The terminal is not for it: it must not ask there.
        .env_remove("GPG_TTY")
        .process_group(0)
        .spawn()?;
    let mut group = Group::of(&child);
    let stdin = child.stdin.take();
    let asked = async {
        if let Some(mut stdin) = stdin {
            // One that does not read its question may answer all the same.
            let _closed = stdin.write_all(server.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    let late = || {
        let words = say!(
            "no answer within {span}",
            span = format!("{} s", LIMIT.as_secs())
        );
        io::Error::new(ErrorKind::TimedOut, words)
    };
    let answered = timeout(LIMIT, asked).await.map_err(|_| late())?;
    group.0 = None;
    answered
}
