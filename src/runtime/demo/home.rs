//! The private folder of a demo: it goes with the demo, and what one that was killed left behind goes with the next one's start.
//! Must not know what is in it.
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};
use nix::unistd::geteuid;
use tempfile::TempDir;

/// How the folders of demos are called.
const PREFIX: &str = "stacktui-demo-";
/// A file that is locked as long as its demo runs, however that ends.
const ALIVE: &str = ".alive";

/// The folder of a demo that runs.
#[derive(Debug)]
pub(super) struct Home {
    folder: TempDir,
    _alive: Flock<File>,
}

impl Home {
    /// Makes one beside those of others, and removes those that nobody lives in any more.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(place: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(place)?;
        // It has its name once it is locked: before that nobody takes it for one that was left.
        let unnamed = folder.path().join(".alive.new");
        let alive = lock(File::create(&unnamed)?)?;
        fs::rename(unnamed, folder.path().join(ALIVE))?;
        clear(place);
        Ok(Self {
            folder,
            _alive: alive,
        })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn lock(file: File) -> io::Result<Flock<File>> {
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| error.into())
}

/// Removes the folders of this user's demos that are over. One that cannot be removed harms nobody.
fn clear(place: &Path) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let named = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with(PREFIX)
    });
    for entry in named {
        let left = is_own(&entry).then(|| File::open(entry.path().join(ALIVE)));
        // Whoever has the lock may remove it; it is given back when that is done.
        if let Some(Ok(file)) = left
            && let Ok(_alone) = lock(file)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::debug!(%error, "a demo's folder stays");
        }
    }
}

/// Whether it is a folder, no link to one, of this user alone.
fn is_own(entry: &fs::DirEntry) -> bool {
    let about = entry.metadata();
    about.is_ok_and(|about| {
        about.is_dir() && about.uid() == geteuid().as_raw() && about.mode() & 0o777 == 0o700
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is still there once another demo has begun.
    fn stays(place: &Path, path: &Path) -> bool {
        drop(Home::within(place).unwrap());
        path.exists()
    }

    #[test]
    fn what_a_killed_demo_left_goes_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        let running = Home::within(place).unwrap();
        assert!(stays(place, running.path()), "it runs");

        let killed = place.join("stacktui-demo-killed");
        fs::create_dir(&killed).unwrap();
        fs::set_permissions(&killed, Permissions::from_mode(0o700)).unwrap();
        assert!(stays(place, &killed), "it may be about to begin");
        fs::write(killed.join(ALIVE), "").unwrap();
        fs::create_dir(killed.join("shop")).unwrap();
        let link = place.join("stacktui-demo-link");
        std::os::unix::fs::symlink(&killed, &link).unwrap();
        fs::set_permissions(&killed, Permissions::from_mode(0o755)).unwrap();
        assert!(stays(place, &killed), "it is open to others: none of ours");
        fs::set_permissions(&killed, Permissions::from_mode(0o700)).unwrap();
        assert!(!stays(place, &killed));
        assert!(link.symlink_metadata().is_ok(), "a link is left alone");

        let own = running.path().to_owned();
        drop(running);
        assert!(!own.exists());
    }
}
