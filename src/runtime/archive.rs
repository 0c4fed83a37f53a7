//! Images into a file of this machine, and out of one. A file is for the user alone to read, and has its name once it is whole:
//! what fails or is cancelled leaves nothing behind, and no file is replaced unasked. Must not know the journal nor the screen.
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use tokio::time::Instant;

use super::part::Part;
use super::recreate::Steps;
use crate::engine::Engine;
use crate::lang::Words;
use crate::msg::{Failure, FailureKind};
use crate::text;

/// Between two words of progress.
const STEP: Duration = Duration::from_secs(1);
/// Bytes of a file that are read at once.
const CHUNK: usize = 256 << 10;
/// What every archive ends with: two empty blocks.
const END: [u8; 1024] = [0; 1024];
/// Bytes of the end of an archive that are looked at.
const TAIL: usize = 8 << 10;

fn failure(what: Words) -> Failure {
    Failure {
        what,
        ..Failure::default()
    }
}

/// What is wrong with a file.
fn of_file(path: &Path, why: &Words) -> Failure {
    failure(Words::ours(|| {
        say!("{name}: {why}", name = shown(path), why)
    }))
}

fn shown(path: &Path) -> String {
    text::sanitise_ident(path.display().to_string().as_bytes())
}

/// The path, with a `~` at its start as shells read it.
fn from_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// Work on files, away from the loop's thread.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(failure(Words::as_is(error.to_string()))))
}

/// A file on its way, and how much of it is there.
struct Filled {
    part: Part,
    path: PathBuf,
    bytes: u64,
}

impl Filled {
    fn new(path: PathBuf, replace: bool) -> Result<Self, Failure> {
        let part = Part::new(&path, replace, 0o600).map_err(|error| {
            let there = || say!("a file of this name is there already");
            match error.kind() {
                ErrorKind::AlreadyExists => Failure {
                    kind: FailureKind::Conflict,
                    ..of_file(&path, &Words::ours(there))
                },
                _ => of_file(&path, &reason(&error)),
            }
        })?;
        Ok(Self {
            part,
            path,
            bytes: 0,
        })
    }

    fn failed(&self, error: &io::Error) -> Failure {
        let (path, why) = (shown(&self.path), reason(error));
        failure(Words::ours(|| {
            let size = text::bytes(self.bytes);
            say!("{path}: {why} after {size}", path, why, size)
        }))
    }

    fn write(mut self, chunk: &Bytes) -> Result<Self, Failure> {
        if let Err(error) = self.part.write_all(chunk) {
            return Err(self.failed(&error));
        }
        self.bytes += chunk.len() as u64;
        Ok(self)
    }

    /// Gives it its name. The disk has it by then: some tell only now that they are full.
    fn settle(self) -> Result<u64, Failure> {
        if let Err(error) = self.part.file().sync_all() {
            return Err(self.failed(&error));
        }
        let named = self.part.settle();
        named.map_err(|error| of_file(&self.path, &reason(&error)))?;
        Ok(self.bytes)
    }
}

fn reason(error: &io::Error) -> Words {
    Words::ours(|| match error.kind() {
        ErrorKind::StorageFull => say!("the disk is full").to_owned(),
        ErrorKind::AlreadyExists => say!("a file of this name has come there meanwhile").to_owned(),
        ErrorKind::IsADirectory => say!("that is a directory").to_owned(),
        ErrorKind::InvalidFilename => say!("that is no file name").to_owned(),
        ErrorKind::NotFound => say!("there is no such file or directory").to_owned(),
        ErrorKind::PermissionDenied => say!("permission denied").to_owned(),
        _ => error.to_string(),
    })
}

/// Has the engine write these images into a file; how many bytes that were.
///
/// # Errors
/// Of kind `Conflict`: a file is there and is not to be replaced. Else why not, with what became of the file: nothing is left.
pub async fn save(
    engine: &Engine,
    images: &[String],
    (path, replace): (&Path, bool),
    steps: &Steps,
    cancelled: impl Future<Output = ()>,
) -> Result<u64, Failure> {
    let path = from_home(path);
    let (there, part) = aside(move || {
        let there = path.exists();
        Ok((there, Filled::new(path, replace)?))
    })
    .await?;
    let whole = async {
        let part = fill(engine, images, part, steps, cancelled).await?;
        aside(move || part.settle()).await
    };
    whole.await.map_err(|why| Failure {
        what: Words::ours(|| {
            if there {
                say!(
                    "{why}; the file that was there is as it was",
                    why = why.what
                )
            } else {
                say!("{why}; nothing is left of the file", why = why.what)
            }
        }),
        ..why
    })
}

/// Writes the archive as it comes, and sees that it is whole.
async fn fill(
    engine: &Engine,
    images: &[String],
    mut part: Filled,
    steps: &Steps,
    cancelled: impl Future<Output = ()>,
) -> Result<Filled, Failure> {
    let mut cancelled = pin!(cancelled);
    let mut tail = Vec::new();
    let mut pace = Pace::new();
    steps.tell(say!("waiting for the engine"), None).await;
    let mut archive = engine.export(images);
    loop {
        // A write is never left half done: what is under way belongs to it.
        let chunk = tokio::select! {
            chunk = archive.next() => chunk,
            () = &mut cancelled => return Err(failure(Words::ours(|| say!("ended" as "cancelled")))),
        };
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|error| error.failure())?;
        let end = chunk.len().saturating_sub(TAIL);
        tail.extend_from_slice(chunk.get(end..).unwrap_or_default());
        tail.drain(..tail.len().saturating_sub(TAIL));
        let words = pace.count(chunk.len(), None);
        part = aside(move || part.write(&chunk)).await?;
        if let Some(words) = words {
            steps.tell(&words, None).await;
        }
    }
    whole(&tail)?;
    Ok(part)
}

/// An archive that the engine could not finish ends with its reason, or without an end.
fn whole(tail: &[u8]) -> Result<(), Failure> {
    if tail.ends_with(&END) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(tail);
    let said = text.rfind("{\"errorDetail\"").and_then(|at| {
        let value: serde_json::Value = serde_json::from_str(text.get(at..)?.trim()).ok()?;
        let words = value.pointer("/errorDetail/message")?.as_str()?;
        Some(text::sanitise_ident(words.as_bytes()))
    });
    let cut = || Words::ours(|| say!("the engine's archive has no end"));
    Err(failure(said.map_or_else(cut, Words::as_is)))
}

/// Bytes that went by, told now and then.
struct Pace {
    bytes: u64,
    told: u64,
    at: Instant,
}

impl Pace {
    fn new() -> Self {
        Self {
            bytes: 0,
            told: 0,
            at: Instant::now(),
        }
    }

    /// How far it is, in words, when it is time to tell; `all`: bytes in all, where that is known.
    fn count(&mut self, bytes: usize, all: Option<u64>) -> Option<String> {
        self.bytes += bytes as u64;
        let took = self.at.elapsed();
        if took < STEP {
            return None;
        }
        let rate = (self.bytes - self.told) as f64 / took.as_secs_f64();
        (self.told, self.at) = (self.bytes, Instant::now());
        let (done, rate) = (text::bytes(self.bytes), text::bytes(rate as u64));
        Some(match all.map(text::bytes) {
            Some(all) => say!("{done} of {all}, {rate}/s", done, all, rate),
            None => format!("{done}, {rate}/s"),
        })
    }
}

/// The size of an archive, and its bytes as they are read; told as they are taken.
///
/// # Errors
/// It cannot be read.
pub async fn read(
    path: &Path,
    steps: Steps,
) -> Result<(u64, impl Stream<Item = io::Result<Bytes>> + Send + 'static), Failure> {
    let path = from_home(path);
    let (file, size) = aside(move || {
        let refuse = |error| of_file(&path, &reason(&error));
        // Only a file has a size and an end: a pipe that nobody writes to would hold us for ever.
        let there = fs::metadata(&path).map_err(refuse)?;
        if !there.is_file() {
            return Err(of_file(&path, &Words::ours(|| say!("that is not a file"))));
        }
        let file = File::open(&path).map_err(refuse)?;
        Ok((file, there.len()))
    })
    .await?;
    let state = Some((file, Pace::new(), steps));
    let chunks = stream::unfold(state, move |state| async move {
        let (mut file, mut pace, steps) = state?;
        let (file, chunk) = aside(move || {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk);
            Ok((
                file,
                read.map(|bytes| {
                    chunk.truncate(bytes);
                    Bytes::from(chunk)
                }),
            ))
        })
        .await
        .ok()?;
        match chunk {
            Ok(chunk) if chunk.is_empty() => None,
            Ok(chunk) => {
                if let Some(words) = pace.count(chunk.len(), Some(size)) {
                    steps.tell(&words, None).await;
                }
                Some((Ok(chunk), Some((file, pace, steps))))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok((size, chunks))
}

#[cfg(test)]
mod tests;
