//! The files of a project on this machine: read within bounds, and one written over, the old one kept.
//! Must not know the program that reads them. All of it blocks.
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::keep::{Store, digest};
use crate::lang::Words;
use crate::model::stack_file::{Body, Edited, FileOf, Role, Source, StackFile, Write as Change};
use crate::msg::{Failure, FailureKind};
use crate::text;

/// Most that is shown and edited of a file, in bytes: compose files are some KiB.
pub(super) const MOST: u64 = 1 << 20;

/// What a file holds, up to the bound.
#[derive(Debug)]
pub(super) struct Content {
    pub bytes: Vec<u8>,
    /// Of the whole file.
    pub length: u64,
}

impl Content {
    fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }
}

/// The lines of a file, made safe.
pub(super) fn lines(bytes: &[u8]) -> Vec<String> {
    let lines = text::sanitise_block(bytes).into_iter();
    lines.map(|line| line.text).collect()
}

/// Reads a file; `None`: it is not there. What is no file (a pipe would never end) is refused.
pub(super) fn content(path: &Path) -> io::Result<Option<Content>> {
    let metadata = match fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        metadata => metadata?,
    };
    if metadata.is_dir() {
        return Err(io::Error::other(Words::ours(|| {
            say!("a directory, not a file")
        })));
    }
    if !metadata.is_file() {
        return Err(io::Error::other(Words::ours(|| say!("not a regular file"))));
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(Some(Content {
        length: metadata.len().max(read as u64),
        bytes,
    }))
}

fn body(path: &Path) -> Body {
    let content = match content(path) {
        Ok(Some(content)) => content,
        Ok(None) => return Body::Gone,
        Err(error) => return Body::Unreadable(error.to_string()),
    };
    if content.bytes.contains(&0) {
        return Body::Unreadable(say!("binary: it is not text").to_owned());
    }
    let cut = content.is_cut();
    Body::Text {
        lines: lines(&content.bytes),
        bytes: content.length,
        // The bound may have cut a character in two.
        binary: !cut && std::str::from_utf8(&content.bytes).is_err(),
        cut,
    }
}

/// Every file as it is now.
pub fn read(files: &[FileOf], store: Option<&Store>) -> Vec<StackFile> {
    let one = |of: &FileOf| StackFile {
        of: of.clone(),
        body: body(Path::new(&of.path)),
        draft: store.is_some_and(|store| store.draft(of).exists()),
        versions: store.map_or_else(Vec::new, |store| store.versions(of)),
    };
    files.iter().map(one).collect()
}

/// Begins an edit in a private copy, or goes on with one; gives its path.
///
/// # Errors
/// The file cannot be read, or the copy not be made.
pub fn begin(file: &FileOf, store: &Store) -> Result<PathBuf, Failure> {
    let at = Path::new(&file.path);
    let content = content(at).map_err(|error| failed(&file.path, &error))?;
    if content.as_ref().is_some_and(Content::is_cut) {
        return Err(too_large(|| file.path.clone()));
    }
    let bytes = content.map_or_else(Vec::new, |content| content.bytes);
    store.begin(file, &bytes).map_err(|error| {
        let dir = store.draft(file).display().to_string();
        failed(&dir, &error)
    })
}

/// Compares an edit with its file.
///
/// # Errors
/// One of them cannot be read, or the edit is too large.
pub fn compare(file: &FileOf, store: &Store) -> Result<Edited, Failure> {
    let draft = store.draft(file);
    let shown = draft.display().to_string();
    let new = content(&draft).map_err(|error| failed(&shown, &error))?;
    let new = new.ok_or_else(|| failed(&shown, &io::Error::from(ErrorKind::NotFound)))?;
    if new.is_cut() {
        return Err(Failure {
            advice: say!("it is kept in {path}", path = shown),
            ..too_large(|| say!("the edit").to_owned())
        });
    }
    let old = content(Path::new(&file.path)).map_err(|error| failed(&file.path, &error))?;
    let same = old.map_or_else(Vec::new, |old| old.bytes) == new.bytes;
    if !same {
        return Ok(Edited::Changed);
    }
    store
        .discard(file)
        .map_err(|error| failed(&shown, &error))?;
    Ok(Edited::Unchanged)
}

/// Writes a file over with what was shown, after the old one is kept. Owner and mode stay; a link stays one.
///
/// # Errors
/// One of the two is not what was shown, or something cannot be written: then the file is as it was.
pub(super) fn write(change: &Change, store: &Store, now: DateTime<Utc>) -> Result<(), Failure> {
    let file = &change.file;
    let path = Path::new(&file.path);
    let old = content(path).map_err(|error| failed(&file.path, &error))?;
    if old.as_ref().map(|old| digest(&old.bytes)) != change.old_digest {
        return Err(changed(&file.path));
    }
    let from = store.path(file, &change.source);
    let from = content(&from).map_err(|error| failed(&change.kept, &error))?;
    let new = from.filter(|new| digest(&new.bytes) == change.new_digest);
    let new = new.ok_or_else(|| changed(&change.kept))?;
    // What is beyond the bound was neither shown nor compared, and would not be kept.
    if new.is_cut() || old.as_ref().is_some_and(Content::is_cut) {
        return Err(too_large(|| file.path.clone()));
    }
    let keep = |old: &Content| store.keep(file, &old.bytes, now);
    let kept = old.as_ref().map(keep).transpose();
    let kept = kept.map_err(|error| Failure {
        advice: say!("nothing was changed: the old file must be kept first").to_owned(),
        what: Words::ours(|| say!("the old version cannot be kept: {why}", why = error)),
        ..failed(&file.path, &error)
    })?;
    let old = old.map_or_else(Vec::new, |old| old.bytes);
    replace(path, &old, &new.bytes, file.role).map_err(|broken| Failure {
        advice: broken.way_back(change, kept.as_deref()),
        ..failed(&file.path, &broken.error)
    })?;
    if change.source == Source::Draft
        && let Err(error) = store.discard(file)
    {
        tracing::warn!(%error, "an edit that was written is left behind");
    }
    Ok(())
}

/// What is wrong with a file.
pub(super) fn of_file(path: &str, error: &io::Error) -> Words {
    safe(Words::ours(|| {
        say!("{name}: {why}", name = path, why = error)
    }))
}

fn safe(words: Words) -> Words {
    words.map(|words| text::sanitise_ident(words.as_bytes()))
}

fn failed(path: &str, error: &io::Error) -> Failure {
    let kind = match error.kind() {
        ErrorKind::PermissionDenied => FailureKind::Denied,
        ErrorKind::NotFound => FailureKind::NotFound,
        _ => FailureKind::Other,
    };
    Failure {
        kind,
        what: of_file(path, error),
        ..Failure::default()
    }
}

fn too_large(what: impl Fn() -> String) -> Failure {
    let most = || text::bytes(MOST);
    Failure {
        what: safe(Words::ours(|| {
            say!("{what} is larger than {most}", what = what(), most = most())
        })),
        advice: say!("nothing was written: it is too large to be edited here").to_owned(),
        ..Failure::default()
    }
}

pub(super) fn changed(path: &str) -> Failure {
    Failure {
        kind: FailureKind::Conflict,
        what: safe(Words::ours(|| {
            say!("{path} has changed since it was shown", path)
        })),
        advice: say!("nothing was done: look at what would change again").to_owned(),
        ..Failure::default()
    }
}

/// Why a file was not written.
#[derive(Debug)]
struct Broken {
    error: io::Error,
    /// It may hold neither text whole.
    cut: bool,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self { error, cut: false }
    }
}

impl Broken {
    /// `old`: where what was in the file is kept.
    fn way_back(&self, change: &Change, old: Option<&Path>) -> String {
        let old = old.map(|old| text::quoted(&old.display().to_string()));
        let words = match (old, &change.source) {
            (Some(old), _) if self.cut => say!(
                "it may be cut: `{command}` brings it back",
                command = format!("cp {old} {}", text::quoted(&change.file.path))
            ),
            (_, Source::Draft) => say!(
                "it is as it was, and the edit is kept in {path}",
                path = text::quoted(&change.kept)
            ),
            _ => say!("it is as it was").to_owned(),
        };
        text::sanitise_ident(words.as_bytes())
    }
}

/// Puts a whole new file in a file's place. Where that is not allowed, or the file is mounted, it is written into.
fn replace(path: &Path, old_bytes: &[u8], bytes: &[u8], role: Role) -> Result<(), Broken> {
    let path = match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        path => path?,
    };
    let old = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        old => Some(old?),
    };
    match swap(&path, bytes, old.as_ref(), role) {
        Err(error) if old.is_some() && may_be_written_into(&error) => {
            let file = OpenOptions::new().write(true).open(&path)?;
            write_into(&file, old_bytes, bytes, put)
        }
        swapped => Ok(swapped?),
    }
}

/// Writes into a file that keeps its place. It is not emptied first, so that what is cut short leaves as much as can be;
/// where the new text cannot be written, the old one is put back.
fn write_into(
    file: &File,
    old: &[u8],
    new: &[u8],
    put: impl Fn(&File, &[u8]) -> io::Result<()>,
) -> Result<(), Broken> {
    let growth = new.len().saturating_sub(old.len()) as u64;
    if room(file).is_some_and(|room| growth > room) {
        return Err(io::Error::from(ErrorKind::StorageFull).into());
    }
    put(file, new).map_err(|error| Broken {
        cut: put(file, old).is_err(),
        error,
    })
}

fn put(file: &File, bytes: &[u8]) -> io::Result<()> {
    file.write_all_at(bytes, 0)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

/// Bytes that may still be written where a file is; not every place tells.
fn room(file: &File) -> Option<u64> {
    let disk = nix::sys::statvfs::fstatvfs(file).ok()?;
    let free = disk.blocks_available();
    let tells = disk.blocks() > 0;
    tells.then(|| free.saturating_mul(disk.fragment_size()))
}

/// Not for want of room: then the old file would be lost for nothing.
fn may_be_written_into(error: &io::Error) -> bool {
    let kinds = [ErrorKind::PermissionDenied, ErrorKind::ResourceBusy];
    kinds.contains(&error.kind())
}

fn swap(path: &Path, bytes: &[u8], old: Option<&Metadata>, role: Role) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let new = tempfile::Builder::new()
        .prefix(".stacktui-")
        .tempfile_in(folder)
        .map_err(without_path)?;
    let mut file = new.as_file();
    file.write_all(bytes)?;
    let mode = match (old, role) {
        (Some(old), _) => old.mode() & 0o7777,
        (None, Role::Variables) => 0o600,
        (None, Role::Compose) => 0o644,
    };
    if let Some(old) = old {
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
            fchown(file, Some(old.uid()), Some(old.gid()))?;
        }
    }
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// What is wrong, without the name of a temporary file, which tells nobody anything.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((why, _)) => io::Error::new(error.kind(), why.to_owned()),
        None => error,
    }
}

#[cfg(test)]
mod tests;
