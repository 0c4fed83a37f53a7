//! An engine behind ssh: the system's own `ssh` forwards the remote socket to one of ours, so that configuration,
//! agent, jump hosts and known hosts are the user's. One process a host, many streams in it. Where the server forwards
//! nothing, docker's own command there carries each stream, see [`commands`].
//! Must not know what is said over the forward.
mod dial;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, Command};

use super::{BoxedIo, Connector};
use crate::engine::endpoint::{REMOTE_SOCKET, Ssh};
use crate::engine::error::Error;
use crate::lang::Words;

/// How long ssh may take to set up the forward.
const SETUP: Duration = Duration::from_secs(20);
/// Lines of ssh's stderr kept as the reason of a failure.
const KEPT_LINES: usize = 5;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// What a process of ssh is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Its socket leads to the remote one.
    Forward,
    /// Other processes reach the host through its socket, without another login.
    Master,
}

/// The ssh process and its socket; both go with the last connector.
struct Forward {
    child: Mutex<Child>,
    socket: PathBuf,
    folder: PathBuf,
    said: Arc<Mutex<Vec<String>>>,
}

impl Drop for Forward {
    fn drop(&mut self) {
        // The process is killed by `kill_on_drop`; what it leaves on disk is ours to remove.
        let _ = std::fs::remove_file(&self.socket);
        let _ = std::fs::remove_dir(&self.folder);
    }
}

impl Forward {
    /// What ssh said when it has exited, or `None` while it runs.
    fn ended(&self) -> Option<Words> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.try_wait().ok().flatten()?;
        let said = self.words();
        Some(if said.is_empty() {
            Words::ours(|| say!("ssh ended ({status})", status))
        } else {
            Words::as_is(said)
        })
    }

    fn words(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.join("; ")
    }
}

/// Starts ssh and waits until its forward accepts.
pub(super) async fn connector(ssh: &Ssh) -> Result<Connector, Error> {
    let forward = Arc::new(start(ssh, Role::Forward)?);
    ready(&forward, Role::Forward).await?;
    let (spoken, beyond, ssh) = (Arc::clone(&forward), Arc::clone(&forward), ssh.clone());
    let connector = Connector::new(move || {
        let forward = Arc::clone(&forward);
        Box::pin(async move {
            match UnixStream::connect(&forward.socket).await {
                Ok(stream) => Ok(Box::new(stream) as BoxedIo),
                Err(error) => Err(forward.ended().map_or(error, |said| {
                    io::Error::new(io::ErrorKind::ConnectionAborted, SshEnded(said))
                })),
            }
        })
    });
    let connector = connector.with_beyond(move |host, port| {
        let mut command = beyond_command(&ssh, &host, port);
        let (said, beyond) = (Arc::clone(&beyond.said), Arc::clone(&beyond));
        Box::pin(async move {
            let stream = dial::Piped::start(&mut command, beyond, |stderr| listen(stderr, said))?;
            Ok(Box::new(stream) as BoxedIo)
        })
    });
    Ok(connector.with_words(move || spoken.words()))
}

/// The way without a forward: `docker system dial-stdio` on the other machine, one run a stream, over one login.
pub(in crate::engine) async fn commands(ssh: &Ssh) -> Result<Connector, Error> {
    let master = Arc::new(start(ssh, Role::Master)?);
    ready(&master, Role::Master).await?;
    let (spoken, ssh) = (Arc::clone(&master), ssh.clone());
    let connector = Connector::new(move || {
        let mut command = dial_command(&ssh, &master.socket);
        let (said, master) = (Arc::clone(&master.said), Arc::clone(&master));
        Box::pin(async move {
            let stream = dial::Piped::start(&mut command, master, |stderr| listen(stderr, said))?;
            Ok(Box::new(stream) as BoxedIo)
        })
    });
    Ok(connector.with_words(move || spoken.words()))
}

/// Whether ssh got in, but the server does not forward.
pub(in crate::engine) fn refuses_forward(error: &Error) -> bool {
    let Error::Ssh(said) = error else {
        return false;
    };
    let words = ["forward", "open failed", "administratively prohibited"];
    words.iter().any(|word| said.english().contains(word))
}

/// Waits until the process serves its socket.
async fn ready(forward: &Forward, role: Role) -> Result<(), Error> {
    let ready = tokio::time::timeout(SETUP, async {
        loop {
            let serves = match role {
                Role::Forward => UnixStream::connect(&forward.socket).await.is_ok(),
                // It appears when it is served.
                Role::Master => forward.socket.exists(),
            };
            if serves {
                return Ok(());
            }
            if forward.ended().is_some() {
                // Its last words may still be on the way through the pipe.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return Err(Error::ssh(forward.ended().unwrap_or_default()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    ready.unwrap_or_else(|_| {
        let said = forward.words();
        Err(Error::ssh(if said.is_empty() {
            Words::ours(|| {
                say!(
                    "no answer within {span}",
                    span = format!("{} s", SETUP.as_secs())
                )
            })
        } else {
            Words::as_is(said)
        }))
    })
}

fn start(ssh: &Ssh, role: Role) -> Result<Forward, Error> {
    let ours = |say: &dyn Fn() -> String| Error::ssh(Words::ours(say));
    let folder = private_folder()
        .map_err(|error| ours(&|| say!("no folder for its socket: {error}", error)))?;
    let socket = folder.join("engine.sock");
    let mut command = match role {
        Role::Forward => forward_command(ssh, &socket),
        Role::Master => master_command(ssh, &socket),
    };
    let mut child = command
        .spawn()
        .map_err(|error| ours(&|| say!("cannot start ssh: {error}", error)))?;
    let said = Arc::new(Mutex::new(Vec::new()));
    if let Some(stderr) = child.stderr.take() {
        listen(stderr, Arc::clone(&said));
    }
    Ok(Forward {
        child: Mutex::new(child),
        socket,
        folder,
        said,
    })
}

/// Keeps the last lines that a process says.
fn listen(stderr: ChildStderr, said: Arc<Mutex<Vec<String>>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.len() == KEPT_LINES {
                said.remove(0);
            }
            said.push(line.trim().chars().take(300).collect());
        }
    });
}

/// `ssh -NT -L ours:theirs`
fn forward_command(ssh: &Ssh, socket: &Path) -> Command {
    let mut forward = socket.as_os_str().to_owned();
    forward.push(":");
    forward.push(&ssh.socket);
    let mut command = Command::new("ssh");
    for option in [
        "ExitOnForwardFailure=yes",
        "StreamLocalBindMask=0177",
        "StreamLocalBindUnlink=yes",
        "ControlMaster=no",
        "ControlPath=none",
    ] {
        command.arg("-o").arg(option);
    }
    command.arg("-NT").arg("-L").arg(forward);
    to_host(&mut command, ssh);
    command
}

/// `ssh -NT`, whose login others share.
fn master_command(ssh: &Ssh, socket: &Path) -> Command {
    let mut command = Command::new("ssh");
    command.arg("-NT").arg("-o").arg("ControlMaster=yes");
    command.arg("-o").arg("ControlPersist=no");
    command.arg("-S").arg(socket);
    to_host(&mut command, ssh);
    command
}

/// `ssh HOST docker system dial-stdio`, over the master's login.
fn dial_command(ssh: &Ssh, master: &Path) -> Command {
    let mut command = Command::new("ssh");
    command.arg("-T").arg("-o").arg("ControlMaster=no");
    command.arg("-S").arg(master);
    to_host(&mut command, ssh);
    command.arg("docker");
    if ssh.socket != Path::new(REMOTE_SOCKET) {
        let path = ssh.socket.display().to_string().replace('\'', "'\\''");
        command.arg("--host").arg(format!("'unix://{path}'"));
    }
    command.args(["system", "dial-stdio"]).stdin(Stdio::piped());
    command.stdout(Stdio::piped());
    command
}

/// `ssh -W address:port HOST`: one stream to what the other machine can reach.
fn beyond_command(ssh: &Ssh, address: &str, port: u16) -> Command {
    let mut command = Command::new("ssh");
    command.arg("-T").arg("-o").arg("ControlMaster=no");
    command.arg("-o").arg("ControlPath=none");
    command
        .arg("-W")
        .arg(super::super::endpoint::bracketed(address, port));
    to_host(&mut command, ssh);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Whom to reach, never asking anything on the terminal. A user's own `LogLevel` would keep the words from us that say what
/// failed, by which another way is chosen.
fn to_host(command: &mut Command, ssh: &Ssh) {
    for option in [
        "BatchMode=yes",
        "ConnectTimeout=15",
        "ServerAliveInterval=15",
        "ServerAliveCountMax=3",
        "LogLevel=INFO",
    ] {
        command.arg("-o").arg(option);
    }
    if let Some(port) = ssh.port {
        command.arg("-p").arg(port.to_string());
    }
    if let Some(user) = &ssh.user {
        command.arg("-l").arg(user);
    }
    // `--` keeps a host that begins with a dash from being read as an option.
    command.arg("--").arg(&ssh.host);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // Away from our terminal's process group: Ctrl-C is ours, not ssh's.
    command.process_group(0);
}

/// A fresh folder only we may enter, short enough for a socket's path.
fn private_folder() -> io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let base = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|path| path.is_dir())
        .unwrap_or_else(std::env::temp_dir);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("stacktui-{}-{number}", std::process::id()));
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => {}
            Err(e) => return Err(e),
        }
    }
}

/// The reason inside an `io::Error` of a forward whose ssh has gone.
#[derive(Debug)]
struct SshEnded(Words);

impl std::fmt::Display for SshEnded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for SshEnded {}

/// ssh's last words inside an `io::Error`.
pub(in crate::engine) fn said(error: &io::Error) -> Option<Words> {
    let inner = error.get_ref()?.downcast_ref::<SshEnded>()?;
    Some(inner.0.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why a server forwards nothing is told at this level and above it.
    #[test]
    fn what_ssh_says_does_not_depend_on_the_users_settings() {
        let ssh = Ssh {
            user: None,
            host: "web".to_owned(),
            port: None,
            socket: PathBuf::from(REMOTE_SOCKET),
        };
        let socket = Path::new("s");
        for command in [
            forward_command(&ssh, socket),
            master_command(&ssh, socket),
            dial_command(&ssh, socket),
            beyond_command(&ssh, "10.0.0.2", 80),
        ] {
            let words: Vec<_> = command.as_std().get_args().collect();
            assert!(words.contains(&"LogLevel=INFO".as_ref()), "{words:?}");
        }
    }
}
