//! The engine's events as they come, leniently: an unknown kind is an event of that kind, a broken line is skipped and
//! counted. Must not know what an event changes.
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use chrono::DateTime;
use futures::Stream;
use serde_json::Value;

use super::error::Error;
use super::raw::JsonLines;
use super::wire::{member, pairs, path, query, text, whole};
use super::{CALL_LIMIT, Engine};
use crate::model::EngineEvent;

/// Podman reads `since` as a float, which is off by up to this many nanoseconds: a little more is asked for and left out.
const ROUNDING: i64 = 1_000;

impl Engine {
    /// Events from now on, or those after `since` (nanoseconds since the epoch, inclusive) and then from now on.
    /// The engine remembers the last 256 only. The stream ends with the connection; nothing is heard from a hung engine,
    /// so it needs a heartbeat beside it.
    pub async fn events(&self, since: Option<i64>) -> Result<Events, Error> {
        let asked = |nanos: i64| query(&[("since", &stamp(nanos.saturating_sub(ROUNDING)))]);
        let query = since.map_or_else(String::new, asked);
        let response = self
            .raw()
            .get(&format!("/events{query}"), CALL_LIMIT)
            .await?;
        Ok(Events {
            lines: JsonLines::new(response.into_body()),
            unasked: since.map_or(0..0, |since| since.saturating_sub(2 * ROUNDING)..since),
            skipped: 0,
        })
    }
}

/// `seconds.nanoseconds`, as the engine reads times.
fn stamp(nanos: i64) -> String {
    let nanos = nanos.max(0);
    format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

/// A stream of events; dropping it closes its connection.
#[derive(Debug)]
pub struct Events {
    lines: JsonLines,
    /// Nanoseconds since the epoch: what happened then was only asked for because of the rounding. Anything earlier is of
    /// an engine whose clock is behind.
    unasked: Range<i64>,
    skipped: u64,
}

impl Events {
    /// How many lines could not be read so far.
    pub fn skipped(&self) -> u64 {
        self.skipped + self.lines.dropped()
    }
}

impl Stream for Events {
    type Item = Result<EngineEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match Pin::new(&mut self.lines).poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(line))) => match decode(&line) {
                    Some(event) if self.unasked.contains(&event.nanos) => {}
                    Some(event) => return Poll::Ready(Some(Ok(event))),
                    None => self.skipped += 1,
                },
            }
        }
    }
}

/// One event; nothing when the line is no JSON object or says neither what nor when.
fn decode(line: &Bytes) -> Option<EngineEvent> {
    let value: Value = serde_json::from_slice(line)
        .or_else(|_| serde_json::from_str(&String::from_utf8_lossy(line)))
        .ok()?;
    let first = |one: &Value, other: &Value| match text(one) {
        none if none.is_empty() => text(other),
        said => said,
    };
    let action = first(member(&value, "Action"), member(&value, "status"));
    let nanos = whole(member(&value, "timeNano"))
        .filter(|n| *n > 0)
        .or_else(|| whole(member(&value, "time"))?.checked_mul(1_000_000_000))?;
    if action.is_empty() {
        return None;
    }
    let id = first(path(&value, &["Actor", "ID"]), member(&value, "id"));
    let attributes = pairs(path(&value, &["Actor", "Attributes"]));
    Some(EngineEvent {
        at: DateTime::from_timestamp_nanos(nanos),
        nanos,
        // Before API 1.22 only containers had events, and no type.
        kind: match text(member(&value, "Type")) {
            none if none.is_empty() => "container".to_owned(),
            kind => kind,
        },
        action,
        name: attributes
            .get("name")
            .filter(|name| !name.is_empty())
            .unwrap_or(&id)
            .clone(),
        id,
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<EngineEvent> {
        decode(&Bytes::copy_from_slice(line.as_bytes()))
    }

    #[test]
    fn known_unknown_and_broken_lines() {
        let die = read(r#"{"status":"die","id":"abc","from":"x","Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":{"exitCode":"137","name":"web"}},"time":1795451442,"timeNano":1795451442153528050}"#).unwrap();
        assert_eq!(
            (die.kind.as_str(), die.action.as_str(), die.name.as_str()),
            ("container", "die", "web")
        );
        assert_eq!(die.exit_code(), Some(137));
        assert_eq!(die.at.timestamp_subsec_nanos(), 153_528_050);
        let system = read(
            r#"{"Type":"system","Action":"refresh","Actor":{"ID":"","Attributes":null},"time":5}"#,
        )
        .unwrap();
        assert_eq!(
            (system.kind.as_str(), system.nanos),
            ("system", 5_000_000_000)
        );
        let health = read(r#"{"Type":"container","Action":"health_status: healthy","Actor":{"ID":"a"},"timeNano":1}"#).unwrap();
        assert_eq!(
            (health.action.as_str(), health.name.as_str()),
            ("health_status: healthy", "a")
        );
        for broken in ["{", "7", "null", r#"{"Action":"x"}"#, r#"{"time":5}"#] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }

    #[test]
    fn stamps_keep_every_nanosecond() {
        assert_eq!(stamp(1_795_451_442_000_000_050), "1795451442.000000050");
        assert_eq!(stamp(-5), "0.000000000");
    }
}
