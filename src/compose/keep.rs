//! What is kept of a stack's files beside them: edits that are not written yet, and what was written over. Private to the
//! user, by stack and path; nothing in it is ever written over but an edit, by the editor.
//! Must not know compose, nor what is done with a file.
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};
use sha2::{Digest, Sha256};

use crate::model::stack_file::{FileOf, Source, Version};
use crate::text;

/// Versions kept of one file.
const MOST: usize = 50;
/// How a version's time stands in its name.
const STAMP: &str = "%Y-%m-%dT%H%M%S%.6fZ";

/// A user's directory of drafts and versions.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    /// Who writes.
    user: String,
}

/// The digest of a file's bytes.
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name as one part of a path: what might be anything else is left out.
fn plain(name: &str) -> String {
    let keep = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let name: String = name.chars().filter(keep).take(48).collect();
    name.trim_start_matches('.').to_owned()
}

fn private_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// A new file that only this user may read.
fn new_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl Store {
    pub fn new(root: PathBuf, user: &str) -> Self {
        Self {
            root,
            user: plain(user),
        }
    }

    /// One of the same user in another place.
    #[must_use]
    pub fn moved(&self, root: PathBuf) -> Self {
        Self {
            root,
            user: self.user.clone(),
        }
    }

    /// What is kept of one file.
    fn place(&self, file: &FileOf) -> PathBuf {
        let name = Path::new(&file.path).file_name().unwrap_or_default();
        let mark = digest(file.path.as_bytes());
        let mark = mark.get(..12).unwrap_or_default();
        let own = format!("{}-{mark}", plain(&name.to_string_lossy()));
        self.root.join(plain(&file.project.name)).join(own)
    }

    /// Where an edit of it is kept. Bears the file's own name, by which editors know what it is.
    pub fn draft(&self, file: &FileOf) -> PathBuf {
        let name = Path::new(&file.path).file_name();
        let name = name.unwrap_or_else(|| "file".as_ref());
        self.place(file).join("draft").join(name)
    }

    /// Begins an edit, unless one is kept already.
    pub(super) fn begin(&self, file: &FileOf, bytes: &[u8]) -> io::Result<PathBuf> {
        let draft = self.draft(file);
        private_dir(draft.parent().unwrap_or(&self.root))?;
        match new_file(&draft, bytes) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(draft),
            made => made.map(|()| draft),
        }
    }

    /// Lets an edit go, with all that an editor left beside it.
    pub fn discard(&self, file: &FileOf) -> io::Result<()> {
        let draft = self.draft(file);
        let dir = draft.parent().unwrap_or(&self.root);
        match fs::remove_dir_all(dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where a text is kept.
    pub fn path(&self, file: &FileOf, source: &Source) -> PathBuf {
        match source {
            Source::Draft => self.draft(file),
            Source::Version(version) => self.place(file).join("versions").join(&version.id),
        }
    }

    /// What is kept of a file, the newest first.
    pub(super) fn versions(&self, file: &FileOf) -> Vec<Version> {
        let dir = self.place(file).join("versions");
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let version = |entry: fs::DirEntry| {
            let id = entry.file_name().into_string().ok()?;
            let (stamp, by) = id.split_once('~')?;
            let at = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?;
            Some(Version {
                at: at.and_utc(),
                by: text::sanitise_ident(by.as_bytes()),
                bytes: entry.metadata().ok()?.len(),
                id,
            })
        };
        let mut versions: Vec<Version> = entries.filter_map(version).collect();
        versions.sort_by(|a, b| b.id.cmp(&a.id));
        versions
    }

    /// Keeps what is about to be written over, and lets the oldest go when there are too many.
    /// Tells where.
    pub(super) fn keep(
        &self,
        file: &FileOf,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> io::Result<PathBuf> {
        let place = self.place(file);
        let dir = place.join("versions");
        private_dir(&dir)?;
        // For a person who looks here without this program.
        let told = new_file(&place.join("path"), file.path.as_bytes());
        told.or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        })?;
        let id = format!("{}~{}", at.format(STAMP), self.user);
        let kept = dir.join(id);
        new_file(&kept, bytes)?;
        File::open(&dir)?.sync_all()?;
        for old in self.versions(file).into_iter().skip(MOST) {
            fs::remove_file(dir.join(old.id))?;
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::model::compose::Project;
    use crate::model::stack_file::Role;

    fn file(path: &str) -> FileOf {
        FileOf {
            project: Project {
                name: "../it's".to_owned(),
                ..Project::default()
            },
            role: Role::Compose,
            path: path.to_owned(),
        }
    }

    #[test]
    fn versions_are_private_bounded_and_never_written_over() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().join("versions"), "je/an");
        let (one, other) = (file("/a/c.yml"), file("/b/c.yml"));
        let start = DateTime::<Utc>::UNIX_EPOCH;
        for n in 0..55 {
            let at = start + TimeDelta::milliseconds(n);
            store.keep(&one, n.to_string().as_bytes(), at).unwrap();
        }
        let again = store.keep(&one, b"x", start + TimeDelta::milliseconds(54));
        assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists);
        let versions = store.versions(&one);
        assert_eq!(versions.len(), MOST);
        assert_eq!(versions[0].at, start + TimeDelta::milliseconds(54));
        assert_eq!(versions[0].by, "jean");
        let path = store.path(&one, &Source::Version(versions[0].clone()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "54");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(path.starts_with(root.path().join("versions")));
        assert!(
            store.versions(&other).is_empty(),
            "another file of the same name"
        );
    }

    #[test]
    fn an_edit_is_gone_on_with_until_it_is_discarded() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().to_owned(), "jean");
        let file = file("/a/my file.yml");
        let draft = store.begin(&file, b"first").unwrap();
        assert_eq!(draft.file_name().unwrap(), "my file.yml");
        fs::write(&draft, "typed").unwrap();
        store.begin(&file, b"second").unwrap();
        assert_eq!(fs::read_to_string(&draft).unwrap(), "typed");
        store.discard(&file).unwrap();
        store.discard(&file).unwrap();
        assert!(!draft.exists());
    }
}
