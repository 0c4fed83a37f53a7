//! Log lines into a file: told how far it is, never over a file unasked, nothing half written left behind.
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::part::Part;
use crate::effect::{Effect, Save};
use crate::journal::story;
use crate::msg::{Msg, SaveMsg};
use crate::text::sanitise;

/// What others may do with a file: what the user's mask leaves them, or nothing.
const PUBLIC: u32 = 0o666;
const PRIVATE: u32 = 0o600;
/// Numbers that a name gets when it is taken.
const MOST: u32 = 999;
/// Lines between two words of progress.
const STEP: usize = 100_000;

/// Writes the lines; tells how it goes, and at last how it went. Blocks.
pub fn run(save: &Save, mut tell: impl FnMut(SaveMsg)) {
    let end = match write(save, &mut tell) {
        Ok((lines, bytes)) => SaveMsg::Done { lines, bytes },
        Err(error) if error.kind() == ErrorKind::AlreadyExists => SaveMsg::Exists,
        Err(error) => SaveMsg::Failed(error.to_string()),
    };
    tell(end);
}

fn write(save: &Save, tell: &mut impl FnMut(SaveMsg)) -> io::Result<(usize, u64)> {
    let part = Part::new(&save.path, save.replace, PUBLIC)?;
    let sums = fill(save, part.file(), tell)?;
    part.settle()?;
    Ok(sums)
}

/// Writes the bytes into a new file that only this user can read, under the first of these names that is not taken; `None`:
/// all are.
fn private(names: impl Iterator<Item = PathBuf>, bytes: &[u8]) -> Option<io::Result<PathBuf>> {
    let mut written = names.map(|path| {
        let mut part = Part::new(&path, false, PRIVATE)?;
        part.write_all(bytes)?;
        part.settle().map(|()| path)
    });
    let is_taken = |error: &io::Error| error.kind() == ErrorKind::AlreadyExists;
    written.find(|written| !written.as_ref().is_err_and(is_taken))
}

/// Writes a text that is too long for the clipboard to a file. Returns its path.
///
/// # Errors
/// The file cannot be made or written.
pub fn spill(text: &str) -> io::Result<PathBuf> {
    let name = |n| format!("stacktui-copy-{}-{n}.txt", std::process::id());
    let paths = (1..=MOST).map(|n| std::env::temp_dir().join(name(n)));
    let written = private(paths, text.as_bytes());
    written.unwrap_or_else(|| Err(ErrorKind::AlreadyExists.into()))
}

/// Writes the file that an effect asks for and says how it went. Blocks.
pub fn file(effect: &Effect) -> Option<Msg> {
    match effect {
        Effect::SaveBytes { path, bytes } => Some(self::bytes(path, bytes)),
        Effect::ExportJournal {
            path,
            form,
            entries,
        } => {
            let text = story::lines(entries, *form).join("\n") + "\n";
            Some(bytes(path, text.as_bytes()))
        }
        _ => None,
    }
}

/// Writes a new file; a name that is taken gets a number.
fn bytes(path: &Path, bytes: &[u8]) -> Msg {
    let (stem, ending) = (path.file_stem().unwrap_or_default(), path.extension());
    let numbered = |n: u32| {
        let mut name = stem.to_owned();
        if n > 1 {
            name.push(format!("-{n}"));
        }
        if let Some(ending) = ending {
            name.push(".");
            name.push(ending);
        }
        path.with_file_name(name)
    };
    let (ok, text) = match private((1..=MOST).map(numbered), bytes) {
        Some(Ok(path)) => {
            let size = crate::text::bytes(bytes.len() as u64);
            (
                true,
                say!("saved {path} ({size})", path = path.display(), size),
            )
        }
        Some(Err(error)) => (false, say!("not saved: {error}", error)),
        None => (
            false,
            say!("not saved: too many files of this name are there").to_owned(),
        ),
    };
    Msg::Said { ok, text }
}

fn fill(save: &Save, file: &File, tell: &mut impl FnMut(SaveMsg)) -> io::Result<(usize, u64)> {
    let all = save.lines.len();
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let (mut lines, mut bytes) = (0, 0);
    // Byte for byte is what the containers wrote: our own separators are none of it.
    for line in save.lines.lines(save.plain) {
        let written = if save.plain {
            let text = sanitise(line.bytes()).text;
            out.write_all(text.as_bytes())?;
            text.len()
        } else {
            out.write_all(line.bytes())?;
            line.bytes().len()
        };
        out.write_all(b"\n")?;
        lines += 1;
        bytes += written as u64 + 1;
        if lines % STEP == 0 {
            tell(SaveMsg::Progress { done: lines, all });
        }
    }
    out.flush()?;
    Ok((lines, bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::log_store::{Excerpt, Kind, LogStore, NewLine};

    fn save(path: PathBuf, plain: bool, replace: bool) -> Save {
        let mut store = LogStore::default();
        for (bytes, kind) in [
            (&b"\x1b[31mred\x1b[0m \xff"[..], Kind::Stdout),
            (b"web restarted", Kind::Separator),
            (b"two", Kind::Stderr),
        ] {
            store.push(NewLine {
                bytes,
                kind,
                ..NewLine::default()
            });
        }
        Save {
            path,
            lines: Excerpt::new(&store, 0..9, None),
            plain,
            replace,
        }
    }

    fn run_to_end(save: &Save) -> SaveMsg {
        let mut last = None;
        run(save, |msg| last = Some(msg));
        last.unwrap()
    }

    #[test]
    fn bytes_are_those_of_the_log_and_text_is_safe() {
        let dir = tempfile::tempdir().unwrap();
        let raw = dir.path().join("raw");
        let end = run_to_end(&save(raw.clone(), false, false));
        assert!(
            matches!(
                end,
                SaveMsg::Done {
                    lines: 2,
                    bytes: 19
                }
            ),
            "{end:?}"
        );
        assert_eq!(fs::read(&raw).unwrap(), b"\x1b[31mred\x1b[0m \xff\ntwo\n");
        let plain = dir.path().join("plain");
        run_to_end(&save(plain.clone(), true, false));
        let text = fs::read_to_string(&plain).unwrap();
        assert_eq!(text, "red \u{fffd}\nweb restarted\ntwo\n");
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_when_told_to_and_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, "precious").unwrap();
        let end = run_to_end(&save(path.clone(), true, false));
        assert!(matches!(end, SaveMsg::Exists), "{end:?}");
        assert_eq!(fs::read(&path).unwrap(), b"precious");
        let end = run_to_end(&save(path.clone(), false, true));
        assert!(matches!(end, SaveMsg::Done { lines: 2, .. }), "{end:?}");
        assert!(fs::read(&path).unwrap().ends_with(b"two\n"));
        let names = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(names, 1, "nothing half written is left");
        let end = run_to_end(&save(dir.path().join("no/such/place"), true, true));
        assert!(matches!(end, SaveMsg::Failed(_)), "{end:?}");
    }
}
