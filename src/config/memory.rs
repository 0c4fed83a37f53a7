//! What was chosen in the program (columns, order) and is to come back at the next start: a small TOML file of texts.
//! A convenience: when it cannot be read it is as if it were empty, when it cannot be written the caller is told.
use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::file;

/// The remembered pairs, by name.
pub fn recall(path: &Path) -> Vec<(String, String)> {
    load(path).into_iter().collect()
}

/// Adds pairs to what is remembered; those of the same name are replaced. The file is replaced whole, so that a reader
/// never sees half of it.
pub fn remember(path: &Path, pairs: &[(String, String)]) -> std::io::Result<()> {
    let mut all = load(path);
    all.extend(pairs.iter().cloned());
    let text = toml::to_string(&all).map_err(std::io::Error::other)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
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

fn load(path: &Path) -> BTreeMap<String, String> {
    file::read(path, false)
        .ok()
        .and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default()
}
