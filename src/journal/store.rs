//! The journal's directory on disk: whose it may be, how a line is added so that no other process can break it.
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::sys::statvfs::statvfs;
use nix::unistd::Uid;
use sha2::{Digest, Sha256};

use super::JournalError;
use super::head::{self, Head};

/// Waits of this length, so many times, for another process to finish its line.
const LOCK_WAIT: Duration = Duration::from_millis(2);
const LOCK_TRIES: u32 = 1500;
/// Bytes read at a time when looking for the start of the last line.
const BLOCK: u64 = 16 * 1024;

/// A directory that was found safe.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
}

/// `sha256:` and the hash of a line without its newline.
pub(super) fn hash(line: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(line) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The monthly files of a directory, oldest first; none when there is no directory.
pub(super) fn months(dir: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let listing = match std::fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(key!("list" as "file"), dir)(error)),
    };
    let mut files = Vec::new();
    for entry in listing {
        let entry = entry.map_err(io(key!("list" as "file"), dir))?;
        if is_month(&entry.file_name().to_string_lossy()) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn is_month(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    name.strip_suffix(".jsonl")
        .and_then(|stem| stem.split_once('-'))
        .is_some_and(|(y, m)| y.len() == 4 && m.len() == 2 && digits(y) && digits(m))
}

/// Wraps an error with what was being done, a word of the catalogue's.
pub(super) fn io(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> JournalError + use<> {
    let path = path.to_owned();
    move |source| JournalError::Io {
        doing,
        path,
        source,
    }
}

/// Opens a monthly file for reading, never through a link.
pub(super) fn open_read(path: &Path) -> Result<File, JournalError> {
    OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits())
        .open(path)
        .map_err(io(key!("read" as "file"), path))
}

impl Store {
    /// Makes the directory where needed and checks that it is ours alone.
    pub(super) fn open(dir: &Path) -> Result<Self, JournalError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(io(key!("make" as "file"), dir))?;
        let meta = std::fs::metadata(dir).map_err(io(key!("look at" as "file"), dir))?;
        check(dir, meta.uid(), meta.mode(), "0700")?;
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Adds one line to a month's file (`2026-11`): `line` is given the hash of the line before. With `sync`, the line is
    /// on disk when this returns.
    pub(super) fn append(
        &self,
        month: &str,
        sync: bool,
        line: impl FnOnce(Option<String>) -> String,
    ) -> Result<(), JournalError> {
        let _lock = self.lock()?;
        let path = self.dir.join(format!("{month}.jsonl"));
        let mut file = open_write(&path, OFlag::O_APPEND)?;
        let last = last_line(&mut file).map_err(io(key!("read" as "file"), &path))?;
        let (there, torn) = match last {
            Some(last) => (Some(hash(&last.bytes)), last.torn),
            None => (self.last_before(&path)?, false),
        };
        let (head, prev) = head::follow(&self.dir, there)?;
        let mut text = line(prev);
        let head = Head {
            lines: head.lines + 1,
            last: Some(hash(text.as_bytes())),
            ..head
        };
        text.push('\n');
        if torn {
            // A line that was cut off by a crash keeps its own line, so that it spoils no other.
            text.insert(0, '\n');
        }
        write_once(&mut file, text.as_bytes()).map_err(io(key!("write" as "file"), &path))?;
        if sync {
            file.sync_data()
                .map_err(io(key!("write" as "file"), &path))?;
        }
        head::write(&self.dir, &head, sync)
    }

    /// See [`super::Journal::check`].
    pub(super) fn check(&self) -> Result<(), JournalError> {
        let _lock = self.lock()?;
        if let Some(newest) = months(&self.dir)?.last() {
            open_write(newest, OFlag::O_APPEND)?;
        }
        let space = statvfs(&self.dir)
            .map_err(|errno| io(key!("look at" as "file"), &self.dir)(errno.into()))?;
        if space.blocks_available() == 0 {
            return Err(io(key!("write" as "file"), &self.dir)(Errno::ENOSPC.into()));
        }
        Ok(())
    }

    /// Removes the months before `oldest` (`2026-11`).
    pub(super) fn prune(&self, oldest: &str) -> Result<usize, JournalError> {
        let _lock = self.lock()?;
        let mut gone = 0;
        for path in months(&self.dir)? {
            let month = path.file_stem().unwrap_or_default().to_string_lossy();
            if *month >= *oldest {
                break;
            }
            let meta =
                std::fs::symlink_metadata(&path).map_err(io(key!("look at" as "file"), &path))?;
            if meta.is_file() && meta.uid() == Uid::effective().as_raw() {
                std::fs::remove_file(&path).map_err(io(key!("remove" as "file"), &path))?;
                gone += 1;
            }
        }
        if gone > 0 {
            head::shortened(&self.dir)?;
        }
        Ok(gone)
    }

    /// One lock for all months: the chain goes on from one to the next.
    fn lock(&self) -> Result<Flock<File>, JournalError> {
        let path = self.dir.join("lock");
        let mut file = open_write(&path, OFlag::empty())?;
        for _ in 0..LOCK_TRIES {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(lock) => return Ok(lock),
                Err((back, Errno::EWOULDBLOCK | Errno::EINTR)) => file = back,
                Err((_, errno)) => return Err(io(key!("lock" as "file"), &path)(errno.into())),
            }
            std::thread::sleep(LOCK_WAIT);
        }
        Err(JournalError::Busy { path })
    }

    /// The hash of the last line of the newest file before this one.
    fn last_before(&self, path: &Path) -> Result<Option<String>, JournalError> {
        let files = months(&self.dir)?;
        let Some(before) = files.iter().rev().find(|file| file.as_path() < path) else {
            return Ok(None);
        };
        let last =
            last_line(&mut open_read(before)?).map_err(io(key!("read" as "file"), before))?;
        Ok(last.map(|last| hash(&last.bytes)))
    }
}

/// Opens for writing, made 0600 where needed, never through a link; refuses what is not ours alone.
pub(super) fn open_write(path: &Path, flags: OFlag) -> Result<File, JournalError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags((flags | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits())
        .open(path)
        .map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::ELOOP) => JournalError::Unsafe {
                path: path.to_owned(),
                why: say!("it is a symbolic link").to_owned(),
                advice: say!("remove it").to_owned(),
            },
            _ => io(key!("open" as "file"), path)(error),
        })?;
    let meta = file
        .metadata()
        .map_err(io(key!("look at" as "file"), path))?;
    if !meta.is_file() {
        return Err(JournalError::Unsafe {
            path: path.to_owned(),
            why: say!("it is no plain file").to_owned(),
            advice: say!("remove it").to_owned(),
        });
    }
    check(path, meta.uid(), meta.mode(), "0600")?;
    Ok(file)
}

fn check(path: &Path, owner: u32, mode: u32, want: &str) -> Result<(), JournalError> {
    let me = Uid::effective().as_raw();
    let (why, advice) = if owner != me {
        (
            say!("it belongs to user {owner}, not to user {me}", owner, me),
            say!("set `journal.path` to a directory of your own").to_owned(),
        )
    } else if mode & 0o077 != 0 {
        (
            say!(
                "others may use it (mode {mode})",
                mode = format_args!("{:04o}", mode & 0o7777)
            ),
            say!("run: chmod {want} {path}", want, path = path.display()),
        )
    } else {
        return Ok(());
    };
    Err(JournalError::Unsafe {
        path: path.to_owned(),
        why,
        advice,
    })
}

/// One write(2) for the whole line. A short write (a full disk) is an error: its rest would come too late.
pub(super) fn write_once(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    loop {
        match file.write(bytes) {
            Ok(n) if n == bytes.len() => return Ok(()),
            Ok(n) => {
                return Err(std::io::Error::new(
                    ErrorKind::WriteZero,
                    say!("only {n} of {all} bytes fitted", n, all = bytes.len()),
                ));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The bytes after the last newline but one.
struct LastLine {
    bytes: Vec<u8>,
    /// It has no newline of its own.
    torn: bool,
}

/// The file's last line; `None` when it is empty.
fn last_line(file: &mut File) -> std::io::Result<Option<LastLine>> {
    let len = file.metadata()?.len();
    let mut start = len;
    let mut bytes: Vec<u8> = Vec::new();
    while start > 0 {
        let from = start.saturating_sub(BLOCK);
        let mut block = vec![0; usize::try_from(start - from).unwrap_or_default()];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut block)?;
        block.extend_from_slice(&bytes);
        bytes = block;
        start = from;
        let body = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        if let Some(at) = body.iter().rposition(|b| *b == b'\n') {
            bytes.drain(..=at);
            break;
        }
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    let torn = bytes.last() != Some(&b'\n');
    if !torn {
        bytes.pop();
    }
    Ok(Some(LastLine { bytes, torn }))
}
