//! Which captured mails were read, kept for later runs: a small TOML file of their ids by the name of their server, the newest
//! last. A convenience: when it cannot be read it is as if it were empty.
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file;

/// Ids that are kept of one server; with all that is bounded here the file stays below what is read of one.
const IDS: usize = 500;
/// Servers that are kept.
const SERVERS: usize = 16;
/// An id that is longer is none of a server we know.
const LONGEST: usize = 100;

/// Ids by server.
pub type Read = BTreeMap<String, Vec<String>>;

/// The file: the server of which something was read last stands last.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    server: Vec<Server>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Server {
    name: String,
    ids: Vec<String>,
}

fn kept(path: &Path) -> Kept {
    file::read(path, false)
        .ok()
        .and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default()
}

/// What was read in earlier runs.
pub fn recall_read(path: &Path) -> Read {
    let servers = kept(path).server.into_iter();
    servers.map(|server| (server.name, server.ids)).collect()
}

/// Adds mails of a server to those that were read; of too many the ones read longest ago are let go, and of too many servers
/// the one of which nothing was read for longest. Another program that does the same waits, so that nothing of either is lost.
pub fn remember_read(path: &Path, server: &str, ids: &[String]) -> std::io::Result<()> {
    let _turn = file::turn(path)?;
    let mut all = kept(path);
    let known = all.server.iter().position(|known| known.name == server);
    let mut of_server = known.map_or_else(Vec::new, |known| all.server.remove(known).ids);
    of_server.retain(|id| !ids.contains(id));
    let plain = |id: &&String| id.len() <= LONGEST && id.bytes().all(|b| b.is_ascii_graphic());
    of_server.extend(ids.iter().filter(plain).cloned());
    of_server.drain(..of_server.len().saturating_sub(IDS));
    all.server.push(Server {
        name: server.to_owned(),
        ids: of_server,
    });
    let excess = all.server.len().saturating_sub(SERVERS);
    all.server.drain(..excess);
    let text = toml::to_string(&all).map_err(std::io::Error::other)?;
    file::replace(path, &text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn ids(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| format!("id=\"{n}\"@host")).collect()
    }

    #[test]
    fn what_was_read_is_there_again_and_only_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/mail-read.toml");
        assert!(recall_read(&path).is_empty());
        remember_read(&path, "srv/mailhog", &ids(0..2)).unwrap();
        remember_read(&path, "srv/mailpit", &ids(5..6)).unwrap();
        remember_read(&path, "srv/mailhog", &ids(1..3)).unwrap();
        let all = recall_read(&path);
        assert_eq!(all["srv/mailhog"], ids(0..3));
        assert_eq!(all["srv/mailpit"], ids(5..6));
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "no part stays behind");
    }

    #[test]
    fn it_is_bounded_whatever_servers_say() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail-read.toml");
        for server in 0..SERVERS + 5 {
            remember_read(&path, &format!("srv/{server}"), &ids(0..3)).unwrap();
        }
        assert_eq!(recall_read(&path).len(), SERVERS);
        remember_read(&path, "srv/x", &ids(0..450)).unwrap();
        remember_read(&path, "srv/x", &ids(450..600)).unwrap();
        remember_read(
            &path,
            "srv/x",
            &["x".repeat(LONGEST + 1), "\u{1b}[2J".to_owned()],
        )
        .unwrap();
        assert_eq!(recall_read(&path)["srv/x"], ids(100..600));
        for server in 0..SERVERS {
            let longest: Vec<String> = (0..IDS).map(|n| format!("\"\\{n:0>98}")).collect();
            remember_read(&path, &format!("srv/{server}"), &longest).unwrap();
        }
        assert_eq!(
            recall_read(&path).len(),
            SERVERS,
            "it is read however full it is"
        );
    }

    #[test]
    fn the_server_that_was_read_longest_ago_is_let_go_whatever_it_is_called() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail-read.toml");
        remember_read(&path, "a/first", &ids(0..1)).unwrap();
        for server in 0..SERVERS - 1 {
            remember_read(&path, &format!("z/{server}"), &ids(0..1)).unwrap();
        }
        remember_read(&path, "a/first", &ids(1..2)).unwrap();
        remember_read(&path, "b/new", &ids(0..1)).unwrap();
        let all = recall_read(&path);
        assert_eq!(all.len(), SERVERS);
        assert_eq!(all["a/first"], ids(0..2));
        assert!(!all.contains_key("z/0"), "the one for longest");
    }

    #[test]
    fn of_several_programs_at_once_none_loses_what_another_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail-read.toml");
        std::thread::scope(|scope| {
            for program in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for n in 0..25 {
                        let one = ids(program * 100 + n..program * 100 + n + 1);
                        remember_read(path, &format!("srv/{}", n % 2), &one).unwrap();
                    }
                });
            }
        });
        let all = recall_read(&path);
        let count: usize = all.values().map(Vec::len).sum();
        assert_eq!((all.len(), count), (2, 100));
    }

    #[test]
    fn a_broken_file_is_as_if_it_were_empty() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail-read.toml");
        std::fs::write(&path, "srv = 3 [").unwrap();
        assert!(recall_read(&path).is_empty());
        remember_read(&path, "srv/mailhog", &ids(0..1)).unwrap();
        assert_eq!(recall_read(&path)["srv/mailhog"], ids(0..1));
    }
}
