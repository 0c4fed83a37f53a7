//! The journal as it grows, whoever writes it: each poll reads what was added since the one before.
use std::collections::HashMap;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::JournalError;
use super::reader::{Filter, Joiner, LineReader, Reading, parse, read_files};
use super::store::{io, months, open_read};
use crate::model::Entry;

/// Where each month's file was read up to.
#[derive(Debug)]
pub struct Tail {
    dir: PathBuf,
    offsets: HashMap<PathBuf, u64>,
    joiner: Joiner,
}

/// The newest `limit` entries, and a tail that goes on exactly behind them.
pub fn follow(dir: &Path, limit: usize) -> Result<(Reading, Tail), JournalError> {
    let mut files = Vec::new();
    for path in months(dir)? {
        let len = open_read(&path)?
            .metadata()
            .map_err(io(key!("look at" as "file"), &path))?
            .len();
        files.push((path, len));
    }
    let (reading, joiner) = read_files(&files, &Filter::default(), limit)?;
    let tail = Tail {
        dir: dir.to_owned(),
        offsets: files.into_iter().collect(),
        joiner,
    };
    Ok((reading, tail))
}

impl Tail {
    /// The entries added since the last poll, in the order they were written: an intent first, its result later, joined.
    /// Lines that cannot be read are passed over. A file that grew shorter is read anew.
    pub fn poll(&mut self) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        for path in months(&self.dir)? {
            let known = self.offsets.get(&path).copied().unwrap_or(0);
            let len = std::fs::metadata(&path)
                .map_err(io(key!("look at" as "file"), &path))?
                .len();
            if len == known {
                continue;
            }
            let from = if len < known { 0 } else { known };
            let upto = self.read_from(&path, from, &mut entries)?;
            self.offsets.insert(path, upto);
        }
        Ok(entries)
    }

    /// Reads whole lines from an offset; returns the offset behind the last.
    fn read_from(
        &mut self,
        path: &Path,
        from: u64,
        entries: &mut Vec<Entry>,
    ) -> Result<u64, JournalError> {
        let mut file = open_read(path)?;
        file.seek(SeekFrom::Start(from))
            .map_err(io(key!("read" as "file"), path))?;
        let mut reader = LineReader::new(file);
        let mut done = from;
        while let Some(line) = reader.next(path)? {
            if line.torn {
                break;
            }
            done = from + line.end;
            if let Some(parsed) = parse(&line.bytes) {
                entries.push(self.joiner.add(parsed));
            }
        }
        Ok(done)
    }
}
