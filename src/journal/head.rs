//! Where the chain of lines begins and ends, kept beside the files: what is taken away at either end is missed by it.
//! Who can write the files can write this one too.
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::JournalError;
use super::chain::{Prev, prev};
use super::reader::LineReader;
use super::store::{hash, io, months, open_read, open_write, write_once};

/// Longest file that is read; one of ours has some two hundred bytes.
const LONGEST: u64 = 4096;

/// The two ends of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Head {
    /// What the oldest line names as the one before it: none, or one of a month that was removed in good order.
    pub first: Option<String>,
    /// How many lines there are.
    pub lines: u64,
    /// The hash of the newest; none where all months were removed in good order.
    pub last: Option<String>,
}

/// What stands there.
#[derive(Debug)]
pub(super) enum Kept {
    Nothing,
    /// Not what this program writes.
    Unreadable,
    Head(Head),
}

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("head")
}

pub(super) fn read(dir: &Path) -> Result<Kept, JournalError> {
    use std::io::Read as _;
    let path = path(dir);
    let file = match open_read(&path) {
        Ok(file) => file,
        Err(JournalError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Ok(Kept::Nothing);
        }
        Err(error) => return Err(error),
    };
    let mut text = Vec::new();
    file.take(LONGEST)
        .read_to_end(&mut text)
        .map_err(io(key!("read" as "file"), &path))?;
    Ok(serde_json::from_slice(&text).map_or(Kept::Unreadable, Kept::Head))
}

/// Puts it in the place of the one before, in one step.
pub(super) fn write(dir: &Path, head: &Head, sync: bool) -> Result<(), JournalError> {
    let (path, fresh) = (path(dir), dir.join("head.new"));
    let text = serde_json::to_string(head)
        .map_err(|error| io(key!("write" as "file"), &path)(error.into()))?;
    let mut file = open_write(&fresh, nix::fcntl::OFlag::O_TRUNC)?;
    write_once(&mut file, format!("{text}\n").as_bytes())
        .map_err(io(key!("write" as "file"), &fresh))?;
    if sync {
        file.sync_data()
            .map_err(io(key!("write" as "file"), &fresh))?;
    }
    std::fs::rename(&fresh, &path).map_err(io(key!("write" as "file"), &path))
}

/// The ends as the files themselves have them, and whether one of their lines has this hash.
pub(super) fn survey(dir: &Path, wanted: Option<&str>) -> Result<(Head, bool), JournalError> {
    let mut head = Head::default();
    let mut found = false;
    for path in months(dir)? {
        let mut reader = LineReader::new(open_read(&path)?);
        while let Some(line) = reader.next(&path)? {
            if head.lines == 0
                && let Prev::Hash(first) = prev(&line.bytes)
            {
                head.first = Some(first);
            }
            head.lines += 1;
            let digest = hash(&line.bytes);
            found |= wanted == Some(digest.as_str());
            head.last = Some(digest);
        }
    }
    Ok((head, found))
}

/// What the next line is to follow, where this is the hash of the last one that is there: where the line is missing that was
/// written last, that one, so that the chain shows the gap from then on. And the ends so far.
pub(super) fn follow(
    dir: &Path,
    there: Option<String>,
) -> Result<(Head, Option<String>), JournalError> {
    let kept = match read(dir)? {
        Kept::Head(head) => Some(head),
        Kept::Nothing | Kept::Unreadable => None,
    };
    if let Some(head) = &kept
        && head.last == there
    {
        // Where all months were removed, the next line follows the last that went.
        let prev = there.or_else(|| head.first.clone());
        return Ok((head.clone(), prev));
    }
    // Behind it may stand lines of a program that kept no head, or of one that was ended in between.
    let last = kept.as_ref().and_then(|head| head.last.as_deref());
    let (counted, found) = survey(dir, last)?;
    let prev = match &kept {
        Some(head) if head.last.is_some() && !found => head.last.clone(),
        _ => there,
    };
    let first = kept.map_or(counted.first.clone(), |head| head.first);
    Ok((Head { first, ..counted }, prev))
}

/// After months were removed in good order.
pub(super) fn shortened(dir: &Path) -> Result<(), JournalError> {
    let Kept::Head(head) = read(dir)? else {
        return Ok(());
    };
    let (mut counted, _) = survey(dir, None)?;
    if counted.lines == 0 {
        // The next line follows the last that went.
        counted = Head {
            first: head.last,
            ..counted
        };
    } else {
        counted.last = head.last;
    }
    write(dir, &counted, true)
}
