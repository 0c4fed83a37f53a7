//! A look into a volume: a helper container that mounts it, what `stat` in it says of a directory, what `cat` says of a file.
//!
//! Why a container that runs: the engine's archive of a directory brings every byte below it (220 MB for eight names, measured),
//! so a list needs a process. It then reads the files too, which spares a second way. What the helper can do is little: no
//! network, the volume and its own root read-only, no capability but to read what belongs to others. It lives on its standard
//! input: when our connection ends, in whatever way, it ends and the engine removes it; only one that was never started can be
//! left, and the next look removes that.
//!
//! Names are bytes of others: they go in as octal digits and come out between marks that they cannot know.
use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::exec::{Exec, ExecRequest};
use super::logs::Demux;
use super::raw::{Hijacked, within};
use super::verb::HELPER_LABEL;
use super::wire::{clean, escape, items, member, query, text, whole};
use super::{BODY_LIMIT, CALL_LIMIT, Engine, Error, LIST_LIMIT};
use crate::lang::Words;
use crate::model::LogStream;
use crate::model::browse::{DirEntry, Directory, EntryKind, VolumePath};

/// Where the volume is in the helper: no image has this directory.
const PLACE: &str = "/stacktui-volume";
/// What the helper's label says of it.
const BROWSES: &str = "browse";
/// Making it waits for the disk, and for the volume's driver.
const MAKE_LIMIT: Duration = Duration::from_secs(60);
/// Bytes read of a directory: some ten thousand names.
const LIST_CAP: usize = 1 << 20;
/// How long a directory may take.
const LIST_TIME: Duration = Duration::from_secs(15);
/// A file that gives nothing for so long has stalled.
const FILE_SILENCE: Duration = Duration::from_secs(30);
/// Bytes kept of what a command complains of.
const WORDS_CAP: usize = 4096;
/// One that was made and not started for so long is nobody's any more, in seconds.
const ABANDONED: i64 = 60;

/// Goes to the place that `$1` says in octal and, after a word of ours that no complaint begins with, lists it. Busybox and
/// coreutils both know these words.
const LIST: &str = r#"p=$(printf '%bx' "$1"); cd -P -- "${p%x}" && case "$PWD/" in "$4"/*) ;; *) echo left the volume >&2; exit 3;; esac &&
find . -mindepth 1 -maxdepth 1 -exec stat -c "$2" {} + | head -c "$3""#;
/// Writes the file that `$1` says.
const READ: &str = r#"p=$(printf '%bx' "$1"); exec cat -- "${p%x}""#;
/// The same, no more than `$2` bytes.
const READ_SOME: &str = r#"p=$(printf '%bx' "$1"); exec head -c "$2" -- "${p%x}""#;

/// A helper that was started.
#[derive(Debug)]
pub struct Window {
    pub id: String,
    /// It ends when this is dropped.
    pub tie: Hijacked,
}

/// What a command complained of and how it ended.
struct Said {
    err: Vec<u8>,
    code: i64,
}

/// `\0101\0057`: bytes that no quoting and no JSON can harm, as `printf %b` reads them.
fn octal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\0{byte:03o}")).collect()
}

fn place(path: &VolumePath) -> String {
    let mut whole = PLACE.as_bytes().to_vec();
    whole.extend(path.bytes());
    octal(&whole)
}

/// Parts the answer at the marks. What follows the last whole entry was cut off.
fn entries(out: &[u8], mark: &str, cut: bool) -> Vec<DirEntry> {
    let begin = format!("{mark}<");
    let mut parts = split(out, begin.as_bytes());
    // Before the first mark stands nothing; behind the last one, when cut, what is not whole.
    parts.remove(0);
    if cut {
        parts.pop();
    }
    let between = format!("{mark}>");
    let mut entries: Vec<DirEntry> = parts
        .into_iter()
        .filter_map(|part| entry(part.strip_suffix(b"\n").unwrap_or(part), between.as_bytes()))
        .collect();
    entries.sort_by(|a, b| {
        let files = |e: &DirEntry| e.kind != EntryKind::Directory;
        (files(a), &a.name).cmp(&(files(b), &b.name))
    });
    entries
}

/// Pieces of `bytes` between occurrences of `mark`, at least one.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for at in memchr::memmem::find_iter(bytes, mark) {
        pieces.extend(bytes.get(begin..at));
        begin = at + mark.len();
    }
    pieces.extend(bytes.get(begin..));
    pieces
}

/// `81a4 1024 1700000000 0 0 ./name`, the mark, and what `%N` says: `'./name' -> 'target'` for a link.
fn entry(part: &[u8], mark: &[u8]) -> Option<DirEntry> {
    let &[head, tail] = split(part, mark).as_slice() else {
        return None;
    };
    let mut words = head.splitn(6, |byte| *byte == b' ');
    let mut number = |radix| {
        let word = std::str::from_utf8(words.next()?).ok()?;
        u64::from_str_radix(word, radix).ok()
    };
    let (mode, size, seconds) = (number(16)?, number(10)?, number(10)?);
    let (uid, gid) = (number(10)?, number(10)?);
    let path = words.next()?;
    let mode = u32::try_from(mode).ok()?;
    let kind = EntryKind::of(mode);
    let name = path.strip_prefix(b"./")?;
    Some(DirEntry {
        shown: crate::text::sanitise_ident(name),
        name: name.to_vec(),
        kind,
        mode,
        size,
        uid: u32::try_from(uid).ok()?,
        gid: u32::try_from(gid).ok()?,
        modified: i64::try_from(seconds)
            .ok()
            .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0)),
        target: match kind {
            EntryKind::Link => target(tail, path).unwrap_or_default(),
            _ => String::new(),
        },
    })
}

/// Where a link leads: busybox quotes both names, coreutils (told to be literal) none.
fn target(told: &[u8], path: &[u8]) -> Option<String> {
    let quoted = [b"'", path, b"' -> '"].concat();
    let plain = [path, b" -> "].concat();
    let target = match told.strip_prefix(quoted.as_slice()) {
        Some(rest) => rest.strip_suffix(b"'")?,
        None => told.strip_prefix(plain.as_slice())?,
    };
    Some(crate::text::sanitise_ident(target))
}

impl Engine {
    /// Opens a volume for reading, by a helper of this image. Leaves nothing when it fails.
    ///
    /// # Errors
    /// No such volume, or the engine's refusal to make or start the helper.
    pub async fn open_volume(&self, volume: &str, image: &str) -> Result<Window, Error> {
        // A mount of a volume that is not there would make one.
        let asked = format!("/volumes/{}", escape(volume));
        self.raw().get_json(&asked, BODY_LIMIT, CALL_LIMIT).await?;
        let body = helper(volume, image);
        let made = self
            .raw()
            .post_json("/containers/create", &body, MAKE_LIMIT);
        let (_, made) = made.await?;
        let id = text(member(&made, "Id"));
        match self.start_helper(&id).await {
            Ok(tie) => {
                self.remove_abandoned(&id).await;
                Ok(Window { id, tie })
            }
            Err(error) => {
                // The first failure is the one to tell.
                let _ = self.remove_id(&id, true).await;
                Err(error)
            }
        }
    }

    /// Its input is held before it starts: without one it would end at once.
    async fn start_helper(&self, id: &str) -> Result<Hijacked, Error> {
        let tie = self.attach(id, true).await?;
        let start = format!("/containers/{}/start", escape(id));
        self.raw()
            .post_json(&start, &Value::Null, MAKE_LIMIT)
            .await?;
        Ok(tie)
    }

    /// Helpers that a program made and, killed, never started: those are older than ours by the engine's own clock, and do not
    /// run. One that runs ends with its program.
    async fn remove_abandoned(&self, ours: &str) {
        let filters = json!({"label": [format!("{HELPER_LABEL}={BROWSES}")]}).to_string();
        let path = format!(
            "/containers/json{}",
            query(&[("all", "1"), ("filters", &filters)])
        );
        let Ok(found) = self.raw().get_json(&path, BODY_LIMIT, LIST_LIMIT).await else {
            return;
        };
        let id = |helper: &Value| text(member(helper, "Id"));
        let created = |helper: &Value| whole(member(helper, "Created")).unwrap_or(i64::MAX);
        let Some(now) = items(&found).iter().find(|helper| id(helper) == ours) else {
            return;
        };
        let before = created(now).saturating_sub(ABANDONED);
        for helper in items(&found) {
            if text(member(helper, "State")) != "running" && created(helper) <= before {
                let _gone = self.remove_id(&id(helper), true).await;
            }
        }
    }

    /// The names in a directory.
    ///
    /// # Errors
    /// It is not there, is no directory, or the helper is gone.
    pub async fn list_volume(&self, helper: &str, path: &VolumePath) -> Result<Directory, Error> {
        let mark = format!("{:032x}", u128::from_be_bytes(mark_bytes()));
        // `%n` and `%N` are names; all else is numbers.
        let format = format!("{mark}<%f %s %Y %u %g %n{mark}>%N");
        let cap = LIST_CAP.to_string();
        let words = ["sh", "-c", LIST, "sh", &place(path), &format, &cap, PLACE];
        let mut out = Vec::new();
        let said = within(LIST_TIME, self.command(helper, &words, &mut out)).await?;
        // One name that is gone meanwhile fails the whole of `find`; what it found stands.
        if out.is_empty() && (said.code != 0 || !said.err.is_empty()) {
            return Err(complaint(&said));
        }
        let cut = out.len() >= LIST_CAP;
        Ok(Directory {
            entries: entries(&out, &mark, cut),
            cut,
        })
    }

    /// The first bytes of a file, and whether there are more.
    ///
    /// # Errors
    /// It is not there, or the helper is gone.
    pub async fn read_volume(
        &self,
        helper: &str,
        path: &VolumePath,
        most: usize,
    ) -> Result<(Vec<u8>, bool), Error> {
        let one_more = (most + 1).to_string();
        let words = ["sh", "-c", READ_SOME, "sh", &place(path), &one_more];
        let mut bytes = Vec::new();
        let said = self.command(helper, &words, &mut bytes).await?;
        if said.code != 0 {
            return Err(complaint(&said));
        }
        let cut = bytes.len() > most;
        bytes.truncate(most);
        Ok((bytes, cut))
    }

    /// Writes all bytes of a file to `out`.
    ///
    /// # Errors
    /// It is not there, the helper is gone, or `out` takes no more.
    pub async fn copy_volume(
        &self,
        helper: &str,
        path: &VolumePath,
        out: impl AsyncWrite + Unpin,
    ) -> Result<(), Error> {
        let words = ["sh", "-c", READ, "sh", &place(path)];
        let said = self.command(helper, &words, out).await?;
        if said.code != 0 {
            return Err(complaint(&said));
        }
        Ok(())
    }

    /// Runs a command in the helper to its end; what it writes goes to `out` as it comes.
    async fn command(
        &self,
        helper: &str,
        words: &[&str],
        mut out: impl AsyncWrite + Unpin,
    ) -> Result<Said, Error> {
        let request = ExecRequest {
            command: words.iter().map(|word| (*word).to_owned()).collect(),
            environment: ["LC_ALL=C", "QUOTING_STYLE=literal"]
                .map(str::to_owned)
                .to_vec(),
            ..ExecRequest::default()
        };
        let Exec { id, mut pipe } = Box::pin(self.exec(helper, &request)).await?;
        let mut demux = Demux::new(false);
        let (mut err, mut piece) = (Vec::new(), Vec::new());
        let mut buffer = vec![0u8; 64 << 10];
        loop {
            let read = timeout(FILE_SILENCE, pipe.read(&mut buffer)).await;
            let count = read.map_err(|_| Error::TimedOut {
                after: FILE_SILENCE,
            })??;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            piece.clear();
            demux.push(bytes, |frame| match frame.stream {
                LogStream::Stderr => {
                    let room = WORDS_CAP.saturating_sub(err.len()).min(frame.bytes.len());
                    err.extend_from_slice(frame.bytes.get(..room).unwrap_or_default());
                }
                _ => piece.extend_from_slice(frame.bytes),
            })?;
            out.write_all(&piece).await?;
        }
        out.flush().await?;
        match self.exec_ended(&id).await? {
            Some(code) => Ok(Said { err, code }),
            None => Err(Error::Cut),
        }
    }
}

/// What the command complained of, without the shell's own head and our place.
fn complaint(said: &Said) -> Error {
    let words = clean(&String::from_utf8_lossy(said.err.trim_ascii()));
    let words = words.replace(PLACE, "");
    let last = words.rsplit(": ").next().unwrap_or_default().trim();
    match last {
        "" => {
            Error::unsupported(|| say!("the helper's command ended with {code}", code = said.code))
        }
        last => Error::Unsupported(Words::as_is(last)),
    }
}

/// Random enough that no name in a volume can hold it.
fn mark_bytes() -> [u8; 16] {
    let mut bytes = [0u8; 16];
    for byte in &mut bytes {
        *byte = fastrand::u8(..);
    }
    bytes
}

fn helper(volume: &str, image: &str) -> Value {
    let labels: HashMap<&str, &str> =
        HashMap::from([(HELPER_LABEL, BROWSES), ("stacktui.helper.for", volume)]);
    json!({
        "Image": image, "Entrypoint": ["cat"], "Cmd": [], "User": "0:0", "WorkingDir": "/",
        "OpenStdin": true, "StdinOnce": true, "AttachStdin": true, "AttachStdout": true, "AttachStderr": true,
        "Healthcheck": {"Test": ["NONE"]}, "Labels": labels,
        "HostConfig": {
            "AutoRemove": true, "NetworkMode": "none", "ReadonlyRootfs": true, "PidsLimit": 64,
            "CapDrop": ["ALL"], "CapAdd": ["DAC_READ_SEARCH"], "SecurityOpt": ["no-new-privileges"],
            // An empty volume would be filled from the image otherwise.
            "Mounts": [{"Type": "volume", "Source": volume, "Target": PLACE, "ReadOnly": true, "VolumeOptions": {"NoCopy": true}}]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "0123abcd";

    fn told(name: &[u8], mode: &str, of: &[u8]) -> Vec<u8> {
        let mut told = format!("{MARK}<{mode} 7 1700000000 999 50 ./").into_bytes();
        told.extend_from_slice(name);
        told.extend(format!("{MARK}>").bytes());
        told.extend_from_slice(of);
        told.push(b'\n');
        told
    }

    #[test]
    fn names_of_any_bytes_are_told_apart() {
        let names: [&[u8]; 6] = [
            b"plain",
            b"-rf",
            b"two\nlines",
            b"81a4 7 1 0 0 ./fake",
            b"\xff\xfe\x1b[2J",
            b"it's -> 'x'",
        ];
        let mut out = Vec::new();
        for name in names {
            out.extend(told(name, "81a4", b"whatever\nit is"));
        }
        out.extend(told(b"dir", "41ed", b"./dir"));
        out.extend(told(b"l", "a1ff", b"'./l' -> '/etc/passwd'"));
        out.extend(told(b"m", "a1ff", b"./m -> a b"));
        let found = entries(&out, MARK, false);
        assert_eq!(found[0].name, b"dir", "directories first");
        for name in names {
            let entry = found.iter().find(|entry| entry.name == name).unwrap();
            assert_eq!((entry.size, entry.uid, entry.gid), (7, 999, 50));
            assert!(!entry.shown.contains(['\u{1b}', '\n']));
        }
        assert_eq!(found.len(), names.len() + 3);
        let target = |name: &[u8]| {
            let entry = found.iter().find(|entry| entry.name == name);
            entry.unwrap().target.clone()
        };
        assert_eq!(
            (target(b"l").as_str(), target(b"m").as_str()),
            ("/etc/passwd", "a b")
        );
        assert!(entries(b"", MARK, false).is_empty());
    }

    #[test]
    fn what_is_cut_off_is_left_out() {
        let whole = [told(b"a", "81a4", b"./a"), told(b"b", "81a4", b"./b")].concat();
        for end in told(b"a", "81a4", b"./a").len()..whole.len() {
            let found = entries(&whole[..end], MARK, true);
            assert!(found.len() <= 1, "{end}");
            assert!(found.iter().all(|entry| entry.name == b"a"));
        }
    }

    #[test]
    fn a_path_is_octal_digits() {
        let path = VolumePath::default().join(b"\xff'");
        let place = place(&path);
        assert!(place.ends_with(r"\0057\0377\0047"), "{place}");
        assert!(
            place
                .bytes()
                .all(|byte| byte == b'\\' || byte.is_ascii_digit())
        );
    }
}
