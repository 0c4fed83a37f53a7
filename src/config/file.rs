//! Reading a settings file, when it is one that only its owner can change, and writing what the program keeps for itself.
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::unistd::Uid;

/// Bytes; a settings file that is larger is none.
const SIZE_MAX: u64 = 1024 * 1024;

/// The file's text; empty when it is not there and need not be. The error is for a person.
pub(super) fn read(path: &Path, must_exist: bool) -> Result<String, String> {
    let failed = |error: &std::io::Error| format!("cannot be read: {error}");
    let file = match OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits())
        .open(path)
    {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => {
            return Ok(String::new());
        }
        Err(error) => return Err(failed(&error)),
    };
    let meta = file.metadata().map_err(|error| failed(&error))?;
    if !meta.is_file() {
        return Err("is no plain file".to_owned());
    }
    let me = Uid::effective().as_raw();
    if meta.uid() != me && meta.uid() != 0 {
        return Err(format!(
            "belongs to user {}, who could change what this program does for you",
            meta.uid()
        ));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(format!(
            "others may write it (mode {:04o}); run: chmod go-w {}",
            meta.mode() & 0o7777,
            path.display()
        ));
    }
    if meta.len() > SIZE_MAX {
        return Err("is too large for settings".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(SIZE_MAX)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
}

/// The turn of one program to read a file and write it anew: others wait until it is dropped, or their program ends.
pub(super) fn turn(path: &Path) -> std::io::Result<Flock<File>> {
    let dir = folder(path)?;
    // The folder itself is locked: the file is another one after each write.
    Flock::lock(File::open(dir)?, FlockArg::LockExclusive).map_err(|(_, errno)| errno.into())
}

/// The folder of a file that the program keeps for itself; it is made where it is not there.
fn folder(path: &Path) -> std::io::Result<&Path> {
    let dir = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    Ok(dir)
}

/// Replaces a file whole, so that a reader never sees half of it; only its owner can read it.
pub(super) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    folder(path)?;
    let part = path.with_extension(format!("part-{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // Only to leave nothing behind; the write's own error is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    written
}
