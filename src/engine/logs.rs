//! A container's log as whole lines: frames demuxed, parts joined, stamps taken off. Bytes stay as they came.
//! Must not know what the lines are for.
mod assemble;
mod demux;

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::Value;

pub use assemble::{Assembler, LINE_CAP};
pub use demux::{Demux, FRAME_CAP, Frame};

use super::wire::{escape, path};
use super::{CALL_LIMIT, Engine, Error};
use crate::model::LogRecord;

/// Time until the engine must have begun to answer: it may have to search a large file first.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

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

/// What must be known of a container before its log can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSetup {
    /// One mixed stream without frames.
    pub tty: bool,
    pub driver: String,
    pub running: bool,
}

impl LogOptions {
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
            driver: super::wire::text(path(&found, &["HostConfig", "LogConfig", "Type"])),
            running: truth(&["State", "Running"]),
        })
    }

    /// Batches of whole lines, one for each piece that the engine sent. Ends with the container's run.
    ///
    /// # Errors
    /// A driver that cannot be read, no such container; later a cut connection or a frame that lies about its length.
    pub async fn logs(
        &self,
        id: &str,
        tty: bool,
        options: LogOptions,
    ) -> Result<impl Stream<Item = Result<Vec<LogRecord>, Error>> + Send + use<>, Error> {
        let path = format!("/containers/{}/logs{}", escape(id), options.query());
        let response = self.raw().get(&path, HEAD_LIMIT).await?;
        let chunks = response.into_body().into_data_stream();
        let state = (chunks, Demux::new(tty), Assembler::default(), false);
        let batches = stream::unfold(
            state,
            |(mut chunks, mut demux, mut lines, over)| async move {
                if over {
                    return None;
                }
                let mut out = Vec::new();
                let step = match chunks.next().await {
                    Some(Ok(bytes)) => demux
                        .push(&bytes, |frame| lines.push(frame, &mut out))
                        .map(|()| false),
                    Some(Err(error)) => {
                        lines.finish(&mut out);
                        Err(Error::from(error))
                    }
                    None => {
                        lines.finish(&mut out);
                        Ok(true)
                    }
                };
                match step {
                    Ok(over) => Some((vec![Ok(out)], (chunks, demux, lines, over))),
                    Err(error) => Some((vec![Ok(out), Err(error)], (chunks, demux, lines, true))),
                }
            },
        );
        Ok(batches.map(stream::iter).flatten().filter(|batch| {
            let keep = !matches!(batch, Ok(list) if list.is_empty());
            std::future::ready(keep)
        }))
    }

    /// Whether a container still exists and runs; `None` when it is gone.
    ///
    /// # Errors
    /// No answer.
    pub async fn is_running(&self, id: &str) -> Result<Option<bool>, Error> {
        match self
            .raw()
            .get_json(
                &format!("/containers/{}/json", escape(id)),
                8 << 20,
                CALL_LIMIT,
            )
            .await
        {
            Ok(found) => Ok(Some(
                path(&found, &["State", "Running"]) == &Value::Bool(true),
            )),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
