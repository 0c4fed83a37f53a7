//! Who sits at this run of the program: what the kernel knows, and what the environment claims.
use std::path::Path;

use nix::unistd::{Uid, User, gethostname};

/// The person, the way in, and the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// Short and random: tells runs apart.
    pub id: String,
    pub user: String,
    pub uid: u32,
    /// The kernel's word for who logged in, when it has one; survives sudo.
    pub login_uid: Option<u32>,
    /// Claimed by the environment, like all that follow but `pid` and `host`.
    pub sudo_user: Option<String>,
    /// `203.0.113.7:51544`, out of `SSH_CONNECTION`.
    pub ssh: Option<String>,
    /// Our end of it.
    pub server: Option<String>,
    pub tty: Option<String>,
    pub term: Option<String>,
    pub pid: u32,
    /// The machine this program runs on.
    pub host: String,
}

impl Session {
    /// Asks the kernel, the user database and this environment.
    pub fn from_process(env: impl Fn(&str) -> Option<String>) -> Self {
        let uid = Uid::current();
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let user = User::from_uid(uid).ok().flatten().map(|user| user.name);
        let (ssh, server) = env("SSH_CONNECTION")
            .and_then(|text| ends(&text))
            .map_or((None, None), |(ssh, server)| (Some(ssh), Some(server)));
        Self {
            id: format!("{:06x}", ulid::Ulid::generate().random() & 0xff_ffff),
            user: user.unwrap_or_else(|| uid.to_string()),
            uid: uid.as_raw(),
            login_uid: std::fs::read_to_string("/proc/self/loginuid")
                .ok()
                .and_then(|text| login_uid(&text)),
            sudo_user: env("SUDO_USER"),
            ssh,
            server,
            tty: env("SSH_TTY").or_else(terminal),
            term: env("TERM"),
            pid: std::process::id(),
            host: gethostname()
                .ok()
                .and_then(|name| name.into_string().ok())
                .unwrap_or_default(),
        }
    }
}

/// The kernel's "nobody logged in" is the largest number.
fn login_uid(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

/// `client port server port` to two addresses with ports.
fn ends(connection: &str) -> Option<(String, String)> {
    let mut words = connection.split_whitespace();
    let mut end = || {
        let (ip, port) = (words.next()?, words.next()?);
        let port: u16 = port.parse().ok()?;
        Some(if ip.contains(':') {
            format!("[{ip}]:{port}")
        } else {
            format!("{ip}:{port}")
        })
    };
    Some((end()?, end()?))
}

fn terminal() -> Option<String> {
    let path = std::fs::read_link("/proc/self/fd/0").ok()?;
    (path.starts_with("/dev/pts") || is_tty(&path)).then(|| path.display().to_string())
}

fn is_tty(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("tty"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ssh_connection_names_both_ends() {
        let (ssh, server) = ends("203.0.113.7 51544 192.0.2.10 22").unwrap();
        assert_eq!(
            (ssh.as_str(), server.as_str()),
            ("203.0.113.7:51544", "192.0.2.10:22")
        );
        let (ssh, _) = ends("2001:db8::7 51544 2001:db8::1 22").unwrap();
        assert_eq!(ssh, "[2001:db8::7]:51544");
        for odd in ["", "UNKNOWN", "a b c", "203.0.113.7 x 192.0.2.10 22"] {
            assert_eq!(ends(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_unset_login_is_none() {
        assert_eq!(login_uid("1000\n"), Some(1000));
        assert_eq!(login_uid("4294967295"), None);
        assert_eq!(login_uid(""), None);
    }

    #[test]
    fn the_process_knows_itself() {
        let session = Session::from_process(|name| (name == "SUDO_USER").then(|| "jean".into()));
        assert_eq!(session.sudo_user.as_deref(), Some("jean"));
        assert_eq!(session.pid, std::process::id());
        assert!(!session.user.is_empty());
        assert_eq!(session.id.len(), 6);
        assert_eq!(session.ssh, None);
    }
}
