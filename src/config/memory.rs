//! What was chosen in the program (columns, order) and is to come back at the next start: a small TOML file of texts.
//! A convenience: when it cannot be read it is as if it were empty, when it cannot be written the caller is told.
use std::collections::BTreeMap;
use std::path::Path;

use super::file;

/// The remembered pairs, by name.
pub fn recall(path: &Path) -> Vec<(String, String)> {
    load(path).into_iter().collect()
}

/// Adds pairs to what is remembered; those of the same name are replaced.
pub fn remember(path: &Path, pairs: &[(String, String)]) -> std::io::Result<()> {
    let mut all = load(path);
    all.extend(pairs.iter().cloned());
    let text = toml::to_string(&all).map_err(std::io::Error::other)?;
    file::replace(path, &text)
}

fn load(path: &Path) -> BTreeMap<String, String> {
    file::read(path, false)
        .ok()
        .and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default()
}
