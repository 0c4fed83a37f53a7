//! The stream of events. Must not know what they tell.
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;

use super::Call;
use super::answer::{self, Answer};
use crate::sim::clock::{Ns, parse_moment};
use crate::sim::events::{Event, Filters};
use crate::sim::world::Refusal;

/// Answers `events`: the past since `since`, then what comes, until `until`.
pub fn answer(call: &Call) -> Answer {
    let filters =
        Filters::parse(call.query.get("filters")).map_err(|why| Refusal::new(400, why))?;
    let moment = |key: &str| -> Result<Option<Ns>, Refusal> {
        let text = call
            .query
            .get(key)
            .filter(|text| !text.is_empty() && *text != "0");
        let wrong = |text| {
            Refusal::new(
                400,
                format!("failed to parse value as time or duration: \"{text}\""),
            )
        };
        text.map(|text| parse_moment(text).ok_or_else(|| wrong(text)))
            .transpose()
    };
    let (since, until) = (moment("since")?, moment("until")?);
    let (past, receiver) = call.shared.world().bus.listen(since);
    let past: VecDeque<Arc<Event>> = past
        .into_iter()
        .filter(|e| until.is_none_or(|u| e.at <= u))
        .collect();
    let left = until.map(|until| {
        Duration::from_nanos(u64::try_from(until - call.shared.clock.now()).unwrap_or(0))
    });
    let end = left.map(|left| tokio::time::Instant::now() + left);
    let state = (past, receiver, filters);
    let stream =
        futures::stream::unfold(state, move |(mut past, mut receiver, filters)| async move {
            loop {
                let event = if let Some(event) = past.pop_front() {
                    event
                } else {
                    let next = receiver.recv();
                    let next = match end {
                        Some(end) => tokio::time::timeout_at(end, next).await.ok()?,
                        None => next.await,
                    };
                    match next {
                        Ok(event) => event,
                        Err(RecvError::Lagged(_)) => continue,
                        Err(RecvError::Closed) => return None,
                    }
                };
                if filters.event(&event) {
                    let line = Bytes::from(format!("{}\n", event.json()));
                    return Some((line, (past, receiver, filters)));
                }
            }
        });
    Ok(answer::stream(Some("application/json"), stream))
}
