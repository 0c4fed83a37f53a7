//! The stream of events. Must not know what they tell.
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::Call;
use super::answer::{self, Answer};
use crate::sim::clock::{Ns, parse_moment};
use crate::sim::events::{Event, Filters};
use crate::sim::world::Refusal;

/// What a listener has yet to be told, and until when.
struct Listener {
    past: VecDeque<Arc<Event>>,
    receiver: Receiver<Arc<Event>>,
    filters: Filters,
    end: Option<Instant>,
}

/// Answers `events`: the past since `since`, then what comes, until `until`.
pub fn answer(call: &Call) -> Answer {
    let filters =
        Filters::parse(call.query.get("filters")).map_err(|why| Refusal::new(400, why))?;
    let (since, until) = (moment(call, "since")?, moment(call, "until")?);
    let (past, receiver) = call.shared.world().bus.listen(since);
    let past = past
        .into_iter()
        .filter(|event| until.is_none_or(|until| event.at <= until));
    let end = until.map(|until| {
        let left = u64::try_from(until - call.shared.clock.now()).unwrap_or(0);
        Instant::now() + Duration::from_nanos(left)
    });
    let listener = Listener {
        past: past.collect(),
        receiver,
        filters,
        end,
    };
    let stream = futures::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        let line = Bytes::from(format!("{}\n", event.json()));
        Some((line, listener))
    });
    Ok(answer::stream(Some("application/json"), stream))
}

fn moment(call: &Call, key: &str) -> Result<Option<Ns>, Refusal> {
    let text = call
        .query
        .get(key)
        .filter(|text| !text.is_empty() && *text != "0");
    let wrong = |text| format!("failed to parse value as time or duration: \"{text}\"");
    let read = |text| parse_moment(text).ok_or_else(|| Refusal::new(400, wrong(text)));
    text.map(read).transpose()
}

impl Listener {
    async fn next(&mut self) -> Option<Arc<Event>> {
        loop {
            let event = match self.past.pop_front() {
                Some(event) => event,
                None => self.hear().await?,
            };
            if self.filters.event(&event) {
                return Some(event);
            }
        }
    }

    /// The next event of all; one who listens too slowly misses some.
    async fn hear(&mut self) -> Option<Arc<Event>> {
        loop {
            let next = self.receiver.recv();
            let next = match self.end {
                Some(end) => tokio::time::timeout_at(end, next).await.ok()?,
                None => next.await,
            };
            match next {
                Ok(event) => return Some(event),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
