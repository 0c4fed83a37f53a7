//! The file a page is written to: only one of ours is ever replaced, and what is there is never half of it.
use std::fs::{self, Permissions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::keep::STAMP;

/// The page as it was written last; empty where there is none.
///
/// # Errors
/// It cannot be read, or somebody else wrote it.
pub(super) fn read(path: &Path) -> Result<String> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => return Err(Error::other(say!("it is no regular file"))),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    }
    let old = fs::read_to_string(path)?;
    let ours = old.lines().any(|line| line.starts_with(STAMP));
    if ours || old.trim().is_empty() {
        return Ok(old);
    }
    Err(Error::other(say!(
        "it was not written by stacktui and is left as it is: name another file"
    )))
}

/// Puts the page in its place, with the rights of the one before it; where the path is a link, behind it.
///
/// # Errors
/// It cannot be written; what was there is then as it was.
pub(super) fn replace(path: &Path, page: &str) -> Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = target.parent().filter(|folder| *folder != Path::new(""));
    let mut beside = tempfile::Builder::new()
        .prefix(".stacktui-doc-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    beside.write_all(page.as_bytes())?;
    if let Ok(old) = fs::metadata(&target) {
        beside.as_file().set_permissions(old.permissions())?;
    }
    beside.persist(&target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_somebody_else_wrote_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("README.md");
        assert_eq!(read(&path).unwrap(), "");
        fs::write(&path, "\n").unwrap();
        assert!(read(&path).is_ok());
        fs::write(&path, "# By hand\n").unwrap();
        assert!(read(&path).is_err());
        let ours = format!("# a\n{STAMP}2026 -->\n");
        fs::write(&path, &ours).unwrap();
        assert_eq!(read(&path).unwrap(), ours);
        assert!(read(dir.path()).is_err());
        assert!(read(Path::new("/dev/null")).is_err());
    }

    #[test]
    fn a_link_and_the_rights_stay_and_nothing_beside_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("real.md"), "old").unwrap();
        fs::set_permissions(at("real.md"), Permissions::from_mode(0o640)).unwrap();
        fs::write(at("other"), "mine").unwrap();
        symlink(at("real.md"), at("page.md")).unwrap();
        // A name that used to be written through.
        symlink(at("other"), at("page.md.new")).unwrap();
        replace(&at("page.md"), "new").unwrap();
        assert_eq!(fs::read_to_string(at("real.md")).unwrap(), "new");
        assert_eq!(fs::read_link(at("page.md")).unwrap(), at("real.md"));
        let mode = fs::metadata(at("real.md")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(fs::read_to_string(at("other")).unwrap(), "mine");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
        replace(&at("fresh.md"), "first").unwrap();
        assert_eq!(fs::read_to_string(at("fresh.md")).unwrap(), "first");
    }
}
