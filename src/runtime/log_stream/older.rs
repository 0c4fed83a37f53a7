//! A log further back: pages before what is held of it, until the true beginning.
//!
//! The engine counts `tail` from the newest line, applies it before `until`, and counts the parts of long lines. So a page
//! is asked for by a `tail` that reaches over all that is held, and by `until`, which keeps that from being sent again. A
//! tail that was too small shows in what comes, and is doubled. Only podman is ever asked for all without a number.
mod page;

use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt;
use tokio::time::timeout;

use self::page::{Page, SLACK, Way};
use crate::effect::LogPage;
use crate::engine::logs::{LogOptions, LogSetup};
use crate::engine::{Engine, Error};
use crate::msg::{Failure, OlderLogs};

/// A page comes within this time, or not at all.
const LIMIT: Duration = Duration::from_secs(30);
/// Doublings of a tail that brings nothing, before the log is walked without `until`.
const PATIENCE: u32 = 8;
/// Engines read the number as one of 32 bits with a sign.
const LONGEST: u64 = i32::MAX as u64;
/// Podman's time for a tail grows with the square of it (40,000 lines of a log take ten times as long as all of them), its memory
/// with the number itself, whatever the log holds: of 2,147,483,647 a machine dies. From this on it is asked for the whole log.
const PODMANS_LONGEST: u64 = 5_000;
/// Stamps of two streams may be this much out of order; lines up to here are read to find the place of the held ones.
const DISORDER: TimeDelta = TimeDelta::milliseconds(50);
/// Podman's stamps have whole seconds, its lines have not.
const COARSE: TimeDelta = TimeDelta::seconds(1);

/// The page before what is held: about as many lines as wanted, the newest of the older ones. Fewer than half of them, or
/// none, only at the beginning.
///
/// Lines later than `before` that the log has further up (two streams out of order by an instant) count as held. After a
/// clock that was set back they are given.
///
/// # Errors
/// No such container, a driver that cannot be read, a link that was cut, no answer within half a minute.
pub async fn read(client: &Engine, page: &LogPage) -> Result<OlderLogs, Failure> {
    timeout(LIMIT, search(client, page))
        .await
        .unwrap_or(Err(Error::TimedOut { after: LIMIT }))
        .map_err(|error| error.failure_of(|| say!("read older lines of the log")))
}

async fn search(client: &Engine, wanted: &LogPage) -> Result<OlderLogs, Error> {
    let setup = client.log_setup(&wanted.key.id).await?;
    let reach = wanted
        .newer
        .saturating_add(u64::from(wanted.lines))
        .saturating_add(SLACK as u64);
    let mut tail = reach;
    let mut way = Way::Until;
    let mut doublings = 0;
    // What a smaller tail brought.
    let mut smaller = None;
    loop {
        let asked = asked(tail, client.info().podman);
        let read = reading(client, &setup, wanted, way, asked).await?;
        // No longer one is asked for: that was the whole log.
        let whole = asked.is_none() || tail > LONGEST;
        let found = read.met() || way == Way::Walk || whole;
        let mark = Some(read.mark());
        if found && mark != smaller && read.is_enough(wanted.lines) {
            return Ok(OlderLogs {
                records: read.cut(),
                beginning: false,
            });
        }
        if found && (mark == smaller || whole) {
            return Ok(OlderLogs {
                records: read.all(),
                beginning: true,
            });
        }
        if found {
            smaller = mark;
        } else if wanted.at_before > 0 && (!read.is_empty() || doublings >= PATIENCE) {
            // The engine ends at the first line later than `until`: the clock was set back there, or what is held is
            // no longer in the log.
            (way, tail) = (Way::Walk, reach);
            continue;
        }
        doublings += 1;
        tail = tail.saturating_mul(2);
    }
}

/// What is asked for to have so many lines; `None`: the whole log.
fn asked(tail: u64, podman: bool) -> Option<u32> {
    if podman && tail > PODMANS_LONGEST {
        return None;
    }
    u32::try_from(tail.min(LONGEST)).ok()
}

/// One request, read to its end; without a tail it is the whole log.
async fn reading(
    client: &Engine,
    setup: &LogSetup,
    wanted: &LogPage,
    way: Way,
    tail: Option<u32>,
) -> Result<Page, Error> {
    let margin = if wanted.before.timestamp_subsec_nanos() == 0 {
        COARSE
    } else {
        DISORDER
    };
    let options = LogOptions {
        tail,
        since: None,
        until: match way {
            Way::Until => wanted.before.checked_add_signed(margin),
            Way::Walk => None,
        },
        follow: false,
    };
    let batches = client
        .logs(&wanted.key.id, setup.tty, options)
        .await
        .map_err(|error| setup.named(error))?;
    let mut batches = std::pin::pin!(batches);
    let mut page = Page::new(wanted, way);
    while let Some(batch) = batches.next().await {
        for record in batch? {
            page.take(record);
        }
    }
    page.settle();
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn podman_is_asked_for_a_short_tail_or_for_all() {
        assert_eq!(
            (asked(5_000, true), asked(5_001, true)),
            (Some(5_000), None)
        );
        let most = i32::MAX as u32;
        assert_eq!(asked(LONGEST, false), Some(most));
        assert_eq!(
            (asked(LONGEST + 1, false), asked(u64::MAX, true)),
            (Some(most), None)
        );
    }
}
