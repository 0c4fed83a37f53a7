//! A file of this machine on its way to its name, which it gets once it is whole. Until then it has none where the filesystem
//! knows such files, so that it is gone with the program, whatever ends that; elsewhere it stands beside its place. No file is
//! replaced unless that was asked for.
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What a name beside it ends with.
const SUFFIX: &str = ".part";

#[derive(Debug)]
enum Way {
    Nameless(File),
    /// Removed when it is dropped.
    Beside(NamedTempFile),
}

#[derive(Debug)]
pub struct Part {
    way: Way,
    path: PathBuf,
    replace: bool,
}

impl Part {
    /// Begins a file for `path`; `mode` is what the user's mask may narrow.
    ///
    /// # Errors
    /// `AlreadyExists`: a file is there and is not to be replaced. Else none can be made there.
    pub fn new(path: &Path, replace: bool, mode: u32) -> io::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(_) if !replace => return Err(ErrorKind::AlreadyExists.into()),
            _ => {}
        }
        if path.file_name().is_none() {
            return Err(ErrorKind::InvalidFilename.into());
        }
        let way = match nameless(folder(path), mode) {
            Some(file) => Way::Nameless(file),
            None => Way::Beside(beside(path, mode)?),
        };
        Ok(Self {
            way,
            path: path.to_owned(),
            replace,
        })
    }

    pub fn file(&self) -> &File {
        match &self.way {
            Way::Nameless(file) => file,
            Way::Beside(file) => file.as_file(),
        }
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// `AlreadyExists`: a file of the name has come there meanwhile. Whatever failed, nothing is left of it.
    pub fn settle(self) -> io::Result<()> {
        let named = match self.way {
            Way::Nameless(file) if !self.replace => return link(&file, &self.path),
            // A link takes no other's place: a name of its own does, a moment later.
            Way::Nameless(file) => {
                let prefix = prefix(&self.path);
                let mut builder = tempfile::Builder::new();
                builder.prefix(&prefix).suffix(SUFFIX);
                let named = builder.make_in(folder(&self.path), |path| link(&file, path))?;
                named.into_temp_path()
            }
            Way::Beside(file) => file.into_temp_path(),
        };
        let placed = if self.replace {
            named.persist(&self.path)
        } else {
            named.persist_noclobber(&self.path)
        };
        placed.map_err(|refused| refused.error)
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

fn folder(path: &Path) -> &Path {
    let named = path.parent().filter(|folder| *folder != Path::new(""));
    named.unwrap_or(Path::new("."))
}

/// What a name beside it begins with.
fn prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix
}

fn beside(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(&prefix(path))
        .suffix(SUFFIX)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder(path))
}

/// Where an open file can be given a name, as the kernel shows it.
#[cfg(target_os = "linux")]
fn place(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// A file without a name that can be given one; none where there are no such files.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path, mode: u32) -> Option<File> {
    use nix::fcntl::{OFlag, open};
    use nix::sys::stat::Mode;
    let flags = OFlag::O_TMPFILE | OFlag::O_WRONLY | OFlag::O_CLOEXEC;
    let file = File::from(open(folder, flags, Mode::from_bits_truncate(mode)).ok()?);
    fs::metadata(place(&file)).ok()?;
    Some(file)
}

#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use nix::fcntl::{AT_FDCWD, AtFlags};
    let follow = AtFlags::AT_SYMLINK_FOLLOW;
    let linked = nix::unistd::linkat(AT_FDCWD, &place(file), AT_FDCWD, path, follow);
    Ok(linked?)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path, _: u32) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    fn both(path: &Path, replace: bool) -> [Part; 2] {
        let part = Part::new(path, replace, 0o600).unwrap();
        let file = beside(path, 0o600).unwrap();
        let other = Part {
            way: Way::Beside(file),
            path: path.to_owned(),
            replace,
        };
        [part, other]
    }

    #[test]
    fn until_it_is_whole_it_has_no_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let mut part = Part::new(&path, false, 0o600).unwrap();
        part.write_all(b"half").unwrap();
        let nameless = matches!(part.way, Way::Nameless(_));
        assert_eq!(names(dir.path()).is_empty(), nameless);
        // As a kill leaves it: what has a name would stay.
        std::mem::forget(part);
        assert_eq!(names(dir.path()).is_empty(), nameless);
        assert!(
            nameless || !cfg!(target_os = "linux"),
            "of a temporary folder's filesystem this is known"
        );
    }

    #[test]
    fn no_file_is_replaced_unasked_not_even_one_that_comes_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for mut part in both(&path, false) {
            part.write_all(b"new").unwrap();
            fs::write(&path, "precious").unwrap();
            let refused = part.settle().unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&path).unwrap(), b"precious");
            let refused = Part::new(&path, false, 0o600).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
            fs::remove_file(&path).unwrap();
        }
        for mut part in both(&path, true) {
            fs::write(&path, "old").unwrap();
            part.write_all(b"new").unwrap();
            part.settle().unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"new");
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        assert_eq!(names(dir.path()), ["a"]);
        assert!(Part::new(dir.path(), true, 0o600).is_err());
    }
}
