//! One container's log as messages: the past, then what comes, through cuts and restarts, without a line lost or twice.
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout_at};

use crate::effect::LogQuery;
use crate::engine::logs::{LogOptions, LogSetup};
use crate::engine::{Engine, Error};
use crate::model::{LogRecord, LogStream};
use crate::msg::{FailureKind, LogMsg};

/// Records in one message at most.
const BATCH: usize = 256;
/// What comes within this time is one message.
const GATHER: Duration = Duration::from_millis(8);
/// This long without a line after the start, and the past has come.
const QUIET: Duration = Duration::from_millis(150);
/// How often a container whose run ended is looked at.
const ENDED_PERIOD: Duration = Duration::from_secs(1);
/// Most lines asked for when resuming; `since` alone would make the engine read the whole file.
const RESUME_TAIL: u32 = 100_000;
/// Lines remembered to tell a repeated one (engine 20.10 repeats lines across a rotation of the file).
const REMEMBERED: usize = 20_000;

/// Why a reading ended.
enum End {
    /// The container's run is over, or the connection was cut.
    Over,
    /// Nobody listens.
    Closed,
}

/// Reads until nobody listens, the container is gone, or its log cannot be read.
pub async fn run(
    query: LogQuery,
    mut engine: watch::Receiver<Option<Engine>>,
    out: mpsc::Sender<(LogQuery, LogMsg)>,
) {
    let mut reader = Reader {
        query,
        out,
        seen: Seen::default(),
        caught_up: false,
    };
    loop {
        let client = match engine.wait_for(Option::is_some).await {
            Ok(found) => found.clone(),
            Err(_) => return,
        };
        let Some(client) = client else { continue };
        match reader.read(&client).await {
            Ok(End::Closed) => return,
            Ok(End::Over) => {
                if reader.wait_for_run(&client).await.is_none() {
                    return;
                }
            }
            Err(error) if error.kind() == FailureKind::NotFound => {
                reader.say(LogMsg::Ended).await;
                return;
            }
            Err(error) if is_final(&error) => {
                reader
                    .say(LogMsg::Failed(error.failure("read the log")))
                    .await;
                return;
            }
            // A cut: the link heals, and the reading resumes where it was.
            Err(_) => sleep(Duration::from_millis(300)).await,
        }
    }
}

fn is_final(error: &Error) -> bool {
    matches!(error.kind(), FailureKind::Unsupported | FailureKind::Denied)
        || error.status() == Some(501)
}

struct Reader {
    query: LogQuery,
    out: mpsc::Sender<(LogQuery, LogMsg)>,
    seen: Seen,
    caught_up: bool,
}

impl Reader {
    async fn say(&self, msg: LogMsg) -> bool {
        self.out.send((self.query.clone(), msg)).await.is_ok()
    }

    async fn read(&mut self, client: &Engine) -> Result<End, Error> {
        let id = self.query.key.id.clone();
        let setup = client.log_setup(&id).await?;
        let resume = self.seen.last;
        let options = LogOptions {
            tail: Some(if resume.is_some() {
                RESUME_TAIL
            } else {
                self.query.tail
            }),
            since: resume.or(self.query.since),
            until: None,
            follow: true,
        };
        let lines = client
            .logs(&id, setup.tty, options)
            .await
            .map_err(|e| named(e, &setup))?;
        self.seen.resume();
        let mut lines = std::pin::pin!(lines);
        loop {
            let Some(batch) = self.gather(&mut lines).await? else {
                if !self.caught_up_now().await {
                    return Ok(End::Closed);
                }
                return Ok(End::Over);
            };
            if batch.is_empty() {
                if !self.caught_up_now().await {
                    return Ok(End::Closed);
                }
                continue;
            }
            if !self.say(LogMsg::Lines(batch)).await {
                return Ok(End::Closed);
            }
        }
    }

    /// The past has come, if that was not said yet.
    async fn caught_up_now(&mut self) -> bool {
        std::mem::replace(&mut self.caught_up, true) || self.say(LogMsg::CaughtUp).await
    }

    /// The next lines, gathered for a moment. Empty: nothing came for a while after the start. `None`: the stream ended.
    async fn gather<S>(&mut self, lines: &mut S) -> Result<Option<Vec<LogRecord>>, Error>
    where
        S: Stream<Item = Result<Vec<LogRecord>, Error>> + Unpin,
    {
        let first = if self.caught_up {
            lines.next().await
        } else {
            match timeout_at(Instant::now() + QUIET, lines.next()).await {
                Ok(first) => first,
                Err(_) => return Ok(Some(Vec::new())),
            }
        };
        let Some(first) = first else { return Ok(None) };
        let mut batch = Vec::new();
        self.seen.take(first?, &mut batch);
        let end = Instant::now() + GATHER;
        while batch.len() < BATCH {
            match timeout_at(end, lines.next()).await {
                Ok(Some(Ok(more))) => self.seen.take(more, &mut batch),
                // An error or the end comes again with the next call.
                Ok(Some(Err(_)) | None) | Err(_) => break,
            }
        }
        if batch.is_empty() {
            Box::pin(self.gather(lines)).await
        } else {
            Ok(Some(batch))
        }
    }

    /// Says that the run ended and waits until the container runs again. `None`: it is gone, or nobody listens.
    async fn wait_for_run(&self, client: &Engine) -> Option<()> {
        let mut told = false;
        loop {
            match client.is_running(&self.query.key.id).await {
                // It runs; or the link is down: back to where both are waited for.
                Ok(Some(true)) | Err(_) => return Some(()),
                Ok(Some(false)) => {
                    if !told && !self.say(LogMsg::Ended).await {
                        return None;
                    }
                    told = true;
                }
                Ok(None) => {
                    self.say(LogMsg::Ended).await;
                    return None;
                }
            }
            sleep(ENDED_PERIOD).await;
            if self.out.is_closed() {
                return None;
            }
        }
    }
}

/// A log that cannot be read names its driver.
fn named(error: Error, setup: &LogSetup) -> Error {
    if error.status() != Some(501) {
        return error;
    }
    Error::Unsupported(format!(
        "the log driver `{}` cannot be read: `json-file`, `local` or `journald` can",
        setup.driver
    ))
}

/// What was given already.
#[derive(Debug, Default)]
struct Seen {
    /// Stamp of the newest line, and how many lines had it.
    last: Option<DateTime<Utc>>,
    at_last: usize,
    /// Lines at `last` still to be passed over after resuming.
    skip: usize,
    ring: VecDeque<u64>,
    set: HashSet<u64>,
}

fn fingerprint(record: &LogRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    let stream = match record.stream {
        LogStream::Stdout => 0u8,
        LogStream::Stderr => 1,
        LogStream::Tty => 2,
    };
    (stream, record.at, &record.bytes).hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    /// A new reading begins, with the lines of the last stamp once more.
    fn resume(&mut self) {
        self.skip = self.at_last;
    }

    fn take(&mut self, records: Vec<LogRecord>, out: &mut Vec<LogRecord>) {
        out.extend(records.into_iter().filter(|record| self.is_new(record)));
    }

    fn is_new(&mut self, record: &LogRecord) -> bool {
        let Some(at) = record.at else { return true };
        if Some(at) == self.last && self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let print = fingerprint(record);
        // Older than what was given, and given before: the engine repeats itself.
        if self.last.is_some_and(|last| at < last) && self.set.contains(&print) {
            return false;
        }
        if self.last.is_none_or(|last| at > last) {
            self.last = Some(at);
            self.at_last = 1;
            self.skip = 0;
        } else if self.last == Some(at) {
            self.at_last += 1;
        }
        if self.set.insert(print) {
            self.ring.push_back(print);
        }
        if self.ring.len() > REMEMBERED
            && let Some(old) = self.ring.pop_front()
        {
            self.set.remove(&old);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(nanos: i64, text: &str) -> LogRecord {
        let at = Some(DateTime::from_timestamp_nanos(nanos));
        LogRecord {
            at,
            stream: LogStream::Stdout,
            bytes: text.into(),
            cut_from: None,
        }
    }

    fn take(seen: &mut Seen, records: Vec<LogRecord>) -> Vec<String> {
        let mut out = Vec::new();
        seen.take(records, &mut out);
        out.into_iter()
            .map(|r| String::from_utf8(r.bytes).unwrap())
            .collect()
    }

    #[test]
    fn a_resumed_reading_loses_and_repeats_nothing() {
        let mut seen = Seen::default();
        assert_eq!(
            take(
                &mut seen,
                vec![record(1, "a"), record(2, "b"), record(2, "b")]
            ),
            ["a", "b", "b"]
        );
        seen.resume();
        let again = vec![
            record(2, "b"),
            record(2, "b"),
            record(2, "b"),
            record(3, "c"),
        ];
        assert_eq!(
            take(&mut seen, again),
            ["b", "c"],
            "the third line of that nanosecond is new"
        );
    }

    #[test]
    fn lines_repeated_by_a_rotation_are_passed_over() {
        let mut seen = Seen::default();
        take(&mut seen, (1..100).map(|n| record(n, "x")).collect());
        assert_eq!(
            take(
                &mut seen,
                vec![record(50, "x"), record(51, "x"), record(100, "y")]
            ),
            ["y"]
        );
        assert_eq!(
            take(&mut seen, vec![record(60, "late but new")]),
            ["late but new"]
        );
    }
}
