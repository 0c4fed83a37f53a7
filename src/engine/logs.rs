//! A container's log as whole lines: frames demuxed, parts joined, stamps taken off. Bytes stay as they came.
//! Must not know what the lines are for.
mod assemble;
mod demux;
mod stamp;

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use tokio::time::timeout;

pub use assemble::{Assembler, LINE_CAP};
pub use demux::{Demux, FRAME_CAP, Frame};

use super::raw::Flow;
use super::wire::{clean, escape, path, text, whole};
use super::{CALL_LIMIT, Engine, Error};
use crate::model::LogRecord;

/// Time until the engine must have begun to answer: it may have to search a large file first.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long a part of a line waits for the next one: parts of one line come together, and some engines drop the end of the
/// last.
const HOLD: Duration = Duration::from_millis(500);
/// The same where all parts so far are whole ones: then the line goes on, unless its length happens to be a multiple of
/// theirs. A busy engine may take its time.
const LONG_HOLD: Duration = Duration::from_secs(10);

/// A tail of so many lines is the whole log, as far as anybody counts.
pub const ALL: u32 = 1_000_000;
/// Lines read for the last ones of a run.
const LAST: u32 = 60;
/// Bytes kept of each of them.
const WIDTH: usize = 400;

/// Which lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogOptions {
    /// Newest lines (parts of 16 KiB count as lines); `None`: all.
    pub tail: Option<u32>,
    /// Inclusive, exact to the nanosecond. The engine applies `tail` first.
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    /// Stay and give what comes until the container's run ends.
    pub follow: bool,
}

/// What must be known of a container before its log is read or its terminal taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSetup {
    /// One mixed stream without frames.
    pub tty: bool,
    pub driver: String,
    /// Its process lives; false while it waits to be restarted by its policy.
    pub running: bool,
    /// When its newest run began, in the engine's words: another text is another run.
    pub started: String,
    /// Of the newest run that ended.
    pub exit_code: i64,
}

impl LogSetup {
    /// The refusal to read this log, with the driver's name and those that would do; any other error as it is.
    pub fn named(&self, error: Error) -> Error {
        if error.status() != Some(501) {
            return error;
        }
        Error::unsupported(|| {
            say!(
                "the log driver `{driver}` cannot be read: `json-file`, `local` or `journald` can",
                driver = self.driver
            )
        })
    }
}

impl LogOptions {
    /// Podman reads a tail first and then follows from the file's end: what is written in between is lost. From the start
    /// of the file it loses nothing, and `since` bounds what it gives. Its time for a tail grows with the square of it.
    fn fit_for(self, podman: bool) -> Self {
        let lossy = podman && self.follow && self.since.is_some();
        Self {
            tail: self.tail.filter(|tail| !lossy && (!podman || *tail < ALL)),
            ..self
        }
    }

    fn query(&self) -> String {
        let mut query = String::from("?stdout=true&stderr=true&timestamps=true");
        query.push_str(if self.follow {
            "&follow=true"
        } else {
            "&follow=false"
        });
        query.push_str(
            &self
                .tail
                .map_or_else(|| "&tail=all".to_owned(), |n| format!("&tail={n}")),
        );
        for (name, at) in [("since", self.since), ("until", self.until)] {
            if let Some(at) = at {
                query.push_str(&format!(
                    "&{name}={}.{:09}",
                    at.timestamp(),
                    at.timestamp_subsec_nanos()
                ));
            }
        }
        query
    }
}

impl Engine {
    /// What kind of log a container has.
    ///
    /// # Errors
    /// No such container, or no answer.
    pub async fn log_setup(&self, id: &str) -> Result<LogSetup, Error> {
        let found = self
            .raw()
            .get_json(
                &format!("/containers/{}/json", escape(id)),
                8 << 20,
                CALL_LIMIT,
            )
            .await?;
        let truth = |names: &[&str]| path(&found, names).as_bool().unwrap_or(false);
        Ok(LogSetup {
            tty: truth(&["Config", "Tty"]),
            driver: text(path(&found, &["HostConfig", "LogConfig", "Type"])),
            running: truth(&["State", "Running"]) && !truth(&["State", "Restarting"]),
            started: text(path(&found, &["State", "StartedAt"])),
            exit_code: whole(path(&found, &["State", "ExitCode"])).unwrap_or(0),
        })
    }

    /// Batches of whole lines, one for each reading that brought some. Ends with the container's run. A line that a cut
    /// connection left unfinished is not given: it comes whole when the reading is resumed.
    ///
    /// # Errors
    /// A driver that cannot be read, no such container; later a cut connection or a frame that lies about its length.
    pub async fn logs(
        &self,
        id: &str,
        tty: bool,
        options: LogOptions,
    ) -> Result<impl Stream<Item = Result<Vec<LogRecord>, Error>> + Send + use<>, Error> {
        let query = options.fit_for(self.info().podman).query();
        let path = format!("/containers/{}/logs{query}", escape(id));
        let reading = Reading {
            flow: self.raw().flow(&path, HEAD_LIMIT).await?,
            demux: Demux::new(tty),
            lines: Assembler::default(),
            follow: options.follow,
            ended: None,
        };
        let batches = stream::unfold(reading, |mut reading| async move {
            reading.batch().await.map(|batch| (batch, reading))
        });
        Ok(batches.fuse())
    }
}

impl Engine {
    /// The last lines a container wrote between two times, made harmless.
    ///
    /// # Errors
    /// No such container, a log that cannot be read; one that breaks off gives what came.
    pub async fn last_words(
        &self,
        id: &str,
        lines: usize,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<String>, Error> {
        let options = LogOptions {
            // The engine counts from the newest line there is, which may be the next run's.
            tail: Some(LAST),
            since,
            until,
            follow: false,
        };
        let setup = self.log_setup(id).await?;
        let mut stream = Box::pin(self.logs(id, setup.tty, options).await?);
        let mut words = Vec::new();
        while let Ok(Some(Ok(batch))) = timeout(CALL_LIMIT, stream.next()).await {
            let safe = |record: &LogRecord| {
                let bytes = record.bytes.get(..WIDTH).unwrap_or(&record.bytes);
                clean(&String::from_utf8_lossy(bytes))
            };
            words.extend(batch.iter().map(safe));
        }
        words.drain(..words.len().saturating_sub(lines));
        Ok(words)
    }
}

/// A log being read.
struct Reading {
    flow: Flow,
    demux: Demux,
    lines: Assembler,
    /// Otherwise the end tells that no part comes any more.
    follow: bool,
    /// Nothing more comes; an error is still to be told.
    ended: Option<Result<(), Error>>,
}

impl Reading {
    /// The next lines, never none of them; `None` when all was told.
    async fn batch(&mut self) -> Option<Result<Vec<LogRecord>, Error>> {
        let mut out = Vec::new();
        while out.is_empty() {
            match self.ended.take() {
                None => {}
                Some(end) => {
                    self.ended = Some(Ok(()));
                    return end.err().map(Err);
                }
            }
            if let Err(error) = self.read(&mut out).await {
                self.ended = Some(Err(error));
            }
        }
        Some(Ok(out))
    }

    /// What comes next, or the part that waited long enough for more.
    async fn read(&mut self, out: &mut Vec<LogRecord>) -> Result<(), Error> {
        let patience = match (
            self.follow && self.lines.holds_part(),
            self.lines.expects_more(),
        ) {
            (false, _) => Duration::MAX,
            (true, true) => LONG_HOLD,
            (true, false) => HOLD,
        };
        let mut good = Ok(());
        let (demux, lines) = (&mut self.demux, &mut self.lines);
        let reading = self.flow.read(|bytes| {
            if good.is_ok() {
                good = demux.push(bytes, |frame| lines.push(frame, out));
            }
        });
        match timeout(patience, reading).await {
            Err(_) => self.lines.give_parts(out),
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => {
                self.lines.finish(out);
                self.ended = Some(Ok(()));
            }
            Ok(Err(error)) => return Err(error),
        }
        good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn podman_follows_from_the_start_of_its_file() {
        let options = LogOptions {
            tail: Some(100),
            since: DateTime::from_timestamp(1_795_476_102, 0),
            until: None,
            follow: true,
        };
        let asked = |options: LogOptions, podman| options.fit_for(podman).query();
        let whole = asked(options, true);
        assert!(
            whole.contains("&tail=all&since=1795476102.000000000"),
            "{whole}"
        );
        assert!(asked(options, false).contains("&tail=100&"));
        let past = LogOptions {
            follow: false,
            ..options
        };
        assert!(asked(past, true).contains("&tail=100&"));
        let newest = LogOptions {
            since: None,
            ..options
        };
        assert!(asked(newest, true).ends_with("&tail=100"));
        // Of a tail that stands for all it would make room for each line of it.
        let all = LogOptions {
            tail: Some(ALL),
            ..newest
        };
        assert!(asked(all, true).contains("&tail=all"));
        assert!(asked(all, false).contains("&tail=1000000"));
    }
}
