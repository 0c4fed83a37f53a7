//! Our own diagnostics: into a file, and only when asked for. Never to the screen.
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// Where the file lies in the state directory.
const FILE: &str = "stacktui.log";
/// A file longer than this, in bytes, is put aside at the next start.
const LIMIT: u64 = 8 << 20;

/// Why nothing can be recorded.
#[derive(Debug, Error)]
pub enum Error {
    #[error(
        "{}",
        say!(
            "`{given}` is not a log filter: write error, warn, info, debug, trace, or stacktui::engine=debug ({why})",
            given,
            why
        )
    )]
    Filter { given: String, why: String },
    #[error("{}", say!("the log {path} cannot be written: {source}", path = path.display(), source))]
    File { path: PathBuf, source: io::Error },
    #[error("{}", say!("diagnostics are recorded already"))]
    Twice,
}

/// Starts to record, when `flag` (of `--log`) or else `variable` (of `STACKTUI_LOG`) asks for it; says where.
///
/// # Errors
/// The filter cannot be read, the file cannot be written, or it was started before.
pub fn start(
    flag: Option<&str>,
    variable: Option<&str>,
    state_dir: &Path,
) -> Result<Option<PathBuf>, Error> {
    let given = flag.or(variable).map(str::trim);
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let filter = EnvFilter::try_new(given).map_err(|error| Error::Filter {
        given: given.to_owned(),
        why: error.to_string(),
    })?;
    let path = state_dir.join(FILE);
    let file = open(&path).map_err(|source| Error::File {
        path: path.clone(),
        source,
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init()
        .map_err(|_| Error::Twice)?;
    Ok(Some(path))
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(dir) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    if path.metadata().is_ok_and(|file| file.len() > LIMIT) {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_recorded_unasked_and_nonsense_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(start(None, Some(" "), dir.path()).unwrap(), None);
        let error = start(Some("stacktui=loud"), None, dir.path()).unwrap_err();
        assert!(error.to_string().contains("stacktui=loud"), "{error}");
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn a_long_file_is_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state").join(FILE);
        open(&path).unwrap().set_len(LIMIT + 1).unwrap();
        assert_eq!(open(&path).unwrap().metadata().unwrap().len(), 0);
        assert!(path.with_extension("log.old").exists());
    }
}
